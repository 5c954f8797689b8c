//! The nightly recycling, its warnings, and the preview of what it will do. All three read the date that is
//! kept with each customer through its index, so a million customers cost what the due ones cost.

use super::{
    clocks::Facts,
    due::{self, Rules},
    release::{Return, put_back},
};
use guanxi_gate::{Ctx, Gate, JobDef, Record, Result, Schedule, Tx};
use guanxi_model::{
    Message, RecordId, Value,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// The job.
pub(crate) const RECYCLE: JobDef =
    JobDef { name: "pool.recycle", schedule: Schedule::Nightly { hour: 1 }, run: recycle };

const BATCH: usize = 500;
/// What the dates were last computed from.
const SIGNATURE: &str = "pool.signature";

/// A customer that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The customer.
    pub customer: RecordId,
    /// Its owner.
    pub owner: Option<RecordId>,
    /// The pool that takes it back.
    pub pool: RecordId,
    /// Why: an entry of the dictionary of reasons.
    pub reason: &'static str,
    /// Since when.
    pub due_on: Date,
}

/// What the job would do.
#[derive(Debug, Clone, Default)]
pub struct Preview {
    /// The first of them, by date.
    pub items: Vec<Due>,
    /// Whether there are more.
    pub more: bool,
}

fn recycle(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Vec<(&'static str, i64)>> {
    restate_if_changed(gate, ctx)?;
    let mut recycled = 0;
    let mut told: BTreeMap<(RecordId, RecordId), (i64, RecordId)> = BTreeMap::new();
    loop {
        let (seen, taken) = gate.write(ctx, move |tx| take_back(tx, as_of))?;
        recycled += i64::try_from(taken.len()).unwrap_or(i64::MAX);
        for due in taken {
            if let Some(owner) = due.owner {
                told.entry((owner, due.pool)).or_insert((0, due.customer)).0 += 1;
            }
        }
        if seen < BATCH {
            break;
        }
    }
    gate.write(ctx, move |tx| tell_taken(tx, &told))?;
    let mut warned = 0;
    let mut told: BTreeMap<RecordId, (i64, RecordId, Date)> = BTreeMap::new();
    loop {
        let soon = gate.write(ctx, move |tx| warn(tx, as_of))?;
        let n = soon.len();
        warned += i64::try_from(n).unwrap_or(i64::MAX);
        for (owner, customer, date) in soon {
            told.entry(owner).or_insert((0, customer, date)).0 += 1;
        }
        if n < BATCH {
            break;
        }
    }
    gate.write(ctx, move |tx| tell_warned(tx, &told))?;
    Ok(vec![("recycled", recycled), ("warned", warned)])
}

/// Rules and members are followed when they change; what moves them from afar (a department that goes under
/// another) is noticed here.
fn restate_if_changed(gate: &Gate, ctx: &Ctx) -> Result<()> {
    let (now, kept) = gate.read(ctx, |tx| {
        let mut rules = Rules::load(tx)?;
        Ok((rules.signature(tx)?, tx.setting(SIGNATURE)?))
    })?;
    if kept.as_deref() == Some(&now) {
        return Ok(());
    }
    let mut after = Some(RecordId(0));
    while let Some(from) = after {
        after = gate.write(ctx, move |tx| due::restate(tx, None, from))?;
    }
    gate.write(ctx, move |tx| tx.set_setting(SIGNATURE, &now))
}

/// What is due on a date, the longest overdue first: the only source of the job and of its preview.
fn due_on(tx: &mut Tx<'_>, as_of: Date, limit: usize) -> Result<Vec<(Record, Option<Due>)>> {
    let dated = Expr::compare("recycle_on", Comparison::LessOrEqual, as_of);
    let customers = tx.find_by("customer", &dated, "recycle_on", limit)?;
    let mut rules = Rules::load(tx)?;
    rules.learn(tx, customers.iter().filter_map(Record::owner))?;
    let zone = tx.ctx().zone.clone();
    Ok(customers
        .into_iter()
        .map(|customer| {
            let facts = Facts::read(&zone, &|field| customer.get(field).clone());
            let due = rules.due(customer.owner(), &facts).filter(|(_, date, _)| *date <= as_of).map(
                |(pool, due_on, clock)| Due {
                    customer: customer.id,
                    owner: customer.owner(),
                    pool,
                    reason: clock.reason(),
                    due_on,
                },
            );
            (customer, due)
        })
        .collect())
}

/// One batch. Returns how many were looked at, and what was taken back.
fn take_back(tx: &mut Tx<'_>, as_of: Date) -> Result<(usize, Vec<Due>)> {
    let found = due_on(tx, as_of, BATCH)?;
    let seen = found.len();
    let (mut taken, mut returns, mut stale) = (Vec::new(), Vec::new(), Vec::new());
    for (customer, due) in found {
        match due {
            Some(due) => {
                let reason = Value::from(due.reason);
                returns.push(Return { customer, pool: due.pool, reason, note: Value::Null });
                taken.push(due);
            }
            None => stale.push(customer),
        }
    }
    put_back(tx, returns)?;
    // A date that no longer holds is put right, and is out of the way for the next batch.
    due::refresh(tx, &stale.iter().collect::<Vec<_>>())?;
    Ok((seen, taken))
}

/// Owners whose customers are about to go, each customer once for each date. Whether it was claimed long ago
/// or yesterday plays no part: the date alone decides.
fn warn(tx: &mut Tx<'_>, as_of: Date) -> Result<Vec<(RecordId, RecordId, Date)>> {
    let news = Expr::is_empty("recycle_noticed").or(Expr::Compare(
        Comparison::NotEqual,
        Box::new(Expr::field("recycle_noticed")),
        Box::new(Expr::field("recycle_on")),
    ));
    let soon = Expr::compare("recycle_warn_on", Comparison::LessOrEqual, as_of).and(news);
    let customers = tx.find_by("customer", &soon, "recycle_warn_on", BATCH)?;
    let noticed: Vec<(RecordId, Value)> =
        customers.iter().map(|customer| (customer.id, customer.get("recycle_on").clone())).collect();
    tx.keep("customer", "recycle_noticed", &noticed)?;
    Ok(customers
        .iter()
        .filter_map(|customer| Some((customer.owner()?, customer.id, customer.date("recycle_on")?)))
        .collect())
}

fn tell_taken(tx: &mut Tx<'_>, told: &BTreeMap<(RecordId, RecordId), (i64, RecordId)>) -> Result<()> {
    for ((owner, pool), (n, customer)) in told {
        let customer = tx.get("customer", *customer)?;
        let pool = tx.get("pool", *pool)?.title();
        let key = if *n == 1 { "pool.notice.recycled_one" } else { "pool.notice.recycled_many" };
        let message = Message::new(key).with("title", customer.title()).with("n", n).with("pool", pool);
        tx.notify(*owner, &customer, message)?;
    }
    Ok(())
}

fn tell_warned(tx: &mut Tx<'_>, told: &BTreeMap<RecordId, (i64, RecordId, Date)>) -> Result<()> {
    for (owner, (n, customer, date)) in told {
        let customer = tx.get("customer", *customer)?;
        let key = if *n == 1 { "pool.notice.soon_one" } else { "pool.notice.soon_many" };
        let message =
            Message::new(key).with("title", customer.title()).with("n", n).with("date", date.to_string());
        tx.notify(*owner, &customer, message)?;
    }
    Ok(())
}

/// What the job will take back into the pools that the caller administers, when it runs for a date; into
/// all of them for whoever looks after the settings.
///
/// # Errors
/// When the set cannot be read.
pub fn preview(gate: &Gate, ctx: &Ctx, pool: RecordId, as_of: Date, limit: usize) -> Result<Preview> {
    gate.get(ctx, "pool", pool)?;
    let administers = ctx.subject.seat(pool).is_some_and(|seat| seat.admin);
    if !administers && !ctx.rights.may_set("settings") {
        return Err(guanxi_gate::Error::forbidden("pool.preview_admin"));
    }
    gate.read(ctx, |tx| {
        let due = due_on(tx, as_of, 100_000)?;
        let mut items: Vec<Due> =
            due.into_iter().filter_map(|(_, due)| due).filter(|due| due.pool == pool).collect();
        let more = items.len() > limit;
        items.truncate(limit);
        Ok(Preview { items, more })
    })
}
