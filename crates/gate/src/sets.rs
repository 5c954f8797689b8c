//! Account sets 帐套 as a whole: which there are, and their backups. Only the operator at the command line
//! reaches these; they work beside a running server.

use crate::{Clock, Config, Error, Gate, Result};
use guanxi_store::{Store, sets};
use std::path::Path;

pub use guanxi_store::sets::Manifest;

/// The names of all sets.
pub fn list(config: &Config) -> Result<Vec<String>> {
    Ok(sets::list(config)?)
}

/// Removes a set with its attachments.
pub fn drop(config: &Config) -> Result<()> {
    Ok(sets::drop(config)?)
}

/// Writes one archive of one snapshot, online, rows and attachments together.
pub fn backup(config: &Config, out: &Path) -> Result<Manifest> {
    let store = Store::open(config)?;
    Ok(sets::backup(&store, out)?)
}

/// Proves an archive: restored elsewhere and compared with its manifest.
pub fn verify(path: &Path) -> Result<Manifest> {
    Ok(sets::verify(path)?)
}

/// Restores an archive as a set: into a new place, verified, then swapped in. Sessions and API keys end and
/// the outbox is held; the old set is kept for seven days.
pub fn restore(config: &Config, path: &Path, clock: &Clock) -> Result<Manifest> {
    Ok(sets::restore(config, path, clock.now().as_millisecond())?)
}

impl Gate {
    /// Writes an archive of this set, from the running program.
    pub fn backup(&self, out: &Path) -> Result<Manifest> {
        let manifest = sets::backup(&self.0.store, out)?;
        let ctx = self.operator();
        self.write(&ctx, |tx| tx.note("account_set", None, "backed_up", serde_json::json!({})))?;
        Ok(manifest)
    }

    /// Writes a value and reads it back, which proves that the set can be used.
    pub fn is_ready(&self) -> Result<()> {
        let stamp = self.clock().now().to_string();
        let written = stamp.clone();
        self.0
            .store
            .write::<_, Error>(move |conn| Ok(guanxi_store::settings::set(conn, "ready", &written)?))?;
        let read = self.setting("ready")?;
        if read.as_deref().is_some_and(|read| read >= stamp.as_str()) {
            Ok(())
        } else {
            Err(Error::Unavailable)
        }
    }
}
