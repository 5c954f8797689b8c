//! Customers about to leave: the nightly warning, the measures against it, the confirmed loss, and the
//! order that wins them back.
//!
//! A loss is confirmed only after at least one measure. A lost customer who orders again is normal again;
//! the confirmed warning stays as history, and may one day be followed by a new one.

mod warn;

pub(crate) use warn::WARN;

use guanxi_gate::{Change, Ctx, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{RecordId, Value, expr::Expr};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Takes a measure: it is added to those before, and the loss is put off.
pub(crate) fn defer(tx: &mut Tx<'_>, warning: &Record, input: &Draft) -> Result<()> {
    let ctx = tx.ctx();
    tx.create(
        "churn_measure",
        Draft::new()
            .set("churn_warning", warning.id)
            .set("measure", input.get("measure").clone())
            .set("taken_by", acting(ctx))
            .set("taken_at", ctx.now)
            .set("owner", warning.get("owner").clone())
            .set("department", warning.get("department").clone()),
    )?;
    tx.update(
        warning,
        Draft::new().set("status", "deferred").set("last_measure", input.get("measure").clone()),
    )?;
    Ok(())
}

/// Confirms the loss of the customer, once something was tried.
pub(crate) fn confirm(tx: &mut Tx<'_>, warning: &Record, input: &Draft) -> Result<()> {
    if tx.count("churn_measure", &Expr::eq("churn_warning", warning.id))? == 0 {
        return Err(Error::refused("churn.measure_first"));
    }
    let ctx = tx.ctx();
    tx.update(
        warning,
        Draft::new()
            .set("status", "lost")
            .set("reason", input.get("reason").clone())
            .set("note", input.get("note").clone())
            .set("confirmed_at", ctx.now)
            .set("confirmed_by", acting(ctx)),
    )?;
    let customer = warning.reference("customer").ok_or(Error::NotFound)?;
    let customer = tx.get("customer", customer)?;
    tx.update(&customer, Draft::new().set("status", "lost").set("customer_type", "lost"))?;
    Ok(())
}

fn acting(ctx: &Ctx) -> Value {
    Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user))
}

/// Measures are a record of what was tried: nobody changes or removes them.
pub(crate) struct AppendOnly;

impl Rule for AppendOnly {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| change.before.is_some()) {
            if change.changes("measure") || change.changes("taken_by") || change.changes("taken_at") {
                change.refuse_record(guanxi_model::Message::new("churn.append_only"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, _measure: &Record) -> Result<()> {
        Err(Error::refused("churn.append_only"))
    }
}

/// An order newer than the one the warning was about wins the customer back.
pub(crate) struct WonBack;

impl Rule for WonBack {
    fn after(&self, tx: &mut Tx<'_>, orders: &[Saved]) -> Result<()> {
        let mut newest: BTreeMap<RecordId, (Date, RecordId)> = BTreeMap::new();
        for order in orders.iter().filter(|order| order.before.is_none()) {
            let (Some(customer), Some(date)) =
                (order.after.reference("customer"), order.after.date("ordered_on"))
            else {
                continue;
            };
            let best = newest.entry(customer).or_insert((date, order.after.id));
            if date > best.0 {
                *best = (date, order.after.id);
            }
        }
        let customers: Vec<RecordId> = newest.keys().copied().collect();
        if customers.is_empty() {
            return Ok(());
        }
        recover_warnings(tx, &newest, &customers)?;
        recover_customers(tx, &newest, &customers)
    }
}

fn is_newer(date: Date, warning: &Record) -> bool {
    warning.date("last_order_on").is_none_or(|last| date > last)
}

fn recover_warnings(
    tx: &mut Tx<'_>,
    newest: &BTreeMap<RecordId, (Date, RecordId)>,
    customers: &[RecordId],
) -> Result<()> {
    let waiting = Expr::ids("customer", customers).and(Expr::one_of("status", ["open", "deferred"]));
    let now = tx.ctx().now;
    let mut changes = Vec::new();
    for warning in tx.find("churn_warning", &waiting, None)? {
        let Some((date, order)) = warning.reference("customer").and_then(|c| newest.get(&c)) else {
            continue;
        };
        if is_newer(*date, &warning) {
            let draft =
                Draft::new().set("status", "recovered").set("recovered_at", now).set("recovered_by", *order);
            changes.push((warning, draft));
        }
    }
    tx.update_many(changes)?;
    Ok(())
}

fn recover_customers(
    tx: &mut Tx<'_>,
    newest: &BTreeMap<RecordId, (Date, RecordId)>,
    customers: &[RecordId],
) -> Result<()> {
    let lost = tx.find("customer", &Expr::ids("id", customers).and(Expr::eq("status", "lost")), None)?;
    if lost.is_empty() {
        return Ok(());
    }
    let ids: Vec<RecordId> = lost.iter().map(|customer| customer.id).collect();
    let confirmed =
        tx.find("churn_warning", &Expr::ids("customer", &ids).and(Expr::eq("status", "lost")), None)?;
    let back = lost
        .into_iter()
        .filter(|customer| {
            let (date, _) = newest[&customer.id];
            confirmed
                .iter()
                .filter(|w| w.reference("customer") == Some(customer.id))
                .all(|w| is_newer(date, w))
        })
        .map(|customer| (customer, Draft::new().set("status", "normal").set("customer_type", "existing")))
        .collect();
    tx.update_many(back)?;
    Ok(())
}
