//! Returns 退货: no more than was sold, worth what was paid for it to the fen, and taken off the order once they
//! are accepted.

use super::amounts;
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The goods are back.
pub(crate) fn accept(tx: &mut Tx<'_>, back: &Record, input: &Draft) -> Result<()> {
    decide(tx, back, "accepted", input.get("note"))
}

/// The goods stay with the customer.
pub(crate) fn refuse(tx: &mut Tx<'_>, back: &Record, input: &Draft) -> Result<()> {
    decide(tx, back, "refused", input.get("reason"))
}

/// It was entered wrongly.
pub(crate) fn take_back(tx: &mut Tx<'_>, back: &Record, input: &Draft) -> Result<()> {
    decide(tx, back, "refused", input.get("reason"))
}

fn decide(tx: &mut Tx<'_>, back: &Record, status: &str, note: &Value) -> Result<()> {
    let (by, now) = (tx.ctx().subject.user, tx.ctx().now);
    let draft = Draft::new()
        .set("status", status)
        .set("decided_by", (by.0 > 0).then_some(by))
        .set("decided_at", now)
        .set("decision", note.clone());
    tx.update(back, draft).map(drop)
}

/// No more comes back than was sold.
pub(crate) struct Sold;

impl Rule for Sold {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ids: BTreeSet<RecordId> = changes.iter().filter_map(|c| c.value("order_line").as_ref()).collect();
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let lines: BTreeMap<RecordId, Record> =
            tx.get_many("order_line", &ids)?.into_iter().map(|line| (line.id, line)).collect();
        let orders: Vec<RecordId> = lines.values().filter_map(|line| line.reference("order")).collect();
        let orders: BTreeMap<RecordId, Record> =
            tx.get_many("order", &orders)?.into_iter().map(|order| (order.id, order)).collect();
        let mut before: Vec<(RecordId, RecordId, Decimal, Decimal)> = tx
            .referring("sales_return", "order_line", &ids)?
            .iter()
            .filter(|back| counts(back.text("status")))
            .filter_map(|back| Some((back.reference("order_line")?, back.id, quantity(back), amount(back))))
            .collect();
        let today = tx.ctx().today;
        for change in changes {
            let Some(line) = change.value("order_line").as_ref().and_then(|id| lines.get(&id)) else {
                continue;
            };
            let Some(order) = line.reference("order").and_then(|id| orders.get(&id)) else { continue };
            if change.before.is_none() {
                change.set("order", order.id);
                change.set("customer", order.get("customer").clone());
                change.set("product", line.get("product").clone());
            }
            let decided = change.before.as_ref().is_some_and(|before| before.text("status") != "open");
            if decided && !change.by_program && edits(change) {
                change.refuse_record(Message::new("sales_return.decided"));
            }
            if change.changes("returned_on")
                && change.value("returned_on").as_date().is_some_and(|on| on > today)
            {
                change.refuse("returned_on", Message::new("sales_return.future"));
            }
            if !change.value("status").as_text().is_some_and(counts)
                || change.before.is_some() && !change.changes("quantity")
            {
                continue;
            }
            let own = change.before.as_ref().map(|before| before.id);
            let others = || before.iter().filter(|(of, id, ..)| *of == line.id && Some(*id) != own);
            let returned: Decimal = others().map(|(_, _, quantity, _)| *quantity).sum();
            let paid_back: Decimal = others().map(|(_, _, _, amount)| *amount).sum();
            let wanted = change.value("quantity").as_decimal().unwrap_or_default();
            let left = quantity(line) - returned;
            if wanted > left {
                let message = Message::new("sales_return.above_sold");
                change.refuse("quantity", message.with("left", left.max(Decimal::ZERO).normalize()));
                continue;
            }
            let net = line.decimal("net").unwrap_or_default();
            // The last piece takes what is left of the amount, so that all of them together are what was paid.
            let worth = if wanted == left {
                Some(net - paid_back)
            } else {
                amounts::part(net, wanted, quantity(line)).map(|part| part.min(net - paid_back))
            };
            let worth = worth.unwrap_or_default();
            change.set("amount", worth);
            before.push((line.id, own.unwrap_or(RecordId(0)), wanted, worth));
        }
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, back: &Record) -> Result<()> {
        if back.text("status") == "accepted" { Err(Error::refused("sales_return.accepted")) } else { Ok(()) }
    }

    /// Out of the recycle bin it needs its place again.
    fn after_delete(&self, tx: &mut Tx<'_>, back: &Saved) -> Result<()> {
        let restored = back.after.get("deleted_at").is_null() && counts(back.after.text("status"));
        let Some(id) = back.after.reference("order_line").filter(|_| restored) else { return Ok(()) };
        let Some(line) = tx.get_many("order_line", &[id])?.pop() else { return Ok(()) };
        let all: Decimal = tx
            .referring("sales_return", "order_line", &[id])?
            .iter()
            .filter(|back| counts(back.text("status")))
            .map(quantity)
            .sum();
        if all > quantity(&line) {
            let left = quantity(&line) - all + quantity(&back.after);
            return Err(Error::Refused(
                Message::new("sales_return.above_sold").with("left", left.max(Decimal::ZERO).normalize()),
            ));
        }
        Ok(())
    }
}

/// What was returned of a line keeps it as it is.
pub(crate) struct Returned;

impl Rule for Returned {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let touched = |change: &Change| {
            !change.by_program
                && change.before.is_some()
                && ["quantity", "unit_price", "product"].iter().any(|field| change.changes(field))
        };
        let ids: Vec<RecordId> =
            changes.iter().filter(|c| touched(c)).filter_map(|c| c.before.as_ref().map(|b| b.id)).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let held: BTreeSet<RecordId> = tx
            .referring("sales_return", "order_line", &ids)?
            .iter()
            .filter(|back| counts(back.text("status")))
            .filter_map(|back| back.reference("order_line"))
            .collect();
        for change in changes.iter_mut().filter(|change| touched(change)) {
            if change.before.as_ref().is_some_and(|before| held.contains(&before.id)) {
                change.refuse_record(Message::new("sales_return.line_kept"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, line: &Record) -> Result<()> {
        let back = tx.referring("sales_return", "order_line", &[line.id])?;
        if back.iter().any(|back| counts(back.text("status"))) {
            return Err(Error::refused("sales_return.line_kept"));
        }
        Ok(())
    }
}

fn counts(status: &str) -> bool {
    matches!(status, "open" | "accepted")
}

fn quantity(record: &Record) -> Decimal {
    record.decimal("quantity").unwrap_or_default()
}

fn amount(record: &Record) -> Decimal {
    record.decimal("amount").unwrap_or_default()
}

fn edits(change: &Change) -> bool {
    ["quantity", "reason", "returned_on", "note"].iter().any(|field| change.changes(field))
}
