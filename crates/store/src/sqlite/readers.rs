//! Connections that read, each request on one snapshot.

use super::{connection::open_reader, statement::error};
use crate::{
    conn::{Conn, Transaction},
    error::{Error, Result},
};
use parking_lot::{Condvar, Mutex};
use rusqlite::{Connection, InterruptHandle};
use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

/// How long a read waits for a free connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a read may last. A snapshot keeps the log from being emptied, so none is held for ever;
/// backups, which need longer, have connections of their own.
const LONGEST: Duration = Duration::from_secs(120);

/// How many KiB of pages a reading connection keeps: little, because there are many of them and the system keeps pages
/// too.
pub const READER_CACHE: u32 = 4_000;

/// A bounded pool of reading connections, opened when first needed.
pub struct Readers {
    path: PathBuf,
    state: Mutex<State>,
    returned: Condvar,
    most: usize,
}

#[derive(Default)]
struct State {
    idle: Vec<Connection>,
    busy: Vec<Reading>,
    next: u64,
    /// How many KiB of pages the next connections keep.
    cache: u32,
}

struct Reading {
    number: u64,
    since: Instant,
    interrupt: InterruptHandle,
}

impl Readers {
    /// Four connections a core: with fewer, requests that could run wait for one another's connections.
    pub fn new(path: PathBuf) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let state = Mutex::new(State { cache: READER_CACHE, ..State::default() });
        Readers { path, state, returned: Condvar::new(), most: (cores * 4).max(8) }
    }

    /// A snapshot, as long as it is kept.
    pub fn begin(self: &Arc<Self>) -> Result<Snapshot> {
        let lease = self.lease()?;
        lease.connection().execute_batch("BEGIN").map_err(error)?;
        Ok(Snapshot(lease, Transaction::on_snapshot()))
    }

    /// From now on each connection keeps so many KiB of pages.
    pub fn set_cache(&self, cache: u32) {
        let mut state = self.state.lock();
        state.cache = cache;
        state.idle.clear();
    }

    /// Interrupts reads that have lasted too long.
    pub fn interrupt_old(&self) {
        for reading in &self.state.lock().busy {
            if reading.since.elapsed() > LONGEST {
                reading.interrupt.interrupt();
            }
        }
    }

    fn lease(self: &Arc<Self>) -> Result<Lease> {
        let mut state = self.state.lock();
        let deadline = Instant::now() + PATIENCE;
        while state.idle.is_empty() && state.busy.len() >= self.most {
            if self.returned.wait_until(&mut state, deadline).timed_out() {
                return Err(Error::Busy);
            }
        }
        let connection = match state.idle.pop() {
            Some(connection) => connection,
            None => open_reader(&self.path, state.cache)?,
        };
        state.next += 1;
        let number = state.next;
        let interrupt = connection.get_interrupt_handle();
        state.busy.push(Reading { number, since: Instant::now(), interrupt });
        Ok(Lease { readers: self.clone(), connection: Some(connection), number })
    }
}

/// A reading connection on one snapshot.
pub struct Snapshot(Lease, Transaction);

impl Snapshot {
    /// Runs `f` on it; false beside the answer when a statement failed, after which it answers nothing more.
    pub fn read<T>(&mut self, f: impl FnOnce(&mut Conn) -> T) -> (T, bool) {
        let answer = f(&mut Conn::sqlite(self.0.connection(), &self.1));
        (answer, !self.1.is_broken())
    }
}

/// A connection in use; it goes back when the lease is dropped, also by a panic.
struct Lease {
    readers: Arc<Readers>,
    connection: Option<Connection>,
    number: u64,
}

impl Lease {
    fn connection(&self) -> &Connection {
        self.connection.as_ref().expect("a lease holds its connection until it is dropped")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        let ended = connection.is_autocommit() || connection.execute_batch("ROLLBACK").is_ok();
        let mut state = self.readers.state.lock();
        state.busy.retain(|reading| reading.number != self.number);
        if ended {
            state.idle.push(connection);
        }
        drop(state);
        self.readers.returned.notify_one();
    }
}
