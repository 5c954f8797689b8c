//! What leaves the door: records already cut down to what the caller may see.

use crate::Cells;
use guanxi_model::{FieldLevel, Locale, Object, RecordId, Value};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

static NULL: Value = Value::Null;

/// A value as the caller may see it. A hidden field has no cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// In clear.
    Value(Value),
    /// Only its mask.
    Masked(String),
}

/// A record as the caller may see it.
#[derive(Debug, Clone)]
pub struct Visible {
    /// Its object.
    pub object: Arc<Object>,
    /// Its id.
    pub id: RecordId,
    /// Its version.
    pub version: i64,
    /// Cells by field name or dotted path; hidden fields are absent.
    pub cells: Cells,
    /// What the caller may do with it.
    pub may: May,
}

/// What a caller may do with one record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct May {
    /// Built-in actions and verbs that the caller's grants and the record's status allow.
    pub actions: Arc<Vec<String>>,
    /// Levels of the object's fields on this record; absent is hidden.
    pub fields: Arc<BTreeMap<String, FieldLevel>>,
}

impl May {
    /// Whether an action is allowed.
    pub fn act(&self, action: &str) -> bool {
        self.actions.iter().any(|a| a == action)
    }

    /// Whether a field may be changed.
    pub fn edit(&self, field: &str) -> bool {
        self.fields.get(field) == Some(&FieldLevel::Edit)
    }
}

impl Visible {
    /// The cell of a field or path.
    pub fn cell(&self, path: &str) -> Option<&Cell> {
        self.cells.get(path)
    }

    /// The value in clear; null when hidden or masked.
    pub fn get(&self, path: &str) -> &Value {
        match self.cells.get(path) {
            Some(Cell::Value(value)) => value,
            _ => &NULL,
        }
    }

    /// What names it, or its id.
    pub fn title(&self) -> String {
        match self.cells.get(self.object.title.as_str()) {
            Some(Cell::Value(Value::Text(text))) => text.clone(),
            Some(Cell::Masked(text)) => text.clone(),
            _ => format!("#{}", self.id),
        }
    }
}

/// Names of referenced records that the caller may see.
#[derive(Debug, Clone, Default)]
pub struct Titles(pub HashMap<RecordId, String>);

impl Titles {
    /// The name of a record.
    pub fn get(&self, id: RecordId) -> Option<&str> {
        self.0.get(&id).map(String::as_str)
    }
}

/// One page of a list.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The records.
    pub rows: Vec<Visible>,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
    /// How many there are, if it was asked for; one above the cap means "more than the cap".
    pub total: Option<i64>,
    /// Names of the records they refer to.
    pub titles: Titles,
}

/// One row of an aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct AggregateRow {
    /// Group values.
    pub keys: Vec<Value>,
    /// Measures; sums and averages of amounts are in yuan.
    pub measures: Vec<Value>,
}

/// A hundredth of a ranking, from the largest.
#[derive(Debug, Clone, PartialEq)]
pub struct Percentile {
    /// Which, from 0 for the largest.
    pub percent: i64,
    /// How many are in it; with fewer than a hundred records some hundredths are missing.
    pub count: i64,
    /// What they sum up to.
    pub sum: Decimal,
    /// The smallest value in it.
    pub least: Decimal,
}

/// The answer to an aggregate.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Rows.
    pub rows: Vec<AggregateRow>,
    /// Names of referenced records among the keys.
    pub titles: Titles,
}

/// A record found by search.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Its object.
    pub object: Arc<Object>,
    /// Its id.
    pub id: RecordId,
    /// Its title.
    pub title: String,
    /// Byte ranges of the title that matched.
    pub ranges: Vec<(usize, usize)>,
    /// A short second line: the fields of the phone card, already cut down.
    pub hint: String,
}

/// An entry of a record's timeline.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The event's id.
    pub id: i64,
    /// When.
    pub at: jiff::Timestamp,
    /// Who, by name.
    pub actor: String,
    /// Who, by id.
    pub actor_id: RecordId,
    /// `created`, `updated`, `deleted`, a verb's name, …
    pub name: String,
    /// The object it happened to, when not the page's own.
    pub object: String,
    /// The record it happened to.
    pub record: RecordId,
    /// Its title.
    pub title: String,
    /// Fields that changed: name, before, after; already cut down and said in words.
    pub changes: Vec<(String, String, String)>,
    /// For follow-ups and other records worth a card: the record.
    pub card: Option<Visible>,
    /// The verb's input in words, label and text.
    pub notes: Vec<(String, String)>,
}

/// How values are said in words, shared by pages, exports and reports.
pub fn say(object: &Object, path: &str, cell: Option<&Cell>, titles: &Titles, locale: Locale) -> String {
    let value = match cell {
        None => return String::new(),
        Some(Cell::Masked(text)) => return text.clone(),
        Some(Cell::Value(value)) => value,
    };
    match object.field(path) {
        Some(field) => crate::words::value(field, value, titles, locale),
        None => crate::words::plain(value, titles),
    }
}
