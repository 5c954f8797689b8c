//! Roll-up fields: counts, sums, earliest and latest over the records that refer to this one. They are
//! kept inside the transaction that changes those records, so a list of customers sorted by what they
//! bought costs no more than one sorted by name.

use super::{FieldKind, RollUpFunction};

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
