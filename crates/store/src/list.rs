//! Lists: one statement for a page of records with what it shows, inside the caller's scope.

mod walk;

use crate::{
    conn::Conn,
    dialect::Dialect,
    error::{Error, Result},
    filter,
    records::{Life, life_clause},
    scope::{self, RowScope},
    search::{self, Words},
    sql::Sql,
};
use guanxi_model::{
    Field, Object, RecordId, Registry, Stored,
    expr::{Env, Expr},
    query::{COUNT_CAP, Cursor, Sort},
};
pub(crate) use walk::Way;

/// Words to search for, as a caller may search: in clear everywhere, or guarded tokens only within a
/// narrower scope.
#[derive(Debug, Clone)]
pub struct SearchPlan {
    /// Open tokens, and guarded ones too when the caller sees those fields on every record of the scope.
    pub words: Words,
    /// Records on which guarded tokens count as well.
    pub guarded_within: Option<RowScope>,
    /// Ids found by exact match of a masked value.
    pub exact: Vec<RecordId>,
    /// Holds of every record whose words may be searched at all: one in a pool that shows less than all
    /// of them is found by its title alone.
    pub only: Option<Expr>,
}

/// A read that the gate has approved: every field was checked and the scope is the caller's.
pub struct Plan<'a> {
    /// All metadata.
    pub registry: &'a Registry,
    /// The object listed.
    pub object: &'a Object,
    /// What expressions know of the caller.
    pub env: &'a Env,
    /// Fields to return, each as the line of references to it and the field itself.
    pub columns: Vec<Vec<&'a Field>>,
    /// Which records the caller may see.
    pub scope: &'a RowScope,
    /// Which of them are wanted.
    pub filter: Option<&'a Expr>,
    /// Which of them match.
    pub search: Option<&'a SearchPlan>,
    /// In which order.
    pub sort: &'a [Sort],
    /// After which place.
    pub after: Option<&'a Cursor>,
    /// How many.
    pub limit: usize,
    /// Live or deleted.
    pub life: Life,
}

/// A record of a list.
#[derive(Debug, Clone)]
pub struct ListRow {
    /// Its id.
    pub id: RecordId,
    /// Its version.
    pub version: i64,
    /// Owner of the record that decides access.
    pub owner: Option<RecordId>,
    /// Department of the record that decides access.
    pub department: Option<RecordId>,
    /// The record that decides access.
    pub deciding: Option<RecordId>,
    /// The pool it lies in.
    pub pool: Option<RecordId>,
    /// The wanted fields.
    pub values: Vec<Stored>,
    /// Its value of the first sort field.
    pub sort_value: Stored,
}

/// One page.
pub fn list(conn: &mut Conn<'_>, plan: &Plan<'_>) -> Result<Vec<ListRow>> {
    let way = Way::of(conn, plan)?;
    let mut rows = page(conn, plan, way, Tail::Whole)?;
    // Under a descending sort the empty values come last, and a cursor on a value bounds the index scan by
    // `<=`, which no null satisfies; the rest of the page is a second scan over the nulls.
    let descending = plan.sort.first().is_some_and(|sort| sort.descending);
    if descending && rows.len() < plan.limit && plan.after.is_some_and(|cursor| !cursor.value.is_null()) {
        rows.extend(page(conn, plan, way, Tail::Nulls(plan.limit - rows.len()))?);
    }
    Ok(rows)
}

/// How many records the plan covers, at most one more than the cap unless exact.
pub fn count(conn: &mut Conn<'_>, plan: &Plan<'_>, exact: bool) -> Result<i64> {
    let mut sql = Sql::new("SELECT count(*) FROM (SELECT 1 FROM ");
    sql.name(&plan.object.table).push(" t WHERE ");
    conditions(&mut sql, conn.dialect(), plan, Way::Collect)?;
    if !exact {
        sql.push(" LIMIT ").bind(COUNT_CAP + 1);
    }
    sql.push(") c");
    Ok(conn.query_one(&sql)?.and_then(|row| row.first().and_then(Stored::int)).unwrap_or(0))
}

