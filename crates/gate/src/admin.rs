//! What administrators and users arrange: objects and fields, roles, dictionaries, views, messages, files,
//! shares, settings, and reading the audit.

mod audit;
mod files;
mod metadata;
mod notices;
mod shares;
mod views;

pub use audit::{AuditFilter, AuditLine};
pub use files::FileInfo;
pub use notices::Notice;
pub use shares::Share;
pub use views::View;

use crate::{Ctx, Error, Gate, Result};

impl Gate {
    /// A setting of the account set, e.g. `company`, `churn.months`, `churn.without_orders`.
    pub fn setting(&self, key: &str) -> Result<Option<String>> {
        self.0.store.read(|conn| Ok(guanxi_store::settings::get(conn, key)?))
    }

    /// Changes a setting of the account set.
    pub fn set_setting(&self, ctx: &Ctx, key: &str, value: &str) -> Result<()> {
        may_set(ctx, "settings")?;
        crate::auth::check_setting(key, value)?;
        let (key, value) = (key.to_owned(), value.to_owned());
        self.write(ctx, move |tx| {
            let before = guanxi_store::settings::get(&mut tx.conn, &key)?;
            guanxi_store::settings::set(&mut tx.conn, &key, &value)?;
            let data = serde_json::json!({ "key": key, "before": before, "after": value });
            tx.note("setting", None, "setting_changed", data)
        })
    }
}

fn may_set(ctx: &Ctx, right: &str) -> Result<()> {
    if ctx.rights.may_set(right) { Ok(()) } else { Err(Error::forbidden("gate.no_setting")) }
}
