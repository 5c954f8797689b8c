//! The calendar of the story: working days and hours around the present of the clock.

use super::dice::Dice;
use jiff::{
    SignedDuration, Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz::TimeZone,
};

/// How long the company has used the program.
const PAST_DAYS: i64 = 730;
/// Older entries are written down once a week, newer ones in the evening of their day.
const RECENT_DAYS: i64 = 60;

/// The present and the zone.
#[derive(Clone)]
pub(super) struct Days {
    pub(super) now: Timestamp,
    pub(super) today: Date,
    zone: TimeZone,
}

impl Days {
    pub(super) fn new(now: Timestamp, zone: TimeZone) -> Self {
        Days { now, today: guanxi_gate::date_of(now, &zone), zone }
    }

    /// The day so many days ago; negative days lie ahead.
    pub(super) fn ago(&self, days: i64) -> Date {
        plus(self.today, -days)
    }

    /// The first day.
    pub(super) fn first(&self) -> Date {
        on_weekday(self.ago(PAST_DAYS))
    }

    /// How many days have passed since a date.
    pub(super) fn since(&self, date: Date) -> i64 {
        days_between(date, self.today)
    }

    /// A minute of a day.
    pub(super) fn at(&self, date: Date, minute: i64) -> Timestamp {
        let midnight = date.to_zoned(self.zone.clone()).map(|zoned| zoned.timestamp()).unwrap_or(self.now);
        midnight + SignedDuration::from_mins(minute)
    }

    /// Some moment of a working day, at or before a date, never in the future.
    pub(super) fn moment(&self, dice: &mut Dice, date: Date) -> Timestamp {
        let at = self.at(on_weekday(date), dice.between(9 * 60, 17 * 60 + 40));
        let at = at + SignedDuration::from_secs(dice.between(0, 59));
        self.past(dice, at)
    }

    /// The next thing a person does after another: some hours later, in working hours, never in the future.
    pub(super) fn after(&self, dice: &mut Dice, before: Timestamp, date: Date) -> Timestamp {
        let at = self.moment(dice, date);
        let soon = before + SignedDuration::from_secs(dice.between(180, 1800));
        at.max(soon.min(self.now)).max(before)
    }

    /// A moment that has passed: what would lie ahead happened within the last hours instead.
    pub(super) fn past(&self, dice: &mut Dice, at: Timestamp) -> Timestamp {
        if at < self.now { at } else { self.now - SignedDuration::from_secs(dice.between(600, 5400)) }
    }

    /// When somebody writes down what happened: the evening of that day or, long ago, of that week's Friday.
    pub(super) fn written(&self, person: usize, happened: Timestamp) -> Timestamp {
        let date = guanxi_gate::date_of(happened, &self.zone);
        let friday = plus(
            date,
            i64::from(Weekday::Friday.to_monday_zero_offset() - date.weekday().to_monday_zero_offset()),
        );
        let old = friday >= date && days_between(friday, self.today) > RECENT_DAYS;
        let date = if old { friday } else { date };
        // Everybody has their own time, a little different every day.
        let minute = (i64::try_from(person).unwrap_or(0) * 13 + i64::from(date.day_of_year()) * 7) % 53;
        let evening = self.at(date, 18 * 60 + 2 + minute);
        evening.max(happened).min(self.now)
    }

    /// The date of a moment.
    pub(super) fn date(&self, at: Timestamp) -> Date {
        guanxi_gate::date_of(at, &self.zone)
    }

    /// The working day at or before a date.
    pub(super) fn on_workday(&self, date: Date) -> Date {
        on_weekday(date)
    }

    /// Monday of this week.
    pub(super) fn monday(&self) -> Date {
        plus(self.today, -i64::from(self.today.weekday().to_monday_zero_offset()))
    }
}

/// So many days later.
pub(super) fn plus(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(date)
}

/// How many days later the second date is.
pub(super) fn days_between(first: Date, second: Date) -> i64 {
    first.until(second).map_or(0, |span| i64::from(span.get_days()))
}

/// The date itself, or the Friday before a weekend.
pub(super) fn on_weekday(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => plus(date, -1),
        Weekday::Sunday => plus(date, -2),
        _ => date,
    }
}