#[derive(Clone, Copy, PartialEq)]
enum Tail {
    Whole,
    Nulls(usize),
}

fn page(conn: &mut Conn<'_>, plan: &Plan<'_>, way: Way, tail: Tail) -> Result<Vec<ListRow>> {
    let dialect = conn.dialect();
    let mut sql = Sql::new("SELECT t.\"id\", t.\"version\"");
    scope::deciding_columns(&mut sql, plan.registry, plan.object, "t");
    sql.push(", ");
    sort_column(&mut sql, plan, 0);
    for path in &plan.columns {
        sql.push(", ");
        path_column(&mut sql, plan.registry, path, "t");
    }
    sql.push(" FROM ");
    // With the newest first the index is walked from its end and stops at the limit; any other order has to
    // collect the matches before sorting them.
    let walk_index = dialect == Dialect::Sqlite
        && plan.sort.is_empty()
        && plan.life == Life::Live
        && plan.search.is_some_and(|s| s.guarded_within.is_none() && s.exact.is_empty());
    match plan.search {
        Some(search) if walk_index => {
            sql.push("gx_search s CROSS JOIN ")
                .name(&plan.object.table)
                .push(" t ON t.\"id\" = s.rowid WHERE ");
            sql.push("s.gx_search MATCH ")
                .bind(search::fts5(Some(&plan.object.name), &search.words))
                .push(" AND ");
            base_conditions(&mut sql, dialect, plan, way)?;
        }
        _ => {
            sql.name(&plan.object.table).push(" t WHERE ");
            conditions(&mut sql, dialect, plan, way)?;
        }
    }
    match tail {
        Tail::Whole => after_clause(&mut sql, plan),
        Tail::Nulls(_) => {
            sql.push(" AND ");
            sort_column(&mut sql, plan, 0);
            sql.push(" IS NULL");
        }
    }
    if walk_index {
        sql.push(" ORDER BY s.rowid DESC");
    } else {
        order_by(&mut sql, dialect, plan);
    }
    let limit = match tail {
        Tail::Whole => plan.limit,
        Tail::Nulls(rest) => rest,
    };
    sql.push(" LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = conn.query(&sql)?;
    Ok(rows.into_iter().map(list_row).collect())
}

fn list_row(mut row: Vec<Stored>) -> ListRow {
    let values = row.split_off(7);
    let number = |i: usize| row.get(i).and_then(Stored::int);
    ListRow {
        id: RecordId(number(0).unwrap_or(0)),
        version: number(1).unwrap_or(0),
        owner: number(2).map(RecordId),
        department: number(3).map(RecordId),
        deciding: number(4).map(RecordId),
        pool: number(5).map(RecordId),
        sort_value: row.get(6).cloned().unwrap_or(Stored::Null),
        values,
    }
}

/// Appends every condition of the plan.
pub(crate) fn conditions(sql: &mut Sql, dialect: Dialect, plan: &Plan<'_>, way: Way) -> Result<()> {
    base_conditions(sql, dialect, plan, way)?;
    if let Some(found) = plan.search {
        sql.push(" AND (");
        search::and_matches(sql, dialect, &plan.object.name, "t", &found.words);
        if let Some(scope) = &found.guarded_within {
            sql.push(" OR (");
            let words = Words { guarded: true, ..found.words.clone() };
            search::and_matches(sql, dialect, &plan.object.name, "t", &words);
            sql.push(" AND ");
            scope::within(sql, dialect, plan.registry, plan.object, "t", scope, 0);
            sql.push(")");
        }
        if !found.exact.is_empty() {
            sql.push(" OR ").column("t", "id").push(" IN ").bind_list(found.exact.iter().copied());
        }
        sql.push(")");
    }
    Ok(())
}

fn base_conditions(sql: &mut Sql, dialect: Dialect, plan: &Plan<'_>, way: Way) -> Result<()> {
    life_clause(sql, "t", plan.life);
    scope::and_scope(sql, dialect, plan.registry, plan.object, "t", plan.scope);
    let searched = plan.search.and_then(|search| search.only.as_ref());
    for expr in plan.filter.into_iter().chain(searched) {
        for member in walk::members(expr) {
            // No index answers what stands inside a CASE.
            let hidden = dialect == Dialect::Sqlite && way.hides(plan, member);
            sql.push(if hidden { " AND CASE WHEN (" } else { " AND (" });
            filter::compile(member, plan.object, plan.registry, plan.env, "t", dialect, sql)
                .map_err(|error| Error::Other(Box::new(error)))?;
            sql.push(if hidden { ") THEN 1 END" } else { ")" });
        }
    }
    Ok(())
}

/// Appends a field reached through references, as nested look-ups by primary key.
pub(crate) fn path_column(sql: &mut Sql, registry: &Registry, path: &[&Field], alias: &str) {
    let [first, rest @ ..] = path else { return };
    if rest.is_empty() {
        sql.column(alias, &first.column);
        return;
    }
    let Some(target) = first.target().and_then(|target| registry.object(target)) else {
        sql.push("NULL");
        return;
    };
    let inner = format!("p{}", rest.len());
    sql.push("(SELECT ");
    path_column(sql, registry, rest, &inner);
    sql.push(" FROM ").name(&target.table).push(" ").push(&inner).push(" WHERE ");
    sql.column(&inner, "id").push(" = ").column(alias, &first.column).push(")");
}

/// Appends the n-th sort key. Names sort by pinyin, through the key kept beside the title.
fn sort_column(sql: &mut Sql, plan: &Plan<'_>, position: usize) {
    match plan.sort.get(position) {
        None => sql.column("t", "id"),
        Some(sort) if sort.field == plan.object.title => sql.column("t", "title_key"),
        Some(sort) => match plan.object.field(&sort.field) {
            Some(field) => sql.column("t", &field.column),
            None => sql.column("t", "id"),
        },
    };
}

fn order_by(sql: &mut Sql, dialect: Dialect, plan: &Plan<'_>) {
    sql.push(" ORDER BY ");
    for (position, sort) in plan.sort.iter().enumerate() {
        sort_column(sql, plan, position);
        sql.push(match (dialect, sort.descending) {
            (Dialect::Sqlite, false) => ", ",
            (Dialect::Sqlite, true) => " DESC, ",
            (Dialect::Postgres, false) => " ASC NULLS FIRST, ",
            (Dialect::Postgres, true) => " DESC NULLS LAST, ",
        });
    }
    sql.push("t.\"id\"").push(if id_descends(plan) { " DESC" } else { "" });
}

/// Ids follow the direction of the first sort key, so that an index on (key, id) serves both.
fn id_descends(plan: &Plan<'_>) -> bool {
    plan.sort.first().is_none_or(|sort| sort.descending)
}

fn after_clause(sql: &mut Sql, plan: &Plan<'_>) {
    let Some(cursor) = plan.after else { return };
    let id_order = if id_descends(plan) { " < " } else { " > " };
    if plan.sort.is_empty() {
        sql.push(" AND t.\"id\"").push(id_order).bind(cursor.id);
        return;
    }
    let descending = plan.sort[0].descending;
    sql.push(" AND ");
    match (&cursor.value, descending) {
        (Stored::Null, false) => {
            sql.push("(");
            sort_column(sql, plan, 0);
            sql.push(" IS NOT NULL OR t.\"id\" > ").bind(cursor.id).push(")");
        }
        (Stored::Null, true) => {
            sort_column(sql, plan, 0);
            sql.push(" IS NULL AND t.\"id\" < ").bind(cursor.id);
        }
        (value, descending) => {
            // The first bound lets the index start at the cursor; the second drops what was already seen.
            sort_column(sql, plan, 0);
            sql.push(if descending { " <= " } else { " >= " }).bind(value.clone()).push(" AND (");
            sort_column(sql, plan, 0);
            sql.push(if descending { " < " } else { " > " }).bind(value.clone());
            sql.push(" OR t.\"id\"").push(id_order).bind(cursor.id).push(")");
        }
    }
}
