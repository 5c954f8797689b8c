//! Account sets as wholes: making, listing, backing up and restoring them.
//!
//! A backup is one file: a tar archive whose first entry, the manifest, gives a digest of every table and
//! every file, and whose last line is a digest of all that stands before it. It is taken from one
//! snapshot while the set is in use. It holds everything the set holds, personal data too, and is not
//! encrypted: it belongs where only the operator can read.

mod archive;
mod digest;
mod postgres;
mod shelf;
mod sqlite;

pub use archive::Manifest;
pub use digest::digest;
pub use shelf::{Kept, Note, Reason, Shelf};

use crate::{
    columns::Columns,
    conn::Conn,
    error::{Error, Result},
    jobs,
    place::{self, Database},
    store::{Config, Store},
};
use archive::{Reader, Writer};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// The names of all sets, in order.
pub fn list(config: &Config) -> Result<Vec<String>> {
    if let Some(url) = &config.database {
        return crate::postgres::sets::list(url);
    }
    let directories = match fs::read_dir(config.data.join("sets")) {
        Ok(directories) => directories,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for directory in directories {
        let directory = directory?;
        if place::current(&directory.path())?.is_some() {
            names.extend(directory.file_name().into_string());
        }
    }
    names.sort();
    Ok(names)
}

/// Makes a new set.
pub fn create(config: &Config) -> Result<()> {
    Store::create(config).map(|_| ())
}

/// Removes a set with all it holds. `Busy` while it is open.
pub fn drop(config: &Config) -> Result<()> {
    let directory = place::directory(config)?;
    let _alone = if directory.exists() { Some(place::lock(&directory, true)?) } else { None };
    if let Some(url) = &config.database {
        crate::postgres::sets::drop(url, &config.set)?;
    }
    if directory.exists() {
        // Without this file it is no set any more, even if removing the rest is interrupted.
        let _ = fs::remove_file(directory.join("current"));
        fs::remove_dir_all(&directory)?;
    }
    Ok(())
}

/// Gives a set another name, with its attachments and kept backups. `Busy` while it is open, and refused when there is
/// a set of the new one.
pub fn rename(config: &Config, to: &str) -> Result<()> {
    let new = Config { set: to.to_owned(), ..config.clone() };
    let (from, target) = (place::directory(config)?, place::directory(&new)?);
    if list(config)?.iter().any(|set| set == to) {
        return Err(Error::other(format!("there is an account set {to} already")));
    }
    let _alone = if from.exists() { Some(place::lock(&from, true)?) } else { None };
    if target.exists() {
        // Without `current` it is what is left of a set that was dropped.
        fs::remove_dir_all(&target)?;
    }
    if let Some(url) = &config.database {
        let _everywhere = crate::postgres::sets::lock(url, &config.set)?;
        crate::postgres::sets::rename(url, &config.set, to)?;
    }
    if from.exists() {
        fs::rename(&from, &target)?;
        sync_directory(&target)?;
    }
    Shelf::of(config)?.rename(&Shelf::of(&new)?)
}

/// How many bytes the rows and attachments of a set take.
pub fn size(config: &Config) -> Result<u64> {
    let directory = place::directory(config)?;
    let here = match place::current(&directory)? {
        Some(generation) => folder_size(&directory.join(generation.to_string()))?,
        None => 0,
    };
    match &config.database {
        None => Ok(here),
        Some(url) => Ok(here + crate::postgres::sets::size(url, &config.set)?),
    }
}

fn folder_size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Files come and go while a set is in use; one that is gone has no size.
        let Ok(known) = entry.metadata() else { continue };
        bytes += if known.is_dir() { folder_size(&entry.path())? } else { known.len() };
    }
    Ok(bytes)
}

/// Writes a backup of an open set to `out`, which appears when it is complete.
pub fn backup(store: &Store, out: &Path) -> Result<Manifest> {
    let name = out.file_name().and_then(|name| name.to_str()).unwrap_or("backup");
    let workshop = Workshop::new(&out.with_file_name(format!(".{name}")))?;
    // Contents that a record loses meanwhile stay until they are in the archive.
    let _held = store.files().hold()?;
    let (manifest, parts) = match store.place().database() {
        Database::Sqlite(path) => sqlite::export(&path, store.set(), &workshop.0)?,
        Database::Postgres { url, schema } => postgres::export(&url, &schema, store.set(), &workshop.0)?,
    };
    let unfinished = workshop.0.join("archive");
    let mut writer = Writer::create(&unfinished, &manifest)?;
    for part in &parts {
        writer.add(part, &mut File::open(workshop.0.join(part))?)?;
    }
    for hash in manifest.files.keys() {
        writer.add(&format!("files/{hash}"), &mut store.files().read(hash)?)?;
    }
    writer.finish()?;
    fs::rename(&unfinished, out)?;
    sync_directory(out)?;
    Ok(manifest)
}

