//! Match keys: normal forms of names, phones and codes under which the same customer is found again, and what
//! a search through the whole set found.
//!
//! Every question is answered by the index on (object, field, key): one key is a point in it, names that
//! begin alike are a short range of it, and walking it in order brings equal keys together.

use crate::{columns::Columns, conn::Conn, error::Result, insert::Insert, sql::Sql};
use guanxi_model::{Field, Object, RecordId, Stored};
use std::collections::BTreeSet;

/// Adds the keys of records that have none.
pub fn insert(conn: &mut Conn<'_>, object: &str, keys: Vec<(RecordId, Vec<(String, String)>)>) -> Result<()> {
    let rows = keys.into_iter().flat_map(|(record, keys)| {
        keys.into_iter().map(move |(field, key)| vec![object.into(), field.into(), key.into(), record.into()])
    });
    Insert::plain("gx_match", ["object", "field", "key", "record"]).rows(conn, rows.collect())
}

/// Removes the keys of a record.
pub fn remove(conn: &mut Conn<'_>, record: RecordId) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM gx_match WHERE record = ");
    sql.bind(record);
    conn.execute(&sql)?;
    Ok(())
}

/// Records that share a key: key and record.
pub fn find(
    conn: &mut Conn<'_>,
    object: &str,
    field: &str,
    keys: &[&str],
) -> Result<Vec<(String, RecordId)>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(500) {
        let mut sql = Sql::new("SELECT key, record FROM gx_match WHERE object = ");
        sql.bind(object).push(" AND field = ").bind(field);
        match chunk {
            [key] => sql.push(" AND key = ").bind(*key).push(" LIMIT 20"),
            keys => sql.push(" AND key IN ").bind_list(keys.iter().copied()),
        };
        for row in conn.query(&sql)? {
            if let [Stored::Text(key), Stored::Int(record)] = row.as_slice() {
                found.push((key.clone(), RecordId(*record)));
            }
        }
    }
    Ok(found)
}

/// Records whose key begins so, in the order of their keys, at most `limit`.
pub fn beginning(
    conn: &mut Conn<'_>,
    object: &str,
    field: &str,
    stem: &str,
    limit: i64,
) -> Result<Vec<(String, RecordId)>> {
    let mut sql = Sql::new("SELECT key, record FROM gx_match WHERE object = ");
    sql.bind(object).push(" AND field = ").bind(field).push(" AND key >= ").bind(stem);
    sql.push(" AND key < ").bind(format!("{stem}\u{10ffff}")).push(" ORDER BY key LIMIT ").bind(limit);
    let mut found = Vec::new();
    for row in conn.query(&sql)? {
        if let [Stored::Text(key), Stored::Int(record)] = row.as_slice() {
            found.push((key.clone(), RecordId(*record)));
        }
    }
    Ok(found)
}

/// The text that live records have in a field.
pub fn texts(
    conn: &mut Conn<'_>,
    object: &Object,
    field: &Field,
    ids: &[RecordId],
) -> Result<Vec<(RecordId, String)>> {
    let mut found = Vec::new();
    for chunk in ids.chunks(500) {
        let mut sql = Sql::new("SELECT t.\"id\", ");
        sql.column("t", &field.column).push(" FROM ").name(&object.table);
        sql.push(" t WHERE t.\"deleted_at\" IS NULL AND t.\"id\" IN ").bind_list(chunk.iter().copied());
        for row in conn.query(&sql)? {
            if let [Stored::Int(id), Stored::Text(text)] = row.as_slice() {
                found.push((RecordId(*id), text.clone()));
            }
        }
    }
    Ok(found)
}

/// Whether live records have a value in a field and none of them a key: the key is newer than they are.
pub fn is_unkeyed(conn: &mut Conn<'_>, object: &Object, field: &Field, key: &str) -> Result<bool> {
    let any =
        sql!("SELECT 1 FROM gx_match WHERE object = $1 AND field = $2 LIMIT 1", object.name.as_str(), key);
    if conn.query_one(&any)?.is_some() {
        return Ok(false);
    }
    let mut sql = Sql::new("SELECT 1 FROM ");
    sql.name(&object.table).push(" WHERE \"deleted_at\" IS NULL AND ").name(&field.column);
    sql.push(" IS NOT NULL LIMIT 1");
    Ok(conn.query_one(&sql)?.is_some())
}

/// Live records after an id with the text they have in a field, in the order of their ids.
pub fn texts_after(
    conn: &mut Conn<'_>,
    object: &Object,
    field: &Field,
    after: RecordId,
    limit: i64,
) -> Result<Vec<(RecordId, String)>> {
    let mut sql = Sql::new("SELECT t.\"id\", coalesce(");
    sql.column("t", &field.column).push(", '') FROM ").name(&object.table);
    sql.push(" t WHERE t.\"deleted_at\" IS NULL AND t.\"id\" > ").bind(after);
    sql.push(" ORDER BY t.\"id\" LIMIT ").bind(limit);
    let rows = conn.query(&sql)?;
    rows.into_iter()
        .map(|row| {
            let mut row = Columns::new(row);
            Ok((RecordId(row.int()?), row.text()?))
        })
        .collect()
}

