//! What kinds of customers there are: counts and shares by one field. Regions are counted by province.

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
    Aggregate, Field, Message, Value,
    expr::{Expr, Function},
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("composition.toml")));

pub(super) fn report() -> ReportDef {
    define("composition", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let by = by(&chosen)?;
    let field = gate.object("customer")?.field(by).cloned().ok_or(Error::NotFound)?;
    let mut parts = vec![reportable(ctx, "customer", "")?];
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        parts.push(Expr::eq("owner", owner));
    }
    parts.push(happened("created_at", (None, chosen.date("as_of")?)));
    let filter = Expr::all(parts);
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "customer".to_owned(),
            group_by: vec![Group { field: by.to_owned(), part: DatePart::Whole }],
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("order_total".to_owned()) },
            ],
            filter: Some(filter.clone()),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let mut parts: Vec<(Value, Decimal, Decimal)> = Vec::new();
    for row in table.rows {
        let decimal = |i: usize| row.measures.get(i).and_then(Value::as_decimal).unwrap_or_default();
        let key = if by == "region" { province(&row.keys[0]) } else { row.keys[0].clone() };
        match parts.iter_mut().find(|(known, ..)| *known == key) {
            Some((_, count, total)) => {
                *count += decimal(0);
                *total += decimal(1);
            }
            None => parts.push((key, decimal(0), decimal(1))),
        }
    }
    parts.sort_by(|a, b| rank(&field, &a.0).cmp(&rank(&field, &b.0)).then(b.1.cmp(&a.1)));
    let (count, total): (Decimal, Decimal) =
        parts.iter().fold((Decimal::ZERO, Decimal::ZERO), |(n, t), (_, count, total)| (n + count, t + total));
    let rows = parts
        .into_iter()
        .map(|(key, n, sum)| ReportRow {
            drill: Some(Drill {
                object: "customer".to_owned(),
                filter: same(&field, &key).and(filter.clone()).to_string(),
            }),
            cells: vec![key, Value::from(n), share(n, count), Value::from(sum)],
        })
        .collect();
    let mut columns = vec![Column { field }];
    columns.extend(DOCUMENT.columns());
    Ok(Report {
        columns,
        rows,
        totals: vec![Value::Null, Value::from(count), Value::Null, Value::from(total)],
        measure: 1,
        titles: table.titles,
        summary: Some(Message::new("report.composition.summary").with("n", count.normalize())),
        ..Report::default()
    })
}

/// The field chosen, out of those the document offers.
fn by<'a>(chosen: &'a Chosen<'_>) -> Result<&'a str> {
    let by = chosen.text("by").unwrap_or("grade");
    let offered =
        DOCUMENT.params.iter().find(|param| param.name == "by").is_some_and(|p| p.option(by).is_some());
    if offered {
        Ok(by)
    } else {
        Err(Error::invalid("by", "choice", Message::new("field.choice").with("value", by)))
    }
}

/// Choices in the order of their dictionary, ratings from the most stars, what is empty last.
fn rank(field: &Field, key: &Value) -> (bool, i64) {
    let place = match key {
        Value::Text(text) => field.options.iter().position(|option| option.value == *text),
        Value::Decimal(stars) => return (false, -i64::try_from(stars.trunc()).unwrap_or(0)),
        _ => None,
    };
    (key.is_null(), place.and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX))
}

/// The province of a region's code, whose first two digits name it.
fn province(code: &Value) -> Value {
    match code.as_text().and_then(|code| code.get(..2)) {
        Some(province) => Value::Text(format!("{province}0000")),
        None => Value::Null,
    }
}

/// The customers of a part.
fn same(field: &Field, key: &Value) -> Expr {
    match key {
        Value::Decimal(stars) => Expr::eq(&field.name, *stars),
        Value::Text(code) if field.name == "region" => {
            let province = code.get(..2).unwrap_or(code);
            Expr::Call(Function::StartsWith, vec![Expr::field(&field.name), Expr::text(province)])
        }
        Value::Text(text) => Expr::eq(&field.name, text.as_str()),
        _ => Expr::is_empty(&field.name),
    }
}
