//! Types, and what the checker must be told about an object.

use serde::Serialize;

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Type {
    /// Only the literal `null`, which fits everywhere.
    Null,
    /// True or false.
    Bool,
    /// An exact decimal; money in yuan.
    Decimal,
    /// A calendar date.
    Date,
    /// A moment.
    Instant,
    /// A text.
    Text,
    /// The value of a choice; compares with texts.
    Choice,
    /// Several choices, tags or files.
    List,
    /// A record.
    Ref,
    /// A record of one of several objects.
    AnyRef,
    /// Several records, as `my_team`; only after `in`.
    Refs,
    /// Region and street; only for `is_empty`.
    Address,
}

impl Type {
    /// The phrase that names it, for use as a message's gap.
    pub fn phrase(self) -> &'static str {
        match self {
            Type::Null => "@expr.type.null",
            Type::Bool => "@expr.type.bool",
            Type::Decimal => "@expr.type.decimal",
            Type::Date => "@expr.type.date",
            Type::Instant => "@expr.type.instant",
            Type::Text => "@expr.type.text",
            Type::Choice => "@expr.type.choice",
            Type::List => "@expr.type.list",
            Type::Ref | Type::AnyRef => "@expr.type.ref",
            Type::Refs => "@expr.type.refs",
            Type::Address => "@expr.type.address",
        }
    }

    /// Texts and choices: both are strings.
    pub fn is_textual(self) -> bool {
        matches!(self, Type::Text | Type::Choice)
    }

    /// References to one record, of one object or several.
    pub fn is_reference(self) -> bool {
        matches!(self, Type::Ref | Type::AnyRef)
    }
}

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldType {
    /// The field's type.
    pub ty: Type,
    /// The path by API names.
    pub path: Vec<String>,
    /// The object a single reference names.
    pub target: Option<String>,
}

impl FieldType {
    /// A field that is no reference.
    pub fn new(ty: Type, path: &[String]) -> Self {
        FieldType { ty, path: path.to_vec(), target: None }
    }
}

/// What the checker knows about an object.
pub trait Schema {
    /// The field at the end of a dotted path.
    fn field(&self, path: &[String]) -> Option<FieldType>;

    /// The relation by its full name `child_object.reference_field`, or by the child object alone when it has
    /// exactly one reference to this object: its full name, and what is known about the child.
    fn relation(&self, name: &str) -> Option<(String, Box<dyn Schema + '_>)>;
}
