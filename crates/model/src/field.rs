//! Field kinds. A kind is one variant of [`FieldKind`] and one file beside this one; the exhaustive
//! matches below (reading input, writing JSON, storing) and those of `store`, `api` and `web` are the
//! checklist of what a new kind must answer.

mod address;
mod any_reference;
mod auto_number;
mod choice;
mod choices;
mod credit_code;
mod date;
mod email;
mod file;
mod formula;
mod instant;
mod link;
mod long_text;
mod money;
mod number;
mod percent;
mod phone;
mod rating;
mod reference;
mod region;
mod roll_up;
mod tags;
mod text;
mod yes_no;

pub use auto_number::render as render_auto_number;
pub use money::{from_fen, to_fen};

use crate::{
    id::RecordId,
    issue::Message,
    label::Label,
    value::{Stored, Value},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What a field holds, with the parameters of its kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldKind {
    /// The record's own id; system only.
    Id,
    /// One line of text.
    Text,
    /// Several lines of text.
    LongText,
    /// A decimal number with a fixed scale.
    Number {
        /// Digits after the point, 0 to 6.
        #[serde(default)]
        scale: u8,
        /// Smallest value allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<i64>,
        /// Largest value allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<i64>,
    },
    /// An amount in yuan, kept in fen.
    Money {
        /// Whether amounts below zero are allowed (returns, credits).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        negative: bool,
    },
    /// 0 to 100 with up to two decimals.
    Percent,
    /// One to `max` stars.
    Rating {
        /// Number of stars.
        #[serde(default = "five")]
        max: u8,
    },
    /// A calendar date.
    Date,
    /// A moment.
    Instant,
    /// Yes or no.
    YesNo,
    /// One of the field's options.
    Choice,
    /// Several of the field's options.
    Choices,
    /// Free tags.
    Tags,
    /// A record of one object.
    Reference {
        /// API name of the object.
        to: String,
    },
    /// A record of one of several objects.
    AnyReference {
        /// API names of the objects.
        to: Vec<String>,
    },
    /// A user.
    User,
    /// A department.
    Department,
    /// A number given by the program when the record is created.
    AutoNumber {
        /// Text with `{yyyy}`, `{MM}`, `{dd}` and a run of zeros in braces, e.g. `KH-{yyyy}{MM}-{0000}`.
        /// The counter starts again whenever the date part changes.
        pattern: String,
    },
    /// A phone number, kept in normal form.
    Phone,
    /// An e-mail address.
    Email,
    /// A web address.
    Link,
    /// 省市区 by its six-digit code.
    Region,
    /// Region and street.
    Address,
    /// Attached files.
    File,
    /// Attached pictures.
    Image,
    /// 统一社会信用代码 with its check digit.
    CreditCode,
    /// Computed from other fields of the record, on write.
    Formula {
        /// The expression.
        expr: String,
        /// The kind of the result.
        result: Box<FieldKind>,
    },
    /// Computed from the records that refer to this one, inside the writing transaction.
    RollUp {
        /// The object whose records are counted or summed.
        of: String,
        /// Its reference field that names this record.
        via: String,
        /// What to compute.
        function: RollUpFunction,
        /// The field computed over; none for `count`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        field: Option<String>,
        /// Only records for which this holds.
        #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
        condition: Option<String>,
        /// The kind of the result; filled in by the registry from the field computed over.
        #[serde(default = "whole_number")]
        result: Box<FieldKind>,
    },
}

/// What a roll-up computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RollUpFunction {
    /// Number of records; 0 when there are none.
    Count,
    /// Sum of a field; 0 when there are none.
    Sum,
    /// Smallest value; empty when there are none.
    Min,
    /// Largest value; empty when there are none.
    Max,
}

fn five() -> u8 {
    5
}

fn whole_number() -> Box<FieldKind> {
    Box::new(FieldKind::Number { scale: 0, min: None, max: None })
}

/// One entry of a choice field or dictionary.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Choice {
    /// The value stored and sent; never changes.
    pub value: String,
    /// What people read.
    pub label: Label,
    /// One of the twelve tag hues; 0 for a grey tag.
    #[serde(default)]
    pub hue: u16,
    /// A system entry: it can be renamed but neither removed nor deactivated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub locked: bool,
    /// No longer offered, still shown on old records.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    /// The value of the entry above it in a typed tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
}

