//! A task remembers when it was done, and its owner hears of it.

use guanxi_gate::{Change, Result, Rule, Saved, Tx};
use guanxi_model::{Message, Value};

/// Stamps the end, and tells whoever was given a task.
pub(crate) struct Done;

impl Rule for Done {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let now = tx.ctx().now;
        for change in changes.iter_mut().filter(|change| change.changes("status")) {
            let done = change.value("status").as_text() == Some("done");
            change.set("done_at", if done { Value::from(now) } else { Value::Null });
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        for task in saved.iter().filter(|task| task.changed("owner")) {
            if let Some(owner) = task.after.owner() {
                let message = Message::new("task.notice.given").with("title", task.after.title());
                tx.notify(owner, &task.after, message)?;
            }
        }
        Ok(())
    }
}
