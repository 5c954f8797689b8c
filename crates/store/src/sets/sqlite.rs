//! Backups of sets on the embedded engine: a copy of the database file.

use super::{
    archive::{Manifest, Reader},
    compare,
    digest::{Digests, digest},
    quarantine,
};
use crate::{
    columns::Columns,
    conn::{Conn, Transaction},
    error::{Error, Result},
    files::copy_hashed,
    migrate, place,
    sqlite::{READER_CACHE, error, open_reader, open_writer},
};
use rusqlite::{Connection, backup::Backup};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::Path,
    time::Duration,
};

const PART: &str = "database.sqlite";
/// The database's name within a generation.
const DATABASE: &str = "guanxi.sqlite";

/// Copies the database into `to`. The copy is made by the connection that holds the snapshot, because
/// only then does it equal that snapshot while others write.
pub fn export(path: &Path, set: &str, to: &Path) -> Result<(Manifest, Vec<String>)> {
    let source = open_reader(path, READER_CACHE)?;
    source.execute_batch("BEGIN").map_err(error)?;
    let transaction = Transaction::default();
    let mut conn = Conn::sqlite(&source, &transaction);
    let schema = migrate::version(&mut conn)?;
    let tables = digest(&mut conn)?;
    let files = super::attachments(&mut conn)?;
    let copy = to.join(PART);
    let mut target = Connection::open(&copy).map_err(error)?;
    Backup::new(&source, &mut target)
        .and_then(|backup| backup.run_to_completion(1_024, Duration::ZERO, None))
        .map_err(error)?;
    target.close().map_err(|(_, failure)| error(failure))?;
    let (hash, _) = copy_hashed(&mut File::open(&copy)?, &mut std::io::sink())?;
    let manifest = Manifest {
        engine: "sqlite".to_owned(),
        set: set.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema,
        tables,
        columns: BTreeMap::new(),
        sequences: BTreeMap::new(),
        parts: BTreeMap::from([(PART.to_owned(), hash)]),
        files,
    };
    Ok((manifest, vec![PART.to_owned()]))
}

/// The digests of an unpacked copy.
pub fn digest_of(directory: &Path) -> Result<Digests> {
    let connection = open_reader(&directory.join(PART), READER_CACHE)?;
    check(&connection)?;
    let transaction = Transaction::default();
    digest(&mut Conn::sqlite(&connection, &transaction))
}

/// Unpacks into a new generation, proves it, and makes it the current one.
pub fn restore(directory: &Path, archive: &Path, now: i64) -> Result<Manifest> {
    let mut generation = place::current(directory)?.unwrap_or(0) + 1;
    while directory.join(generation.to_string()).exists() {
        generation += 1;
    }
    let new = directory.join(generation.to_string());
    fs::create_dir(&new)?;
    let result = fill(&new, archive, now);
    match result {
        Ok(_) => place::point(directory, generation)?,
        // What is left of it is in nobody's way.
        Err(_) => drop(fs::remove_dir_all(&new)),
    }
    result
}

fn fill(new: &Path, archive: &Path, now: i64) -> Result<Manifest> {
    let manifest = Reader::open(archive)?.unpack(new, &new.join("files"))?;
    if manifest.engine != "sqlite" {
        return Err(Error::other("the backup was taken from PostgreSQL and is restored there"));
    }
    compare(&manifest, &digest_of(new)?)?;
    let path = new.join(DATABASE);
    fs::rename(new.join(PART), &path)?;
    let connection = open_writer(&path)?;
    connection.execute_batch("BEGIN IMMEDIATE").map_err(error)?;
    let transaction = Transaction::default();
    let mut conn = Conn::sqlite(&connection, &transaction);
    migrate::run(&mut conn)?;
    quarantine(&mut conn, now)?;
    connection.execute_batch("COMMIT").map_err(error)?;
    // Closing moves the log into the database; then the files are all there is.
    connection.close().map_err(|(_, failure)| error(failure))?;
    File::open(&path)?.sync_all()?;
    File::open(new)?.sync_all()?;
    Ok(manifest)
}

/// Removes every generation but the current one.
pub fn forget_old(directory: &Path) -> Result<usize> {
    let current = place::current(directory)?.map(|generation| generation.to_string());
    let mut removed = 0;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name().into_string().unwrap_or_default();
        if name.parse::<u32>().is_ok() && Some(&name) != current.as_ref() {
            fs::remove_dir_all(entry.path())?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// The engine's own check of a file.
fn check(connection: &Connection) -> Result<()> {
    let transaction = Transaction::default();
    let mut conn = Conn::sqlite(connection, &transaction);
    let answer = conn.query_one(&sql!("PRAGMA integrity_check(1)"))?;
    match answer.map(|row| Columns::new(row).text()).transpose()?.as_deref() {
        Some("ok") => Ok(()),
        problem => Err(Error::Corrupt(problem.unwrap_or("no answer").to_owned())),
    }
}
