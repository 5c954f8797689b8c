//! The payment plan of a contract: numbered parts whose state follows from the contract's review, what came in
//! and the date. What has not come in by its day is overdue from the next.

mod daily;
mod state;

pub(crate) use daily::{OVERDUE, REMIND};
pub(crate) use state::settle;

use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx, words};
use guanxi_model::{Message, RecordId, Value};
use jiff::ToSpan;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use std::collections::{BTreeMap, BTreeSet};

/// A part that will not come.
pub(crate) fn void(tx: &mut Tx<'_>, plan: &Record, _input: &Draft) -> Result<()> {
    if plan.decimal("reserved").unwrap_or_default() > Decimal::ZERO {
        return Err(Error::refused("payment_plan.locked"));
    }
    tx.update(plan, Draft::new().set("status", "voided")).map(drop)
}

/// Parts are numbered by contract, together ask for no more than it, and stay once money was entered for them.
pub(crate) struct Parts;

impl Rule for Parts {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ids: BTreeSet<RecordId> = changes.iter().filter_map(|c| c.value("contract").as_ref()).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let contracts: BTreeMap<RecordId, Record> =
            tx.get_many("contract", &ids)?.into_iter().map(|contract| (contract.id, contract)).collect();
        let mut drawn = Drawn::of(tx.referring("payment_plan", "contract", &ids)?);
        let today = tx.ctx().today;
        for change in changes {
            let Some(contract) = change.value("contract").as_ref().and_then(|id| contracts.get(&id)) else {
                continue;
            };
            if change.before.is_none() {
                begin(tx, change, contract, &mut drawn);
            }
            if is_locked(change) && !change.by_program && edits(change) {
                change.refuse_record(Message::new("payment_plan.locked"));
            }
            drawn.draw(change, contract);
            let remind = remind_on(change);
            if change.value("remind_on") != &remind {
                change.set("remind_on", remind);
            }
            // The nightly job says itself what it finds for its date.
            if !change.draft.values.contains_key("status") || change.before.is_none() {
                let (status, left) = state::of(contract, change, today);
                change.set("status", status);
                change.set("left", left);
            }
        }
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, plan: &Record) -> Result<()> {
        if plan.decimal("reserved").unwrap_or_default() > Decimal::ZERO {
            return Err(Error::refused("payment_plan.locked"));
        }
        Ok(())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, plan: &Saved) -> Result<()> {
        let back = plan.after.get("deleted_at").is_null();
        let Some(id) = plan.after.reference("contract").filter(|_| back) else { return Ok(()) };
        let Some(contract) = tx.get_many("contract", &[id])?.pop() else { return Ok(()) };
        let drawn = Drawn::of(tx.referring("payment_plan", "contract", &[id])?);
        if drawn.sum(id) > contract.decimal("total").unwrap_or_default() {
            let rest = contract.decimal("total").unwrap_or_default() - drawn.sum(id)
                + plan.after.decimal("amount").unwrap_or_default();
            return Err(Error::Refused(above(rest)));
        }
        settle(tx, &[plan.after.id])
    }

    fn facts(&self, tx: &mut Tx<'_>, _because_of: &str, plans: &[RecordId]) -> Result<()> {
        settle(tx, plans)
    }
}

/// What the parts of each contract ask for so far, and the last number given.
struct Drawn(BTreeMap<RecordId, (Decimal, i64)>);

impl Drawn {
    fn of(plans: Vec<Record>) -> Drawn {
        let mut drawn = Drawn(BTreeMap::new());
        for plan in plans {
            let Some(contract) = plan.reference("contract") else { continue };
            let (sum, last) = drawn.0.entry(contract).or_default();
            if plan.text("status") != "voided" {
                *sum += plan.decimal("amount").unwrap_or_default();
            }
            *last = (*last).max(plan.decimal("period").and_then(|n| n.to_i64()).unwrap_or_default());
        }
        drawn
    }

    fn sum(&self, contract: RecordId) -> Decimal {
        self.0.get(&contract).map(|(sum, _)| *sum).unwrap_or_default()
    }

    fn next(&mut self, contract: RecordId) -> i64 {
        let (_, last) = self.0.entry(contract).or_default();
        *last += 1;
        *last
    }

    /// Adds what a change asks for, or refuses it when that is more than the contract has left.
    fn draw(&mut self, change: &mut Change, contract: &Record) {
        if change.before.is_some() && !change.changes("amount")
            || change.value("status").as_text() == Some("voided")
        {
            return;
        }
        let own = change.before.as_ref().and_then(|before| before.decimal("amount")).unwrap_or_default();
        let amount = change.value("amount").as_decimal().unwrap_or_default();
        let (sum, _) = self.0.entry(contract.id).or_default();
        let rest = contract.decimal("total").unwrap_or_default() - *sum + own;
        if amount > rest {
            change.refuse("amount", above(rest));
        } else {
            *sum += amount - own;
        }
    }
}

fn above(rest: Decimal) -> Message {
    Message::new("payment_plan.above_contract").with("rest", words::money(rest.max(Decimal::ZERO)))
}

fn begin(tx: &Tx<'_>, change: &mut Change, contract: &Record, drawn: &mut Drawn) {
    if contract.text("status") == "voided" {
        change.refuse("contract", Message::new("payment_plan.contract_void"));
    }
    let period = drawn.next(contract.id);
    let name = Message::new("payment_plan.name").with("contract", contract.title()).with("n", period);
    change.set("period", period);
    change.set("name", tx.say(&name));
    change.set("customer", contract.get("customer").clone());
}

fn is_locked(change: &Change) -> bool {
    change.before.as_ref().is_some_and(|before| {
        before.decimal("reserved").unwrap_or_default() > Decimal::ZERO
            || matches!(before.text("status"), "done" | "voided")
    })
}

fn edits(change: &Change) -> bool {
    ["amount", "due_on", "method", "remind_days", "note"].iter().any(|field| change.changes(field))
}

fn remind_on(change: &Change) -> Value {
    let days = change.value("remind_days").as_decimal().and_then(|days| days.to_i64()).unwrap_or_default();
    let due = change.value("due_on").as_date();
    due.and_then(|due| due.checked_sub(days.days()).ok()).into()
}
