//! Where leads come from, and what becomes of them: conversion is counted over the leads made in the
//! period, whenever they were converted.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Message, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::{Decimal, RoundingStrategy};
use std::{collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("lead_source.toml")));

pub(super) fn report() -> ReportDef {
    define("lead_source", &DOCUMENT, run)
}

/// What is counted of a source.
#[derive(Default, Clone)]
struct Counts {
    leads: Decimal,
    converted: Decimal,
    invalid: Decimal,
    score: Option<Decimal>,
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let mut parts = vec![reportable(ctx, "lead", "")?, happened("created_at", chosen.period()?)];
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        parts.push(Expr::eq("owner", owner));
    }
    let filter = Expr::all(parts);
    let field = gate.object("lead")?.field("source").cloned().ok_or(Error::NotFound)?;
    let ask = |fields: &[&str], function: MeasureFn, field: Option<&str>| {
        let group = |field: &&str| Group { field: (*field).to_owned(), part: DatePart::Whole };
        gate.aggregate(
            ctx,
            &Aggregate {
                object: "lead".to_owned(),
                group_by: fields.iter().map(group).collect(),
                measures: vec![Measure { function, field: field.map(str::to_owned) }],
                filter: Some(filter.clone()),
                limit: 10_000,
                ..Aggregate::default()
            },
        )
    };
    let text = |value: &Value| value.as_text().unwrap_or_default().to_owned();
    let mut sources: BTreeMap<String, Counts> = BTreeMap::new();
    for row in ask(&["source", "status"], MeasureFn::Count, None)?.rows {
        let n = row.measures[0].as_decimal().unwrap_or_default();
        let counts = sources.entry(text(&row.keys[0])).or_default();
        counts.leads += n;
        match row.keys[1].as_text() {
            Some("converted") => counts.converted += n,
            Some("invalid") => counts.invalid += n,
            _ => {}
        }
    }
    let rounded = |value: &Value| {
        let mean = value.as_decimal()?;
        Some(mean.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
    };
    for row in ask(&["source"], MeasureFn::Avg, Some("score"))?.rows {
        sources.entry(text(&row.keys[0])).or_default().score = rounded(&row.measures[0]);
    }
    let mean =
        ask(&[], MeasureFn::Avg, Some("score"))?.rows.first().and_then(|row| rounded(&row.measures[0]));
    // In the order of the dictionary; what has no source comes last.
    let place = |source: &str| field.options.iter().position(|option| option.value == source);
    let mut listed: Vec<(String, Counts)> = sources.into_iter().collect();
    listed.sort_by_key(|(source, _)| place(source).unwrap_or(usize::MAX));
    let mut total = Counts { score: mean, ..Counts::default() };
    let rows = listed
        .into_iter()
        .map(|(source, counts)| {
            total.leads += counts.leads;
            total.converted += counts.converted;
            total.invalid += counts.invalid;
            let (key, of) = if source.is_empty() {
                (Value::Null, Expr::is_empty("source"))
            } else {
                (Value::Text(source.clone()), Expr::eq("source", source.as_str()))
            };
            let drill = Drill { object: "lead".to_owned(), filter: of.and(filter.clone()).to_string() };
            ReportRow { cells: cells(key, &counts), drill: Some(drill) }
        })
        .collect();
    let summary = Message::new("report.lead_source.summary")
        .with("n", total.leads.normalize())
        .with("converted", total.converted.normalize());
    let mut columns = vec![Column { field }];
    columns.extend(DOCUMENT.columns());
    Ok(Report {
        columns,
        rows,
        totals: cells(Value::Null, &total),
        measure: 0,
        summary: Some(summary),
        ..Report::default()
    })
}

fn cells(key: Value, counts: &Counts) -> Vec<Value> {
    vec![
        key,
        Value::from(counts.leads),
        Value::from(counts.leads - counts.converted - counts.invalid),
        Value::from(counts.converted),
        share(counts.converted, counts.leads),
        Value::from(counts.invalid),
        counts.score.map_or(Value::Null, Value::Decimal),
    ]
}
