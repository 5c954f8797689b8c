//! Invoices 发票: asked for within what is not invoiced yet, passed by a manager, issued under their number.

use super::{
    contract::{self, Taken},
    review,
};
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx, words};
use guanxi_model::{Message, RecordId};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// It was issued, under the number on the paper.
pub(crate) fn issue(tx: &mut Tx<'_>, invoice: &Record, input: &Draft) -> Result<()> {
    let number: String =
        input.get("invoice_number").as_text().unwrap_or_default().split_whitespace().collect();
    let (today, by) = (tx.ctx().today, tx.ctx().subject.user);
    let mut refused = Vec::new();
    if !matches!(number.len(), 8 | 20) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        refused.push(("invoice_number", Message::new("invoice.number")));
    }
    if input.get("issued_on").as_date().is_some_and(|on| on > today) {
        refused.push(("issued_on", Message::new("invoice.future")));
    }
    if !refused.is_empty() {
        let issue = |(field, message)| guanxi_model::Issue::field(field, "rule", message);
        return Err(Error::Invalid(refused.into_iter().map(issue).collect()));
    }
    let draft = Draft::new()
        .set("status", "issued")
        .set("invoice_number", number)
        .set("issued_on", input.get("issued_on").clone())
        .set("parcel_number", input.get("parcel_number").clone())
        .set("issued_by", (by.0 > 0).then_some(by));
    let after = tx.update(invoice, draft)?;
    let message = Message::new("invoice.notice.issued")
        .with("title", after.title())
        .with("number", after.text("invoice_number"));
    match after.reference("submitted_by") {
        Some(submitter) => tx.notify(submitter, &after, message),
        None => Ok(()),
    }
}

/// It is on its way.
pub(crate) fn mail(tx: &mut Tx<'_>, invoice: &Record, input: &Draft) -> Result<()> {
    tx.update(invoice, Draft::new().set("parcel_number", input.get("parcel_number").clone())).map(drop)
}

/// It does not count any more: the amount can be invoiced again.
pub(crate) fn void(tx: &mut Tx<'_>, invoice: &Record, input: &Draft) -> Result<()> {
    let draft = Draft::new().set("status", "voided").set("void_reason", input.get("reason").clone());
    tx.update(invoice, draft).map(drop)
}

/// Whether it takes up a part of its contract.
fn counts(status: &str) -> bool {
    matches!(status, review::SUBMITTED | review::APPROVED | "issued")
}

/// What an invoice takes from the title it is made out to, and keeps when the title is changed later.
const FROM_TITLE: [(&str, &str); 7] = [
    ("title_name", "name"),
    ("title_kind", "kind"),
    ("tax_number", "tax_number"),
    ("bank", "bank"),
    ("bank_account", "bank_account"),
    ("address", "address"),
    ("phone", "phone"),
];

/// Within what is not invoiced of the contract, and made out to a title of its customer.
pub(crate) struct Within;

impl Rule for Within {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let contracts = held(tx, changes, "contract")?;
        let titles = held(tx, changes, "invoice_title")?;
        let mut room: BTreeMap<RecordId, Taken> =
            contracts.values().map(|c| (c.id, Taken::by(c, "approved_total", "invoicing"))).collect();
        let fresh = review::handed_in(tx);
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
                change.refuse_record(Message::new("invoice.closed"));
            }
            let asks = change.value("status").as_text() == Some(review::SUBMITTED)
                && (change.before.is_none() || change.changes("status"));
            let title = change.value("invoice_title").as_ref().and_then(|id| titles.get(&id));
            if let Some(title) = title.filter(|_| asks || change.changes("invoice_title")) {
                if title.get("customer") != contract.get("customer") {
                    change.refuse("invoice_title", Message::new("invoice.other_title"));
                }
                for (field, source) in FROM_TITLE {
                    change.set(field, title.get(source).clone());
                }
            }
            if asks && contract.text("status") != review::APPROVED {
                change.refuse("contract", Message::new("invoice.not_passed"));
                continue;
            }
            let Some(taken) = room.get_mut(&contract.id) else { continue };
            if let Some(before) = change.before.as_ref().filter(|before| counts(before.text("status"))) {
                taken.give_back(before.decimal("amount").unwrap_or_default());
            }
            let amount = change.value("amount").as_decimal().unwrap_or_default();
            if change.value("status").as_text().is_some_and(counts) && !taken.take(amount) {
                change.refuse("amount", above(taken.rest()));
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        review::entered(tx, saved)
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, invoice: &Record) -> Result<()> {
        match invoice.text("status") {
            review::APPROVED | "issued" => Err(Error::refused("invoice.void_first")),
            "voided" => Err(Error::refused("invoice.kept")),
            _ => Ok(()),
        }
    }

    /// Out of the recycle bin it needs its place again.
    fn after_delete(&self, tx: &mut Tx<'_>, invoice: &Saved) -> Result<()> {
        if !invoice.after.get("deleted_at").is_null() || !counts(invoice.after.text("status")) {
            return Ok(());
        }
        let contract = invoice.after.reference("contract").into_iter().collect::<Vec<_>>();
        let Some(contract) = tx.get_many("contract", &contract)?.pop() else {
            return Err(Error::refused("invoice.not_passed"));
        };
        let rest = Taken::by(&contract, "approved_total", "invoicing").rest();
        if rest < Decimal::ZERO {
            return Err(Error::Refused(above(rest + invoice.after.decimal("amount").unwrap_or_default())));
        }
        Ok(())
    }
}

fn held(tx: &mut Tx<'_>, changes: &[Change], field: &str) -> Result<BTreeMap<RecordId, Record>> {
    let ids: BTreeSet<RecordId> = changes.iter().filter_map(|change| change.value(field).as_ref()).collect();
    let ids: Vec<RecordId> = ids.into_iter().collect();
    Ok(tx.get_many(field, &ids)?.into_iter().map(|record| (record.id, record)).collect())
}

fn above(rest: Decimal) -> Message {
    Message::new("invoice.above_rest").with("rest", words::money(rest.max(Decimal::ZERO)))
}