/// How a value is shown to people who may only see it masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mask {
    /// `138****1024`
    Phone,
    /// `a***@example.com`
    Email,
    /// Family name and asterisks.
    Name,
    /// First six and last four.
    IdNumber,
    /// First character and asterisks.
    Text,
}

/// A sentence that stands beside a field while a condition holds. It stops nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// The condition; paths may reach through references.
    pub when: String,
    /// What to mind.
    pub text: Label,
}

/// A field of an object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// API name; never changes.
    pub name: String,
    /// What people read.
    pub label: Label,
    /// What it holds.
    #[serde(flatten)]
    pub kind: FieldKind,
    /// Must be filled in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// No two live records share a value; enforced by the database.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unique: bool,
    /// Has an index, because lists filter or sort by it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub indexed: bool,
    /// Found by search.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub search: bool,
    /// Changed only by the program (verbs, roll-ups), never by a form or the API.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub read_only: bool,
    /// Set when the record is made and fixed afterwards.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixed: bool,
    /// Personal data: this is its mask, and disclosure is audited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mask: Option<Mask>,
    /// Value for new records: JSON in the field's own form, or `today`, `now`, `me`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// Options of a choice field, when they are its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<Choice>,
    /// The dictionary that gives the options, when they are shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dictionary: Option<String>,
    /// Shown and asked for only when this expression holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub show_when: Option<String>,
    /// Required only when this expression holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require_when: Option<String>,
    /// Longest text, in characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// A sentence that helps to fill it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<Label>,
    /// What to mind when reading or filling it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Warning>,
    /// A date that people wait for: shown as the days that are left.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub countdown: bool,
    /// For references: records go to the recycle bin with the record they belong to.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cascade: bool,
    /// No longer shown; its data is kept.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inactive: bool,
    /// Kept by what is told on the timeline anyway: a change in the same moment as such an event is not told again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quiet: bool,
    /// One of the fields every object has.
    #[serde(skip)]
    pub system: bool,
    /// Made by a site, not shipped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub custom: bool,
    /// The column's name; free of user text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub column: String,
}

