//! What to do next with a deal. Each suggestion is a rule over the records and names its reason, so that people
//! can judge it; what cannot be read by whoever asks gives no suggestion.

use guanxi_gate::{Ctx, Gate, Result, Visible, date_of};
use guanxi_model::{
    Message, Query, RecordId,
    access::action,
    expr::{Comparison, Expr},
};
use jiff::civil::Date;

/// Days without a word after which a deal has gone quiet.
const QUIET: i32 = 7;

/// What a suggestion leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Write a follow-up.
    FollowUp,
    /// Plan the next step.
    Plan,
    /// Fill in or correct the opportunity.
    Edit,
    /// Write down who decides.
    Contact(RecordId),
    /// Say how the competitor is answered.
    Answer(RecordId),
}

/// A suggestion.
#[derive(Debug, Clone, PartialEq)]
pub struct Suggestion {
    /// The rule that makes it.
    pub rule: &'static str,
    /// What to do, and why.
    pub text: Message,
    /// It is late already.
    pub late: bool,
    /// What it leads to.
    pub step: Step,
}

/// Suggestions for an opportunity under development, the late ones first.
///
/// # Errors
/// When the records cannot be read.
pub fn suggest(gate: &Gate, ctx: &Ctx, deal: &Visible) -> Result<Vec<Suggestion>> {
    if deal.object.name != "opportunity" || deal.get("status").as_text() != Some("developing") {
        return Ok(Vec::new());
    }
    let mut found = timely(ctx, deal);
    if deal.cell("amount").is_some() && deal.get("amount").is_null() {
        let text = Message::new("next_step.no_amount");
        found.push(Suggestion { rule: "no_amount", text, late: false, step: Step::Edit });
    }
    found.extend(deciders(gate, ctx, deal)?);
    found.extend(rivals(gate, ctx, deal)?);
    found.sort_by_key(|one| !one.late);
    Ok(found)
}

/// What follows from the dates of the deal itself.
fn timely(ctx: &Ctx, deal: &Visible) -> Vec<Suggestion> {
    let today = ctx.today;
    let day = |field: &str| -> Option<Date> {
        let value = deal.get(field);
        value.as_date().or_else(|| value.as_instant().map(|at| date_of(at, &ctx.zone)))
    };
    let days = |since: Date| since.until(today).map_or(0, |span| span.get_days());
    let mut found = Vec::new();
    if let Some(due) = day("stage_due_on").filter(|due| *due < today) {
        let field = deal.object.field("stage");
        let stage = deal.get("stage").as_text().and_then(|value| field?.option(value));
        let label = stage.map(|option| option.label.clone()).unwrap_or_default();
        let text = Message::new("next_step.stale").with_label("stage", &label).with("n", days(due));
        found.push(Suggestion { rule: "stale", text, late: true, step: Step::FollowUp });
    }
    // What was never followed up has been quiet since it began.
    if let Some(last) = day("last_contact_at").or_else(|| day("started_at"))
        && days(last) > QUIET
    {
        let text = Message::new("next_step.quiet").with("n", days(last));
        found.push(Suggestion { rule: "quiet", text, late: true, step: Step::FollowUp });
    }
    match day("next_plan_on") {
        Some(due) if due < today => {
            let text = Message::new("next_step.plan_late").with("n", days(due));
            found.push(Suggestion { rule: "plan_late", text, late: true, step: Step::Plan });
        }
        Some(_) => {}
        None => {
            let text = Message::new("next_step.no_plan");
            found.push(Suggestion { rule: "no_plan", text, late: false, step: Step::Plan });
        }
    }
    if let Some(expected) = day("expected_on").filter(|expected| *expected < today) {
        let text = Message::new("next_step.expected_past").with("date", expected);
        found.push(Suggestion { rule: "expected_past", text, late: true, step: Step::Edit });
    }
    found
}

/// Whether anybody spoke with who decides.
fn deciders(gate: &Gate, ctx: &Ctx, deal: &Visible) -> Result<Option<Suggestion>> {
    let Some(customer) = deal.get("customer").as_ref() else { return Ok(None) };
    if !ctx.rights.may("contact", action::READ) || !ctx.rights.may("activity", action::READ) {
        return Ok(None);
    }
    let decide = Expr::eq("customer", customer).and(Expr::one_of("decision_role", ["decides", "approves"]));
    let query = Query::of("contact").fields(["name"]).filter(decide).limit(20);
    let people = gate.list(ctx, &query)?.rows;
    let Some(first) = people.first() else {
        let text = Message::new("next_step.who_decides");
        let step = Step::Contact(customer);
        return Ok(Some(Suggestion { rule: "who_decides", text, late: false, step }));
    };
    let ids: Vec<RecordId> = people.iter().map(|person| person.id).collect();
    let since = deal.get("started_at").as_instant().unwrap_or(ctx.now);
    let spoken = Expr::ids("contact", &ids).and(
        Expr::eq("opportunity", deal.id).or(Expr::eq("regarding", deal.id)).or(Expr::compare(
            "happened_at",
            Comparison::GreaterOrEqual,
            since,
        )),
    );
    if gate.count(ctx, &Query::of("activity").filter(spoken))? > 0 {
        return Ok(None);
    }
    let text = Message::new("next_step.meet_decider").with("name", first.title());
    Ok(Some(Suggestion { rule: "meet_decider", text, late: false, step: Step::FollowUp }))
}

/// Dangerous competitors without an answer.
fn rivals(gate: &Gate, ctx: &Ctx, deal: &Visible) -> Result<Vec<Suggestion>> {
    if !ctx.rights.may("deal_competitor", action::READ) {
        return Ok(Vec::new());
    }
    let open = Expr::eq("opportunity", deal.id)
        .and(Expr::eq("threat", "high"))
        .and(Expr::eq("result", "open"))
        .and(Expr::is_empty("note"));
    let query = Query::of("deal_competitor").fields(["name"]).filter(open).limit(3);
    let rows = gate.list(ctx, &query)?.rows;
    let say = |row: &Visible| Suggestion {
        rule: "answer_rival",
        text: Message::new("next_step.answer_rival").with("name", row.title()),
        late: false,
        step: Step::Answer(row.id),
    };
    Ok(rows.iter().map(say).collect())
}
