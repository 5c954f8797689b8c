//! Dates and times as people say them: near ones by words, far ones by the calendar.

use crate::{texts, ui::Tone};
use guanxi_gate::Ctx;
use jiff::{Timestamp, civil::Date};

/// How long ago something happened: minutes, hours, yesterday, days; then the date.
pub fn ago(ctx: &Ctx, at: Timestamp) -> String {
    let local = at.to_zoned(ctx.zone.clone());
    let seconds = ctx.now.as_second() - at.as_second();
    let days = days_between(local.date(), ctx.today);
    let count = |key, n: i64| texts::count(ctx.locale, key, n);
    match (seconds, days) {
        (s, _) if s < 0 => moment(ctx, at),
        (s, _) if s < 60 => texts::t(ctx.locale, "when.now").to_owned(),
        (s, _) if s < 3_600 => count("when.minutes_ago", s / 60),
        (s, 0) => count("when.hours_ago", s / 3_600),
        (_, 1) => texts::t(ctx.locale, "common.yesterday").to_owned(),
        (_, d) if d <= 30 => count("when.days_ago", d),
        _ => day(ctx, local.date()),
    }
}

/// A date: today, yesterday and tomorrow by word, this year's without the year.
pub fn day(ctx: &Ctx, date: Date) -> String {
    match days_between(ctx.today, date) {
        0 => texts::t(ctx.locale, "common.today").to_owned(),
        1 => texts::t(ctx.locale, "common.tomorrow").to_owned(),
        -1 => texts::t(ctx.locale, "common.yesterday").to_owned(),
        _ if date.year() == ctx.today.year() => date.strftime("%m-%d").to_string(),
        _ => date.to_string(),
    }
}

/// A date with its weekday, for headings.
pub fn long_day(ctx: &Ctx, date: Date) -> String {
    let weekday = texts::t(ctx.locale, weekday_key(date));
    let (month, day) = (date.month().to_string(), date.day().to_string());
    texts::fill(ctx.locale, "when.long_day", &[("month", &month), ("day", &day), ("weekday", weekday)])
}

/// The phrase of a date's weekday.
pub fn weekday_key(date: Date) -> &'static str {
    ["when.mon", "when.tue", "when.wed", "when.thu", "when.fri", "when.sat", "when.sun"]
        [usize::from(date.weekday().to_monday_zero_offset().unsigned_abs())]
}

/// A moment: the day, and the time of day.
pub fn moment(ctx: &Ctx, at: Timestamp) -> String {
    let local = at.to_zoned(ctx.zone.clone());
    format!("{} {}", day(ctx, local.date()), local.strftime("%H:%M"))
}

/// The time of day.
pub fn clock(ctx: &Ctx, at: Timestamp) -> String {
    at.to_zoned(ctx.zone.clone()).strftime("%H:%M").to_string()
}

/// When something is due: icon, words and tone. Overdue is red, today green, later grey.
pub fn due(ctx: &Ctx, date: Date, at: Option<Timestamp>) -> (&'static str, String, Tone) {
    let days = days_between(ctx.today, date);
    let time = at.map(|at| format!(" {}", clock(ctx, at))).unwrap_or_default();
    match days {
        d if d < 0 => ("circle-alert", texts::count(ctx.locale, "common.overdue", -d), Tone::Bad),
        0 => ("clock", format!("{}{time}", texts::t(ctx.locale, "common.today")), Tone::Ok),
        _ => ("calendar", format!("{}{time}", day(ctx, date)), Tone::Muted),
    }
}

/// How long until a date: days left; the last days stand out.
pub fn left(ctx: &Ctx, date: Date) -> (String, Tone) {
    match days_between(ctx.today, date) {
        n if n <= 0 => (texts::t(ctx.locale, "show.tonight").to_owned(), Tone::Bad),
        n @ 1..=3 => (texts::count(ctx.locale, "show.days_left", n), Tone::Warn),
        n => (texts::count(ctx.locale, "show.days_left", n), Tone::Muted),
    }
}

/// Days from one date to another; negative when the second is earlier.
fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| i64::from(span.get_days()))
}
