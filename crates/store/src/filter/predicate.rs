//! Parts that stand for a condition.

use super::{Compiler, Scope, value::Kind};
use crate::dialect::Dialect;
use guanxi_model::{
    Value,
    expr::{Expr, ExprError, Fold, Function},
};

pub const TRUE: &str = "TRUE";
pub const FALSE: &str = "FALSE";

impl Compiler<'_> {
    /// A condition; null where the evaluator says false. The text can stand beside `AND` as it is.
    pub fn predicate(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<String, ExprError> {
        if let Some(constant) = self.constant(expr)? {
            return Ok(if constant == Value::Bool(true) { TRUE } else { FALSE }.to_owned());
        }
        let bound = self.params.len();
        let text = self.varying(expr, scope)?;
        if text == FALSE {
            // PostgreSQL refuses parameters that the statement does not mention.
            self.params.truncate(bound);
        }
        Ok(text)
    }

    /// A condition that is not constant, although it may come to one.
    fn varying(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<String, ExprError> {
        match expr {
            Expr::And(members) => self.chain(members, " AND ", TRUE, scope),
            Expr::Or(members) => self.chain(members, " OR ", FALSE, scope),
            Expr::Not(inner) => match &**inner {
                Expr::Call(Function::IsEmpty, args) => self.is_null(&args[0], "IS NOT NULL", scope),
                inner => Ok(format!("NOT {}", self.two_valued(inner, scope)?)),
            },
            Expr::Compare(comparison, left, right) => self.compare(*comparison, left, right, scope),
            Expr::In(left, right) => self.membership(left, right, scope),
            Expr::Call(Function::IsEmpty, args) => self.is_null(&args[0], "IS NULL", scope),
            Expr::Call(Function::Contains, args) => self.contains(&args[0], &args[1], "> 0", expr, scope),
            Expr::Call(Function::StartsWith, args) => self.contains(&args[0], &args[1], "= 1", expr, scope),
            Expr::Over { fold: Fold::Any, relation, body: Some(body) } => {
                let (inner, from) = self.related(relation, scope)?;
                let condition = self.predicate(body, &inner)?;
                Ok(format!("EXISTS (SELECT 1 {from} AND {condition})"))
            }
            Expr::Over { fold: Fold::All, relation, body: Some(body) } => {
                let (inner, from) = self.related(relation, scope)?;
                let condition = self.two_valued(body, &inner)?;
                Ok(format!("NOT EXISTS (SELECT 1 {from} AND NOT {condition})"))
            }
            Expr::Field(path) => self.reach(path, scope, &mut |_, column, _| Ok(format!("{column} = 1"))),
            Expr::If(..) | Expr::Call(Function::Coalesce, _) => {
                let part = self.value(expr, scope)?;
                if part.kind == Kind::Bool {
                    Ok(format!("{} = 1", part.text))
                } else {
                    Err(ExprError::not_in_filters(expr))
                }
            }
            _ => Err(ExprError::not_in_filters(expr)),
        }
    }

    /// A condition that is never null.
    fn two_valued(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<String, ExprError> {
        Ok(format!("COALESCE({}, FALSE)", self.predicate(expr, scope)?))
    }

    fn chain(
        &mut self,
        members: &[Expr],
        by: &str,
        empty: &str,
        scope: &Scope<'_>,
    ) -> Result<String, ExprError> {
        let parts =
            members.iter().map(|member| self.predicate(member, scope)).collect::<Result<Vec<_>, _>>()?;
        Ok(if parts.is_empty() { empty.to_owned() } else { format!("({})", parts.join(by)) })
    }

    fn is_null(&mut self, expr: &Expr, test: &str, scope: &Scope<'_>) -> Result<String, ExprError> {
        Ok(format!("{} {test}", self.value(expr, scope)?.text))
    }

    /// Whether a text stands in another, at its start or anywhere; or in a list, which is kept as JSON.
    fn contains(
        &mut self,
        whole: &Expr,
        part: &Expr,
        place: &str,
        expr: &Expr,
        scope: &Scope<'_>,
    ) -> Result<String, ExprError> {
        let Some(constant) = self.constant(part)? else {
            let (whole, part) = (self.value(whole, scope)?, self.value(part, scope)?);
            if whole.kind != Kind::Text || part.kind != Kind::Text {
                return Err(ExprError::not_in_filters(expr));
            }
            let position = position(self.dialect, &whole.text, &lower(self.dialect, &part.text));
            return Ok(format!("{position} {place}"));
        };
        let Value::Text(needle) = constant else { return Ok(FALSE.to_owned()) };
        if let Expr::Field(path) = whole {
            return self.reach(path, scope, &mut |compiler, column, field| match Kind::of(field, "") {
                Kind::Text => {
                    let needle = compiler.text(needle.to_ascii_lowercase());
                    Ok(format!("{} {place}", position(compiler.dialect, column, &needle)))
                }
                Kind::Json => Ok(compiler.has_item(column, &needle)),
                _ => Err(ExprError::not_in_filters(expr)),
            });
        }
        let whole = self.value(whole, scope)?;
        if whole.kind != Kind::Text {
            return Err(ExprError::not_in_filters(expr));
        }
        let needle = self.text(needle.to_ascii_lowercase());
        Ok(format!("{} {place}", position(self.dialect, &whole.text, &needle)))
    }

    /// Whether a list has an item. The item in quotes is looked for first, because most lists do not have it and
    /// a text is searched faster than it is read as JSON.
    fn has_item(&mut self, column: &str, item: &str) -> String {
        let quoted = self.text(serde_json::Value::from(item).to_string());
        let item = self.text(item);
        match self.dialect {
            Dialect::Sqlite => format!(
                "(instr({column}, {quoted}) > 0 AND EXISTS (SELECT 1 FROM json_each({column}) WHERE value = {item}))"
            ),
            Dialect::Postgres => {
                format!("(strpos({column}, {quoted}) > 0 AND jsonb_exists(CAST({column} AS JSONB), {item}))")
            }
        }
    }
}

/// Where a text in lower case stands in another whose case does not matter, counted from one; 0 for nowhere.
fn position(dialect: Dialect, whole: &str, part: &str) -> String {
    let whole = lower(dialect, whole);
    match dialect {
        Dialect::Sqlite => format!("instr({whole}, {part})"),
        Dialect::Postgres => format!("strpos({whole}, {part})"),
    }
}

/// Only Latin letters of ASCII change, as in the evaluator.
fn lower(dialect: Dialect, text: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("lower({text})"),
        Dialect::Postgres => format!("lower({text} COLLATE \"C\")"),
    }
}
