//! Daily and weekly reports: filled in from what was done, handed to the superior, answered by them.

use guanxi_gate::{Change, Ctx, Draft, Error, Gate, Record, Result, Rule, Tx};
use guanxi_model::{
    Label, Message, RecordId, Value,
    expr::{Comparison, Expr},
};
use jiff::{ToSpan, civil::Date};

/// Lines of a kind that are filled in.
const LINES: usize = 40;

/// One report for a person, kind and day, filled in from what was done; after it was handed in it stays.
pub(crate) struct Filled;

impl Rule for Filled {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            if let Some(before) = &change.before {
                let mine = before.owner() == Some(tx.ctx().subject.user);
                if !change.by_program && (before.text("status") != "draft" || !mine) {
                    change.refuse_record(Message::new("work_report.handed_in"));
                }
                continue;
            }
            let (Some(owner), Some(on)) = (change.value("owner").as_ref(), change.value("on").as_date())
            else {
                continue;
            };
            let kind = change.value("kind").as_text().unwrap_or("day").to_owned();
            let first = if kind == "week" { monday(on) } else { on };
            if first > tx.ctx().today {
                change.refuse("on", Message::new("work_report.ahead"));
                continue;
            }
            change.set("on", first);
            if find(tx, owner, &kind, first)?.is_some() {
                change.refuse("on", Message::new("work_report.twice"));
                continue;
            }
            let person = tx.get("user", owner)?;
            let locale = tx.ctx().locale;
            let object = tx.object("work_report")?;
            let word = object
                .field("kind")
                .and_then(|f| f.option(&kind))
                .map_or_else(Label::default, |o| o.label.clone());
            change.set("title", format!("{} {first} {}", word.get(locale), person.title()));
            change.set("superior", person.reference("superior"));
            let filled = fill(tx, owner, first, if kind == "week" { 7 } else { 1 })?;
            change.set("figures", filled.figures);
            if change.value("done").is_null() {
                change.set("done", filled.done);
            }
            if change.value("plan").is_null() {
                change.set("plan", filled.plan);
            }
        }
        Ok(())
    }

    fn before_delete(&self, _tx: &mut Tx<'_>, report: &Record) -> Result<()> {
        if report.text("status") == "draft" { Ok(()) } else { Err(Error::refused("work_report.handed_in")) }
    }
}

/// The Monday of a day's week.
pub(crate) fn monday(date: Date) -> Date {
    date - i64::from(date.weekday().to_monday_zero_offset()).days()
}

fn find(tx: &mut Tx<'_>, owner: RecordId, kind: &str, on: Date) -> Result<Option<Record>> {
    let same = Expr::eq("owner", owner).and(Expr::eq("kind", kind)).and(Expr::eq("on", on));
    tx.first("work_report", &same)
}

struct Content {
    done: Value,
    plan: Value,
    figures: Value,
}

