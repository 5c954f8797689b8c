//! What keeps a set safe, looked at while it is open: the engine's promises, and whether attachments and their rows
//! agree.

use crate::{
    columns::Columns,
    conn::Conn,
    dialect::Dialect,
    error::{Error, Result},
    sql::Sql,
    store::Store,
};
use guanxi_model::Stored;
use std::collections::BTreeSet;

/// Contents younger than this many milliseconds may belong to a form that is not saved yet.
const YOUNG: i64 = 86_400_000;

/// A promise of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// The engine's own name for it.
    pub name: &'static str,
    /// What holds.
    pub found: String,
    /// What should hold.
    pub wanted: &'static str,
    /// Whether it does.
    pub sound: bool,
}

/// Files that nothing knows of, and rows without their file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Strays {
    /// Paths below the directory of attachments that no attachment can have, and broken uploads.
    pub unknown: Vec<String>,
    /// Contents that no row names.
    pub unnamed: Vec<String>,
    /// Contents that a row names and that are not there.
    pub missing: Vec<String>,
}

impl Strays {
    /// Whether everything agrees.
    pub fn is_empty(&self) -> bool {
        self.unknown.is_empty() && self.unnamed.is_empty() && self.missing.is_empty()
    }
}

impl Store {
    /// What the engine promises at this moment.
    pub fn promises(&self) -> Result<Vec<Promise>> {
        // Asked of the connection that writes, because such settings are each connection's own.
        self.write(|conn| {
            let dialect = conn.dialect();
            promises(dialect, &mut |question| one_word(conn, question))
        })
    }

    /// Attachments that do not agree with their rows. `now` is in milliseconds.
    pub fn stray_files(&self, now: i64) -> Result<Strays> {
        let rows = self.read::<_, Error>(|conn| {
            conn.query(&sql!("SELECT DISTINCT hash FROM gx_file"))?
                .into_iter()
                .map(|row| Columns::new(row).text())
                .collect::<Result<BTreeSet<String>>>()
        })?;
        let unnamed = self.files().older_than(now - YOUNG)?.into_iter().filter(|hash| !rows.contains(hash));
        Ok(Strays {
            unknown: self.files().unknown(now - YOUNG)?,
            unnamed: unnamed.collect(),
            missing: rows.iter().filter(|hash| !self.files().contains(hash)).cloned().collect(),
        })
    }
}

fn one_word(conn: &mut Conn, question: &str) -> Result<String> {
    let row = conn.query_one(&Sql::new(question))?.unwrap_or_default();
    Ok(match row.into_iter().next() {
        Some(Stored::Int(number)) => number.to_string(),
        Some(Stored::Text(text)) => text,
        Some(Stored::Null) | None => String::new(),
    })
}

type Wanted = (&'static str, &'static str, &'static str, fn(&str) -> bool);

/// The question, its short name, what should hold, and whether an answer is that.
const SQLITE: [Wanted; 5] = [
    ("SELECT sqlite_version()", "sqlite", ">= 3.51.3", |v| version(v) >= [3, 51, 3]),
    ("PRAGMA journal_mode", "journal_mode", "wal", |v| v == "wal"),
    // NORMAL loses acknowledged writes when the power fails.
    ("PRAGMA synchronous", "synchronous", "2 (full)", |v| matches!(v, "2" | "3")),
    ("PRAGMA foreign_keys", "foreign_keys", "1", |v| v == "1"),
    ("PRAGMA secure_delete", "secure_delete", "1", |v| v == "1"),
];
const POSTGRES: [Wanted; 5] = [
    ("SHOW server_version", "server_version", ">= 15", |v| version(v)[0] >= 15),
    ("SHOW server_encoding", "server_encoding", "UTF8", |v| v == "UTF8"),
    ("SHOW fsync", "fsync", "on", |v| v == "on"),
    ("SHOW synchronous_commit", "synchronous_commit", "on", |v| v != "off"),
    ("SHOW full_page_writes", "full_page_writes", "on", |v| v == "on"),
];

fn version(text: &str) -> [u32; 3] {
    let mut numbers = [0; 3];
    let found = text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok());
    for (place, number) in numbers.iter_mut().zip(found) {
        *place = number;
    }
    numbers
}

fn promises(dialect: Dialect, ask: &mut dyn FnMut(&str) -> Result<String>) -> Result<Vec<Promise>> {
    let wanted: &[Wanted] = match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    };
    wanted
        .iter()
        .map(|(question, name, wanted, holds)| {
            let found = ask(question)?;
            Ok(Promise { name, sound: holds(&found), found, wanted })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conn::Transaction;

    #[test]
    fn a_promise_that_is_broken_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let connection = crate::sqlite::open_writer(&folder.path().join("db")).unwrap();
        let broken = || {
            let transaction = Transaction::default();
            let mut conn = Conn::sqlite(&connection, &transaction);
            let found = promises(Dialect::Sqlite, &mut |question| one_word(&mut conn, question)).unwrap();
            found.into_iter().filter(|promise| !promise.sound).map(|promise| promise.name).collect::<Vec<_>>()
        };
        assert!(broken().is_empty());
        connection.execute_batch("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF").unwrap();
        assert_eq!(broken(), ["synchronous", "foreign_keys"]);
        connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA journal_mode = DELETE").unwrap();
        assert_eq!(broken(), ["journal_mode", "foreign_keys"]);
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(version("3.51.10") > [3, 51, 3]);
        assert!(version("3.9.0") < [3, 51, 3]);
        assert_eq!(version("17.2 (Debian 17.2-1)")[0], 17);
    }
}
