//! Attached files and pictures, by the ids the file store gave them.

use super::{Problem, tags};
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    collect(tags::split(text).collect())
}

pub(in crate::field) fn from_json(items: &[serde_json::Value]) -> Result<Value, Problem> {
    collect(items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect())
}

fn collect(ids: Vec<String>) -> Result<Value, Problem> {
    let well_formed = |id: &String| {
        !id.is_empty() && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if !ids.iter().all(well_formed) || ids.len() > 50 {
        return Err(("format", Message::new("field.file")));
    }
    Ok(if ids.is_empty() { Value::Null } else { Value::List(ids) })
}
