//! Reports: numbers with their meaning, drawn by the page and sent by the API from one answer.

use crate::{Ctx, Gate, Result, visible::Titles};
use guanxi_model::{Field, Label, Message, Value};
use std::collections::BTreeMap;

/// A report the business rooms offer.
#[derive(Clone)]
pub struct ReportDef {
    /// Its name, `contribution`.
    pub name: &'static str,
    /// Its title.
    pub label: Label,
    /// One sentence: what it counts, and of what.
    pub about: Label,
    /// What can be chosen: dates, people, kinds. Choice fields have their options; `as_of` is understood
    /// by every report.
    pub params: Vec<Field>,
    /// Computes it. It reads only through the gate, so it shows what the caller may see.
    pub run: fn(&Gate, &Ctx, &Params) -> Result<Report>,
}

/// The chosen parameters, as texts.
pub type Params = BTreeMap<String, String>;

/// The answer.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Columns; the first is what the rows are about.
    pub columns: Vec<Column>,
    /// Rows.
    pub rows: Vec<ReportRow>,
    /// Totals under the columns; null where a total makes no sense.
    pub totals: Vec<Value>,
    /// The column that gives bars and slices their size.
    pub measure: usize,
    /// Names of the records among the values.
    pub titles: Titles,
    /// One sentence that says what the numbers mean.
    pub summary: Option<Message>,
    /// The records behind single cells, by row and column, in cross tables and matrices.
    pub cells: BTreeMap<(usize, usize), Drill>,
    /// How it is drawn beside its table.
    pub shape: Shape,
    /// As what the answer can be kept.
    pub keep: Option<Keep>,
}

/// A record that keeps the answer of a report: its form opens with these values.
#[derive(Debug, Clone, PartialEq)]
pub struct Keep {
    /// API name of the object.
    pub object: &'static str,
    /// Fields and what stands in them.
    pub values: Vec<(&'static str, String)>,
}

/// How a report is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shape {
    /// Bars or slices of the measure.
    #[default]
    Bars,
    /// A curve through the rows in their order: the measure over the first column.
    Curve,
    /// Steps that follow one another: rows of one step stand together, and the measure is how far they are.
    Steps,
    /// Bars alone: ratios are no parts of a whole.
    Ratios,
    /// A table and no picture: the fields of a matrix, or rows that overlap and so are no parts of a whole.
    Matrix,
}

/// A column of a report.
#[derive(Debug, Clone)]
pub struct Column {
    /// A field, for its label and kind; it need not exist in an object.
    pub field: Field,
}

/// A row of a report.
#[derive(Debug, Clone)]
pub struct ReportRow {
    /// Values in the order of the columns.
    pub cells: Vec<Value>,
    /// The records behind the row: object and filter, for drilling down.
    pub drill: Option<Drill>,
}

/// The records behind a number.
#[derive(Debug, Clone, PartialEq)]
pub struct Drill {
    /// API name of the object.
    pub object: String,
    /// An expression.
    pub filter: String,
}
