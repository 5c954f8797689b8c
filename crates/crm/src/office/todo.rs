//! What is to be done today: counters, each in three states (today, overdue, done), each of which leads to the
//! list of exactly what it counts. A condition stands here once; pages, REST lists and the count use its text.

use guanxi_gate::{Ctx, Gate, Result};
use guanxi_model::{Query, access::action, expr};

/// One counter of the home page.
#[derive(Debug, Clone, PartialEq)]
pub struct Todo {
    /// Stable name.
    pub name: &'static str,
    /// What people read, in the caller's language.
    pub label: String,
    /// Icon name.
    pub icon: &'static str,
    /// The object that is listed.
    pub object: &'static str,
    /// The verb that deals with one of them; none where that takes more than a verb.
    pub verb: Option<&'static str>,
    /// What is to be done now.
    pub today: State,
    /// What should have been done before; none where nothing can be late.
    pub overdue: Option<State>,
    /// What was dealt with today.
    pub done: Option<State>,
}

/// A state of a counter.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// How many.
    pub count: i64,
    /// Which of its records, as an expression for the list's address.
    pub filter: &'static str,
}

impl Todo {
    /// How many are late.
    pub fn late(&self) -> i64 {
        self.overdue.as_ref().map_or(0, |state| state.count)
    }

    /// How many are to be done, late ones included.
    pub fn open(&self) -> i64 {
        self.today.count + self.late()
    }
}

/// What a counter counts.
#[derive(Debug, Clone, Copy)]
pub struct Counter {
    /// Stable name.
    pub name: &'static str,
    /// The object it counts.
    pub object: &'static str,
    /// Icon name.
    pub icon: &'static str,
    /// The action that makes it the caller's business, when reading alone does not.
    needs: &'static str,
    verb: Option<&'static str>,
    today: &'static str,
    overdue: Option<&'static str>,
    done: Option<&'static str>,
}

impl Counter {
    const fn new(
        name: &'static str,
        object: &'static str,
        icon: &'static str,
        needs: &'static str,
        today: &'static str,
    ) -> Self {
        Counter { name, object, icon, needs, verb: None, today, overdue: None, done: None }
    }

    const fn late(self, filter: &'static str) -> Self {
        Counter { overdue: Some(filter), ..self }
    }

    const fn done(self, filter: &'static str) -> Self {
        Counter { done: Some(filter), ..self }
    }

    const fn by(self, verb: &'static str) -> Self {
        Counter { verb: Some(verb), ..self }
    }

    /// Its conditions, each with the name of its state.
    pub fn filters(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.today).chain(self.overdue).chain(self.done)
    }
}

