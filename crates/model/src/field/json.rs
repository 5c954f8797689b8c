//! Values on the wire.

use super::{
    Field, FieldKind, Problem,
    kind::{address, any_reference, choices, file, reference, tags},
};
use crate::{issue::Message, value::Value};

impl Field {
    /// Reads a JSON value.
    pub fn parse_json(&self, json: &serde_json::Value) -> Result<Value, Problem> {
        use serde_json::Value as Json;
        match (self.value_kind(), json) {
            (_, Json::Null) => Ok(Value::Null),
            (_, Json::String(text)) => self.parse_text(text),
            (FieldKind::Money { .. }, Json::Object(map)) => match map.get("amount") {
                Some(Json::String(amount)) => self.parse_text(amount),
                Some(Json::Number(amount)) => self.parse_text(&amount.to_string()),
                _ => Err(("format", Message::new("field.money"))),
            },
            (FieldKind::Address, Json::Object(map)) => address::from_json(map),
            (FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department, Json::Object(map)) => {
                reference::from_json(map)
            }
            (FieldKind::AnyReference { to }, Json::Object(map)) => any_reference::from_json(map, to),
            (FieldKind::Choices, Json::Array(items)) => choices::from_json(items, &self.options),
            (FieldKind::Tags, Json::Array(items)) => tags::from_json(items),
            (FieldKind::File | FieldKind::Image, Json::Array(items)) => file::from_json(items),
            (FieldKind::YesNo, Json::Bool(value)) => Ok(Value::Bool(*value)),
            (_, Json::Number(number)) => self.parse_text(&number.to_string()),
            _ => Err(("format", Message::new("field.shape"))),
        }
    }

    /// The JSON form on the wire.
    pub fn to_json(&self, value: &Value) -> serde_json::Value {
        use serde_json::json;
        match value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => json!(value),
            Value::Decimal(decimal) => match self.value_kind() {
                FieldKind::Money { .. } => json!({ "amount": format!("{decimal:.2}"), "currency": "CNY" }),
                FieldKind::Number { scale: 0, .. } | FieldKind::Rating { .. } => {
                    i64::try_from(decimal.trunc()).map_or_else(|_| json!(decimal.to_string()), |n| json!(n))
                }
                _ => json!(decimal.normalize().to_string().parse::<f64>().unwrap_or_default()),
            },
            Value::Text(text) => json!(text),
            Value::Date(date) => json!(date.to_string()),
            Value::Instant(instant) => json!(instant.to_string()),
            Value::Ref(id) => json!(id),
            Value::AnyRef(object, id) => json!({ "object": object, "id": id }),
            Value::List(items) => json!(items),
            Value::Address { region, detail } => json!({
                "region": region,
                "region_name": guanxi_text::region::name(region),
                "detail": detail,
            }),
            Value::Lookup(lookup) => json!({ lookup.0.as_str(): lookup.1 }),
        }
    }
}