/// Why an input was not understood, before the field's name is added.
pub type Problem = (&'static str, Message);

impl Field {
    /// A field with nothing but a name, a label and a kind.
    pub fn new(name: &str, label: Label, kind: FieldKind) -> Self {
        Field {
            name: name.to_owned(),
            label,
            kind,
            required: false,
            unique: false,
            indexed: false,
            search: false,
            read_only: false,
            fixed: false,
            mask: None,
            default: None,
            options: Vec::new(),
            dictionary: None,
            show_when: None,
            require_when: None,
            max_length: None,
            help: None,
            warning: None,
            countdown: false,
            cascade: false,
            inactive: false,
            quiet: false,
            system: false,
            custom: false,
            column: name.to_owned(),
        }
    }

    /// Reads what a person typed or a file contains. Blank is `Null`.
    pub fn parse_text(&self, text: &str) -> Result<Value, Problem> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Ok(Value::Null);
        }
        match self.value_kind() {
            FieldKind::Id => reference::parse(trimmed),
            FieldKind::Text => text::parse(trimmed, self.max_length),
            FieldKind::LongText => long_text::parse(text, self.max_length),
            FieldKind::Number { scale, min, max } => number::parse(trimmed, *scale, *min, *max),
            FieldKind::Money { negative } => money::parse(trimmed, *negative),
            FieldKind::Percent => percent::parse(trimmed),
            FieldKind::Rating { max } => rating::parse(trimmed, *max),
            FieldKind::Date => date::parse(trimmed),
            FieldKind::Instant => instant::parse(trimmed),
            FieldKind::YesNo => yes_no::parse(trimmed),
            FieldKind::Choice => choice::parse(trimmed, &self.options),
            FieldKind::Choices => choices::parse(trimmed, &self.options),
            FieldKind::Tags => tags::parse(trimmed),
            FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department => {
                reference::parse(trimmed)
            }
            FieldKind::AnyReference { to } => any_reference::parse(trimmed, to),
            FieldKind::AutoNumber { .. } => text::parse(trimmed, Some(80)),
            FieldKind::Phone => phone::parse(trimmed),
            FieldKind::Email => email::parse(trimmed),
            FieldKind::Link => link::parse(trimmed),
            FieldKind::Region => region::parse(trimmed),
            FieldKind::Address => address::parse(trimmed),
            FieldKind::File | FieldKind::Image => file::parse(trimmed),
            FieldKind::CreditCode => credit_code::parse(trimmed),
            FieldKind::Formula { .. } | FieldKind::RollUp { .. } => Err(formula::refused()),
        }
    }

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

    /// The kind that decides storage, input and display: the result's for computed fields.
    pub fn value_kind(&self) -> &FieldKind {
        match &self.kind {
            FieldKind::Formula { result, .. } | FieldKind::RollUp { result, .. } => result,
            kind => kind,
        }
    }

    /// Digits kept after the point.
    pub fn scale(&self) -> u32 {
        match self.value_kind() {
            FieldKind::Number { scale, .. } => u32::from(*scale),
            FieldKind::Money { .. } | FieldKind::Percent => 2,
            _ => 0,
        }
    }

    /// Whether the program computes it.
    pub fn is_computed(&self) -> bool {
        matches!(self.kind, FieldKind::Formula { .. } | FieldKind::RollUp { .. } | FieldKind::Id)
    }

    /// The object a single reference points to.
    pub fn target(&self) -> Option<&str> {
        match self.value_kind() {
            FieldKind::Reference { to } => Some(to),
            FieldKind::User => Some("user"),
            FieldKind::Department => Some("department"),
            _ => None,
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

    /// Whether sums and averages make sense.
    pub fn is_numeric(&self) -> bool {
        matches!(
            self.value_kind(),
            FieldKind::Number { .. }
                | FieldKind::Money { .. }
                | FieldKind::Percent
                | FieldKind::Rating { .. }
        )
    }

    /// The option of a choice value.
    pub fn option(&self, value: &str) -> Option<&Choice> {
        self.options.iter().find(|option| option.value == value)
    }

    /// The value as shown to someone who may only see it masked.
    pub fn masked(&self, value: &Value) -> String {
        let text = match value {
            Value::Null => return String::new(),
            Value::Text(text) => text.as_str(),
            _ => return "***".to_owned(),
        };
        let mask = self.mask.unwrap_or(match self.value_kind() {
            FieldKind::Phone => Mask::Phone,
            FieldKind::Email => Mask::Email,
            _ => Mask::Text,
        });
        match mask {
            Mask::Phone => guanxi_text::phone::mask(text),
            Mask::Email => guanxi_text::email::mask(text),
            Mask::Name => guanxi_text::name::mask(text),
            Mask::IdNumber => guanxi_text::id_number::mask(text),
            Mask::Text => guanxi_text::mask::text(text),
        }
    }
}

impl FieldKind {
    /// The kind's word in documents and on the wire.
    pub fn word(&self) -> &'static str {
        match self {
            FieldKind::Id => "id",
            FieldKind::Text => "text",
            FieldKind::LongText => "long_text",
            FieldKind::Number { .. } => "number",
            FieldKind::Money { .. } => "money",
            FieldKind::Percent => "percent",
            FieldKind::Rating { .. } => "rating",
            FieldKind::Date => "date",
            FieldKind::Instant => "instant",
            FieldKind::YesNo => "yes_no",
            FieldKind::Choice => "choice",
            FieldKind::Choices => "choices",
            FieldKind::Tags => "tags",
            FieldKind::Reference { .. } => "reference",
            FieldKind::AnyReference { .. } => "any_reference",
            FieldKind::User => "user",
            FieldKind::Department => "department",
            FieldKind::AutoNumber { .. } => "auto_number",
            FieldKind::Phone => "phone",
            FieldKind::Email => "email",
            FieldKind::Link => "link",
            FieldKind::Region => "region",
            FieldKind::Address => "address",
            FieldKind::File => "file",
            FieldKind::Image => "image",
            FieldKind::CreditCode => "credit_code",
            FieldKind::Formula { .. } => "formula",
            FieldKind::RollUp { .. } => "roll_up",
        }
    }
}

/// The integer that storage keeps for a decimal at a scale, rounded half away from zero.
/// Values outside 64 bits are clamped; `number::parse` and `money::parse` refuse them before.
fn scaled(decimal: Decimal, scale: u32) -> i64 {
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

#[cfg(test)]
mod tests;
