//! Phone numbers, kept without separators and country code 86.

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    guanxi_text::phone::normalise(text)
        .map(Value::Text)
        .ok_or_else(|| ("format", Message::new("field.phone")))
}
