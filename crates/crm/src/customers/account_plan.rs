//! Joint plans with customers (客户联盟): drafted by our side, agreed by both, run with actions on either side,
//! measured, reviewed and closed. What both agreed to stays until it is taken back into a draft.

use super::remind::{self, Notice};
use guanxi_gate::{
    Change, Counts, Ctx, Draft, Error, Gate, JobDef, Record, Result, Rule, Saved, Schedule, Tx,
};
use guanxi_model::{
    Message, RecordId, Value,
    expr::{self, Comparison, Expr},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const PLAN: &str = "account_plan";

/// What the customer agreed to, which therefore nobody changes alone.
const AGREED: [&str; 6] =
    ["customer", "common_goal", "our_goal", "their_goal", "our_commitment", "their_commitment"];

/// Both sides say yes. A plan has goals of both, something to measure, and something to do for either.
pub(crate) fn agree(tx: &mut Tx<'_>, plan: &Record, input: &Draft) -> Result<()> {
    led_by_caller(tx.ctx(), plan)?;
    for goal in ["our_goal", "their_goal"] {
        if plan.text(goal).trim().is_empty() {
            return Err(Error::refused("account_plan.goals_of_both"));
        }
    }
    if tx.count("account_measure", &Expr::eq(PLAN, plan.id))? == 0 {
        return Err(Error::refused("account_plan.measure_first"));
    }
    for side in ["ours", "theirs"] {
        let some = Expr::eq(PLAN, plan.id).and(Expr::eq("side", side)).and(Expr::eq("status", "open"));
        if tx.count("account_action", &some)? == 0 {
            return Err(Error::refused("account_plan.actions_of_both"));
        }
    }
    let on = not_ahead(tx.ctx(), input, "on")?;
    let with = input.get("with").as_ref();
    if let Some(contact) = with {
        of_customer(tx, plan, contact, "with")?;
    }
    let draft = Draft::new().set("status", "agreed").set("agreed_on", on).set("agreed_with", with);
    tx.update(plan, draft).map(drop)
}

/// Back to the drawing board, with the customer's knowledge.
pub(crate) fn revise(tx: &mut Tx<'_>, plan: &Record, _input: &Draft) -> Result<()> {
    led_by_caller(tx.ctx(), plan)?;
    let draft =
        Draft::new().set("status", "draft").set("agreed_on", Value::Null).set("agreed_with", Value::Null);
    tx.update(plan, draft).map(drop)
}

/// It begins, and the first review has its day.
pub(crate) fn start(tx: &mut Tx<'_>, plan: &Record, input: &Draft) -> Result<()> {
    led_by_caller(tx.ctx(), plan)?;
    let today = tx.ctx().today;
    let review = input.get("review_on").as_date().unwrap_or(today);
    if review < today || plan.date("ends_on").is_some_and(|end| review > end) {
        return Err(Error::invalid("review_on", "range", Message::new("account_plan.review_within")));
    }
    let draft = Draft::new().set("status", "running").set("started_on", today).set("next_review_on", review);
    tx.update(plan, draft).map(drop)
}

/// It has ended, and both know what came of it.
pub(crate) fn close(tx: &mut Tx<'_>, plan: &Record, input: &Draft) -> Result<()> {
    led_by_caller(tx.ctx(), plan)?;
    let open = Expr::eq(PLAN, plan.id).and(Expr::eq("status", "open"));
    let open = tx.find("account_action", &open, None)?;
    if !open.is_empty() {
        if input.get("drop_open").as_bool() != Some(true) {
            let message = Message::new("account_plan.still_open").with("n", open.len());
            return Err(Error::invalid("drop_open", "rule", message));
        }
        let dropped = || Draft::new().set("status", "dropped");
        tx.update_many(open.into_iter().map(|action| (action, dropped())).collect())?;
    }
    let draft = Draft::new()
        .set("status", "closed")
        .set("closed_on", tx.ctx().today)
        .set("result", input.get("result").clone())
        .set("conclusion", input.get("conclusion").clone())
        .set("next_review_on", Value::Null);
    tx.update(plan, draft).map(drop)
}

/// A colleague in the team works on a plan; who leads it, or stands above, speaks for it.
fn led_by_caller(ctx: &Ctx, plan: &Record) -> Result<()> {
    let led = ctx.rights.everything
        || plan.owner().is_none_or(|owner| owner == ctx.subject.user || ctx.subject.team.contains(&owner));
    if led { Ok(()) } else { Err(Error::refused("account_plan.only_lead")) }
}

fn not_ahead(ctx: &Ctx, input: &Draft, field: &str) -> Result<Date> {
    let on = input.get(field).as_date().unwrap_or(ctx.today);
    if on > ctx.today {
        return Err(Error::invalid(field, "range", Message::new("account_plan.not_yet")));
    }
    Ok(on)
}

fn of_customer(tx: &mut Tx<'_>, plan: &Record, contact: RecordId, field: &str) -> Result<()> {
    let known = tx.get_many("contact", &[contact])?.pop();
    if known.is_some_and(|known| known.reference("customer") == plan.reference("customer")) {
        return Ok(());
    }
    Err(Error::invalid(field, "reference", Message::new("account_plan.other_customer")))
}

/// An action is done.
pub(crate) fn finish(tx: &mut Tx<'_>, action: &Record, input: &Draft) -> Result<()> {
    let on = not_ahead(tx.ctx(), input, "on")?;
    end(tx, action, Draft::new().set("status", "done").set("done_on", on), input)
}

/// An action is no longer wanted.
pub(crate) fn drop_action(tx: &mut Tx<'_>, action: &Record, input: &Draft) -> Result<()> {
    end(tx, action, Draft::new().set("status", "dropped"), input)
}

fn end(tx: &mut Tx<'_>, action: &Record, draft: Draft, input: &Draft) -> Result<()> {
    alive(tx, action)?;
    tx.update(action, draft.set("outcome", input.get("outcome").clone())).map(drop)
}

/// Where a measure stands now.
pub(crate) fn measure(tx: &mut Tx<'_>, measure: &Record, input: &Draft) -> Result<()> {
    alive(tx, measure)?;
    let on = not_ahead(tx.ctx(), input, "on")?;
    let draft = Draft::new().set("actual", input.get("actual").clone()).set("measured_on", on);
    tx.update(measure, draft).map(drop)
}

fn alive(tx: &mut Tx<'_>, part: &Record) -> Result<()> {
    let Some(plan) = part.reference(PLAN) else { return Err(Error::NotFound) };
    if tx.get(PLAN, plan)?.text("status") == "closed" {
        return Err(Error::refused("account_plan.closed"));
    }
    Ok(())
}

/// What was agreed stays, contacts belong to the customer, and a closed plan is left alone.
pub(crate) struct Agreed;

impl Rule for Agreed {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            match change.before.as_ref().map(|plan| plan.text("status").to_owned()).as_deref() {
                Some("closed") => change.refuse_record(Message::new("account_plan.closed")),
                Some("agreed" | "running") => {
                    for field in AGREED.iter().filter(|field| change.changes(field)).collect::<Vec<_>>() {
                        change.refuse(field, Message::new("account_plan.agreed"));
                    }
                }
                _ => {}
            }
        }
        same_customer(tx, changes, &["contact", "their_sponsor"], |_, change| {
            change.value("customer").as_ref()
        })
    }

    /// Who leads the plan is in its team.
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let mut drafts = Vec::new();
        for plan in saved.iter().filter(|plan| plan.changed("owner")) {
            let Some(owner) = plan.after.owner() else { continue };
            let there = Expr::eq(PLAN, plan.after.id).and(Expr::eq("user", owner));
            if tx.first("account_member", &there)?.is_none() {
                drafts.push(Draft::new().set(PLAN, plan.after.id).set("user", owner).set("role", "sales"));
            }
        }
        tx.create_many("account_member", drafts).map(drop)
    }
}

