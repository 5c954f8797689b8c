//! The program's own tables: numbered scripts that only go forward, all that are missing in one transaction.

use crate::{
    columns::Columns,
    conn::Conn,
    dialect::Dialect,
    error::{Error, Result},
};

/// A step: its script for both engines, and what only one of them needs.
struct Step {
    both: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// The steps in order; the schema's version is their number.
const STEPS: &[Step] = &[
    Step {
        both: include_str!("../migrations/1.sql"),
        sqlite: include_str!("../migrations/1.sqlite.sql"),
        postgres: include_str!("../migrations/1.postgres.sql"),
    },
    Step { both: include_str!("../migrations/2.sql"), sqlite: "", postgres: "" },
    Step { both: include_str!("../migrations/3.sql"), sqlite: "", postgres: "" },
];

/// The version this program writes.
pub fn latest() -> i64 {
    STEPS.len() as i64
}

/// Brings the set to the latest version; one from the future is refused untouched.
pub fn run(conn: &mut Conn) -> Result<()> {
    run_to(conn, latest())
}

/// Brings the set to a version, for backups that are older than the program.
pub fn run_to(conn: &mut Conn, target: i64) -> Result<()> {
    prepare(conn)?;
    let version = version(conn)?;
    if version > latest() {
        return Err(Error::NewerSchema);
    }
    let dialect = conn.dialect();
    for (step, number) in STEPS.iter().zip(1..).filter(|(_, number)| (version + 1..=target).contains(number))
    {
        conn.script(&dialect.migration(step.both))?;
        conn.script(match dialect {
            Dialect::Sqlite => step.sqlite,
            Dialect::Postgres => step.postgres,
        })?;
        conn.execute(&sql!("UPDATE gx_schema SET version = $1", number))?;
    }
    Ok(())
}

/// Makes the table that holds the version. Two processes that open a new set at once wait for each other
/// here, because both insert the same row.
fn prepare(conn: &mut Conn) -> Result<()> {
    if table_exists(conn, "gx_schema")? {
        return Ok(());
    }
    let table =
        "CREATE TABLE IF NOT EXISTS gx_schema (one INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;";
    conn.script(&conn.dialect().migration(table))?;
    conn.execute(&sql!("INSERT INTO gx_schema (one, version) VALUES (1, 0) ON CONFLICT DO NOTHING")).map(drop)
}

/// The set's version; 0 when it is still empty.
pub fn version_if_any(conn: &mut Conn) -> Result<i64> {
    if table_exists(conn, "gx_schema")? { version(conn) } else { Ok(0) }
}

/// The set's version.
pub fn version(conn: &mut Conn) -> Result<i64> {
    match conn.query_one(&sql!("SELECT version FROM gx_schema"))? {
        Some(row) => Columns::new(row).int(),
        None => Err(Error::Corrupt("the schema has lost its version".to_owned())),
    }
}

/// Whether a table exists in this set.
pub fn table_exists(conn: &mut Conn, table: &str) -> Result<bool> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => sql!("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = $1", table),
        Dialect::Postgres => {
            sql!("SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1", table)
        }
    };
    Ok(conn.query_one(&sql)?.is_some())
}
