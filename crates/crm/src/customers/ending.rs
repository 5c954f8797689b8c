//! Ending a relationship on purpose, and the way back.
//!
//! Whoever looks after a customer proposes the end with a reason and a plan; a sales manager confirms it or
//! refuses. The blacklist is the same road with one more pair of eyes: nobody confirms what they proposed. A
//! blacklisted customer is not locked out of the books, because invoices and complaints go on, but every new
//! order, opportunity or claim says so, to who makes it and to the managers.

use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value};
use std::collections::BTreeSet;

const NORMAL: &str = "normal";
const ENDING: &str = "ending";
const ENDED: &str = "ended";
const BLACKLISTED: &str = "blacklisted";

/// How far from each other, for merges: the strictest holds for the whole customer.
const STRICTNESS: [&str; 4] = [NORMAL, ENDING, ENDED, BLACKLISTED];

fn standing(customer: &Record) -> &str {
    match customer.text("cooperation") {
        "" => NORMAL,
        other => other,
    }
}

fn strictness(customer: &Record) -> usize {
    STRICTNESS.iter().position(|word| *word == standing(customer)).unwrap_or(0)
}

/// Proposes the end, with a reason and a plan for what is still open.
pub(crate) fn propose(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    if standing(customer) != NORMAL {
        return Err(Error::refused("ending.not_normal"));
    }
    let ctx = tx.ctx();
    if input.get("on").as_date().is_some_and(|on| on < ctx.today) {
        return Err(Error::invalid("on", "range", Message::new("ending.on_in_past")));
    }
    let by = Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user));
    let after = tx.update(
        customer,
        Draft::new()
            .set("cooperation", ENDING)
            .set("ending_reason", input.get("reason").clone())
            .set("ending_plan", input.get("plan").clone())
            .set("ending_on", input.get("on").clone())
            .set("ending_blacklist", input.get("blacklist").as_bool() == Some(true))
            .set("ending_proposed_by", by),
    )?;
    let message = Message::new("ending.notice.proposed")
        .with("name", after.title())
        .with("by", tx.ctx().subject.name.clone());
    tell_managers(tx, &after, &message)
}

/// Confirms the end, or the blacklist if that was proposed.
pub(crate) fn confirm(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    if standing(customer) != ENDING {
        return Err(Error::refused("ending.not_proposed"));
    }
    let blacklist = customer.get("ending_blacklist").as_bool() == Some(true);
    let me = tx.ctx().subject.user;
    if blacklist && customer.reference("ending_proposed_by") == Some(me) {
        return Err(Error::refused("ending.own_proposal"));
    }
    let to = if blacklist { BLACKLISTED } else { ENDED };
    let now = tx.ctx().now;
    let after = tx.update(customer, Draft::new().set("cooperation", to).set("ended_at", now))?;
    let key = if blacklist { "ending.notice.blacklisted" } else { "ending.notice.ended" };
    tell_owner(tx, &after, Message::new(key).with("name", after.title()))
}

/// Refuses the proposal: things go on as before.
pub(crate) fn reject(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    if standing(customer) != ENDING {
        return Err(Error::refused("ending.not_proposed"));
    }
    let proposer = customer.reference("ending_proposed_by");
    let after = back_to_normal(tx, customer)?;
    let reason = input.get("reason").as_text().unwrap_or_default().to_owned();
    let message = Message::new("ending.notice.rejected").with("name", after.title()).with("reason", reason);
    match proposer {
        Some(proposer) => tx.notify(proposer, &after, message),
        None => Ok(()),
    }
}

/// Takes a customer back whose relationship was ended.
pub(crate) fn recover(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    if !matches!(standing(customer), ENDED | BLACKLISTED) {
        return Err(Error::refused("ending.not_ended"));
    }
    let after = back_to_normal(tx, customer)?;
    tell_owner(tx, &after, Message::new("ending.notice.recovered").with("name", after.title()))
}

