//! Lines of a document inside its form: an order and its lines are written in one transaction, and the sum
//! is shown while they are typed.

use super::input::{self, Inputs};
use crate::{
    session::{Params, Visit},
    show, ui,
};
use guanxi_gate::{Draft, Error, Record};
use guanxi_model::{Field, FieldKind, Issue, Object, Query, RecordId, Value, expr::Expr};
use maud::{Markup, html as markup};
use rust_decimal::Decimal;
use std::{collections::BTreeSet, sync::Arc};

/// A document whose lines are written with it.
struct Lines {
    object: &'static str,
    line: &'static str,
    /// The line's reference to its document.
    via: &'static str,
    /// The line's columns in the form.
    columns: &'static [&'static str],
    /// A line without any of these is blank and is not kept.
    content: &'static [&'static str],
}

const ALL: [Lines; 1] = [Lines {
    object: "order",
    line: "order_line",
    via: "order",
    columns: &["product", "name", "quantity", "unit", "unit_price"],
    content: &["product", "name", "unit_price"],
}];

fn of(object: &str) -> Option<&'static Lines> {
    ALL.iter().find(|lines| lines.object == object)
}

/// The numbers of the lines that a form holds.
fn rows(params: &Params) -> BTreeSet<usize> {
    params
        .pairs()
        .filter_map(|(name, _)| name.strip_prefix("line.")?.split('.').next()?.parse().ok())
        .collect()
}

/// What a line of the form asks for.
struct Posted {
    row: usize,
    id: Option<RecordId>,
    draft: Draft,
}

fn posted(line: &Object, lines: &Lines, params: &Params) -> Vec<Posted> {
    let fields: Vec<&Field> = lines.columns.iter().filter_map(|name| line.field(name)).collect();
    rows(params)
        .into_iter()
        .filter_map(|row| {
            let prefix = format!("line.{row}.");
            let mut draft = input::read(fields.iter().copied(), params, &prefix);
            let blank = lines.content.iter().all(|name| draft.get(name).is_null()) && draft.issues.is_empty();
            for issue in &mut draft.issues {
                issue.field = issue.field.as_ref().map(|field| format!("{prefix}{field}"));
            }
            let id = params.get(&format!("{prefix}id")).and_then(|id| id.parse().ok());
            (!blank).then_some(Posted { row, id, draft })
        })
        .collect()
}

/// Says of which line the problems are.
fn of_row(row: usize, error: Error) -> Error {
    match error {
        Error::Invalid(issues) => Error::Invalid(
            issues
                .into_iter()
                .map(|issue| Issue {
                    field: issue.field.map(|field| {
                        if field.starts_with("line.") { field } else { format!("line.{row}.{field}") }
                    }),
                    ..issue
                })
                .collect(),
        ),
        other => other,
    }
}

/// Makes the record, with its lines if it has any, in one transaction.
pub fn create(
    visit: &Visit,
    object: &Arc<Object>,
    draft: Draft,
    params: &Params,
    anyway: bool,
) -> Result<Record, Error> {
    let name = object.name.clone();
    let Some(lines) = of(&name) else {
        return visit.gate().door(visit.ctx(), move |door| door.create(&name, draft.clone(), anyway));
    };
    let line = visit.gate().object(lines.line)?;
    let wanted: Vec<(usize, Draft)> =
        posted(&line, lines, params).into_iter().map(|posted| (posted.row, posted.draft)).collect();
    visit.gate().door(visit.ctx(), move |door| {
        let record = door.create(&name, draft.clone(), anyway)?;
        for (row, draft) in &wanted {
            let draft = draft.clone().set(lines.via, record.id);
            door.create(lines.line, draft, true).map_err(|error| of_row(*row, error))?;
        }
        Ok(record)
    })
}

