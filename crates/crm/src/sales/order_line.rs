//! Order lines make the order's total. Amounts are rounded line by line; an overall discount is shared so
//! that the lines always sum to the total.

use super::amounts;
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The order's side: a total that lines make is not typed, and a new discount is shared again.
pub(crate) struct Totals;

impl Rule for Totals {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let lines =
                change.before.as_ref().and_then(|before| before.decimal("line_count")).unwrap_or_default();
            if lines.is_zero() {
                continue;
            }
            for field in ["total", "quantity"] {
                if change.changes(field) {
                    change.refuse(field, Message::new("order.made_by_lines"));
                }
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let orders: Vec<RecordId> = saved
            .iter()
            .filter(|order| order.before.is_some() && order.changed("discount"))
            .filter(|order| order.after.decimal("line_count").is_some_and(|lines| !lines.is_zero()))
            .map(|order| order.after.id)
            .collect();
        total(tx, orders)
    }
}

/// The lines' side: what a product brings along, the line's amount, and the order's total.
pub(crate) struct Lines;

impl Rule for Lines {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        take_from_products(tx, changes)?;
        for change in changes {
            if change.value("name").is_null() {
                change.refuse("product", Message::new("order_line.what"));
            }
            let Some(price) = change.value("unit_price").as_decimal() else {
                change.refuse("unit_price", Message::new("order_line.price"));
                continue;
            };
            let quantity = change.value("quantity").as_decimal().unwrap_or_default();
            match amounts::line_amount(quantity, price) {
                Some(amount) if change.value("amount").as_decimal() != Some(amount) => {
                    change.set("amount", amount);
                    change.set("net", amount - change.value("discount").as_decimal().unwrap_or_default());
                }
                Some(_) => {}
                None => change.refuse("quantity", Message::new("order_line.too_large")),
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let touched =
            |line: &&Saved| line.before.is_none() || line.changed("amount") || line.changed("quantity");
        total(tx, saved.iter().filter(touched).filter_map(|line| line.after.reference("order")).collect())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, line: &Saved) -> Result<()> {
        total(tx, line.after.reference("order").into_iter().collect())
    }
}

fn take_from_products(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    let mut ids: Vec<RecordId> = changes
        .iter()
        .filter(|change| change.before.is_none() || change.changes("product"))
        .filter_map(|change| change.value("product").as_ref())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let products: BTreeMap<RecordId, Record> =
        tx.get_many("product", &ids)?.into_iter().map(|product| (product.id, product)).collect();
    for change in changes {
        let Some(product) = change.value("product").as_ref().and_then(|id| products.get(&id)) else {
            continue;
        };
        let other = change.before.is_some();
        for (field, source) in [("name", "name"), ("unit", "unit"), ("unit_price", "price")] {
            // Choosing another product brings its own name, unit and price, unless they are given too.
            let open =
                if other { !change.draft.values.contains_key(field) } else { change.value(field).is_null() };
            if open {
                change.set(field, product.get(source).clone());
            }
        }
    }
    Ok(())
}

/// Makes the totals of orders from their lines. Orders that are not live (deleted with their lines) are left.
fn total(tx: &mut Tx<'_>, mut orders: Vec<RecordId>) -> Result<()> {
    orders.sort_unstable();
    orders.dedup();
    let mut lines: BTreeMap<RecordId, Vec<Record>> = BTreeMap::new();
    for line in tx.referring("order_line", "order", &orders)? {
        if let Some(order) = line.reference("order") {
            lines.entry(order).or_default().push(line);
        }
    }
    let (mut new_lines, mut new_orders) = (Vec::new(), Vec::new());
    for order in tx.get_many("order", &orders)? {
        let mut lines = lines.remove(&order.id).unwrap_or_default();
        lines.sort_by_key(|line| line.id);
        let amounts: Vec<Decimal> =
            lines.iter().map(|line| line.decimal("amount").unwrap_or_default()).collect();
        let sum: Decimal = amounts.iter().sum();
        // An order whose last line was removed has nothing left to take a discount from.
        let discount =
            if lines.is_empty() { Decimal::ZERO } else { order.decimal("discount").unwrap_or_default() };
        let Some(shares) = amounts::share(discount, &amounts) else {
            let message =
                Message::new("order.discount_too_large").with("sum", guanxi_gate::words::money(sum));
            return Err(Error::invalid("discount", "rule", message));
        };
        let quantity: Decimal = lines.iter().filter_map(|line| line.decimal("quantity")).sum();
        for ((line, share), amount) in lines.into_iter().zip(shares).zip(amounts) {
            let draft = Draft::new().set("discount", share).set("net", amount - share);
            if differs(&line, &draft) {
                new_lines.push((line, draft));
            }
        }
        let draft = Draft::new().set("total", sum - discount).set("quantity", quantity);
        if differs(&order, &draft) {
            new_orders.push((order, draft));
        }
    }
    tx.update_many(new_lines)?;
    tx.update_many(new_orders)?;
    Ok(())
}

fn differs(record: &Record, draft: &Draft) -> bool {
    draft.values.iter().any(|(field, value): (&String, &Value)| record.get(field) != value)
}
