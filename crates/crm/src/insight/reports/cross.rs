//! Customers by two classes at once, each cell with its list.

use super::{Document, chosen::Chosen, counting, define, scope::reportable};
use guanxi_gate::{
    Ctx, Error, Gate, Result,
    report::{Column, Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{Field, FieldKind, Label, Locale, Message, Value, expr::Expr};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("cross.toml")));

pub(super) fn report() -> ReportDef {
    define("cross", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let (rows, columns) =
        (class(gate, &chosen, "rows", "value_grade")?, class(gate, &chosen, "columns", "state_class")?);
    if rows.name == columns.name {
        return Err(Error::invalid("columns", "rule", Message::new("report.cross.same")));
    }
    let mut parts = vec![reportable(ctx, "customer", "")?];
    parts.extend(chosen.user(gate, ctx, "owner")?.map(|owner| Expr::eq("owner", owner)));
    parts.extend(chosen.text("relation").map(|class| Expr::eq("relation_class", class)));
    let filter = Expr::all(parts);
    let counted = counting::customers(gate, ctx, &filter, &[&rows.name, &columns.name])?;
    let across = values(&columns, counted.iter().map(|(keys, ..)| &keys[1]));
    let down = values(&rows, counted.iter().map(|(keys, ..)| &keys[0]));
    let none = |locale: Locale| gate.phrases().get(locale, "report.none_given").to_owned();
    let number = || FieldKind::Number { scale: 0, min: None, max: None };
    let mut report = Report { measure: across.len() + 1, shape: Shape::Matrix, ..Report::default() };
    report.columns.push(Column { field: rows.clone() });
    for value in &across {
        let name = value.as_text().unwrap_or("none");
        let label = columns.option(name).map(|option| option.label.clone());
        let label = label.unwrap_or_else(|| Label::new(none(Locale::Zh), none(Locale::En)));
        report.columns.push(Column { field: Field::new(name, label, number()) });
    }
    report.columns.extend(DOCUMENT.columns());
    let mut totals = vec![Decimal::ZERO; across.len()];
    for (at, value) in down.iter().enumerate() {
        let of_row = counting::same(ctx, &rows, value);
        let (mut cells, mut whole) = (vec![value.clone()], Decimal::ZERO);
        for (n, column) in across.iter().enumerate() {
            let count = counted.iter().find(|(keys, ..)| keys[0] == *value && keys[1] == *column);
            let count = count.map_or(Decimal::ZERO, |(_, count, _)| *count);
            whole += count;
            totals[n] += count;
            cells.push(Value::from(count));
            if !count.is_zero() {
                let both = of_row.clone().and(counting::same(ctx, &columns, column)).and(filter.clone());
                let drill = Drill { object: "customer".to_owned(), filter: both.to_string() };
                report.cells.insert((at, n + 1), drill);
            }
        }
        cells.push(Value::from(whole));
        let drill = Drill { object: "customer".to_owned(), filter: of_row.and(filter.clone()).to_string() };
        report.rows.push(ReportRow { cells, drill: Some(drill) });
    }
    let sum: Decimal = totals.iter().sum();
    report.totals.push(Value::Null);
    report.totals.extend(totals.into_iter().map(Value::from));
    report.totals.push(Value::from(sum));
    report.summary = Some(Message::new("report.composition.summary").with("n", sum.normalize()));
    Ok(report)
}

fn class(gate: &Gate, chosen: &Chosen<'_>, param: &str, usual: &str) -> Result<Field> {
    let name = chosen.text(param).unwrap_or(usual);
    let offered = DOCUMENT.params.iter().find(|p| p.name == param).is_some_and(|p| p.option(name).is_some());
    if !offered {
        return Err(Error::invalid(param, "choice", Message::new("field.choice").with("value", name)));
    }
    gate.object("customer")?.field(name).cloned().ok_or(Error::NotFound)
}

/// The values that occur, in the order of the dictionary.
fn values<'a>(field: &Field, found: impl Iterator<Item = &'a Value>) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for value in found {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values.sort_by_key(|value| counting::rank(field, value));
    values
}
