//! Messages to people, read or not.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result, ids};
use guanxi_model::RecordId;

/// A message to one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// Its id; ignored when it is sent.
    pub id: RecordId,
    /// To whom.
    pub user: RecordId,
    /// When, in milliseconds.
    pub at: i64,
    /// Which sentence to show, by the name of a phrase.
    pub kind: String,
    /// The object of the record it is about.
    pub object: Option<String>,
    /// The record it is about.
    pub record: Option<RecordId>,
    /// What the sentence mentions.
    pub data: serde_json::Value,
    /// When it was read.
    pub read_at: Option<i64>,
}

const COLUMNS: &str = "id, subject, at, kind, object, record, data, read_at";

/// Sends a message.
pub fn send(conn: &mut Conn, notice: &Notice) -> Result<RecordId> {
    let id = ids::next_id(conn)?;
    conn.execute(&sql!(
        format!("INSERT INTO gx_notice ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        id,
        notice.user,
        notice.at,
        notice.kind.as_str(),
        notice.object.as_deref(),
        notice.record,
        notice.data.to_string(),
        notice.read_at
    ))?;
    Ok(id)
}

/// A person's messages, newest first, from before `before`.
pub fn of_user(
    conn: &mut Conn,
    user: RecordId,
    unread_only: bool,
    before: Option<RecordId>,
    limit: usize,
) -> Result<Vec<Notice>> {
    let mut sql = sql!(format!("SELECT {COLUMNS} FROM gx_notice WHERE subject = $1"), user);
    if unread_only {
        sql.push(" AND read_at IS NULL");
    }
    if let Some(before) = before {
        sql.push(" AND id < ").bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit as i64);
    conn.query(&sql)?.into_iter().map(notice).collect()
}

/// How many a person has not read.
pub fn unread(conn: &mut Conn, user: RecordId) -> Result<i64> {
    let sql = sql!("SELECT count(*) FROM gx_notice WHERE subject = $1 AND read_at IS NULL", user);
    conn.query_one(&sql)?.map_or(Ok(0), |row| Columns::new(row).int())
}

/// Marks messages of a person as read: these, or all when none are named. Returns how many were unread.
pub fn mark_read(conn: &mut Conn, user: RecordId, ids: &[RecordId], now: i64) -> Result<u64> {
    let mut sql = sql!("UPDATE gx_notice SET read_at = $1 WHERE subject = $2 AND read_at IS NULL", now, user);
    if !ids.is_empty() {
        sql.push(" AND id IN ").bind_list(ids.iter().copied());
    }
    conn.execute(&sql)
}

/// Forgets messages sent before `before`.
pub fn prune(conn: &mut Conn, before: i64) -> Result<u64> {
    conn.execute(&sql!("DELETE FROM gx_notice WHERE at < $1", before))
}

fn notice(row: Row) -> Result<Notice> {
    let mut row = Columns::new(row);
    Ok(Notice {
        id: RecordId(row.int()?),
        user: RecordId(row.int()?),
        at: row.int()?,
        kind: row.text()?,
        object: row.maybe_text()?,
        record: row.maybe_int()?.map(RecordId),
        data: row.json()?,
        read_at: row.maybe_int()?,
    })
}
