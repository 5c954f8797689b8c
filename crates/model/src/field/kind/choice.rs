//! One of the field's options, by its value or by its label in either language.

use super::Problem;
use crate::{issue::Message, label::Label, value::Value};
use serde::{Deserialize, Serialize};

/// One entry of a choice field or dictionary.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Choice {
    /// The value stored and sent; never changes.
    pub value: String,
    /// What people read.
    pub label: Label,
    /// One of the twelve tag hues; 0 for a grey tag.
    #[serde(default)]
    pub hue: u16,
    /// A system entry: it can be renamed but neither removed nor deactivated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// No longer offered, still shown on old records.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    /// The value of the entry above it in a typed tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

pub(in crate::field) fn parse(text: &str, options: &[Choice]) -> Result<Value, Problem> {
    find(text, options)
        .map(Value::Text)
        .ok_or_else(|| ("choice", Message::new("field.choice").with("value", text)))
}

pub(in crate::field) fn find(text: &str, options: &[Choice]) -> Option<String> {
    options
        .iter()
        .find(|option| option.value == text)
        .or_else(|| options.iter().find(|o| o.label.zh == text || o.label.en.eq_ignore_ascii_case(text)))
        .map(|option| option.value.clone())
}
