//! When sessions end by themselves: the program's own times, and those that an account set chose.

use super::{HOUR, MINUTE};
use crate::{Error, Gate, Result};
use guanxi_model::{Issue, Message};
use guanxi_store::{Conn, settings};
use std::ops::RangeInclusive;

/// Bounds of what can be chosen for sessions. The cookie lasts a week.
const IDLE_MINUTES: RangeInclusive<i64> = 5..=24 * 60;
const LONGEST_HOURS: RangeInclusive<i64> = 1..=7 * 24;

/// When sessions end by themselves: after some minutes without use, and in any case after some hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionTimes {
    /// 5 minutes to a day.
    pub idle_minutes: i64,
    /// An hour to a week.
    pub longest_hours: i64,
}

impl Default for SessionTimes {
    fn default() -> Self {
        SessionTimes { idle_minutes: 120, longest_hours: 12 }
    }
}

impl SessionTimes {
    /// The setting of an account set that overrides the minutes.
    pub const IDLE: &str = "session.idle_minutes";
    /// The setting of an account set that overrides the hours.
    pub const LONGEST: &str = "session.longest_hours";

    /// Within bounds.
    #[must_use]
    pub fn clamped(self) -> Self {
        SessionTimes {
            idle_minutes: self.idle_minutes.clamp(*IDLE_MINUTES.start(), *IDLE_MINUTES.end()),
            longest_hours: self.longest_hours.clamp(*LONGEST_HOURS.start(), *LONGEST_HOURS.end()),
        }
    }

    /// These, unless the account set says otherwise.
    pub(super) fn of_set(self, conn: &mut Conn<'_>) -> Result<Self> {
        let mut chosen = |key: &str| -> Result<Option<i64>> {
            Ok(settings::get(conn, key)?.and_then(|text| text.parse().ok()))
        };
        let idle_minutes = chosen(Self::IDLE)?.unwrap_or(self.idle_minutes);
        let longest_hours = chosen(Self::LONGEST)?.unwrap_or(self.longest_hours);
        Ok(SessionTimes { idle_minutes, longest_hours }.clamped())
    }

    pub(super) fn idle(self) -> i64 {
        self.idle_minutes * MINUTE
    }

    pub(super) fn longest(self) -> i64 {
        self.longest_hours * HOUR
    }
}

impl Gate {
    /// What holds where the account set does not say when sessions end.
    pub fn set_session_times(&self, times: SessionTimes) {
        *self.0.session_times.lock() = times.clamped();
    }

    /// When sessions end by themselves.
    pub fn session_times(&self) -> Result<SessionTimes> {
        let defaults = *self.0.session_times.lock();
        self.0.store.read(|conn| defaults.of_set(conn))
    }
}

/// Refuses times of sessions that lie outside their bounds; nothing at all means the program's own.
pub(crate) fn check_setting(key: &str, value: &str) -> Result<()> {
    let (bounds, message) = match key {
        SessionTimes::IDLE => (IDLE_MINUTES, "gate.session_idle"),
        SessionTimes::LONGEST => (LONGEST_HOURS, "gate.session_longest"),
        _ => return Ok(()),
    };
    if value.is_empty() || value.parse().is_ok_and(|number| bounds.contains(&number)) {
        return Ok(());
    }
    let message = Message::new(message).with("min", bounds.start()).with("max", bounds.end());
    Err(Error::Invalid(vec![Issue::field(key, "range", message)]))
}
