//! Calendar dates: `2026-01-31`, also `2026/1/31`, `2026.1.31` and `20260131`.

use super::Problem;
use crate::{issue::Message, value::Value};
use jiff::civil::Date;

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    date(text).map(Value::Date).ok_or_else(|| ("format", Message::new("field.date")))
}

/// The date people mean by a text in one of the usual forms; a time behind it is ignored.
pub(in crate::field) fn date(text: &str) -> Option<Date> {
    let day = text.split(['T', ' ']).next()?;
    let numbers: Vec<&str> = if day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) {
        vec![&day[..4], &day[4..6], &day[6..]]
    } else {
        day.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect()
    };
    let [year, month, day] = numbers.as_slice() else { return None };
    if year.len() != 4 {
        return None;
    }
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}
