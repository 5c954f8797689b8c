//! What the business rooms bring to the door: documents, phrases, verbs, rules, jobs and reports.

use crate::{Ctx, Gate, Record, Result, draft_value, record::Draft, report::ReportDef, tx::Tx};
use guanxi_model::{Issue, Message, Object, RecordId, Value, phrases::Phrases, registry::Shipped};
use jiff::civil::Date;
use std::{collections::HashMap, sync::Arc};

/// Everything the business rooms declare.
#[derive(Clone, Default)]
pub struct Domain {
    /// Objects, dictionaries and roles.
    pub shipped: Shipped,
    /// Sentences of rules and verbs.
    pub phrases: Phrases,
    /// Code of verbs, by object and verb name. Verbs without code move the status.
    pub verbs: HashMap<(String, String), VerbFn>,
    /// Rules by object.
    pub rules: HashMap<String, Vec<Arc<dyn Rule>>>,
    /// Jobs.
    pub jobs: Vec<JobDef>,
    /// Reports.
    pub reports: Vec<ReportDef>,
}

/// The code of a verb: the record as it is, and what the form said. The door has proved the right,
/// checked the status and read the form; afterwards it records the event.
pub type VerbFn = fn(&mut Tx<'_>, &Record, &Draft) -> Result<()>;

/// What must hold, or what follows by itself, when records of an object are saved. Rules receive
/// slices: an import of a thousand rows calls each rule once.
pub trait Rule: Send + Sync {
    /// Before saving: completes or refuses changes.
    fn before(&self, _tx: &mut Tx<'_>, _changes: &mut [Change]) -> Result<()> {
        Ok(())
    }

    /// Before a person puts a record into the recycle bin: may refuse.
    fn before_delete(&self, _tx: &mut Tx<'_>, _record: &Record) -> Result<()> {
        Ok(())
    }

    /// Before records are merged into one: may refuse.
    fn before_merge(&self, _tx: &mut Tx<'_>, _main: &Record, _losers: &[Record]) -> Result<()> {
        Ok(())
    }

    /// After records were merged into one, in the same transaction: what follows for the one that is left.
    /// What this changes on it goes back when the merge is taken back.
    fn after_merge(&self, _tx: &mut Tx<'_>, _main: &Record, _losers: &[Record]) -> Result<()> {
        Ok(())
    }

    /// After saving, in the same transaction: what follows.
    fn after(&self, _tx: &mut Tx<'_>, _saved: &[Saved]) -> Result<()> {
        Ok(())
    }

    /// After facts of these records were worked out anew, because records of another object that refer to them
    /// changed: what follows. An import does this once, when all its rows are in.
    fn facts(&self, _tx: &mut Tx<'_>, _because_of: &str, _records: &[RecordId]) -> Result<()> {
        Ok(())
    }

    /// After a record went into the recycle bin, or came out of it, in the same transaction: what follows.
    fn after_delete(&self, _tx: &mut Tx<'_>, _moved: &Saved) -> Result<()> {
        Ok(())
    }
}

/// A record about to be saved.
#[derive(Debug)]
pub struct Change {
    /// Its object.
    pub object: Arc<Object>,
    /// The record before; none when it is new.
    pub before: Option<Record>,
    /// The new values.
    pub draft: Draft,
    /// Whether a verb, rule or job makes the change, not a person through a form or the API.
    pub by_program: bool,
}

impl Change {
    /// The value after the change.
    pub fn value(&self, field: &str) -> &Value {
        draft_value(&self.draft, self.before.as_ref(), field)
    }

    /// Whether the change gives the field another value.
    pub fn changes(&self, field: &str) -> bool {
        match (self.draft.values.get(field), &self.before) {
            (None, _) => false,
            (Some(new), Some(before)) => before.get(field) != new,
            (Some(new), None) => !new.is_null(),
        }
    }

    /// Sets a value.
    pub fn set(&mut self, field: &str, value: impl Into<Value>) {
        self.draft.values.insert(field.to_owned(), value.into());
    }

    /// Refuses the change; the person sees the sentence beside the field.
    pub fn refuse(&mut self, field: &str, message: Message) {
        self.draft.issues.push(Issue::field(field, "rule", message));
    }

    /// Refuses the change as a whole.
    pub fn refuse_record(&mut self, message: Message) {
        self.draft.issues.push(Issue::record("rule", message));
    }
}

/// A record that was saved.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The record before; none when it is new.
    pub before: Option<Record>,
    /// The record now.
    pub after: Record,
}

impl Saved {
    /// Whether a field has another value than before.
    pub fn changed(&self, field: &str) -> bool {
        match &self.before {
            Some(before) => before.get(field) != self.after.get(field),
            None => !self.after.get(field).is_null(),
        }
    }
}

/// A scheduled job. It is run for a business date and may be run again for the same date without harm.
#[derive(Clone)]
pub struct JobDef {
    /// Its name, `churn.warn`.
    pub name: &'static str,
    /// When it runs by itself.
    pub schedule: Schedule,
    /// What it does: reads through the gate and writes in batches. Returns counts by name.
    pub run: JobFn,
}

/// The code of a job: the door, who it acts as, and the business date.
pub type JobFn = fn(&Gate, &Ctx, Date) -> Result<Counts>;

/// What a job did, by name.
pub type Counts = Vec<(&'static str, i64)>;

/// When a job runs by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schedule {
    /// Every night at this hour, in the account set's zone.
    Nightly {
        /// 0 to 23.
        hour: i8,
    },
    /// Whenever the clock is looked at, which is once a minute: for what people wait for.
    EveryMinute,
    /// Only on demand.
    Never,
}
