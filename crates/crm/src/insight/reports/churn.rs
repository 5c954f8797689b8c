//! Confirmed losses: who left, why, and what was tried. A customer who came back later is still listed for
//! the loss that was confirmed then.

use super::{
    Document,
    chosen::{Chosen, happened},
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow},
    words,
};
use guanxi_model::{
    Aggregate, Message, Query, Value,
    expr::Expr,
    query::{Measure, MeasureFn},
};
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("churn.toml")));

/// Where each column's value is read.
const PATHS: [&str; 8] = [
    "customer",
    "customer.owner",
    "reason",
    "last_order_on",
    "customer.order_total",
    "measure_count",
    "last_measure",
    "confirmed_at",
];

pub(super) fn report() -> ReportDef {
    define("churn", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let filter = filter(gate, ctx, &chosen)?;
    let limit = chosen.number("limit", 1, 1000)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(200);
    let query =
        Query::of("churn_warning").fields(PATHS).filter(filter.clone()).sort(["-confirmed_at"]).limit(limit);
    let page = gate.list(ctx, &query)?;
    let sums = gate.aggregate(
        ctx,
        &Aggregate {
            object: "churn_warning".to_owned(),
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("customer.order_total".to_owned()) },
                Measure { function: MeasureFn::Sum, field: Some("measure_count".to_owned()) },
            ],
            filter: Some(filter),
            limit: 1,
            ..Aggregate::default()
        },
    )?;
    let sums = sums.rows.into_iter().next().map(|row| row.measures).unwrap_or_default();
    let at = |i: usize| sums.get(i).and_then(Value::as_decimal).unwrap_or_default();
    let rows = page
        .rows
        .iter()
        .map(|warning| ReportRow {
            cells: PATHS.iter().map(|path| warning.get(path).clone()).collect(),
            drill: Some(Drill {
                object: "churn_warning".to_owned(),
                filter: Expr::eq("id", warning.id).to_string(),
            }),
        })
        .collect();
    let mut columns = DOCUMENT.columns();
    if let Some(reason) = gate.registry().dictionary("churn_reason") {
        columns[2].field.options.clone_from(&reason.choices);
    }
    let mut totals = vec![Value::Null; PATHS.len()];
    totals[4] = Value::from(at(1));
    totals[5] = Value::from(at(2));
    let summary =
        Message::new("report.churn.summary").with("n", at(0).normalize()).with("total", words::money(at(1)));
    Ok(Report {
        columns,
        rows,
        totals,
        measure: 4,
        titles: page.titles,
        summary: Some(summary),
        ..Report::default()
    })
}

fn filter(gate: &Gate, ctx: &Ctx, chosen: &Chosen<'_>) -> Result<Expr> {
    let mut parts = vec![
        Expr::eq("status", "lost"),
        reportable(ctx, "churn_warning", "customer.")?,
        happened("confirmed_at", chosen.period()?),
    ];
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        parts.push(Expr::eq("customer.owner", owner));
    }
    if let Some(grade) = chosen.text("grade") {
        parts.push(Expr::eq("customer.grade", grade));
    }
    if let Some(reason) = chosen.text("reason") {
        parts.push(Expr::eq("reason", reason));
    }
    Ok(Expr::all(parts))
}
