//! The archive file.

use crate::{
    error::{Error, Result},
    files::{Files, copy_hashed, hex},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::Path,
};

const MANIFEST: &str = "manifest.json";
const PREFIX: &str = "sha256 ";
/// `sha256 `, the digest in hexadecimal, and the end of the line.
const TRAILER: u64 = 72;

/// What a backup holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `sqlite` or `postgres`. A backup is restored on the engine it was taken from.
    pub engine: String,
    /// The set it was taken from.
    pub set: String,
    /// Version of the program that took it.
    pub program: String,
    /// Version of the system tables.
    pub schema: i64,
    /// A digest for every table.
    pub tables: BTreeMap<String, String>,
    /// For PostgreSQL, the columns of every table, and whether they hold integers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub columns: BTreeMap<String, BTreeMap<String, bool>>,
    /// For PostgreSQL, where the sequences stand.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sequences: BTreeMap<String, i64>,
    /// SHA-256 of every part that holds rows.
    pub parts: BTreeMap<String, String>,
    /// Length of every attachment, by its SHA-256.
    pub files: BTreeMap<String, u64>,
}

/// Writes an archive.
pub struct Writer(tar::Builder<Hashed<BufWriter<File>>>);

impl Writer {
    pub fn create(path: &Path, manifest: &Manifest) -> Result<Self> {
        let file = Hashed { file: BufWriter::new(File::create(path)?), hasher: Sha256::new() };
        let mut tar = tar::Builder::new(file);
        let text = serde_json::to_vec_pretty(manifest)?;
        append(&mut tar, MANIFEST, text.len() as u64, &mut text.as_slice())?;
        Ok(Writer(tar))
    }

    pub fn add(&mut self, name: &str, file: &mut File) -> Result<()> {
        let size = file.metadata()?.len();
        append(&mut self.0, name, size, file)
    }

    /// Ends the archive with its digest and makes it durable.
    pub fn finish(self) -> Result<()> {
        let Hashed { mut file, hasher } = self.0.into_inner()?;
        writeln!(file, "{PREFIX}{}", hex(&hasher.finalize()))?;
        file.flush()?;
        file.get_ref().sync_all()?;
        Ok(())
    }
}

fn append(tar: &mut tar::Builder<impl Write>, name: &str, size: u64, contents: &mut dyn Read) -> Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_size(size);
    header.set_mode(0o600);
    tar.append_data(&mut header, name, contents)?;
    Ok(())
}

/// Hashes what is written.
struct Hashed<W> {
    file: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// Reads an archive whose digest is right.
pub struct Reader(tar::Archive<io::Take<BufReader<File>>>);

impl Reader {
    /// Opens an archive. One changed bit anywhere in it is found here.
    pub fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path)?;
        let length = file.metadata()?.len().checked_sub(TRAILER).ok_or_else(|| damaged("is cut short"))?;
        let (found, _) = copy_hashed(&mut BufReader::new(&file).take(length), &mut io::sink())?;
        file.seek(SeekFrom::Start(length))?;
        let mut trailer = String::new();
        file.read_to_string(&mut trailer).map_err(|_| damaged("has no digest"))?;
        if trailer != format!("{PREFIX}{found}\n") {
            return Err(damaged("is not as it was written"));
        }
        file.seek(SeekFrom::Start(0))?;
        Ok(Reader(tar::Archive::new(BufReader::new(file).take(length))))
    }

    /// Unpacks the parts into one directory and the attachments into another. Only the names that a
    /// manifest can give are accepted, so no entry can lead elsewhere.
    pub fn unpack(mut self, parts: &Path, files: &Path) -> Result<Manifest> {
        let files = Files::open(files)?;
        let mut entries = self.0.entries()?;
        let mut first = entries.next().ok_or_else(|| damaged("is empty"))??;
        if first.path_bytes().as_ref() != MANIFEST.as_bytes() {
            return Err(damaged("does not begin with its manifest"));
        }
        let mut text = String::new();
        first.read_to_string(&mut text)?;
        let manifest: Manifest = serde_json::from_str(&text)?;
        if manifest.schema > crate::migrate::latest() {
            return Err(Error::NewerSchema);
        }
        let mut missing: Vec<String> = manifest.parts.keys().cloned().collect();
        missing.extend(manifest.files.keys().map(|hash| format!("files/{hash}")));
        for entry in entries {
            let mut entry = entry?;
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let place = missing.iter().position(|wanted| *wanted == name);
            missing.swap_remove(
                place.ok_or_else(|| damaged(&format!("holds {name}, which its manifest lacks")))?,
            );
            let intact = match name.strip_prefix("files/") {
                Some(hash) => files.put(&mut entry)?.0 == hash,
                None => {
                    let name = plain(&name)?;
                    let mut part = File::create_new(parts.join(name))?;
                    let (hash, _) = copy_hashed(&mut entry, &mut part)?;
                    part.sync_all()?;
                    manifest.parts.get(name) == Some(&hash)
                }
            };
            if !intact {
                return Err(damaged(&format!("holds another {name} than its manifest says")));
            }
        }
        match missing.first() {
            Some(name) => Err(damaged(&format!("lacks {name}"))),
            None => Ok(manifest),
        }
    }
}

/// The name of a part: a plain file name.
fn plain(name: &str) -> Result<&str> {
    let plain =
        !name.starts_with('.') && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._".contains(&b));
    if plain { Ok(name) } else { Err(damaged("holds a part with a strange name")) }
}

fn damaged(how: &str) -> Error {
    Error::Corrupt(format!("the backup {how}"))
}
