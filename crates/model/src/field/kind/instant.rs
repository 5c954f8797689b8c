//! Moments: RFC 3339 with a zone, or a local date and time in the account set's zone.

use super::Problem;
use crate::{issue::Message, value::Value};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    instant(text).map(Value::Instant).ok_or_else(|| ("format", Message::new("field.instant")))
}

fn instant(text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return to_millis(instant);
    }
    let local = text.replace('/', "-");
    let local = local.parse::<DateTime>().ok().or_else(|| {
        let (date, time) = local.split_once(['T', ' ']).unwrap_or((&local, "00:00"));
        let date = super::date::date(date)?;
        let mut parts = time.split(':').map(|part| part.parse::<i8>().ok());
        let (hour, minute) = (parts.next()??, parts.next()??);
        jiff::civil::Time::new(hour, minute, 0, 0).ok().map(|time| date.to_datetime(time))
    })?;
    to_millis(local.to_zoned(zone()).ok()?.timestamp())
}

fn to_millis(instant: Timestamp) -> Option<Timestamp> {
    Timestamp::from_millisecond(instant.as_millisecond()).ok()
}

/// The zone of account sets that have not chosen another.
pub(crate) fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)))
}
