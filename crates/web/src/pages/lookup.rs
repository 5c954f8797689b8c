//! What inputs search for as one types: records of an object, and the regions below a region.

use crate::session::{Answer, Params, Visit};
use axum::{Json, extract::Path, response::IntoResponse};
use guanxi_gate::Error;
use serde_json::json;

/// Most records that an input offers.
const OFFERED: usize = 20;

/// `GET /lookup/{object}?q=`: records of an object by their title; the most recent ones when nothing is typed.
/// Several objects, joined by commas, are for references to any of them: ids then name their object too.
///
/// # Errors
/// When there is no such object.
pub async fn records(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| -> Result<_, Error> {
            let text = params.get("q").unwrap_or_default();
            if let Some(objects) = object.contains(',').then(|| object.split(',')) {
                return Ok(Json(json!(of_any(visit, objects, text)?)).into_response());
            }
            let hits = visit.gate().lookup(visit.ctx(), &object, text, OFFERED)?;
            let items: Vec<_> = hits
                .iter()
                .map(|hit| json!({ "id": hit.id, "label": hit.title, "hint": hit.hint }))
                .collect();
            Ok(Json(json!(items)).into_response())
        })
        .await
}

/// A few records of each object that the reader may see.
fn of_any<'o>(
    visit: &Visit,
    objects: impl Iterator<Item = &'o str>,
    text: &str,
) -> Result<Vec<serde_json::Value>, Error> {
    let mut items = Vec::new();
    for object in objects.filter(|object| visit.may(object, guanxi_model::access::action::READ)) {
        for hit in visit.gate().lookup(visit.ctx(), object, text, OFFERED / 4)? {
            let label = hit.object.label.get(visit.locale());
            items.push(json!({ "id": format!("{object}:{}", hit.id), "label": hit.title, "hint": label }));
        }
    }
    Ok(items)
}

/// `GET /regions?parent=`: provinces, or what lies directly in a region.
///
/// # Errors
/// Never; an unknown region has nothing in it.
pub async fn regions(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |_| -> Result<_, Error> {
            let found = match params.get("parent") {
                Some(parent) => guanxi_text::region::children(parent),
                None => guanxi_text::region::provinces(),
            };
            let items: Vec<_> =
                found.into_iter().map(|(code, name)| json!({ "code": code, "name": name })).collect();
            Ok(Json(json!(items)).into_response())
        })
        .await
}
