//! Single records: reading them whole, writing them, moving them to the recycle bin and out of it.

use crate::{
    conn::{Conn, Row},
    error::Result,
    insert::Insert,
    schema::TITLE_KEY,
    sql::Sql,
};
use guanxi_model::{Field, Object, RecordId, Registry, Stored, Value};
use std::collections::HashMap;

/// A record as stored: values in the order of the object's fields.
#[derive(Debug, Clone)]
pub struct Raw {
    /// Its id.
    pub id: RecordId,
    /// Its version.
    pub version: i64,
    /// Its values.
    pub values: Vec<Value>,
}

/// Live records, records in the recycle bin, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Not deleted.
    Live,
    /// In the recycle bin.
    Trash,
    /// Either.
    Any,
}

/// Appends the condition on `deleted_at`.
pub(crate) fn life_clause(sql: &mut Sql, alias: &str, life: Life) {
    match life {
        Life::Live => sql.column(alias, "deleted_at").push(" IS NULL"),
        Life::Trash => sql.column(alias, "deleted_at").push(" IS NOT NULL"),
        Life::Any => sql.push("1 = 1"),
    };
}

/// Appends all columns of an object, in the order of its fields.
pub(crate) fn all_columns(sql: &mut Sql, object: &Object, alias: &str) {
    for (i, field) in object.fields.iter().enumerate() {
        if i > 0 {
            sql.push(", ");
        }
        sql.column(alias, &field.column);
    }
}

/// The record of a row that holds all columns.
pub(crate) fn raw_of(object: &Object, row: &Row) -> Raw {
    let values: Vec<Value> =
        object.fields.iter().zip(row).map(|(field, stored)| field.load(stored)).collect();
    let number =
        |name: &str| object.index.get(name).and_then(|i| row.get(*i)).and_then(Stored::int).unwrap_or(0);
    Raw { id: RecordId(number("id")), version: number("version"), values }
}

/// Records by id, in no particular order; missing ones are left out.
pub fn fetch(conn: &mut Conn<'_>, object: &Object, ids: &[RecordId], life: Life) -> Result<Vec<Raw>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut sql = Sql::new("SELECT ");
        all_columns(&mut sql, object, "t");
        sql.push(" FROM ").name(&object.table).push(" t WHERE ");
        match chunk {
            [id] => sql.column("t", "id").push(" = ").bind(*id),
            ids => sql.column("t", "id").push(" IN ").bind_list(ids.iter().copied()),
        };
        sql.push(" AND ");
        life_clause(&mut sql, "t", life);
        found.extend(conn.query(&sql)?.iter().map(|row| raw_of(object, row)));
    }
    Ok(found)
}

/// Writes new records. The values of each stand in the order of the object's fields, id and version among
/// them; beside them the key by which its title sorts.
pub fn insert<'v>(
    conn: &mut Conn<'_>,
    object: &Object,
    records: impl IntoIterator<Item = (&'v [Value], String)>,
) -> Result<()> {
    let columns = object.fields.iter().map(|field| field.column.as_str());
    let insert = Insert::plain(&object.table, columns.chain([TITLE_KEY]));
    let rows = records.into_iter().map(|(values, title_key)| {
        let stored = object.fields.iter().zip(values).map(|(field, value)| field.store(value));
        stored.chain([Stored::from(title_key)]).collect()
    });
    insert.rows(conn, rows.collect())
}

/// Changes fields of a record if it still has the expected version, and raises the version. False when it
/// was changed, deleted or purged in between.
pub fn update(
    conn: &mut Conn<'_>,
    object: &Object,
    id: RecordId,
    version: i64,
    changes: &[(usize, &Value)],
    title_key: Option<&str>,
) -> Result<bool> {
    let mut sql = Sql::new("UPDATE ");
    sql.name(&object.table).push(" SET \"version\" = ").bind(version + 1);
    for (position, value) in changes {
        let field = &object.fields[*position];
        sql.push(", ").name(&field.column).push(" = ").bind(field.store(value));
    }
    if let Some(key) = title_key {
        sql.push(", \"title_key\" = ").bind(key);
    }
    sql.push(" WHERE \"id\" = ").bind(id).push(" AND \"version\" = ").bind(version);
    Ok(conn.execute(&sql)? == 1)
}

/// Keeps a fact with records without touching their version: one statement for each value and chunk.
pub fn keep(conn: &mut Conn<'_>, object: &Object, field: &Field, facts: &[(RecordId, Value)]) -> Result<()> {
    let mut by_value: HashMap<Stored, Vec<RecordId>> = HashMap::new();
    for (id, value) in facts {
        by_value.entry(field.store(value)).or_default().push(*id);
    }
    for (value, ids) in by_value {
        for chunk in ids.chunks(500) {
            let mut sql = Sql::new("UPDATE ");
            sql.name(&object.table).push(" SET ").name(&field.column).push(" = ").bind(value.clone());
            sql.push(" WHERE \"id\" IN ").bind_list(chunk.iter().copied());
            conn.execute(&sql)?;
        }
    }
    Ok(())
}

