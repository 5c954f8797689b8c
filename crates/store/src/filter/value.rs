//! Parts that stand for a value.

use super::{Compiler, Scope};
use crate::dialect::Dialect;
use guanxi_model::{
    Field, FieldKind, Value,
    expr::{Expr, ExprError, Fold, Function, Operator, Type, units},
};

/// Most digits after the point of a value computed in the database.
pub const MAX_SCALE: u32 = 12;

/// How a value is kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// SQL null, whatever its type.
    Null,
    /// 0 or 1.
    Bool,
    /// An integer that counts `10^-scale`.
    Decimal(u32),
    /// A text; choices and dates too.
    Text,
    /// Milliseconds.
    Instant,
    /// The id of a record of this object, where that is known.
    Ref(Option<String>),
    /// `object:id`
    AnyRef(Vec<String>),
    /// JSON text; only asked whether it is empty.
    Json,
}

/// A fragment and how its value is kept.
pub struct Part {
    pub text: String,
    pub kind: Kind,
}

impl Kind {
    pub fn of(field: &Field, owner: &str) -> Kind {
        match (Type::of(field), field.value_kind()) {
            (Type::Bool, _) => Kind::Bool,
            (Type::Decimal, _) => Kind::Decimal(field.scale()),
            (Type::Text | Type::Choice | Type::Date, _) => Kind::Text,
            (Type::Instant, _) => Kind::Instant,
            (_, FieldKind::Id) => Kind::Ref(Some(owner.to_owned())),
            (Type::AnyRef, FieldKind::AnyReference { to }) => Kind::AnyRef(to.clone()),
            (Type::Ref, _) => Kind::Ref(field.target().map(str::to_owned)),
            _ => Kind::Json,
        }
    }
}

