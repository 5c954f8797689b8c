//! Settings of the account set, as texts by key.

use crate::{columns::Columns, conn::Conn, error::Result};

/// A setting; none when it was never set.
pub fn get(conn: &mut Conn, key: &str) -> Result<Option<String>> {
    let row = conn.query_one(&sql!("SELECT value FROM gx_setting WHERE key = $1", key))?;
    row.map(|row| Columns::new(row).text()).transpose()
}

/// Sets a setting.
pub fn set(conn: &mut Conn, key: &str, value: &str) -> Result<()> {
    let text = "INSERT INTO gx_setting (key, value) VALUES ($1, $2) \
                ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    conn.execute(&sql!(text, key, value)).map(drop)
}

/// Forgets a setting.
pub fn remove(conn: &mut Conn, key: &str) -> Result<bool> {
    Ok(conn.execute(&sql!("DELETE FROM gx_setting WHERE key = $1", key))? > 0)
}

/// All settings whose key starts with `prefix`, in order.
pub fn starting_with(conn: &mut Conn, prefix: &str) -> Result<Vec<(String, String)>> {
    // No key contains a character above this one, so the range holds exactly those that start so.
    let end = format!("{prefix}\u{10ffff}");
    let text = "SELECT key, value FROM gx_setting WHERE key >= $1 AND key < $2 ORDER BY key";
    let rows = conn.query(&sql!(text, prefix, end))?;
    rows.into_iter()
        .map(|row| {
            let mut row = Columns::new(row);
            Ok((row.text()?, row.text()?))
        })
        .collect()
}
