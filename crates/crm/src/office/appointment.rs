//! Appointments: their times and reminders, those that repeat, checking in where one is, and clashes.

use super::participant::takers;
use guanxi_gate::{Change, Counts, Ctx, Draft, Gate, JobDef, Record, Result, Rule, Saved, Schedule, Tx};
use guanxi_model::{
    Message, RecordId, Value,
    expr::{Comparison, Expr},
};
use jiff::{SignedDuration, Span, Timestamp, ToSpan, civil::Date, tz::TimeZone};

/// Most meetings of a series.
const MOST: usize = 200;
/// How long an appointment takes when nobody said.
const USUAL_MINUTES: i64 = 60;

/// Keeps beginning, end and reminder together.
pub(crate) struct Times;

impl Rule for Times {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ctx = tx.ctx();
        for change in changes {
            let Some(mut starts) = change.value("starts_at").as_instant() else { continue };
            let moved = change.changes("starts_at") || change.changes("all_day") || change.before.is_none();
            let before = change.before.as_ref().and_then(|before| before.instant("starts_at"));
            // Moved by its beginning alone, it takes as long as before.
            if let (Some(before), Some(ends)) = (before, change.value("ends_at").as_instant())
                && before != starts
                && !change.draft.values.contains_key("ends_at")
            {
                change.set("ends_at", ends + starts.duration_since(before));
            }
            let ends = change.value("ends_at").as_instant();
            if change.value("all_day").as_bool() == Some(true) {
                // Whole days, from the first midnight to the last.
                let day = |at: Timestamp| guanxi_gate::date_of(at, &ctx.zone);
                let last = day(ends.unwrap_or(starts).max(starts));
                starts = midnight(day(starts), &ctx.zone).unwrap_or(starts);
                let end = last.tomorrow().ok().and_then(|next| midnight(next, &ctx.zone));
                change.set("starts_at", starts);
                change.set("ends_at", end.map(|end| end - SignedDuration::from_mins(1)));
            } else if ends.is_none() {
                change.set("ends_at", starts + SignedDuration::from_mins(USUAL_MINUTES));
            }
            let asked = moved || change.changes("remind_number") || change.changes("remind_unit");
            if asked {
                let at = remind_at(change, starts);
                if change.value("remind_at").as_instant() != at {
                    change.set("remind_at", at);
                    change.set("reminded_at", Value::Null);
                }
            }
            let until = change.value("repeat_until").as_date();
            if change.before.is_none()
                && let Some(step) = step(change.value("repeat").as_text().unwrap_or_default())
                && let Some(until) = until
            {
                let first = guanxi_gate::date_of(starts, &ctx.zone);
                if until < first {
                    change.refuse("repeat_until", Message::new("appointment.until"));
                } else if days(first, until, step).len() > MOST {
                    change.refuse("repeat_until", Message::new("appointment.many").with("n", MOST));
                }
            }
        }
        Ok(())
    }
}

