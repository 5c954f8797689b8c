//! How connections are opened.

use super::statement::error;
use crate::error::{Error, Result};
use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{path::Path, time::Duration};

/// Up to 3.51.2 two connections that write and checkpoint at once can damage the database.
const OLDEST_SAFE: i32 = 3_051_003;

/// Refuses an engine that can lose data.
pub fn check_version() -> Result<()> {
    if rusqlite::version_number() < OLDEST_SAFE {
        return Err(Error::other(format!("SQLite {} can damage data", rusqlite::version())));
    }
    Ok(())
}

/// A connection that writes. Creates the file when it does not exist.
pub fn open_writer(path: &Path) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE)?;
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(error)?;
    if mode != "wal" {
        return Err(Error::other("this file system cannot hold the database: it has no write-ahead log"));
    }
    // FULL, because NORMAL loses acknowledged writes when the power fails. Checkpoints have a thread of
    // their own, so the writer makes none. Freed pages are overwritten, because erased personal data
    // must not stay in the file.
    let pragmas = "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA secure_delete = ON;
                   PRAGMA journal_size_limit = 33554432; PRAGMA cache_size = -32000;";
    connection.execute_batch(pragmas).map_err(error)?;
    connection.set_prepared_statement_cache_capacity(512);
    Ok(connection)
}

/// A connection that cannot write, which keeps so many KiB of pages.
pub fn open_reader(path: &Path, cache: u32) -> Result<Connection> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection
        .execute_batch(&format!("PRAGMA query_only = ON; PRAGMA cache_size = -{cache};"))
        .map_err(error)?;
    connection.set_prepared_statement_cache_capacity(256);
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection> {
    let connection =
        Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(error)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(error)?;
    // A statement is planned once, not anew for every value that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
    let pragmas = "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = 0;";
    connection.execute_batch(pragmas).map_err(error)?;
    Ok(connection)
}
