//! Where growth comes from: old and new customers by old and new business.

use super::{
    Document,
    chosen::{Chosen, dated},
    contribution::share,
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
    words,
};
use guanxi_model::{
    Aggregate, Message, RecordId, Value,
    expr::{Comparison, Expr},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("growth_matrix.toml")));

pub(super) fn report() -> ReportDef {
    define("growth_matrix", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let (from, to) = chosen.period()?;
    let this_year = Date::new(ctx.today.year(), 1, 1).map_err(Error::internal)?;
    let (from, to) = (from.unwrap_or(this_year), to.unwrap_or(ctx.today));
    let mut parts = vec![
        reportable(ctx, "order_line", "order.customer.")?,
        dated("order.ordered_on", (Some(from), Some(to))),
    ];
    parts.extend(chosen.user(gate, ctx, "owner")?.map(|owner| Expr::eq("order.customer.owner", owner)));
    let filter = Expr::all(parts);
    let fresh = fresh_products(gate, ctx, from, to)?;
    let first = "order.customer.first_order_on";
    let customers = [
        ("old", Expr::compare(first, Comparison::Less, from)),
        ("new", Expr::compare(first, Comparison::GreaterOrEqual, from)),
    ];
    let new_business = Expr::ids("product", &fresh);
    let business = [new_business.clone().not().or(Expr::is_empty("product")), new_business];
    let mut report =
        Report { columns: DOCUMENT.columns(), measure: 3, shape: Shape::Matrix, ..Report::default() };
    let mut sums = [[Decimal::ZERO; 2]; 2];
    for (row, (_, customers)) in customers.iter().enumerate() {
        for (column, business) in business.iter().enumerate() {
            let both = customers.clone().and(business.clone()).and(filter.clone());
            sums[row][column] = sum(gate, ctx, &both)?;
            let drill = Drill { object: "order_line".to_owned(), filter: both.to_string() };
            report.cells.insert((row, column + 1), drill);
        }
    }
    let whole: Decimal = sums.iter().flatten().sum();
    for (row, (key, customers)) in customers.into_iter().enumerate() {
        let name = gate.phrases().get(ctx.locale, &format!("report.growth_matrix.{key}")).to_owned();
        let total = sums[row][0] + sums[row][1];
        let cells = vec![
            Value::from(name),
            Value::from(sums[row][0]),
            Value::from(sums[row][1]),
            Value::from(total),
            share(total, whole),
        ];
        let drill =
            Drill { object: "order_line".to_owned(), filter: customers.and(filter.clone()).to_string() };
        report.rows.push(ReportRow { cells, drill: Some(drill) });
    }
    report.totals = vec![
        Value::Null,
        Value::from(sums[0][0] + sums[1][0]),
        Value::from(sums[0][1] + sums[1][1]),
        Value::from(whole),
        Value::Null,
    ];
    report.summary = Some(
        Message::new("report.growth_matrix.summary")
            .with("from", from)
            .with("to", to)
            .with("total", words::money(whole))
            .with("customers", part(sums[1][0] + sums[1][1], whole))
            .with("business", part(sums[0][1] + sums[1][1], whole)),
    );
    Ok(report)
}

/// Per cents of the whole, for a sentence.
fn part(of: Decimal, whole: Decimal) -> Decimal {
    share(of, whole).as_decimal().unwrap_or_default().normalize()
}

/// Products that nobody ordered before the time; whoever asks, so that business is new to the company.
fn fresh_products(gate: &Gate, ctx: &Ctx, from: Date, to: Date) -> Result<Vec<RecordId>> {
    let everybody = gate.scheduler();
    let table = gate.aggregate(
        &everybody.reading(ctx.locale),
        &Aggregate {
            object: "order_line".to_owned(),
            group_by: vec![Group { field: "product".to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Min, field: Some("order.ordered_on".to_owned()) }],
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let first = |row: &guanxi_gate::AggregateRow| row.measures.first().and_then(Value::as_date);
    Ok(table
        .rows
        .iter()
        .filter(|row| first(row).is_some_and(|first| first >= from && first <= to))
        .filter_map(|row| row.keys.first()?.as_ref())
        .collect())
}

fn sum(gate: &Gate, ctx: &Ctx, filter: &Expr) -> Result<Decimal> {
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "order_line".to_owned(),
            measures: vec![Measure { function: MeasureFn::Sum, field: Some("net".to_owned()) }],
            filter: Some(filter.clone()),
            limit: 1,
            ..Aggregate::default()
        },
    )?;
    Ok(table
        .rows
        .first()
        .and_then(|row| row.measures.first())
        .and_then(Value::as_decimal)
        .unwrap_or_default())
}
