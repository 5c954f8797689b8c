//! The six states of a part, as they follow from the contract, the money and the date.

use guanxi_gate::{Change, Draft, Record, Result, Tx};
use guanxi_model::RecordId;
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What decides about a part.
struct Part {
    void: bool,
    amount: Decimal,
    received: Decimal,
    due_on: Option<Date>,
}

impl Part {
    fn left(&self) -> Decimal {
        if self.void { Decimal::ZERO } else { (self.amount - self.received).max(Decimal::ZERO) }
    }

    fn status(&self, contract: &Record, today: Date) -> &'static str {
        if self.void || contract.text("status") == "voided" {
            "voided"
        } else if contract.get("approved_total").is_null() {
            "pending"
        } else if self.received >= self.amount {
            "done"
        } else if self.due_on.is_some_and(|due| due < today) {
            "overdue"
        } else if self.received > Decimal::ZERO {
            "part"
        } else {
            "due"
        }
    }
}

/// Status and what is still to come, of a part as it will be.
pub(super) fn of(contract: &Record, change: &Change, today: Date) -> (&'static str, Decimal) {
    let part = Part {
        void: change.before.as_ref().is_some_and(|before| before.text("status") == "voided"),
        amount: change.value("amount").as_decimal().unwrap_or_default(),
        received: change.value("received").as_decimal().unwrap_or_default(),
        due_on: change.value("due_on").as_date(),
    };
    (part.status(contract, today), part.left())
}

/// Works out the states of parts anew: money came in or went back, or their contract was reviewed.
pub(crate) fn settle(tx: &mut Tx<'_>, plans: &[RecordId]) -> Result<()> {
    let plans = tx.get_many("payment_plan", plans)?;
    let mut ids: Vec<RecordId> = plans.iter().filter_map(|plan| plan.reference("contract")).collect();
    ids.sort_unstable();
    ids.dedup();
    let contracts: BTreeMap<RecordId, Record> =
        tx.get_many("contract", &ids)?.into_iter().map(|contract| (contract.id, contract)).collect();
    let today = tx.ctx().today;
    let mut moved = Vec::new();
    for plan in plans {
        let Some(contract) = plan.reference("contract").and_then(|id| contracts.get(&id)) else { continue };
        let part = Part {
            void: plan.text("status") == "voided" || contract.text("status") == "voided",
            amount: plan.decimal("amount").unwrap_or_default(),
            received: plan.decimal("received").unwrap_or_default(),
            due_on: plan.date("due_on"),
        };
        let (status, left) = (part.status(contract, today), part.left());
        if plan.text("status") != status || plan.decimal("left") != Some(left) {
            moved.push((plan, Draft::new().set("status", status).set("left", left)));
        }
    }
    tx.update_many(moved).map(drop)
}
