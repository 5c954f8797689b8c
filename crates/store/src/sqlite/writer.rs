//! The one writer. It takes what is queued, gives every request a savepoint of its own, commits them
//! together with one fsync, and only then answers. A durable commit costs 0.2 to 0.4 ms on a good disk
//! and more on others; under load a group shares it.

use super::statement::error;
use crate::{
    conn::{self, Conn, Transaction},
    error::{Error, Result},
};
use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use parking_lot::{Mutex, MutexGuard};
use rusqlite::Connection;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

/// A group is closed at this many requests or after this long, so that the first does not wait for all.
const GROUP: usize = 128;
const GROUP_TIME: Duration = Duration::from_millis(20);

/// Who may hold the engine's write lock: the writer, or the thread that starts the log over. The engine's own lock would
/// leave that thread out for as long as the writer has work, because it goes to whoever asks first; the writer hands this
/// one over to who waits for it.
pub type Turn = Mutex<()>;

/// The handle of the writer thread; dropping it ends the thread when the queue is empty.
pub struct Writer {
    queue: Option<Sender<Box<dyn Request>>>,
    thread: Option<JoinHandle<()>>,
}

/// A write that waits for its turn.
trait Request: Send {
    /// Runs it; false asks for its savepoint to be undone.
    fn run(&mut self, connection: &Connection) -> bool;
    /// Answers with its own result, or with the failure of the transaction.
    fn answer(self: Box<Self>, committed: Result<()>);
}

struct Write<F, T, E> {
    f: F,
    result: Option<Result<T, E>>,
    reply: Sender<Result<T, E>>,
}

impl<F, T, E> Request for Write<F, T, E>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, connection: &Connection) -> bool {
        let transaction = Transaction::default();
        let outcome =
            catch_unwind(AssertUnwindSafe(|| (self.f)(&mut Conn::sqlite(connection, &transaction))));
        let result = match outcome {
            Ok(Ok(_)) if transaction.is_broken() => Err(conn::ignored().into()),
            Ok(result) => result,
            Err(panic) => Err(panicked(panic.as_ref()).into()),
        };
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn answer(self: Box<Self>, committed: Result<()>) {
        let lost = || Err(Error::other("the writer stopped before the request ran").into());
        let result = match committed {
            Ok(()) => self.result.unwrap_or_else(lost),
            Err(error) => Err(error.into()),
        };
        // The caller may have gone away by panicking; the commit stands regardless.
        let _ = self.reply.send(result);
    }
}

impl Writer {
    /// Starts the thread. It writes while it has the `turn`, and rings `committed` after every commit.
    pub fn start(connection: Connection, committed: Sender<()>, turn: Arc<Turn>) -> Result<Self> {
        let (queue, requests) = unbounded();
        let thread = thread::Builder::new()
            .name("guanxi-writer".to_owned())
            .spawn(move || serve(&connection, &requests, &committed, &turn))?;
        Ok(Writer { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs `f` in a transaction and returns when it is on the disk.
    pub fn write<T, E>(&self, f: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        if self.thread.as_ref().is_some_and(|thread| thread.thread().id() == thread::current().id()) {
            return Err(Error::other("a write inside a write would wait for itself").into());
        }
        let (reply, answer) = bounded(1);
        let request = Box::new(Write { f, result: None, reply });
        let sent = self.queue.as_ref().is_some_and(|queue| queue.send(request).is_ok());
        match answer.recv() {
            Ok(result) if sent => result,
            _ => Err(Error::Unknown("the writer thread has stopped".into()).into()),
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A panic of the thread was reported where it happened.
            let _ = thread.join();
        }
    }
}

fn serve(
    connection: &Connection,
    requests: &Receiver<Box<dyn Request>>,
    committed: &Sender<()>,
    turn: &Turn,
) {
    while let Ok(first) = requests.recv() {
        let mine = turn.lock();
        commit_group(connection, first, requests);
        // A plain unlock would mostly let the writer itself have the turn again.
        MutexGuard::unlock_fair(mine);
        // A full bell has been rung already.
        let _ = committed.try_send(());
    }
}

/// Runs `first` and what is queued behind it in one transaction.
fn commit_group(connection: &Connection, first: Box<dyn Request>, requests: &Receiver<Box<dyn Request>>) {
    if let Err(failure) = connection.execute_batch("BEGIN IMMEDIATE").map_err(error) {
        return first.answer(Err(failure));
    }
    let started = Instant::now();
    let mut done: Vec<Box<dyn Request>> = Vec::new();
    let mut next = Some(first);
    while let Some(mut request) = next {
        let outcome = run_one(connection, request.as_mut());
        if outcome.is_err() || connection.is_autocommit() {
            // The engine gave the transaction up, as it does when the disk is full: nothing of this group
            // was saved. Each of the others gets a transaction to itself.
            roll_back(connection);
            request.answer(outcome);
            for earlier in done {
                run_alone(connection, earlier);
            }
            return;
        }
        done.push(request);
        let full = done.len() >= GROUP || started.elapsed() >= GROUP_TIME;
        next = if full { None } else { requests.try_recv().ok() };
    }
    let committed = commit(connection);
    for request in done {
        request.answer(committed.as_ref().map_err(Error::again).copied());
    }
}

fn run_alone(connection: &Connection, mut request: Box<dyn Request>) {
    let outcome = connection
        .execute_batch("BEGIN IMMEDIATE")
        .map_err(error)
        .and_then(|()| run_one(connection, request.as_mut()))
        .and_then(|()| commit(connection));
    roll_back(connection);
    request.answer(outcome);
}

/// Runs a request in its savepoint. An error means that the savepoint could not be kept or undone.
fn run_one(connection: &Connection, request: &mut dyn Request) -> Result<()> {
    connection.execute_batch("SAVEPOINT gx_request").map_err(error)?;
    let kept = request.run(connection);
    if connection.is_autocommit() {
        // The request's own error says why, if it has one.
        return if kept { Err(Error::Busy) } else { Ok(()) };
    }
    let end = if kept {
        "RELEASE SAVEPOINT gx_request"
    } else {
        "ROLLBACK TO SAVEPOINT gx_request; RELEASE SAVEPOINT gx_request"
    };
    connection.execute_batch(end).map_err(error)
}

/// Only a full disk is known to have saved nothing; after any other failure the log may hold the commit.
fn commit(connection: &Connection) -> Result<()> {
    let result = connection.execute_batch("COMMIT").map_err(error);
    roll_back(connection);
    result.map_err(|failure| match failure {
        Error::DiskFull => Error::DiskFull,
        other => Error::Unknown(Box::new(other)),
    })
}

/// Ends a transaction that is still open.
fn roll_back(connection: &Connection) {
    if !connection.is_autocommit()
        && let Err(failure) = connection.execute_batch("ROLLBACK")
    {
        tracing::error!(%failure, "a transaction could not be rolled back");
    }
}

/// The error of a closure that panicked.
pub fn panicked(panic: &(dyn std::any::Any + Send)) -> Error {
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Error::other(format!("a write panicked: {}", words.unwrap_or("no message")))
}

#[cfg(test)]
mod tests;
