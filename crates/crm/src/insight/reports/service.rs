//! What customers asked, complained about and suggested: kinds down, years across.

use super::{
    Document,
    chosen::{Chosen, happened},
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Field, FieldKind, Label, Message, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("service.toml")));

pub(super) fn report() -> ReportDef {
    define("service", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let mut parts = vec![reportable(ctx, "service_request", "")?, happened("created_at", chosen.period()?)];
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        parts.push(Expr::eq("owner", owner));
    }
    let filter = Expr::all(parts);
    let by = |field: &str, part: DatePart| Group { field: field.to_owned(), part };
    let ask = |group_by: Vec<Group>, measures: Vec<Measure>| {
        gate.aggregate(
            ctx,
            &Aggregate {
                object: "service_request".to_owned(),
                group_by,
                measures,
                filter: Some(filter.clone()),
                limit: 10_000,
                ..Aggregate::default()
            },
        )
    };
    let count = Measure { function: MeasureFn::Count, field: None };
    let mean = Measure { function: MeasureFn::Avg, field: Some("satisfaction".to_owned()) };
    let kind = gate.object("service_request")?.field("kind").cloned().ok_or(Error::NotFound)?;
    let mut counts: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    let mut years: BTreeSet<String> = BTreeSet::new();
    for row in ask(vec![by("kind", DatePart::Whole), by("created_at", DatePart::Year)], vec![count])?.rows {
        let (kind, year) = (text(&row.keys[0]), text(&row.keys[1]));
        counts.insert((kind, year.clone()), row.measures[0].as_decimal().unwrap_or_default());
        years.insert(year);
    }
    let content: BTreeMap<String, Value> = ask(vec![by("kind", DatePart::Whole)], vec![mean])?
        .rows
        .into_iter()
        .map(|row| (text(&row.keys[0]), rounded(&row.measures[0])))
        .collect();
    let of =
        |kind: &str, year: &str| counts.get(&(kind.to_owned(), year.to_owned())).copied().unwrap_or_default();
    let rows = kind
        .options
        .iter()
        .filter(|option| !option.inactive || counts.keys().any(|(kind, _)| *kind == option.value))
        .map(|option| {
            let mut cells = vec![Value::Text(option.value.clone())];
            cells.extend(years.iter().map(|year| Value::from(of(&option.value, year))));
            cells.push(Value::from(years.iter().map(|year| of(&option.value, year)).sum::<Decimal>()));
            cells.push(content.get(&option.value).cloned().unwrap_or_default());
            let filter = Expr::eq("kind", option.value.as_str()).and(filter.clone()).to_string();
            ReportRow { cells, drill: Some(Drill { object: "service_request".to_owned(), filter }) }
        })
        .collect();
    let total: Decimal = counts.values().sum();
    let mut totals = vec![Value::Null];
    totals.extend(years.iter().map(|year| {
        let sum: Decimal = counts.iter().filter(|((_, y), _)| y == year).map(|(_, n)| *n).sum();
        Value::from(sum)
    }));
    totals.extend([Value::from(total), Value::Null]);
    Ok(Report {
        columns: columns(kind, &years),
        rows,
        totals,
        measure: years.len() + 1,
        titles: guanxi_gate::Titles::default(),
        summary: Some(Message::new("report.service.summary").with("n", total.normalize())),
        ..Report::default()
    })
}

fn columns(kind: Field, years: &BTreeSet<String>) -> Vec<Column> {
    let number = || FieldKind::Number { scale: 0, min: None, max: None };
    let mut columns = DOCUMENT.columns();
    columns[0].field.options = kind.options;
    let across = years
        .iter()
        .map(|year| Column { field: Field::new(&format!("y{year}"), Label::new(year, year), number()) });
    columns.splice(1..1, across);
    columns
}

fn text(value: &Value) -> String {
    value.as_text().unwrap_or_default().to_owned()
}

fn rounded(mean: &Value) -> Value {
    Value::from(mean.as_decimal().map(|mean| mean.round_dp(2)))
}
