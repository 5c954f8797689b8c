//! Attainment of people or departments in a month, quarter or year, with their places.

use super::{Document, chosen::Chosen, define};
use crate::insight::performance::{self, Counted, Period, Span, Standing, Whom, value};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{FieldKind, Message, Value};
use rust_decimal::Decimal;
use std::{cmp::Reverse, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("performance.toml")));

pub(super) fn report() -> ReportDef {
    define("performance", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let unknown = |name: &str| {
        let message = Message::new("field.choice").with("value", chosen.text(name).unwrap_or_default());
        Error::invalid(name, "choice", message)
    };
    let measure = chosen.text("measure").unwrap_or("order_amount");
    let counted = Counted::of(measure).ok_or_else(|| unknown("measure"))?;
    let period = period(ctx, &chosen)?;
    let people = match chosen.text("by").unwrap_or("person") {
        "person" => true,
        "department" => false,
        _ => return Err(unknown("by")),
    };
    let standings = performance::standings(gate, ctx, &period, measure)?;
    let mut shown: Vec<Standing> = performance::seen(ctx, standings)
        .into_iter()
        .filter(|s| people == matches!(s.whom, Whom::Person(_)))
        .filter(|s| s.target.is_some() || !s.actual.is_zero())
        .collect();
    // The company stands above its departments; those without a target come last.
    shown.sort_by_key(|s| {
        (s.whom != Whom::Company, s.rank.is_none(), s.rank, Reverse(s.actual), s.name.clone())
    });
    let company = gate.phrases().get(ctx.locale, "sales_target.company").to_owned();
    let rows = shown.iter().map(|standing| row(standing, &counted, &period, &company)).collect();
    let aimed = || shown.iter().filter(|s| s.target.is_some());
    let base: Decimal = aimed().filter_map(|s| s.target).map(|target| target.base).sum();
    let reached = aimed().filter(|s| s.attained() >= Some(Decimal::ONE_HUNDRED)).count();
    Ok(Report {
        columns: columns(measure),
        rows,
        totals: if people { totals(&shown, base) } else { Vec::new() },
        measure: 6,
        summary: Some(summary(ctx, &period, &shown, (aimed().count(), reached))),
        shape: Shape::Ratios,
        ..Report::default()
    })
}

/// The chosen period; the one around the business date when nothing was chosen.
fn period(ctx: &Ctx, chosen: &Chosen<'_>) -> Result<Period> {
    let refuse = |name: &str, key: &'static str| {
        let given = chosen.text(name).unwrap_or_default();
        Error::invalid(name, "choice", Message::new(key).with("value", given))
    };
    let span =
        Span::of(chosen.text("span").unwrap_or("month")).ok_or_else(|| refuse("span", "field.choice"))?;
    let day = chosen.date("as_of")?.unwrap_or(ctx.today);
    let around = Period::around(span, day).ok_or_else(|| refuse("as_of", "field.date"))?;
    let year = chosen.number("year", 2000, 2100)?.unwrap_or(around.year);
    let part = chosen.number("part", 1, 12)?.unwrap_or(around.part);
    Period::of(year, span, Some(part)).ok_or_else(|| refuse("part", "sales_target.part"))
}

fn row(standing: &Standing, counted: &Counted, period: &Period, company: &str) -> ReportRow {
    let target = standing.target;
    let name = if standing.whom == Whom::Company { company } else { standing.name.as_str() };
    let cells = vec![
        Value::from(name),
        Value::from(standing.department_name.as_str()),
        value(target.map(|t| t.base)),
        value(target.and_then(|t| t.stretch)),
        value(target.and_then(|t| t.challenge)),
        Value::from(standing.actual),
        value(standing.attained()),
        value(standing.missing()),
        Value::from(standing.tier()),
        value(standing.rank.map(Decimal::from)),
    ];
    let filter = counted.filter(period, standing.people.as_deref()).to_string();
    ReportRow { cells, drill: Some(Drill { object: counted.object.to_owned(), filter }) }
}

fn totals(shown: &[Standing], base: Decimal) -> Vec<Value> {
    let actual: Decimal = shown.iter().map(|s| s.actual).sum();
    let mut totals = vec![Value::Null; 10];
    totals[2] = Value::from(base);
    totals[5] = Value::from(actual);
    totals
}

fn columns(measure: &str) -> Vec<Column> {
    let mut columns = DOCUMENT.columns();
    if measure != "order_amount" {
        for column in &mut columns {
            if matches!(column.field.kind, FieldKind::Money { .. }) {
                column.field.kind = FieldKind::Number { scale: 0, min: None, max: None };
            }
        }
    }
    columns
}

/// To somebody who sees only themselves, their place among all; to others how many reached their target.
fn summary(ctx: &Ctx, period: &Period, shown: &[Standing], (aimed, reached): (usize, usize)) -> Message {
    let days = period.days_left(ctx.today);
    match shown {
        [own] if own.whom == Whom::Person(ctx.subject.user) && own.target.is_some() => {
            let key = if days.is_some() { "report.performance.own" } else { "report.performance.own_past" };
            Message::new(key)
                .with("period", period.name())
                .with("ratio", own.attained().unwrap_or_default().normalize())
                .with("rank", own.rank.unwrap_or_default())
                .with("days", days.unwrap_or_default())
        }
        _ => {
            let key = if days.is_some() { "report.performance.summary" } else { "report.performance.past" };
            Message::new(key)
                .with("period", period.name())
                .with("n", aimed)
                .with("reached", reached)
                .with("days", days.unwrap_or_default())
        }
    }
}
