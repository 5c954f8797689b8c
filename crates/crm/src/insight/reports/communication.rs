//! Follow-ups by the kind of communication. Those without a kind are left out of the shares and told in a row.

use super::{
    Document,
    chosen::{Chosen, happened},
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Message, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::LazyLock};

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("communication.toml")));

pub(super) fn report() -> ReportDef {
    define("communication", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let mut parts =
        vec![reportable(ctx, "activity", "customer.")?, happened("happened_at", chosen.period()?)];
    if let Some(by) = chosen.user(gate, ctx, "by")? {
        parts.push(Expr::eq("created_by", by));
    }
    let filter = Expr::all(parts);
    let group = |field: &str| Group { field: field.to_owned(), part: DatePart::Whole };
    let rows = gate.aggregate(
        ctx,
        &Aggregate {
            object: "activity".to_owned(),
            group_by: vec![group("communication"), group("customer")],
            measures: vec![Measure { function: MeasureFn::Count, field: None }],
            filter: Some(filter.clone()),
            limit: 100_000,
            ..Aggregate::default()
        },
    )?;
    let mut counts: BTreeMap<String, (Decimal, i64)> = BTreeMap::new();
    for row in rows.rows {
        let kind = row.keys[0].as_text().unwrap_or_default().to_owned();
        let entry = counts.entry(kind).or_default();
        entry.0 += row.measures[0].as_decimal().unwrap_or_default();
        entry.1 += i64::from(!row.keys[1].is_null());
    }
    let field = gate.object("activity")?.field("communication").cloned().ok_or(Error::NotFound)?;
    let of = |kind: &str| counts.get(kind).copied().unwrap_or_default();
    let told: Decimal = counts.iter().filter(|(kind, _)| !kind.is_empty()).map(|(_, (n, _))| *n).sum();
    let share = |n: Decimal| {
        if told.is_zero() { Value::Null } else { Value::from((n * Decimal::from(100) / told).round_dp(1)) }
    };
    let row = |kind: Option<&str>| {
        let (n, customers) = of(kind.unwrap_or_default());
        let which =
            kind.map_or_else(|| Expr::is_empty("communication"), |kind| Expr::eq("communication", kind));
        ReportRow {
            cells: vec![
                kind.map_or(Value::Null, Value::text),
                Value::from(n),
                Value::from(customers),
                kind.map_or(Value::Null, |_| share(n)),
            ],
            drill: Some(Drill {
                object: "activity".to_owned(),
                filter: which.and(filter.clone()).to_string(),
            }),
        }
    };
    let mut rows: Vec<ReportRow> = field
        .options
        .iter()
        .filter(|option| !option.inactive || counts.contains_key(&option.value))
        .map(|option| row(Some(&option.value)))
        .collect();
    if !of("").0.is_zero() {
        rows.push(row(None));
    }
    let mut columns = DOCUMENT.columns();
    columns[0].field.options = field.options;
    let all = told + of("").0;
    Ok(Report {
        columns,
        rows,
        totals: vec![Value::Null, Value::from(all), Value::Null, Value::Null],
        measure: 1,
        titles: guanxi_gate::Titles::default(),
        summary: Some(
            Message::new("report.communication.summary")
                .with("n", all.normalize())
                .with("told", told.normalize()),
        ),
        ..Report::default()
    })
}