fn midnight(date: Date, zone: &TimeZone) -> Option<Timestamp> {
    date.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

fn remind_at(change: &Change, starts: Timestamp) -> Option<Timestamp> {
    let number = whole(change.value("remind_number"))?;
    let minutes = match change.value("remind_unit").as_text() {
        Some("hours") => number * 60,
        Some("days") => number * 24 * 60,
        _ => number,
    };
    starts.checked_sub(SignedDuration::from_mins(minutes)).ok()
}

fn whole(value: &Value) -> Option<i64> {
    i64::try_from(value.as_decimal()?.trunc()).ok()
}

fn step(repeat: &str) -> Option<Span> {
    match repeat {
        "daily" => Some(1.day()),
        "weekly" => Some(1.week()),
        "monthly" => Some(1.month()),
        _ => None,
    }
}

/// The days of a series after its first, the last one included. A month without such a day takes its last
/// one, counted from the first meeting, so that the 31st comes back after February.
fn days(first: Date, until: Date, step: Span) -> Vec<Date> {
    let times = 1..=i64::try_from(MOST + 1).unwrap_or(i64::MAX);
    times
        .map_while(|n| step.checked_mul(n).ok().and_then(|span| first.checked_add(span).ok()))
        .take_while(|day| *day <= until)
        .collect()
}

/// Makes the other meetings of a series, each a record of its own that can be moved or cancelled alone.
pub(crate) struct Series;

/// What the meetings of a series have in common.
const COMMON: [&str; 10] = [
    "title",
    "type",
    "all_day",
    "place",
    "regarding",
    "note",
    "remind_number",
    "remind_unit",
    "owner",
    "department",
];

impl Rule for Series {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let zone = tx.ctx().zone.clone();
        for head in saved.iter().filter(|s| s.before.is_none()).map(|s| &s.after) {
            let until = head.date("repeat_until");
            let (Some(step), Some(until), Some(starts)) =
                (step(head.text("repeat")), until, head.instant("starts_at"))
            else {
                continue;
            };
            let local = starts.to_zoned(zone.clone());
            let length = head.instant("ends_at").map(|ends| ends.duration_since(starts));
            let drafts: Vec<Draft> = days(local.date(), until, step)
                .into_iter()
                .take(MOST)
                .filter_map(|day| day.to_datetime(local.time()).to_zoned(zone.clone()).ok())
                .map(|at| at.timestamp())
                .map(|at| {
                    let copy = COMMON
                        .iter()
                        .fold(Draft::new(), |draft, field| draft.set(field, head.get(field).clone()));
                    copy.set("starts_at", at)
                        .set("ends_at", length.map(|length| at + length))
                        .set("series", head.id)
                })
                .collect();
            tx.create_many("appointment", drafts)?;
        }
        Ok(())
    }
}

/// Calls it off, and those after it in its series when that is wished.
pub(crate) fn cancel(tx: &mut Tx<'_>, appointment: &Record, input: &Draft) -> Result<()> {
    let off = || Draft::new().set("status", "cancelled");
    let mut changes = vec![(appointment.clone(), off())];
    if input.get("later_ones").as_bool() == Some(true)
        && let Some(starts) = appointment.instant("starts_at")
    {
        let head = appointment.reference("series").unwrap_or(appointment.id);
        let later = Expr::eq("series", head).and(Expr::eq("status", "planned")).and(Expr::compare(
            "starts_at",
            Comparison::Greater,
            Expr::from(starts),
        ));
        changes.extend(tx.find("appointment", &later, None)?.into_iter().map(|one| (one, off())));
    }
    tx.update_many(changes)?;
    Ok(())
}

/// Notes where one is. What was arranged about a customer becomes a follow-up there.
pub(crate) fn check_in(tx: &mut Tx<'_>, appointment: &Record, input: &Draft) -> Result<()> {
    let now = tx.ctx().now;
    let stamped = Draft::new().set("checked_in_at", now).set("checked_in_place", input.get("place").clone());
    tx.update(appointment, stamped)?;
    if appointment.get("regarding").is_null() {
        return Ok(());
    }
    let note = input.get("note").as_text().unwrap_or_default();
    let content = if note.is_empty() { appointment.title() } else { note.to_owned() };
    tx.create(
        "activity",
        Draft::new()
            .set("type", "check_in")
            .set("content", content)
            .set("regarding", appointment.get("regarding").clone())
            .set("place", input.get("place").clone())
            .set("latitude", input.get("latitude").clone())
            .set("longitude", input.get("longitude").clone()),
    )?;
    Ok(())
}

/// When it is, in the words of a message.
pub(crate) fn when(ctx: &Ctx, appointment: &Record) -> String {
    let Some(starts) = appointment.instant("starts_at") else { return String::new() };
    let pattern = if appointment.get("all_day").as_bool() == Some(true) { "%Y-%m-%d" } else { "%m-%d %H:%M" };
    starts.to_zoned(ctx.zone.clone()).strftime(pattern).to_string()
}

