//! `GET /{object}`: the records of an object as a table, a board or a calendar.

mod chips;
mod facts;
mod shape;
mod state;
mod table;
mod tools;

pub(crate) use chips::chips;
pub use facts::{capped, count, facts, fields};
pub use shape::Shape;
pub use state::{PAGE, State, filter_of, is_sortable, may_see, pool_view, reach};
pub use table::avatar;
pub use tools::{bar, frame, may_create};

use crate::{
    page::Page,
    pages::{board, calendar},
    session::{Answer, Params, Visit, html},
};
use axum::{
    extract::Path,
    http::{HeaderName, HeaderValue, header::SET_COOKIE},
    response::Response,
};
use guanxi_gate::{Error, Titles};
use guanxi_model::{Query, RecordId, expr::Expr};

/// The page, or the rows that follow when a list grows.
///
/// # Errors
/// When there is no such object, or the address cannot be read.
pub async fn show(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let state = State::read(visit, &object, &params)?;
            if visit.asks.htmx && !visit.asks.main && state.after.is_some() {
                return Ok(html(table::rows(visit, &state)?.into_string()));
            }
            let main = match state.layout.as_str() {
                _ if state.bad_filter.is_some() => table::refused(visit, &state),
                layout if state.object.board(layout).is_some() => board::draw(visit, &state)?,
                "calendar" => calendar::draw(visit, &state)?,
                _ => table::draw(visit, &state)?,
            };
            let mut title = state.object.plural_label(visit.locale()).to_owned();
            let headers = density(&params).into_iter().collect();
            let mut menu = object;
            if state.pool.is_some() {
                title.clone_from(&state.view.label);
                menu = "pools".to_owned();
            }
            Page { title, menu, main, headers, ..Page::default() }.answer(visit)
        })
        .await
}

/// The height of rows is kept in this browser.
fn density(params: &Params) -> Option<(HeaderName, HeaderValue)> {
    let word = params.get("density").filter(|word| matches!(*word, "compact" | "normal" | "relaxed"))?;
    let cookie = format!("gx_density={word}; Path=/; SameSite=Lax; Max-Age=31536000");
    Some((SET_COOKIE, HeaderValue::from_str(&cookie).ok()?))
}

/// `GET /{object}/{id}/row?…`: one row for the view in the query, after someone else changed the record.
///
/// # Errors
/// When the record is gone.
pub async fn row(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .fragment(move |visit| {
            let id = crate::pages::answer::record_id(&id)?;
            table::row(visit, &State::read(visit, &object, &params)?, id)
        })
        .await
}

/// The row of a record in the list that the browser shows, for the answer to an edit.
///
/// # Errors
/// When the record is gone.
pub fn row_here(visit: &Visit, object: &str, id: RecordId) -> Result<maud::Markup, Error> {
    let query =
        visit.asks.current.as_deref().and_then(|url| url.split_once('?')).map_or("", |(_, query)| query);
    table::row(visit, &State::read(visit, object, &Params::parse(query))?, id)
}

/// Names of the records that a filter mentions, so that its chips can say them.
pub(crate) fn named(visit: &Visit, state: &State, mut titles: Titles) -> Result<Titles, Error> {
    let mut ids: Vec<RecordId> = Vec::new();
    if let Some(expr) = &state.expr {
        chips::mentioned(expr, &mut ids);
    }
    ids.retain(|id| titles.get(*id).is_none());
    if ids.is_empty() {
        return Ok(titles);
    }
    // Ids are unique in the set, so every object that the list's fields refer to is asked once.
    let mut targets: Vec<&str> = state.object.active_fields().filter_map(|field| field.target()).collect();
    targets.push(&state.object.name);
    targets.sort_unstable();
    targets.dedup();
    for target in targets {
        let Ok(object) = visit.gate().object(target) else { continue };
        let query = Query::of(target)
            .filter(Expr::ids("id", &ids))
            .fields([object.title.clone()])
            .limit(ids.len().clamp(1, 100));
        let Ok(page) = visit.gate().list(visit.ctx(), &query) else { continue };
        titles.0.extend(page.rows.iter().map(|row| (row.id, row.title())));
    }
    Ok(titles)
}
