//! The one source of the current time. Everything else takes time from [`crate::Ctx`], so that a test
//! or a job for a past business date is exact.

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use parking_lot::RwLock;
use std::sync::Arc;

/// A clock that can be set by tests.
#[derive(Clone, Default)]
pub struct Clock(Arc<RwLock<Option<Timestamp>>>);

impl Clock {
    /// A clock that stands still at an instant until it is set again.
    pub fn fixed(at: Timestamp) -> Self {
        Clock(Arc::new(RwLock::new(Some(at))))
    }

    /// Moves a fixed clock, or stops a running one.
    pub fn set(&self, at: Timestamp) {
        *self.0.write() = Some(at);
    }

    /// The current instant, to the millisecond, which is what storage keeps.
    pub fn now(&self) -> Timestamp {
        let now = self.0.read().unwrap_or_else(system_time);
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that asks the system for the time")]
fn system_time() -> Timestamp {
    Timestamp::now()
}

/// The zone of an account set.
pub fn zone() -> TimeZone {
    TimeZone::get("Asia/Shanghai").unwrap_or_else(|_| TimeZone::fixed(jiff::tz::offset(8)))
}

/// The calendar date of an instant in a zone.
pub fn date_of(instant: Timestamp, zone: &TimeZone) -> Date {
    instant.to_zoned(zone.clone()).date()
}
