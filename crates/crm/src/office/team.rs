//! A manager's view of the team: for each person what was done, what is due and what is late, each number with the
//! records behind it, and who has not handed in a report.

use super::work_report::monday;
use guanxi_gate::{Ctx, Gate, Result};
use guanxi_model::{
    Query, RecordId,
    access::action,
    expr::{self, Expr},
};
use jiff::{ToSpan, civil::Date};

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// Today.
    Day,
    /// This week, from Monday.
    Week,
}

/// A person's row.
#[derive(Debug, Clone)]
pub struct Member {
    /// The person.
    pub id: RecordId,
    /// Their name.
    pub name: String,
    /// Numbers, in the order of [`FIGURES`]; none where the caller may not see such records.
    pub figures: Vec<Option<Figure>>,
    /// Their report of the day or week, if there is one that was handed in.
    pub report: Option<RecordId>,
}

/// A number and what stands behind it.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// How many.
    pub count: i64,
    /// The object.
    pub object: &'static str,
    /// Which of its records.
    pub filter: String,
}

/// What is counted: name, object, condition (`{id}` is the person, `{from}` and `{after}` the days), and whether
/// a number above zero is bad news.
pub const FIGURES: [(&str, &str, &str, bool); 6] = [
    (
        "followed",
        "activity",
        r#"created_by == "{id}" && happened_at >= "{from}" && happened_at < "{after}""#,
        false,
    ),
    (
        "due",
        "customer",
        r#"owner == "{id}" && next_contact_at >= today && next_contact_at < "{after}""#,
        false,
    ),
    ("overdue", "customer", r#"owner == "{id}" && next_contact_at < today"#, true),
    (
        "stalled",
        "customer",
        r#"owner == "{id}" && status == "normal" && (last_contact_at < days_ago(30) || is_empty(last_contact_at) && created_at < days_ago(30))"#,
        true,
    ),
    ("finished", "task", r#"owner == "{id}" && done_at >= "{from}" && done_at < "{after}""#, false),
    ("late", "task", r#"owner == "{id}" && status != "done" && due_on < today"#, true),
];

/// Most people on the page.
const MOST: usize = 60;

/// First day, and the day after the last.
pub fn days(ctx: &Ctx, span: Span) -> (Date, Date) {
    match span {
        Span::Day => (ctx.today, ctx.today + 1.day()),
        Span::Week => (monday(ctx.today), monday(ctx.today) + 7.days()),
    }
}

/// Everyone below the caller in the line of command, without the caller.
pub fn team(gate: &Gate, ctx: &Ctx, span: Span) -> Result<Vec<Member>> {
    let (from, after) = days(ctx, span);
    let kind = if span == Span::Week { "week" } else { "day" };
    let below: Vec<RecordId> =
        ctx.subject.team.iter().copied().filter(|id| *id != ctx.subject.user).collect();
    if below.is_empty() {
        return Ok(Vec::new());
    }
    let people = Query::of("user")
        .fields(["name"])
        .filter(Expr::ids("id", &below).and(Expr::eq("active", true)))
        .sort(["name"])
        .limit(MOST);
    let handed_in = Query::of("work_report")
        .fields(["owner"])
        .filter(Expr::ids("owner", &below))
        .filter(
            Expr::eq("kind", kind)
                .and(Expr::eq("on", from))
                .and(Expr::one_of("status", ["submitted", "reviewed"])),
        )
        .limit(MOST);
    let reports = if ctx.rights.may("work_report", action::READ) {
        gate.list(ctx, &handed_in)?.rows
    } else {
        Vec::new()
    };
    let mut members = Vec::new();
    for person in gate.list(ctx, &people)?.rows {
        let mut figures = Vec::new();
        for (_, object, condition, _) in FIGURES {
            if !ctx.rights.may(object, action::READ) {
                figures.push(None);
                continue;
            }
            let filter = condition
                .replace("{id}", &person.id.to_string())
                .replace("{from}", &from.to_string())
                .replace("{after}", &after.to_string());
            let count = gate.count(ctx, &Query::of(object).filter(expr::parse(&filter)?))?;
            figures.push(Some(Figure { count, object, filter }));
        }
        let report = reports.iter().find(|r| r.get("owner").as_ref() == Some(person.id)).map(|r| r.id);
        members.push(Member { id: person.id, name: person.title(), figures, report });
    }
    Ok(members)
}
