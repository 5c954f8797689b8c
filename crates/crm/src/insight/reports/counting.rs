//! Counting customers by their fields, as several reports do.

use super::ages;
use guanxi_gate::{Ctx, Gate, Result};
use guanxi_model::{
    Aggregate, Field, Value,
    expr::{Expr, Function},
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;

/// Customers who have the same values: the values, how many they are, what they ordered.
pub(super) type Part = (Vec<Value>, Decimal, Decimal);

/// Customers by the values of some fields. The age is a band of years of birth, the region a province.
pub(super) fn customers(gate: &Gate, ctx: &Ctx, filter: &Expr, by: &[&str]) -> Result<Vec<Part>> {
    let group = |name: &&str| match *name {
        "age" => Group { field: "birthday".to_owned(), part: DatePart::Year },
        name => Group { field: name.to_owned(), part: DatePart::Whole },
    };
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "customer".to_owned(),
            group_by: by.iter().map(group).collect(),
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("order_total".to_owned()) },
            ],
            filter: Some(filter.clone()),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let mut parts: Vec<Part> = Vec::new();
    for row in table.rows {
        let decimal = |n: usize| row.measures.get(n).and_then(Value::as_decimal).unwrap_or_default();
        let keys: Vec<Value> = by.iter().zip(&row.keys).map(|(name, key)| coarse(ctx, name, key)).collect();
        // A record counts once for each of its tags.
        for keys in spread(keys) {
            match parts.iter_mut().find(|(known, ..)| *known == keys) {
                Some((_, count, total)) => {
                    *count += decimal(0);
                    *total += decimal(1);
                }
                None => parts.push((keys, decimal(0), decimal(1))),
            }
        }
    }
    Ok(parts)
}

fn coarse(ctx: &Ctx, name: &str, key: &Value) -> Value {
    match name {
        "region" => super::composition::province(key),
        "age" => {
            let band = key.as_text().and_then(|born| ages::band(born, ctx.today));
            Value::from(band.and_then(|band| i64::try_from(band).ok()))
        }
        _ => key.clone(),
    }
}

/// One line for each item of a list in the first place.
fn spread(keys: Vec<Value>) -> Vec<Vec<Value>> {
    match keys.split_first() {
        Some((Value::List(items), rest)) => items
            .iter()
            .map(|item| std::iter::once(Value::from(item.as_str())).chain(rest.iter().cloned()).collect())
            .collect(),
        _ => vec![keys],
    }
}

/// The customers who have a value.
pub(super) fn same(ctx: &Ctx, field: &Field, key: &Value) -> Expr {
    match (field.name.as_str(), key) {
        (_, Value::Null) if field.name == "age" => Expr::is_empty("birthday"),
        (name, Value::Null) => Expr::is_empty(name),
        ("age", band) => {
            let band = band.as_decimal().and_then(|n| usize::try_from(n).ok());
            ages::of(band.unwrap_or(usize::MAX), ctx.today)
        }
        ("region", Value::Text(code)) => {
            let province = code.get(..2).unwrap_or(code);
            Expr::Call(Function::StartsWith, vec![Expr::field("region"), Expr::text(province)])
        }
        ("tags" | "buying_way", Value::Text(item)) => {
            Expr::Call(Function::Contains, vec![Expr::field(&field.name), Expr::text(item.as_str())])
        }
        (name, Value::Text(text)) => Expr::eq(name, text.as_str()),
        (name, Value::Decimal(number)) => Expr::eq(name, *number),
        (name, _) => Expr::is_empty(name),
    }
}

/// A value in words.
pub(super) fn words(ctx: &Ctx, field: &Field, key: &Value) -> String {
    match (field.name.as_str(), key) {
        ("age", band) => {
            let band = band.as_decimal().and_then(|n| usize::try_from(n).ok());
            band.and_then(|band| ages::BANDS.get(band)).map(|band| band.2.to_owned()).unwrap_or_default()
        }
        ("buying_way", Value::Text(item)) => {
            field.option(item).map_or_else(|| item.clone(), |option| option.label.get(ctx.locale).to_owned())
        }
        _ => guanxi_gate::words::value(field, key, &guanxi_gate::Titles::default(), ctx.locale),
    }
}

/// Where a value stands among the others: choices in the order of their dictionary, what is empty last.
pub(super) fn rank(field: &Field, key: &Value) -> (bool, Decimal) {
    let place = match key {
        Value::Text(text) => {
            let place = field.options.iter().position(|option| option.value == *text);
            place.map_or(Decimal::MAX, Decimal::from)
        }
        Value::Decimal(number) => *number,
        _ => Decimal::MAX,
    };
    (key.is_null(), place)
}