/// What somebody did within so many days, and has before them.
fn fill(tx: &mut Tx<'_>, owner: RecordId, first: Date, days: i64) -> Result<Content> {
    let after = first + days.days();
    let within = |field: &str| {
        Expr::compare(field, Comparison::GreaterOrEqual, first).and(Expr::compare(
            field,
            Comparison::Less,
            after,
        ))
    };
    let followed = tx.find("activity", &Expr::eq("created_by", owner).and(within("happened_at")), None)?;
    let finished = tx.find("task", &Expr::eq("owner", owner).and(within("done_at")), None)?;
    let orders = tx.find("order", &Expr::eq("customer.owner", owner).and(within("ordered_on")), None)?;
    let customers: Vec<RecordId> = followed.iter().filter_map(|a| a.reference("customer")).collect();
    let names = tx.get_many("customer", &customers)?;
    let name = |id: Option<RecordId>| {
        names.iter().find(|c| Some(c.id) == id).map(|c| format!("{}: ", c.title())).unwrap_or_default()
    };
    let mut done: Vec<String> = followed
        .iter()
        .take(LINES)
        .map(|a| format!("\u{b7} {}{}", name(a.reference("customer")), short(a.text("content"))))
        .collect();
    done.extend(finished.iter().take(LINES).map(|task| format!("\u{b7} {}", task.title())));
    done.extend(orders.iter().take(LINES).map(|order| format!("\u{b7} {}", order.title())));
    let ahead = after + days.days();
    let coming = |field: &str| {
        Expr::compare(field, Comparison::GreaterOrEqual, after).and(Expr::compare(
            field,
            Comparison::Less,
            ahead,
        ))
    };
    let mine = || Expr::eq("owner", owner);
    let contacts = tx.find("customer", &mine().and(coming("next_contact_at")), Some(LINES))?;
    let open =
        Expr::one_of("status", ["todo", "doing"]).and(Expr::compare("due_on", Comparison::Less, ahead));
    let tasks = tx.find("task", &mine().and(open), Some(LINES))?;
    let plan: Vec<String> =
        contacts.iter().chain(&tasks).map(|record| format!("\u{b7} {}", record.title())).collect();
    let mut met = customers;
    met.sort_unstable();
    met.dedup();
    let total: rust_decimal::Decimal = orders.iter().filter_map(|order| order.decimal("total")).sum();
    let figures = tx.say(
        &Message::new("work_report.figures")
            .with("follow_ups", followed.len())
            .with("customers", met.len())
            .with("tasks", finished.len())
            .with("orders", orders.len())
            .with("total", guanxi_gate::words::money(total)),
    );
    let nothing = tx.say(&Message::new("work_report.nothing"));
    Ok(Content {
        done: Value::Text(if done.is_empty() { nothing } else { done.join("\n") }),
        plan: if plan.is_empty() { Value::Null } else { Value::Text(plan.join("\n")) },
        figures: Value::Text(figures),
    })
}

fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 60 { line } else { line.chars().take(59).chain(['…']).collect() }
}

/// Hands it in; the superior hears of it.
pub(crate) fn submit(tx: &mut Tx<'_>, report: &Record, _input: &Draft) -> Result<()> {
    if report.owner() != Some(tx.ctx().subject.user) {
        return Err(Error::refused("work_report.own"));
    }
    let now = tx.ctx().now;
    let submitted = tx.update(report, Draft::new().set("status", "submitted").set("submitted_at", now))?;
    if let Some(superior) = submitted.reference("superior") {
        let message = Message::new("work_report.notice.submitted").with("title", submitted.title());
        tx.notify(superior, &submitted, message)?;
    }
    Ok(())
}

/// The superior's answer.
pub(crate) fn review(tx: &mut Tx<'_>, report: &Record, input: &Draft) -> Result<()> {
    let me = tx.ctx().subject.user;
    if report.owner() == Some(me) {
        return Err(Error::refused("work_report.not_own"));
    }
    let draft = Draft::new()
        .set("status", "reviewed")
        .set("review", input.get("review").clone())
        .set("reviewed_by", (me.0 > 0).then_some(me));
    let reviewed = tx.update(report, draft)?;
    tell(tx, &reviewed, reviewed.owner(), "work_report.notice.reviewed")
}

/// A word back; it stands on the report's timeline.
pub(crate) fn reply(tx: &mut Tx<'_>, report: &Record, _input: &Draft) -> Result<()> {
    let me = Some(tx.ctx().subject.user);
    let other = if report.owner() == me {
        report.reference("reviewed_by").or(report.reference("superior"))
    } else {
        report.owner()
    };
    tell(tx, report, other, "work_report.notice.reply")
}

fn tell(tx: &mut Tx<'_>, report: &Record, whom: Option<RecordId>, key: &'static str) -> Result<()> {
    let Some(whom) = whom else { return Ok(()) };
    let by = tx.ctx().subject.name.clone();
    tx.notify(whom, report, Message::new(key).with("by", by).with("title", report.title()))
}

/// The caller's report of a kind for today's day or week: the one there is, or a new draft.
pub fn todays_report(gate: &Gate, ctx: &Ctx, kind: &str) -> Result<RecordId> {
    let on = if kind == "week" { monday(ctx.today) } else { ctx.today };
    if let Some(known) = gate.read(ctx, |tx| find(tx, ctx.subject.user, kind, on))? {
        return Ok(known.id);
    }
    let draft = Draft::new().set("kind", kind).set("on", on);
    Ok(gate.create(ctx, "work_report", draft, true)?.id)
}
