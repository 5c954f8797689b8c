//! Objects: what the program ships, and what a site adds or renames. Both are usable at once.

pub mod change_field;
pub mod fields;
pub mod new_field;

use super::{label_of, labels, text};
use crate::{
    pages::answer::{self, Ask},
    session::{Answer, Params, Visit},
    ui::{self, Button},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::Label;
use maud::{Markup, html as markup};

/// `GET /settings/objects`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(list(visit))).await
}

fn list(visit: &Visit) -> crate::page::Page {
    let registry = visit.gate().registry();
    let rows: Vec<Vec<Markup>> = registry
        .objects()
        .map(|object| {
            let fields = object.active_fields().filter(|field| !field.system).count();
            let own = object.fields.iter().filter(|field| field.custom).count();
            vec![
                markup! { a .link.inline href={ "/settings/objects/" (object.name) } { (ui::icon(&object.icon)) (object.label.get(visit.locale())) } },
                markup! { code { (object.name) } },
                markup! { (fields) @if own > 0 { " " span .muted { (visit.fill("objects.own_fields", &[("n", &own.to_string())])) } } },
                if object.custom { ui::tag(visit.t("objects.custom"), 285) } else { ui::plain_tag(visit.t("objects.shipped")) },
            ]
        })
        .collect();
    let heads = [
        visit.t("objects.object"),
        visit.t("dictionaries.api_name"),
        visit.t("objects.fields"),
        visit.t("objects.origin"),
    ];
    let body = markup! { p .muted { (visit.t("objects.about")) } (super::table(&heads, &rows)) };
    let add = markup! { (Button::new(visit.t("objects.new")).primary().icon("plus").key("C").dialog("/settings/objects/new")) };
    super::page(visit, "objects", visit.t("settings.objects"), Some(add), &body)
}

/// `GET /settings/objects/new`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn new(visit: Visit) -> Answer {
    visit.answer(|visit| object_form(visit, &Params::default(), None)).await
}

fn object_form(visit: &Visit, params: &Params, problem: Option<Markup>) -> Result<Response, Error> {
    let name = ui::Field {
        hint: visit.t("objects.name_hint").to_owned(),
        required: Some(visit.t("form.required").to_owned()),
        ..text("name", visit.t("dictionaries.api_name"), params.get("name").unwrap_or_default())
    };
    let ask = Ask {
        title: visit.t("objects.new").to_owned(),
        action: "/settings/objects".to_owned(),
        body: markup! {
            @if let Some(problem) = &problem { (problem) }
            div .fields { (labels(visit, &label_of(params))) (ui::form_field(&name)) }
            p .hint { (visit.t("objects.new_hint")) }
        },
        submit: visit.t("objects.create").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: "/settings/objects".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn create(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let name = params.get("name").unwrap_or_default().trim().to_owned();
            match visit.gate().add_object(visit.ctx(), &name, label_of(&params)) {
                Ok(object) => {
                    let text = visit.fill("objects.created", &[("name", object.label.get(visit.locale()))]);
                    Ok(answer::done(visit, &format!("/settings/objects/{name}"), text, None))
                }
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    object_form(visit, &params, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/objects/{object}/label`
///
/// # Errors
/// When there is no such object.
pub async fn ask_label(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let object = visit.gate().object(&name)?;
            label_form(visit, &name, &object.label, None)
        })
        .await
}

fn label_form(visit: &Visit, name: &str, label: &Label, problem: Option<Markup>) -> Result<Response, Error> {
    let ask = Ask {
        title: visit.t("objects.rename").to_owned(),
        action: format!("/settings/objects/{name}/label"),
        body: markup! { @if let Some(problem) = &problem { (problem) } div .fields { (labels(visit, label)) } },
        submit: visit.t("common.save").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/objects/{name}"),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects/{object}/label`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn rename(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let label = label_of(&params);
            let done = if label.is_empty() {
                Err(Error::refused("settings.label_missing"))
            } else {
                visit.gate().patch_object(visit.ctx(), &name, serde_json::json!({ "label": label }))
            };
            match done {
                Ok(_) => Ok(answer::stay(
                    visit,
                    &format!("/settings/objects/{name}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    label_form(visit, &name, &label, Some(problem))
                }
            }
        })
        .await
}
