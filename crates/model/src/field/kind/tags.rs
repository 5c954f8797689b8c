//! Free tags, at most thirty of at most thirty characters.

use super::Problem;
use crate::{issue::Message, value::Value};

const MAX: usize = 30;

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    collect(split(text))
}

pub(in crate::field) fn from_json(items: &[serde_json::Value]) -> Result<Value, Problem> {
    collect(items.iter().filter_map(|item| item.as_str().map(|tag| tag.trim().to_owned())))
}

/// Splits at commas and semicolons of both widths and at the enumeration comma.
pub(in crate::field) fn split(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split([',', ';', '\u{ff0c}', '\u{ff1b}', '\u{3001}', '\n'])
        .map(|part| part.trim().to_owned())
        .filter(|part| !part.is_empty())
}

fn collect(tags: impl Iterator<Item = String>) -> Result<Value, Problem> {
    let mut kept: Vec<String> = Vec::new();
    for tag in tags {
        if tag.chars().count() > MAX {
            return Err(("length", Message::new("field.too_long").with("max", MAX)));
        }
        if !tag.is_empty() && !kept.contains(&tag) {
            kept.push(tag);
        }
    }
    if kept.len() > MAX {
        return Err(("range", Message::new("field.too_many").with("max", MAX)));
    }
    Ok(if kept.is_empty() { Value::Null } else { Value::List(kept) })
}
