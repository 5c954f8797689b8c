//! Field kinds. A kind is one variant of [`FieldKind`] and one file beside this one; the exhaustive
//! matches on it (reading input, writing JSON, storing) and those of `store`, `api` and `web` are the
//! checklist of what a new kind must answer.

pub(super) mod address;
pub(super) mod any_reference;
pub(super) mod auto_number;
pub(super) mod choice;
pub(super) mod choices;
pub(super) mod credit_code;
pub(super) mod date;
pub(super) mod email;
pub(super) mod file;
pub(super) mod formula;
pub(super) mod instant;
pub(super) mod link;
pub(super) mod long_text;
pub(super) mod money;
pub(super) mod number;
pub(super) mod percent;
pub(super) mod phone;
pub(super) mod rating;
pub(super) mod reference;
pub(super) mod region;
pub(super) mod roll_up;
pub(super) mod tags;
pub(super) mod text;
pub(super) mod yes_no;

pub use auto_number::render as render_auto_number;
pub use choice::Choice;
pub use money::{from_fen, to_fen};
pub use roll_up::RollUpFunction;

use super::Problem;
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

fn five() -> u8 {
    5
}

fn whole_number() -> Box<FieldKind> {
    Box::new(FieldKind::Number { scale: 0, min: None, max: None })
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
