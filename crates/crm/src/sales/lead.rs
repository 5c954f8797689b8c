//! The life of a lead: followed up, scored, converted once, or put aside with a reason.

mod convert;
mod score;

pub(crate) use convert::convert;
pub(crate) use score::SCORE;
pub use score::WEIGHTS;

use super::opportunity::able;
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// While one of these holds the lead is alive.
const OPEN: [&str; 3] = ["new", "contacted", "qualified"];

/// Gives the lead to someone to follow up.
pub(crate) fn assign(tx: &mut Tx<'_>, lead: &Record, input: &Draft) -> Result<()> {
    let Some(to) = input.get("to").as_ref() else { return Err(Error::NotFound) };
    let person = able(tx, to, "lead", "convert", "lead.cannot_follow_up")?;
    let now = tx.ctx().now;
    let assigned = tx.update(
        lead,
        Draft::new()
            .set("owner", to)
            .set("department", person.get("department").clone())
            .set("assigned_at", now),
    )?;
    tx.notify(to, &assigned, Message::new("lead.notice.assigned").with("title", assigned.title()))
}

/// Puts it aside, and says why.
pub(crate) fn invalidate(tx: &mut Tx<'_>, lead: &Record, input: &Draft) -> Result<()> {
    tx.update(
        lead,
        Draft::new()
            .set("status", "invalid")
            .set("invalid_reason", input.get("reason").clone())
            .set("invalid_note", input.get("note").clone())
            .set("next_contact_at", Value::Null),
    )?;
    Ok(())
}

/// Takes it up again where it was left: as new when nobody ever spoke to them.
pub(crate) fn reopen(tx: &mut Tx<'_>, lead: &Record, _input: &Draft) -> Result<()> {
    let status = if lead.instant("last_contact_at").is_some() { "contacted" } else { "new" };
    tx.update(
        lead,
        Draft::new()
            .set("status", status)
            .set("invalid_reason", Value::Null)
            .set("invalid_note", Value::Null),
    )?;
    Ok(())
}

/// A lead that has ended is history; its score follows its factors.
pub(crate) struct LifeCycle;

impl Rule for LifeCycle {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let weights = score::weights(tx)?;
        for change in changes {
            let ended = change.before.as_ref().is_some_and(|lead| !OPEN.contains(&lead.text("status")));
            let edited = change.draft.values.keys().any(|field| change.changes(field));
            if ended && edited && !change.by_program {
                change.refuse_record(Message::new("lead.ended"));
            }
            score::apply(&weights, change);
        }
        Ok(())
    }
}

/// What became a customer is history that no other lead takes over; of the others, the one that got furthest says
/// where the lead stands.
pub(crate) struct Merging;

impl Rule for Merging {
    fn before_merge(&self, _tx: &mut Tx<'_>, _main: &Record, losers: &[Record]) -> Result<()> {
        match losers.iter().find(|loser| loser.text("status") == "converted") {
            Some(loser) => {
                Err(Error::Refused(Message::new("lead.converted_merge").with("name", loser.title())))
            }
            None => Ok(()),
        }
    }

    fn after_merge(&self, tx: &mut Tx<'_>, main: &Record, losers: &[Record]) -> Result<()> {
        let all = || losers.iter().chain([main]);
        let far = |lead: &Record| OPEN.iter().position(|status| *status == lead.text("status"));
        let mut draft = Draft::new();
        if let (Some(_), Some(furthest)) = (far(main), all().filter_map(far).max()) {
            draft = draft.set("status", OPEN[furthest]);
        }
        draft = draft.set("last_contact_at", all().filter_map(|lead| lead.instant("last_contact_at")).max());
        tx.update(main, draft).map(drop)
    }
}

/// A follow-up on a lead says that it was followed up, and when.
pub(crate) struct FollowedUp;

impl Rule for FollowedUp {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let mut latest: BTreeMap<RecordId, Timestamp> = BTreeMap::new();
        for activity in saved {
            if let (Value::AnyRef(object, id), Some(at)) =
                (activity.after.get("regarding"), activity.after.instant("happened_at"))
                && object == "lead"
            {
                let known = latest.entry(*id).or_insert(at);
                *known = at.max(*known);
            }
        }
        let ids: Vec<RecordId> = latest.keys().copied().collect();
        let changes = tx
            .get_many("lead", &ids)?
            .into_iter()
            .map(|lead| {
                let mut draft = Draft::new();
                if lead.instant("last_contact_at") < latest.get(&lead.id).copied() {
                    draft = draft.set("last_contact_at", latest[&lead.id]);
                }
                if lead.text("status") == "new" {
                    draft = draft.set("status", "contacted");
                }
                (lead, draft)
            })
            .collect();
        tx.update_many(changes)?;
        Ok(())
    }
}
