//! What is to be done today: counters, each of which leads to the list of exactly what it counts.

use guanxi_gate::{Ctx, Gate, Result};
use guanxi_model::{Query, access::action, expr};

/// One counter of the home page.
#[derive(Debug, Clone, PartialEq)]
pub struct Todo {
    /// Stable name.
    pub name: &'static str,
    /// What people read, in the caller's language.
    pub label: String,
    /// How many.
    pub count: i64,
    /// Whether it is late already.
    pub late: bool,
    /// Icon name.
    pub icon: &'static str,
    /// The object that is listed.
    pub object: &'static str,
    /// Which of its records, as an expression for the list's address.
    pub filter: &'static str,
}

struct Counter {
    name: &'static str,
    object: &'static str,
    icon: &'static str,
    late: bool,
    /// The action that makes it the caller's business, when reading alone does not.
    needs: &'static str,
    filter: &'static str,
}

const fn counter(
    name: &'static str,
    object: &'static str,
    icon: &'static str,
    needs: &'static str,
    filter: &'static str,
) -> Counter {
    Counter { name, object, icon, late: false, needs, filter }
}

const fn late(counter: Counter) -> Counter {
    Counter { late: true, ..counter }
}

const COUNTERS: [Counter; 15] = [
    counter(
        "contact_today",
        "customer",
        "phone-call",
        action::EDIT,
        "owner == me && next_contact_at >= today && next_contact_at < days_from_now(1)",
    ),
    late(counter(
        "contact_overdue",
        "customer",
        "alarm-clock",
        action::EDIT,
        "owner == me && next_contact_at < today",
    )),
    late(counter(
        "visit_due",
        "customer",
        "map-pin",
        action::EDIT,
        r#"owner == me && status == "normal" && visit_due_on <= today"#,
    )),
    counter(
        "opportunity_assigned",
        "opportunity",
        "target",
        "start",
        r#"owner == me && status == "assigned""#,
    ),
    counter("opportunity_unassigned", "opportunity", "user-plus", "assign", r#"status == "unassigned""#),
    counter(
        "plan_today",
        "plan_item",
        "list-checks",
        "record_result",
        r#"opportunity.owner == me && opportunity.status in ["assigned", "developing"] && is_empty(result) && due_on == today"#,
    ),
    late(counter(
        "plan_overdue",
        "plan_item",
        "calendar-clock",
        "record_result",
        r#"opportunity.owner == me && opportunity.status in ["assigned", "developing"] && is_empty(result) && due_on < today"#,
    )),
    counter(
        "churn",
        "churn_warning",
        "trending-down",
        "defer",
        r#"customer.owner in my_team && status in ["open", "deferred"]"#,
    ),
    counter("service_new", "service_request", "inbox", "assign", r#"status == "new""#),
    counter(
        "service_assigned",
        "service_request",
        "headphones",
        "handle",
        r#"owner == me && status == "assigned""#,
    ),
    counter("service_feedback", "service_request", "smile", "feedback", r#"status == "handled""#),
    counter(
        "task_today",
        "task",
        "list-todo",
        action::READ,
        r#"owner == me && status != "done" && due_on == today"#,
    ),
    late(counter(
        "task_overdue",
        "task",
        "clock",
        action::READ,
        r#"owner == me && status != "done" && due_on < today"#,
    )),
    counter(
        "appointment_today",
        "appointment",
        "calendar-days",
        action::READ,
        "owner == me && starts_at >= today && starts_at < days_from_now(1)",
    ),
    counter(
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
        let query = Query::of(counter.object).filter(expr::parse(counter.filter)?);
        todos.push(Todo {
            name: counter.name,
            label: gate.phrases().get(ctx.locale, &format!("todo.{}", counter.name)).to_owned(),
            count: gate.count(ctx, &query)?,
            late: counter.late,
            icon: counter.icon,
            object: counter.object,
            filter: counter.filter,
        });
    }
    Ok(todos)
}

/// Every counter's name, object, icon and filter, for the conformance test.
#[doc(hidden)]
pub fn all() -> impl Iterator<Item = (&'static str, &'static str, &'static str, &'static str)> {
    COUNTERS.iter().map(|counter| (counter.name, counter.object, counter.icon, counter.filter))
}
