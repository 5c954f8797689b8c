//! Amounts: typed in yuan, kept in fen, never rounded on the way in.

use super::{Problem, number};
use crate::{issue::Message, value::Value};
use rust_decimal::Decimal;

/// The largest amount, 900 trillion fen, leaves room for sums of a million of them in 64 bits.
const MAX_YUAN: i64 = 9_000_000_000_000;

pub(in crate::field) fn parse(text: &str, negative: bool) -> Result<Value, Problem> {
    let bare = text.trim_start_matches(['\u{a5}', '\u{ffe5}']);
    let amount = number::decimal(bare).ok_or_else(|| ("format", Message::new("field.money")))?;
    if amount.normalize().scale() > 2 {
        return Err(("format", Message::new("field.money_decimals")));
    }
    if amount.is_sign_negative() && !amount.is_zero() && !negative {
        return Err(("range", Message::new("field.money_negative")));
    }
    if amount.abs() > Decimal::from(MAX_YUAN) {
        return Err(("range", Message::new("field.money_large")));
    }
    Ok(Value::Decimal(amount))
}

/// Yuan of an amount in fen.
pub fn from_fen(fen: i64) -> Decimal {
    Decimal::new(fen, 2)
}

/// Fen of an amount in yuan, rounded half away from zero.
pub fn to_fen(yuan: Decimal) -> i64 {
    crate::field::stored::scaled(yuan, 2)
}
