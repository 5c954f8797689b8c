//! A decimal constant beside integers of a fixed scale, which is how storage keeps decimals.

use super::Comparison;
use jiff::civil::Date;
use rust_decimal::{Decimal, prelude::ToPrimitive};

/// What a comparison with a constant comes to for every integer of a scale.
#[derive(Debug, PartialEq)]
pub enum Bound {
    /// Compare with this integer.
    At(Comparison, i64),
    /// True for every value that is not null.
    Always,
    /// Never true.
    Never,
}

/// The comparison `units op constant`, where `units` are integers that count `10^-scale`. A constant with more digits
/// than the scale lies between two integers, and one beyond 64 bits beyond them all, so no column ever has to be
/// multiplied and its index stays usable.
pub fn bound(comparison: Comparison, constant: Decimal, scale: u32) -> Bound {
    let units = Decimal::from(10_i64.pow(scale.min(18))).checked_mul(constant.normalize());
    let Some(units) = units else { return beyond(comparison, constant.is_sign_negative()) };
    let floor = units.floor();
    let Some(below) = floor.to_i64() else { return beyond(comparison, units.is_sign_negative()) };
    if units == floor {
        return Bound::At(comparison, below);
    }
    match comparison {
        Comparison::Equal => Bound::Never,
        Comparison::NotEqual => Bound::Always,
        Comparison::Less | Comparison::LessOrEqual => Bound::At(Comparison::LessOrEqual, below),
        Comparison::Greater | Comparison::GreaterOrEqual => Bound::At(Comparison::Greater, below),
    }
}

fn beyond(comparison: Comparison, below: bool) -> Bound {
    let always = match comparison {
        Comparison::Equal => false,
        Comparison::NotEqual => true,
        Comparison::Less | Comparison::LessOrEqual => !below,
        Comparison::Greater | Comparison::GreaterOrEqual => below,
    };
    if always { Bound::Always } else { Bound::Never }
}

/// A constant as an integer and its scale, when the integer has 64 bits.
pub fn exact(constant: Decimal) -> Option<(i64, u32)> {
    let constant = constant.normalize();
    Some((constant.mantissa().to_i64()?, constant.scale()))
}

/// The first day of a year and of the next, for whole numbers in the calendar.
pub fn year(number: Decimal) -> Option<(Date, Date)> {
    let year = number.is_integer().then(|| number.to_i16())??;
    Some((Date::new(year, 1, 1).ok()?, Date::new(year.checked_add(1)?, 1, 1).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_decimals(units in any::<i64>(), scale in 0..7_u32, constant in any::<i64>(), digits in 0..20_u32) {
            let (value, constant) = (Decimal::new(units, scale), Decimal::new(constant, digits));
            for comparison in ["==", "!=", "<", "<=", ">", ">="].map(|s| Comparison::from_symbol(s).unwrap()) {
                let answer = match bound(comparison, constant, scale) {
                    Bound::At(comparison, at) => comparison.accepts(units.cmp(&at)),
                    Bound::Always => true,
                    Bound::Never => false,
                };
                prop_assert_eq!(answer, comparison.accepts(value.cmp(&constant)));
            }
        }
    }
}
