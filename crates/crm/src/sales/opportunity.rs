//! The life of an opportunity: noted by its creator, assigned by a manager, developed by the assignee, won
//! or lost, archived. The document says from which status each verb starts; who may is said here.

mod stages;
mod win;

pub(crate) use stages::Stages;
pub(crate) use win::win;

use guanxi_gate::{Change, Channel, Ctx, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId, Value};

/// While one of these holds the opportunity is alive.
pub(crate) const OPEN: [&str; 3] = ["unassigned", "assigned", "developing"];

/// Gives the opportunity to someone to develop. Assigning again renews the time, and whoever takes over
/// starts anew.
pub(crate) fn assign(tx: &mut Tx<'_>, opportunity: &Record, input: &Draft) -> Result<()> {
    let Some(to) = input.get("to").as_ref() else { return Err(Error::NotFound) };
    let assignee = able(tx, to, "opportunity", "start", "opportunity.cannot_develop")?;
    let now = tx.ctx().now;
    let by = acting(tx.ctx());
    let assigned = tx.update(
        opportunity,
        Draft::new()
            .set("owner", to)
            .set("department", assignee.get("department").clone())
            .set("assigned_by", by)
            .set("assigned_at", now)
            .set("status", "assigned"),
    )?;
    tx.notify(to, &assigned, Message::new("opportunity.notice.assigned").with("title", assigned.title()))
}

/// The assignee begins.
pub(crate) fn start(tx: &mut Tx<'_>, opportunity: &Record, _input: &Draft) -> Result<()> {
    if !is_assignee(tx.ctx(), opportunity) {
        return Err(Error::refused("opportunity.only_assignee_starts"));
    }
    // Its first stage follows from the pipeline, see `Stages`. What was noted as the chance was a guess; a stage
    // knows better.
    tx.update(opportunity, Draft::new().set("status", "developing").set("started_at", tx.ctx().now))?;
    Ok(())
}

/// Ends it without a deal, and says why.
pub(crate) fn lose(tx: &mut Tx<'_>, opportunity: &Record, input: &Draft) -> Result<()> {
    let now = tx.ctx().now;
    super::competitor::met(tx, opportunity, input.get("lost_to"))?;
    // Whoever was written down just now is counted on the record already.
    let opportunity = tx.get("opportunity", opportunity.id)?;
    tx.update(
        &opportunity,
        Draft::new()
            .set("status", "lost")
            .set("lost_to", input.get("lost_to").clone())
            .set("lost_reason", input.get("reason").clone())
            .set("lost_note", input.get("note").clone())
            .set("closed_at", now)
            .set("probability", 0),
    )?;
    Ok(())
}

/// Ends what never was a chance, and says why.
pub(crate) fn invalidate(tx: &mut Tx<'_>, opportunity: &Record, input: &Draft) -> Result<()> {
    let now = tx.ctx().now;
    tx.update(
        opportunity,
        Draft::new()
            .set("status", "invalid")
            .set("invalid_reason", input.get("reason").clone())
            .set("lost_note", input.get("note").clone())
            .set("closed_at", now)
            .set("probability", 0),
    )?;
    Ok(())
}

/// Goes on in the stage in which it ended, where the pipeline allows that. A deal that orders rest on stays won.
pub(crate) fn reopen(tx: &mut Tx<'_>, opportunity: &Record, _input: &Draft) -> Result<()> {
    if !stages::may_reopen(tx, opportunity)? {
        return Err(Error::refused("opportunity.no_reopening"));
    }
    if opportunity.get("started_at").is_null() {
        return Err(Error::refused("opportunity.never_started"));
    }
    let orders = tx.count("order", &guanxi_model::expr::Expr::eq("opportunity", opportunity.id))?;
    if orders > 0 {
        return Err(Error::Refused(Message::new("opportunity.has_orders").with("n", orders)));
    }
    let mut draft = Draft::new().set("status", "developing");
    for field in ["closed_at", "lost_reason", "lost_to", "invalid_reason", "lost_note"] {
        draft = draft.set(field, Value::Null);
    }
    if let Some(rate) = stages::rate_of(tx, opportunity)? {
        draft = draft.set("probability", rate);
    }
    tx.update(opportunity, draft)?;
    Ok(())
}

