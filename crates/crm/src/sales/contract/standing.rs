//! Where contracts and their customers stand: what is still to come and to be invoiced follows from what was
//! signed and from the receipts and invoices, in the transaction that changes any of them.

use crate::sales::payment_plan;
use guanxi_gate::{Change, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// On the contract.
pub(crate) struct Standing;

impl Rule for Standing {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let moved = |saved: &&Saved| saved.changed("status") || saved.changed("approved_total");
        let contracts: Vec<RecordId> = saved.iter().filter(moved).map(|saved| saved.after.id).collect();
        if contracts.is_empty() {
            return Ok(());
        }
        stand(tx, &contracts)?;
        let plans = tx.referring("payment_plan", "contract", &contracts)?;
        payment_plan::settle(tx, &plans.iter().map(|plan| plan.id).collect::<Vec<_>>())
    }

    fn facts(&self, tx: &mut Tx<'_>, because_of: &str, contracts: &[RecordId]) -> Result<()> {
        if matches!(because_of, "payment" | "invoice") { stand(tx, contracts) } else { Ok(()) }
    }
}

/// Keeps what is left of contracts.
fn stand(tx: &mut Tx<'_>, contracts: &[RecordId]) -> Result<()> {
    let contracts = tx.get_many("contract", contracts)?;
    let of = |left: fn(&Record, Decimal) -> Decimal| -> Vec<(RecordId, Value)> {
        contracts
            .iter()
            .map(|contract| {
                (contract.id, contract.decimal("approved_total").map(|all| left(contract, all)).into())
            })
            .collect()
    };
    let unreceived = of(|contract, all| all - contract.decimal("received").unwrap_or_default());
    let uninvoiced = of(|contract, all| all - contract.decimal("invoicing").unwrap_or_default());
    let progress = of(|contract, all| {
        let part = contract.decimal("received").unwrap_or_default() * Decimal::ONE_HUNDRED;
        let part = part.checked_div(all).unwrap_or_default();
        part.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
    });
    tx.keep("contract", "unreceived", &unreceived)?;
    tx.keep("contract", "uninvoiced", &uninvoiced)?;
    tx.keep("contract", "progress", &progress)
}

/// On the customer: what was contracted and has not come in.
pub(crate) struct OfCustomer;

impl Rule for OfCustomer {
    fn facts(&self, tx: &mut Tx<'_>, because_of: &str, customers: &[RecordId]) -> Result<()> {
        if !matches!(because_of, "contract" | "payment") {
            return Ok(());
        }
        let customers = tx.get_many("customer", customers)?;
        let outstanding = |customer: &Record| {
            customer.decimal("contract_total").unwrap_or_default()
                - customer.decimal("received_total").unwrap_or_default()
        };
        let facts: Vec<(RecordId, Value)> =
            customers.iter().map(|customer| (customer.id, outstanding(customer).into())).collect();
        tx.keep("customer", "outstanding_total", &facts)
    }
}

/// On what belongs to a contract by choice: it is the same customer's.
pub(crate) struct SameCustomer;

impl Rule for SameCustomer {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let named = |change: &Change| {
            !change.by_program && (change.changes("contract") || change.changes("customer"))
        };
        let ids: Vec<RecordId> = changes
            .iter()
            .filter(|change| named(change))
            .filter_map(|change| change.value("contract").as_ref())
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let contracts: BTreeMap<RecordId, Record> =
            tx.get_many("contract", &ids)?.into_iter().map(|contract| (contract.id, contract)).collect();
        for change in changes.iter_mut().filter(|change| named(change)) {
            let contract = change.value("contract").as_ref().and_then(|id| contracts.get(&id));
            if contract.is_some_and(|contract| contract.get("customer") != change.value("customer")) {
                change.refuse("contract", Message::new("contract.other_customer"));
            }
        }
        Ok(())
    }
}
