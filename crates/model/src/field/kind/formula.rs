//! Formula fields: never entered, computed from the record's other fields on every write.

use super::Problem;
use crate::issue::Message;

pub(in crate::field) fn refused() -> Problem {
    ("read_only", Message::new("field.computed"))
}
