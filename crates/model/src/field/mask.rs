//! What people see of a value that they may only see masked.

use super::{Field, FieldKind};
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// How a value is shown to people who may only see it masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// `138****1024`
    Phone,
    /// `a***@example.com`
    Email,
    /// Family name and asterisks.
    Name,
    /// First six and last four.
    IdNumber,
    /// First character and asterisks.
    Text,
}

impl Field {
    /// The value as shown to someone who may only see it masked.
    pub fn masked(&self, value: &Value) -> String {
        let text = match value {
            Value::Null => return String::new(),
            Value::Text(text) => text.as_str(),
            _ => return "***".to_owned(),
        };
        let mask = self.mask.unwrap_or(match self.value_kind() {
            FieldKind::Phone => Mask::Phone,
            FieldKind::Email => Mask::Email,
            _ => Mask::Text,
        });
        match mask {
            Mask::Phone => guanxi_text::phone::mask(text),
            Mask::Email => guanxi_text::email::mask(text),
            Mask::Name => guanxi_text::name::mask(text),
            Mask::IdNumber => guanxi_text::id_number::mask(text),
            Mask::Text => guanxi_text::mask::text(text),
        }
    }
}
