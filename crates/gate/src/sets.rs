//! Account sets 帐套 as a whole: which there are, and their backups. Only the operator at the command line
//! reaches these; they work beside a running server.

use crate::{Clock, Config, Ctx, Error, Gate, Result};
use guanxi_model::Message;
use guanxi_store::{Store, sets};
use std::path::Path;

pub use guanxi_store::{
    health::{Promise, Strays},
    sets::Manifest,
};

/// How many days a set that a restore has replaced is kept.
const KEPT_DAYS: u64 = 7;

/// The names of all sets.
pub fn list(config: &Config) -> Result<Vec<String>> {
    Ok(sets::list(config)?)
}

/// The place of another set beside this one.
pub fn another(config: &Config, set: &str) -> Config {
    Config { set: set.to_owned(), ..config.clone() }
}

/// Refuses a name that is none, or taken.
pub(crate) fn check_new(config: &Config, set: &str) -> Result<()> {
    let bad = |code: &'static str, key: &'static str| {
        Err(Error::invalid("name", code, Message::new(key).with("set", set)))
    };
    if !guanxi_model::object::is_api_name(set) || set.len() > 40 {
        return bad("format", "gate.set_name");
    }
    if list(config)?.iter().any(|known| known == set) {
        return bad("taken", "gate.set_exists");
    }
    Ok(())
}

/// Forgets what restores have replaced more than a week ago. A set that is open keeps it for now.
pub fn forget_old(config: &Config) -> Result<usize> {
    match sets::forget_old(config, KEPT_DAYS) {
        Err(guanxi_store::Error::Busy) => Ok(0),
        forgotten => Ok(forgotten?),
    }
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

    /// Proves an archive as [`verify`] does, and notes in the audit that one was proved.
    pub fn verify_backup(&self, ctx: &Ctx, path: &Path) -> Result<Manifest> {
        let manifest = sets::verify(path)?;
        self.note_verified(ctx, &manifest)?;
        Ok(manifest)
    }

    /// Notes in the audit that an archive was proved.
    pub fn note_verified(&self, ctx: &Ctx, manifest: &Manifest) -> Result<()> {
        let data = serde_json::json!({
            "set": manifest.set, "tables": manifest.tables.len(), "files": manifest.files.len(),
        });
        self.write(ctx, move |tx| tx.note("account_set", None, "backup_verified", data.clone()))
    }

    /// What the engine promises at this moment.
    pub fn promises(&self) -> Result<Vec<Promise>> {
        Ok(self.0.store.promises()?)
    }

    /// Attachments that do not agree with their rows.
    pub fn stray_files(&self) -> Result<Strays> {
        Ok(self.0.store.stray_files(self.clock().now().as_millisecond())?)
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
