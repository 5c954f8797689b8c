//! What a new day does to payment plans: parts of yesterday are overdue, and those that come soon are reminded
//! of.

use guanxi_gate::{Counts, Ctx, Draft, Gate, JobDef, Record, Result, Schedule, Tx, words};
use guanxi_model::{
    Message, RecordId,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// In the first minute of a day, what was due before it and has not come in is overdue.
pub(crate) const OVERDUE: JobDef =
    JobDef { name: "payment_plan.overdue", schedule: Schedule::Nightly { hour: 0 }, run: overdue };

/// Reminds of what is due soon.
pub(crate) const REMIND: JobDef =
    JobDef { name: "payment_plan.remind", schedule: Schedule::Nightly { hour: 7 }, run: remind };

fn overdue(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let late = Expr::one_of("status", ["due", "part"]).and(Expr::compare("due_on", Comparison::Less, as_of));
    let n = walk(gate, ctx, &late, |tx, plans| {
        tell(tx, plans, "payment_plan.notice.overdue")?;
        let moved = plans.iter().map(|plan| (plan.clone(), Draft::new().set("status", "overdue")));
        tx.update_many(moved.collect()).map(|moved| moved.len())
    })?;
    Ok(vec![("overdue", n)])
}

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let soon = Expr::one_of("status", ["due", "part"])
        .and(Expr::compare("remind_on", Comparison::LessOrEqual, as_of))
        .and(Expr::compare("due_on", Comparison::GreaterOrEqual, as_of));
    let n = walk(gate, ctx, &soon, |tx, plans| {
        // Once for each date: a part that was put off is reminded of again.
        let fresh: Vec<Record> =
            plans.iter().filter(|plan| plan.get("reminded") != plan.get("due_on")).cloned().collect();
        tell(tx, &fresh, "payment_plan.notice.due")?;
        let marked = fresh.into_iter().map(|plan| {
            let mark = Draft::new().set("reminded", plan.get("due_on").clone());
            (plan, mark)
        });
        tx.update_many(marked.collect()).map(|marked| marked.len())
    })?;
    Ok(vec![("reminded", n)])
}

/// Walks over parts in batches, each in a transaction of its own, and adds up what was done.
fn walk(
    gate: &Gate,
    ctx: &Ctx,
    which: &Expr,
    each: impl Fn(&mut Tx<'_>, &[Record]) -> Result<usize> + Copy + Send + 'static,
) -> Result<i64> {
    let (mut after, mut all) = (RecordId(0), 0);
    loop {
        let which = which.clone();
        let (done, last) = gate.write(ctx, move |tx| {
            let plans = tx.find_after("payment_plan", &which, after, 500)?;
            let last = plans.last().map(|plan| plan.id);
            Ok((each(tx, &plans)?, last))
        })?;
        all += i64::try_from(done).unwrap_or(i64::MAX);
        match last {
            Some(last) => after = last,
            None => return Ok(all),
        }
    }
}

/// Tells the owners of the customers.
fn tell(tx: &mut Tx<'_>, plans: &[Record], key: &'static str) -> Result<()> {
    let ids: Vec<RecordId> = plans.iter().filter_map(|plan| plan.reference("customer")).collect();
    let customers: BTreeMap<RecordId, Record> =
        tx.get_many("customer", &ids)?.into_iter().map(|customer| (customer.id, customer)).collect();
    for plan in plans {
        let customer = plan.reference("customer").and_then(|id| customers.get(&id));
        let Some(owner) = customer.and_then(Record::owner) else { continue };
        let message = Message::new(key)
            .with("title", plan.title())
            .with("date", plan.date("due_on").map(|day| day.to_string()).unwrap_or_default())
            .with("left", words::money(plan.decimal("left").unwrap_or_default()));
        tx.notify(owner, plan, message)?;
    }
    Ok(())
}
