//! How sound customers' data are: by owner with what each put right this month, by what is wrong, by where the
//! information came from, and by month.

use super::{
    Document,
    chosen::{Chosen, dated},
    contribution::share,
    counting, define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result, Titles,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{
    Aggregate, Field, FieldKind, Label, Message, Value,
    expr::{Expr, parse},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("data_quality.toml")));

/// Months that are shown.
const MONTHS: i32 = 12;

pub(super) fn report() -> ReportDef {
    define("data_quality", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let owner = chosen.user(gate, ctx, "owner")?;
    let mut parts = vec![reportable(ctx, "customer", "")?];
    parts.extend(owner.map(|owner| Expr::eq("owner", owner)));
    let customers = Expr::all(parts);
    let today = chosen.date("as_of")?.unwrap_or(ctx.today);
    let first = Date::new(today.year(), today.month(), 1).map_err(Error::internal)?;
    let settled = dated("settled_on", (Some(first), Some(today)));
    match chosen.text("by").unwrap_or("owner") {
        "owner" => {
            let mut parts = vec![reportable(ctx, "cleansing", "customer.")?, settled];
            parts.extend(owner.map(|owner| Expr::eq("by", owner)));
            by_field(gate, ctx, "owner", &customers, Some(("by", Expr::all(parts))))
        }
        "source" => by_field(gate, ctx, "information_source", &customers, None),
        "flaw" => {
            let mut parts = vec![reportable(ctx, "cleansing", "customer.")?, settled];
            parts.extend(owner.map(|owner| Expr::eq("by", owner)));
            by_flaw(gate, ctx, &customers, &Expr::all(parts))
        }
        "month" => {
            let mut parts = vec![reportable(ctx, "quality_month", "")?];
            parts.extend(owner.map(|owner| Expr::eq("owner", owner)));
            by_month(gate, ctx, first, &Expr::all(parts))
        }
        other => Err(Error::invalid("by", "choice", Message::new("field.choice").with("value", other))),
    }
}

/// Counts of an object by one of its fields.
fn counts(
    gate: &Gate,
    ctx: &Ctx,
    object: &str,
    by: &str,
    filter: Expr,
    titles: &mut Titles,
) -> Result<Vec<(Value, Decimal)>> {
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: object.to_owned(),
            group_by: vec![Group { field: by.to_owned(), part: DatePart::Whole }],
            measures: vec![Measure { function: MeasureFn::Count, field: None }],
            filter: Some(filter),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    titles.0.extend(table.titles.0);
    let number = |value: &Value| value.as_decimal().unwrap_or_default();
    Ok(table.rows.into_iter().map(|row| (row.keys[0].clone(), number(&row.measures[0]))).collect())
}

fn of(counts: &[(Value, Decimal)], key: &Value) -> Decimal {
    counts.iter().find(|(known, _)| known == key).map(|(_, n)| *n).unwrap_or_default()
}

fn by_field(
    gate: &Gate,
    ctx: &Ctx,
    by: &str,
    customers: &Expr,
    settled: Option<(&str, Expr)>,
) -> Result<Report> {
    let field = gate.object("customer")?.field(by).cloned().ok_or(Error::NotFound)?;
    let mut titles = Titles::default();
    let all = counts(gate, ctx, "customer", by, customers.clone(), &mut titles)?;
    let fine = customers.clone().and(Expr::is_empty("flaws"));
    let fine = counts(gate, ctx, "customer", by, fine, &mut titles)?;
    let settled = match settled {
        Some((who, filter)) => Some(counts(gate, ctx, "cleansing", who, filter, &mut titles)?),
        None => None,
    };
    let mut rows: Vec<(Decimal, ReportRow)> = all
        .iter()
        .map(|(key, n)| {
            let sound = of(&fine, key);
            let mut cells = vec![
                key.clone(),
                Value::from(*n),
                Value::from(sound),
                Value::from(*n - sound),
                share(sound, *n),
            ];
            cells.extend(settled.as_ref().map(|settled| Value::from(of(settled, key))));
            let open = Expr::is_empty("flaws").not();
            let filter = counting::same(ctx, &field, key).and(open).and(customers.clone()).to_string();
            let drill = Some(Drill { object: "customer".to_owned(), filter });
            (*n - sound, ReportRow { cells, drill })
        })
        .collect();
    rows.sort_by_key(|(open, _)| std::cmp::Reverse(*open));
    let sum = |list: &[(Value, Decimal)]| list.iter().map(|(_, n)| *n).sum::<Decimal>();
    let (n, sound) = (sum(&all), sum(&fine));
    let mut totals =
        vec![Value::Null, Value::from(n), Value::from(sound), Value::from(n - sound), share(sound, n)];
    totals.extend(settled.as_ref().map(|settled| Value::from(sum(settled))));
    let mut columns = vec![Column { field }];
    columns.extend(DOCUMENT.columns().into_iter().take(if settled.is_some() { 5 } else { 4 }));
    Ok(Report {
        columns,
        rows: rows.into_iter().map(|(_, row)| row).collect(),
        totals,
        measure: 3,
        titles,
        summary: Some(summary(n, sound)),
        ..Report::default()
    })
}

fn summary(n: Decimal, sound: Decimal) -> Message {
    Message::new("report.data_quality.summary")
        .with("n", n.normalize())
        .with("sound", sound.normalize())
        .with("open", (n - sound).normalize())
}

fn by_flaw(gate: &Gate, ctx: &Ctx, customers: &Expr, settled: &Expr) -> Result<Report> {
    let flaws = gate.object("customer")?.field("flaws").cloned().ok_or(Error::NotFound)?;
    let mut titles = Titles::default();
    let done = counts(gate, ctx, "cleansing", "flaw", settled.clone(), &mut titles)?;
    let field = gate.object("cleansing")?.field("flaw").cloned().ok_or(Error::NotFound)?;
    let (mut rows, mut sums) = (Vec::new(), (Decimal::ZERO, Decimal::ZERO));
    for option in &flaws.options {
        let which = parse(&format!(r#"contains(flaws, "{}")"#, option.value))?.and(customers.clone());
        let n = gate.count(ctx, &guanxi_model::Query::of("customer").filter(which.clone()))?;
        let (open, settled) = (Decimal::from(n), of(&done, &Value::from(option.value.as_str())));
        sums = (sums.0 + open, sums.1 + settled);
        rows.push(ReportRow {
            cells: vec![Value::from(option.value.as_str()), Value::from(open), Value::from(settled)],
            drill: Some(Drill { object: "customer".to_owned(), filter: which.to_string() }),
        });
    }
    let mut columns = vec![Column { field }];
    let named = |name: &str| DOCUMENT.columns.iter().find(|field| field.name == name).cloned();
    columns.extend(["open", "settled"].into_iter().filter_map(named).map(|field| Column { field }));
    Ok(Report {
        columns,
        rows,
        totals: vec![Value::Null, Value::from(sums.0), Value::from(sums.1)],
        measure: 1,
        titles,
        summary: Some(
            Message::new("report.data_quality.flaws")
                .with("n", sums.0.normalize())
                .with("settled", sums.1.normalize()),
        ),
        ..Report::default()
    })
}

fn by_month(gate: &Gate, ctx: &Ctx, first: Date, filter: &Expr) -> Result<Report> {
    let from = first.checked_sub((MONTHS - 1).months()).map_err(Error::internal)?;
    let (from, until) = (from.strftime("%Y-%m").to_string(), first.strftime("%Y-%m").to_string());
    let within = parse(&format!(r#"month >= "{from}" && month <= "{until}""#))?.and(filter.clone());
    let sum = |field: &str| Measure { function: MeasureFn::Sum, field: Some(field.to_owned()) };
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "quality_month".to_owned(),
            group_by: vec![Group { field: "month".to_owned(), part: DatePart::Whole }],
            measures: vec![sum("customers"), sum("sound")],
            filter: Some(within),
            limit: 100,
            ..Aggregate::default()
        },
    )?;
    let number = |value: &Value| value.as_decimal().unwrap_or_default();
    let mut latest = (Decimal::ZERO, Decimal::ZERO);
    let rows = table
        .rows
        .iter()
        .map(|row| {
            let (n, sound) = (number(&row.measures[0]), number(&row.measures[1]));
            latest = (n, sound);
            let month = row.keys[0].as_text().unwrap_or_default();
            let filter = Expr::eq("month", month).and(filter.clone()).to_string();
            ReportRow {
                cells: vec![
                    row.keys[0].clone(),
                    Value::from(n),
                    Value::from(sound),
                    Value::from(n - sound),
                    share(sound, n),
                ],
                drill: Some(Drill { object: "quality_month".to_owned(), filter }),
            }
        })
        .collect();
    let label = DOCUMENT.params.iter().find(|param| param.name == "by").and_then(|by| by.option("month"));
    let label: Label = label.map(|option| option.label.clone()).unwrap_or_default();
    let mut columns = vec![Column { field: Field::new("month", label, FieldKind::Text) }];
    columns.extend(DOCUMENT.columns().into_iter().take(4));
    Ok(Report { columns, rows, measure: 4, summary: Some(summary(latest.0, latest.1)), ..Report::default() })
}
