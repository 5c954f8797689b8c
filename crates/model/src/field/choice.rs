//! One of the field's options, by its value or by its label in either language.

use super::{Choice, Problem};
use crate::{issue::Message, value::Value};

pub(super) fn parse(text: &str, options: &[Choice]) -> Result<Value, Problem> {
    find(text, options)
        .map(Value::Text)
        .ok_or_else(|| ("choice", Message::new("field.choice").with("value", text)))
}

pub(super) fn find(text: &str, options: &[Choice]) -> Option<String> {
    options
        .iter()
        .find(|option| option.value == text)
        .or_else(|| options.iter().find(|o| o.label.zh == text || o.label.en.eq_ignore_ascii_case(text)))
        .map(|option| option.value.clone())
}
