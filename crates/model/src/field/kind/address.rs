//! Region and street. A plain text is split at the region it starts with, when it names one.

use super::{Problem, region};
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    let (code, detail) = match text.split_once('|') {
        Some((code, detail)) => (code.to_owned(), detail.trim().to_owned()),
        None => (region::code(text).unwrap_or_default(), text.to_owned()),
    };
    build(code, detail)
}

pub(in crate::field) fn from_json(
    map: &serde_json::Map<String, serde_json::Value>,
) -> Result<Value, Problem> {
    let text =
        |key: &str| map.get(key).and_then(|value| value.as_str()).unwrap_or_default().trim().to_owned();
    build(text("region"), text("detail"))
}

pub(in crate::field) fn load(text: &str) -> Value {
    serde_json::from_str::<(String, String)>(text)
        .map_or(Value::Null, |(region, detail)| Value::Address { region, detail })
}

fn build(region: String, detail: String) -> Result<Value, Problem> {
    if !region.is_empty() && !guanxi_text::region::is_valid(&region) {
        return Err(("format", Message::new("field.region")));
    }
    if detail.chars().count() > 200 {
        return Err(("length", Message::new("field.too_long").with("max", 200)));
    }
    Ok(if region.is_empty() && detail.is_empty() { Value::Null } else { Value::Address { region, detail } })
}
