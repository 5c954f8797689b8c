//! Stars, from one to the field's number.

use super::{Problem, number};
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str, max: u8) -> Result<Value, Problem> {
    number::parse(text, 0, Some(1), Some(i64::from(max)))
        .map_err(|_| ("range", Message::new("field.rating").with("max", max)))
}
