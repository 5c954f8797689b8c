//! A region of China by its six-digit code; names are understood too.

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    code(text).map(Value::Text).ok_or_else(|| ("format", Message::new("field.region")))
}

pub(in crate::field) fn code(text: &str) -> Option<String> {
    if guanxi_text::region::is_valid(text) {
        return Some(text.to_owned());
    }
    guanxi_text::region::find(text).map(|code| code.to_string())
}
