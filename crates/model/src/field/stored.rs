//! What the database keeps of a value, and the value of what it kept.

use super::{
    Field, FieldKind,
    kind::{address, any_reference},
};
use crate::{
    id::RecordId,
    value::{Stored, Value},
};
use rust_decimal::Decimal;

impl Field {
    /// What the database keeps for a value.
    pub fn store(&self, value: &Value) -> Stored {
        match value {
            Value::Null | Value::Lookup(_) => Stored::Null,
            Value::Bool(value) => Stored::from(*value),
            Value::Decimal(decimal) => Stored::Int(scaled(*decimal, self.scale())),
            Value::Text(text) => Stored::Text(text.clone()),
            Value::Date(date) => Stored::Text(date.to_string()),
            Value::Instant(instant) => Stored::Int(instant.as_millisecond()),
            Value::Ref(id) => Stored::Int(id.0),
            Value::AnyRef(object, id) => Stored::Text(format!("{object}:{id}")),
            Value::List(items) if items.is_empty() => Stored::Null,
            Value::List(items) => Stored::Text(serde_json::json!(items).to_string()),
            Value::Address { region, detail } => {
                Stored::Text(serde_json::json!([region, detail]).to_string())
            }
        }
    }

    /// The value of what the database kept. A stored form the kind cannot have (a field whose kind was
    /// changed by hand) reads as null rather than failing the page.
    pub fn load(&self, stored: &Stored) -> Value {
        match (self.value_kind(), stored) {
            (_, Stored::Null) => Value::Null,
            (
                FieldKind::Number { .. }
                | FieldKind::Money { .. }
                | FieldKind::Percent
                | FieldKind::Rating { .. },
                Stored::Int(number),
            ) => Value::Decimal(Decimal::new(*number, self.scale())),
            (FieldKind::YesNo, Stored::Int(number)) => Value::Bool(*number != 0),
            (FieldKind::Instant, Stored::Int(millis)) => {
                jiff::Timestamp::from_millisecond(*millis).into_value()
            }
            (
                FieldKind::Id | FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department,
                Stored::Int(id),
            ) => Value::Ref(RecordId(*id)),
            (FieldKind::Date, Stored::Text(text)) => text.parse::<jiff::civil::Date>().into_value(),
            (FieldKind::AnyReference { .. }, Stored::Text(text)) => any_reference::load(text),
            (
                FieldKind::Choices | FieldKind::Tags | FieldKind::File | FieldKind::Image,
                Stored::Text(text),
            ) => serde_json::from_str(text).map_or(Value::Null, Value::List),
            (FieldKind::Address, Stored::Text(text)) => address::load(text),
            (_, Stored::Text(text)) => Value::Text(text.clone()),
            (_, Stored::Int(number)) => Value::Decimal(Decimal::from(*number)),
        }
    }

    /// Whether values are integers in storage.
    pub fn stores_integer(&self) -> bool {
        match self.value_kind() {
            FieldKind::Id
            | FieldKind::Number { .. }
            | FieldKind::Money { .. }
            | FieldKind::Percent
            | FieldKind::Rating { .. }
            | FieldKind::Instant
            | FieldKind::YesNo
            | FieldKind::Reference { .. }
            | FieldKind::User
            | FieldKind::Department => true,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Tags
            | FieldKind::AnyReference { .. }
            | FieldKind::AutoNumber { .. }
            | FieldKind::Phone
            | FieldKind::Email
            | FieldKind::Link
            | FieldKind::Region
            | FieldKind::Address
            | FieldKind::File
            | FieldKind::Image
            | FieldKind::CreditCode => false,
            FieldKind::Formula { .. } | FieldKind::RollUp { .. } => false,
        }
    }
}

/// The integer that storage keeps for a decimal at a scale, rounded half away from zero.
/// Values outside 64 bits are clamped; `number::parse` and `money::parse` refuse them before.
pub(super) fn scaled(decimal: Decimal, scale: u32) -> i64 {
    use rust_decimal::RoundingStrategy::MidpointAwayFromZero;
    let rounded = decimal.round_dp_with_strategy(scale, MidpointAwayFromZero);
    let units = rounded.checked_mul(Decimal::from(10_i64.pow(scale))).unwrap_or(Decimal::MAX);
    i64::try_from(units.trunc()).unwrap_or(if units.is_sign_negative() { i64::MIN } else { i64::MAX })
}

trait IntoValue {
    fn into_value(self) -> Value;
}

impl<T: Into<Value>, E> IntoValue for Result<T, E> {
    fn into_value(self) -> Value {
        self.map_or(Value::Null, Into::into)
    }
}
