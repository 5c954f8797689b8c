//! Where information about customers comes from. A source is refreshed in its rhythm, costs each time, and may only
//! be used while it is in use and has not expired.

use super::remind::{self, Notice};
use guanxi_gate::{Change, Counts, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Schedule, Tx};
use guanxi_model::{
    Message, RecordId, Value,
    expr::{self, Comparison, Expr},
};
use jiff::{ToSpan, civil::Date};
use std::collections::BTreeMap;

/// It was brought up to date, which has its price.
pub(crate) fn refresh(tx: &mut Tx<'_>, source: &Record, input: &Draft) -> Result<()> {
    let today = tx.ctx().today;
    let on = input.get("on").as_date().unwrap_or(today);
    if on > today {
        return Err(Error::invalid("on", "range", Message::new("information_source.not_yet")));
    }
    let cost = input.get("cost").as_decimal().or(source.decimal("cost")).unwrap_or_default();
    let total = source.decimal("total_cost").unwrap_or_default() + cost;
    let latest = source.date("last_refreshed_on").max(Some(on));
    tx.update(source, Draft::new().set("last_refreshed_on", latest).set("total_cost", total)).map(drop)
}

/// No longer used, and why.
pub(crate) fn stop(tx: &mut Tx<'_>, source: &Record, input: &Draft) -> Result<()> {
    let draft = Draft::new().set("status", "stopped").set("stop_reason", input.get("reason").clone());
    tx.update(source, draft).map(drop)
}

/// The day of the next refresh follows from the last and the rhythm.
pub(crate) struct Rhythm;

impl Rule for Rhythm {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let last = change.value("last_refreshed_on").as_date();
            let span = match change.value("frequency").as_text() {
                Some("day") => Some(1.day()),
                Some("week") => Some(1.week()),
                Some("month") => Some(1.month()),
                Some("quarter") => Some(3.months()),
                Some("year") => Some(1.year()),
                _ => None,
            };
            let next = last.zip(span).and_then(|(last, span)| last.checked_add(span).ok());
            change.set("next_refresh_on", next);
        }
        Ok(())
    }
}

/// Customers are taken only from sources that may be used.
pub(crate) struct Usable;

impl Rule for Usable {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ids: Vec<RecordId> = changes
            .iter()
            .filter(|change| change.changes("information_source"))
            .filter_map(|change| change.value("information_source").as_ref())
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let sources: BTreeMap<RecordId, Record> =
            tx.get_many("information_source", &ids)?.into_iter().map(|source| (source.id, source)).collect();
        let today = tx.ctx().today;
        for change in changes.iter_mut().filter(|c| c.changes("information_source") && !c.by_program) {
            let source = change.value("information_source").as_ref().and_then(|id| sources.get(&id));
            let Some(source) = source else { continue };
            if source.text("status") == "stopped" {
                let message = Message::new("information_source.stopped").with("name", source.title());
                change.refuse("information_source", message);
            } else if let Some(until) = source.date("valid_until").filter(|until| *until < today) {
                let message = Message::new("information_source.expired").with("name", source.title());
                change.refuse("information_source", message.with("date", until.to_string()));
            }
        }
        Ok(())
    }
}

/// Tells owners of sources that are due, and a month before they expire, once for each date.
pub(crate) const REMIND: JobDef =
    JobDef { name: "information_source.remind", schedule: Schedule::Nightly { hour: 7 }, run: remind };

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let soon = as_of.checked_add(30.days()).unwrap_or(as_of);
    let mut counts = Counts::new();
    for (kind, day, until) in [("due", "next_refresh_on", as_of), ("expiring", "valid_until", soon)] {
        let news = expr::parse(&format!("is_empty(reminded_for) || reminded_for < {day}"))?;
        let which =
            Expr::eq("status", "active").and(Expr::compare(day, Comparison::LessOrEqual, until)).and(news);
        let key = format!("information_source.notice.{kind}");
        let notice = Notice { object: "information_source", key, day };
        counts.push((kind, remind::tell(gate, ctx, notice, which, move |source| told(source, day))?));
    }
    Ok(counts)
}

fn told(source: &Record, day: &str) -> Draft {
    let value: Value = source.get(day).clone();
    Draft::new().set("reminded_for", value)
}
