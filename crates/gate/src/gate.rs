//! The door itself. STUB BODIES: the lead is filling them in; signatures are stable.
#![expect(unused_variables, missing_docs, reason = "being filled in")]

use crate::*;
use guanxi_model::{Aggregate, Object, Query, RecordId, Registry, phrases::Phrases};
use std::sync::Arc;

/// The one door of an account set. Cheap to clone.
#[derive(Clone)]
pub struct Gate(Arc<Inner>);
struct Inner {}

/// A change that others may want to see, sent after its commit.
#[derive(Debug, Clone)]
pub struct Live {
    pub object: String,
    pub record: RecordId,
    pub name: String,
    pub actor: RecordId,
    pub version: i64,
}

impl Gate {
    /// Opens an existing account set.
    pub fn open(config: &Config, domain: Domain, clock: Clock) -> Result<Gate> { todo!() }
    /// Makes a new account set.
    pub fn create(config: &Config, domain: Domain, clock: Clock) -> Result<Gate> { todo!() }
    /// A set in a temporary directory on the embedded engine, or in a fresh schema when `GUANXI_TEST_POSTGRES`
    /// is set and `postgres` is asked for.
    pub fn for_test(domain: Domain, clock: Clock, postgres: bool) -> Result<Gate> { todo!() }

    pub fn registry(&self) -> Arc<Registry> { todo!() }
    pub fn object(&self, name: &str) -> Result<Arc<Object>> { todo!() }
    pub fn phrases(&self) -> &Phrases { todo!() }
    pub fn clock(&self) -> &Clock { todo!() }
    pub fn domain(&self) -> &Domain { todo!() }
    pub fn set_name(&self) -> &str { todo!() }
    /// The operator on the command line.
    pub fn operator(&self) -> Ctx { todo!() }
    /// The service that runs jobs.
    pub fn scheduler(&self) -> Ctx { todo!() }
    /// The context of a user (after log-in was proved, or for a job that acts for them).
    pub fn ctx_of(&self, user: RecordId, channel: Channel) -> Result<Ctx> { todo!() }

    // Reading
    pub fn list(&self, ctx: &Ctx, query: &Query) -> Result<Page> { todo!() }
    pub fn get(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Visible> { todo!() }
    /// One record with the titles of what it refers to.
    pub fn page_of(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<(Visible, Titles)> { todo!() }
    pub fn count(&self, ctx: &Ctx, query: &Query) -> Result<i64> { todo!() }
    pub fn aggregate(&self, ctx: &Ctx, aggregate: &Aggregate) -> Result<Table> { todo!() }
    /// Across all objects that the caller may search; `object` narrows it.
    pub fn search(&self, ctx: &Ctx, text: &str, object: Option<&str>, limit: usize) -> Result<Vec<Hit>> { todo!() }
    /// For reference inputs: records of an object by title; blank text gives the most recent.
    pub fn lookup(&self, ctx: &Ctx, object: &str, text: &str, limit: usize) -> Result<Vec<Hit>> { todo!() }
    /// Events and follow-ups of a record, newest first, before an event id.
    pub fn timeline(&self, ctx: &Ctx, object: &str, id: RecordId, before: Option<i64>, limit: usize) -> Result<Vec<Entry>> { todo!() }
    pub fn report(&self, ctx: &Ctx, name: &str, params: &report::Params) -> Result<report::Report> { todo!() }
    /// A masked value in clear; audited.
    pub fn reveal(&self, ctx: &Ctx, object: &str, id: RecordId, field: &str, reason: &str) -> Result<model::Value> { todo!() }
    /// Likely duplicates of what is being typed.
    pub fn duplicates(&self, ctx: &Ctx, object: &str, draft: &Draft) -> Result<Vec<DuplicateHit>> { todo!() }
    /// Whether any grant lets the caller do this to some record of the object.
    pub fn may(&self, ctx: &Ctx, object: &str, action: &str) -> bool { todo!() }
    /// The level of each field for the caller when making a new record; hidden ones are absent.
    pub fn form_fields(&self, ctx: &Ctx, object: &str) -> Result<std::collections::BTreeMap<String, model::FieldLevel>> { todo!() }

    // Writing (each one transaction, access checked)
    pub fn create(&self, ctx: &Ctx, object: &str, draft: Draft, allow_duplicate: bool) -> Result<Visible> { todo!() }
    pub fn update(&self, ctx: &Ctx, object: &str, id: RecordId, version: Option<i64>, draft: Draft) -> Result<Visible> { todo!() }
    /// Into the recycle bin, with what belongs to it.
    pub fn delete(&self, ctx: &Ctx, object: &str, id: RecordId, version: Option<i64>) -> Result<()> { todo!() }
    pub fn restore(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Visible> { todo!() }
    pub fn purge(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<()> { todo!() }
    pub fn transfer(&self, ctx: &Ctx, object: &str, id: RecordId, to: RecordId) -> Result<Visible> { todo!() }
    /// A verb on one record; `input` holds the values of its form.
    pub fn verb(&self, ctx: &Ctx, object: &str, id: RecordId, verb: &str, input: Draft) -> Result<Visible> { todo!() }
    /// Many changes, each reported; creates when `id` is none.
    pub fn batch(&self, ctx: &Ctx, object: &str, changes: Vec<(Option<RecordId>, Option<i64>, Draft)>, options: BatchOptions) -> Result<Vec<Outcome>> { todo!() }
    /// Trusted code in one transaction: jobs, demo data, verbs over several records. No access check; the
    /// caller's name stands in the audit.
    pub fn write<T: Send + 'static>(&self, ctx: &Ctx, f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static) -> Result<T> { todo!() }
    /// Trusted reading in one snapshot.
    pub fn read<T>(&self, ctx: &Ctx, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> { todo!() }
    /// Runs `f` once for a key: the first answer (status, body) is kept 72 hours and given to every repeat.
    /// Another body under the same key is refused. `f` runs inside one transaction with everything it does.
    pub fn idempotent(&self, ctx: &Ctx, key: &str, body: &[u8], f: impl FnMut(&mut Tx<'_>) -> (u16, String) + Send + 'static) -> Result<(u16, String)> { todo!() }
    /// A job, now, for a business date.
    pub fn run_job(&self, name: &str, as_of: jiff::civil::Date) -> Result<Vec<(&'static str, i64)>> { todo!() }
    /// Changes as they are committed.
    pub fn live(&self) -> tokio::sync::broadcast::Receiver<Live> { todo!() }
}
