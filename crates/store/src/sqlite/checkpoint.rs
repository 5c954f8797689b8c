//! Moving the log into the database, beside the writer.

use super::{connection::open_writer, readers::Readers, statement::error, writer::Turn};
use crate::error::Result;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use rusqlite::Connection;
use std::{
    path::Path,
    sync::{Arc, Weak},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Pages in the log that are worth a checkpoint: 4 MiB.
const WORTH: i64 = 1_000;
/// Pages at which the log is started over even though the writer has to wait for it: 32 MiB.
const TOO_MANY: i64 = 8_000;

/// Starts the thread; it ends when the writer, which rings `committed`, has ended.
pub fn start(
    path: &Path,
    committed: Receiver<()>,
    readers: Weak<Readers>,
    turn: Arc<Turn>,
) -> Result<JoinHandle<()>> {
    let connection = open_writer(path)?;
    // Starting the log over waits for readers while it holds the writer up, so it gives up early.
    connection.busy_timeout(Duration::from_millis(100)).map_err(error)?;
    let work = move || serve(&connection, &committed, &readers, &turn);
    Ok(thread::Builder::new().name("guanxi-checkpoint".to_owned()).spawn(work)?)
}

fn serve(connection: &Connection, committed: &Receiver<()>, readers: &Weak<Readers>, turn: &Turn) {
    let mut most = TOO_MANY;
    loop {
        match committed.recv_timeout(Duration::from_secs(5)) {
            Ok(()) => {
                // Commits come in bursts, and one checkpoint serves them all.
                thread::sleep(Duration::from_millis(50));
                if let Err(failure) = checkpoint(connection, &mut most, turn) {
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

fn checkpoint(connection: &Connection, most: &mut i64, turn: &Turn) -> Result<()> {
    let (_, log, moved) = pragma(connection, "NOOP")?;
    if log - moved < WORTH {
        return Ok(());
    }
    let (_, log, _) = pragma(connection, "PASSIVE")?;
    // A writer without rest keeps ahead of passive checkpoints, and so the log from starting over.
    if log > *most {
        let mine = turn.lock();
        let (busy, log, _) = pragma(connection, "RESTART")?;
        drop(mine);
        // A reader that stays would stall the writer every time, so the next try waits for the log to double.
        *most = if busy { log * 2 } else { TOO_MANY };
    }
    Ok(())
}

/// Whether it was held up, pages in the log, and how many of them are in the database.
fn pragma(connection: &Connection, mode: &str) -> Result<(bool, i64, i64)> {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).map_err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conn::Conn,
        sqlite::{READER_CACHE, Writer, open_reader},
    };

    #[test]
    fn the_log_starts_over_unless_a_reader_stays() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("db");
        let (writer, connection) = (open_writer(&path).unwrap(), open_writer(&path).unwrap());
        connection.busy_timeout(Duration::from_millis(10)).unwrap();
        writer.execute_batch("CREATE TABLE t (text TEXT) STRICT; INSERT INTO t VALUES ('')").unwrap();
        let fill = || writer.execute("UPDATE t SET text = zeroblob(36000000) || ''", []).unwrap();
        let (mut most, turn) = (TOO_MANY, Turn::default());

        fill();
        checkpoint(&connection, &mut most, &turn).unwrap();
        writer.execute("INSERT INTO t VALUES ('')", []).unwrap();
        assert!(pragma(&connection, "NOOP").unwrap().1 < WORTH);

        let reader = open_reader(&path, READER_CACHE).unwrap();
        reader.execute_batch("BEGIN; SELECT count(*) FROM t").unwrap();
        fill();
        checkpoint(&connection, &mut most, &turn).unwrap();
        assert!(most > TOO_MANY);
        reader.execute_batch("ROLLBACK").unwrap();
        most = TOO_MANY;
        checkpoint(&connection, &mut most, &turn).unwrap();
        writer.execute("INSERT INTO t VALUES ('')", []).unwrap();
        assert!(pragma(&connection, "NOOP").unwrap().1 < WORTH);
    }

    #[test]
    fn the_log_starts_over_while_the_writer_has_no_rest() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("db");
        let connection = open_writer(&path).unwrap();
        connection.execute_batch("CREATE TABLE t (text TEXT) STRICT; INSERT INTO t VALUES ('')").unwrap();
        let (readers, turn) = (Arc::new(Readers::new(path.clone())), Arc::new(Turn::default()));
        let (ring, committed) = crossbeam_channel::bounded(1);
        let writer = Writer::start(connection, ring, turn.clone()).unwrap();
        let thread = start(&path, committed, Arc::downgrade(&readers), turn).unwrap();

        // Each write is long enough for the next to be waiting when it ends.
        let fill = || {
            for _ in 0..30 {
                let update = |conn: &mut Conn| -> Result<()> {
                    thread::sleep(Duration::from_millis(110));
                    conn.execute(&sql!("UPDATE t SET text = hex(randomblob(600000))")).map(drop)
                };
                writer.write(update).unwrap();
            }
        };
        thread::scope(|scope| (0..2).for_each(|_| drop(scope.spawn(fill))));
        // Without its turn the thread never starts the log over, which then holds every write. Closing the last
        // connection would remove it.
        let log = std::fs::metadata(path.with_file_name("db-wal")).unwrap().len();
        drop(writer);
        thread.join().unwrap();
        assert!(log < 60 * 1_200_000, "the log grew to {log} bytes");
    }
}
