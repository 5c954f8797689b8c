//! Contracts: passed by review before any money is counted, not edited afterwards, changed only by another
//! review, and void for good.

mod lines;
mod remind;
mod standing;
mod taken;

pub(crate) use lines::Open;
pub(crate) use remind::REMIND;
pub(crate) use standing::{OfCustomer, SameCustomer, Standing};
pub(crate) use taken::Taken;

use super::review;
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Tx, words};
use guanxi_model::{Message, RecordId, Value, expr::Expr};
use jiff::ToSpan;
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use std::collections::BTreeMap;

/// Hands it in for review.
pub(crate) fn submit(tx: &mut Tx<'_>, contract: &Record, _input: &Draft) -> Result<()> {
    check_amount(contract)?;
    match review::submit(tx, contract)? {
        Some(own) => approve(tx, &own, &Draft::new()),
        None => Ok(()),
    }
}

/// From now on its amount counts.
pub(crate) fn approve(tx: &mut Tx<'_>, contract: &Record, input: &Draft) -> Result<()> {
    check_amount(contract)?;
    let total = contract.get("total").clone();
    review::approve(tx, contract, input, Draft::new().set("approved_total", total)).map(drop)
}

/// Back to a draft, to be edited and reviewed again. Until then what passed before counts.
pub(crate) fn change(tx: &mut Tx<'_>, contract: &Record, _input: &Draft) -> Result<()> {
    let revision = contract.decimal("revision").unwrap_or_default() + Decimal::ONE;
    tx.update(contract, Draft::new().set("status", "draft").set("revision", revision)).map(drop)
}

/// Ends it for good.
pub(crate) fn void(tx: &mut Tx<'_>, contract: &Record, input: &Draft) -> Result<()> {
    for (field, sentence) in [("reserved", "contract.has_receipts"), ("invoicing", "contract.has_invoices")] {
        let sum = contract.decimal(field).unwrap_or_default();
        if sum > Decimal::ZERO {
            return Err(Error::Refused(Message::new(sentence).with("sum", words::money(sum))));
        }
    }
    let draft = Draft::new()
        .set("status", "voided")
        .set("void_reason", input.get("reason").clone())
        .set("approved_total", Value::Null);
    tx.update(contract, draft).map(drop)
}

/// A contract is about money, and a change does not fall below what has been planned, has come in or was invoiced
/// already.
fn check_amount(contract: &Record) -> Result<()> {
    let total = contract.decimal("total").unwrap_or_default();
    if total <= Decimal::ZERO {
        return Err(Error::refused("contract.worth_nothing"));
    }
    for (field, sentence) in [
        ("reserved", "contract.below_received"),
        ("invoicing", "contract.below_invoiced"),
        ("planned", "contract.below_planned"),
    ] {
        let sum = contract.decimal(field).unwrap_or_default();
        if total < sum {
            return Err(Error::Refused(Message::new(sentence).with("sum", words::money(sum))));
        }
    }
    Ok(())
}

/// What people may do to a contract, and when its end is reminded of.
pub(crate) struct LifeCycle;

/// What moves without being a change of the contract itself.
const HOUSEHOLD: [&str; 3] = ["owner", "department", "external_id"];

impl Rule for LifeCycle {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let signers: Vec<RecordId> = changes
            .iter()
            .filter(|change| change.changes("signer_theirs"))
            .filter_map(|change| change.value("signer_theirs").as_ref())
            .collect();
        let signers: BTreeMap<RecordId, Record> =
            tx.get_many("contact", &signers)?.into_iter().map(|contact| (contact.id, contact)).collect();
        for change in changes {
            let closed = change.before.as_ref().is_some_and(|before| !review::is_open(before));
            if closed && !change.by_program && edits(change) {
                change.refuse_record(Message::new("contract.closed"));
            }
            let signer = change.value("signer_theirs").as_ref().and_then(|id| signers.get(&id));
            if signer.is_some_and(|signer| signer.get("customer") != change.value("customer")) {
                change.refuse("signer_theirs", Message::new("contract.other_signer"));
            }
            let remind = remind_on(change);
            if change.value("remind_on") != &remind {
                change.set("remind_on", remind);
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, contract: &Record) -> Result<()> {
        if matches!(contract.text("status"), review::SUBMITTED | review::APPROVED) {
            return Err(Error::refused("contract.delete_closed"));
        }
        // A change under review has passed before: money may hang on it.
        if !contract.get("approved_total").is_null() {
            return Err(Error::refused("contract.delete_closed"));
        }
        for object in LINKED {
            let n = tx.count(object, &Expr::eq("contract", contract.id))?;
            if n > 0 {
                let label = tx.object(object)?.label.clone();
                let message = Message::new("contract.linked").with("n", n).with_label("object", &label);
                return Err(Error::Refused(message));
            }
        }
        Ok(())
    }
}

/// What keeps a contract from being deleted.
const LINKED: [&str; 3] = ["order", "payment", "invoice"];

/// Whether a change is one of the record itself, and not only of whose it is.
pub(crate) fn edits(change: &Change) -> bool {
    change.draft.values.keys().any(|field| !HOUSEHOLD.contains(&field.as_str()) && change.changes(field))
}

fn remind_on(change: &Change) -> Value {
    let days = change.value("remind_days").as_decimal().and_then(|days| days.to_i64()).unwrap_or_default();
    let ends = change.value("ends_on").as_date();
    ends.and_then(|ends| ends.checked_sub(days.days()).ok()).into()
}