/// Contacts that a change names are people of the plan's customer.
fn same_customer(
    tx: &mut Tx<'_>,
    changes: &mut [Change],
    fields: &[&str],
    customer: impl Fn(&BTreeMap<RecordId, Record>, &Change) -> Option<RecordId>,
) -> Result<()> {
    let named = |change: &Change, field: &str| {
        change.value(field).as_ref().filter(|_| change.changes(field) || change.changes("customer"))
    };
    let contacts: Vec<RecordId> =
        changes.iter().flat_map(|change| fields.iter().filter_map(|field| named(change, field))).collect();
    if contacts.is_empty() {
        return Ok(());
    }
    let contacts = by_id(tx, "contact", contacts)?;
    let plans = plans_of(tx, changes)?;
    for change in changes {
        let of = customer(&plans, change);
        for field in fields {
            let Some(contact) = named(change, field) else { continue };
            if contacts.get(&contact).is_some_and(|contact| contact.reference("customer") != of) {
                change.refuse(field, Message::new("account_plan.other_customer"));
            }
        }
    }
    Ok(())
}

fn plans_of(tx: &mut Tx<'_>, changes: &[Change]) -> Result<BTreeMap<RecordId, Record>> {
    let ids = changes.iter().filter(|change| change.object.name != PLAN);
    let ids = ids.filter_map(|change| change.value(PLAN).as_ref()).collect();
    by_id(tx, PLAN, ids)
}

