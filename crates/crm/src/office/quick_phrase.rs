//! What the whole company writes with is changed by those who may publish it.

use guanxi_gate::{Change, Error, Record, Result, Rule, Tx};
use guanxi_model::Message;

/// Keeps the company's phrases from being changed or removed by anybody.
pub(crate) struct Published;

fn is_published(record: &Record) -> bool {
    record.text("reach") == "company"
}

impl Rule for Published {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let may = tx.ctx().rights.may("quick_phrase", "publish");
        for change in changes.iter_mut().filter(|change| !change.by_program && !may) {
            if change.before.as_ref().is_some_and(is_published) {
                change.refuse_record(Message::new("quick_phrase.published"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, record: &Record) -> Result<()> {
        if is_published(record) && !tx.ctx().rights.may("quick_phrase", "publish") {
            return Err(Error::refused("quick_phrase.published"));
        }
        Ok(())
    }
}
