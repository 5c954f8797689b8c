//! Log-in names and password hashes.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result};
use guanxi_model::RecordId;

/// What a person logs in with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// The user.
    pub user: RecordId,
    /// Log-in name, unique in the set, as the caller normalised it.
    pub login: String,
    /// The password's hash with its parameters; none until a password is set.
    pub hash: Option<String>,
    /// Wrong passwords since the last right one.
    pub failures: i64,
    /// Refused until this moment, in milliseconds.
    pub locked_until: Option<i64>,
    /// Must choose another password at the next log-in.
    pub must_change: bool,
    /// When the password was last changed.
    pub changed_at: Option<i64>,
}

const COLUMNS: &str = "subject, login, hash, failures, locked_until, must_change, changed_at";

/// Saves a credential, replacing the user's old one. A `Conflict` means that another has the log-in name.
pub fn save(conn: &mut Conn, credential: &Credential) -> Result<()> {
    let text = format!(
        "INSERT INTO gx_credential ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (subject) DO UPDATE SET login = excluded.login, hash = excluded.hash, \
         failures = excluded.failures, locked_until = excluded.locked_until, \
         must_change = excluded.must_change, changed_at = excluded.changed_at"
    );
    conn.execute(&sql!(
        text,
        credential.user,
        credential.login.as_str(),
        credential.hash.as_deref(),
        credential.failures,
        credential.locked_until,
        credential.must_change,
        credential.changed_at
    ))
    .map(drop)
}

/// The credential with a log-in name.
pub fn by_login(conn: &mut Conn, login: &str) -> Result<Option<Credential>> {
    let row =
        conn.query_one(&sql!(format!("SELECT {COLUMNS} FROM gx_credential WHERE login = $1"), login))?;
    row.map(credential).transpose()
}

/// A user's credential.
pub fn of_user(conn: &mut Conn, user: RecordId) -> Result<Option<Credential>> {
    let row =
        conn.query_one(&sql!(format!("SELECT {COLUMNS} FROM gx_credential WHERE subject = $1"), user))?;
    row.map(credential).transpose()
}

/// Sets a new password hash, which also unlocks.
pub fn set_password(
    conn: &mut Conn,
    user: RecordId,
    hash: &str,
    must_change: bool,
    now: i64,
) -> Result<bool> {
    let text = "UPDATE gx_credential SET hash = $2, must_change = $3, changed_at = $4, failures = 0, \
                locked_until = NULL WHERE subject = $1";
    Ok(conn.execute(&sql!(text, user, hash, must_change, now))? > 0)
}

/// Counts a wrong password, and locks from the `most`th on until `locked_until`. Returns the count.
pub fn note_failure(conn: &mut Conn, user: RecordId, most: i64, locked_until: i64) -> Result<i64> {
    let text = "UPDATE gx_credential SET failures = failures + 1, \
                locked_until = CASE WHEN failures + 1 >= $2 THEN $3 ELSE locked_until END \
                WHERE subject = $1 RETURNING failures";
    let row = conn.query_one(&sql!(text, user, most, locked_until))?;
    row.map_or(Ok(0), |row| Columns::new(row).int())
}

/// Forgets wrong passwords after a right one.
pub fn note_success(conn: &mut Conn, user: RecordId) -> Result<()> {
    let text = "UPDATE gx_credential SET failures = 0, locked_until = NULL \
                WHERE subject = $1 AND (failures > 0 OR locked_until IS NOT NULL)";
    conn.execute(&sql!(text, user)).map(drop)
}

/// Removes a user's credential, so that they cannot log in.
pub fn remove(conn: &mut Conn, user: RecordId) -> Result<bool> {
    Ok(conn.execute(&sql!("DELETE FROM gx_credential WHERE subject = $1", user))? > 0)
}

/// Whether anyone can log in yet.
pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(conn.query_one(&sql!("SELECT 1 FROM gx_credential LIMIT 1"))?.is_some())
}

fn credential(row: Row) -> Result<Credential> {
    let mut row = Columns::new(row);
    Ok(Credential {
        user: RecordId(row.int()?),
        login: row.text()?,
        hash: row.maybe_text()?,
        failures: row.int()?,
        locked_until: row.maybe_int()?,
        must_change: row.bool()?,
        changed_at: row.maybe_int()?,
    })
}
