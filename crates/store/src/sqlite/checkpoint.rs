//! Moving the log into the database, beside the writer.

use super::{connection::open_writer, readers::Readers, statement::error};
use crate::error::Result;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::Weak,
    thread::{self, JoinHandle},
    time::Duration,
};

/// Pages in the log that are worth a checkpoint: 4 MiB.
const WORTH: i64 = 1_000;
/// Pages at which the log is emptied even though the writer has to wait for it: 128 MiB.
const TOO_MANY: i64 = 32_000;

/// Starts the thread; it ends when the writer, which rings `committed`, has ended.
pub fn start(path: &Path, committed: Receiver<()>, readers: Weak<Readers>) -> Result<JoinHandle<()>> {
    let connection = open_writer(path)?;
    // Emptying the log waits for readers while it holds the writer up, so it gives up early.
    connection.busy_timeout(Duration::from_millis(500)).map_err(error)?;
    let work = move || serve(&connection, &committed, &readers);
    Ok(thread::Builder::new().name("guanxi-checkpoint".to_owned()).spawn(work)?)
}

fn serve(connection: &Connection, committed: &Receiver<()>, readers: &Weak<Readers>) {
    loop {
        match committed.recv_timeout(Duration::from_secs(5)) {
            Ok(()) => {
                // Commits come in bursts, and one checkpoint serves them all.
                thread::sleep(Duration::from_millis(50));
                if let Err(failure) = checkpoint(connection) {
                    tracing::warn!(%failure, "the log could not be moved into the database");
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(readers) = readers.upgrade() else { return };
        readers.interrupt_old();
    }
}

fn checkpoint(connection: &Connection) -> Result<()> {
    let pragma = |mode: &str| -> Result<(i64, i64)> {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        connection.query_row(&sql, [], |row| Ok((row.get(1)?, row.get(2)?))).map_err(error)
    };
    let (log, moved) = pragma("NOOP")?;
    if log - moved < WORTH {
        return Ok(());
    }
    let (log, _) = pragma("PASSIVE")?;
    // Readers that overlap without end keep the writer from starting the log over by itself.
    if log > TOO_MANY {
        pragma("TRUNCATE")?;
    }
    Ok(())
}
