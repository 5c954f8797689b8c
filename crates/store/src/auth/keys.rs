//! Keys with which programs call the API as a user.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result, ids};
use guanxi_model::RecordId;

/// An API key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id; ignored when it is made.
    pub id: RecordId,
    /// Digest of the key.
    pub hash: String,
    /// Its first characters, by which people tell keys apart.
    pub prefix: String,
    /// As whom it calls.
    pub user: RecordId,
    /// What it is for.
    pub name: String,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was last used.
    pub used_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
}

const COLUMNS: &str = "id, hash, prefix, subject, name, created_at, expires_at, used_at, revoked_at";

/// Makes a key.
pub fn create(conn: &mut Conn, key: &Key) -> Result<RecordId> {
    let id = ids::next_id(conn)?;
    conn.execute(&sql!(
        format!("INSERT INTO gx_key ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        id,
        key.hash.as_str(),
        key.prefix.as_str(),
        key.user,
        key.name.as_str(),
        key.created_at,
        key.expires_at,
        key.used_at,
        key.revoked_at
    ))?;
    Ok(id)
}

/// A key that is neither expired nor revoked.
pub fn find(conn: &mut Conn, hash: &str, now: i64) -> Result<Option<Key>> {
    let text = format!(
        "SELECT {COLUMNS} FROM gx_key WHERE hash = $1 AND revoked_at IS NULL \
         AND (expires_at IS NULL OR expires_at > $2)"
    );
    conn.query_one(&sql!(text, hash, now))?.map(key).transpose()
}

/// A user's keys, newest first, with those that ended.
pub fn of_user(conn: &mut Conn, user: RecordId) -> Result<Vec<Key>> {
    let text = format!("SELECT {COLUMNS} FROM gx_key WHERE subject = $1 ORDER BY id DESC");
    conn.query(&sql!(text, user))?.into_iter().map(key).collect()
}

/// Notes that a key was used.
pub fn touch(conn: &mut Conn, id: RecordId, now: i64) -> Result<()> {
    conn.execute(&sql!("UPDATE gx_key SET used_at = $2 WHERE id = $1", id, now)).map(drop)
}

/// Revokes a key; it stays in the list.
pub fn revoke(conn: &mut Conn, id: RecordId, now: i64) -> Result<bool> {
    let text = "UPDATE gx_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    Ok(conn.execute(&sql!(text, id, now))? > 0)
}

/// Revokes all keys of a user.
pub fn revoke_of_user(conn: &mut Conn, user: RecordId, now: i64) -> Result<u64> {
    let text = "UPDATE gx_key SET revoked_at = $2 WHERE subject = $1 AND revoked_at IS NULL";
    conn.execute(&sql!(text, user, now))
}

fn key(row: Row) -> Result<Key> {
    let mut row = Columns::new(row);
    Ok(Key {
        id: RecordId(row.int()?),
        hash: row.text()?,
        prefix: row.text()?,
        user: RecordId(row.int()?),
        name: row.text()?,
        created_at: row.int()?,
        expires_at: row.maybe_int()?,
        used_at: row.maybe_int()?,
        revoked_at: row.maybe_int()?,
    })
}
