//! What kinds of customers there are: counts and shares by one field. Regions are counted by province.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    counting, define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow},
};
use guanxi_model::{Field, FieldKind, Label, Message, Value, expr::Expr};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("composition.toml")));

pub(super) fn report() -> ReportDef {
    define("composition", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let by = by(&chosen)?;
    let field = match by {
        "age" => Field::new("age", label("age").unwrap_or_default(), FieldKind::Text),
        by => gate.object("customer")?.field(by).cloned().ok_or(Error::NotFound)?,
    };
    let mut parts = vec![reportable(ctx, "customer", "")?];
    if let Some(owner) = chosen.user(gate, ctx, "owner")? {
        parts.push(Expr::eq("owner", owner));
    }
    parts.push(happened("created_at", (None, chosen.date("as_of")?)));
    let filter = Expr::all(parts);
    let mut parts: Vec<(Value, Decimal, Decimal)> = counting::customers(gate, ctx, &filter, &[by])?
        .into_iter()
        .map(|(mut keys, count, total)| (keys.remove(0), count, total))
        .collect();
    parts.sort_by(|a, b| rank(&field, &a.0).cmp(&rank(&field, &b.0)).then(b.1.cmp(&a.1)));
    let (count, total): (Decimal, Decimal) =
        parts.iter().fold((Decimal::ZERO, Decimal::ZERO), |(n, t), (_, count, total)| (n + count, t + total));
    let rows = parts
        .into_iter()
        .map(|(key, n, sum)| ReportRow {
            drill: Some(Drill {
                object: "customer".to_owned(),
                filter: counting::same(ctx, &field, &key).and(filter.clone()).to_string(),
            }),
            // An age is a number of its band, which only words can tell.
            cells: vec![
                if by == "age" { Value::from(counting::words(ctx, &field, &key)) } else { key },
                Value::from(n),
                share(n, count),
                Value::from(sum),
            ],
        })
        .collect();
    let mut columns = vec![Column { field }];
    columns.extend(DOCUMENT.columns());
    Ok(Report {
        columns,
        rows,
        totals: vec![Value::Null, Value::from(count), Value::Null, Value::from(total)],
        measure: 1,
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
        Value::Decimal(band) if field.name == "age" => {
            return (false, i64::try_from(band.trunc()).unwrap_or(0));
        }
        Value::Decimal(stars) => return (false, -i64::try_from(stars.trunc()).unwrap_or(0)),
        _ => None,
    };
    (key.is_null(), place.and_then(|place| i64::try_from(place).ok()).unwrap_or(i64::MAX))
}

/// The province of a region's code, whose first two digits name it.
pub(super) fn province(code: &Value) -> Value {
    match code.as_text().and_then(|code| code.get(..2)) {
        Some(province) => Value::Text(format!("{province}0000")),
        None => Value::Null,
    }
}

/// What one of the ways is called.
pub(super) fn label(by: &str) -> Option<Label> {
    let param = DOCUMENT.params.iter().find(|param| param.name == "by")?;
    param.option(by).map(|option| option.label.clone())
}
