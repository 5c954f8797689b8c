//! Pages of large tables on SQLite: found by walking the index of their order, or by collecting what matches.
//!
//! SQLite does not know how often a value stands in a column. Any condition on an indexed column tempts it to collect
//! every row that fulfils it and to sort them whole, although fifty are wanted. Where many rows match, fifty of them
//! are soon met along the index of the order; where few do, collecting them is quicker. So a few are counted first.

use super::{Plan, conditions};
use crate::{conn::Conn, dialect::Dialect, error::Result, schema, sql::Sql};
use guanxi_model::{
    Object, Stored,
    expr::{Comparison, Expr, Function},
};

/// So many matches are many: even in a table of a million, a page of them stands within some ten thousand rows.
const MANY: i64 = 1_000;

/// How a condition is written, so that SQLite uses an index for it or does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Way {
    /// Through the index that SQLite prefers.
    Collect,
    /// Along the index of the order.
    Walk,
}

impl Way {
    /// How a page of the plan is found.
    pub fn of(conn: &mut Conn<'_>, plan: &Plan<'_>) -> Result<Way> {
        let Some(filter) = plan.filter else { return Ok(Way::Collect) };
        if conn.dialect() != Dialect::Sqlite || plan.search.is_some() || !is_walkable(plan) {
            return Ok(Way::Collect);
        }
        let members = members(filter);
        // What belongs to one record, such as the orders of a customer, is few enough to collect without counting.
        if members.iter().any(|member| names_record(plan.object, member)) {
            return Ok(Way::Collect);
        }
        let tempting = members
            .iter()
            .any(|member| !is_empty(member) && !orders(plan, member) && tempts(plan.object, member));
        if !tempting {
            return Ok(Way::Collect);
        }
        let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 FROM ");
        sql.name(&plan.object.table).push(" t WHERE ");
        conditions(&mut sql, Dialect::Sqlite, plan, Way::Collect)?;
        sql.push(" LIMIT ").bind(MANY).push(") c");
        let found = conn.query_one(&sql)?.and_then(|row| row.first().and_then(Stored::int)).unwrap_or(0);
        Ok(if found < MANY { Way::Collect } else { Way::Walk })
    }

    /// Whether SQLite must not find a condition through an index. What is empty is hardly ever rare.
    pub fn hides(self, plan: &Plan<'_>, member: &Expr) -> bool {
        !orders(plan, member) && (self == Way::Walk || is_empty(member))
    }
}

/// The conditions that must all hold.
pub fn members(filter: &Expr) -> &[Expr] {
    match filter {
        Expr::And(members) => members,
        one => std::slice::from_ref(one),
    }
}

/// Whether a condition asks for one record by a reference.
fn names_record(object: &Object, member: &Expr) -> bool {
    let Expr::Compare(Comparison::Equal, left, right) = member else { return false };
    [left, right].into_iter().any(|side| match &**side {
        Expr::Field(path) => {
            path.len() == 1 && object.field(&path[0]).is_some_and(|field| field.target().is_some())
        }
        _ => false,
    })
}

fn is_empty(member: &Expr) -> bool {
    matches!(member, Expr::Call(Function::IsEmpty, _))
}

/// Whether the order has an index.
fn is_walkable(plan: &Plan<'_>) -> bool {
    let Some(sort) = plan.sort.first() else { return true };
    let title = sort.field == plan.object.title;
    title || plan.object.field(&sort.field).is_some_and(|field| schema::is_indexed(plan.object, field))
}

/// Whether a condition bounds the order's own index.
fn orders(plan: &Plan<'_>, member: &Expr) -> bool {
    plan.sort.first().is_some_and(|sort| mentions(member, &|name| name == sort.field))
}

/// Whether SQLite may find a condition through an index of the object.
fn tempts(object: &Object, member: &Expr) -> bool {
    mentions(member, &|name| object.field(name).is_some_and(|field| schema::is_indexed(object, field)))
}

/// Whether one of the object's own fields, or a reference on the way to another, is such a one.
fn mentions(expr: &Expr, such: &dyn Fn(&str) -> bool) -> bool {
    match expr {
        Expr::Field(path) => path.first().is_some_and(|name| such(name)),
        Expr::Over { .. } => false,
        other => other.children().into_iter().any(|part| mentions(part, such)),
    }
}

#[cfg(test)]
mod tests;
