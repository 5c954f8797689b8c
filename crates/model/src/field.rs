//! Fields of objects: what each holds, which rules hold for it, and how its values are read, sent, kept and
//! masked. What a field can hold is its kind (`kind.rs`).

mod input;
mod json;
mod kind;
mod mask;
mod stored;

pub use input::Problem;
pub use kind::{Choice, FieldKind, RollUpFunction, from_fen, render_auto_number, to_fen};
pub use mask::Mask;

use crate::label::Label;
use serde::{Deserialize, Serialize};

/// A sentence that stands beside a field while a condition holds. It stops nobody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// The condition; paths may reach through references.
    pub when: String,
    /// What to mind.
    pub text: Label,
}

/// Where the options of a choice field that a record may take are listed: records of another object, those that
/// belong to the same one as the record. A record that belongs to none may take every option.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// The object whose records list them.
    pub object: String,
    /// The reference that both objects have, by the same name.
    pub via: String,
    /// The field of that object that holds an option.
    pub value: String,
    /// The field of that object by which they are ordered.
    pub order: String,
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
    /// The records that say which of the options a record may take, and in which order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub among: Option<Among>,
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
            among: None,
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
}

#[cfg(test)]
mod tests;