impl Compiler<'_> {
    /// A part's value.
    pub fn value(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Part, ExprError> {
        if let Some(constant) = self.constant(expr)? {
            return self.constant_value(constant, expr);
        }
        let refused = || ExprError::not_in_filters(expr);
        match expr {
            Expr::Field(path) => self.path(path, scope),
            Expr::Negate(inner) => {
                let (text, scale) = self.decimal(inner, scope)?;
                Ok(Part { text: format!("(-{})", self.wide(&text)), kind: Kind::Decimal(scale) })
            }
            Expr::Arithmetic(operator, left, right) => {
                let left = self.decimal(left, scope)?;
                let right = self.decimal(right, scope)?;
                self.arithmetic(*operator, left, right).ok_or_else(refused)
            }
            Expr::If(condition, then, otherwise) => {
                let condition = self.predicate(condition, scope)?;
                let parts = vec![self.value(then, scope)?, self.value(otherwise, scope)?];
                let (texts, kind) = self.unified(parts).ok_or_else(refused)?;
                let text = format!("(CASE WHEN {condition} THEN {} ELSE {} END)", texts[0], texts[1]);
                Ok(Part { text, kind })
            }
            Expr::Call(Function::Coalesce, args) => {
                let parts = args.iter().map(|arg| self.value(arg, scope)).collect::<Result<Vec<_>, _>>()?;
                let (mut texts, kind) = self.unified(parts).ok_or_else(refused)?;
                let text = if texts.len() == 1 {
                    texts.remove(0)
                } else {
                    format!("COALESCE({})", texts.join(", "))
                };
                Ok(Part { text, kind })
            }
            Expr::Call(Function::Concat, args) => self.concat(args, scope),
            Expr::Call(Function::Year, args) => self.date_part(&args[0], "1, 4", scope),
            Expr::Call(Function::Month, args) => self.date_part(&args[0], "6, 2", scope),
            Expr::Over { fold: Fold::Count, relation, body } => {
                let (inner, from) = self.related(relation, scope)?;
                let condition = match body {
                    Some(body) => format!(" AND {}", self.predicate(body, &inner)?),
                    None => String::new(),
                };
                Ok(Part { text: format!("(SELECT COUNT(*) {from}{condition})"), kind: Kind::Decimal(0) })
            }
            Expr::Over { fold: Fold::Sum, relation, body: Some(body) } => {
                let (inner, from) = self.related(relation, scope)?;
                let (item, scale) = self.decimal(body, &inner)?;
                Ok(Part {
                    text: format!("(SELECT COALESCE(SUM({item}), 0) {from})"),
                    kind: Kind::Decimal(scale),
                })
            }
            Expr::Not(_)
            | Expr::And(_)
            | Expr::Or(_)
            | Expr::Compare(..)
            | Expr::In(..)
            | Expr::Over { fold: Fold::Any | Fold::All, .. }
            | Expr::Call(Function::IsEmpty | Function::Contains | Function::StartsWith, _) => {
                let condition = self.predicate(expr, scope)?;
                Ok(Part { text: format!("(CASE WHEN {condition} THEN 1 ELSE 0 END)"), kind: Kind::Bool })
            }
            _ => Err(refused()),
        }
    }

    fn constant_value(&mut self, constant: Value, expr: &Expr) -> Result<Part, ExprError> {
        let (text, kind) = match constant {
            Value::Null => ("NULL".to_owned(), Kind::Null),
            Value::Bool(value) => (self.integer(i64::from(value)), Kind::Bool),
            Value::Decimal(decimal) => {
                let exact = units::exact(decimal).filter(|(_, scale)| *scale <= MAX_SCALE);
                let (units, scale) = exact.ok_or_else(|| ExprError::not_in_filters(expr))?;
                (self.integer(units), Kind::Decimal(scale))
            }
            Value::Text(text) => (self.text(text), Kind::Text),
            Value::Date(date) => (self.text(date.to_string()), Kind::Text),
            Value::Instant(instant) => (self.integer(instant.as_millisecond()), Kind::Instant),
            Value::Ref(id) => (self.integer(id.0), Kind::Ref(None)),
            _ => return Err(ExprError::not_in_filters(expr)),
        };
        Ok(Part { text, kind })
    }

    /// A decimal's fragment and scale.
    pub fn decimal(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<(String, u32), ExprError> {
        let part = self.value(expr, scope)?;
        match part.kind {
            Kind::Decimal(scale) => Ok((part.text, scale)),
            Kind::Null => Ok(("CAST(NULL AS BIGINT)".to_owned(), 0)),
            _ => Err(ExprError::not_in_filters(expr)),
        }
    }

    fn arithmetic(&self, operator: Operator, left: (String, u32), right: (String, u32)) -> Option<Part> {
        let ((left, ls), (right, rs)) = (left, right);
        let (text, scale) = match operator {
            Operator::Add | Operator::Subtract => {
                let scale = ls.max(rs);
                let (left, right) = (self.scaled(&left, ls, scale), self.scaled(&right, rs, scale));
                (format!("({} {} {})", self.wide(&left), operator.symbol(), self.wide(&right)), scale)
            }
            Operator::Multiply => (format!("({} * {})", self.wide(&left), self.wide(&right)), ls + rs),
            Operator::Divide => return None,
        };
        (scale <= MAX_SCALE).then_some(Part { text, kind: Kind::Decimal(scale) })
    }

    /// A decimal in the units of a larger scale.
    pub fn scaled(&self, text: &str, from: u32, to: u32) -> String {
        if from == to {
            text.to_owned()
        } else {
            format!("({} * {})", self.wide(text), 10_i64.pow(to - from))
        }
    }

    /// An operand of arithmetic. PostgreSQL fails on 64-bit overflow unless it computes with its own decimals.
    fn wide(&self, text: &str) -> String {
        match self.dialect {
            Dialect::Sqlite => text.to_owned(),
            Dialect::Postgres => format!("CAST({text} AS NUMERIC)"),
        }
    }

    /// Alternatives of one kind; decimals in their largest scale.
    fn unified(&self, parts: Vec<Part>) -> Option<(Vec<String>, Kind)> {
        let scale = parts.iter().filter_map(|part| match part.kind {
            Kind::Decimal(scale) => Some(scale),
            _ => None,
        });
        let scale = scale.max().unwrap_or(0);
        let mut kind = Kind::Null;
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            let (text, own) = match part.kind {
                Kind::Decimal(own) => (self.scaled(&part.text, own, scale), Kind::Decimal(scale)),
                own => (part.text, own),
            };
            kind = match (kind, own) {
                (Kind::Null, own) => own,
                (kind, Kind::Null) => kind,
                (Kind::Ref(a), Kind::Ref(b)) => Kind::Ref(if a == b { a } else { None }),
                (kind, own) if kind == own => kind,
                _ => return None,
            };
            texts.push(text);
        }
        Some((texts, kind))
    }

    fn concat(&mut self, args: &[Expr], scope: &Scope<'_>) -> Result<Part, ExprError> {
        let mut pieces = Vec::with_capacity(args.len());
        for arg in args {
            if self.constant(arg)?.is_some() {
                // Decimals and dates become texts in Rust, where the evaluator would make them.
                let text = Expr::Call(Function::Concat, vec![arg.clone()]);
                if let Some(Value::Text(text)) = self.constant(&text)? {
                    pieces.push(self.text(text));
                }
                continue;
            }
            let part = self.value(arg, scope)?;
            if part.kind != Kind::Text {
                return Err(ExprError::not_in_filters(arg));
            }
            pieces.push(format!("COALESCE({}, '')", part.text));
        }
        Ok(Part { text: format!("NULLIF({}, '')", pieces.join(" || ")), kind: Kind::Text })
    }

    /// Year and month stand at fixed places of an ISO date.
    fn date_part(&mut self, date: &Expr, place: &str, scope: &Scope<'_>) -> Result<Part, ExprError> {
        let part = self.value(date, scope)?;
        if part.kind != Kind::Text {
            return Err(ExprError::not_in_filters(date));
        }
        Ok(Part { text: format!("CAST(substr({}, {place}) AS BIGINT)", part.text), kind: Kind::Decimal(0) })
    }
}
