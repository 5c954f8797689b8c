//! One line of text.

use super::Problem;
use crate::{issue::Message, value::Value};

/// The longest text of a field that does not say its own limit.
const MAX: usize = 500;

pub(in crate::field) fn parse(text: &str, max: Option<usize>) -> Result<Value, Problem> {
    let max = max.unwrap_or(MAX);
    if text.contains(['\n', '\r']) {
        return Err(("format", Message::new("field.one_line")));
    }
    if text.chars().count() > max {
        return Err(("length", Message::new("field.too_long").with("max", max)));
    }
    Ok(Value::Text(text.to_owned()))
}
