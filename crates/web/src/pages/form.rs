//! The form of a new record and of a record that is edited, as a page or in a dialog. It is drawn from the
//! object's document; conditions on fields are answered by the server whenever a field they mention changes.

pub mod conflict;
mod content;
mod draw;
pub mod input;
mod lines;
pub mod similar;
mod when;

pub use similar::check as duplicates;
pub use when::reached;

use crate::{
    pages::answer::{self, done, record_id},
    session::{Answer, Params, Visit},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{DuplicateHit, Error, Stale};
use guanxi_model::{FieldLevel, Issue, Object, RecordId};
use maud::Markup;
use std::{collections::BTreeMap, sync::Arc};

/// What redraws a form waits for its turn: of two answers on their way at once, the later one would otherwise take back
/// what the other brought, such as a line that was just added.
const ONE_AT_A_TIME: &str = "body:queue all";

/// A form: what it is about, what it holds, and what is wrong with it.
struct Form {
    object: Arc<Object>,
    record: Option<(RecordId, String)>,
    levels: BTreeMap<String, FieldLevel>,
    params: Params,
    issues: Vec<Issue>,
    hits: Vec<DuplicateHit>,
    stale: Option<Stale>,
    status: StatusCode,
}

/// `GET /{object}/new`
///
/// # Errors
/// When the caller may not make such records.
pub async fn new(visit: Visit, Path(object): Path<String>) -> Answer {
    visit.answer(move |visit| Form::blank(visit, &object)?.answer(visit)).await
}

/// `POST /{object}/new`
///
/// # Errors
/// When the door fails; what it refuses is the form again.
pub async fn create(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let mut form = Form::posted(visit, &object, None, params)?;
            let draft = input::read(form.offered(), &form.params, "");
            let saved = lines::create(visit, &form.object, draft, &form.params, form.params.has("anyway"));
            match saved {
                Ok(record) => {
                    let title = record.title();
                    let text = visit.fill("form.created", &[("name", &title)]);
                    let page = format!("/{object}/{}", record.id);
                    if form.params.get("then") == Some("new") {
                        return Ok(done(visit, &format!("/{object}/new"), text, None));
                    }
                    // A dialog over a record's page adds to that page; anything else leads to the new record.
                    match form.params.get("back") {
                        Some(back) => Ok(answer::stay(visit, back, text, None)),
                        None => Ok(done(visit, &page, text, None)),
                    }
                }
                Err(error) => form.refused(visit, error)?.answer(visit),
            }
        })
        .await
}

/// `GET /{object}/{id}/edit`
///
/// # Errors
/// When there is no such record, or the caller may not change it.
pub async fn edit(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit.answer(move |visit| Form::of(visit, &object, record_id(&id)?)?.answer(visit)).await
}

/// `POST /{object}/{id}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the form again.
pub async fn update(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let mut form = Form::posted(visit, &object, Some(id), params)?;
            let mut draft = input::read(form.offered(), &form.params, "");
            let version = form.params.get("version").and_then(|text| text.parse().ok());
            draft.values.retain(|field, _| form.params.get(&format!("keep.{field}")) != Some("theirs"));
            match lines::update(visit, &form.object, id, version, draft, &form.params) {
                Ok(record) => {
                    let text = visit.fill("form.saved", &[("name", &record.title())]);
                    let page = format!("/{object}/{id}");
                    Ok(answer::stay(visit, answer::back(&form.params, &page), text, None))
                }
                Err(error) => form.refused(visit, error)?.answer(visit),
            }
        })
        .await
}

/// `POST /{object}/form`: the form again, after a field changed that others depend on, or a line was added
/// or removed.
///
/// # Errors
/// When the caller may not use the form.
pub async fn refresh(visit: Visit, Path(object): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .fragment(move |visit| -> Result<Markup, Error> {
            let id = params.get("record").map(record_id).transpose()?;
            let mut form = Form::posted(visit, &object, id, params)?;
            lines::change(&mut form.params);
            let dialog = form.params.get("in") == Some("dialog");
            if dialog { form.body(visit, true) } else { form.page_form(visit) }
        })
        .await
}
