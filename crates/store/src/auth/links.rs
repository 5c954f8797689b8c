//! Links that may be followed once: invitations and password resets.

use crate::{columns::Columns, conn::Conn, error::Result};
use guanxi_model::RecordId;

/// Makes a link's token for a user. Older ones of the same purpose stop working.
pub fn create(conn: &mut Conn, hash: &str, purpose: &str, user: RecordId, expires_at: i64) -> Result<()> {
    conn.execute(&sql!("DELETE FROM gx_link_token WHERE subject = $1 AND purpose = $2", user, purpose))?;
    let text = "INSERT INTO gx_link_token (hash, purpose, subject, expires_at) VALUES ($1, $2, $3, $4)";
    conn.execute(&sql!(text, hash, purpose, user, expires_at)).map(drop)
}

/// Whose token it is, while it is valid; for showing the form.
pub fn find(conn: &mut Conn, hash: &str, purpose: &str, now: i64) -> Result<Option<RecordId>> {
    let text = "SELECT subject FROM gx_link_token \
                WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
    let row = conn.query_one(&sql!(text, hash, purpose, now))?;
    row.map(|row| Ok(RecordId(Columns::new(row).int()?))).transpose()
}

/// Uses a token up: whose it was, the first time only.
pub fn take(conn: &mut Conn, hash: &str, purpose: &str, now: i64) -> Result<Option<RecordId>> {
    let text = "UPDATE gx_link_token SET used_at = $3 \
                WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3 RETURNING subject";
    let row = conn.query_one(&sql!(text, hash, purpose, now))?;
    row.map(|row| Ok(RecordId(Columns::new(row).int()?))).transpose()
}

/// Forgets tokens that have expired.
pub fn prune(conn: &mut Conn, now: i64) -> Result<u64> {
    conn.execute(&sql!("DELETE FROM gx_link_token WHERE expires_at <= $1", now))
}
