//! Backups of sets on PostgreSQL: every table as the server's own text.

use super::{
    archive::{Manifest, Reader},
    compare,
    digest::{Digests, TableDigest, digest},
    quarantine,
};
use crate::{
    columns::Columns,
    conn::{Conn, Row, Transaction},
    dialect::Dialect,
    error::{Error, Result},
    files::copy_hashed,
    migrate,
    migrate::table_exists,
    place,
    postgres::{Session, sets},
    schema,
    store::Config,
};
use guanxi_model::Stored;
use std::{
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write},
    path::Path,
};

/// The search index is copied, but its digest is not taken.
const SEARCH: &str = "gx_search";

/// Writes every table of the set, as it was in one snapshot, into `to`.
pub fn export(url: &str, schema: &str, set: &str, to: &Path) -> Result<(Manifest, Vec<String>)> {
    let mut session = Session::connect(url, schema)?;
    session.script("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0")?;
    let transaction = Transaction::default();
    let mut conn = Conn::postgres(&mut session, &transaction);
    let version = migrate::version(&mut conn)?;
    let tables = digest(&mut conn)?;
    let files = super::attachments(&mut conn)?;
    let mut columns = BTreeMap::new();
    for table in tables.keys().map(String::as_str).chain([SEARCH]) {
        columns.insert(table.to_owned(), schema::columns(&mut conn, table)?);
    }
    let sequences = sequences(&mut conn)?;
    let mut parts = BTreeMap::new();
    for (table, columns) in &columns {
        let part = part(table);
        let mut file = BufWriter::new(File::create(to.join(&part))?);
        let mut rows = session.copy_out(&format!("COPY \"{table}\" ({}) TO STDOUT", names(columns)))?;
        let (hash, _) = copy_hashed(&mut rows, &mut file)?;
        file.flush()?;
        parts.insert(part, hash);
    }
    session.script("ROLLBACK")?;
    let names = parts.keys().cloned().collect();
    let manifest = Manifest {
        engine: "postgres".to_owned(),
        set: set.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: version,
        tables,
        columns,
        sequences,
        parts,
        files,
    };
    Ok((manifest, names))
}

/// The digests of unpacked tables, without a server.
pub fn digest_of(directory: &Path, manifest: &Manifest) -> Result<Digests> {
    let tables = manifest.columns.iter().filter(|(table, _)| *table != SEARCH);
    tables
        .map(|(table, columns)| {
            let mut digest = TableDigest::default();
            for line in BufReader::new(File::open(directory.join(part(table)))?).split(b'\n') {
                digest.add(&parse(&line?, columns)?);
            }
            Ok((table.clone(), digest.finish()))
        })
        .collect()
}

/// Fills a new schema, proves it, and lets it take the set's name.
pub fn restore(url: &str, config: &Config, directory: &Path, archive: &Path, now: i64) -> Result<Manifest> {
    let workshop = super::Workshop::new(&directory.join("restore"))?;
    // Contents are named by what they hold, so those of the backup can join the others at once.
    let generation = place::current(directory)?.unwrap_or(1);
    let files = directory.join(generation.to_string()).join("files");
    let manifest = Reader::open(archive)?.unpack(&workshop.0, &files)?;
    if manifest.engine != "postgres" {
        return Err(Error::other("the backup was taken from the embedded engine and is restored there"));
    }
    let _alone = sets::lock(url, &config.set)?;
    let new = sets::begin_restore(url, &config.set)?;
    fill(url, &new, &workshop.0, &manifest, now)?;
    place::point(directory, generation)?;
    sets::end_restore(url, &config.set)?;
    Ok(manifest)
}

fn fill(url: &str, new: &str, from: &Path, manifest: &Manifest, now: i64) -> Result<()> {
    let mut session = Session::connect(url, new)?;
    session.script("BEGIN; SET LOCAL statement_timeout = 0")?;
    let transaction = Transaction::default();
    migrate::run_to(&mut Conn::postgres(&mut session, &transaction), manifest.schema)?;
    for (table, columns) in &manifest.columns {
        make_table(&mut Conn::postgres(&mut session, &transaction), table, columns)?;
        // The first migration has put rows of its own into some tables.
        session.script(&format!("DELETE FROM \"{table}\""))?;
        let mut rows = File::open(from.join(part(table)))?;
        session.copy_in(&format!("COPY \"{table}\" ({}) FROM STDIN", names(columns)), &mut rows)?;
    }
    let mut conn = Conn::postgres(&mut session, &transaction);
    for (sequence, value) in &manifest.sequences {
        // One that was never used has no value to set.
        if *value > 0 {
            conn.query(&sql!("SELECT setval($1::text::regclass, $2)", format!("\"{sequence}\""), *value))?;
        }
    }
    compare(manifest, &digest(&mut conn)?)?;
    migrate::run(&mut conn)?;
    quarantine(&mut conn, now)?;
    session.script("COMMIT")
}

/// Makes the table of an object. Its indexes are made when the objects are next brought in line.
fn make_table(conn: &mut Conn, table: &str, columns: &BTreeMap<String, bool>) -> Result<()> {
    schema::plain(table)?;
    columns.keys().try_for_each(|column| schema::plain(column).map(drop))?;
    if table_exists(conn, table)? {
        return Ok(());
    }
    let columns: Vec<String> =
        columns.iter().map(|(name, integer)| schema::column(Dialect::Postgres, name, *integer)).collect();
    conn.script(&format!("CREATE TABLE \"{table}\" ({})", columns.join(", ")))
}

fn sequences(conn: &mut Conn) -> Result<BTreeMap<String, i64>> {
    let sql = sql!(
        "SELECT sequencename::text, coalesce(last_value, 0) FROM pg_sequences WHERE schemaname = current_schema()"
    );
    let rows = conn.query(&sql)?.into_iter().map(|row| {
        let mut row = Columns::new(row);
        Ok((row.text()?, row.int()?))
    });
    rows.collect()
}

fn part(table: &str) -> String {
    format!("{table}.copy")
}

fn names(columns: &BTreeMap<String, bool>) -> String {
    columns.keys().map(|column| format!("\"{column}\"")).collect::<Vec<_>>().join(", ")
}

/// Reads a line of the server's text format.
fn parse(line: &[u8], columns: &BTreeMap<String, bool>) -> Result<Row> {
    let damaged = || Error::Corrupt("a table of the backup cannot be read".to_owned());
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b'\t').collect();
    if fields.len() != columns.len() {
        return Err(damaged());
    }
    let read = |(field, integer): (&[u8], &bool)| {
        if field == b"\\N" {
            return Ok(Stored::Null);
        }
        let text = String::from_utf8(unescape(field)).map_err(|_| damaged())?;
        if *integer { text.parse().map(Stored::Int).map_err(|_| damaged()) } else { Ok(Stored::Text(text)) }
    };
    fields.into_iter().zip(columns.values()).map(read).collect()
}

fn unescape(field: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(field.len());
    let mut bytes = field.iter();
    while let Some(byte) = bytes.next() {
        text.push(match byte {
            b'\\' => match bytes.next() {
                Some(b'n') => b'\n',
                Some(b't') => b'\t',
                Some(b'r') => b'\r',
                Some(b'b') => 8,
                Some(b'f') => 12,
                Some(b'v') => 11,
                Some(other) => *other,
                None => b'\\',
            },
            byte => *byte,
        });
    }
    text
}
