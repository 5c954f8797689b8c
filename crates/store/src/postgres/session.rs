//! One connection, with its prepared statements.

use super::value::{Bound, Cell};
use crate::{
    conn::Row,
    error::{Error, Result},
    sql::Sql,
};
use ::postgres::{Client, NoTls, Statement, error::SqlState, fallible_iterator::FallibleIterator};
use std::{collections::HashMap, io::Read};

/// Statements kept per connection. The texts follow the shapes of queries, of which a busy site has hundreds.
const KEPT: usize = 512;

/// The class of the locks that say which sets are open.
pub(super) const OPEN: i32 = 1_096_366;

/// A connection whose statements see one account set.
pub struct Session {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
    /// The server asked for the whole transaction to be repeated.
    pub(super) repeat: bool,
}

impl Session {
    /// Connects and points the connection at a set's schema.
    pub fn connect(url: &str, schema: &str) -> Result<Self> {
        let mut client = connect(url)?;
        // The limits end what a lost client or a runaway statement would otherwise hold for ever.
        let settings = format!(
            "SET search_path TO \"{schema}\"; SET timezone TO 'UTC'; SET client_min_messages TO error; SET jit TO off;
             SET lock_timeout TO '10s'; SET statement_timeout TO '120s';
             SET idle_in_transaction_session_timeout TO '120s'; SET bytea_output TO hex"
        );
        client.batch_execute(&settings).map_err(error)?;
        // Held as long as the connection, so that no other machine can restore the set beneath it.
        client
            .execute("SELECT pg_advisory_lock_shared($1, hashtext($2))", &[&OPEN, &schema])
            .map_err(error)?;
        Ok(Session { client, statements: HashMap::new(), repeat: false })
    }

    pub fn each(&mut self, sql: &Sql, f: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        let statement = self.prepare(sql)?;
        let result = stream(&mut self.client, &statement, sql, f);
        self.noted(sql, result)
    }

    pub fn execute(&mut self, sql: &Sql) -> Result<u64> {
        let statement = self.prepare(sql)?;
        let params = sql.params.iter().map(Bound);
        let result =
            self.client.query_raw(&statement, params).map_err(Failure::Engine).and_then(|mut rows| {
                while rows.next().map_err(Failure::Engine)?.is_some() {}
                Ok(rows.rows_affected().unwrap_or_default())
            });
        self.noted(sql, result)
    }

    pub fn script(&mut self, script: &str) -> Result<()> {
        let result = self.client.batch_execute(script).map_err(Failure::Engine);
        self.noted(&Sql::default(), result)
    }

    /// The answer of `COPY … TO STDOUT`.
    pub fn copy_out(&mut self, copy: &str) -> Result<impl Read + '_> {
        self.client.copy_out(copy).map_err(error)
    }

    /// Feeds `COPY … FROM STDIN`.
    pub fn copy_in(&mut self, copy: &str, rows: &mut dyn Read) -> Result<()> {
        let mut writer = self.client.copy_in(copy).map_err(error)?;
        std::io::copy(rows, &mut writer)?;
        writer.finish().map_err(error).map(drop)
    }

    fn prepare(&mut self, sql: &Sql) -> Result<Statement> {
        if let Some(statement) = self.statements.get(&sql.text) {
            return Ok(statement.clone());
        }
        let result = self.client.prepare(&sql.text).map_err(Failure::Engine);
        let statement = self.noted(sql, result)?;
        if self.statements.len() >= KEPT {
            // Rare enough that starting over costs less than keeping an order of use.
            self.statements.clear();
        }
        self.statements.insert(sql.text.clone(), statement.clone());
        Ok(statement)
    }

    /// Remembers what a failure means for the transaction, and forgets the statement that failed: a
    /// changed table invalidates statements prepared before.
    fn noted<T>(&mut self, sql: &Sql, result: Result<T, Failure>) -> Result<T> {
        result.map_err(|failure| {
            self.statements.remove(&sql.text);
            match failure {
                Failure::Caller(error) => error,
                Failure::Engine(engine) => {
                    self.repeat |= is_repeatable(&engine);
                    error(engine)
                }
            }
        })
    }
}

enum Failure {
    Engine(::postgres::Error),
    Caller(Error),
}

fn stream(
    client: &mut Client,
    statement: &Statement,
    sql: &Sql,
    f: &mut dyn FnMut(Row) -> Result<()>,
) -> Result<(), Failure> {
    let params = sql.params.iter().map(Bound);
    let mut rows = client.query_raw(statement, params).map_err(Failure::Engine)?;
    while let Some(row) = rows.next().map_err(Failure::Engine)? {
        let cells = (0..row.len()).map(|position| row.try_get::<_, Cell>(position).map(|cell| cell.0));
        let cells = cells.collect::<Result<Row, _>>().map_err(Failure::Engine)?;
        f(cells).map_err(Failure::Caller)?;
    }
    Ok(())
}

/// A connection as it comes.
pub fn connect(url: &str) -> Result<Client> {
    let mut config: ::postgres::Config = url.parse().map_err(error)?;
    config.application_name("guanxi").connect_timeout(std::time::Duration::from_secs(10));
    config.connect(NoTls).map_err(error)
}

/// Whether the transaction is worth another run: the server asks for it, or another process has just
/// made the table, column or index that this one was about to make.
pub fn is_repeatable(error: &::postgres::Error) -> bool {
    let Some(answer) = error.as_db_error() else { return false };
    match *answer.code() {
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::DUPLICATE_TABLE
        | SqlState::DUPLICATE_COLUMN
        | SqlState::DUPLICATE_OBJECT => true,
        SqlState::UNIQUE_VIOLATION => answer.constraint().is_some_and(|name| name.starts_with("pg_")),
        _ => false,
    }
}

/// Sorts the engine's errors by what the caller can do.
pub fn error(error: ::postgres::Error) -> Error {
    let Some(answer) = error.as_db_error() else { return Error::Other(Box::new(error)) };
    match *answer.code() {
        SqlState::UNIQUE_VIOLATION => Error::Conflict { constraint: constraint(answer) },
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::TOO_MANY_CONNECTIONS
        | SqlState::CANNOT_CONNECT_NOW => Error::Busy,
        SqlState::DISK_FULL => Error::DiskFull,
        SqlState::DATA_CORRUPTED | SqlState::INDEX_CORRUPTED => Error::Corrupt(error.to_string()),
        _ => Error::Other(Box::new(error)),
    }
}

/// `table.column`, as SQLite says it. The detail reads `Key (a, b)=(1, 2) already exists.` in every
/// language of the server up to its words.
fn constraint(answer: &::postgres::error::DbError) -> String {
    let table = answer.table().unwrap_or_default();
    let columns =
        answer.detail().and_then(|detail| detail.split_once('(')?.1.split_once(")=(").map(|(c, _)| c));
    match columns {
        Some(columns) => {
            let columns = columns.split(", ").map(|column| format!("{table}.{}", column.trim_matches('"')));
            columns.collect::<Vec<_>>().join(", ")
        }
        None => answer.constraint().unwrap_or(table).to_owned(),
    }
}
