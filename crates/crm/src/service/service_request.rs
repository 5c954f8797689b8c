//! Five steps: made, assigned, handled, answered, archived. Whoever is not content sends it back to be
//! handled again. Every step keeps who and when.

use super::fitting::is_citable;
use guanxi_gate::{Change, Ctx, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId, Scope, Value};

/// From this many stars on, the customer is content.
const CONTENT: i64 = 3;

/// Gives it to someone to handle.
pub(crate) fn assign(tx: &mut Tx<'_>, request: &Record, input: &Draft) -> Result<()> {
    let Some(to) = input.get("to").as_ref() else { return Err(Error::NotFound) };
    let handler = handler(tx, to)?;
    let draft = Draft::new()
        .set("owner", to)
        .set("department", handler.get("department").clone())
        .set("assigned_by", acting(tx.ctx()))
        .set("assigned_at", tx.ctx().now)
        .set("status", "assigned");
    let assigned = tx.update(request, draft)?;
    tx.notify(to, &assigned, Message::new("service.notice.assigned").with("title", assigned.title()))
}

/// An active user whose roles let them handle requests.
fn handler(tx: &mut Tx<'_>, user: RecordId) -> Result<Record> {
    let user = tx.get("user", user)?;
    let refuse =
        |key: &'static str| Error::invalid("to", "rule", Message::new(key).with("name", user.title()));
    if user.get("active").as_bool() == Some(false) {
        return Err(refuse("colleague.disabled"));
    }
    let registry = tx.registry();
    let roles = user.get("roles").as_list().iter().filter_map(|role| registry.role(role));
    let able = roles.flat_map(|role| &role.grants).any(|grant| grant.covers("service_request", "handle"));
    if able { Ok(user) } else { Err(refuse("service.cannot_handle")) }
}

/// Says what was done about it. Its assignee does that, or someone whose right to handle reaches beyond
/// their own requests.
pub(crate) fn handle(tx: &mut Tx<'_>, request: &Record, input: &Draft) -> Result<()> {
    let ctx = tx.ctx();
    if request.owner() != Some(ctx.subject.user) && !handles_for_others(ctx) {
        return Err(Error::refused("service.only_assignee"));
    }
    let article = citable(tx, input)?;
    let times = request.decimal("handle_count").unwrap_or_default() + rust_decimal::Decimal::ONE;
    let mut draft = Draft::new()
        .set("result", input.get("result").clone())
        .set("handled_by", acting(ctx))
        .set("handled_at", ctx.now)
        .set("handle_count", times)
        .set("status", "handled");
    if article.is_some() {
        draft = draft.set("solved_by", article);
    }
    let handled = tx.update(request, draft)?;
    match handled.reference("created_by") {
        Some(creator) => tx.notify(
            creator,
            &handled,
            Message::new("service.notice.handled").with("title", handled.title()),
        ),
        None => Ok(()),
    }
}

/// Says afterwards which article solved it, or names a better one.
pub(crate) fn cite(tx: &mut Tx<'_>, request: &Record, input: &Draft) -> Result<()> {
    let ctx = tx.ctx();
    if request.owner() != Some(ctx.subject.user) && !handles_for_others(ctx) {
        return Err(Error::refused("service.only_assignee"));
    }
    let article = citable(tx, input)?;
    tx.update(request, Draft::new().set("solved_by", article))?;
    Ok(())
}

/// The article that the form names; what was never published solved nothing.
fn citable(tx: &mut Tx<'_>, input: &Draft) -> Result<Option<RecordId>> {
    let Some(named) = input.get("solved_by").as_ref() else { return Ok(None) };
    let article = tx.get("article", named)?;
    if is_citable(&article) {
        Ok(Some(named))
    } else {
        let message = Message::new("service.not_published").with("title", article.title());
        Err(Error::invalid("solved_by", "rule", message))
    }
}

fn handles_for_others(ctx: &Ctx) -> bool {
    ctx.rights.everything
        || ctx.rights.grants.iter().any(|g| g.covers("service_request", "handle") && g.scope != Scope::Own)
}

/// Takes what the customer says: content, and it is archived; not content, and it is handled again.
pub(crate) fn feedback(tx: &mut Tx<'_>, request: &Record, input: &Draft) -> Result<()> {
    let ctx = tx.ctx();
    let content = input.get("satisfaction").as_decimal().is_some_and(|stars| stars >= CONTENT.into());
    let mut draft = Draft::new()
        .set("satisfaction", input.get("satisfaction").clone())
        .set("feedback", input.get("feedback").clone())
        .set("feedback_by", acting(ctx))
        .set("feedback_at", ctx.now);
    draft = if content {
        draft.set("status", "archived").set("archived_at", ctx.now)
    } else {
        draft.set("status", "assigned").set("assigned_at", ctx.now)
    };
    let answered = tx.update(request, draft)?;
    match answered.owner() {
        Some(owner) if !content => {
            tx.notify(owner, &answered, Message::new("service.notice.again").with("title", answered.title()))
        }
        _ => Ok(()),
    }
}

fn acting(ctx: &Ctx) -> Value {
    Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user))
}

/// An archived request is history.
pub(crate) struct Steps;

impl Rule for Steps {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut().filter(|change| !change.by_program) {
            let archived = change.before.as_ref().is_some_and(|before| before.text("status") == "archived");
            if archived && change.draft.values.keys().any(|field| change.changes(field)) {
                change.refuse_record(Message::new("service.archived"));
            }
        }
        Ok(())
    }
}
