#![doc = include_str!("../README.md")]

mod access;
pub mod admin;
pub mod auth;
pub mod backups;
mod cells;
mod clock;
mod ctx;
mod domain;
mod door;
mod duplicates;
mod error;
mod gate;
pub mod handover;
mod imports;
mod jobs;
mod later;
mod live;
pub mod merge;
mod people;
mod read;
mod record;
pub mod report;
mod save;
pub mod sets;
mod timeline;
mod tx;
mod validate;
mod verbs;
mod visible;
pub mod words;

pub use admin::FileInfo;
pub use cells::Cells;
pub use clock::{Clock, date_of, zone};
pub use ctx::{Channel, Ctx, OPERATOR, Once, Rights, SCHEDULER, Seat, Subject};
pub use domain::{Change, Counts, Domain, JobDef, JobFn, Rule, Saved, Schedule, VerbFn};
pub use door::Door;
pub use duplicates::search::{Cluster, Found};
pub use error::{DuplicateHit, Error, Meanwhile, Result, Stale};
pub use gate::{Gate, Live};
pub use guanxi_model as model;
pub use guanxi_store::store::Config;
pub use imports::{ImportLine, Importing, KEPT_DAYS, Left, NewImport, Undone};
pub use later::FactsLater;
pub use people::{Departments, Pools};
pub use read::{default_sort, is_capped, read_cursor};
pub use record::{Draft, Record};
pub use tx::{BatchOptions, ImportBatch, Outcome, Tx};
pub use visible::{AggregateRow, Cell, Entry, Hit, May, Page, Percentile, Table, Titles, Visible, say};

use guanxi_model::{Value, phrases::Phrases};

static NULL: Value = Value::Null;

/// The value a field has after a draft is applied to a record.
pub(crate) fn draft_value<'a>(draft: &'a Draft, before: Option<&'a Record>, field: &str) -> &'a Value {
    draft.values.get(field).or_else(|| before.map(|record| record.get(field))).unwrap_or(&NULL)
}

/// The phrases of this room: refusals.
pub fn phrases() -> Phrases {
    Phrases::from_toml(include_str!("../phrases/zh.toml"), include_str!("../phrases/en.toml"))
}
