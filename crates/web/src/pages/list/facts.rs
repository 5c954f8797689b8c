//! `GET /{object}/facts`: the figures around a list, fetched after its rows so that they never wait for them:
//! how many records the list holds, their sums, and how many each tab has.

use super::state::State;
use crate::{
    session::{Answer, Params, Visit},
    show,
};
use axum::{Json, extract::Path, response::IntoResponse};
use guanxi_gate::Error;
use guanxi_model::{
    Aggregate, FieldKind, Query, Value,
    expr::{self, Expr},
    query::{COUNT_CAP, Count, Measure, MeasureFn},
};
use maud::{Markup, html};
use std::time::{Duration, Instant};

/// How long the tabs of other views are counted. In a very large table each may take long; those that had no turn keep
/// the figure they had.
const PATIENCE: Duration = Duration::from_millis(300);

/// The figures, each on its way to its place.
///
/// # Errors
/// When there is no such object.
pub async fn facts(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.fragment(move |visit| draw(visit, &object, &params)).await
}

fn draw(visit: &Visit, object: &str, params: &Params) -> Result<Markup, Error> {
    let state = State::read(visit, object, params)?;
    let total = count(visit, object, state.expr.clone(), &state.q)?;
    let words = capped(total);
    // A sum over more records than anyone counts would be read through on every visit, and tells little.
    let sums = if state.layout == "table" && total <= COUNT_CAP { sums(visit, &state)? } else { Vec::new() };
    let started = Instant::now();
    let mut tabs = Vec::new();
    for view in &state.views {
        let own =
            view.name == state.view.name && state.filter.trim() == view.filter.trim() && state.q.is_empty();
        if !own && started.elapsed() > PATIENCE {
            continue;
        }
        let number = if own { total } else { count(visit, object, parsed(&view.filter), "").unwrap_or(0) };
        tabs.push((view.name.clone(), capped(number)));
    }
    visit.app.keep_counts(visit.ctx().subject.user, object, tabs.iter().cloned().collect());
    Ok(html! {
        hx-partial hx-target="#list-count" hx-swap="innerHTML" { (words) }
        @if state.layout == "table" {
            hx-partial hx-target="#fact-total" hx-swap="innerHTML" { (visit.fill("list.total", &[("n", &words)])) }
            hx-partial hx-target="#fact-sums" hx-swap="innerHTML" {
                @for (label, sum) in &sums { span .fact { (label) " " b { (sum) } } }
            }
        }
        @for (name, number) in &tabs {
            hx-partial hx-target={ "#tab-" (name) " > .count" } hx-swap="innerHTML" { (number) }
        }
    })
}

/// `GET /{object}/fields`: what the filter builder and the column chooser offer, as JSON. A list carries only the fields
/// of its columns, because most pages are read without opening either.
///
/// # Errors
/// When there is no such object.
pub async fn fields(visit: Visit, Path(object): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<_, Error> {
            let object = visit.gate().object(&object)?;
            Ok(Json(super::table::meta(visit, &visit.gate().registry(), &object, |_| true)).into_response())
        })
        .await
}

/// How many records a filter and words hold, up to the cap.
pub fn count(visit: &Visit, object: &str, filter: Option<Expr>, q: &str) -> Result<i64, Error> {
    let mut query = Query::of(object);
    query.filter = filter;
    query.search = (!q.is_empty()).then(|| q.to_owned());
    query.count = Count::Capped;
    visit.gate().count(visit.ctx(), &query)
}

/// A count in words: above the cap it says so.
pub fn capped(count: i64) -> String {
    if count > COUNT_CAP {
        format!("{}+", guanxi_gate::words::grouped(&COUNT_CAP.to_string()))
    } else {
        guanxi_gate::words::grouped(&count.to_string())
    }
}

/// A view's filter; one that no longer parses holds nothing rather than everything.
fn parsed(filter: &str) -> Option<Expr> {
    match filter.trim() {
        "" => None,
        text => Some(expr::parse(text).unwrap_or(Expr::Bool(false))),
    }
}

fn sums(visit: &Visit, state: &State) -> Result<Vec<(String, String)>, Error> {
    let object = &state.object;
    let fields: Vec<_> = object
        .list
        .sums
        .iter()
        .filter_map(|name| object.field(name))
        .filter(|field| super::may_see(visit, object, &field.name))
        .collect();
    if fields.is_empty() {
        return Ok(Vec::new());
    }
    let measures = fields
        .iter()
        .flat_map(|field| {
            [MeasureFn::Sum, MeasureFn::Avg]
                .map(|function| Measure { function, field: Some(field.name.clone()) })
        })
        .collect();
    let aggregate = Aggregate {
        object: object.name.clone(),
        measures,
        filter: state.expr.clone(),
        search: (!state.q.is_empty()).then(|| state.q.clone()),
        limit: 1,
        ..Aggregate::default()
    };
    // A field whose sum would tell more than the rows do is refused by the door; the list stands without it.
    let table = match visit.gate().aggregate(visit.ctx(), &aggregate) {
        Ok(table) => table,
        Err(Error::Forbidden(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let Some(row) = table.rows.first() else { return Ok(Vec::new()) };
    let mut facts = Vec::new();
    for (position, field) in fields.iter().enumerate() {
        let label = field.label.get(visit.locale());
        for (offset, key) in ["list.sum_of", "list.average_of"].into_iter().enumerate() {
            if let Some(Value::Decimal(number)) = row.measures.get(position * 2 + offset) {
                let text = match field.value_kind() {
                    FieldKind::Money { .. } => show::compact(*number, visit.locale()),
                    _ => guanxi_gate::words::grouped(&number.round_dp(1).normalize().to_string()),
                };
                facts.push((visit.fill(key, &[("field", label)]), text));
            }
        }
    }
    Ok(facts)
}
