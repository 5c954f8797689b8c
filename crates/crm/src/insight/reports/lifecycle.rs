//! The life cycle of customers: how many are in each stage, and who moved where in each of the last months.

use super::{Document, chosen::Chosen, define, scope::reportable};
use crate::insight::reports::contribution::share;
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Aggregate, Field, FieldKind, Label, Message, Value,
    expr::{Comparison, Expr},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("lifecycle.toml")));

/// Months of moves that are shown.
const MONTHS: i32 = 12;

pub(super) fn report() -> ReportDef {
    define("lifecycle", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let stage = gate.object("customer")?.field("life_stage").cloned().ok_or(Error::NotFound)?;
    match chosen.text("show").unwrap_or("stages") {
        "stages" => stages(gate, ctx, &chosen, stage),
        "moves" => moves(gate, ctx, &chosen, &stage),
        other => Err(Error::invalid("show", "choice", Message::new("field.choice").with("value", other))),
    }
}

fn stages(gate: &Gate, ctx: &Ctx, chosen: &Chosen<'_>, stage: Field) -> Result<Report> {
    let mut parts = vec![reportable(ctx, "customer", "")?];
    parts.extend(chosen.user(gate, ctx, "owner")?.map(|owner| Expr::eq("owner", owner)));
    let filter = Expr::all(parts);
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "customer".to_owned(),
            group_by: vec![Group { field: "life_stage".to_owned(), part: DatePart::Whole }],
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("order_total".to_owned()) },
            ],
            filter: Some(filter.clone()),
            limit: 100,
            ..Aggregate::default()
        },
    )?;
    let number = |value: &Value| value.as_decimal().unwrap_or_default();
    let of = |stage: &str| {
        let row = table.rows.iter().find(|row| row.keys[0].as_text() == Some(stage));
        row.map_or((Decimal::ZERO, Decimal::ZERO), |row| (number(&row.measures[0]), number(&row.measures[1])))
    };
    let (count, total) = table.rows.iter().fold((Decimal::ZERO, Decimal::ZERO), |(n, sum), row| {
        (n + number(&row.measures[0]), sum + number(&row.measures[1]))
    });
    let rows = stage
        .options
        .iter()
        .map(|option| {
            let (n, sum) = of(&option.value);
            let filter = Expr::eq("life_stage", option.value.as_str()).and(filter.clone()).to_string();
            ReportRow {
                cells: vec![
                    Value::from(option.value.as_str()),
                    Value::from(n),
                    share(n, count),
                    Value::from(sum),
                ],
                drill: Some(Drill { object: "customer".to_owned(), filter }),
            }
        })
        .collect();
    let mut columns = vec![Column { field: stage }];
    columns.extend(DOCUMENT.columns());
    Ok(Report {
        columns,
        rows,
        totals: vec![Value::Null, Value::from(count), Value::Null, Value::from(total)],
        measure: 1,
        summary: Some(Message::new("report.lifecycle.summary").with("n", count.normalize())),
        ..Report::default()
    })
}

fn moves(gate: &Gate, ctx: &Ctx, chosen: &Chosen<'_>, stage: &Field) -> Result<Report> {
    let to = chosen.date("as_of")?.unwrap_or(ctx.today);
    let this = Date::new(to.year(), to.month(), 1).map_err(Error::internal)?;
    let from = this.checked_sub((MONTHS - 1).months()).map_err(Error::internal)?;
    let mut parts = vec![
        reportable(ctx, "life_change", "customer.")?,
        Expr::compare("changed_on", Comparison::GreaterOrEqual, from),
        Expr::compare("changed_on", Comparison::LessOrEqual, to),
    ];
    parts.extend(chosen.user(gate, ctx, "owner")?.map(|owner| Expr::eq("customer.owner", owner)));
    let filter = Expr::all(parts);
    let by = |field: &str, part: DatePart| Group { field: field.to_owned(), part };
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "life_change".to_owned(),
            group_by: vec![by("changed_on", DatePart::Month), by("after", DatePart::Whole)],
            filter: Some(filter.clone()),
            limit: 1000,
            ..Aggregate::default()
        },
    )?;
    let mut counts: BTreeMap<(String, String), Decimal> = BTreeMap::new();
    for row in &table.rows {
        let text = |n: usize| row.keys.get(n).and_then(Value::as_text).unwrap_or_default().to_owned();
        counts.insert((text(0), text(1)), row.measures[0].as_decimal().unwrap_or_default());
    }
    let text = |name: &str, zh: &str, en: &str| Column {
        field: Field::new(name, Label::new(zh, en), FieldKind::Text),
    };
    let labels =
        DOCUMENT.params.iter().find(|param| param.name == "show").and_then(|param| param.option("moves"));
    let label = labels.map(|option| option.label.clone()).unwrap_or_default();
    let mut columns = vec![text("month", &label.zh, &label.en)];
    columns.extend(stage.options.iter().map(|option| Column {
        field: Field::new(
            &option.value,
            option.label.clone(),
            FieldKind::Number { scale: 0, min: None, max: None },
        ),
    }));
    let mut report = Report { columns, measure: 1, shape: Shape::Matrix, ..Report::default() };
    let mut totals = vec![Decimal::ZERO; stage.options.len()];
    for n in 0..MONTHS {
        let first = from.checked_add(n.months()).map_err(Error::internal)?;
        let last = first.last_of_month();
        let month = first.strftime("%Y-%m").to_string();
        let mut cells = vec![Value::Text(month.clone())];
        for (column, option) in stage.options.iter().enumerate() {
            let moved = counts.get(&(month.clone(), option.value.clone())).copied().unwrap_or_default();
            totals[column] += moved;
            cells.push(Value::from(moved));
            if !moved.is_zero() {
                let within = Expr::compare("changed_on", Comparison::GreaterOrEqual, first)
                    .and(Expr::compare("changed_on", Comparison::LessOrEqual, last.min(to)))
                    .and(Expr::eq("after", option.value.as_str()))
                    .and(filter.clone());
                let drill = Drill { object: "life_change".to_owned(), filter: within.to_string() };
                report.cells.insert((usize::try_from(n).unwrap_or(0), column + 1), drill);
            }
        }
        report.rows.push(ReportRow { cells, drill: None });
    }
    let sum: Decimal = totals.iter().sum();
    report.totals = std::iter::once(Value::Null).chain(totals.into_iter().map(Value::from)).collect();
    report.summary = Some(Message::new("report.lifecycle.moves").with("n", sum.normalize()));
    Ok(report)
}
