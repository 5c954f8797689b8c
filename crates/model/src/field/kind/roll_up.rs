//! Roll-up fields: counts, sums, earliest and latest over the records that refer to this one. They are
//! kept inside the transaction that changes those records, so a list of customers sorted by what they
//! bought costs no more than one sorted by name.

use super::FieldKind;
use serde::{Deserialize, Serialize};

/// What a roll-up computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollUpFunction {
    /// Number of records; 0 when there are none.
    Count,
    /// Sum of a field; 0 when there are none.
    Sum,
    /// Smallest value; empty when there are none.
    Min,
    /// Largest value; empty when there are none.
    Max,
}

impl RollUpFunction {
    /// The kind of the result, given the field computed over.
    pub fn result(self, of: Option<&FieldKind>) -> FieldKind {
        match (self, of) {
            (RollUpFunction::Count, _) | (_, None) => FieldKind::Number { scale: 0, min: None, max: None },
            (_, Some(kind)) => kind.clone(),
        }
    }

    /// The word in SQL and documents.
    pub fn word(self) -> &'static str {
        match self {
            RollUpFunction::Count => "count",
            RollUpFunction::Sum => "sum",
            RollUpFunction::Min => "min",
            RollUpFunction::Max => "max",
        }
    }
}
