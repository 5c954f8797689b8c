//! The two engines and the few words in which their SQL differs.

mod postgres;
mod sqlite;

/// Which engine keeps an account set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// The embedded engine.
    Sqlite,
    /// PostgreSQL, version 15 or newer.
    Postgres,
}

impl Dialect {
    /// The column type of 64-bit integers.
    pub fn integer(self) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite::INTEGER,
            Dialect::Postgres => postgres::INTEGER,
        }
    }

    /// The column type of texts, which compare by bytes on both engines.
    pub fn text(self) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite::TEXT,
            Dialect::Postgres => postgres::TEXT,
        }
    }

    /// What ends `CREATE TABLE`.
    pub fn table_options(self) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite::TABLE_OPTIONS,
            Dialect::Postgres => postgres::TABLE_OPTIONS,
        }
    }

    /// What follows an ascending index column so that nulls are smallest.
    pub fn nulls_first(self) -> &'static str {
        match self {
            Dialect::Sqlite => sqlite::NULLS_FIRST,
            Dialect::Postgres => postgres::NULLS_FIRST,
        }
    }

    /// The first characters of the date of an instant column, in a zone that lies `offset_ms` east of UTC:
    /// four for the year, seven for the month.
    pub fn date_of_millis(self, column: &str, offset_ms: i64, characters: u8) -> String {
        match self {
            Dialect::Sqlite => sqlite::date_of_millis(column, offset_ms, characters),
            Dialect::Postgres => postgres::date_of_millis(column, offset_ms, characters),
        }
    }

    /// Rewrites a migration, which is written for SQLite, for this engine.
    pub(crate) fn migration(self, script: &str) -> String {
        match self {
            Dialect::Sqlite => script.to_owned(),
            Dialect::Postgres => postgres::migration(script),
        }
    }
}
