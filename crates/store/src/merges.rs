//! Merging records: their links are moved set by set, and what was moved is kept so that it can go back.

use crate::{columns::Columns, conn::Conn, error::Result, sql::Sql};
use guanxi_model::{Field, FieldKind, Object, RecordId, Stored};
use std::collections::BTreeMap;

/// Who moves links, and when: it stands on every moved row like any change.
#[derive(Debug, Clone, Copy)]
pub struct Stamp {
    /// Now, in milliseconds.
    pub at: i64,
    /// The person; none for the program.
    pub by: Option<RecordId>,
}

/// A merge that was made.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    /// Its id.
    pub id: RecordId,
    /// When, in milliseconds.
    pub at: i64,
    /// Who made it.
    pub actor: Option<RecordId>,
    /// What it takes to take it back.
    pub journal: serde_json::Value,
}

/// Whether a field may name a record of `target`, so that a merge of such records moves it.
pub fn refers(field: &Field, target: &str) -> bool {
    match field.value_kind() {
        FieldKind::AnyReference { to } => to.iter().any(|object| object == target),
        _ => field.target() == Some(target),
    }
}

fn stored(field: &Field, target: &str, id: RecordId) -> Stored {
    match field.value_kind() {
        FieldKind::AnyReference { .. } => Stored::Text(format!("{target}:{id}")),
        _ => Stored::Int(id.0),
    }
}

/// Points every row of `object` whose `field` names one of `losers` to `main`, in the recycle bin too, and
/// returns which rows named whom. The rows in `but` are left alone.
#[expect(
    clippy::too_many_arguments,
    reason = "the columns of one statement; a struct would only rename them"
)]
pub fn move_links(
    conn: &mut Conn<'_>,
    object: &Object,
    field: &Field,
    target: &str,
    losers: &[RecordId],
    main: RecordId,
    but: &[RecordId],
    stamp: Stamp,
) -> Result<BTreeMap<RecordId, Vec<RecordId>>> {
    let names: Vec<Stored> = losers.iter().map(|loser| stored(field, target, *loser)).collect();
    let mut sql = Sql::new("SELECT \"id\", ");
    sql.name(&field.column).push(" FROM ").name(&object.table).push(" WHERE ").name(&field.column);
    sql.push(" IN ").bind_list(names.iter().cloned());
    if !but.is_empty() {
        sql.push(" AND \"id\" NOT IN ").bind_list(but.iter().copied());
    }
    sql.push(" ORDER BY \"id\"");
    let mut moved: BTreeMap<RecordId, Vec<RecordId>> = BTreeMap::new();
    conn.each(&sql, &mut |row| {
        if let [Stored::Int(id), named] = row.as_slice()
            && let Some(loser) = names.iter().position(|name| name == named)
        {
            moved.entry(losers[loser]).or_default().push(RecordId(*id));
        }
        Ok(())
    })?;
    if moved.is_empty() {
        return Ok(moved);
    }
    let mut sql = update(object, field, stored(field, target, main), stamp);
    sql.name(&field.column).push(" IN ").bind_list(names);
    if !but.is_empty() {
        sql.push(" AND \"id\" NOT IN ").bind_list(but.iter().copied());
    }
    conn.execute(&sql)?;
    Ok(moved)
}

/// Points rows back to `loser`, as far as they still name `main`: what was given to someone else meanwhile
/// stays there. Returns how many went back.
#[expect(
    clippy::too_many_arguments,
    reason = "the columns of one statement; a struct would only rename them"
)]
pub fn link_back(
    conn: &mut Conn<'_>,
    object: &Object,
    field: &Field,
    target: &str,
    rows: &[RecordId],
    main: RecordId,
    loser: RecordId,
    stamp: Stamp,
) -> Result<u64> {
    let mut done = 0;
    for chunk in rows.chunks(500) {
        let mut sql = update(object, field, stored(field, target, loser), stamp);
        sql.push("\"id\" IN ").bind_list(chunk.iter().copied()).push(" AND ").name(&field.column);
        sql.push(" = ").bind(stored(field, target, main));
        done += conn.execute(&sql)?;
    }
    Ok(done)
}

fn update(object: &Object, field: &Field, value: Stored, stamp: Stamp) -> Sql {
    let mut sql = Sql::new("UPDATE ");
    sql.name(&object.table).push(" SET ").name(&field.column).push(" = ").bind(value);
    sql.push(", \"version\" = \"version\" + 1, \"updated_at\" = ").bind(stamp.at);
    sql.push(", \"updated_by\" = ").bind(stamp.by).push(" WHERE ");
    sql
}

