//! A record of another object: by id, or by one of its keys (`{"external_id": "00001"}`).

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    text.parse()
        .map(Value::Ref)
        .map_err(|_| ("reference", Message::new("field.reference").with("value", text)))
}

pub(in crate::field) fn from_json(
    map: &serde_json::Map<String, serde_json::Value>,
) -> Result<Value, Problem> {
    let mut entries = map.iter();
    let (Some((key, value)), None) = (entries.next(), entries.next()) else {
        return Err(("format", Message::new("field.shape")));
    };
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if key == "id" { parse(&text) } else { Ok(Value::Lookup(Box::new((key.clone(), text)))) }
}