/// Who may change an opportunity by hand, and when: its creator while it is unassigned, its assignee while
/// it is developed, nobody once it has ended. Stages move only while it is developed.
pub(crate) struct LifeCycle;

impl Rule for LifeCycle {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ctx = tx.ctx();
        for change in changes {
            let Some(before) = &change.before else {
                // History that is imported may already be under way.
                if !change.by_program && ctx.channel != Channel::Import && !change.value("stage").is_null() {
                    change.refuse("stage", Message::new("opportunity.stage_only_developing"));
                }
                continue;
            };
            let status = before.text("status").to_owned();
            let transferred = change.changes("owner") && !change.changes("status");
            if transferred && matches!(status.as_str(), "assigned" | "developing") {
                let by = acting(ctx);
                change.set("assigned_at", ctx.now);
                change.set("assigned_by", by);
            }
            if change.by_program {
                continue;
            }
            if let Some(refusal) = refusal(ctx, change, &status) {
                change.refuse_record(Message::new(refusal));
            } else if change.changes("stage") && status != "developing" {
                change.refuse("stage", Message::new("opportunity.stage_only_developing"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, opportunity: &Record) -> Result<()> {
        let ctx = tx.ctx();
        if opportunity.text("status") != "unassigned" {
            return Err(Error::refused("opportunity.delete_unassigned"));
        }
        if !ctx.rights.everything && opportunity.reference("created_by") != Some(ctx.subject.user) {
            return Err(Error::refused("opportunity.delete_creator"));
        }
        Ok(())
    }
}

/// The sentence that refuses a person's change, if there is one.
fn refusal(ctx: &Ctx, change: &Change, status: &str) -> Option<&'static str> {
    let before = change.before.as_ref()?;
    let changed: Vec<&String> = change.draft.values.keys().filter(|field| change.changes(field)).collect();
    if changed.is_empty() {
        return None;
    }
    if !OPEN.contains(&status) {
        return Some("opportunity.closed");
    }
    // The right to transfer was proved at the door.
    if ctx.rights.everything
        || changed
            .iter()
            .all(|field| matches!(field.as_str(), "owner" | "department") || field.starts_with("assigned_"))
    {
        return None;
    }
    match status {
        "unassigned" if before.reference("created_by") != Some(ctx.subject.user) => {
            Some("opportunity.only_creator")
        }
        "assigned" => Some("opportunity.start_first"),
        "developing" if !is_assignee(ctx, before) => Some("opportunity.only_assignee"),
        _ => None,
    }
}

/// Whether the caller develops it. The operator acts for anyone.
pub(crate) fn is_assignee(ctx: &Ctx, opportunity: &Record) -> bool {
    ctx.rights.everything || opportunity.owner() == Some(ctx.subject.user)
}

/// The caller as a user; the operator and the services have no record.
pub(crate) fn acting(ctx: &Ctx) -> Value {
    Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user))
}

/// An active user whose roles allow an action, or a refusal that says what is missing.
pub(crate) fn able(
    tx: &mut Tx<'_>,
    user: RecordId,
    object: &str,
    action: &str,
    refusal: &'static str,
) -> Result<Record> {
    let user = tx.get("user", user)?;
    if user.get("active").as_bool() == Some(false) {
        return Err(Error::invalid(
            "to",
            "rule",
            Message::new("colleague.disabled").with("name", user.title()),
        ));
    }
    let registry = tx.registry();
    let able = user
        .get("roles")
        .as_list()
        .iter()
        .filter_map(|role| registry.role(role))
        .any(|role| role.grants.iter().any(|grant| grant.covers(object, action)));
    if able {
        Ok(user)
    } else {
        Err(Error::invalid("to", "rule", Message::new(refusal).with("name", user.title())))
    }
}