/// Proves that a backup can be restored: unpacks it elsewhere and compares every table and file.
pub fn verify(path: &Path) -> Result<Manifest> {
    let workshop = Workshop::new(&std::env::temp_dir().join("guanxi-verify"))?;
    let manifest = Reader::open(path)?.unpack(&workshop.0, &workshop.0.join("files"))?;
    let found = match manifest.engine.as_str() {
        "sqlite" => sqlite::digest_of(&workshop.0)?,
        _ => postgres::digest_of(&workshop.0, &manifest)?,
    };
    compare(&manifest, &found)?;
    Ok(manifest)
}

/// Puts a backup in the place of a set, or makes the set. `Busy` while it is open. What was there stays
/// until [`forget_old`]. Nobody is logged in afterwards, API keys are revoked, and jobs are held, so that
/// nothing is sent a second time before a person has looked.
pub fn restore(config: &Config, path: &Path, now: i64) -> Result<Manifest> {
    let directory = place::directory(config)?;
    fs::create_dir_all(&directory)?;
    let _alone = place::lock(&directory, true)?;
    match &config.database {
        None => sqlite::restore(&directory, path, now),
        Some(url) => postgres::restore(url, config, &directory, path, now),
    }
}

/// Removes what restores have replaced, unless the last of them was within `days`. `Busy` while the set is open.
/// Returns how many copies there were.
pub fn forget_old(config: &Config, days: u64) -> Result<usize> {
    let directory = place::directory(config)?;
    let _alone = place::lock(&directory, true)?;
    // A restore writes this file last.
    let restored = fs::metadata(directory.join("current")).and_then(|file| file.modified());
    let aged = restored.map(|at| at.elapsed().unwrap_or_default() >= Duration::from_secs(days * 86_400));
    if !aged.unwrap_or(false) {
        return Ok(0);
    }
    match &config.database {
        None => sqlite::forget_old(&directory),
        Some(url) => crate::postgres::sets::drop_old(url, &config.set),
    }
}

/// The attachments that rows of this snapshot name, and their lengths.
fn attachments(conn: &mut Conn) -> Result<BTreeMap<String, u64>> {
    let rows = conn.query(&sql!("SELECT DISTINCT hash, size FROM gx_file"))?.into_iter().map(|row| {
        let mut row = Columns::new(row);
        Ok((row.text()?, row.int()?.unsigned_abs()))
    });
    rows.collect()
}

/// What a restored set must not do by itself.
fn quarantine(conn: &mut Conn, now: i64) -> Result<()> {
    conn.execute(&sql!("DELETE FROM gx_session"))?;
    conn.execute(&sql!("DELETE FROM gx_link_token"))?;
    conn.execute(&sql!("UPDATE gx_key SET revoked_at = $1 WHERE revoked_at IS NULL", now))?;
    jobs::hold(conn, true)
}

fn compare(manifest: &Manifest, found: &digest::Digests) -> Result<()> {
    if manifest.tables == *found {
        return Ok(());
    }
    let differs = |table: &&String| manifest.tables.get(*table) != found.get(*table);
    let tables: Vec<&str> =
        manifest.tables.keys().chain(found.keys()).filter(differs).map(String::as_str).collect();
    Err(Error::Corrupt(format!("the backup differs from its manifest in {}", tables.join(", "))))
}

fn sync_directory(path: &Path) -> Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
    Ok(())
}

/// A directory for unfinished work that is removed with the value.
struct Workshop(PathBuf);

impl Workshop {
    fn new(like: &Path) -> Result<Self> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let mut path = like.as_os_str().to_owned();
        path.push(format!("-{}-{number}", std::process::id()));
        let path = PathBuf::from(path);
        fs::create_dir_all(&path)?;
        Ok(Workshop(path))
    }
}

impl Drop for Workshop {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
