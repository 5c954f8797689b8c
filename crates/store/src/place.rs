//! Where an account set lives: its directory, its database, and the lock that says it is open.
//!
//! A set's directory holds numbered generations and a file `current` that names one of them. A restore
//! writes a new generation and then replaces that file, which is atomic; the old generation stays.

use crate::{
    error::{Error, Result},
    postgres,
    store::Config,
};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

/// The place of one set.
pub struct Place {
    set: String,
    directory: PathBuf,
    generation: u32,
    database: Option<String>,
    temporary: bool,
    /// Shared while the set is open; a restore takes it alone.
    _lock: File,
}

/// What keeps the rows.
pub enum Database {
    Sqlite(PathBuf),
    Postgres { url: String, schema: String },
}

impl Place {
    /// The place of a set that exists.
    pub fn open(config: &Config) -> Result<Self> {
        let directory = directory(config)?;
        let missing = || Error::other(format!("there is no account set {}", config.set));
        if let Some(url) = &config.database {
            if !postgres::sets::exists(url, &config.set)? {
                return Err(missing());
            }
            // The first time on this machine.
            if current(&directory)?.is_none() {
                prepare(&directory)?;
            }
        }
        let generation = current(&directory)?.ok_or_else(missing)?;
        let lock = lock(&directory, false)?;
        Ok(Place {
            set: config.set.clone(),
            directory,
            generation,
            database: config.database.clone(),
            temporary: false,
            _lock: lock,
        })
    }

    /// The place of a new set.
    pub fn create(config: &Config) -> Result<Self> {
        let directory = directory(config)?;
        let exists = || Error::other(format!("there is an account set {} already", config.set));
        if config.database.is_none() && current(&directory)?.is_some() {
            return Err(exists());
        }
        if let Some(url) = &config.database
            && !postgres::sets::create(url, &config.set)?
        {
            return Err(exists());
        }
        prepare(&directory)?;
        Place::open(config)
    }

    /// A place that is removed with the value.
    pub fn temporary(database: Option<&str>) -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let set = format!("t{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
            let data = std::env::temp_dir().join(format!("guanxi-{set}"));
            match fs::create_dir(&data) {
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => continue,
                created => created?,
            }
            let config = Config { data, database: database.map(str::to_owned), set };
            let mut place = Place::create(&config)?;
            place.temporary = true;
            return Ok(place);
        }
    }

    pub fn set(&self) -> &str {
        &self.set
    }

    /// How it was opened.
    pub fn config(&self) -> Config {
        let data = self.directory.parent().and_then(Path::parent).unwrap_or(Path::new(".")).to_owned();
        Config { data, database: self.database.clone(), set: self.set.clone() }
    }

    pub fn database(&self) -> Database {
        match &self.database {
            None => Database::Sqlite(self.directory.join(self.generation.to_string()).join("guanxi.sqlite")),
            Some(url) => Database::Postgres { url: url.clone(), schema: postgres::sets::schema(&self.set) },
        }
    }

    /// Where the set is backed up before it is brought to another version.
    pub fn before_upgrade(&self, version: i64) -> PathBuf {
        self.directory.join(format!("before-upgrade-from-{version}.backup"))
    }

    /// The lock file of a piece of work.
    pub fn claim(&self, id: i64) -> PathBuf {
        self.directory.join(format!("work-{id}.lock"))
    }

    pub fn files(&self) -> PathBuf {
        self.directory.join(self.generation.to_string()).join("files")
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.temporary {
            return;
        }
        if let Some(url) = &self.database
            && let Err(failure) = postgres::sets::drop(url, &self.set)
        {
            tracing::warn!(%failure, "a temporary account set stays behind");
        }
        if let Some(data) = self.directory.parent().and_then(Path::parent) {
            let _ = fs::remove_dir_all(data);
        }
    }
}

/// The directory of a set, whether or not it exists. Only names that mean one directory are accepted.
pub fn directory(config: &Config) -> Result<PathBuf> {
    if !guanxi_model::object::is_api_name(&config.set) || config.set.len() > 40 {
        return Err(Error::other(format!("{} cannot be the name of an account set", config.set)));
    }
    Ok(config.data.join("sets").join(&config.set))
}

/// The generation a set's directory points to; none when there is no set.
pub fn current(directory: &Path) -> Result<Option<u32>> {
    match fs::read_to_string(directory.join("current")) {
        Ok(text) => match text.trim().parse() {
            Ok(generation) => Ok(Some(generation)),
            Err(_) => {
                Err(Error::Corrupt(format!("{} does not hold a number", directory.join("current").display())))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Makes the directory of a new set.
fn prepare(directory: &Path) -> Result<()> {
    fs::create_dir_all(directory.join("1").join("files"))?;
    point(directory, 1)
}

/// Makes a generation the current one. A power failure leaves the old or the new one.
pub fn point(directory: &Path, generation: u32) -> Result<()> {
    let new = directory.join("current.new");
    let mut file = File::create(&new)?;
    writeln!(file, "{generation}")?;
    file.sync_all()?;
    fs::rename(&new, directory.join("current"))?;
    File::open(directory)?.sync_all()?;
    Ok(())
}

/// Takes the set's lock, shared or alone, without waiting.
pub fn lock(directory: &Path, alone: bool) -> Result<File> {
    let file = File::options().create(true).truncate(false).write(true).open(directory.join("lock"))?;
    let taken = if alone { file.try_lock() } else { file.try_lock_shared() };
    match taken {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Busy),
        Err(fs::TryLockError::Error(error)) => Err(error.into()),
    }
}
