//! `GET /{object}/{id}/peek`: a record in the drawer, without leaving the list.

use crate::{
    pages::{
        answer::{self, record_id},
        record, timeline,
    },
    session::{Answer, Visit},
};
use axum::{extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use maud::html as markup;

/// Events shown in the drawer.
const EVENTS: usize = 5;

/// The drawer.
///
/// # Errors
/// When there is no such record.
pub async fn show(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let (record, titles) = visit.gate().page_of(visit.ctx(), &object, id)?;
            let events = timeline::read(visit, &record, timeline::Only::All, EVENTS)?;
            let url = format!("/{object}/{id}");
            let body = markup! {
                div .peek data-record data-object=(object) data-id=(id) data-version=(record.version) {
                    (record::brief(visit, &record, &titles))
                    (record::fields::draw(visit, &record, &titles, None))
                    (timeline::draw(visit, &record, &events, events.more.then_some(url.as_str()), None))
                }
            };
            answer::drawer(
                visit,
                &record.title(),
                &url,
                &object,
                &body,
                Some(&record::buttons(visit, &record)),
                StatusCode::OK,
            )
        })
        .await
}