/// What was proposed stands in the history; the customer carries only what holds.
fn back_to_normal(tx: &mut Tx<'_>, customer: &Record) -> Result<Record> {
    let mut draft = Draft::new().set("cooperation", NORMAL);
    for field in
        ["ending_reason", "ending_plan", "ending_on", "ending_blacklist", "ending_proposed_by", "ended_at"]
    {
        draft = draft.set(field, Value::Null);
    }
    tx.update(customer, draft)
}

fn tell_owner(tx: &mut Tx<'_>, customer: &Record, message: Message) -> Result<()> {
    match customer.owner() {
        Some(owner) => tx.notify(owner, customer, message),
        None => Ok(()),
    }
}

/// Sales managers whose department covers the customer's, and those without one.
fn tell_managers(tx: &mut Tx<'_>, customer: &Record, message: &Message) -> Result<()> {
    let mut above: BTreeSet<RecordId> = BTreeSet::new();
    let mut here = customer.reference("department");
    while let Some(department) = here {
        if !above.insert(department) {
            break;
        }
        here = tx.get_many("department", &[department])?.pop().and_then(|d| d.reference("parent"));
    }
    for manager in tx.users_with_role("sales_manager")? {
        let covers = manager.reference("department").is_none_or(|d| above.contains(&d));
        if covers || above.is_empty() {
            tx.notify(manager.id, customer, message.clone())?;
        }
    }
    Ok(())
}

/// New business with a blacklisted customer is noted on the customer and told to the managers.
pub(crate) struct Watched;

impl Rule for Watched {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let new: Vec<&Saved> = saved.iter().filter(|s| s.before.is_none() || s.changed("customer")).collect();
        let ids: BTreeSet<RecordId> = new.iter().filter_map(|s| s.after.reference("customer")).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        for customer in tx.get_many("customer", &ids)? {
            if standing(&customer) != BLACKLISTED {
                continue;
            }
            for s in new.iter().filter(|s| s.after.reference("customer") == Some(customer.id)) {
                let message = Message::new("ending.notice.dealt")
                    .with("name", customer.title())
                    .with_label("object", &s.after.object.label)
                    .with("by", tx.ctx().subject.name.clone());
                let data = serde_json::json!({ "object": s.after.object.name, "record": s.after.id });
                tx.event(&customer, "blacklist_dealt", data)?;
                tell_managers(tx, &customer, &message)?;
            }
        }
        Ok(())
    }
}

/// A blacklisted customer that is claimed from a pool is told of; a merged one keeps the strictest standing.
pub(crate) struct Standing;

impl Rule for Standing {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| change.by_program) {
            // Nobody is on the blacklist without a reason.
            if change.changes("cooperation")
                && change.value("cooperation").as_text() == Some(BLACKLISTED)
                && change.value("ending_reason").is_null()
            {
                change.refuse("ending_reason", Message::new("ending.reason"));
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        for s in saved {
            let claimed = s.before.as_ref().is_some_and(|before| before.owner().is_none());
            if claimed && s.after.owner().is_some() && standing(&s.after) == BLACKLISTED {
                let message = Message::new("ending.notice.claimed")
                    .with("name", s.after.title())
                    .with("by", tx.ctx().subject.name.clone());
                tx.event(&s.after, "blacklist_claimed", serde_json::json!({ "to": s.after.owner() }))?;
                tell_managers(tx, &s.after, &message)?;
            }
        }
        Ok(())
    }

    fn after_merge(&self, tx: &mut Tx<'_>, main: &Record, losers: &[Record]) -> Result<()> {
        let Some(strictest) = losers.iter().max_by_key(|loser| strictness(loser)) else { return Ok(()) };
        // Rules before this one may have changed the main record already.
        let main = tx.get("customer", main.id)?;
        if strictness(strictest) <= strictness(&main) {
            return Ok(());
        }
        let mut draft = Draft::new();
        for field in [
            "cooperation",
            "ending_reason",
            "ending_plan",
            "ending_on",
            "ending_blacklist",
            "ending_proposed_by",
            "ended_at",
        ] {
            draft = draft.set(field, strictest.get(field).clone());
        }
        tx.update(&main, draft).map(drop)
    }
}
