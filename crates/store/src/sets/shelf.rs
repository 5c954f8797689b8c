//! Backups that are kept beside the sets: a folder for each set, an archive for each backup, and beside each
//! archive a note of what is known about it. A restore of the set leaves them alone.

use super::Manifest;
use crate::{
    error::{Error, Result},
    place,
    store::{Config, Store},
};
use serde::{Deserialize, Serialize};
use std::{
    fs::{self, File},
    io::{ErrorKind, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    time::Duration,
};

/// How an archive's name ends.
const ENDING: &str = ".gx";
/// `sha256 `, the digest in hexadecimal, and the end of the line, as an archive ends.
const TRAILER: usize = 72;

/// Why a backup was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Someone wanted one.
    ByHand,
    /// It was due.
    Schedule,
    /// A restore was about to replace what it holds.
    BeforeRestore,
    /// The set was put away, and this is all there is of it.
    Archived,
    /// Somebody put the file there.
    #[default]
    Brought,
}

/// What is known about a backup beside the archive itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Why it was made.
    pub reason: Reason,
    /// Who made it.
    pub by: String,
    /// When, in milliseconds.
    pub made_at: i64,
    /// `sqlite` or `postgres`.
    pub engine: String,
    /// How many tables it holds.
    pub tables: usize,
    /// How many attachments it holds.
    pub files: usize,
    /// When it was last restored elsewhere and compared, in milliseconds.
    pub proved_at: Option<i64>,
    /// What was wrong then.
    pub problem: Option<String>,
}

/// A backup on the shelf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Its file's name.
    pub name: String,
    /// Its length.
    pub bytes: u64,
    /// The digest that it ends with; none when it does not end as an archive does.
    pub digest: Option<String>,
    /// What is known about it.
    pub note: Note,
}

/// The folder that keeps the backups of one set.
#[derive(Debug, Clone)]
pub struct Shelf(PathBuf);

impl Shelf {
    /// The shelf of a set, whether or not the set exists.
    pub fn of(config: &Config) -> Result<Self> {
        place::directory(config)?;
        Ok(Shelf(config.data.join("backups").join(&config.set)))
    }

    /// The names of sets that have a shelf.
    pub fn sets(config: &Config) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in entries(&config.data.join("backups"))? {
            if entry.path().is_dir() {
                names.extend(entry.file_name().into_string());
            }
        }
        names.sort();
        Ok(names)
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// All backups, the newest first.
    pub fn list(&self) -> Result<Vec<Kept>> {
        let mut kept = Vec::new();
        for entry in entries(&self.0)? {
            let Ok(name) = entry.file_name().into_string() else { continue };
            if is_name(&name) && entry.path().is_file() {
                kept.extend(self.find(&name)?);
            }
        }
        kept.sort_by(|a, b| (b.note.made_at, &b.name).cmp(&(a.note.made_at, &a.name)));
        Ok(kept)
    }

    /// A backup by name; none when there is none. Only names that mean a file of the folder are looked for.
    pub fn find(&self, name: &str) -> Result<Option<Kept>> {
        let Some(path) = self.path(name) else { return Ok(None) };
        let file = match fs::metadata(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let mut note: Note = match fs::read(self.beside(name)) {
            // A note that cannot be read is worth less than the backup that it is about.
            Ok(text) => serde_json::from_slice(&text).unwrap_or_default(),
            Err(error) if error.kind() == ErrorKind::NotFound => Note::default(),
            Err(error) => return Err(error.into()),
        };
        if note.made_at == 0
            && let Ok(since) = file.modified()?.duration_since(std::time::UNIX_EPOCH)
        {
            note.made_at = i64::try_from(since.as_millis()).unwrap_or_default();
        }
        Ok(Some(Kept { name: name.to_owned(), bytes: file.len(), digest: digest(&path)?, note }))
    }

    /// The path of a backup; none when the name is none of a backup.
    pub fn path(&self, name: &str) -> Option<PathBuf> {
        is_name(name).then(|| self.0.join(name))
    }

    /// Backs up an open set under a name like `stem`, with a note of why and by whom.
    pub fn keep(&self, store: &Store, stem: &str, reason: Reason, by: &str, now: i64) -> Result<Kept> {
        fs::create_dir_all(&self.0)?;
        self.sweep()?;
        let mut name = format!("{stem}{ENDING}");
        for number in 2.. {
            if !self.0.join(&name).exists() {
                break;
            }
            name = format!("{stem}-{number}{ENDING}");
        }
        let path = self.path(&name).ok_or_else(|| Error::other(format!("{name} cannot name a backup")))?;
        let Manifest { engine, tables, files, .. } = super::backup(store, &path)?;
        let note = Note {
            reason,
            by: by.to_owned(),
            made_at: now,
            engine,
            tables: tables.len(),
            files: files.len(),
            proved_at: None,
            problem: None,
        };
        self.note(&name, &note)?;
        self.find(&name)?.ok_or_else(|| Error::other("the backup is gone"))
    }

    /// Writes down what is known about a backup.
    pub fn note(&self, name: &str, note: &Note) -> Result<()> {
        let path = self.beside(name);
        let new = path.with_extension("new");
        let mut file = File::create(&new)?;
        file.write_all(&serde_json::to_vec(note)?)?;
        file.sync_all()?;
        fs::rename(new, path)?;
        Ok(())
    }

    /// Removes a backup; false when there is none.
    pub fn remove(&self, name: &str) -> Result<bool> {
        let Some(path) = self.path(name) else { return Ok(false) };
        match fs::remove_file(path) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        let _ = fs::remove_file(self.beside(name));
        Ok(true)
    }

    /// Gives the folder to another set. What that one has kept stays.
    pub(super) fn rename(&self, to: &Shelf) -> Result<()> {
        if !self.0.exists() {
            return Ok(());
        }
        fs::create_dir_all(&to.0)?;
        for entry in entries(&self.0)? {
            fs::rename(entry.path(), to.0.join(entry.file_name()))?;
        }
        let _ = fs::remove_dir(&self.0);
        Ok(())
    }

    /// Removes what backups that were killed have left.
    fn sweep(&self) -> Result<()> {
        const DAY: Duration = Duration::from_secs(86_400);
        for entry in entries(&self.0)? {
            let unfinished = entry.path().is_dir() && entry.file_name().to_string_lossy().starts_with('.');
            if unfinished && entry.metadata()?.modified()?.elapsed().unwrap_or_default() > DAY {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.json"))
    }
}

/// What a folder holds; nothing when it does not exist.
fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.collect::<std::io::Result<_>>()?),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error.into()),
    }
}

/// Letters, digits, `-`, `_` and dots within, so that no name leads out of the folder.
fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    name.len() <= 120
        && name
            .strip_suffix(ENDING)
            .is_some_and(|stem| !stem.is_empty() && !stem.starts_with('.') && stem.chars().all(plain))
}

/// The digest at the end of an archive, without reading the rest.
fn digest(path: &Path) -> Result<Option<String>> {
    let mut file = File::open(path)?;
    let Some(start) = file.metadata()?.len().checked_sub(TRAILER as u64) else { return Ok(None) };
    file.seek(SeekFrom::Start(start))?;
    let mut end = String::new();
    // What is no text is no archive.
    if file.read_to_string(&mut end).is_err() {
        return Ok(None);
    }
    let digest = end.strip_prefix("sha256 ").map(str::trim_end);
    Ok(digest.filter(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit())).map(str::to_owned))
}
