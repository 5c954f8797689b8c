//! Snapshots that outlast one question: while a thread keeps one, all its reads share it.

use crate::{
    conn::Conn,
    error::{Error, Result},
    postgres, sqlite,
};
use std::{
    cell::RefCell,
    time::{Duration, Instant},
};

/// A snapshot is not kept longer than this between questions: it holds back the emptying of the log.
const KEPT: Duration = Duration::from_secs(5);

/// A reading transaction on either engine.
pub enum Snapshot {
    /// Of the embedded engine.
    Sqlite(sqlite::Snapshot),
    /// Of a server.
    Postgres(Box<postgres::Snapshot>),
}

/// What a thread keeps for a store between its questions.
struct Kept {
    store: usize,
    snapshot: Option<(Snapshot, Instant)>,
}

thread_local! {
    static KEEPING: RefCell<Option<Kept>> = const { RefCell::new(None) };
}

/// Runs `f` while this thread keeps its snapshots of a store. Inside another such call it changes nothing.
pub fn keep<T>(store: usize, f: impl FnOnce() -> T) -> T {
    let mine = KEEPING.with_borrow_mut(|keeping| match keeping {
        Some(_) => None,
        none => {
            *none = Some(Kept { store, snapshot: None });
            Some(Ending)
        }
    });
    let answer = f();
    drop(mine);
    answer
}

/// Stops the keeping when it is dropped, also by a panic.
struct Ending;

impl Drop for Ending {
    fn drop(&mut self) {
        drop(KEEPING.take());
    }
}

/// Ends the snapshot that this thread keeps of a store, if any; the next question begins a new one.
pub fn end(store: usize) {
    drop(KEEPING.with_borrow_mut(|keeping| {
        keeping.as_mut().filter(|kept| kept.store == store).and_then(|kept| kept.snapshot.take())
    }));
}

/// Asks on the kept snapshot, or on one of its own. A question inside another has its own.
pub fn read<T, E: From<Error>>(
    store: usize,
    begin: impl FnOnce() -> Result<Snapshot>,
    f: impl FnOnce(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let kept = KEEPING.with_borrow_mut(|keeping| {
        keeping.as_mut().filter(|kept| kept.store == store).and_then(|kept| kept.snapshot.take())
    });
    let (mut snapshot, since) = match kept {
        Some((snapshot, since)) if since.elapsed() < KEPT => (snapshot, since),
        old => {
            drop(old);
            (begin()?, Instant::now())
        }
    };
    let (answer, usable) = match &mut snapshot {
        Snapshot::Sqlite(snapshot) => snapshot.read(f),
        Snapshot::Postgres(snapshot) => snapshot.read(f),
    };
    KEEPING.with_borrow_mut(|keeping| {
        if let Some(kept) = keeping.as_mut().filter(|kept| usable && kept.store == store) {
            kept.snapshot = Some((snapshot, since));
        }
    });
    answer
}
