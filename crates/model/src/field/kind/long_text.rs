//! Several lines of text. White space is kept as typed; line ends become `\n`.

use super::Problem;
use crate::{issue::Message, value::Value};

const MAX: usize = 100_000;

pub(in crate::field) fn parse(text: &str, max: Option<usize>) -> Result<Value, Problem> {
    let max = max.unwrap_or(MAX);
    let text = text.replace("\r\n", "\n");
    if text.chars().count() > max {
        return Err(("length", Message::new("field.too_long").with("max", max)));
    }
    Ok(Value::Text(text.trim_end().to_owned()))
}
