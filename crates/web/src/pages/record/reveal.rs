//! A masked value in clear: asked for with a reason, which stands in the audit.

use crate::{
    pages::answer::{self, Ask, record_id},
    session::{Answer, Visit},
    ui,
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Error, Titles, Visible};
use guanxi_model::{Field, access::action};
use maud::{Markup, html as markup};

/// `GET /{object}/{id}/reveal/{field}`
///
/// # Errors
/// When the caller may not see the value.
pub async fn ask(visit: Visit, Path((object, id, name)): Path<(String, String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let record = answer::record_for(visit, &object, &id, action::REVEAL)?;
            let field = record.object.field(&name).ok_or(Error::NotFound)?.clone();
            draw(visit, &record, &field, None, StatusCode::OK)
        })
        .await
}

/// `POST /{object}/{id}/reveal/{field}`
///
/// # Errors
/// When the door fails; a missing reason is the dialog again.
pub async fn reveal(
    visit: Visit,
    Path((object, id, name)): Path<(String, String, String)>,
    body: Bytes,
) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            let field = record.object.field(&name).ok_or(Error::NotFound)?.clone();
            let reason = params.get("reason").unwrap_or_default();
            match visit.gate().reveal(visit.ctx(), &object, id, &name, reason) {
                Ok(value) => {
                    let text = guanxi_gate::words::value(&field, &value, &Titles::default(), visit.locale());
                    Ok(answer::fragment(StatusCode::OK, shown(visit, &field, &text)))
                }
                Err(error) => match answer::sentence(visit, &error) {
                    Some(text) => draw(visit, &record, &field, Some(text), StatusCode::UNPROCESSABLE_ENTITY),
                    None => Err(error),
                },
            }
        })
        .await
}

/// The value in the place of its mask, until the page is fetched again.
fn shown(visit: &Visit, field: &Field, text: &str) -> Markup {
    let inline = ui::InlineField {
        field: field.name.clone(),
        label: field.label.get(visit.locale()).to_owned(),
        body: Some(markup! { span .reveal { (text) } }),
        ..ui::InlineField::default()
    };
    ui::inline_value(&inline)
}

fn draw(
    visit: &Visit,
    record: &Visible,
    field: &Field,
    error: Option<String>,
    status: StatusCode,
) -> Result<Response, Error> {
    let input = ui::Field {
        id: "in-reason".to_owned(),
        name: "reason".to_owned(),
        label: visit.t("record.reason").to_owned(),
        required: Some(visit.t("form.required").to_owned()),
        wide: true,
        autofocus: true,
        error,
        hint: visit.t("record.reveal_hint").to_owned(),
        ..ui::Field::default()
    };
    let label = field.label.get(visit.locale());
    let ask = Ask {
        title: visit.fill("record.reveal_of", &[("field", label)]),
        body: markup! { p .muted { (record.title()) } (ui::form_field(&input)) },
        submit: visit.t("record.reveal").to_owned(),
        status,
        ..Ask::about(record, &format!("reveal/{}", field.name))
    };
    ask.answer(visit)
}