/// How many keys an object's records have.
pub fn count(conn: &mut Conn<'_>, object: &str) -> Result<i64> {
    let row = conn.query_one(&sql!("SELECT count(*) FROM gx_match WHERE object = $1", object))?;
    row.map_or(Ok(0), |row| Columns::new(row).int())
}

/// Hands every key of an object to `f` in order, so that equal ones come one after another: field, key, record.
pub fn each(
    conn: &mut Conn<'_>,
    object: &str,
    f: &mut dyn FnMut(&str, &str, RecordId) -> Result<()>,
) -> Result<()> {
    let text = "SELECT field, key, record FROM gx_match WHERE object = $1 ORDER BY field, key";
    conn.each(&sql!(text, object), &mut |row| match row.as_slice() {
        [Stored::Text(field), Stored::Text(key), Stored::Int(record)] => f(field, key, RecordId(*record)),
        _ => Ok(()),
    })
}

/// Pairs that a person found to be two, the smaller id first.
pub fn distinct(conn: &mut Conn<'_>, object: &str) -> Result<BTreeSet<(i64, i64)>> {
    let rows = conn.query(&sql!("SELECT one, other FROM gx_distinct WHERE object = $1", object))?;
    rows.into_iter()
        .map(|row| {
            let mut row = Columns::new(row);
            Ok((row.int()?, row.int()?))
        })
        .collect()
}

/// Remembers that two records are not the same.
pub fn set_distinct(
    conn: &mut Conn<'_>,
    object: &str,
    (one, other): (RecordId, RecordId),
    at: i64,
    actor: Option<RecordId>,
) -> Result<()> {
    let (one, other) = (one.min(other), one.max(other));
    let text = "INSERT INTO gx_distinct (object, one, other, at, actor) VALUES ($1, $2, $3, $4, $5) \
                ON CONFLICT DO NOTHING";
    conn.execute(&sql!(text, object, one, other, at, actor)).map(drop)
}

/// Records that are probably one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its number within the search.
    pub number: i64,
    /// Nothing agrees exactly.
    pub similar: bool,
    /// The records.
    pub records: Vec<RecordId>,
    /// The keys that agree: names of fields, a `~` behind those that only sound alike.
    pub evidence: Vec<String>,
}

/// The last search through a whole object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// When it ended, in milliseconds.
    pub at: i64,
    /// How many keys it looked at.
    pub records: i64,
    /// How many groups it found.
    pub groups: i64,
}

/// Forgets what the last search found.
pub fn forget(conn: &mut Conn<'_>, object: &str) -> Result<()> {
    conn.execute(&sql!("DELETE FROM gx_duplicate WHERE object = $1", object))?;
    conn.execute(&sql!("DELETE FROM gx_duplicate_search WHERE object = $1", object)).map(drop)
}

/// Keeps groups.
pub fn keep(conn: &mut Conn<'_>, object: &str, groups: &[Group]) -> Result<()> {
    let text =
        "INSERT INTO gx_duplicate (object, number, alike, records, evidence) VALUES ($1, $2, $3, $4, $5)";
    for group in groups {
        let records: Vec<i64> = group.records.iter().map(|id| id.0).collect();
        let (records, evidence) = (serde_json::json!(records), serde_json::json!(group.evidence));
        let similar = i64::from(group.similar);
        conn.execute(&sql!(text, object, group.number, similar, records.to_string(), evidence.to_string()))?;
    }
    Ok(())
}

/// Keeps that a search ended.
pub fn ended(conn: &mut Conn<'_>, object: &str, search: &Search) -> Result<()> {
    let text = "INSERT INTO gx_duplicate_search (object, at, records, clusters) VALUES ($1, $2, $3, $4)";
    conn.execute(&sql!(text, object, search.at, search.records, search.groups)).map(drop)
}

/// The last search that ended.
pub fn last_search(conn: &mut Conn<'_>, object: &str) -> Result<Option<Search>> {
    let text = "SELECT at, records, clusters FROM gx_duplicate_search WHERE object = $1";
    let Some(row) = conn.query_one(&sql!(text, object))? else { return Ok(None) };
    let mut row = Columns::new(row);
    Ok(Some(Search { at: row.int()?, records: row.int()?, groups: row.int()? }))
}

/// Groups after a number, in order.
pub fn groups(conn: &mut Conn<'_>, object: &str, after: i64, limit: i64) -> Result<Vec<Group>> {
    let text = "SELECT number, alike, records, evidence FROM gx_duplicate \
                WHERE object = $1 AND number > $2 ORDER BY number LIMIT $3";
    let rows = conn.query(&sql!(text, object, after, limit))?;
    rows.into_iter()
        .map(|row| {
            let mut row = Columns::new(row);
            let (number, similar) = (row.int()?, row.bool()?);
            let records: Vec<i64> = serde_json::from_value(row.json()?)?;
            let evidence = serde_json::from_value(row.json()?)?;
            Ok(Group { number, similar, records: records.into_iter().map(RecordId).collect(), evidence })
        })
        .collect()
}
