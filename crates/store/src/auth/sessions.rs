//! Sessions of browsers.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result};
use guanxi_model::RecordId;

/// A browser that is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Digest of the cookie.
    pub hash: String,
    /// The user.
    pub user: RecordId,
    /// When they logged in, in milliseconds.
    pub created_at: i64,
    /// When they last did something.
    pub seen_at: i64,
    /// When it ends whatever they do.
    pub expires_at: i64,
    /// The browser, in its own words.
    pub agent: String,
    /// The network address.
    pub ip: String,
    /// The token that forms must carry.
    pub csrf: String,
}

const COLUMNS: &str = "hash, subject, created_at, seen_at, expires_at, agent, address, csrf";

/// Begins a session.
pub fn create(conn: &mut Conn, session: &Session) -> Result<()> {
    conn.execute(&sql!(
        format!("INSERT INTO gx_session ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"),
        session.hash.as_str(),
        session.user,
        session.created_at,
        session.seen_at,
        session.expires_at,
        session.agent.as_str(),
        session.ip.as_str(),
        session.csrf.as_str()
    ))
    .map(drop)
}

/// A session that has not expired.
pub fn find(conn: &mut Conn, hash: &str, now: i64) -> Result<Option<Session>> {
    let text = format!("SELECT {COLUMNS} FROM gx_session WHERE hash = $1 AND expires_at > $2");
    conn.query_one(&sql!(text, hash, now))?.map(session).transpose()
}

/// Notes that a session is in use, and when it now ends. Time never goes back, so that a clock that does
/// cannot make a session live longer.
pub fn touch(conn: &mut Conn, hash: &str, now: i64, expires_at: i64) -> Result<bool> {
    let text = "UPDATE gx_session SET seen_at = $2, expires_at = $3 WHERE hash = $1 AND seen_at <= $2";
    Ok(conn.execute(&sql!(text, hash, now, expires_at))? > 0)
}

/// A user's sessions, the last used first.
pub fn of_user(conn: &mut Conn, user: RecordId, now: i64) -> Result<Vec<Session>> {
    let text = format!(
        "SELECT {COLUMNS} FROM gx_session WHERE subject = $1 AND expires_at > $2 ORDER BY seen_at DESC, hash"
    );
    conn.query(&sql!(text, user, now))?.into_iter().map(session).collect()
}

/// Everyone's sessions, the last used first.
pub fn all(conn: &mut Conn, now: i64) -> Result<Vec<Session>> {
    let text = format!("SELECT {COLUMNS} FROM gx_session WHERE expires_at > $1 ORDER BY seen_at DESC, hash");
    conn.query(&sql!(text, now))?.into_iter().map(session).collect()
}

/// Ends a session.
pub fn remove(conn: &mut Conn, hash: &str) -> Result<bool> {
    Ok(conn.execute(&sql!("DELETE FROM gx_session WHERE hash = $1", hash))? > 0)
}

/// Ends a user's sessions, except one when it is named.
pub fn remove_of_user(conn: &mut Conn, user: RecordId, except: Option<&str>) -> Result<u64> {
    let except = except.unwrap_or_default();
    conn.execute(&sql!("DELETE FROM gx_session WHERE subject = $1 AND hash <> $2", user, except))
}

/// Forgets sessions that have expired.
pub fn prune(conn: &mut Conn, now: i64) -> Result<u64> {
    conn.execute(&sql!("DELETE FROM gx_session WHERE expires_at <= $1", now))
}

fn session(row: Row) -> Result<Session> {
    let mut row = Columns::new(row);
    Ok(Session {
        hash: row.text()?,
        user: RecordId(row.int()?),
        created_at: row.int()?,
        seen_at: row.int()?,
        expires_at: row.int()?,
        agent: row.text()?,
        ip: row.text()?,
        csrf: row.text()?,
    })
}
