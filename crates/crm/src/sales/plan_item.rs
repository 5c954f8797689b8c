//! Plan items belong to whoever develops the opportunity. They are made and changed while it is assigned or
//! developed (an assignee plans before starting), and are locked once it has ended.

use super::opportunity::{acting, is_assignee};
use guanxi_gate::{Change, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Schedule, Tx};
use guanxi_model::{
    Message, RecordId,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Writes down what came of it.
pub(crate) fn record_result(tx: &mut Tx<'_>, item: &Record, input: &Draft) -> Result<()> {
    let opportunity = item.reference("opportunity").ok_or(Error::NotFound)?;
    let opportunity = tx.get("opportunity", opportunity)?;
    if let Some(refusal) = refusal(tx.ctx(), &opportunity) {
        return Err(Error::refused(refusal));
    }
    let ctx = tx.ctx();
    tx.update(
        item,
        Draft::new()
            .set("result", input.get("result").clone())
            .set("done_at", ctx.now)
            .set("done_by", acting(ctx)),
    )?;
    Ok(())
}

/// Only the assignee plans, and only while the opportunity is alive.
pub(crate) struct Assignee;

impl Rule for Assignee {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ids: Vec<RecordId> = changes
            .iter()
            .filter(|change| !change.by_program)
            .filter_map(|change| change.value("opportunity").as_ref())
            .collect();
        let opportunities = by_id(tx, ids)?;
        let ctx = tx.ctx();
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let opportunity = change.value("opportunity").as_ref().and_then(|id| opportunities.get(&id));
            if let Some(refusal) = opportunity.and_then(|opportunity| refusal(ctx, opportunity)) {
                change.refuse_record(Message::new(refusal));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, item: &Record) -> Result<()> {
        let opportunity = by_id(tx, item.reference("opportunity").into_iter().collect())?;
        match opportunity.values().find_map(|opportunity| refusal(tx.ctx(), opportunity)) {
            Some(refusal) => Err(Error::refused(refusal)),
            None => Ok(()),
        }
    }
}

fn by_id(tx: &mut Tx<'_>, mut ids: Vec<RecordId>) -> Result<BTreeMap<RecordId, Record>> {
    ids.sort_unstable();
    ids.dedup();
    Ok(tx.get_many("opportunity", &ids)?.into_iter().map(|record| (record.id, record)).collect())
}

fn refusal(ctx: &Ctx, opportunity: &Record) -> Option<&'static str> {
    if !matches!(opportunity.text("status"), "assigned" | "developing") {
        Some("plan_item.locked")
    } else if !is_assignee(ctx, opportunity) {
        Some("plan_item.only_assignee")
    } else {
        None
    }
}

/// Reminds of items whose day has passed, once each.
pub(crate) const REMIND: JobDef =
    JobDef { name: "plan.remind", schedule: Schedule::Nightly { hour: 6 }, run: remind };

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Vec<(&'static str, i64)>> {
    let overdue = Expr::is_empty("result")
        .and(Expr::is_empty("reminded_on"))
        .and(Expr::compare("due_on", Comparison::Less, as_of))
        .and(Expr::one_of("opportunity.status", ["assigned", "developing"]));
    let mut reminded = 0;
    loop {
        let overdue = overdue.clone();
        let done = gate.write(ctx, move |tx| remind_some(tx, &overdue, as_of))?;
        if done == 0 {
            return Ok(vec![("reminded", reminded)]);
        }
        reminded += done;
    }
}

fn remind_some(tx: &mut Tx<'_>, overdue: &Expr, as_of: Date) -> Result<i64> {
    let items = tx.find("plan_item", overdue, Some(500))?;
    let opportunities = by_id(tx, items.iter().filter_map(|item| item.reference("opportunity")).collect())?;
    for item in &items {
        let opportunity = item.reference("opportunity").and_then(|id| opportunities.get(&id));
        if let Some(owner) = opportunity.and_then(Record::owner) {
            let due = item.date("due_on").map(|date| date.to_string()).unwrap_or_default();
            let message =
                Message::new("plan_item.notice.overdue").with("title", item.title()).with("date", due);
            tx.notify(owner, item, message)?;
        }
    }
    let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
    tx.update_many(items.into_iter().map(|item| (item, Draft::new().set("reminded_on", as_of))).collect())?;
    Ok(count)
}
