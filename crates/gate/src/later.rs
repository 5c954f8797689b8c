//! Facts that are put off: an import of millions of orders would otherwise work the facts of each customer out again
//! for every one of its orders. They are caught up with once, in the order of the records, when the rows are in.

use crate::{
    Ctx, Gate, ImportBatch, Result,
    imports::{self, Journal},
    save,
};
use guanxi_model::RecordId;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Records that are caught up with in one transaction.
const BATCH: usize = 1000;

/// Which records have facts to be caught up with. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct FactsLater(Arc<Mutex<BTreeMap<Line, BTreeSet<RecordId>>>>);

/// The records that changed, the object whose facts depend on them, and the reference between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    child: String,
    parent: String,
    via: String,
}

impl FactsLater {
    pub(crate) fn note(&self, child: &str, parent: &str, via: &str, records: &[RecordId]) {
        let line = Line { child: child.to_owned(), parent: parent.to_owned(), via: via.to_owned() };
        self.0.lock().entry(line).or_default().extend(records);
    }

    /// How many records wait.
    pub fn len(&self) -> usize {
        self.0.lock().values().map(BTreeSet::len).sum()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Gate {
    /// Works out the facts that were put off, and lets the rules follow; what they change belongs to `import`.
    /// `watch` hears how many are done.
    ///
    /// # Errors
    /// When the database fails; what is not done yet still waits in `later`.
    pub fn catch_up(
        &self,
        ctx: &Ctx,
        later: &FactsLater,
        import: Option<&ImportBatch>,
        watch: &mut dyn FnMut(usize),
    ) -> Result<()> {
        let mut done = 0;
        loop {
            let Some((line, records)) = ({
                let waiting = later.0.lock();
                let next = waiting.iter().find(|(_, records)| !records.is_empty());
                next.map(|(line, records)| {
                    (line.clone(), records.iter().take(BATCH).copied().collect::<Vec<_>>())
                })
            }) else {
                return Ok(());
            };
            let (at, batch) = (line.clone(), records.clone());
            let import = import.cloned();
            self.write(ctx, move |tx| {
                tx.journal = import.as_ref().map(|_| Journal::default());
                save::refresh_facts(tx, &at.child, &at.parent, &at.via, &batch)?;
                match (&import, tx.journal.take()) {
                    (Some(import), Some(journal)) => imports::keep(tx, import, &journal),
                    _ => Ok(()),
                }
            })?;
            done += records.len();
            if let Some(waiting) = later.0.lock().get_mut(&line) {
                for record in &records {
                    waiting.remove(record);
                }
            }
            watch(done);
        }
    }
}
