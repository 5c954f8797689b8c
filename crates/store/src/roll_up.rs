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
    let (Some(parent), Some(child)) = (registry.object(parent), registry.object(child)) else {
        return Ok(());
    };
    for chunk in records.chunks(500) {
        for target in &targets {
            let mut sql = Sql::new("UPDATE ");
            sql.name(&parent.table).push(" SET ").name(&column_of(parent, &target.field)).push(" = ");
            computed(&mut sql, conn.dialect(), registry, parent, child, target, env)?;
            sql.push(" WHERE \"id\" IN ").bind_list(chunk.iter().copied());
            conn.execute(&sql)?;
        }
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

fn computed(
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
    let column = field.as_ref().map(|field| format!("c.\"{}\"", column_of(child, field)));
    let value = match (function, column) {
        (RollUpFunction::Count, _) | (_, None) => "count(*)".to_owned(),
        (RollUpFunction::Sum, Some(column)) => format!("CAST(coalesce(sum({column}), 0) AS BIGINT)"),
        (RollUpFunction::Min, Some(column)) => format!("min({column})"),
        (RollUpFunction::Max, Some(column)) => format!("max({column})"),
    };
    sql.push("(SELECT ").push(&value).push(" FROM ").name(&child.table).push(" c WHERE ");
    sql.column("c", &column_of(child, &target.via)).push(" = ").name(&parent.table).push(".\"id\"");
    sql.push(" AND c.\"deleted_at\" IS NULL");
    if let Some(condition) = condition {
        let expr = expr::parse(condition).map_err(|e| crate::error::Error::Other(Box::new(e)))?;
        sql.push(" AND (");
        filter::compile(&expr, child, registry, env, "c", dialect, sql)
            .map_err(|e| crate::error::Error::Other(Box::new(e)))?;
        sql.push(")");
    }
    sql.push(")");
    Ok(())
}
