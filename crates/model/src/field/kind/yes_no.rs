//! Yes or no, in the words of forms, files and both languages.

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    match guanxi_text::fold::fold(text).as_str() {
        "true" | "yes" | "y" | "1" | "on" | "\u{662f}" => Ok(Value::Bool(true)),
        "false" | "no" | "n" | "0" | "off" | "\u{5426}" => Ok(Value::Bool(false)),
        _ => Err(("format", Message::new("field.yes_no"))),
    }
}
