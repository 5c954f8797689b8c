//! E-mail addresses.

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    guanxi_text::email::normalise(text)
        .map(Value::Text)
        .ok_or_else(|| ("format", Message::new("field.email")))
}