fn by_id(tx: &mut Tx<'_>, object: &str, ids: Vec<RecordId>) -> Result<BTreeMap<RecordId, Record>> {
    let ids: Vec<RecordId> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    Ok(tx.get_many(object, &ids)?.into_iter().map(|record| (record.id, record)).collect())
}

/// Parts of a plan that has ended stay as they are; of one that was agreed, what it is measured by stays too.
pub(crate) struct Part {
    /// Fields that were agreed with the plan.
    pub agreed: &'static [&'static str],
}

/// Measures are agreed.
pub(crate) const MEASURE: Part = Part { agreed: &["name", "side", "unit", "base", "target"] };
/// Actions, reviews and the team change while the plan runs.
pub(crate) const FREE: Part = Part { agreed: &[] };

impl Rule for Part {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let plans = plans_of(tx, changes)?;
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let plan = change.value(PLAN).as_ref().and_then(|id| plans.get(&id));
            let agreed = self.agreed.iter().any(|field| change.changes(field));
            match plan.map(|plan| plan.text("status")) {
                Some("closed") => change.refuse_record(Message::new("account_plan.closed")),
                Some("agreed" | "running") if agreed => {
                    change.refuse_record(Message::new("account_plan.agreed"));
                }
                _ => {}
            }
        }
        same_customer(tx, changes, &["contact"], |plans, change| {
            plans.get(&change.value(PLAN).as_ref()?)?.reference("customer")
        })
    }

    fn before_delete(&self, tx: &mut Tx<'_>, part: &Record) -> Result<()> {
        alive(tx, part)?;
        let Some(plan) = part.reference(PLAN) else { return Ok(()) };
        if !self.agreed.is_empty() && tx.get(PLAN, plan)?.text("status") != "draft" {
            return Err(Error::refused("account_plan.agreed"));
        }
        Ok(())
    }
}

/// Whoever an action is given to works on the plan.
pub(crate) struct InTeam;

impl Rule for InTeam {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        if tx.is_handover() {
            return Ok(());
        }
        let plans: Vec<RecordId> = changes.iter().filter_map(|change| change.value(PLAN).as_ref()).collect();
        let members = tx.find("account_member", &Expr::ids(PLAN, &plans), None)?;
        let records = plans_of(tx, changes)?;
        for change in changes.iter_mut().filter(|change| change.changes("owner")) {
            let (Some(plan), Some(owner)) = (change.value(PLAN).as_ref(), change.value("owner").as_ref())
            else {
                continue;
            };
            let leads = records.get(&plan).and_then(Record::owner) == Some(owner);
            let works = members.iter().any(|member| {
                member.reference(PLAN) == Some(plan)
                    && member.reference("user") == Some(owner)
                    && member.text("role") != "observer"
            });
            if !leads && !works {
                change.refuse("owner", Message::new("account_plan.not_in_team"));
            }
        }
        Ok(())
    }
}