/// Ids of the records that were merged into one, those merged into them before among them.
pub fn merged_into(conn: &mut Conn<'_>, object: &Object, main: RecordId) -> Result<Vec<RecordId>> {
    let Some(field) = object.field("merged_into") else { return Ok(Vec::new()) };
    let mut sql = Sql::new("SELECT \"id\" FROM ");
    sql.name(&object.table).push(" WHERE ").name(&field.column).push(" = ").bind(main);
    Ok(conn.query(&sql)?.iter().filter_map(|row| row.first()?.int()).map(RecordId).collect())
}

/// Moves the sharings of one record to another, except with whom the other is shared already at least as far.
/// Returns the ids of those that moved.
pub fn move_shares(conn: &mut Conn<'_>, from: RecordId, to: RecordId) -> Result<Vec<i64>> {
    let text = "UPDATE gx_share SET record = $2 WHERE record = $1 AND NOT EXISTS (\
                SELECT 1 FROM gx_share o WHERE o.record = $2 AND o.to_user IS NOT DISTINCT FROM gx_share.to_user \
                AND o.to_department IS NOT DISTINCT FROM gx_share.to_department \
                AND (o.level = 'edit' OR gx_share.level = 'read') \
                AND (o.until IS NULL OR o.until >= gx_share.until)) RETURNING id";
    ids(conn, &sql!(text, from, to))
}

/// Moves the files of one record to another and returns their ids.
pub fn move_files(conn: &mut Conn<'_>, from: RecordId, to: RecordId) -> Result<Vec<String>> {
    let rows =
        conn.query(&sql!("UPDATE gx_file SET record = $2 WHERE record = $1 RETURNING id", from, to))?;
    rows.into_iter().map(|row| Columns::new(row).text()).collect()
}

/// Moves sharings back, as far as they are still with the record they went to.
pub fn return_shares(conn: &mut Conn<'_>, shares: &[i64], from: RecordId, to: RecordId) -> Result<()> {
    for chunk in shares.chunks(500) {
        let mut sql = sql!("UPDATE gx_share SET record = $2 WHERE record = $1 AND id IN ", from, to);
        sql.bind_list(chunk.iter().copied());
        conn.execute(&sql)?;
    }
    Ok(())
}

/// Moves files back, as far as they are still with the record they went to.
pub fn return_files(conn: &mut Conn<'_>, files: &[String], from: RecordId, to: RecordId) -> Result<()> {
    for chunk in files.chunks(500) {
        let mut sql = sql!("UPDATE gx_file SET record = $2 WHERE record = $1 AND id IN ", from, to);
        sql.bind_list(chunk.iter().map(String::as_str));
        conn.execute(&sql)?;
    }
    Ok(())
}

/// Keeps a merge.
pub fn keep(conn: &mut Conn<'_>, object: &str, main: RecordId, merge: &Merge) -> Result<()> {
    let text = "INSERT INTO gx_merge (id, object, main, at, actor, journal) VALUES ($1, $2, $3, $4, $5, $6)";
    let journal = merge.journal.to_string();
    conn.execute(&sql!(text, merge.id, object, main, merge.at, merge.actor, journal)).map(drop)
}

/// The newest merge into a record that was not taken back.
pub fn latest(conn: &mut Conn<'_>, object: &str, main: RecordId) -> Result<Option<Merge>> {
    let text = "SELECT id, at, actor, journal FROM gx_merge \
                WHERE main = $1 AND object = $2 AND undone_at IS NULL ORDER BY id DESC LIMIT 1";
    let Some(row) = conn.query_one(&sql!(text, main, object))? else { return Ok(None) };
    let mut row = Columns::new(row);
    Ok(Some(Merge {
        id: RecordId(row.int()?),
        at: row.int()?,
        actor: row.maybe_int()?.map(RecordId),
        journal: row.json()?,
    }))
}

/// Notes that a merge was taken back.
pub fn undone(conn: &mut Conn<'_>, merge: RecordId, stamp: Stamp) -> Result<()> {
    let text = "UPDATE gx_merge SET undone_at = $2, undone_by = $3 WHERE id = $1";
    conn.execute(&sql!(text, merge, stamp.at, stamp.by)).map(drop)
}

fn ids(conn: &mut Conn<'_>, sql: &Sql) -> Result<Vec<i64>> {
    conn.query(sql)?.into_iter().map(|row| Columns::new(row).int()).collect()
}
