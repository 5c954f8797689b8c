//! Attachments: a directory of contents named by their SHA-256, and a row for every file that has one.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Error, error::Result};
use guanxi_model::RecordId;
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{Read, Write},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

/// The directory of an account set's attachments. Contents are written once and never changed, so any
/// number of rows may share one.
#[derive(Debug)]
pub struct Files {
    directory: PathBuf,
}

/// A file that belongs to a record, or to nothing until its form is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Random; whoever knows it still needs the right to see the record.
    pub id: String,
    /// SHA-256 of the contents.
    pub hash: String,
    /// What the person called it.
    pub name: String,
    /// Content type.
    pub mime: String,
    /// Length in bytes.
    pub size: i64,
    /// The object of the record it belongs to.
    pub object: Option<String>,
    /// The record it belongs to.
    pub record: Option<RecordId>,
    /// When it was uploaded, in milliseconds.
    pub created_at: i64,
    /// Who uploaded it.
    pub created_by: Option<RecordId>,
}

impl Files {
    /// Opens the directory, making it when it does not exist.
    pub fn open(directory: &Path) -> Result<Self> {
        fs::create_dir_all(directory)?;
        Ok(Files { directory: directory.to_owned() })
    }

    /// Keeps contents and returns their hash and length once they are durable. A power failure leaves
    /// all of them or nothing, and never a name with other contents.
    pub fn put(&self, contents: &mut dyn Read) -> Result<(String, u64)> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let temporary = self.directory.join(format!("{}-{number}.part", std::process::id()));
        let result = self.put_by(contents, &temporary);
        if result.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        result
    }

    fn put_by(&self, contents: &mut dyn Read, temporary: &Path) -> Result<(String, u64)> {
        let mut file = File::create(temporary)?;
        let (hash, size) = copy_hashed(contents, &mut file)?;
        file.sync_all()?;
        let path = self.path(&hash)?;
        let folder = path.parent().expect("contents lie in a folder of the directory");
        if !folder.exists() {
            fs::create_dir_all(folder)?;
            File::open(&self.directory)?.sync_all()?;
        }
        let _held = self.hold()?;
        fs::rename(temporary, &path)?;
        File::open(folder)?.sync_all()?;
        Ok((hash, size))
    }

    /// Opens contents for reading.
    pub fn read(&self, hash: &str) -> Result<File> {
        File::open(self.path(hash)?).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Error::Corrupt(format!("the attachment {hash} is missing")),
            _ => error.into(),
        })
    }

    /// Whether contents are there.
    pub fn contains(&self, hash: &str) -> bool {
        self.path(hash).is_ok_and(|path| path.exists())
    }

    /// Where contents lie. Anything but a hash is refused, so no name can lead out of the directory.
    fn path(&self, hash: &str) -> Result<PathBuf> {
        if hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            return Err(Error::other("not the hash of a file"));
        }
        Ok(self.directory.join(&hash[..2]).join(hash))
    }

    /// The hashes of all contents, in order.
    pub fn hashes(&self) -> Result<Vec<String>> {
        let mut hashes = Vec::new();
        for folder in fs::read_dir(&self.directory)? {
            let folder = folder?.path();
            if !folder.is_dir() {
                continue;
            }
            for file in fs::read_dir(folder)? {
                let name = file?.file_name().into_string().unwrap_or_default();
                if self.path(&name).is_ok() {
                    hashes.push(name);
                }
            }
        }
        hashes.sort();
        Ok(hashes)
    }

    /// Reads contents whose hash starts with `prefix` and returns the hashes of those that have changed.
    /// A prefix of two digits is a part in 256, so a job that takes three of them a night has read all
    /// within three months.
    pub fn scrub(&self, prefix: &str) -> Result<Vec<String>> {
        let mut damaged = Vec::new();
        for hash in self.hashes()?.into_iter().filter(|hash| hash.starts_with(prefix)) {
            let (found, _) = copy_hashed(&mut self.read(&hash)?, &mut std::io::sink())?;
            if found != hash {
                damaged.push(hash);
            }
        }
        Ok(damaged)
    }

    /// Removes contents without a row, and what broken uploads left, last written before `before` (in
    /// milliseconds); the day between upload and collection belongs to forms that are not saved yet.
    /// During a backup nothing is removed. Returns how many were.
    pub fn collect(&self, conn: &mut Conn, before: i64) -> Result<usize> {
        let lock = self.lock_file()?;
        let mut removed = 0;
        for hash in self.hashes()? {
            let path = self.path(&hash)?;
            if !written_before(&path, before)? || has_row(conn, &hash)? {
                continue;
            }
            match lock.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => return Ok(removed),
                Err(fs::TryLockError::Error(error)) => return Err(error.into()),
            }
            // The same contents may have been put again since the first look, which makes them young.
            if written_before(&path, before)? {
                fs::remove_file(path)?;
                removed += 1;
            }
            lock.unlock()?;
        }
        for file in fs::read_dir(&self.directory)? {
            let path = file?.path();
            if path.extension().is_some_and(|extension| extension == "part") && written_before(&path, before)?
            {
                fs::remove_file(path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// The hashes of contents last written before `before`, in milliseconds.
    pub(crate) fn older_than(&self, before: i64) -> Result<Vec<String>> {
        let mut old = Vec::new();
        for hash in self.hashes()? {
            if written_before(&self.path(&hash)?, before)? {
                old.push(hash);
            }
        }
        Ok(old)
    }

    /// Paths in the directory that are no contents, and uploads that broke off before `before`.
    pub(crate) fn unknown(&self, before: i64) -> Result<Vec<String>> {
        let mut unknown = Vec::new();
        for entry in fs::read_dir(&self.directory)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let part = name.ends_with(".part");
            if name == "lock" || part && !written_before(&entry.path(), before)? {
                continue;
            }
            let folder = name.len() == 2 && name.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
            if !folder || !entry.path().is_dir() {
                unknown.push(name);
                continue;
            }
            for file in fs::read_dir(entry.path())? {
                let file = file?.file_name().to_string_lossy().into_owned();
                if !file.starts_with(&name) || self.path(&file).is_err() {
                    unknown.push(format!("{name}/{file}"));
                }
            }
        }
        unknown.sort();
        Ok(unknown)
    }

    /// Keeps contents from being collected as long as the file is held.
    pub(crate) fn hold(&self) -> Result<File> {
        let file = self.lock_file()?;
        file.lock_shared()?;
        Ok(file)
    }

    fn lock_file(&self) -> Result<File> {
        let path = self.directory.join("lock");
        Ok(File::options().create(true).truncate(false).write(true).open(path)?)
    }
}

/// Copies to the end and returns the SHA-256 and the length.
pub(crate) fn copy_hashed(from: &mut dyn Read, to: &mut dyn Write) -> Result<(String, u64)> {
    let mut hasher = Sha256::new();
    let mut size = 0;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        hasher.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        size += read as u64;
    }
    Ok((hex(&hasher.finalize()), size))
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn written_before(path: &Path, before: i64) -> Result<bool> {
    let written = fs::metadata(path)?.modified()?;
    let since = written.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(i64::try_from(since.as_millis()).unwrap_or(i64::MAX) < before)
}

fn has_row(conn: &mut Conn, hash: &str) -> Result<bool> {
    Ok(conn.query_one(&sql!("SELECT 1 FROM gx_file WHERE hash = $1 LIMIT 1", hash))?.is_some())
}

const COLUMNS: &str = "id, hash, name, mime, size, object, record, created_at, created_by";

/// Adds a row, after its contents were put.
pub fn add(conn: &mut Conn, file: &FileRow) -> Result<()> {
    conn.execute(&sql!(
        format!("INSERT INTO gx_file ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        file.id.as_str(),
        file.hash.as_str(),
        file.name.as_str(),
        file.mime.as_str(),
        file.size,
        file.object.as_deref(),
        file.record,
        file.created_at,
        file.created_by
    ))?;
    Ok(())
}

/// A file by id.
pub fn find(conn: &mut Conn, id: &str) -> Result<Option<FileRow>> {
    let row = conn.query_one(&sql!(format!("SELECT {COLUMNS} FROM gx_file WHERE id = $1"), id))?;
    row.map(file).transpose()
}

/// The files of a record, oldest first.
pub fn of_record(conn: &mut Conn, record: RecordId) -> Result<Vec<FileRow>> {
    let text = format!("SELECT {COLUMNS} FROM gx_file WHERE record = $1 ORDER BY created_at, id");
    conn.query(&sql!(text, record))?.into_iter().map(file).collect()
}

/// Gives a file to a record.
pub fn attach(conn: &mut Conn, id: &str, object: &str, record: RecordId) -> Result<bool> {
    let sql = sql!("UPDATE gx_file SET object = $2, record = $3 WHERE id = $1", id, object, record);
    Ok(conn.execute(&sql)? > 0)
}

/// Removes a row; the contents go when they are collected.
pub fn remove(conn: &mut Conn, id: &str) -> Result<bool> {
    Ok(conn.execute(&sql!("DELETE FROM gx_file WHERE id = $1", id))? > 0)
}

/// Removes the rows of files that no record took, made before `before`.
pub fn remove_unattached(conn: &mut Conn, before: i64) -> Result<u64> {
    conn.execute(&sql!("DELETE FROM gx_file WHERE record IS NULL AND created_at < $1", before))
}

fn file(row: Row) -> Result<FileRow> {
    let mut row = Columns::new(row);
    Ok(FileRow {
        id: row.text()?,
        hash: row.text()?,
        name: row.text()?,
        mime: row.text()?,
        size: row.int()?,
        object: row.maybe_text()?,
        record: row.maybe_int()?.map(RecordId),
        created_at: row.int()?,
        created_by: row.maybe_int()?.map(RecordId),
    })
}