/// A member of the team sees the plan and what belongs to it, and works on it unless only observing.
pub(crate) struct Team;

impl Rule for Team {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let plans: Vec<RecordId> = changes.iter().filter_map(|change| change.value(PLAN).as_ref()).collect();
        let known = tx.find("account_member", &Expr::ids(PLAN, &plans), None)?;
        let users = changes.iter().filter_map(|change| change.value("user").as_ref()).collect();
        let users = by_id(tx, "user", users)?;
        for change in changes.iter_mut().filter(|change| change.before.is_none()) {
            let (plan, user) = (change.value(PLAN).as_ref(), change.value("user").as_ref());
            let Some(person) = user.and_then(|user| users.get(&user)) else { continue };
            let twice = known.iter().any(|k| k.reference(PLAN) == plan && k.reference("user") == user);
            if twice {
                change.refuse("user", Message::new("account_plan.already").with("name", person.title()));
            }
            change.set("name", person.title());
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let plans = saved.iter().filter_map(|member| member.after.reference(PLAN)).collect();
        let plans = by_id(tx, PLAN, plans)?;
        for member in saved.iter().filter(|member| member.changed("role") || member.before.is_none()) {
            let plan = member.after.reference(PLAN).and_then(|id| plans.get(&id));
            let (Some(plan), Some(user)) = (plan, member.after.reference("user")) else { continue };
            admit(tx, plan, user, member.after.text("role"))?;
            if member.before.is_none() && user != tx.ctx().subject.user && plan.owner() != Some(user) {
                let by = tx.ctx().subject.name.clone();
                let message =
                    Message::new("account_plan.notice.asked").with("by", by).with("title", plan.title());
                tx.notify(user, plan, message)?;
            }
        }
        Ok(())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        let ids = (moved.after.reference(PLAN), moved.after.reference("user"));
        let (Some(plan), Some(user)) = ids else { return Ok(()) };
        if !moved.after.get("deleted_at").is_null() {
            return tx.unshare(plan, user);
        }
        let Some(plan) = tx.get_many(PLAN, &[plan])?.pop() else { return Ok(()) };
        admit(tx, &plan, user, moved.after.text("role"))
    }
}

fn admit(tx: &mut Tx<'_>, plan: &Record, user: RecordId, role: &str) -> Result<()> {
    tx.unshare(plan.id, user)?;
    tx.share(plan, user, role != "observer")
}

/// How far a measure went from its base to its target, whichever way that lies.
pub(crate) struct Attained;

impl Rule for Attained {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let number = |field: &str| change.value(field).as_decimal();
            let (Some(base), Some(target)) = (number("base"), number("target")) else { continue };
            if base == target {
                change.refuse("target", Message::new("account_plan.target_is_base"));
                continue;
            }
            let reached = number("actual").map(|actual| attained(base, target, actual));
            change.set("attainment", reached);
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let changed = saved.iter().filter(|s| s.before.is_none() || s.changed("attainment"));
        tell_progress(tx, changed.filter_map(|s| s.after.reference(PLAN)).collect())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        tell_progress(tx, moved.after.reference(PLAN).into_iter().collect())
    }
}

/// In per cent, and never more or less than all of it.
fn attained(base: Decimal, target: Decimal, actual: Decimal) -> Decimal {
    let share = (actual - base) * Decimal::ONE_HUNDRED / (target - base);
    share.clamp(Decimal::ZERO, Decimal::ONE_HUNDRED).round_dp(1)
}

