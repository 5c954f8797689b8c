//! Running statements.

use crate::{conn::Row, error::Error, error::Result, sql::Sql};
use guanxi_model::Stored;
use rusqlite::{CachedStatement, Connection, ErrorCode, Statement, ffi, types::ValueRef};
use std::time::{Duration, Instant};

/// A statement that takes so long is named in the log, without its values.
const SLOW: Duration = Duration::from_secs(1);

pub fn each(connection: &Connection, sql: &Sql, f: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
    let started = Instant::now();
    let mut statement = prepare(connection, sql)?;
    let width = statement.column_count();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error)? {
        let mut columns = Vec::with_capacity(width);
        for position in 0..width {
            columns.push(stored(row.get_ref(position).map_err(error)?)?);
        }
        f(columns)?;
    }
    let took = started.elapsed();
    if took > SLOW {
        tracing::warn!(seconds = took.as_secs_f64(), statement = sql.text, "slow statement");
    }
    Ok(())
}

pub fn execute(connection: &Connection, sql: &Sql) -> Result<u64> {
    Ok(prepare(connection, sql)?.raw_execute().map_err(error)? as u64)
}

/// Runs a statement once for each row of parameters.
pub fn execute_many(connection: &Connection, text: &str, rows: &[Vec<Stored>]) -> Result<()> {
    let mut statement = connection.prepare_cached(&numbered(text)).map_err(error)?;
    for row in rows {
        for (position, value) in row.iter().enumerate() {
            bind(&mut statement, position + 1, value).map_err(error)?;
        }
        statement.raw_execute().map_err(error)?;
    }
    Ok(())
}

pub fn script(connection: &Connection, script: &str) -> Result<()> {
    connection.execute_batch(script).map_err(error)
}

/// To SQLite `$2` is a name, numbered by where it first stands, and looked up along a list of all names; `?2` is
/// the number itself. Statements hold a dollar sign only before the number of a parameter.
fn prepare<'a>(connection: &'a Connection, sql: &Sql) -> Result<CachedStatement<'a>> {
    let mut statement = connection.prepare_cached(&numbered(&sql.text)).map_err(error)?;
    if statement.parameter_count() > sql.params.len() {
        return Err(Error::other("a parameter of the statement has no value"));
    }
    for (position, value) in sql.params.iter().enumerate().take(statement.parameter_count()) {
        bind(&mut statement, position + 1, value).map_err(error)?;
    }
    Ok(statement)
}

fn numbered(text: &str) -> String {
    text.replace('$', "?")
}

fn bind(statement: &mut Statement<'_>, index: usize, value: &Stored) -> rusqlite::Result<()> {
    match value {
        Stored::Int(number) => statement.raw_bind_parameter(index, number),
        Stored::Text(text) => statement.raw_bind_parameter(index, text),
        Stored::Null => statement.raw_bind_parameter(index, rusqlite::types::Null),
    }
}

fn stored(value: ValueRef) -> Result<Stored> {
    match value {
        ValueRef::Null => Ok(Stored::Null),
        ValueRef::Integer(number) => Ok(Stored::Int(number)),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Ok(Stored::Text(text.to_owned())),
            Err(_) => Err(Error::Corrupt("a text is not UTF-8".to_owned())),
        },
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Error::other("the statement gives a float or bytes; cast it to an integer or a text"))
        }
    }
}

/// Sorts the engine's errors by what the caller can do.
pub fn error(error: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(code, message) = &error else {
        return Error::Other(Box::new(error));
    };
    match (code.code, code.extended_code) {
        (
            _,
            ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID,
        ) => {
            let message = message.as_deref().unwrap_or_default();
            let constraint = message.rsplit_once(": ").map_or(message, |(_, columns)| columns);
            Error::Conflict { constraint: constraint.to_owned() }
        }
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::OperationInterrupted, _) => {
            Error::Busy
        }
        (ErrorCode::DiskFull, _) => Error::DiskFull,
        (ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase, _) => Error::Corrupt(error.to_string()),
        _ => Error::Other(Box::new(error)),
    }
}
