//! The second reading: records are made and changed, a thousand in a transaction, while another thread reads and
//! prepares the next thousand.

use super::{
    import::{Import, ImportReport, OnDuplicate, Prepared, Progress, Stage, batches},
    references::References,
    rejects::Rejects,
    source::{Row, Source},
};
use guanxi_gate::{BatchOptions, Draft, Error, ImportBatch, Importing, Outcome, Result};
use guanxi_model::{Issue, Message, RecordId};
use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{SyncSender, sync_channel},
    },
};

/// An import whose rows have been judged.
pub struct Applying<'i, 'a, 'r> {
    pub import: &'i Import<'a>,
    pub rejects: &'i mut Rejects<'r>,
    pub report: &'i mut ImportReport,
    /// Lines that the first reading rejected.
    pub bad: &'i HashSet<u64>,
    /// The import in whose journal changes are noted; none when everything is taken back at once, because only
    /// the problems are wanted.
    pub importing: Option<&'i Importing>,
}

/// A change ready for the door.
type Change = (Option<RecordId>, Option<i64>, Draft);

/// A thousand rows, ready for the door.
struct Batch {
    rows: Vec<Row>,
    changes: Vec<Change>,
    skipped: u64,
    /// Rows in the file up to here, rejected ones too.
    read: u64,
}

/// Applies all rows that were not rejected before.
pub fn run(
    applying: &mut Applying<'_, '_, '_>,
    source: &Source,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Result<()> {
    let (import, bad) = (applying.import, applying.bad);
    let total = Some(applying.report.rows);
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(2);
        scope.spawn(move || prepare(import, source, bad, &sender));
        for batch in receiver {
            let batch = batch?;
            let done = batch.read;
            applying.batch(batch)?;
            if !watch(Progress { stage: Stage::Applying, done, total }) {
                applying.report.stopped = true;
                return Ok(());
            }
        }
        Ok(())
    })
}

/// Reads, looks up and hands over until the file ends or nobody wants more.
fn prepare(import: &Import<'_>, source: &Source, bad: &HashSet<u64>, sender: &SyncSender<Result<Batch>>) {
    let mut references = References::new(import.gate, &import.ctx);
    let mut read = 0;
    let mut work = || -> Result<()> {
        for rows in batches(source)? {
            let mut rows = rows?;
            read += rows.len() as u64;
            rows.retain(|row| !bad.contains(&row.line));
            let batch = import.batch(import.read(rows, &mut references)?, read);
            if sender.send(Ok(batch)).is_err() {
                return Ok(());
            }
        }
        Ok(())
    };
    if let Err(error) = work() {
        // Nobody may be listening any more; then nobody waits for the answer either.
        let _ = sender.send(Err(error));
    }
}

impl Import<'_> {
    fn batch(&self, prepared: Vec<Prepared>, read: u64) -> Batch {
        let mut batch = Batch { rows: Vec::new(), changes: Vec::new(), skipped: 0, read };
        for Prepared { mut checked, existing, .. } in prepared {
            // A record that came into being since the first reading is the door's to judge, like everything
            // else that happens in between.
            match existing.first() {
                Some(_) if self.options.on_duplicate == Some(OnDuplicate::Skip) => batch.skipped += 1,
                Some(found) => {
                    // Who made a record, and when, is told once, when it is made.
                    checked
                        .draft
                        .values
                        .retain(|name, _| !matches!(name.as_str(), "created_at" | "created_by"));
                    batch.changes.push((Some(found.id), Some(found.version), checked.draft));
                    batch.rows.push(checked.row);
                }
                None => {
                    batch.changes.push((None, None, checked.draft));
                    batch.rows.push(checked.row);
                }
            }
        }
        batch
    }
}

