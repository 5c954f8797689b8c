//! Identify, differentiate, interact, customise: how far each step has come with the customers of each segment.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    counting, define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Field, FieldKind, Label, Message, Query, Value,
    access::action,
    expr::{self, Expr, Fold},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("idic.toml")));

/// The figures of each step: phrase, the object it looks into beside the customer, and the condition. `{since}`
/// is the first day of the period and `{today}` the business date, written out so that a number and the list behind
/// it agree whenever the report is for.
const FIGURES: [(&str, &str, &str, &str); 14] = [
    ("identify", "basic", "", "basic_complete >= 60"),
    ("identify", "trade", "", "trade_complete >= 60"),
    ("identify", "attitude", "", "attitude_complete >= 60"),
    ("identify", "person", "contact", r#"kind == "person" || any(contact.customer, true)"#),
    ("differentiate", "graded", "", "!is_empty(value_grade)"),
    ("differentiate", "needs", "", "!is_empty(individuality)"),
    ("differentiate", "buyer", "", "!is_empty(reception_type)"),
    ("interact", "talked", "activity", "any(activity.customer, happened_at >= {since})"),
    ("interact", "channel", "channel", ""),
    ("interact", "learned", "preference", "any(preference.customer, learned_on >= {since})"),
    ("interact", "agreed", "", "next_contact_at >= {today}"),
    ("customize", "mode", "", "!is_empty(marketing_mode)"),
    ("customize", "treated", "", "visit_due_on >= {today}"),
    (
        "customize",
        "promised",
        "promise",
        r#"any(promise.customer, status == "open" && due_on >= {today} || status == "kept" && kept_on >= {since})"#,
    ),
];
const STEPS: [&str; 4] = ["identify", "differentiate", "interact", "customize"];
const BY: [&str; 6] = ["value_grade", "grade", "relation_class", "state_class", "life_stage", "kind"];

pub(super) fn report() -> ReportDef {
    define("idic", &DOCUMENT, run)
}

/// A segment: its value, and how many customers it has.
struct Segment {
    key: Value,
    whole: Decimal,
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let by = chosen.text("by").unwrap_or("value_grade");
    if !BY.contains(&by) {
        return Err(Error::invalid("by", "choice", Message::new("field.choice").with("value", by)));
    }
    let day = chosen.date("as_of")?;
    let ctx = &ctx.clone().as_of(day.unwrap_or(ctx.today));
    let days = chosen.number("days", 7, 730)?.unwrap_or(90);
    let since = ctx.today.checked_sub(days.days()).unwrap_or(ctx.today);
    let dated = |day: Date| format!("date(\"{day}\")");
    let (since, today) = (dated(since), dated(ctx.today));
    let mut scope = Expr::eq("status", "normal")
        .and(reportable(ctx, "customer", "")?)
        .and(happened("created_at", (None, day)));
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        scope = scope.and(Expr::eq("owner", owner));
    }
    let field = gate.object("customer")?.field(by).cloned().ok_or(Error::NotFound)?;
    let mut segments: Vec<Segment> = counting::customers(gate, ctx, &scope, &[by])?
        .into_iter()
        .map(|(mut keys, whole, _)| Segment { key: keys.remove(0), whole })
        .collect();
    segments.sort_by_key(|segment| counting::rank(&field, &segment.key));
    let whole: Decimal = segments.iter().map(|segment| segment.whole).sum();
    let mut report = Report {
        columns: columns(gate, ctx, &field, &segments),
        measure: 2,
        shape: Shape::Steps,
        ..Report::default()
    };
    let say = |key: &str| gate.phrases().get(ctx.locale, &format!("report.idic.{key}")).to_owned();
    let mut summary = Message::new("report.idic.summary").with("n", whole.normalize());
    for step in STEPS {
        let mut shares = Vec::new();
        for (_, name, object, condition) in FIGURES.iter().filter(|figure| figure.0 == step) {
            if !object.is_empty() && !ctx.rights.may(object, action::READ) {
                continue;
            }
            let holds = match *name {
                "channel" => preferred(gate, ctx, &since)?,
                _ => expr::parse(&condition.replace("{since}", &since).replace("{today}", &today))?,
            };
            let at = report.rows.len();
            let list = |filter: Expr| Drill { object: "customer".to_owned(), filter: filter.to_string() };
            let done = holds.clone().and(scope.clone());
            let parts = counting::customers(gate, ctx, &done, &[by])?;
            let n: Decimal = parts.iter().map(|part| part.1).sum();
            shares.push(share(n, whole).as_decimal().unwrap_or_default());
            let mut cells = vec![
                Value::from(say(step)),
                Value::from(say(name)),
                share(n, whole),
                Value::from(n),
                Value::from(whole - n),
            ];
            report.cells.insert((at, 2), list(done.clone()));
            report.cells.insert((at, 3), list(done.clone()));
            report.cells.insert((at, 4), list(holds.clone().not().and(scope.clone())));
            for (column, segment) in segments.iter().enumerate() {
                let here =
                    parts.iter().find(|part| part.0[0] == segment.key).map_or(Decimal::ZERO, |part| part.1);
                cells.push(share(here, segment.whole));
                let of = counting::same(ctx, &field, &segment.key);
                report.cells.insert((at, 5 + column), list(of.and(done.clone())));
            }
            report.rows.push(ReportRow { cells, drill: Some(list(done)) });
        }
        let mean = match Decimal::from(shares.len()) {
            n if n.is_zero() => Decimal::ZERO,
            n => (shares.iter().sum::<Decimal>() / n).round(),
        };
        summary = summary.with(step, mean.normalize());
    }
    report.summary = Some(summary);
    Ok(report)
}

/// A contact by the channel that the customer prefers: a follow-up of a kind that belongs to it.
fn preferred(gate: &Gate, ctx: &Ctx, since: &str) -> Result<Expr> {
    let since = expr::parse(&format!("happened_at >= {since}"))?;
    let query = Query::of("channel").fields(["name", "channel", "ways"]).limit(100);
    let mut each = Vec::new();
    for row in gate.list(ctx, &query)?.rows {
        if let (Some(channel), Value::List(ways)) = (row.get("channel").as_text(), row.get("ways")) {
            let by = Expr::one_of("type", ways.iter().map(String::as_str)).and(since.clone());
            let contacted = Expr::Over {
                fold: Fold::Any,
                relation: "activity.customer".to_owned(),
                body: Some(Box::new(by)),
            };
            each.push(Expr::eq("preferred_channel", channel).and(contacted));
        }
    }
    Ok(Expr::any_of(each))
}

/// A column for each segment, with how many customers it has.
fn columns(gate: &Gate, ctx: &Ctx, by: &Field, segments: &[Segment]) -> Vec<Column> {
    let mut columns = DOCUMENT.columns();
    for (n, segment) in segments.iter().enumerate() {
        let words = match &segment.key {
            Value::Null => gate.phrases().get(ctx.locale, "report.none_given").to_owned(),
            key => counting::words(ctx, by, key),
        };
        let label = format!("{words} ({})", segment.whole.normalize());
        let label = Label::new(label.clone(), label);
        columns.push(Column { field: Field::new(&format!("segment_{n}"), label, FieldKind::Percent) });
    }
    columns
}
