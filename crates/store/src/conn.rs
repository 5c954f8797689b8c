//! One connection inside one transaction, on either engine.

use crate::{
    dialect::Dialect, error::Error, error::Result, postgres::Session, shares::Share, sql::Sql, sqlite,
};
use guanxi_model::{RecordId, Stored};
use std::cell::{Cell, RefCell};

/// A row: its columns in the order of the statement.
pub type Row = Vec<Stored>;

/// A connection inside a transaction. Statements are prepared once and kept, on both engines.
///
/// PostgreSQL refuses everything after a failed statement until the transaction ends. The same is
/// enforced on SQLite, so that code which works on one engine works on the other.
pub struct Conn<'a> {
    engine: Engine<'a>,
    transaction: &'a Transaction,
}

/// What is known of a transaction, shared by the reborrows of its connection.
#[derive(Default)]
pub(crate) struct Transaction {
    broken: Cell<bool>,
    depth: Cell<usize>,
    /// On a snapshot, the sharings with the person who asked last: every list of a page asks for them.
    shares: Option<RefCell<KeptShares>>,
}

/// Whose sharings, and what they are.
type KeptShares = Option<(RecordId, Vec<Share>)>;

impl Transaction {
    /// One that cannot write, so that what was read once stays so.
    pub fn on_snapshot() -> Self {
        Transaction { shares: Some(RefCell::default()), ..Transaction::default() }
    }

    /// Whether a statement failed, so that the transaction cannot be committed.
    pub fn is_broken(&self) -> bool {
        self.broken.get()
    }
}

enum Engine<'a> {
    Sqlite(&'a rusqlite::Connection),
    Postgres(&'a mut Session),
}

impl<'a> Conn<'a> {
    pub(crate) fn sqlite(connection: &'a rusqlite::Connection, transaction: &'a Transaction) -> Self {
        Conn { engine: Engine::Sqlite(connection), transaction }
    }

    pub(crate) fn postgres(session: &'a mut Session, transaction: &'a Transaction) -> Self {
        Conn { engine: Engine::Postgres(session), transaction }
    }

    /// The same connection for a shorter time, for structs that own theirs.
    pub fn reborrow(&mut self) -> Conn<'_> {
        let engine = match &mut self.engine {
            Engine::Sqlite(connection) => Engine::Sqlite(connection),
            Engine::Postgres(session) => Engine::Postgres(session),
        };
        Conn { engine, transaction: self.transaction }
    }

    /// The sharings with a person, asked for once on a snapshot.
    pub(crate) fn shares_with(
        &mut self,
        user: RecordId,
        ask: impl FnOnce(&mut Self) -> Result<Vec<Share>>,
    ) -> Result<Vec<Share>> {
        let Some(kept) = &self.transaction.shares else { return ask(self) };
        if let Some((whose, shares)) = &*kept.borrow()
            && *whose == user
        {
            return Ok(shares.clone());
        }
        let shares = ask(self)?;
        *kept.borrow_mut() = Some((user, shares.clone()));
        Ok(shares)
    }

    /// Which engine answers.
    pub fn dialect(&self) -> Dialect {
        match self.engine {
            Engine::Sqlite(_) => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Hands every row of the answer to `f` as it arrives, without keeping them.
    pub fn each(&mut self, sql: &Sql, f: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.guard(|engine| match engine {
            Engine::Sqlite(connection) => sqlite::each(connection, sql, f),
            Engine::Postgres(session) => session.each(sql, f),
        })
    }

    /// All rows of the answer.
    pub fn query(&mut self, sql: &Sql) -> Result<Vec<Row>> {
        let mut rows = Vec::new();
        self.each(sql, &mut |row| {
            rows.push(row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row of the answer.
    pub fn query_one(&mut self, sql: &Sql) -> Result<Option<Row>> {
        Ok(self.query(sql)?.into_iter().next())
    }

    /// Runs a statement that changes rows and says how many.
    pub fn execute(&mut self, sql: &Sql) -> Result<u64> {
        self.guard(|engine| match engine {
            Engine::Sqlite(connection) => sqlite::execute(connection, sql),
            Engine::Postgres(session) => session.execute(sql),
        })
    }

    /// Runs one statement for each row of parameters, which stand in it in their order.
    pub(crate) fn execute_many(&mut self, text: &str, rows: Vec<Vec<Stored>>) -> Result<()> {
        self.guard(|engine| match engine {
            Engine::Sqlite(connection) => sqlite::execute_many(connection, text, &rows),
            Engine::Postgres(session) => rows
                .into_iter()
                .try_for_each(|params| session.execute(&Sql { text: text.to_owned(), params }).map(drop)),
        })
    }

    /// Runs a script of statements without parameters: schema changes and transaction control.
    pub(crate) fn script(&mut self, script: &str) -> Result<()> {
        self.guard(|engine| match engine {
            Engine::Sqlite(connection) => sqlite::script(connection, script),
            Engine::Postgres(session) => session.script(script),
        })
    }

    /// Runs `f` so that its failure undoes only what `f` did and the transaction goes on.
    pub fn savepoint<T, E: From<Error>>(
        &mut self,
        f: impl FnOnce(&mut Conn) -> Result<T, E>,
    ) -> Result<T, E> {
        let depth = self.transaction.depth.get();
        let name = format!("gx_{depth}");
        self.script(&format!("SAVEPOINT {name}"))?;
        self.transaction.depth.set(depth + 1);
        let mut result = f(self);
        self.transaction.depth.set(depth);
        if self.transaction.is_broken() && result.is_ok() {
            result = Err(ignored().into());
        }
        match result {
            Ok(value) => {
                self.script(&format!("RELEASE SAVEPOINT {name}"))?;
                Ok(value)
            }
            Err(error) => {
                // Without the savepoint the engine has dropped the whole transaction (a full disk does
                // that); then this fails too, and so does the caller's transaction.
                self.transaction.broken.set(false);
                self.script(&format!("ROLLBACK TO SAVEPOINT {name}; RELEASE SAVEPOINT {name}"))?;
                Err(error)
            }
        }
    }

    fn guard<T>(&mut self, f: impl FnOnce(&mut Engine) -> Result<T>) -> Result<T> {
        if self.transaction.is_broken() {
            return Err(ignored());
        }
        let result = f(&mut self.engine);
        self.transaction.broken.set(result.is_err());
        result
    }
}

/// Why a transaction is not committed although its closure returned `Ok`.
pub(crate) fn ignored() -> Error {
    Error::other("a statement failed and the transaction went on; use a savepoint where failure is expected")
}
