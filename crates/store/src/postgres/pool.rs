//! The bounded pool, and how transactions run on it.

use super::session::{self, Session, error};
use crate::{
    conn::{self, Conn, Transaction},
    error::{Error, Result},
    sqlite::panicked,
};
use parking_lot::{Condvar, Mutex};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// Connections of one process to one set. A server takes a hundred in all unless told otherwise.
const MOST: usize = 16;
/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often a transaction is repeated before the caller is told that the database is busy.
const ATTEMPTS: u32 = 24;

/// Connections to one set.
pub struct Pool {
    url: String,
    schema: String,
    state: Mutex<State>,
    returned: Condvar,
}

#[derive(Default)]
struct State {
    idle: Vec<Session>,
    open: usize,
}

impl Pool {
    /// Refuses a server that is too old or could lose what it has acknowledged.
    pub fn open(url: &str, schema: &str) -> Result<Arc<Self>> {
        let pool = Arc::new(Pool {
            url: url.to_owned(),
            schema: schema.to_owned(),
            state: Mutex::default(),
            returned: Condvar::new(),
        });
        {
            let mut session = pool.lease()?;
            check(&mut session)?;
        }
        Ok(pool)
    }

    /// A snapshot, as long as it is kept.
    pub fn snapshot(self: &Arc<Self>) -> Result<Snapshot> {
        let lease = self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        Ok(Snapshot(lease, Transaction::on_snapshot()))
    }

    /// Runs `f` in a transaction, again and again while the server asks for it: two that each read what
    /// the other writes cannot both stand, whatever `f` decided in between.
    pub fn write<T, E: From<Error>>(
        self: &Arc<Self>,
        mut f: impl FnMut(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        for attempt in 0..ATTEMPTS {
            let mut session = self.begin("BEGIN ISOLATION LEVEL SERIALIZABLE")?;
            session.repeat = false;
            let result = run(&mut session, &mut f);
            if result.is_ok() {
                match session.commit() {
                    Ok(()) => return result,
                    Err(failure) if !session.repeat => return Err(failure.into()),
                    Err(_) => {}
                }
            }
            if !session.repeat {
                return result;
            }
            // Others can use the connection meanwhile.
            drop(session);
            thread::sleep(Duration::from_millis(u64::from(attempt * attempt).min(60)));
        }
        Err(Error::Busy.into())
    }

    /// Tells the other programs that share the set. Outside a transaction, so that no writer waits for another's
    /// words.
    pub fn tell(self: &Arc<Self>, words: &[String]) -> Result<()> {
        let mut session = self.lease()?;
        let channel = super::tell::channel(&self.schema);
        for word in words {
            session.client.execute("SELECT pg_notify($1, $2)", &[&channel, word]).map_err(error)?;
        }
        Ok(())
    }

    /// Hears what they tell.
    pub fn listen(
        &self,
        hear: impl Fn(super::tell::Heard<'_>) + Send + 'static,
    ) -> Result<super::tell::Listener> {
        super::tell::Listener::start(&self.url, &self.schema, hear)
    }

    /// A connection inside a new transaction. Connections that died while they were idle, because the
    /// server was started again, are replaced.
    fn begin(self: &Arc<Self>, how: &str) -> Result<Lease> {
        loop {
            let mut session = self.lease()?;
            match session.script(how) {
                Ok(()) => return Ok(session),
                Err(_) if session.client.is_closed() && !session.fresh => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    fn lease(self: &Arc<Self>) -> Result<Lease> {
        let mut state = self.state.lock();
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(session) = state.idle.pop() {
                if session.client.is_closed() {
                    state.open -= 1;
                    continue;
                }
                return Ok(Lease { pool: self.clone(), session: Some(session), fresh: false });
            }
            if state.open < MOST {
                state.open += 1;
                drop(state);
                // The lease gives the place back if the connection fails.
                let mut lease = Lease { pool: self.clone(), session: None, fresh: true };
                lease.session = Some(Session::connect(&self.url, &self.schema)?);
                return Ok(lease);
            }
            if self.returned.wait_until(&mut state, deadline).timed_out() {
                return Err(Error::Busy);
            }
        }
    }
}

fn run<T, E: From<Error>>(
    session: &mut Session,
    f: &mut impl FnMut(&mut Conn) -> Result<T, E>,
) -> Result<T, E> {
    let transaction = Transaction::default();
    match catch_unwind(AssertUnwindSafe(|| f(&mut Conn::postgres(session, &transaction)))) {
        // The server would answer such a commit with a silent rollback.
        Ok(Ok(_)) if transaction.is_broken() => Err(conn::ignored().into()),
        Ok(result) => result,
        Err(panic) => Err(panicked(panic.as_ref()).into()),
    }
}

impl Session {
    /// Commits. Once the server has answered, a failure means that nothing was saved; without an answer
    /// the outcome is unknown.
    fn commit(&mut self) -> Result<()> {
        self.client.batch_execute("COMMIT").map_err(|failure| {
            self.repeat = session::is_repeatable(&failure);
            if failure.as_db_error().is_some() { error(failure) } else { Error::Unknown(Box::new(failure)) }
        })
    }
}

/// A connection on one snapshot.
pub struct Snapshot(Lease, Transaction);

impl Snapshot {
    /// Runs `f` on it; false beside the answer when a statement failed, after which it answers nothing more.
    pub fn read<T>(&mut self, f: impl FnOnce(&mut Conn) -> T) -> (T, bool) {
        let answer = f(&mut Conn::postgres(&mut self.0, &self.1));
        (answer, !self.1.is_broken())
    }
}

/// A connection in use; it goes back when the lease is dropped, also by a panic.
struct Lease {
    pool: Arc<Pool>,
    session: Option<Session>,
    fresh: bool,
}

impl std::ops::Deref for Lease {
    type Target = Session;

    fn deref(&self) -> &Session {
        self.session.as_ref().expect("a lease that was given out has a session")
    }
}

impl std::ops::DerefMut for Lease {
    fn deref_mut(&mut self) -> &mut Session {
        self.session.as_mut().expect("a lease that was given out has a session")
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Ends what a read or a panic left open; outside a transaction it does nothing.
        let session = self.session.take().and_then(|mut session| {
            let clean = session.client.batch_execute("ROLLBACK").is_ok();
            clean.then_some(session)
        });
        let mut state = self.pool.state.lock();
        match session {
            Some(session) => state.idle.push(session),
            None => state.open -= 1,
        }
        drop(state);
        self.pool.returned.notify_one();
    }
}

fn check(session: &mut Session) -> Result<()> {
    let mut show = |name: &str| -> Result<String> {
        let row = session.client.query_one(&format!("SHOW {name}"), &[]).map_err(error)?;
        row.try_get(0).map_err(error)
    };
    if show("server_version_num")?.parse::<u32>().unwrap_or_default() < 150_000 {
        return Err(Error::other("PostgreSQL 15 or newer is needed"));
    }
    if show("server_encoding")? != "UTF8" {
        return Err(Error::other("the PostgreSQL database must have the encoding UTF8"));
    }
    for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
        if show(setting)? == "off" {
            return Err(Error::other(format!(
                "PostgreSQL runs with {setting} = off and can lose saved data"
            )));
        }
    }
    Ok(())
}
