//! What is wrong with an input, as data: a phrase key with its arguments, turned into a sentence
//! only where the reader's language is known.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// A sentence that has not been said yet: a key into the phrase tables and what fills its gaps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The phrase, e.g. `field.required`.
    pub key: Cow<'static, str>,
    /// Values for the phrase's `{name}` gaps. A value `@key` is itself a phrase; a value `#zh|en` is a label
    /// in both languages.
    pub args: Vec<(Cow<'static, str>, String)>,
}

impl Message {
    /// A message without gaps.
    pub fn new(key: impl Into<Cow<'static, str>>) -> Self {
        Message { key: key.into(), args: Vec::new() }
    }

    /// Fills one gap with a label, which the reader sees in their language.
    #[must_use]
    pub fn with_label(self, name: &'static str, label: &crate::Label) -> Self {
        self.with(name, format!("#{}|{}", label.zh, label.en))
    }

    /// Fills one gap.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((Cow::Borrowed(name), value.to_string()));
        self
    }
}

/// One problem with one field, or with the record as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// The API name of the field; none for the whole record.
    pub field: Option<String>,
    /// A stable word for programs: `required`, `format`, `range`, `duplicate`, `rule`, …
    pub code: Cow<'static, str>,
    /// What to tell the person, and what to do about it.
    pub message: Message,
}

impl Issue {
    /// A problem with a field.
    pub fn field(field: impl Into<String>, code: &'static str, message: Message) -> Self {
        Issue { field: Some(field.into()), code: Cow::Borrowed(code), message }
    }

    /// A problem with the whole record.
    pub fn record(code: &'static str, message: Message) -> Self {
        Issue { field: None, code: Cow::Borrowed(code), message }
    }
}