/// The mean of the measures; what was not measured yet has gone no way.
fn tell_progress(tx: &mut Tx<'_>, plans: BTreeSet<RecordId>) -> Result<()> {
    let ids: Vec<RecordId> = plans.iter().copied().collect();
    let mut sums: BTreeMap<RecordId, (Decimal, i64)> = BTreeMap::new();
    for measure in tx.referring("account_measure", PLAN, &ids)? {
        let Some(plan) = measure.reference(PLAN) else { continue };
        let (sum, n) = sums.entry(plan).or_default();
        *sum += measure.decimal("attainment").unwrap_or_default();
        *n += 1;
    }
    let facts: Vec<(RecordId, Value)> = ids
        .into_iter()
        .map(|plan| {
            let mean = sums.get(&plan).map(|(sum, n)| (sum / Decimal::from(*n)).round());
            (plan, mean.map_or(Value::Null, Value::from))
        })
        .collect();
    tx.keep(PLAN, "progress", &facts)
}

/// The latest review says how the partnership stands, and when both meet next.
pub(crate) struct Reviewed;

impl Rule for Reviewed {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let today = tx.ctx().today;
        let plans = plans_of(tx, changes)?;
        for change in changes {
            let (held, next) = (change.value("held_on").as_date(), change.value("next_on").as_date());
            if held.is_some_and(|held| held > today) {
                change.refuse("held_on", Message::new("account_plan.not_yet"));
            }
            if held.zip(next).is_some_and(|(held, next)| next <= held) {
                change.refuse("next_on", Message::new("account_plan.next_after"));
            }
            let plan = change.value(PLAN).as_ref().and_then(|id| plans.get(&id));
            let runs = plan.is_none_or(|plan| plan.text("status") == "running");
            if change.before.is_none() && !runs && !change.by_program {
                change.refuse_record(Message::new("account_plan.not_running"));
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        tell_partnership(tx, saved.iter().filter_map(|s| s.after.reference(PLAN)).collect())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        tell_partnership(tx, moved.after.reference(PLAN).into_iter().collect())
    }
}

fn tell_partnership(tx: &mut Tx<'_>, plans: BTreeSet<RecordId>) -> Result<()> {
    let ids: Vec<RecordId> = plans.into_iter().collect();
    let mut latest: BTreeMap<RecordId, Record> = BTreeMap::new();
    for review in tx.referring("account_review", PLAN, &ids)? {
        let Some(plan) = review.reference(PLAN) else { continue };
        let place = |review: &Record| (review.date("held_on"), review.id);
        if latest.get(&plan).is_none_or(|known| place(known) < place(&review)) {
            latest.insert(plan, review);
        }
    }
    let mut changes = Vec::new();
    for plan in tx.get_many(PLAN, &ids)? {
        let review = latest.get(&plan.id);
        let score = review.map_or(Value::Null, |review| review.get("score").clone());
        let mut draft = Draft::new().set("partnership", score);
        if let Some(next) = review.and_then(|review| review.date("next_on")) {
            draft = draft.set("next_review_on", next);
        }
        changes.push((plan, draft));
    }
    tx.update_many(changes).map(drop)
}

/// Reminds of actions before they are due and when they are late, and of reviews on their day.
pub(crate) const REMIND: JobDef =
    JobDef { name: "account_plan.remind", schedule: Schedule::Nightly { hour: 7 }, run: remind };

fn remind(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Counts> {
    let mut counts = remind::owners(gate, ctx, "account_action", as_of)?;
    let due = Expr::eq("status", "running")
        .and(Expr::compare("next_review_on", Comparison::LessOrEqual, as_of))
        .and(expr::parse("is_empty(reminded_for) || reminded_for < next_review_on")?);
    let notice = Notice { object: PLAN, key: "account_plan.notice.review".to_owned(), day: "next_review_on" };
    let told = |plan: &Record| Draft::new().set("reminded_for", plan.get("next_review_on").clone());
    counts.push(("reviews", remind::tell(gate, ctx, notice, due, told)?));
    Ok(counts)
}
