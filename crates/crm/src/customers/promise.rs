//! What was promised to customers: kept, kept late or broken, and reminded of before it is due and once it is late.

use guanxi_gate::{
    Change, Channel, Counts, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Schedule, Tx,
};
use guanxi_model::Message;
use jiff::civil::Date;

/// Nobody promises for yesterday.
pub(crate) struct Ahead;

impl Rule for Ahead {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let (today, history) = (tx.ctx().today, tx.ctx().channel == Channel::Import);
        for change in changes {
            let past = change.value("due_on").as_date().is_some_and(|due| due < today);
            if past && change.changes("due_on") && !history && !change.by_program {
                change.refuse("due_on", Message::new("promise.in_past"));
            }
            let ended = change.before.as_ref().is_some_and(|before| before.text("status") != "open");
            if ended
                && !change.by_program
                && ["content", "due_on", "customer"].iter().any(|f| change.changes(f))
            {
                change.refuse_record(Message::new("promise.ended"));
            }
        }
        Ok(())
    }
}

/// Done as promised, or later than that.
pub(crate) fn keep(tx: &mut Tx<'_>, promise: &Record, input: &Draft) -> Result<()> {
    let today = tx.ctx().today;
    let on = input.get("on").as_date().unwrap_or(today);
    if on > today {
        return Err(Error::invalid("on", "range", Message::new("promise.not_yet")));
    }
    let late = promise.date("due_on").is_some_and(|due| on > due);
    let draft = Draft::new()
        .set("status", "kept")
        .set("kept_on", on)
        .set("late", late)
        .set("outcome", input.get("note").clone());
    tx.update(promise, draft)?;
    Ok(())
}

/// Not done, and why.
pub(crate) fn break_off(tx: &mut Tx<'_>, promise: &Record, input: &Draft) -> Result<()> {
    tx.update(promise, Draft::new().set("status", "broken").set("outcome", input.get("reason").clone()))?;
    Ok(())
}

/// Reminds of what is due by tomorrow, and once more of what is late.
pub(crate) const REMIND: JobDef =
    JobDef { name: "promise.remind", schedule: Schedule::Nightly { hour: 7 }, run: remind };

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    super::remind::owners(gate, ctx, "promise", as_of)
}
