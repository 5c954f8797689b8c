//! Answers to requests that carry an `Idempotency-Key`, kept in the transaction of their effect.

use crate::{columns::Columns, conn::Conn, error::Result};
use guanxi_model::RecordId;

/// How long an answer is kept, in milliseconds: 72 hours.
pub const KEPT: i64 = 72 * 3_600_000;

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Digest of the request's body; another body under the same key is a mistake of the client.
    pub body_hash: String,
    /// Status code.
    pub status: i64,
    /// The body of the answer.
    pub response: String,
}

/// The answer that was given to this subject under this key.
pub fn find(conn: &mut Conn, subject: RecordId, key: &str) -> Result<Option<Answer>> {
    let text = "SELECT body_hash, status, response FROM gx_idempotency WHERE subject = $1 AND key = $2";
    let row = conn.query_one(&sql!(text, subject, key))?;
    row.map(|row| {
        let mut row = Columns::new(row);
        Ok(Answer { body_hash: row.text()?, status: row.int()?, response: row.text()? })
    })
    .transpose()
}

/// Keeps an answer. A `Conflict` means that the same request was answered meanwhile.
pub fn save(conn: &mut Conn, subject: RecordId, key: &str, answer: &Answer, now: i64) -> Result<()> {
    conn.execute(&sql!(
        "INSERT INTO gx_idempotency (subject, key, body_hash, status, response, at) \
         VALUES ($1, $2, $3, $4, $5, $6)",
        subject,
        key,
        answer.body_hash.as_str(),
        answer.status,
        answer.response.as_str(),
        now
    ))
    .map(drop)
}

/// Forgets answers older than 72 hours.
pub fn prune(conn: &mut Conn, now: i64) -> Result<u64> {
    conn.execute(&sql!("DELETE FROM gx_idempotency WHERE at < $1", now - KEPT))
}