/// Changes the record and its lines: new ones are made, missing ones go to the recycle bin.
pub fn update(
    visit: &Visit,
    object: &Arc<Object>,
    id: RecordId,
    version: Option<i64>,
    draft: Draft,
    params: &Params,
) -> Result<Record, Error> {
    let name = object.name.clone();
    let Some(lines) = of(&name) else {
        return visit.gate().door(visit.ctx(), move |door| door.update(&name, id, version, draft.clone()));
    };
    let line = visit.gate().object(lines.line)?;
    let wanted: Vec<(usize, Option<RecordId>, Draft)> = posted(&line, lines, params)
        .into_iter()
        .map(|posted| (posted.row, posted.id, posted.draft))
        .collect();
    let shown = params.has("lines");
    visit.gate().door(visit.ctx(), move |door| {
        let record = door.update(&name, id, version, draft.clone())?;
        if !shown {
            return Ok(record);
        }
        let kept: BTreeSet<RecordId> = wanted.iter().filter_map(|(_, id, _)| *id).collect();
        let present = door.tx().referring(lines.line, lines.via, &[id])?;
        for gone in present.iter().filter(|line| !kept.contains(&line.id)) {
            door.delete(lines.line, gone.id, None)?;
        }
        for (row, line, draft) in &wanted {
            let done = match line.filter(|line| present.iter().any(|known| known.id == *line)) {
                Some(line) => door.update(lines.line, line, None, draft.clone()),
                None => door.create(lines.line, draft.clone().set(lines.via, id), true),
            };
            done.map_err(|error| of_row(*row, error))?;
        }
        Ok(record)
    })
}

/// A new document starts with one blank line.
pub fn blank(visit: &Visit, object: &Object, params: &mut Params) {
    if let Some(lines) = of(&object.name)
        && visit.may(lines.line, guanxi_model::access::action::CREATE)
    {
        params.0.push(("line.0.quantity".to_owned(), "1".to_owned()));
    }
}

/// Writes the stored lines into a form.
///
/// # Errors
/// When they cannot be read.
pub fn stored(visit: &Visit, object: &Object, id: RecordId, params: &mut Params) -> Result<(), Error> {
    let Some(lines) = of(&object.name) else { return Ok(()) };
    if !visit.may(lines.line, guanxi_model::access::action::EDIT) {
        return Ok(());
    }
    let line = visit.gate().object(lines.line)?;
    let query = Query::of(lines.line).filter(Expr::eq(lines.via, Expr::Id(id))).sort(["id"]).limit(200);
    for (row, stored) in visit.gate().list(visit.ctx(), &query)?.rows.iter().enumerate() {
        let prefix = format!("line.{row}.");
        params.0.push((format!("{prefix}id"), stored.id.to_string()));
        for field in lines.columns.iter().filter_map(|name| line.field(name)) {
            input::put(params, &prefix, field, stored.get(&field.name), visit);
        }
    }
    Ok(())
}

/// Adds or removes a line, as the refresh of the form asks.
pub fn change(params: &mut Params) {
    if let Some(row) = params.get("remove_line").map(str::to_owned) {
        let prefix = format!("line.{row}.");
        params.0.retain(|(name, _)| !name.starts_with(&prefix));
    }
    if params.has("add_line") {
        let next = rows(params).last().map_or(0, |last| last + 1);
        params.0.push((format!("line.{next}.quantity"), "1".to_owned()));
    }
    params.0.retain(|(name, _)| !matches!(name.as_str(), "add_line" | "remove_line"));
}

/// What a problem in a line is about: its number and its field.
pub fn problem_label(visit: &Visit, object: &Object, name: &str) -> String {
    let mut parts = name.splitn(3, '.').skip(1);
    let (row, field) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let number = row.parse::<usize>().map_or(0, |row| row + 1).to_string();
    let line = of(&object.name).and_then(|lines| visit.gate().object(lines.line).ok());
    let label = line
        .as_ref()
        .and_then(|line| line.field(field))
        .map(|field| field.label.get(visit.locale()).to_owned());
    visit.fill("form.line_field", &[("n", &number), ("field", &label.unwrap_or_default())])
}

