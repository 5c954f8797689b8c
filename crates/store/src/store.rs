//! An account set that is open.

use crate::{
    conn::Conn,
    dialect::Dialect,
    error::{Error, Result},
    files::Files,
    hold::{self, Hold},
    migrate,
    place::{self, Place},
    postgres::{
        Pool,
        tell::{Heard, Listener},
    },
    schema, sets,
    snapshot::{self, Snapshot},
    sqlite::{self, Readers, Writer},
};
use guanxi_model::Registry;
use std::{path::PathBuf, sync::Arc, thread::JoinHandle};

/// Where account sets are kept, and which of them is meant.
#[derive(Debug, Clone)]
pub struct Config {
    /// The directory of databases and attachments.
    pub data: PathBuf,
    /// The URL of a PostgreSQL database; none keeps the set on the embedded engine. The connection is
    /// not encrypted, so the server belongs on the same machine or on a private network.
    pub database: Option<String>,
    /// The set's name: `^[a-z][a-z0-9_]*$`, at most 40 characters.
    pub set: String,
}

/// An open account set; clones share it.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    // Fields are dropped in this order: requests end before the place goes.
    engine: Engine,
    files: Files,
    place: Place,
}

enum Engine {
    Sqlite { writer: Option<Writer>, readers: Arc<Readers>, checkpoints: Option<JoinHandle<()>> },
    Postgres(Arc<Pool>),
}

impl Store {
    /// Opens a set, bringing its system tables up to date.
    pub fn open(config: &Config) -> Result<Store> {
        Store::at(Place::open(config)?)
    }

    /// Makes a new set and opens it; one that exists is an error.
    pub fn create(config: &Config) -> Result<Store> {
        Store::at(Place::create(config)?)
    }

    /// A new set on the embedded engine that vanishes when the last clone is dropped. It differs from a
    /// real one in nothing but its directory.
    pub fn in_memory() -> Result<Store> {
        Store::temporary(None)
    }

    /// A new set that vanishes when the last clone is dropped, on PostgreSQL when its URL is given.
    pub fn temporary(database: Option<&str>) -> Result<Store> {
        Store::at(Place::temporary(database)?)
    }

    pub(crate) fn at(place: Place) -> Result<Store> {
        let files = Files::open(&place.files())?;
        let engine = match place.database() {
            place::Database::Sqlite(path) => {
                sqlite::check_version()?;
                let connection = sqlite::open_writer(&path)?;
                let readers = Arc::new(Readers::new(path.clone()));
                let (ring, committed) = crossbeam_channel::bounded(1);
                let turn = Arc::new(sqlite::Turn::default());
                let writer = Some(Writer::start(connection, ring, turn.clone())?);
                let checkpoints =
                    Some(sqlite::start_checkpoints(&path, committed, Arc::downgrade(&readers), turn)?);
                Engine::Sqlite { writer, readers, checkpoints }
            }
            place::Database::Postgres { url, schema } => Engine::Postgres(Pool::open(&url, &schema)?),
        };
        let store = Store(Arc::new(Inner { engine, files, place }));
        store.upgrade()?;
        Ok(store)
    }

    /// Brings the system tables up to date. A set that an older version wrote is backed up before.
    fn upgrade(&self) -> Result<()> {
        let version = self.read(migrate::version_if_any)?;
        if version > 0 && version < migrate::latest() {
            sets::backup(self, &self.place().before_upgrade(version))?;
        }
        self.write(migrate::run)
    }

    /// Which engine keeps it.
    pub fn dialect(&self) -> Dialect {
        match self.0.engine {
            Engine::Sqlite { .. } => Dialect::Sqlite,
            Engine::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Its name.
    pub fn set(&self) -> &str {
        self.0.place.set()
    }

    /// Where it and its neighbours are kept.
    pub fn config(&self) -> Config {
        self.0.place.config()
    }

    /// Its attachments.
    pub fn files(&self) -> &Files {
        &self.0.files
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0.place
    }

    /// Tells the other programs that share the set, if any can. A word has at most 7,900 bytes.
    pub fn tell(&self, words: &[String]) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite { .. } => Ok(()),
            Engine::Postgres(pool) => pool.tell(words),
        }
    }

    /// Hears what other programs, and this one, tell, until the listener is dropped; none where a set belongs to
    /// one program.
    pub fn listen(&self, hear: impl Fn(Heard<'_>) + Send + 'static) -> Result<Option<Listener>> {
        match &self.0.engine {
            Engine::Sqlite { .. } => Ok(None),
            Engine::Postgres(pool) => pool.listen(hear).map(Some),
        }
    }

    /// Claims a piece of work by its id, until the claim is dropped or the process ends; none when another
    /// claim on it stands.
    pub fn claim(&self, id: i64) -> Result<Option<Hold>> {
        hold::claim(self.place(), id)
    }

    /// Runs `f` on one snapshot, on the caller's thread.
    pub fn read<T, E: From<Error>>(&self, f: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E> {
        snapshot::read(self.key(), || self.begin(), f)
    }

    /// Runs `f`; everything that it reads on this thread it reads from one snapshot, so that a page of many
    /// questions shows one moment and begins one transaction. A write by `f` ends the snapshot, so that what
    /// was written is seen.
    pub fn on_snapshot<T>(&self, f: impl FnOnce() -> T) -> T {
        snapshot::keep(self.key(), f)
    }

    fn begin(&self) -> Result<Snapshot> {
        Ok(match &self.0.engine {
            Engine::Sqlite { readers, .. } => Snapshot::Sqlite(readers.begin()?),
            Engine::Postgres(pool) => Snapshot::Postgres(Box::new(pool.snapshot()?)),
        })
    }

    /// Tells open stores apart.
    fn key(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    /// Runs `f` in one transaction and returns when it is durable. An `Err` undoes everything `f` did.
    /// `f` may run more than once, so it must do nothing but write through its connection.
    pub fn write<T, E>(&self, f: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        snapshot::end(self.key());
        match &self.0.engine {
            Engine::Sqlite { writer, .. } => {
                writer.as_ref().expect("the writer lives as long as the store").write(f)
            }
            Engine::Postgres(pool) => pool.write(f),
        }
    }

    /// Says that this program does nothing but one large piece of work, such as an import from the command line, and so
    /// may keep more of the database in its memory: about 200 MiB. A server keeps less, because it has many readers.
    pub fn expect_bulk(&self) -> Result<()> {
        match &self.0.engine {
            Engine::Sqlite { readers, .. } => {
                readers.set_cache(64_000);
                self.write(|conn| conn.script("PRAGMA cache_size = -96000"))
            }
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Makes every table, column and index that the objects need. Nothing is ever removed, except the
    /// uniqueness of a field that is no longer unique.
    pub fn sync_schema(&self, registry: &Registry) -> Result<()> {
        let objects: Vec<_> = registry.objects().cloned().collect();
        self.write(move |conn| schema::sync(conn, &objects))
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if let Engine::Sqlite { writer, checkpoints, .. } = self {
            // The writer ends first; its bell then falls silent, which ends the other thread.
            *writer = None;
            if let Some(checkpoints) = checkpoints.take() {
                let _ = checkpoints.join();
            }
        }
    }
}
