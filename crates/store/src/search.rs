//! The search index: written in the transaction that writes the record, in the same database. Tokens come
//! from the text room; nothing here knows a language.

use crate::{conn::Conn, dialect::Dialect, error::Result, insert::Insert, sql::Sql};
use guanxi_model::RecordId;
use guanxi_text::tokens::Term;

/// What a record is found under.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Tokens anyone who sees the record may find it by.
    pub open: Vec<String>,
    /// Tokens of fields that some callers see only masked.
    pub guarded: Vec<String>,
}

/// Words to find, and whether guarded tokens count.
#[derive(Debug, Clone)]
pub struct Words {
    /// All must match.
    pub terms: Vec<Term>,
    /// Whether guarded tokens may match too.
    pub guarded: bool,
}

/// Puts records of an object into the index that are not in it.
pub fn insert(conn: &mut Conn<'_>, object: &str, documents: Vec<(RecordId, Document)>) -> Result<()> {
    let insert = match conn.dialect() {
        Dialect::Sqlite => Insert::written(
            "INSERT INTO gx_search (rowid, object, open, guarded) VALUES ",
            &["(", ", ", ", ", ", ", ")"],
        ),
        Dialect::Postgres => Insert::written(
            "INSERT INTO gx_search (record, object, open, guarded) VALUES ",
            &[
                "(",
                ", ",
                ", array_to_tsvector(coalesce(string_to_array(nullif(",
                ", ''), ' '), '{}')), array_to_tsvector(coalesce(string_to_array(nullif(",
                ", ''), ' '), '{}')))",
            ],
        ),
    };
    let object = object_token(object);
    let rows = documents.into_iter().map(|(record, document)| {
        vec![
            record.into(),
            object.as_str().into(),
            document.open.join(" ").into(),
            document.guarded.join(" ").into(),
        ]
    });
    insert.rows(conn, rows.collect())
}

/// Takes a record out of the index.
pub fn remove(conn: &mut Conn<'_>, record: RecordId) -> Result<()> {
    let mut sql = match conn.dialect() {
        Dialect::Sqlite => Sql::new("DELETE FROM gx_search WHERE rowid = "),
        Dialect::Postgres => Sql::new("DELETE FROM gx_search WHERE record = "),
    };
    sql.bind(record);
    conn.execute(&sql)?;
    Ok(())
}

/// Ids of records that match, newest first, optionally of one object. Access is not considered here:
/// the caller passes the ids through a scoped list.
pub fn matching(
    conn: &mut Conn<'_>,
    object: Option<&str>,
    words: &Words,
    limit: usize,
) -> Result<Vec<RecordId>> {
    let mut sql = match conn.dialect() {
        Dialect::Sqlite => {
            let mut sql = Sql::new("SELECT rowid FROM gx_search WHERE gx_search MATCH ");
            sql.bind(fts5(object, words)).push(" ORDER BY rowid DESC LIMIT ");
            sql
        }
        Dialect::Postgres => {
            let mut sql = Sql::new("WITH m AS MATERIALIZED (SELECT record FROM gx_search s WHERE ");
            postgres_match(&mut sql, object, words);
            sql.push(") SELECT record FROM m ORDER BY record DESC LIMIT ");
            sql
        }
    };
    sql.bind(i64::try_from(limit).unwrap_or(i64::MAX));
    let rows = conn.query(&sql)?;
    Ok(rows.iter().filter_map(|row| row.first().and_then(guanxi_model::Stored::int).map(RecordId)).collect())
}

/// Appends `alias.id IN (…)` for an object's records that match.
pub(crate) fn and_matches(sql: &mut Sql, dialect: Dialect, object: &str, alias: &str, words: &Words) {
    sql.column(alias, "id").push(" IN (");
    match dialect {
        Dialect::Sqlite => {
            sql.push("SELECT rowid FROM gx_search WHERE gx_search MATCH ").bind(fts5(Some(object), words));
        }
        Dialect::Postgres => {
            sql.push("SELECT s.record FROM gx_search s WHERE ");
            postgres_match(sql, Some(object), words);
        }
    }
    sql.push(")");
}

/// An FTS5 expression. Terms are quoted, so nothing in them is syntax; an object's token is one word
/// because the tokenizer splits at everything but letters and digits.
pub(crate) fn fts5(object: Option<&str>, words: &Words) -> String {
    let columns = if words.guarded { "{open guarded}" } else { "open" };
    let mut parts: Vec<String> = words
        .terms
        .iter()
        .map(|term| match term {
            Term::Exact(text) => format!("{columns} : {}", quoted(text)),
            Term::Prefix(text) => format!("{columns} : {} *", quoted(text)),
        })
        .collect();
    if let Some(object) = object {
        parts.push(format!("object : {}", quoted(&object_token(object))));
    }
    parts.join(" AND ")
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// The object's name as one token.
fn object_token(object: &str) -> String {
    object.replace('_', "0")
}

fn postgres_match(sql: &mut Sql, object: Option<&str>, words: &Words) {
    sql.push("1 = 1");
    for term in &words.terms {
        let query = match term {
            Term::Exact(text) => lexeme(text),
            Term::Prefix(text) => format!("{}:*", lexeme(text)),
        };
        sql.push(" AND (s.open @@ CAST(CAST(").bind(query.as_str()).push(" AS TEXT) AS tsquery)");
        if words.guarded {
            sql.push(" OR s.guarded @@ CAST(CAST(").bind(query.as_str()).push(" AS TEXT) AS tsquery)");
        }
        sql.push(")");
    }
    if let Some(object) = object {
        sql.push(" AND s.object = ").bind(object_token(object));
    }
}

fn lexeme(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
