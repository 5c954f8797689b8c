//! Roll-ups: facts about a record computed from the records that refer to it, refreshed inside the
//! transaction that changes those. Recomputing the few parents a change touches through the index on the
//! reference costs microseconds and cannot drift, which adding and subtracting differences can.

use crate::{conn::Conn, error::Result, filter, sql::Sql};
use guanxi_model::{
    FieldKind, Object, RecordId, Registry, Stored,
    expr::{self, Env},
    field::RollUpFunction,
    registry::RollUpTarget,
};

/// Recomputes the roll-ups that depend on `child` for the given records of `parent`.
pub fn refresh(
    conn: &mut Conn<'_>,
    registry: &Registry,
    child: &str,
    parent: &str,
    via: &str,
    records: &[RecordId],
    env: &Env,
) -> Result<()> {
    let targets: Vec<&RollUpTarget> =
        registry.roll_ups(child).iter().filter(|t| t.object == parent && t.via == via).collect();
    if targets.is_empty() {
        return Ok(());
    }
    let (Some(parent), Some(child)) = (registry.object(parent), registry.object(child)) else {
        return Ok(());
    };
    if targets.is_empty() {
        return Ok(());
    }
    // One look at the children of a parent answers for all of its facts.
    for chunk in records.chunks(500) {
        let mut sql = Sql::new("UPDATE ");
        sql.name(&parent.table).push(" SET (");
        for (i, target) in targets.iter().enumerate() {
            sql.push(if i > 0 { ", " } else { "" }).name(&column_of(parent, &target.field));
        }
        sql.push(") = (SELECT ");
        for (i, target) in targets.iter().enumerate() {
            sql.push(if i > 0 { ", " } else { "" });
            fact(&mut sql, conn.dialect(), registry, parent, child, target, env)?;
        }
        children(&mut sql, parent, child, via);
        sql.push(") WHERE \"id\" IN ").bind_list(chunk.iter().copied());
        conn.execute(&sql)?;
    }
    Ok(())
}

/// Computes one roll-up for every record of its object, when the field is new.
pub fn refresh_all(
    conn: &mut Conn<'_>,
    registry: &Registry,
    child: &str,
    target: &RollUpTarget,
    env: &Env,
) -> Result<()> {
    let (Some(parent), Some(child)) = (registry.object(&target.object), registry.object(child)) else {
        return Ok(());
    };
    let mut sql = Sql::new("UPDATE ");
    sql.name(&parent.table).push(" SET ").name(&column_of(parent, &target.field)).push(" = ");
    computed(&mut sql, conn.dialect(), registry, parent, child, target, env)?;
    conn.execute(&sql)?;
    Ok(())
}

/// How many records of an object have a roll-up that differs from its rows; zero proves it.
pub fn differing(
    conn: &mut Conn<'_>,
    registry: &Registry,
    child: &str,
    target: &RollUpTarget,
    env: &Env,
) -> Result<i64> {
    let (Some(parent), Some(child)) = (registry.object(&target.object), registry.object(child)) else {
        return Ok(0);
    };
    let mut sql = Sql::new("SELECT count(*) FROM ");
    sql.name(&parent.table)
        .push(" WHERE ")
        .name(&parent.table)
        .push(".")
        .name(&column_of(parent, &target.field));
    sql.push(" IS DISTINCT FROM ");
    computed(&mut sql, conn.dialect(), registry, parent, child, target, env)?;
    Ok(conn.query_one(&sql)?.and_then(|row| row.first().and_then(Stored::int)).unwrap_or(0))
}

fn column_of(object: &Object, field: &str) -> String {
    object.field(field).map_or_else(|| field.to_owned(), |field| field.column.clone())
}

/// Appends a query for one fact of a record of `parent`.
fn computed(
    sql: &mut Sql,
    dialect: crate::dialect::Dialect,
    registry: &Registry,
    parent: &Object,
    child: &Object,
    target: &RollUpTarget,
    env: &Env,
) -> Result<()> {
    sql.push("(SELECT ");
    fact(sql, dialect, registry, parent, child, target, env)?;
    children(sql, parent, child, &target.via);
    sql.push(")");
    Ok(())
}

/// Appends `FROM` the live children `c` of a record of `parent`.
fn children(sql: &mut Sql, parent: &Object, child: &Object, via: &str) {
    sql.push(" FROM ").name(&child.table).push(" c WHERE ").column("c", &column_of(child, via));
    sql.push(" = ").name(&parent.table).push(".\"id\" AND c.\"deleted_at\" IS NULL");
}

/// Appends the aggregate over children `c` that makes a fact.
fn fact(
    sql: &mut Sql,
    dialect: crate::dialect::Dialect,
    registry: &Registry,
    parent: &Object,
    child: &Object,
    target: &RollUpTarget,
    env: &Env,
) -> Result<()> {
    let Some(FieldKind::RollUp { function, field, condition, .. }) =
        parent.field(&target.field).map(|f| &f.kind)
    else {
        sql.push("NULL");
        return Ok(());
    };
    let condition = match condition {
        Some(condition) => {
            let expr = expr::parse(condition).map_err(|e| crate::error::Error::Other(Box::new(e)))?;
            let mut filter =
                Sql { text: " FILTER (WHERE ".to_owned(), params: std::mem::take(&mut sql.params) };
            filter::compile(&expr, child, registry, env, "c", dialect, &mut filter)
                .map_err(|e| crate::error::Error::Other(Box::new(e)))?;
            sql.params = std::mem::take(&mut filter.params);
            filter.text + ")"
        }
        None => String::new(),
    };
    let column = field.as_ref().map(|field| format!("c.\"{}\"", column_of(child, field)));
    let value = match (function, column) {
        (RollUpFunction::Count, _) | (_, None) => format!("count(*){condition}"),
        (RollUpFunction::Sum, Some(column)) => {
            format!("CAST(coalesce(sum({column}){condition}, 0) AS BIGINT)")
        }
        (RollUpFunction::Min, Some(column)) => format!("min({column}){condition}"),
        (RollUpFunction::Max, Some(column)) => format!("max({column}){condition}"),
    };
    sql.push(&value);
    Ok(())
}
