//! Changing the metadata, and what else administrators do. STUB BODIES: being filled in.
#![expect(unused_variables, missing_docs, reason = "being filled in")]

use crate::*;
use guanxi_model::{Choice, Field, Label, Object, RecordId, Role};

/// A saved view of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct View {
    /// None for a new one; shipped views have none and carry their name.
    pub id: Option<i64>,
    /// Stable name in the URL.
    pub name: String,
    pub label: String,
    pub filter: String,
    pub sort: Vec<String>,
    pub columns: Vec<String>,
    /// `table`, `board`, `calendar`.
    pub layout: String,
    /// `own`, `team` (the department), `everyone`, or `shipped`.
    pub audience: String,
    pub mine: bool,
}

/// A message to a user.
#[derive(Debug, Clone)]
pub struct Notice {
    pub id: i64,
    pub at: jiff::Timestamp,
    /// Already said in the reader's language.
    pub text: String,
    pub object: String,
    pub record: Option<RecordId>,
    pub read: bool,
}

/// A line of the audit.
#[derive(Debug, Clone)]
pub struct AuditLine {
    pub id: i64,
    pub at: jiff::Timestamp,
    pub actor: String,
    pub channel: String,
    pub ip: String,
    pub object: String,
    pub record: Option<RecordId>,
    pub name: String,
    pub changes: Vec<(String, String, String)>,
}

#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub object: Option<String>,
    pub record: Option<RecordId>,
    pub actor: Option<RecordId>,
    pub name: Option<String>,
    pub from: Option<jiff::civil::Date>,
    pub to: Option<jiff::civil::Date>,
    pub before: Option<i64>,
    pub limit: usize,
}

/// A file that was stored.
#[derive(Debug, Clone)]
pub struct FileInfo {
    pub id: String,
    pub name: String,
    pub mime: String,
    pub size: i64,
}

impl Gate {
    /// A custom object from its name and label; it has a `name` field, a list, a form and a page at once.
    pub fn add_object(&self, ctx: &Ctx, name: &str, label: Label) -> Result<std::sync::Arc<Object>> { todo!() }
    /// A merge patch over an object's document.
    pub fn patch_object(&self, ctx: &Ctx, name: &str, patch: serde_json::Value) -> Result<std::sync::Arc<Object>> { todo!() }
    /// A custom field on any object.
    pub fn add_field(&self, ctx: &Ctx, object: &str, field: Field) -> Result<Field> { todo!() }
    pub fn patch_field(&self, ctx: &Ctx, object: &str, field: &str, patch: serde_json::Value) -> Result<Field> { todo!() }
    pub fn save_role(&self, ctx: &Ctx, role: Role) -> Result<()> { todo!() }
    /// Adds or changes one entry; locked entries keep their value and stay active.
    pub fn save_choice(&self, ctx: &Ctx, dictionary: &str, choice: Choice) -> Result<()> { todo!() }
    pub fn remove_choice(&self, ctx: &Ctx, dictionary: &str, value: &str) -> Result<()> { todo!() }

    /// The caller's tabs for an object: shipped, team and own.
    pub fn views(&self, ctx: &Ctx, object: &str) -> Result<Vec<View>> { todo!() }
    pub fn save_view(&self, ctx: &Ctx, object: &str, view: View) -> Result<View> { todo!() }
    pub fn delete_view(&self, ctx: &Ctx, id: i64) -> Result<()> { todo!() }

    pub fn notices(&self, ctx: &Ctx, limit: usize) -> Result<Vec<Notice>> { todo!() }
    pub fn unread_notices(&self, ctx: &Ctx) -> Result<i64> { todo!() }
    /// All of them when `id` is none.
    pub fn read_notices(&self, ctx: &Ctx, id: Option<i64>) -> Result<()> { todo!() }

    pub fn audit(&self, ctx: &Ctx, filter: &AuditFilter) -> Result<Vec<AuditLine>> { todo!() }
    /// Seals what is open and checks the whole chain; the first bad event if there is one.
    pub fn verify_audit(&self, ctx: &Ctx) -> Result<Option<i64>> { todo!() }

    /// Keeps a file; it belongs to nothing until a record names it.
    pub fn put_file(&self, ctx: &Ctx, name: &str, mime: &str, bytes: &[u8]) -> Result<FileInfo> { todo!() }
    /// A file's bytes, if the caller may see the record it belongs to.
    pub fn get_file(&self, ctx: &Ctx, id: &str) -> Result<(FileInfo, Vec<u8>)> { todo!() }

    /// Settings of the account set, e.g. `company`, `churn.months`, `churn.without_orders`.
    pub fn setting(&self, key: &str) -> Result<Option<String>> { todo!() }
    pub fn set_setting(&self, ctx: &Ctx, key: &str, value: &str) -> Result<()> { todo!() }

    /// Shares a record with a user or department, to read or edit, until a date.
    pub fn share(&self, ctx: &Ctx, object: &str, id: RecordId, with: Share) -> Result<()> { todo!() }
    pub fn shares(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Vec<Share>> { todo!() }
    pub fn unshare(&self, ctx: &Ctx, object: &str, id: RecordId, with: Share) -> Result<()> { todo!() }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    pub user: Option<RecordId>,
    pub department: Option<RecordId>,
    pub edit: bool,
    pub until: Option<jiff::civil::Date>,
}
