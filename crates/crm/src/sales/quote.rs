//! Quotes 报价: offered with a discount and until a day; accepted, they become a contract, once.

use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId};
use std::collections::{BTreeMap, BTreeSet};

/// It is with the customer.
pub(crate) fn send(tx: &mut Tx<'_>, quote: &Record, _input: &Draft) -> Result<()> {
    has_lines(quote)?;
    tx.update(quote, Draft::new().set("status", "sent")).map(drop)
}

/// The customer accepts: its lines, discount and terms go into a contract.
pub(crate) fn sign(tx: &mut Tx<'_>, quote: &Record, _input: &Draft) -> Result<()> {
    has_lines(quote)?;
    let (today, me) = (tx.ctx().today, tx.ctx().subject.user);
    if let Some(until) = quote.date("valid_until").filter(|until| *until < today) {
        return Err(Error::Refused(Message::new("quote.expired").with("date", until.to_string())));
    }
    let draft =
        [("title", "name"), ("customer", "customer"), ("opportunity", "opportunity"), ("terms", "terms")]
            .into_iter()
            .fold(Draft::new(), |draft, (field, source)| draft.set(field, quote.get(source).clone()))
            .set("signer_theirs", quote.get("contact").clone())
            .set("signer_ours", (me.0 > 0).then_some(me))
            .set("owner", quote.get("owner").clone());
    let contract = tx.create("contract", draft)?;
    let mut lines = tx.referring("quote_line", "quote", &[quote.id])?;
    lines.sort_by_key(|line| line.id);
    let copies = lines
        .iter()
        .map(|line| {
            ["product", "name", "quantity", "unit", "unit_price", "owner"]
                .into_iter()
                .fold(Draft::new().set("contract", contract.id), |draft, field| {
                    draft.set(field, line.get(field).clone())
                })
        })
        .collect();
    tx.create_many("contract_line", copies)?;
    if !quote.get("discount").is_null() {
        let contract = tx.get("contract", contract.id)?;
        tx.update(&contract, Draft::new().set("discount", quote.get("discount").clone()))?;
    }
    tx.update(quote, Draft::new().set("status", "won").set("contract", contract.id)).map(drop)
}

/// The customer does not accept.
pub(crate) fn decline(tx: &mut Tx<'_>, quote: &Record, input: &Draft) -> Result<()> {
    let reason = input.get("reason").clone();
    tx.update(quote, Draft::new().set("status", "lost").set("lost_reason", reason)).map(drop)
}

fn has_lines(quote: &Record) -> Result<()> {
    if quote.decimal("line_count").unwrap_or_default().is_zero() {
        return Err(Error::refused("quote.empty"));
    }
    Ok(())
}

fn is_open(quote: &Record) -> bool {
    matches!(quote.text("status"), "draft" | "sent")
}

/// A quote that was answered stays as it was answered.
pub(crate) struct Answered;

impl Rule for Answered {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let closed = change.before.as_ref().is_some_and(|before| !is_open(before));
            if closed && super::contract::edits(change) {
                change.refuse_record(Message::new("quote.closed"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, quote: &Record) -> Result<()> {
        if quote.text("status") == "won" { Err(Error::refused("quote.closed")) } else { Ok(()) }
    }
}

/// So do its lines.
pub(crate) struct AnsweredLines;

impl Rule for AnsweredLines {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let people = changes.iter().filter(|change| !change.by_program);
        let ids: BTreeSet<RecordId> = people.filter_map(|change| change.value("quote").as_ref()).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let quotes: BTreeMap<RecordId, Record> =
            tx.get_many("quote", &ids)?.into_iter().map(|quote| (quote.id, quote)).collect();
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let quote = change.value("quote").as_ref().and_then(|id| quotes.get(&id));
            if quote.is_some_and(|quote| !is_open(quote)) {
                change.refuse_record(Message::new("quote.closed"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, line: &Record) -> Result<()> {
        let id = line.reference("quote").into_iter().collect::<Vec<_>>();
        match tx.get_many("quote", &id)?.pop() {
            Some(quote) if !is_open(&quote) => Err(Error::refused("quote.closed")),
            _ => Ok(()),
        }
    }
}
