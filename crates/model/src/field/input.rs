//! What a person typed or a file contains, read by the kind of the field.

use super::{
    Field, FieldKind,
    kind::{
        address, any_reference, choice, choices, credit_code, date, email, file, formula, instant, link,
        long_text, money, number, percent, phone, rating, reference, region, tags, text, yes_no,
    },
};
use crate::{issue::Message, value::Value};

/// Why an input was not understood, before the field's name is added.
pub type Problem = (&'static str, Message);

impl Field {
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
}
