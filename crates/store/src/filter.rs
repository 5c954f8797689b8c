//! Expressions compiled to SQL predicates.
//!
//! The database must give the answer that [`guanxi_model::expr::evaluate`] gives, on either engine. What cannot be
//! said exactly in SQL (division, rounding, the zone's midnight of a date field) is refused with
//! [`ExprError::NotInFilters`] instead of being approximated. One quirk is accepted: sums and products beyond
//! 64 bits of the smallest unit (90 trillion yuan squared is one) are compared as floats by SQLite.
//!
//! A predicate is true, false or null, and null stands where the evaluator says false. `AND`, `OR` and `WHERE`
//! do not mind, so a comparison stays the bare `t."col" = $1` that an index answers; only `!` and the conditions
//! of `all` turn null into false first. A caller who negates the predicate must do the same.

mod address;
mod compare;
mod predicate;
mod value;

use crate::{dialect::Dialect, sql::Sql};
use guanxi_model::{
    Object, RecordId, Registry, Stored, Value,
    expr::{Env, Expr, ExprError, Source, check, evaluate},
};

/// Appends the predicate of a condition on the records of `object`, whose table stands in the statement as
/// `alias`. Values are bound, never spelled.
///
/// A record in the recycle bin counts neither in `any`, `all`, `count` nor `sum`; a reference reads through to one.
///
/// # Errors
/// When the condition does not pass the checker, or cannot be compiled exactly. The statement is unchanged then.
pub fn compile(
    expr: &Expr,
    object: &Object,
    registry: &Registry,
    env: &Env,
    alias: &str,
    dialect: Dialect,
    sql: &mut Sql,
) -> Result<(), ExprError> {
    let checked = check(expr, &(registry, object))?;
    let bound = sql.params.len();
    let mut compiler =
        Compiler { registry, env, dialect, prefix: alias, aliases: 0, params: &mut sql.params };
    let scope = Scope { object, alias: alias.to_owned() };
    match compiler.predicate(&checked.expr, &scope) {
        Ok(text) => {
            sql.push(&text);
            Ok(())
        }
        Err(error) => {
            sql.params.truncate(bound);
            Err(error)
        }
    }
}

/// The table whose columns names mean at this point.
struct Scope<'a> {
    object: &'a Object,
    alias: String,
}

/// Fragments are plain texts that refer to `params` by number, so they can be put together in any order.
struct Compiler<'a> {
    registry: &'a Registry,
    env: &'a Env,
    dialect: Dialect,
    prefix: &'a str,
    aliases: usize,
    params: &'a mut Vec<Stored>,
}

impl Compiler<'_> {
    /// A bare parameter, for places where a column beside it gives it its type.
    fn bind(&mut self, value: impl Into<Stored>) -> String {
        self.params.push(value.into());
        format!("${}", self.params.len())
    }

    /// An integer parameter that has its type anywhere.
    fn integer(&mut self, value: i64) -> String {
        format!("CAST({} AS BIGINT)", self.bind(value))
    }

    /// A text parameter that has its type anywhere.
    fn text(&mut self, value: impl Into<Stored>) -> String {
        format!("CAST({} AS TEXT)", self.bind(value))
    }

    /// A name for one more table in the statement.
    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("{}_{}", self.prefix, self.aliases)
    }

    /// The value of a part that no record can change; none for all others.
    fn constant(&self, expr: &Expr) -> Result<Option<Value>, ExprError> {
        if is_constant(expr) { evaluate(expr, &Nothing, self.env).map(Some) } else { Ok(None) }
    }
}

fn is_constant(expr: &Expr) -> bool {
    match expr {
        Expr::Field(_) | Expr::Over { .. } | Expr::List(_) => false,
        other => other.children().into_iter().all(|part| is_constant(part) || is_constant_list(part)),
    }
}

fn is_constant_list(expr: &Expr) -> bool {
    matches!(expr, Expr::List(items) if items.iter().all(is_constant))
}

/// `alias."column"`
fn column(alias: &str, name: &str) -> String {
    let mut sql = Sql::default();
    sql.column(alias, name);
    sql.text
}

/// `"table" alias`
fn table(object: &Object, alias: &str) -> String {
    let mut sql = Sql::default();
    sql.name(&object.table);
    format!("{} {alias}", sql.text)
}

/// The column of a field that every object has.
fn system_column(scope: &Scope, name: &str) -> String {
    column(&scope.alias, scope.object.field(name).map_or(name, |field| &field.column))
}

/// A record without values, over which constants are computed.
struct Nothing;

impl Source for Nothing {
    fn get(&self, _: &[String]) -> Value {
        Value::Null
    }

    fn related(&self, _: &str) -> Vec<Box<dyn Source + '_>> {
        Vec::new()
    }
}

/// A list word's members.
fn members(env: &Env, expr: &Expr) -> Option<Vec<RecordId>> {
    use guanxi_model::expr::Word;
    match expr {
        Expr::Word(Word::MyTeam) => Some(env.my_team.clone()),
        Expr::Word(Word::MyDepartments) => Some(env.my_departments.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
