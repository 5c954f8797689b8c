//! Exchange: records come in from files and go out as files. What a column means, what is wrong with a cell and
//! how a value is written all follow from the object's document, so a custom object is exchanged like a shipped one.
//!
//! An import reads its file twice. The first reading judges every row and finds all problems; only if it may go on,
//! the second changes records, a thousand at a time, while another thread prepares the next thousand. What a
//! failed import has changed is put back by the gate, which keeps the journal.

mod apply;
mod check;
mod columns;
mod decode;
mod export;
mod import;
mod job;
mod json_lines;
mod keys;
mod map;
mod references;
mod rejects;
mod sheet;
mod source;
mod template;
mod text;
mod writer;

pub use columns::{Column, Columns, Means, suggest};
pub use export::{ExportOptions, export};
pub use import::{ImportOptions, ImportReport, OnDuplicate, Progress, RowProblem, Stage, import};
pub use job::{Upload, start, start_undo};
pub use map::remembered;
pub use source::{Kind, Raw, Row, Source};
pub use template::template;
pub use writer::{FORMULA, Out, Writer};

use guanxi_model::phrases::Phrases;

/// The sentences of imports and exports.
pub fn phrases() -> Phrases {
    Phrases::from_toml(include_str!("exchange/phrases/zh.toml"), include_str!("exchange/phrases/en.toml"))
}
