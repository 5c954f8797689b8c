//! Our share of what a customer spends: kept with the entry and, from the latest one, with the customer; orders
//! move it in their own transaction.

use guanxi_gate::{Change, Draft, Record, Result, Rule, Saved, Tx};
use guanxi_model::{
    Message, RecordId, Value,
    expr::{Comparison, Expr},
};
use rust_decimal::Decimal;

/// What an entry says makes sense, and our part is computed.
pub(crate) struct Share;

impl Rule for Share {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let (from, to) = (change.value("from").as_date(), change.value("to").as_date());
            if let (Some(from), Some(to)) = (from, to)
                && from > to
            {
                change.refuse("to", Message::new("wallet.period"));
            }
            let spend = change.value("spend").as_decimal();
            if spend.is_some_and(|spend| spend <= Decimal::ZERO) {
                change.refuse("spend", Message::new("wallet.spend"));
            }
            let ours = ours(tx, |field| change.value(field).clone())?;
            change.set("ours", ours);
            change.set("share", share(ours, spend));
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let customers: Vec<RecordId> = saved.iter().filter_map(|w| w.after.reference("customer")).collect();
        latest(tx, &customers)
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        let customers: Vec<RecordId> = moved.after.reference("customer").into_iter().collect();
        latest(tx, &customers)
    }
}

fn share(ours: Decimal, spend: Option<Decimal>) -> Option<Decimal> {
    let spend = spend.filter(|spend| *spend > Decimal::ZERO)?;
    Some((ours * Decimal::ONE_HUNDRED / spend).round_dp(2))
}

/// What the customer ordered of the category in the time. Without a category orders count as a whole; with one
/// only their lines can tell.
fn ours(tx: &mut Tx<'_>, value: impl Fn(&str) -> Value) -> Result<Decimal> {
    let (Some(customer), Some(from), Some(to)) =
        (value("customer").as_ref(), value("from").as_date(), value("to").as_date())
    else {
        return Ok(Decimal::ZERO);
    };
    let within = |path: &str| {
        Expr::compare(path, Comparison::GreaterOrEqual, from).and(Expr::compare(
            path,
            Comparison::LessOrEqual,
            to,
        ))
    };
    let (object, field, filter) = match value("category").as_text() {
        None => ("order", "total", Expr::eq("customer", customer).and(within("ordered_on"))),
        Some(category) => (
            "order_line",
            "net",
            Expr::eq("order.customer", customer)
                .and(within("order.ordered_on"))
                .and(Expr::eq("product.category", category)),
        ),
    };
    Ok(tx.find(object, &filter, None)?.iter().filter_map(|record| record.decimal(field)).sum())
}

/// The customer shows the share of the entry that reaches furthest.
fn latest(tx: &mut Tx<'_>, customers: &[RecordId]) -> Result<()> {
    let entries = tx.find("wallet", &Expr::ids("customer", customers), None)?;
    let newest = |customer: &Record| {
        let own = entries.iter().filter(|entry| entry.reference("customer") == Some(customer.id));
        own.max_by_key(|entry| (entry.date("to"), entry.date("noted_on"), entry.id))
    };
    let changes: Vec<(Record, Draft)> = tx
        .get_many("customer", customers)?
        .into_iter()
        .filter_map(|customer| {
            let share = newest(&customer).map_or(Value::Null, |entry| entry.get("share").clone());
            (customer.get("wallet_share") != &share)
                .then(|| (customer, Draft::new().set("wallet_share", share)))
        })
        .collect();
    tx.update_many(changes).map(drop)
}

/// An order, or a line of one, changes the shares of its customer.
pub(crate) struct Ordered;

impl Rule for Ordered {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        refresh(tx, saved)
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        refresh(tx, std::slice::from_ref(moved))
    }
}

fn refresh(tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
    let records = || saved.iter().flat_map(|s| std::iter::once(&s.after).chain(s.before.as_ref()));
    let mut customers: Vec<RecordId> = records().filter_map(|record| record.reference("customer")).collect();
    let mut orders: Vec<RecordId> = records().filter_map(|record| record.reference("order")).collect();
    orders.sort_unstable();
    orders.dedup();
    let above = if orders.is_empty() { Vec::new() } else { tx.get_many("order", &orders)? };
    customers.extend(above.iter().filter_map(|order| order.reference("customer")));
    customers.sort_unstable();
    customers.dedup();
    if customers.is_empty() {
        return Ok(());
    }
    let mut changes = Vec::new();
    for entry in tx.find("wallet", &Expr::ids("customer", &customers), None)? {
        let now = ours(tx, |field| entry.get(field).clone())?;
        if entry.decimal("ours") != Some(now) {
            changes.push((entry, Draft::new().set("ours", now)));
        }
    }
    tx.update_many(changes).map(drop)
}
