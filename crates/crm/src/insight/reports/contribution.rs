//! Who contributes most: order totals by customer.

use super::{
    Document,
    chosen::{Chosen, dated},
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow},
    words,
};
use guanxi_model::{
    Aggregate, Message, Value,
    expr::{Expr, Function},
    query::{AggregateOrder, DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("contribution.toml")));

pub(super) fn report() -> ReportDef {
    define("contribution", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let filter = filter(gate, ctx, &chosen)?;
    let measures = |last: MeasureFn, field: &str| {
        vec![
            Measure { function: MeasureFn::Count, field: None },
            Measure { function: MeasureFn::Sum, field: Some("total".to_owned()) },
            Measure { function: last, field: Some(field.to_owned()) },
        ]
    };
    let limit = chosen.number("limit", 1, 10_000)?.and_then(|n| usize::try_from(n).ok()).unwrap_or(100);
    let by_customer = gate.aggregate(
        ctx,
        &Aggregate {
            object: "order".to_owned(),
            group_by: vec![Group { field: "customer".to_owned(), part: DatePart::Whole }],
            measures: measures(MeasureFn::Max, "ordered_on"),
            filter: Some(filter.clone()),
            order: Some(AggregateOrder::Measure(1, true)),
            limit,
            ..Aggregate::default()
        },
    )?;
    let all = gate.aggregate(
        ctx,
        &Aggregate {
            object: "order".to_owned(),
            measures: measures(MeasureFn::CountDistinct, "customer"),
            filter: Some(filter.clone()),
            limit: 1,
            ..Aggregate::default()
        },
    )?;
    let whole = all.rows.first().map(|row| row.measures.clone()).unwrap_or_default();
    let at = |i: usize| whole.get(i).cloned().unwrap_or_default();
    let sum = at(1).as_decimal().unwrap_or_default();
    let rows = by_customer
        .rows
        .into_iter()
        .map(|row| {
            let customer = row.keys[0].clone();
            let total = row.measures[1].as_decimal().unwrap_or_default();
            let drill = customer.as_ref().map(|id| Drill {
                object: "order".to_owned(),
                filter: Expr::eq("customer", id).and(filter.clone()).to_string(),
            });
            let cells = vec![
                customer,
                row.measures[0].clone(),
                Value::from(total),
                share(total, sum),
                row.measures[2].clone(),
            ];
            ReportRow { cells, drill }
        })
        .collect();
    let summary = Message::new("report.contribution.summary")
        .with("n", at(2).as_decimal().unwrap_or_default().normalize())
        .with("orders", at(0).as_decimal().unwrap_or_default().normalize())
        .with("total", words::money(sum));
    Ok(Report {
        columns: DOCUMENT.columns(),
        rows,
        totals: vec![Value::Null, at(0), Value::from(sum), Value::Null, Value::Null],
        measure: 2,
        titles: by_customer.titles,
        summary: Some(summary),
        ..Report::default()
    })
}

fn filter(gate: &Gate, ctx: &Ctx, chosen: &Chosen<'_>) -> Result<Expr> {
    let mut parts = vec![reportable(ctx, "order", "customer.")?, dated("ordered_on", chosen.period()?)];
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        parts.push(Expr::eq("customer.owner", owner));
    }
    if let Some(grade) = chosen.text("grade") {
        parts.push(Expr::eq("customer.grade", grade));
    }
    if let Some(name) = chosen.text("customer_name") {
        parts.push(Expr::Call(Function::Contains, vec![Expr::field("customer.name"), Expr::text(name)]));
    }
    Ok(Expr::all(parts))
}

/// A part of a whole in percent, to two digits; nothing of nothing is nothing.
pub(super) fn share(part: Decimal, whole: Decimal) -> Value {
    if whole.is_zero() {
        return Value::Null;
    }
    Value::from((part * Decimal::ONE_HUNDRED / whole).round_dp(2))
}