impl Applying<'_, '_, '_> {
    fn batch(&mut self, batch: Batch) -> Result<()> {
        self.report.skipped += batch.skipped;
        let Batch { rows, changes, read, .. } = batch;
        if changes.is_empty() {
            return Ok(());
        }
        let outcomes = self.write(changes.clone(), read)?;
        let mut again: Vec<(usize, Change)> = Vec::new();
        for (i, outcome) in outcomes.into_iter().enumerate() {
            match outcome {
                Outcome::Failed(Error::Duplicate(hits)) => {
                    match (self.import.options.on_duplicate, hits.iter().find(|hit| !hit.similar)) {
                        (Some(OnDuplicate::Skip), _) => self.report.skipped += 1,
                        (Some(OnDuplicate::Update), Some(hit)) if hit.visible => {
                            again.push((i, (Some(hit.id), None, changes[i].2.clone())));
                        }
                        (_, hit) => {
                            let who = hit.and_then(|hit| hit.title.clone()).unwrap_or_default();
                            let message = Message::new("exchange.likely_duplicate").with("title", who);
                            let field = hit.map(|hit| hit.field.clone()).unwrap_or_default();
                            self.reject(&rows[i], vec![Issue::field(field, "duplicate", message)])?;
                        }
                    }
                }
                outcome => self.count(&rows[i], outcome)?,
            }
        }
        if again.is_empty() {
            return Ok(());
        }
        let (places, changes): (Vec<usize>, Vec<Change>) = again.into_iter().unzip();
        for (place, outcome) in places.into_iter().zip(self.write(changes, read)?) {
            self.count(&rows[place], outcome)?;
        }
        Ok(())
    }

    fn count(&mut self, row: &Row, outcome: Outcome) -> Result<()> {
        match outcome {
            Outcome::Created(_) => self.report.created += 1,
            Outcome::Updated(_) => self.report.updated += 1,
            Outcome::Unchanged(_) => self.report.unchanged += 1,
            Outcome::Failed(error) => {
                let issues = issues(error)?;
                self.reject(row, issues)?;
                // From here on the import can only fail, so the rest is judged without changing anything.
                if !self.import.options.keep_good {
                    self.importing = None;
                }
            }
        }
        Ok(())
    }

    fn reject(&mut self, row: &Row, issues: Vec<Issue>) -> Result<()> {
        self.import.reject(row, issues, self.rejects, self.report)
    }

    fn write(&self, changes: Vec<Change>, done: u64) -> Result<Vec<Outcome>> {
        let Import { gate, ctx, object, .. } = self.import;
        let options = BatchOptions {
            allow_duplicates: !self.import.looks_for_duplicates(),
            keep_authorship: true,
            facts_later: self.importing.map(|_| self.import.later.clone()),
            import: self.importing.map(|at| ImportBatch { import: at.id, done, total: self.report.rows }),
            ..BatchOptions::default()
        };
        if self.importing.is_some() {
            return gate.batch(ctx, &object.name, changes, options);
        }
        // The transaction is undone by an error; what it found out travels beside it.
        let found: Arc<Mutex<Vec<Outcome>>> = Arc::default();
        let (name, kept) = (object.name.clone(), found.clone());
        let tried = gate.door(ctx, move |door| {
            let outcomes = door.batch(&name, changes.clone(), &options)?;
            *kept.lock().unwrap_or_else(PoisonError::into_inner) = outcomes;
            Err::<(), _>(Error::refused(TRIAL))
        });
        match tried {
            Err(Error::Refused(message)) if message.key == TRIAL => {}
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        Ok(std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// The refusal that undoes a trial; nobody reads it.
const TRIAL: &str = "exchange.trial";

/// What is wrong with one row. Troubles of the whole program end the import instead.
fn issues(error: Error) -> Result<Vec<Issue>> {
    Ok(match error {
        Error::Invalid(issues) => issues,
        Error::Refused(message) | Error::Forbidden(message) => vec![Issue::record("rule", message)],
        Error::NotFound => vec![Issue::record("not_found", Message::new("exchange.gone"))],
        Error::Stale(_) => vec![Issue::record("stale", Message::new("exchange.stale"))],
        other => return Err(other),
    })
}
