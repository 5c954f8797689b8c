//! Claims that end with their process, however it ends: who finds one free knows that nobody is at the work it
//! stands for. A lock on a file does this on one machine, a lock of the server's wherever the sets are shared.

use crate::{
    error::{Error, Result},
    place::{Database, Place},
    postgres::{self, Client},
};
use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

/// The class of these locks on PostgreSQL; the second key is the work's id.
const HELD: i32 = 1_096_368;

/// A claim, given up when it is dropped.
pub struct Hold(
    /// Nobody reads it: it is there to be dropped.
    #[expect(dead_code, reason = "holding is all it does")]
    Claim,
);

enum Claim {
    File(#[expect(dead_code, reason = "holding is all it does")] FileClaim),
    /// The lock lasts as long as the connection.
    Connection(#[expect(dead_code, reason = "holding is all it does")] Box<Client>),
}

struct FileClaim {
    path: PathBuf,
    _file: File,
}

impl Drop for FileClaim {
    fn drop(&mut self) {
        // Whoever opened the file meanwhile finds the work ended, because states are read under the claim.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Claims the work `id`; none when another claim on it stands.
pub fn claim(place: &Place, id: i64) -> Result<Option<Hold>> {
    match place.database() {
        Database::Sqlite(_) => {
            let path = place.claim(id);
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(Hold(Claim::File(FileClaim { path, _file: file })))),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(error)) => Err(error.into()),
            }
        }
        Database::Postgres { url, schema } => {
            let mut client = postgres::connect(&url)?;
            // Ids are one sequence for each set, so the sets are kept apart by the low half of the key.
            let row = client
                .query_one(
                    "SELECT pg_try_advisory_lock($1, hashtext($2))",
                    &[&HELD, &format!("{schema}/{id}")],
                )
                .map_err(|error| Error::Other(Box::new(error)))?;
            let taken: bool = row.try_get(0).map_err(|error| Error::Other(Box::new(error)))?;
            Ok(taken.then_some(Hold(Claim::Connection(Box::new(client)))))
        }
    }
}
