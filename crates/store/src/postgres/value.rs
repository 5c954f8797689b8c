//! Values on the wire, written in the type the server expects and read from the types it gives.

use ::postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut, to_sql_checked};
use guanxi_model::Stored;

type Failure = Box<dyn std::error::Error + Sync + Send>;

/// A parameter.
#[derive(Debug)]
pub struct Bound<'a>(pub &'a Stored);

impl ToSql for Bound<'_> {
    fn to_sql(&self, kind: &Type, out: &mut BytesMut) -> Result<IsNull, Failure> {
        match (self.0, kind) {
            (Stored::Null, _) => Ok(IsNull::Yes),
            (Stored::Int(number), &Type::INT8) => number.to_sql(kind, out),
            (Stored::Int(number), &Type::INT4) => i32::try_from(*number)?.to_sql(kind, out),
            (Stored::Int(number), &Type::INT2) => i16::try_from(*number)?.to_sql(kind, out),
            (Stored::Int(number), &Type::BOOL) => (*number != 0).to_sql(kind, out),
            (Stored::Int(number), &Type::NUMERIC) => {
                out.extend_from_slice(&numeric(*number));
                Ok(IsNull::No)
            }
            (Stored::Int(number), &Type::TEXT | &Type::VARCHAR | &Type::UNKNOWN) => {
                number.to_string().to_sql(kind, out)
            }
            (Stored::Text(text), &Type::TEXT | &Type::VARCHAR | &Type::NAME | &Type::UNKNOWN) => {
                text.to_sql(kind, out)
            }
            (value, kind) => Err(format!("cast the parameter: {value:?} cannot become {kind}").into()),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The binary form of an integer as a numeric: count of digits to base 10,000, weight of the first,
/// sign, scale, digits.
fn numeric(number: i64) -> Vec<u8> {
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    while rest > 0 {
        digits.push((rest % 10_000) as u16);
        rest /= 10_000;
    }
    digits.reverse();
    let count = digits.len() as u16;
    let sign = if number < 0 { 0x4000 } else { 0 };
    [count, count.saturating_sub(1), sign, 0].into_iter().chain(digits).flat_map(u16::to_be_bytes).collect()
}

/// A column of an answer.
pub struct Cell(pub Stored);

impl<'a> FromSql<'a> for Cell {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Failure> {
        let stored = match *kind {
            Type::INT8 => Stored::Int(i64::from_sql(kind, raw)?),
            Type::INT4 => Stored::Int(i32::from_sql(kind, raw)?.into()),
            Type::INT2 => Stored::Int(i16::from_sql(kind, raw)?.into()),
            Type::BOOL => Stored::from(bool::from_sql(kind, raw)?),
            Type::NUMERIC => Stored::Int(integer(raw)?),
            Type::TEXT | Type::VARCHAR | Type::NAME | Type::BPCHAR | Type::UNKNOWN => {
                Stored::Text(String::from_sql(kind, raw)?)
            }
            Type::VOID => Stored::Null,
            _ => return Err(format!("the statement gives {kind}; cast it to an integer or a text").into()),
        };
        Ok(Cell(stored))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Failure> {
        Ok(Cell(Stored::Null))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// Sums of integers are numerics, so they are read back; a fraction or what 64 bits cannot hold is an error.
fn integer(raw: &[u8]) -> Result<i64, Failure> {
    let words: Vec<u16> = raw.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    let [_, weight, sign, _, digits @ ..] = words.as_slice() else {
        return Err("a numeric is cut short".into());
    };
    let weight = usize::try_from(i16::from_be_bytes(weight.to_be_bytes())).ok();
    if digits.is_empty() {
        return Ok(0);
    }
    let refused =
        || -> Failure { "the statement gives a fraction or a number beyond 64 bits; round it".into() };
    let weight = weight.ok_or_else(refused)?;
    if digits.iter().skip(weight + 1).any(|digit| *digit != 0) {
        return Err(refused());
    }
    let mut number: i128 = 0;
    for position in 0..=weight {
        let digit = digits.get(position).copied().unwrap_or_default();
        number = number.checked_mul(10_000).ok_or_else(refused)? + i128::from(digit);
    }
    match sign {
        0 => Ok(i64::try_from(number)?),
        0x4000 => Ok(i64::try_from(-number)?),
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_survive_as_numerics() {
        for number in [0, 1, -1, 9_999, 10_000, -10_000, 123_456_789_012, i64::MAX, i64::MIN] {
            assert_eq!(integer(&numeric(number)).unwrap(), number);
        }
    }
}
