//! The record scope of a caller as a SQL predicate. Never a filter after the fact: pages, counts and sums
//! must not know of records outside the scope.

use crate::{dialect::Dialect, sql::Sql};
use guanxi_model::{Object, Registry};

/// Which records a caller may see or change.
#[derive(Debug, Clone, PartialEq)]
pub enum RowScope {
    /// All of them.
    All,
    /// Those of these owners or departments, and these single records. All empty is nothing.
    Within {
        /// Owners' ids.
        owners: Vec<i64>,
        /// Departments' ids.
        departments: Vec<i64>,
        /// Ids of records shared with the caller, of the object that decides.
        records: Vec<i64>,
        /// Ids of pools whose records are the caller's to see. A record in a pool is reached through its
        /// pool or a sharing, never as one without owner.
        pools: Vec<i64>,
        /// Records without owner and department too (imported ones, which managers hand out).
        unowned: bool,
    },
}

impl RowScope {
    /// No record at all.
    pub const NOTHING: RowScope = RowScope::Within {
        owners: Vec::new(),
        departments: Vec::new(),
        records: Vec::new(),
        pools: Vec::new(),
        unowned: false,
    };
}

/// The column of an object that names the pool its records lie in.
fn pool_column(object: &Object) -> Option<&str> {
    let def = object.access.pool.as_ref()?;
    object.field(&def.field).map(|field| field.column.as_str())
}

/// The object that decides access to an object's records: itself, or the last of its line of `inherit`s.
pub fn deciding<'a>(registry: &'a Registry, object: &'a Object) -> &'a Object {
    match parent(registry, object) {
        Some((_, parent)) => deciding(registry, parent),
        None => object,
    }
}

fn parent<'a>(registry: &'a Registry, object: &'a Object) -> Option<(&'a str, &'a Object)> {
    let field = object.field(object.access.inherit.as_deref()?)?;
    let parent = registry.object(field.target()?)?;
    Some((&field.column, parent))
}

/// Appends ` AND (…)` for a scope.
pub(crate) fn and_scope(
    sql: &mut Sql,
    dialect: Dialect,
    registry: &Registry,
    object: &Object,
    alias: &str,
    scope: &RowScope,
) {
    if let RowScope::Within { .. } = scope {
        sql.push(" AND ");
        within(sql, dialect, registry, object, alias, scope, 0);
    }
}

/// Appends the predicate of a scope.
pub(crate) fn within(
    sql: &mut Sql,
    dialect: Dialect,
    registry: &Registry,
    object: &Object,
    alias: &str,
    scope: &RowScope,
    depth: usize,
) {
    let RowScope::Within { .. } = scope else {
        sql.push("1 = 1");
        return;
    };
    match parent(registry, object) {
        Some((column, parent)) if depth < 4 => {
            let inner = format!("a{depth}");
            sql.push("((")
                .column(alias, column)
                .push(" IS NOT NULL AND EXISTS (SELECT 1 FROM ")
                .name(&parent.table);
            sql.push(" ").push(&inner).push(" WHERE ").column(&inner, "id").push(" = ").column(alias, column);
            sql.push(" AND ");
            within(sql, dialect, registry, parent, &inner, scope, depth + 1);
            sql.push(")) OR (").column(alias, column).push(" IS NULL AND ");
            own(sql, dialect, alias, None, scope, false);
            sql.push("))");
        }
        _ => own(sql, dialect, alias, pool_column(object), scope, true),
    }
}

/// The predicate on a record that decides for itself; `deciding` when shares and pools speak of its kind.
fn own(sql: &mut Sql, dialect: Dialect, alias: &str, pool: Option<&str>, scope: &RowScope, deciding: bool) {
    let RowScope::Within { owners, departments, records, pools, unowned } = scope else { return };
    let (records, pools): (&[i64], &[i64]) =
        if deciding { (records, if pool.is_some() { pools } else { &[] }) } else { (&[], &[]) };
    let mut parts = 0;
    // SQLite answers alternatives by collecting every row of each and sorting them whole, a hundred times
    // slower for a page of fifty than walking the index of the order and skipping what is out of scope. The
    // plus sign keeps the columns from tempting it; one owner alone is best found through its index.
    let alternatives = owners.len() + departments.len() + records.len() + pools.len() + usize::from(*unowned);
    let plus = if dialect == Dialect::Sqlite && alternatives > 1 { "+" } else { "" };
    sql.push("(");
    for (column, ids) in [
        ("owner", &owners[..]),
        ("department", &departments[..]),
        ("id", records),
        (pool.unwrap_or("id"), pools),
    ] {
        if ids.is_empty() {
            continue;
        }
        if parts > 0 {
            sql.push(" OR ");
        }
        parts += 1;
        match ids {
            [id] => sql.push(plus).column(alias, column).push(" = ").bind(*id),
            ids => sql.push(plus).column(alias, column).push(" IN ").bind_list(ids.iter().copied()),
        };
    }
    if *unowned {
        sql.push(if parts > 0 { " OR (" } else { "(" });
        sql.push(plus)
            .column(alias, "owner")
            .push(" IS NULL AND ")
            .column(alias, "department")
            .push(" IS NULL");
        if let Some(pool) = pool.filter(|pool| *pool != "id") {
            sql.push(" AND ").column(alias, pool).push(" IS NULL");
        }
        sql.push(")");
        parts += 1;
    }
    if parts == 0 {
        sql.push("1 = 0");
    }
    sql.push(")");
}

/// Appends `, owner, department, id, pool` of the record that decides access.
pub(crate) fn deciding_columns(sql: &mut Sql, registry: &Registry, object: &Object, alias: &str) {
    for column in [Some("owner"), Some("department"), Some("id"), None] {
        sql.push(", ");
        deciding_column(sql, registry, object, alias, column, 0);
    }
}

/// One of them; none is the pool, whose column the deciding object names.
fn deciding_column(
    sql: &mut Sql,
    registry: &Registry,
    object: &Object,
    alias: &str,
    column: Option<&str>,
    depth: usize,
) {
    let here = |sql: &mut Sql| match column.or_else(|| pool_column(object)) {
        Some(column) => {
            sql.column(alias, column);
        }
        None => {
            sql.push("CAST(NULL AS BIGINT)");
        }
    };
    match parent(registry, object) {
        Some((via, parent)) if depth < 4 => {
            let inner = format!("d{depth}");
            sql.push("CASE WHEN ").column(alias, via).push(" IS NULL THEN ");
            here(sql);
            sql.push(" ELSE (SELECT ");
            deciding_column(sql, registry, parent, &inner, column, depth + 1);
            sql.push(" FROM ").name(&parent.table).push(" ").push(&inner).push(" WHERE ");
            sql.column(&inner, "id").push(" = ").column(alias, via).push(") END");
        }
        _ => here(sql),
    }
}
