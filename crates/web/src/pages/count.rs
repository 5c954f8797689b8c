//! `GET /{object}/count?filter=…`: how many records a filter holds, while it is being built.

use crate::{
    pages::list::{self, State},
    session::{Answer, Params, Visit},
};
use axum::{Json, extract::Path, response::IntoResponse};
use guanxi_gate::Error;
use guanxi_model::query::COUNT_CAP;

/// The number, and the number in words.
///
/// # Errors
/// When the filter cannot be understood.
pub async fn show(visit: Visit, Path(object): Path<String>) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .answer(move |visit| -> Result<_, Error> {
            // The builder sends the JSON form of its tree; a link carries the source.
            let (filter, q) = match params.get("filter").filter(|text| text.trim_start().starts_with('{')) {
                Some(json) => (list::filter_of(json)?, params.get("q").unwrap_or_default().to_owned()),
                None => {
                    let state = State::read(visit, &object, &params)?;
                    if let Some(message) = state.bad_filter {
                        return Err(Error::Malformed(message));
                    }
                    (state.expr, state.q)
                }
            };
            let source = filter.as_ref().map(ToString::to_string).unwrap_or_default();
            let count = list::count(visit, &object, filter, &q)?;
            let text = visit.fill("list.matches", &[("n", &list::capped(count))]);
            Ok(Json(serde_json::json!({
                "count": count.min(COUNT_CAP),
                "more": count > COUNT_CAP,
                "text": text,
                "filter": source,
            }))
            .into_response())
        })
        .await
}