/// The lines of a form.
///
/// # Errors
/// When the products cannot be read.
pub fn draw(
    visit: &Visit,
    object: &Object,
    record: Option<RecordId>,
    params: &Params,
    issues: &[Issue],
    dialog: bool,
) -> Result<Markup, Error> {
    let Some(lines) = of(&object.name) else { return Ok(markup! {}) };
    let action = if record.is_some() {
        guanxi_model::access::action::EDIT
    } else {
        guanxi_model::access::action::CREATE
    };
    if !visit.may(lines.line, action) {
        return Ok(markup! {});
    }
    let line = visit.gate().object(lines.line)?;
    let fields: Vec<&Field> = lines.columns.iter().filter_map(|name| line.field(name)).collect();
    let mut params = params.clone();
    let titles = input::titles(visit, fields.iter().copied(), &params)?;
    take_prices(visit, lines, &mut params)?;
    let url = format!("/{}/form", object.name);
    let target =
        if dialog { format!("#form-{}-body", object.name) } else { format!("#form-{}", object.name) };
    let mut sum = Decimal::ZERO;
    let rows: Vec<Markup> = rows(&params)
        .into_iter()
        .map(|row| {
            let prefix = format!("line.{row}.");
            let inputs = Inputs { visit, params: &params, titles: &titles, issues, prefix: prefix.clone() };
            let amount = amount(&params, &prefix);
            sum += amount.unwrap_or_default();
            markup! {
                tr {
                    @for field in &fields {
                        td class=[show::is_numeric(field).then_some("num")] { (cell(&inputs, field)) }
                    }
                    td .num { (amount.map(show::exact).unwrap_or_default()) }
                    td {
                        @if let Some(id) = params.get(&format!("{prefix}id")) { input type="hidden" name={ (prefix) "id" } value=(id); }
                        button .btn.ghost.square.sz-s type="button" aria-label=(visit.t("form.remove_line")) data-tip=(visit.t("form.remove_line"))
                            hx-post=(url) hx-vals=(serde_json::json!({ "remove_line": row.to_string() })) hx-include="closest form"
                            hx-sync=(super::ONE_AT_A_TIME) hx-target=(target) hx-swap="outerMorph" { (ui::icon("trash-2")) }
                    }
                }
            }
        })
        .collect();
    Ok(markup! {
        section .lines {
            h2 { (line.plural_label(visit.locale())) }
            input type="hidden" name="lines" value="1";
            div .table-scroll id={ "lines-" (object.name) } hx-post=(url) hx-trigger="change" hx-include="closest form"
                hx-sync=(super::ONE_AT_A_TIME) hx-target=(target) hx-swap="outerMorph" {
                table .table {
                    thead {
                        tr {
                            @for field in &fields {
                                th scope="col" class=[show::is_numeric(field).then_some("num")] { (field.label.get(visit.locale())) }
                            }
                            th .num scope="col" { (visit.t("form.amount")) }
                            th scope="col" { span .sr-only { (visit.t("form.remove_line")) } }
                        }
                    }
                    tbody { @for row in rows { (row) } }
                    tfoot {
                        tr {
                            td colspan=(fields.len()) { (visit.t("form.sum")) }
                            td .num { output { (show::exact(sum)) } }
                            td {}
                        }
                    }
                }
            }
            div {
                button .btn.sz-s type="button" hx-post=(url) hx-vals=(serde_json::json!({ "add_line": "1" })) hx-include="closest form"
                    hx-sync=(super::ONE_AT_A_TIME) hx-target=(target) hx-swap="outerMorph" { (ui::icon("plus")) span .label { (visit.t("form.add_line")) } }
            }
        }
    })
}

/// The input alone; its label is the column's head, which is read aloud from the name of the input.
fn cell(inputs: &Inputs<'_>, field: &Field) -> Markup {
    let input = inputs.field(field, false);
    let error = input.error.clone();
    markup! {
        label .sr-only for=(input.id) { (input.label) }
        (ui::widget(&input))
        @if let Some(error) = error { p .error id={ (input.id) "-error" } { (error) } }
    }
}

fn amount(params: &Params, prefix: &str) -> Option<Decimal> {
    let number =
        |name: &str| params.get(&format!("{prefix}{name}"))?.replace(',', "").trim().parse::<Decimal>().ok();
    Some(
        (number("quantity")? * number("unit_price")?)
            .round_dp_with_strategy(2, rust_decimal::RoundingStrategy::MidpointAwayFromZero),
    )
}

/// A line whose product was just chosen takes the product's price and unit, which may then be changed.
fn take_prices(visit: &Visit, lines: &Lines, params: &mut Params) -> Result<(), Error> {
    if lines.line != "order_line" {
        return Ok(());
    }
    for row in rows(params) {
        let prefix = format!("line.{row}.");
        let product: Option<RecordId> =
            params.get(&format!("{prefix}product")).and_then(|id| id.parse().ok());
        let (Some(product), None) = (product, params.get(&format!("{prefix}unit_price"))) else { continue };
        let Ok(product) = visit.gate().get(visit.ctx(), "product", product) else { continue };
        for (field, of) in [("unit_price", "price"), ("unit", "unit"), ("name", "name")] {
            let name = format!("{prefix}{field}");
            let (Some(source), None) = (product.object.field(of), params.get(&name)) else { continue };
            params.0.retain(|(known, _)| *known != name);
            let text = match (source.value_kind(), product.get(of)) {
                (FieldKind::Money { .. }, Value::Decimal(price)) => price.to_string(),
                (_, value) => input::editor_value(source, value, visit),
            };
            params.0.push((name, text));
        }
    }
    Ok(())
}
