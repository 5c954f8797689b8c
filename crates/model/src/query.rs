//! One shape for every read: lists, boards, exports, reports, look-ups and live counts.

use crate::{expr::Expr, id::RecordId, value::Stored};
use serde::{Deserialize, Serialize};

/// Which records, which of their fields, in which order.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// API name of the object.
    pub object: String,
    /// Fields wanted; dotted paths reach through references. Empty is all the caller may see.
    pub fields: Vec<String>,
    /// Which records.
    pub filter: Option<Expr>,
    /// Words to search for.
    pub search: Option<String>,
    /// Order; the id breaks ties. Empty is the newest first.
    pub sort: Vec<Sort>,
    /// At most this many, 1 to 1,000.
    pub limit: usize,
    /// Continue after this place.
    pub after: Option<Cursor>,
    /// Whether and how far to count.
    pub count: Count,
    /// Records in the recycle bin instead of live ones.
    pub trash: bool,
}

impl Query {
    /// All live records of an object, newest first, fifty at a time.
    pub fn of(object: impl Into<String>) -> Self {
        Query { object: object.into(), limit: 50, ..Query::default() }
    }

    /// Narrows it by a condition, in addition to what it has.
    #[must_use]
    pub fn filter(mut self, filter: Expr) -> Self {
        self.filter = Some(match self.filter.take() {
            Some(old) => old.and(filter),
            None => filter,
        });
        self
    }

    /// Sets the order from texts such as `-created_at`.
    #[must_use]
    pub fn sort<S: AsRef<str>>(mut self, sort: impl IntoIterator<Item = S>) -> Self {
        self.sort = sort.into_iter().map(|s| Sort::parse(s.as_ref())).collect();
        self
    }

    /// Sets the number of records.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Sets the fields.
    #[must_use]
    pub fn fields<S: Into<String>>(mut self, fields: impl IntoIterator<Item = S>) -> Self {
        self.fields = fields.into_iter().map(Into::into).collect();
        self
    }
}

/// A field and a direction. Empty values are smallest; names sort by pinyin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// The field.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}

impl Sort {
    /// Reads `name` or `-name`.
    pub fn parse(text: &str) -> Self {
        match text.strip_prefix('-') {
            Some(field) => Sort { field: field.to_owned(), descending: true },
            None => Sort { field: text.trim_start_matches('+').to_owned(), descending: false },
        }
    }
}

/// A place in a sorted list: the sort value and id of the last record seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// Its value of the first sort field.
    pub value: Stored,
    /// Its id.
    pub id: RecordId,
}

/// How far to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Count {
    /// Not at all.
    #[default]
    None,
    /// Up to 10,001, for pages that then say "10,000+".
    Capped,
    /// Exactly, however long it takes.
    Exact,
}

/// The number at which capped counts stop.
pub const COUNT_CAP: i64 = 10_000;

/// A computation over records: groups and measures.
#[derive(Debug, Clone, Default)]
pub struct Aggregate {
    /// API name of the object.
    pub object: String,
    /// What to group by; empty gives one row.
    pub group_by: Vec<Group>,
    /// What to compute; a count when empty.
    pub measures: Vec<Measure>,
    /// Which records.
    pub filter: Option<Expr>,
    /// Words to search for.
    pub search: Option<String>,
    /// Order by measure (`#0`, `-#0`) or group (`0`, `-0`); groups ascending when none.
    pub order: Option<AggregateOrder>,
    /// At most this many groups, up to 10,000.
    pub limit: usize,
}

/// A group key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The field; dotted paths reach through references.
    pub field: String,
    /// Which part of a date or instant.
    #[serde(default)]
    pub part: DatePart,
}

/// Which part of a date groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatePart {
    /// The value as it is.
    #[default]
    Whole,
    /// `2026`
    Year,
    /// `2026-03`
    Month,
}

/// Something computed for a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// The function.
    #[serde(rename = "fn")]
    pub function: MeasureFn,
    /// The field; none for a count of records.
    #[serde(default)]
    pub field: Option<String>,
}

/// The functions of measures. Nulls are left out, as in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MeasureFn {
    /// Number of records, or of values of a field.
    Count,
    /// Number of different values.
    CountDistinct,
    /// Sum.
    Sum,
    /// Arithmetic mean.
    Avg,
    /// Smallest.
    Min,
    /// Largest.
    Max,
}

/// How groups are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AggregateOrder {
    /// By the n-th group key.
    Group(usize, bool),
    /// By the n-th measure; true is descending.
    Measure(usize, bool),
}
