#![doc = include_str!("../README.md")]

pub mod access;
pub mod expr;
pub mod field;
pub mod id;
pub mod issue;
pub mod label;
pub mod object;
pub mod phrases;
pub mod query;
pub mod registry;
pub mod value;

pub use access::{Action, FieldLevel, Grant, Role, Scope};
pub use field::{Choice, Field, FieldKind};
pub use id::RecordId;
pub use issue::{Issue, Message};
pub use label::{Label, Locale};
pub use object::{Object, VerbDef};
pub use query::{Aggregate, Query};
pub use registry::Registry;
pub use value::{Stored, Value};