/// Erases a record for good.
pub fn purge(conn: &mut Conn<'_>, object: &Object, id: RecordId) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM ");
    sql.name(&object.table).push(" WHERE \"id\" = ").bind(id);
    conn.execute(&sql)?;
    Ok(())
}

/// Records whose single reference `via` names one of `parents`.
pub fn referring(
    conn: &mut Conn<'_>,
    object: &Object,
    via: &str,
    parents: &[RecordId],
    life: Life,
) -> Result<Vec<Raw>> {
    let Some(field) = object.field(via) else { return Ok(Vec::new()) };
    let mut sql = Sql::new("SELECT ");
    all_columns(&mut sql, object, "t");
    sql.push(" FROM ").name(&object.table).push(" t WHERE ").column("t", &field.column).push(" IN ");
    sql.bind_list(parents.iter().copied()).push(" AND ");
    life_clause(&mut sql, "t", life);
    Ok(conn.query(&sql)?.iter().map(|row| raw_of(object, row)).collect())
}

/// The record that has a value in a field (a key such as `external_id` or `login`), live ones only.
pub fn by_key(
    conn: &mut Conn<'_>,
    object: &Object,
    field: &str,
    keys: &[Stored],
) -> Result<Vec<(Stored, RecordId)>> {
    let Some(field) = object.field(field) else { return Ok(Vec::new()) };
    let mut found = Vec::with_capacity(keys.len());
    for chunk in keys.chunks(500) {
        let mut sql = Sql::new("SELECT ");
        sql.column("t", &field.column).push(", ").column("t", "id").push(" FROM ").name(&object.table);
        sql.push(" t WHERE ")
            .column("t", &field.column)
            .push(" IN ")
            .bind_list(chunk.iter().cloned())
            .push(" AND ");
        life_clause(&mut sql, "t", Life::Live);
        for row in conn.query(&sql)? {
            if let [key, Stored::Int(id)] = row.as_slice() {
                found.push((key.clone(), RecordId(*id)));
            }
        }
    }
    Ok(found)
}

/// A record's title with what decides access to it.
#[derive(Debug, Clone)]
pub struct Title {
    /// The record.
    pub id: RecordId,
    /// Its title.
    pub title: Value,
    /// Owner of the record that decides access.
    pub owner: Option<RecordId>,
    /// Department of the record that decides access.
    pub department: Option<RecordId>,
    /// The record that decides access.
    pub deciding: Option<RecordId>,
    /// The pool it lies in.
    pub pool: Option<RecordId>,
}

/// Titles of records, for naming references; those in the recycle bin too.
pub fn titles(
    conn: &mut Conn<'_>,
    registry: &Registry,
    object: &Object,
    ids: &[RecordId],
) -> Result<Vec<Title>> {
    let field = object.title_field();
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut sql = Sql::new("SELECT t.\"id\", ");
        sql.column("t", &field.column);
        crate::scope::deciding_columns(&mut sql, registry, object, "t");
        sql.push(" FROM ").name(&object.table).push(" t WHERE t.\"id\" IN ").bind_list(chunk.iter().copied());
        for row in conn.query(&sql)? {
            let id = |i: usize| row.get(i).and_then(Stored::int).map(RecordId);
            if let (Some(record), Some(stored)) = (id(0), row.get(1)) {
                found.push(Title {
                    id: record,
                    title: field.load(stored),
                    owner: id(2),
                    department: id(3),
                    deciding: id(4),
                    pool: id(5),
                });
            }
        }
    }
    Ok(found)
}

/// Every record of a small object (users, departments), by id.
pub fn all(conn: &mut Conn<'_>, object: &Object, life: Life) -> Result<Vec<Raw>> {
    let mut sql = Sql::new("SELECT ");
    all_columns(&mut sql, object, "t");
    sql.push(" FROM ").name(&object.table).push(" t WHERE ");
    life_clause(&mut sql, "t", life);
    sql.push(" ORDER BY t.\"id\"");
    Ok(conn.query(&sql)?.iter().map(|row| raw_of(object, row)).collect())
}

/// Which of these records exist.
pub fn existing(conn: &mut Conn<'_>, object: &Object, ids: &[RecordId], life: Life) -> Result<Vec<RecordId>> {
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        let mut sql = Sql::new("SELECT t.\"id\" FROM ");
        sql.name(&object.table).push(" t WHERE t.\"id\" IN ").bind_list(chunk.iter().copied()).push(" AND ");
        life_clause(&mut sql, "t", life);
        found.extend(
            conn.query(&sql)?.iter().filter_map(|row| row.first().and_then(Stored::int)).map(RecordId),
        );
    }
    Ok(found)
}
