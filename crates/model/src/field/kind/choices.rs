//! Several of the field's options, separated by commas, semicolons or enumeration commas.

use super::{Choice, Problem, choice, tags};
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str, options: &[Choice]) -> Result<Value, Problem> {
    collect(tags::split(text), options)
}

pub(in crate::field) fn from_json(items: &[serde_json::Value], options: &[Choice]) -> Result<Value, Problem> {
    collect(items.iter().filter_map(|item| item.as_str().map(str::to_owned)), options)
}

fn collect(items: impl Iterator<Item = String>, options: &[Choice]) -> Result<Value, Problem> {
    let mut values = Vec::new();
    for item in items {
        match choice::find(&item, options) {
            Some(value) if !values.contains(&value) => values.push(value),
            Some(_) => {}
            None => return Err(("choice", Message::new("field.choice").with("value", item))),
        }
    }
    Ok(if values.is_empty() { Value::Null } else { Value::List(values) })
}