/// All of them, in the order of the page.
pub const COUNTERS: [Counter; 25] = [
    Counter::new(
        "contact",
        "customer",
        "phone-call",
        action::EDIT,
        "owner == me && next_contact_at >= today && next_contact_at < days_from_now(1)",
    )
    .late("owner == me && next_contact_at < today")
    .done("owner == me && (last_contact_at >= today || contacted_at >= today)")
    .by("contacted"),
    Counter::new(
        "visit_due",
        "customer",
        "map-pin",
        action::EDIT,
        r#"owner == me && status == "normal" && visit_due_on == today"#,
    )
    .late(r#"owner == me && status == "normal" && visit_due_on < today"#),
    Counter::new(
        "pool_soon",
        "customer",
        "droplets",
        action::EDIT,
        "owner == me && recycle_warn_on <= today && recycle_on > today",
    )
    // Tonight they are taken back.
    .late("owner == me && recycle_on <= today"),
    // What others gave, until its new owner wrote of a contact, and for a week at most.
    Counter::new(
        "customer_assigned",
        "customer",
        "user-check",
        action::EDIT,
        r#"owner == me && any(owner_change.customer, to_owner == me && kind in ["assign", "transfer"] && happened_on == today) && !any(activity.customer, created_by == me && happened_at >= today)"#,
    )
    .late(r#"owner == me && any(owner_change.customer, to_owner == me && kind in ["assign", "transfer"] && happened_on < today && happened_on >= days_ago(7)) && !any(activity.customer, created_by == me && happened_at >= days_ago(7))"#)
    .done(r#"owner == me && any(owner_change.customer, to_owner == me && kind in ["assign", "transfer"] && happened_on >= days_ago(7)) && any(activity.customer, created_by == me && happened_at >= today)"#),
    Counter::new(
        "lead_assigned",
        "lead",
        "user-plus",
        action::EDIT,
        r#"owner == me && status == "new" && assigned_at >= today"#,
    )
    .late(r#"owner == me && status == "new" && (is_empty(assigned_at) || assigned_at < today)"#)
    .done(r#"owner == me && status != "new" && last_contact_at >= today"#),
    Counter::new(
        "lead_contact",
        "lead",
        "phone-call",
        action::EDIT,
        r#"owner == me && status in ["new", "contacted", "qualified"] && next_contact_at >= today && next_contact_at < days_from_now(1)"#,
    )
    .late(r#"owner == me && status in ["new", "contacted", "qualified"] && next_contact_at < today"#)
    .done("owner == me && last_contact_at >= today"),
    Counter::new(
        "lead_unassigned",
        "lead",
        "inbox",
        "assign",
        r#"is_empty(owner) && status in ["new", "contacted", "qualified"] && created_at >= today"#,
    )
    .late(r#"is_empty(owner) && status in ["new", "contacted", "qualified"] && created_at < today"#)
    .by("assign"),
    Counter::new(
        "opportunity_assigned",
        "opportunity",
        "target",
        "start",
        r#"owner == me && status == "assigned" && assigned_at >= today"#,
    )
    .late(r#"owner == me && status == "assigned" && (is_empty(assigned_at) || assigned_at < today)"#)
    .done("owner == me && started_at >= today")
    .by("start"),
    Counter::new(
        "opportunity_unassigned",
        "opportunity",
        "user-plus",
        "assign",
        r#"status == "unassigned" && created_at >= today"#,
    )
    .late(r#"status == "unassigned" && created_at < today"#)
    .done("assigned_by == me && assigned_at >= today")
    .by("assign"),
    Counter::new(
        "plan",
        "plan_item",
        "list-checks",
        "record_result",
        r#"opportunity.owner == me && opportunity.status in ["assigned", "developing"] && is_empty(result) && due_on == today"#,
    )
    .late(r#"opportunity.owner == me && opportunity.status in ["assigned", "developing"] && is_empty(result) && due_on < today"#)
    .done("opportunity.owner == me && !is_empty(result) && updated_at >= today")
    .by("record_result"),
    Counter::new(
        "account_action",
        "account_action",
        "handshake",
        "finish",
        r#"owner == me && account_plan.status == "running" && status == "open" && due_on == today"#,
    )
    .late(r#"owner == me && account_plan.status == "running" && status == "open" && due_on < today"#)
    .done(r#"owner == me && status == "done" && done_on == today"#)
    .by("finish"),
    Counter::new(
        "account_review",
        "account_plan",
        "clipboard-list",
        action::EDIT,
        r#"owner == me && status == "running" && next_review_on == today"#,
    )
    .late(r#"owner == me && status == "running" && next_review_on < today"#)
    .done(r#"owner == me && status == "running" && last_review_on == today"#),
    Counter::new(
        "churn",
        "churn_warning",
        "trending-down",
        "defer",
        r#"customer.owner in my_team && status in ["open", "deferred"]"#,
    )
    .done(r#"customer.owner in my_team && status in ["lost", "recovered"] && updated_at >= today"#)
    .by("defer"),
    Counter::new(
        "service_new",
        "service_request",
        "inbox",
        "assign",
        r#"status == "new" && created_at >= today"#,
    )
    .late(r#"status == "new" && created_at < today"#)
    .done("assigned_by == me && assigned_at >= today")
    .by("assign"),
    Counter::new(
        "service_assigned",
        "service_request",
        "headphones",
        "handle",
        r#"owner == me && status == "assigned" && assigned_at >= today"#,
    )
    .late(r#"owner == me && status == "assigned" && (is_empty(assigned_at) || assigned_at < today)"#)
    .done("handled_by == me && handled_at >= today")
    .by("handle"),
    Counter::new(
        "service_feedback",
        "service_request",
        "smile",
        "feedback",
        r#"status == "handled" && handled_at >= today"#,
    )
    .late(r#"status == "handled" && (is_empty(handled_at) || handled_at < today)"#)
    .done("feedback_by == me && feedback_at >= today")
    .by("feedback"),
    Counter::new(
        "task",
        "task",
        "list-todo",
        action::READ,
        r#"owner == me && status != "done" && due_on == today"#,
    )
    .late(r#"owner == me && status != "done" && due_on < today"#)
    .done(r#"owner == me && status == "done" && done_at >= today"#)
    .by("finish"),
    Counter::new(
        "appointment",
        "appointment",
        "calendar-days",
        action::READ,
        r#"owner == me && status == "planned" && starts_at >= today && starts_at < days_from_now(1)"#,
    )
    .late(r#"owner == me && status == "planned" && starts_at < today && starts_at >= days_ago(7)"#)
    .done(r#"owner == me && status == "done" && starts_at >= today && starts_at < days_from_now(1)"#)
    .by("finish"),
    Counter::new(
        "contract_review",
        "contract",
        "file-text",
        "approve",
        r#"status == "submitted" && submitted_at >= today"#,
    )
    .late(r#"status == "submitted" && submitted_at < today"#)
    .done("reviewed_by == me && reviewed_at >= today")
    .by("approve"),
    Counter::new(
        "payment_review",
        "payment",
        "hand-coins",
        "approve",
        r#"status == "submitted" && submitted_at >= today"#,
    )
    .late(r#"status == "submitted" && submitted_at < today"#)
    .done("reviewed_by == me && reviewed_at >= today")
    .by("approve"),
    Counter::new(
        "invoice_review",
        "invoice",
        "receipt",
        "approve",
        r#"status == "submitted" && submitted_at >= today"#,
    )
    .late(r#"status == "submitted" && submitted_at < today"#)
    .done("reviewed_by == me && reviewed_at >= today")
    .by("approve"),
    Counter::new("invoice_issue", "invoice", "send", "issue", r#"status == "approved""#)
        .done(r#"status == "issued" && issued_by == me && issued_on == today"#)
        .by("issue"),
    Counter::new(
        "payment_due",
        "payment_plan",
        "calendar-clock",
        action::EDIT,
        r#"customer.owner == me && status in ["due", "part"] && remind_on <= today && due_on >= today"#,
    )
    .late(r#"customer.owner == me && (status == "overdue" || status in ["due", "part"] && due_on < today)"#),
    Counter::new(
        "contract_ending",
        "contract",
        "alarm-clock",
        action::EDIT,
        r#"customer.owner == me && status == "approved" && remind_on <= today && ends_on >= today"#,
    ),
    Counter::new(
        "order_unpaid",
        "order",
        "hand-coins",
        action::EDIT,
        r#"customer.owner == me && status in ["shipped", "delivering"]"#,
    ),
];

/// The caller's counters, those with nothing to do included; only about objects that are their business.
pub fn todos(gate: &Gate, ctx: &Ctx) -> Result<Vec<Todo>> {
    let mut todos = Vec::new();
    for counter in &COUNTERS {
        if !ctx.rights.may(counter.object, counter.needs) || !ctx.rights.may(counter.object, action::READ) {
            continue;
        }
        let count = |filter: &'static str| -> Result<State> {
            let query = Query::of(counter.object).filter(expr::parse(filter)?);
            Ok(State { count: gate.count(ctx, &query)?, filter })
        };
        todos.push(Todo {
            name: counter.name,
            label: gate.phrases().get(ctx.locale, &format!("todo.{}", counter.name)).to_owned(),
            icon: counter.icon,
            object: counter.object,
            verb: counter.verb.filter(|verb| ctx.rights.may(counter.object, verb)),
            today: count(counter.today)?,
            overdue: counter.overdue.map(count).transpose()?,
            done: counter.done.map(count).transpose()?,
        });
    }
    Ok(todos)
}
