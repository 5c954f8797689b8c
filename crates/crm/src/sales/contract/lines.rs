//! The lines of a contract are changed as long as the contract itself is.

use crate::sales::review;
use guanxi_gate::{Change, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId};
use std::collections::BTreeSet;

/// Lines stay as they were reviewed.
pub(crate) struct Open;

impl Rule for Open {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let people = || changes.iter().filter(|change| !change.by_program);
        let ids: BTreeSet<RecordId> =
            people().filter_map(|change| change.value("contract").as_ref()).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let closed: BTreeSet<RecordId> = tx
            .get_many("contract", &ids)?
            .iter()
            .filter(|contract| !review::is_open(contract))
            .map(|contract| contract.id)
            .collect();
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            if change.value("contract").as_ref().is_some_and(|id| closed.contains(&id)) {
                change.refuse_record(Message::new("contract.closed"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, line: &Record) -> Result<()> {
        let Some(id) = line.reference("contract") else { return Ok(()) };
        match tx.get_many("contract", &[id])?.pop() {
            Some(contract) if !review::is_open(&contract) => Err(Error::refused("contract.closed")),
            _ => Ok(()),
        }
    }

    /// A line that was taken off before the review does not come back behind it.
    fn after_delete(&self, tx: &mut Tx<'_>, line: &Saved) -> Result<()> {
        let back = line.after.get("deleted_at").is_null();
        let Some(id) = line.after.reference("contract").filter(|_| back) else { return Ok(()) };
        match tx.get_many("contract", &[id])?.pop() {
            Some(contract) if matches!(contract.text("status"), review::SUBMITTED | review::APPROVED) => {
                Err(Error::refused("contract.closed"))
            }
            _ => Ok(()),
        }
    }
}
