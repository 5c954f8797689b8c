//! What rules, verbs and jobs work with inside one transaction. STUB BODIES: being filled in.
#![expect(unused_variables, missing_docs, reason = "being filled in")]

use crate::*;
use guanxi_model::{Message, Object, RecordId, Registry, expr::Expr};
use std::{marker::PhantomData, sync::Arc};

/// One transaction. Everything written through it is validated, ruled and audited like a person's change,
/// but needs no right of its own: the verb, job or gate function that opened it proved that.
pub struct Tx<'a>(PhantomData<&'a mut ()>);

/// How a batch treats each of its changes.
#[derive(Debug, Clone, Default)]
pub struct BatchOptions {
    /// Records with a likely duplicate are made anyway.
    pub allow_duplicates: bool,
    /// One bad change refuses the whole batch.
    pub all_or_nothing: bool,
    /// The import this belongs to, so that it can be undone.
    pub import: Option<i64>,
    /// The original author and time of imported history.
    pub keep_authorship: bool,
}

/// What became of one change of a batch.
#[derive(Debug)]
pub enum Outcome {
    Created(RecordId),
    Updated(RecordId),
    /// Nothing differed; the version stays.
    Unchanged(RecordId),
    Failed(Error),
}

impl Tx<'_> {
    pub fn ctx(&self) -> &Ctx { todo!() }
    pub fn registry(&self) -> &Registry { todo!() }
    pub fn object(&self, name: &str) -> Result<Arc<Object>> { todo!() }
    pub fn get(&mut self, object: &str, id: RecordId) -> Result<Record> { todo!() }
    pub fn get_many(&mut self, object: &str, ids: &[RecordId]) -> Result<Vec<Record>> { todo!() }
    /// Records for which an expression holds, by id; all of them when `limit` is none.
    pub fn find(&mut self, object: &str, filter: &Expr, limit: Option<usize>) -> Result<Vec<Record>> { todo!() }
    /// The same, in id order after a given id, for walking large tables in batches.
    pub fn find_after(&mut self, object: &str, filter: &Expr, after: RecordId, limit: usize) -> Result<Vec<Record>> { todo!() }
    pub fn first(&mut self, object: &str, filter: &Expr) -> Result<Option<Record>> { todo!() }
    pub fn count(&mut self, object: &str, filter: &Expr) -> Result<i64> { todo!() }
    pub fn create(&mut self, object: &str, draft: Draft) -> Result<Record> { todo!() }
    /// Refuses with `Error::Duplicate` when a likely duplicate exists.
    pub fn create_unless_duplicate(&mut self, object: &str, draft: Draft) -> Result<Record> { todo!() }
    pub fn create_many(&mut self, object: &str, drafts: Vec<Draft>) -> Result<Vec<Record>> { todo!() }
    pub fn update(&mut self, record: &Record, draft: Draft) -> Result<Record> { todo!() }
    pub fn update_many(&mut self, changes: Vec<(Record, Draft)>) -> Result<Vec<Record>> { todo!() }
    pub fn delete(&mut self, record: &Record) -> Result<()> { todo!() }
    /// Runs another verb, without its access check.
    pub fn verb(&mut self, record: &Record, verb: &str, input: Draft) -> Result<Record> { todo!() }
    pub fn duplicates(&mut self, object: &str, draft: &Draft) -> Result<Vec<DuplicateHit>> { todo!() }
    /// A message to a user about a record. The phrase lives in the room's tables.
    pub fn notify(&mut self, user: RecordId, about: &Record, message: Message) -> Result<()> { todo!() }
    /// Users who hold a role.
    pub fn users_with_role(&mut self, role: &str) -> Result<Vec<Record>> { todo!() }
    /// An event beside those that writing records itself (measures taken, results told).
    pub fn event(&mut self, about: &Record, name: &str, data: serde_json::Value) -> Result<()> { todo!() }
}
