//! Values of fields, and the two storage classes they become.

use crate::id::RecordId;
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

/// The value of a field. Empty is `Null`, whatever the kind: an empty text is stored as null.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Nothing entered.
    #[default]
    Null,
    /// Yes or no.
    Bool(bool),
    /// Numbers, percents and money (in yuan, with two decimals), exact.
    Decimal(Decimal),
    /// Texts, choices (their value), phones in normal form, region codes, …
    Text(String),
    /// A calendar date in the account set's zone.
    Date(Date),
    /// A moment, in UTC.
    Instant(Timestamp),
    /// A record of the object the field names (users and departments too).
    Ref(RecordId),
    /// A record of one of several objects.
    AnyRef(String, RecordId),
    /// Several choices, tags, or file ids.
    List(Vec<String>),
    /// Region code and the rest of an address.
    Address {
        /// Six-digit code of the 省市区, or empty.
        region: String,
        /// Street and number.
        detail: String,
    },
    /// A reference by a key of the other record, not yet looked up: field name and its text.
    Lookup(Box<(String, String)>),
}

impl Value {
    /// Whether nothing was entered.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// A text, or null when it is blank.
    pub fn text(text: impl Into<String>) -> Value {
        let text = text.into();
        if text.trim().is_empty() { Value::Null } else { Value::Text(text) }
    }

    /// The text inside, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The decimal inside, if it is one.
    pub fn as_decimal(&self) -> Option<Decimal> {
        match self {
            Value::Decimal(decimal) => Some(*decimal),
            _ => None,
        }
    }

    /// The referenced record, if it is a reference of either kind.
    pub fn as_ref(&self) -> Option<RecordId> {
        match self {
            Value::Ref(id) | Value::AnyRef(_, id) => Some(*id),
            _ => None,
        }
    }

    /// The date inside, if it is one.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Value::Date(date) => Some(*date),
            _ => None,
        }
    }

    /// The moment inside, if it is one.
    pub fn as_instant(&self) -> Option<Timestamp> {
        match self {
            Value::Instant(instant) => Some(*instant),
            _ => None,
        }
    }

    /// The truth inside, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The items inside; empty when it is no list.
    pub fn as_list(&self) -> &[String] {
        match self {
            Value::List(items) => items,
            _ => &[],
        }
    }
}

impl From<RecordId> for Value {
    fn from(id: RecordId) -> Self {
        Value::Ref(id)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::text(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::text(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<Date> for Value {
    fn from(date: Date) -> Self {
        Value::Date(date)
    }
}

impl From<Timestamp> for Value {
    fn from(instant: Timestamp) -> Self {
        Value::Instant(instant)
    }
}

impl From<Decimal> for Value {
    fn from(decimal: Decimal) -> Self {
        Value::Decimal(decimal)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Decimal(Decimal::from(number))
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// What reaches the database. Two classes are enough for every kind and mean the same on both engines:
/// `BIGINT` for numbers (scaled), money (fen), truths (0, 1), instants (milliseconds) and references;
/// `TEXT` for the rest, dates included, whose ISO form sorts and groups by year and month as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Stored {
    /// SQL null.
    Null,
    /// A 64-bit integer.
    Int(i64),
    /// A text.
    Text(String),
}

impl Stored {
    /// The integer inside, if it is one.
    pub fn int(&self) -> Option<i64> {
        match self {
            Stored::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The text inside, if it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Stored::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is SQL null.
    pub fn is_null(&self) -> bool {
        matches!(self, Stored::Null)
    }
}

impl From<i64> for Stored {
    fn from(number: i64) -> Self {
        Stored::Int(number)
    }
}

impl From<RecordId> for Stored {
    fn from(id: RecordId) -> Self {
        Stored::Int(id.0)
    }
}

impl From<&str> for Stored {
    fn from(text: &str) -> Self {
        Stored::Text(text.to_owned())
    }
}

impl From<String> for Stored {
    fn from(text: String) -> Self {
        Stored::Text(text)
    }
}

impl From<bool> for Stored {
    fn from(value: bool) -> Self {
        Stored::Int(i64::from(value))
    }
}

impl<T: Into<Stored>> From<Option<T>> for Stored {
    fn from(value: Option<T>) -> Self {
        value.map_or(Stored::Null, Into::into)
    }
}
