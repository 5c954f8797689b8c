//! A record of one of several objects, written `customer:42`.

use super::Problem;
use crate::{id::RecordId, issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str, to: &[String]) -> Result<Value, Problem> {
    match load(text) {
        Value::AnyRef(object, id) if to.contains(&object) => Ok(Value::AnyRef(object, id)),
        _ => Err(("reference", Message::new("field.reference").with("value", text))),
    }
}

pub(in crate::field) fn from_json(
    map: &serde_json::Map<String, serde_json::Value>,
    to: &[String],
) -> Result<Value, Problem> {
    let text = |key: &str| map.get(key).map(|v| v.as_str().map_or_else(|| v.to_string(), str::to_owned));
    match (text("object"), text("id")) {
        (Some(object), Some(id)) => parse(&format!("{object}:{id}"), to),
        _ => Err(("format", Message::new("field.shape"))),
    }
}

pub(in crate::field) fn load(text: &str) -> Value {
    text.split_once(':')
        .and_then(|(object, id)| Some(Value::AnyRef(object.to_owned(), RecordId(id.parse().ok()?))))
        .unwrap_or(Value::Null)
}
