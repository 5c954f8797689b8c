//! The nightly warning: customers whose last order lies strictly before so many calendar months ago.
//!
//! It walks the customers by id in batches, each batch in a transaction of its own, and reads the kept fact
//! `last_order_on`. Only for a past business date, and only for customers who ordered after it, are the
//! orders themselves asked. A customer who has an open or deferred warning is passed over, so the job may be
//! run again for the same date without harm.

use guanxi_gate::{Ctx, Draft, Error, Gate, JobDef, Record, Result, Schedule, Tx};
use guanxi_model::{
    Aggregate, Message, RecordId, Value,
    expr::{Comparison, Expr},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::{ToSpan, civil::Date};
use std::collections::{BTreeMap, BTreeSet};

/// The job.
pub(crate) const WARN: JobDef =
    JobDef { name: "churn.warn", schedule: Schedule::Nightly { hour: 2 }, run: warn };

const BATCH: usize = 1000;
const DEFAULT_MONTHS: i32 = 6;

/// What counts as silence.
#[derive(Clone, Copy)]
struct Terms {
    as_of: Date,
    /// Last orders before this date are too old.
    cutoff: Date,
    /// Customers who never ordered are warned about too, by the date they were entered.
    without_orders: bool,
}

fn warn(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Vec<(&'static str, i64)>> {
    let terms = terms(gate, ctx, as_of)?;
    let (mut after, mut warned) = (RecordId(0), 0);
    let mut told: BTreeMap<RecordId, (i64, RecordId)> = BTreeMap::new();
    loop {
        let candidates = gate.read(ctx, |tx| tx.find_after("customer", &candidates(terms), after, BATCH))?;
        let Some(last) = candidates.last() else { break };
        after = last.id;
        let silent = silent(gate, ctx, terms, candidates)?;
        if silent.is_empty() {
            continue;
        }
        let made = gate.write(ctx, move |tx| warn_about(tx, &silent, as_of))?;
        warned += i64::try_from(made.len()).unwrap_or(i64::MAX);
        for (owner, warning) in made.into_iter().filter_map(|(owner, warning)| Some((owner?, warning))) {
            let entry = told.entry(owner).or_insert((0, warning));
            entry.0 += 1;
        }
    }
    gate.write(ctx, move |tx| tell(tx, &told))?;
    Ok(vec![("warned", warned)])
}

fn terms(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Terms> {
    let (months, without_orders) =
        gate.read(ctx, |tx| Ok((tx.setting("churn.months")?, tx.setting("churn.without_orders")?)))?;
    let months =
        months.and_then(|text| text.trim().parse().ok()).filter(|m| *m > 0).unwrap_or(DEFAULT_MONTHS);
    // Six months before 31 August is the last day of February, as people count.
    let cutoff = as_of.checked_sub(months.months()).map_err(Error::internal)?;
    let without_orders =
        matches!(without_orders.as_deref().map(str::trim), Some("on" | "true" | "yes" | "1"));
    Ok(Terms { as_of, cutoff, without_orders })
}

/// Customers who may be silent, by what is kept with them.
fn candidates(terms: Terms) -> Expr {
    let before = |field: &str, date: Date| Expr::compare(field, Comparison::Less, date);
    let later = Expr::compare("last_order_on", Comparison::Greater, terms.as_of);
    let mut silent =
        before("last_order_on", terms.cutoff).or(before("first_order_on", terms.cutoff).and(later));
    if terms.without_orders {
        let none_yet = Expr::is_empty("first_order_on").or(Expr::compare(
            "first_order_on",
            Comparison::Greater,
            terms.as_of,
        ));
        silent = silent.or(before("created_at", terms.cutoff).and(none_yet));
    }
    // Whoever was let go on purpose is not missed.
    let kept = ["normal", "ending"].map(|word| Expr::eq("cooperation", word));
    let kept = kept.into_iter().fold(Expr::is_empty("cooperation"), Expr::or);
    Expr::eq("status", "normal").and(kept).and(silent)
}

/// The silent ones among them, with their last order as of the business date.
fn silent(
    gate: &Gate,
    ctx: &Ctx,
    terms: Terms,
    candidates: Vec<Record>,
) -> Result<Vec<(RecordId, Option<Date>)>> {
    let (mut silent, mut ask) = (Vec::new(), Vec::new());
    for customer in candidates {
        let (first, last) = (customer.date("first_order_on"), customer.date("last_order_on"));
        match (first, last) {
            (Some(first), Some(last)) if last > terms.as_of && first <= terms.as_of => ask.push(customer.id),
            (_, Some(last)) if last <= terms.as_of => silent.push((customer.id, Some(last))),
            _ => silent.push((customer.id, None)),
        }
    }
    silent.extend(asked(gate, ctx, terms, &ask)?);
    silent.sort_unstable();
    Ok(silent)
}

fn asked(
    gate: &Gate,
    ctx: &Ctx,
    terms: Terms,
    customers: &[RecordId],
) -> Result<Vec<(RecordId, Option<Date>)>> {
    if customers.is_empty() {
        return Ok(Vec::new());
    }
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "order".to_owned(),
            group_by: vec![Group { field: "customer".to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Max, field: Some("ordered_on".to_owned()) }],
            filter: Some(Expr::ids("customer", customers).and(Expr::compare(
                "ordered_on",
                Comparison::LessOrEqual,
                terms.as_of,
            ))),
            limit: customers.len(),
            ..Aggregate::default()
        },
    )?;
    let rows = table.rows.into_iter().filter_map(|row| {
        let last = row.measures.first().and_then(Value::as_date)?;
        (last < terms.cutoff).then_some((row.keys.first()?.as_ref()?, Some(last)))
    });
    Ok(rows.collect())
}

/// Makes the warnings that are not there yet. Returns the owners to tell, and the warnings.
fn warn_about(
    tx: &mut Tx<'_>,
    silent: &[(RecordId, Option<Date>)],
    as_of: Date,
) -> Result<Vec<(Option<RecordId>, RecordId)>> {
    let ids: Vec<RecordId> = silent.iter().map(|(id, _)| *id).collect();
    let waiting = Expr::ids("customer", &ids).and(Expr::one_of("status", ["open", "deferred"]));
    let listed: BTreeSet<RecordId> =
        tx.find("churn_warning", &waiting, None)?.iter().filter_map(|w| w.reference("customer")).collect();
    let last: BTreeMap<RecordId, Option<Date>> = silent.iter().copied().collect();
    // Read again inside the transaction: an order or a confirmed loss may have come in between.
    let drafts = tx
        .get_many("customer", &ids)?
        .into_iter()
        .filter(|customer| customer.text("status") == "normal" && !listed.contains(&customer.id))
        .map(|customer| {
            Draft::new()
                .set("customer", customer.id)
                .set("last_order_on", last[&customer.id])
                .set("warned_on", as_of)
                .set("owner", customer.get("owner").clone())
                .set("department", customer.get("department").clone())
        })
        .collect();
    let made = tx.create_many("churn_warning", drafts)?;
    Ok(made.iter().map(|warning| (warning.owner(), warning.id)).collect())
}

/// One message for each owner, however many of their customers it is about.
fn tell(tx: &mut Tx<'_>, told: &BTreeMap<RecordId, (i64, RecordId)>) -> Result<()> {
    for (owner, (n, first)) in told {
        let warning = tx.get("churn_warning", *first)?;
        let customer = warning.reference("customer").ok_or(Error::NotFound)?;
        let name = tx.get("customer", customer)?.title();
        let key = if *n == 1 { "churn.notice.one" } else { "churn.notice.many" };
        tx.notify(*owner, &warning, Message::new(key).with("name", name).with("n", n))?;
    }
    Ok(())
}
