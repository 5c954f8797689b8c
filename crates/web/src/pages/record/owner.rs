//! Giving a record to another owner.

use crate::{
    pages::{
        answer::{self, Ask, record_id},
        form::input::{self, Inputs},
    },
    session::{Answer, Params, Visit},
    ui,
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Error, Visible};
use guanxi_model::{Field, FieldKind, Issue, access::action};
use maud::html as markup;

/// `GET /{object}/{id}/transfer`
///
/// # Errors
/// When the caller may not transfer the record.
pub async fn ask(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let record = answer::record_for(visit, &object, &id, action::TRANSFER)?;
            draw(visit, &record, &Params::default(), &[], StatusCode::OK)
        })
        .await
}

/// `POST /{object}/{id}/transfer`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn transfer(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let before = visit.gate().get(visit.ctx(), &object, id)?;
            let Some(to) = params.get("to").and_then(|to| to.parse().ok()) else {
                let missing =
                    guanxi_model::Message::new("field.required").with_label("label", &to_field().label);
                let issues = [Issue::field("to", "required", missing)];
                return draw(visit, &before, &params, &issues, StatusCode::UNPROCESSABLE_ENTITY);
            };
            match visit.gate().transfer(visit.ctx(), &object, id, to) {
                Ok(after) => {
                    let name = input::names(visit, "user", &[to])?.get(to).unwrap_or_default().to_owned();
                    let text = visit.fill("record.transferred", &[("name", &before.title()), ("to", &name)]);
                    // Whoever gave a record out of their own reach cannot take it back, so no undo is offered then.
                    let from = before.get("owner").as_ref().filter(|_| after.may.act(action::TRANSFER));
                    let undo = from.map(|from| format!("/{object}/{id}/transfer-back/{from}"));
                    if after.cells.is_empty() {
                        return Ok(answer::done(visit, &format!("/{object}"), text, undo));
                    }
                    Ok(answer::stay(visit, &format!("/{object}/{id}"), text, undo))
                }
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) => draw(visit, &before, &params, &issues, StatusCode::UNPROCESSABLE_ENTITY),
                    None => Err(error),
                },
            }
        })
        .await
}

/// `POST /{object}/{id}/transfer-back/{user}`: the undo of a transfer.
///
/// # Errors
/// When the door refuses.
pub async fn transfer_back(visit: Visit, Path((object, id, user)): Path<(String, String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (id, to) = (record_id(&id)?, record_id(&user)?);
            visit.gate().transfer(visit.ctx(), &object, id, to)?;
            Ok(answer::stay(visit, &format!("/{object}/{id}"), visit.t("record.undone"), None))
        })
        .await
}

fn to_field() -> Field {
    Field { required: true, ..input::labelled("to", "record.transfer_to", FieldKind::User) }
}

fn draw(
    visit: &Visit,
    record: &Visible,
    params: &Params,
    issues: &[Issue],
    status: StatusCode,
) -> Result<Response, Error> {
    let field = to_field();
    let titles = input::titles(visit, [&field], params)?;
    let inputs = Inputs { visit, params, titles: &titles, issues, prefix: String::new() };
    let mut input = inputs.field(&field, true);
    input.wide = true;
    input.autofocus = true;
    let body = markup! {
        p .muted { (record.title()) }
        (answer::refusals(visit, issues, &["to"]))
        (ui::form_field(&input))
        p .hint { (visit.t("record.transfer_hint")) }
    };
    let ask = Ask {
        title: visit.t("record.transfer").to_owned(),
        body,
        submit: visit.t("record.transfer").to_owned(),
        status,
        ..Ask::about(record, "transfer")
    };
    ask.answer(visit)
}
