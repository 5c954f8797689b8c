//! Receipts 回款: only on contracts that passed, and never more than is still to come. What waits for review
//! counts as taken, so that two who enter at once cannot both be right.

use super::{
    contract::{self, Taken},
    review,
};
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx, words};
use guanxi_model::{Message, RecordId};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The money went back, or was never there: contract and plan get the amount back.
pub(crate) fn reverse(tx: &mut Tx<'_>, receipt: &Record, input: &Draft) -> Result<()> {
    let today = tx.ctx().today;
    let draft = Draft::new()
        .set("status", "reversed")
        .set("reverse_reason", input.get("reason").clone())
        .set("reversed_on", today);
    tx.update(receipt, draft).map(drop)
}

/// Whether it takes up a part of its contract.
fn counts(status: &str) -> bool {
    matches!(status, review::SUBMITTED | review::APPROVED)
}

/// Within the contract and the part of its plan.
pub(crate) struct Within;

impl Rule for Within {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ids: BTreeSet<RecordId> = changes.iter().filter_map(|c| c.value("contract").as_ref()).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let contracts: BTreeMap<RecordId, Record> =
            tx.get_many("contract", &ids)?.into_iter().map(|contract| (contract.id, contract)).collect();
        let mut room = Room {
            contracts: contracts
                .values()
                .map(|c| (c.id, Taken::by(c, "approved_total", "reserved")))
                .collect(),
            plans: tx.referring("payment_plan", "contract", &ids)?,
            taken: BTreeMap::new(),
        };
        room.plans.sort_by_key(|plan| (plan.date("due_on"), plan.id));
        room.taken = room.plans.iter().map(|plan| (plan.id, Taken::by(plan, "amount", "reserved"))).collect();
        let (today, fresh) = (tx.ctx().today, review::handed_in(tx));
        for change in changes {
            let Some(contract) = change.value("contract").as_ref().and_then(|id| contracts.get(&id)) else {
                continue;
            };
            if change.before.is_none() {
                change.set("customer", contract.get("customer").clone());
                review::sign(change, &fresh);
            }
            let closed = change.before.as_ref().is_some_and(|before| !review::is_open(before));
            if closed && !change.by_program && contract::edits(change) {
                change.refuse_record(Message::new("payment.closed"));
            }
            if change.changes("received_on")
                && change.value("received_on").as_date().is_some_and(|on| on > today)
            {
                change.refuse("received_on", Message::new("payment.future"));
            }
            let asks = change.value("status").as_text() == Some(review::SUBMITTED)
                && (change.before.is_none() || change.changes("status"));
            if asks && contract.text("status") != review::APPROVED {
                change.refuse("contract", Message::new("payment.not_passed"));
                continue;
            }
            room.enter(change, contract.id);
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        review::entered(tx, saved)
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, receipt: &Record) -> Result<()> {
        match receipt.text("status") {
            review::APPROVED => Err(Error::refused("payment.reverse_first")),
            "reversed" => Err(Error::refused("payment.kept")),
            _ => Ok(()),
        }
    }

    /// Out of the recycle bin it needs its place again.
    fn after_delete(&self, tx: &mut Tx<'_>, receipt: &Saved) -> Result<()> {
        if !receipt.after.get("deleted_at").is_null() || !counts(receipt.after.text("status")) {
            return Ok(());
        }
        for (object, whole) in [("contract", "approved_total"), ("payment_plan", "amount")] {
            let Some(id) = receipt.after.reference(object) else { continue };
            let Some(holder) = tx.get_many(object, &[id])?.pop() else {
                return Err(Error::refused("payment.not_passed"));
            };
            let rest = Taken::by(&holder, whole, "reserved").rest();
            if rest < Decimal::ZERO {
                let own = receipt.after.decimal("amount").unwrap_or_default();
                return Err(Error::Refused(above("payment.above_rest", rest + own)));
            }
        }
        Ok(())
    }
}

/// What is left in contracts and in the parts of their plans, while the receipts of one batch are entered.
struct Room {
    contracts: BTreeMap<RecordId, Taken>,
    plans: Vec<Record>,
    taken: BTreeMap<RecordId, Taken>,
}

impl Room {
    fn enter(&mut self, change: &mut Change, contract: RecordId) {
        let amount = change.value("amount").as_decimal().unwrap_or_default();
        if let Some(before) = change.before.as_ref().filter(|before| counts(before.text("status"))) {
            let own = before.decimal("amount").unwrap_or_default();
            if let Some(taken) = self.contracts.get_mut(&contract) {
                taken.give_back(own);
            }
            if let Some(taken) = before.reference("payment_plan").and_then(|id| self.taken.get_mut(&id)) {
                taken.give_back(own);
            }
        }
        if !change.value("status").as_text().is_some_and(counts) {
            return;
        }
        if change.before.is_none() && change.value("payment_plan").is_null() {
            self.choose(change, contract, amount);
        }
        if let Some(taken) = self.contracts.get_mut(&contract)
            && !taken.take(amount)
        {
            change.refuse("amount", above("payment.above_rest", taken.rest()));
        }
        let Some(id) = change.value("payment_plan").as_ref() else { return };
        let plan = self.plans.iter().find(|plan| plan.id == id);
        if plan.is_none_or(|plan| plan.reference("contract") != Some(contract)) {
            return change.refuse("payment_plan", Message::new("payment.other_plan"));
        }
        if plan.is_some_and(|plan| plan.text("status") == "voided") {
            return change.refuse("payment_plan", Message::new("payment.void_plan"));
        }
        if let Some(taken) = self.taken.get_mut(&id)
            && !taken.take(amount)
            && change.draft.issues.is_empty()
        {
            change.refuse("amount", above("payment.above_plan", taken.rest()));
        }
    }

    /// The earliest part that still waits for money, if the amount fits in.
    fn choose(&self, change: &mut Change, contract: RecordId, amount: Decimal) {
        let mut open = self.plans.iter().filter(|plan| {
            plan.reference("contract") == Some(contract)
                && plan.text("status") != "voided"
                && self.taken.get(&plan.id).is_some_and(|taken| taken.rest() > Decimal::ZERO)
        });
        if let Some(plan) = open.next()
            && self.taken.get(&plan.id).is_some_and(|taken| taken.rest() >= amount)
        {
            change.set("payment_plan", plan.id);
        }
    }
}

fn above(key: &'static str, rest: Decimal) -> Message {
    Message::new(key).with("rest", words::money(rest.max(Decimal::ZERO)))
}