/// Sends the reminders that are due, once each.
pub(crate) const REMIND: JobDef =
    JobDef { name: "appointment.remind", schedule: Schedule::EveryMinute, run: remind };

/// The setting of quiet hours, from and to, as `22-7`.
const QUIET: &str = "reminder.quiet";
/// What was missed longer ago is not told any more.
const OLD_HOURS: i64 = 24;

/// What becomes of a reminder whose moment has come.
#[derive(Debug, PartialEq, Eq)]
enum Due {
    /// It is told.
    Now,
    /// Nobody is disturbed at this hour for what begins later.
    Wait,
    /// It has begun already, because the program did not run.
    Missed,
    /// It is long over.
    Old,
}

fn due(now: Timestamp, starts: Timestamp, quiet: (i8, i8), zone: &TimeZone) -> Due {
    if starts.checked_add(SignedDuration::from_hours(OLD_HOURS)).is_ok_and(|end| end < now) {
        return Due::Old;
    }
    if starts < now {
        return Due::Missed;
    }
    match quiet_until(now, quiet, zone) {
        // What begins before the quiet ends is told all the same.
        Some(end) if end < starts => Due::Wait,
        _ => Due::Now,
    }
}

/// The end of the quiet hours that it is now, if it is.
fn quiet_until(now: Timestamp, (from, to): (i8, i8), zone: &TimeZone) -> Option<Timestamp> {
    let local = now.to_zoned(zone.clone());
    let hour = local.hour();
    let quiet = if from <= to { (from..to).contains(&hour) } else { hour >= from || hour < to };
    let day = if from > to && hour >= from { local.date().tomorrow().ok()? } else { local.date() };
    let end = day.at(to, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp();
    quiet.then_some(end)
}

fn quiet_hours(setting: Option<&str>) -> (i8, i8) {
    let hours = setting.and_then(|text| text.split_once('-')).and_then(|(from, to)| {
        let hour = |text: &str| text.trim().parse::<i8>().ok().filter(|hour| (0..24).contains(hour));
        Some((hour(from)?, hour(to)?))
    });
    hours.unwrap_or((22, 7))
}

fn remind(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Counts> {
    let mut after = RecordId(0);
    let (mut told, mut missed) = (0, 0);
    loop {
        let (last, some, late) = gate.write(ctx, move |tx| remind_some(tx, after))?;
        told += some;
        missed += late;
        match last {
            Some(last) => after = last,
            None => return Ok(vec![("reminded", told), ("missed", missed)]),
        }
    }
}

fn remind_some(tx: &mut Tx<'_>, after: RecordId) -> Result<(Option<RecordId>, i64, i64)> {
    let ctx = tx.ctx();
    let waiting = Expr::compare("remind_at", Comparison::LessOrEqual, Expr::from(ctx.now))
        .and(Expr::is_empty("reminded_at"))
        .and(Expr::eq("status", "planned"));
    let found = tx.find_after("appointment", &waiting, after, 200)?;
    let quiet = quiet_hours(tx.setting(QUIET)?.as_deref());
    let (mut told, mut missed) = (0, 0);
    let mut done = Vec::new();
    for appointment in &found {
        let Some(starts) = appointment.instant("starts_at") else { continue };
        let key = match due(ctx.now, starts, quiet, &ctx.zone) {
            Due::Wait => continue,
            Due::Old => None,
            Due::Missed => Some("appointment.notice.missed"),
            Due::Now => Some("appointment.notice.soon"),
        };
        done.push((appointment.clone(), Draft::new().set("reminded_at", ctx.now)));
        let Some(key) = key else { continue };
        if key == "appointment.notice.missed" {
            missed += 1
        } else {
            told += 1
        }
        let place = appointment.text("place");
        let message = Message::new(key)
            .with("title", appointment.title())
            .with("when", when(ctx, appointment))
            .with("place", if place.is_empty() { String::new() } else { format!(" \u{b7} {place}") });
        let mut people = takers(tx, appointment.id)?;
        people.extend(appointment.owner());
        for person in people {
            tx.notify(person, appointment, message.clone())?;
        }
    }
    tx.update_many(done)?;
    Ok((found.last().map(|one| one.id), told, missed))
}

/// Something else that somebody has at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// Who.
    pub person: String,
    /// What, if the caller may see it.
    pub title: Option<String>,
    /// From when.
    pub starts: Timestamp,
    /// Until when.
    pub ends: Timestamp,
}

/// What the people of an appointment have at the same time. Of appointments that the caller may not see they
/// learn only when somebody is busy.
pub fn clashes(gate: &Gate, ctx: &Ctx, appointment: RecordId) -> Result<Vec<Clash>> {
    gate.read(ctx, |tx| {
        let this = tx.get("appointment", appointment)?;
        let (Some(starts), Some(ends)) = (this.instant("starts_at"), this.instant("ends_at")) else {
            return Ok(Vec::new());
        };
        if this.text("status") != "planned" || this.get("all_day").as_bool() == Some(true) {
            return Ok(Vec::new());
        }
        let mut people = takers(tx, appointment)?;
        people.extend(this.owner());
        let same_time = Expr::eq("status", "planned")
            .and(Expr::compare("starts_at", Comparison::Less, Expr::from(ends)))
            .and(Expr::compare("ends_at", Comparison::Greater, Expr::from(starts)));
        let mut clashes = Vec::new();
        for other in tx.find("appointment", &same_time, Some(500))? {
            if other.id == appointment || other.get("all_day").as_bool() == Some(true) {
                continue;
            }
            let mut busy = takers(tx, other.id)?;
            busy.extend(other.owner());
            for person in people.iter().filter(|person| busy.contains(person)) {
                let Some(name) = tx.get_many("user", &[*person])?.pop().map(|user| user.title()) else {
                    continue;
                };
                let seen = tx.sees(ctx.subject.user, &other).unwrap_or(false) || ctx.rights.everything;
                clashes.push(Clash {
                    person: name,
                    title: seen.then(|| other.title()),
                    starts: other.instant("starts_at").unwrap_or(starts),
                    ends: other.instant("ends_at").unwrap_or(ends),
                });
            }
        }
        Ok(clashes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_31st_comes_back_after_february() {
        let date = |text: &str| -> Date { text.parse().unwrap() };
        let found = days(date("2026-01-31"), date("2026-05-30"), 1.month());
        let found: Vec<String> = found.iter().map(Date::to_string).collect();
        assert_eq!(found, ["2026-02-28", "2026-03-31", "2026-04-30"]);
        assert_eq!(days(date("2026-06-15"), date("2026-06-29"), 1.week()).len(), 2);
    }

    #[test]
    fn nobody_is_disturbed_at_night_for_what_begins_in_the_day() {
        let zone = guanxi_gate::zone();
        let quiet = quiet_hours(None);
        // 23:30 in Shanghai; the quiet ends at seven.
        let night = at("2026-06-15T15:30:00Z");
        assert_eq!(due(night, at("2026-06-16T01:00:00Z"), quiet, &zone), Due::Wait, "nine in the morning");
        assert_eq!(due(night, at("2026-06-15T22:00:00Z"), quiet, &zone), Due::Now, "six in the morning");
        assert_eq!(
            due(at("2026-06-15T23:00:00Z"), at("2026-06-16T01:00:00Z"), quiet, &zone),
            Due::Now,
            "seven o'clock"
        );
        assert_eq!(due(at("2026-06-15T02:00:00Z"), at("2026-06-15T03:00:00Z"), quiet, &zone), Due::Now);
        assert_eq!(due(at("2026-06-15T04:00:00Z"), at("2026-06-15T03:00:00Z"), quiet, &zone), Due::Missed);
        assert_eq!(due(at("2026-06-16T03:00:01Z"), at("2026-06-15T03:00:00Z"), quiet, &zone), Due::Old);
        assert_eq!(quiet_hours(Some("12-14")), (12, 14));
        assert_eq!(quiet_hours(Some("nonsense")), (22, 7));
    }
}
