//! Lines make the total of what they stand on. Amounts are rounded line by line; an overall discount is shared
//! so that the lines always sum to the total. What a line cost is written down when it is sold: a later price of
//! the supplier does not change what was earned then.

use super::amounts;
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// What has lines, and the lines it has.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sheet {
    /// The object with the total.
    head: &'static str,
    /// The object of the lines, which refer to the head by its name.
    line: &'static str,
    /// Whether goods were sold by it: then it is known what the lines cost, and they may come back.
    sold: bool,
}

/// Orders.
pub(crate) const ORDER: Sheet = Sheet { head: "order", line: "order_line", sold: true };

/// Contracts.
pub(crate) const CONTRACT: Sheet = Sheet { head: "contract", line: "contract_line", sold: false };

/// Quotes.
pub(crate) const QUOTE: Sheet = Sheet { head: "quote", line: "quote_line", sold: false };

/// The side of the head: a total that lines make is not typed, and a new discount is shared again.
pub(crate) struct Totals(pub Sheet);

impl Rule for Totals {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let lines =
                change.before.as_ref().and_then(|before| before.decimal("line_count")).unwrap_or_default();
            if lines.is_zero() {
                continue;
            }
            for field in ["total", "quantity", "cost"] {
                if change.changes(field) {
                    change.refuse(field, Message::new(format!("{}.made_by_lines", self.0.head)));
                }
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let heads: Vec<RecordId> = saved
            .iter()
            .filter(|head| head.before.is_some() && head.changed("discount"))
            .filter(|head| head.after.decimal("line_count").is_some_and(|lines| !lines.is_zero()))
            .map(|head| head.after.id)
            .collect();
        total(tx, self.0, heads)
    }
}

/// The lines' side: what a product brings along, the line's amount and cost, and the total they make.
pub(crate) struct Lines(pub Sheet);

impl Rule for Lines {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        take_from_products(tx, self.0, changes)?;
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
            if self.0.sold {
                let known = change.value("unit_cost").as_decimal();
                let cost = known.and_then(|unit_cost| amounts::line_amount(quantity, unit_cost));
                if change.value("cost").as_decimal() != cost {
                    change.set("cost", cost);
                }
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let touched = |line: &&Saved| {
            line.before.is_none() || ["amount", "quantity", "cost"].iter().any(|field| line.changed(field))
        };
        let heads = saved.iter().filter(touched).filter_map(|line| line.after.reference(self.0.head));
        total(tx, self.0, heads.collect())
    }

    /// Goods came back, or were not to come back after all.
    fn facts(&self, tx: &mut Tx<'_>, _because_of: &str, lines: &[RecordId]) -> Result<()> {
        let heads = tx.get_many(self.0.line, lines)?;
        total(tx, self.0, heads.iter().filter_map(|line| line.reference(self.0.head)).collect())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, line: &Saved) -> Result<()> {
        total(tx, self.0, line.after.reference(self.0.head).into_iter().collect())
    }
}

fn take_from_products(tx: &mut Tx<'_>, sheet: Sheet, changes: &mut [Change]) -> Result<()> {
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
        let brought = [("name", "name"), ("unit", "unit"), ("unit_price", "price"), ("unit_cost", "cost")];
        for (field, source) in brought.into_iter().take(if sheet.sold { 4 } else { 3 }) {
            // Choosing another product brings its own name, unit, price and cost, unless they are given too.
            let open =
                if other { !change.draft.values.contains_key(field) } else { change.value(field).is_null() };
            if open {
                change.set(field, product.get(source).clone());
            }
        }
    }
    Ok(())
}

/// Makes the totals of heads from their lines. Those that are not live (deleted with their lines) are left.
fn total(tx: &mut Tx<'_>, sheet: Sheet, mut heads: Vec<RecordId>) -> Result<()> {
    heads.sort_unstable();
    heads.dedup();
    let mut lines: BTreeMap<RecordId, Vec<Record>> = BTreeMap::new();
    for line in tx.referring(sheet.line, sheet.head, &heads)? {
        if let Some(head) = line.reference(sheet.head) {
            lines.entry(head).or_default().push(line);
        }
    }
    let (mut new_lines, mut new_heads) = (Vec::new(), Vec::new());
    for head in tx.get_many(sheet.head, &heads)? {
        let mut lines = lines.remove(&head.id).unwrap_or_default();
        lines.sort_by_key(|line| line.id);
        let amounts: Vec<Decimal> =
            lines.iter().map(|line| line.decimal("amount").unwrap_or_default()).collect();
        let sum: Decimal = amounts.iter().sum();
        // What has lost its last line has nothing left to take a discount from.
        let discount =
            if lines.is_empty() { Decimal::ZERO } else { head.decimal("discount").unwrap_or_default() };
        let Some(shares) = amounts::share(discount, &amounts) else {
            let message = Message::new(format!("{}.discount_too_large", sheet.head));
            let message = message.with("sum", guanxi_gate::words::money(sum));
            return Err(Error::invalid("discount", "rule", message));
        };
        let quantity: Decimal = lines.iter().filter_map(|line| line.decimal("quantity")).sum();
        // What came back is neither sold nor spent.
        let back = |field| lines.iter().filter_map(|line| line.decimal(field)).sum::<Decimal>();
        let (returned, returned_quantity) = (back("returned"), back("returned_quantity"));
        // One line of unknown cost leaves the whole unknown: a part of the cost would look like a profit.
        let cost: Option<Decimal> = lines.iter().map(cost_of).sum();
        let cost = cost.filter(|_| !lines.is_empty());
        for ((line, share), amount) in lines.into_iter().zip(shares).zip(amounts) {
            let draft = Draft::new().set("discount", share).set("net", amount - share);
            if differs(&line, &draft) {
                new_lines.push((line, draft));
            }
        }
        let mut draft = Draft::new()
            .set("total", sum - discount - returned)
            .set("quantity", quantity - returned_quantity);
        if sheet.sold {
            draft = draft.set("cost", cost);
        }
        if differs(&head, &draft) {
            new_heads.push((head, draft));
        }
    }
    tx.update_many(new_lines)?;
    tx.update_many(new_heads)?;
    Ok(())
}

/// What was spent on those pieces of a line that did not come back.
fn cost_of(line: &Record) -> Option<Decimal> {
    let cost = line.decimal("cost")?;
    let all = line.decimal("quantity").unwrap_or_default();
    let back = line.decimal("returned_quantity").unwrap_or_default();
    if back.is_zero() {
        return Some(cost);
    }
    amounts::line_amount(all - back, line.decimal("unit_cost")?)
}

fn differs(record: &Record, draft: &Draft) -> bool {
    draft.values.iter().any(|(field, value): (&String, &Value)| record.get(field) != value)
}
