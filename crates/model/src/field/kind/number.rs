//! Decimal numbers with a fixed scale. Group separators are accepted, full-width digits too.

use super::Problem;
use crate::{issue::Message, value::Value};
use rust_decimal::Decimal;

pub(in crate::field) fn parse(
    text: &str,
    scale: u8,
    min: Option<i64>,
    max: Option<i64>,
) -> Result<Value, Problem> {
    let number = decimal(text).ok_or_else(|| ("format", Message::new("field.number")))?;
    if number.normalize().scale() > u32::from(scale) {
        let key = if scale == 0 { "field.whole_number" } else { "field.decimals" };
        return Err(("format", Message::new(key).with("scale", scale)));
    }
    let limit = Decimal::new(i64::MAX / 2, u32::from(scale));
    let min = min.map_or(-limit, Decimal::from);
    let max = max.map_or(limit, Decimal::from);
    if number < min || number > max {
        return Err(("range", Message::new("field.range").with("min", min).with("max", max)));
    }
    Ok(Value::Decimal(number))
}

/// A decimal as people write it: `1,234.5`, with full-width digits, without exponent.
pub(in crate::field) fn decimal(text: &str) -> Option<Decimal> {
    let folded = guanxi_text::fold::fold(text);
    let plain: String = folded.chars().filter(|c| !matches!(c, ',' | ' ')).collect();
    if plain.is_empty() || !plain.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+')) {
        return None;
    }
    plain.parse().ok()
}
