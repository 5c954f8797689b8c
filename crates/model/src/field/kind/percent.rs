//! Percentages from 0 to 100 with up to two decimals; a trailing percent sign is accepted.

use super::{Problem, number};
use crate::{issue::Message, value::Value};
use rust_decimal::Decimal;

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    let bare = text.trim_end_matches(['%', '\u{ff05}']);
    let number = number::decimal(bare).ok_or_else(|| ("format", Message::new("field.number")))?;
    if number.normalize().scale() > 2 {
        return Err(("format", Message::new("field.decimals").with("scale", 2)));
    }
    if number < Decimal::ZERO || number > Decimal::ONE_HUNDRED {
        return Err(("range", Message::new("field.range").with("min", 0).with("max", 100)));
    }
    Ok(Value::Decimal(number))
}
