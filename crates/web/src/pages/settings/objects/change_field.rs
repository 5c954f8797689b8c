//! What can still be changed about a field: its labels, its help and its rules. Kind and name stay.

use super::{fields::kind_label, new_field::on};
use crate::{
    pages::{
        answer::{self, Ask},
        settings::{self, label_of, labels, text},
    },
    session::{Answer, Visit},
    ui::{self, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Field, Label, Object};
use maud::{Markup, html as markup};

/// `GET /settings/objects/{object}/fields/{field}/edit`
///
/// # Errors
/// When there is no such field.
pub async fn ask(visit: Visit, Path((object, name)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let document = visit.gate().object(&object)?;
            draw(visit, &document, document.field(&name).ok_or(Error::NotFound)?, None)
        })
        .await
}

fn draw(visit: &Visit, object: &Object, field: &Field, problem: Option<Markup>) -> Result<Response, Error> {
    let help = field.help.clone().unwrap_or_default();
    let toggle = |name: &str, key: &'static str, on: bool| {
        let field = ui::Field {
            widget: Widget::Switch(visit.t(key).to_owned()),
            value: on.to_string(),
            ..text(name, "", "")
        };
        ui::widget(&field)
    };
    let body = markup! {
        @if let Some(problem) = &problem { (problem) }
        p .muted { code { (field.name) } " · " (kind_label(visit, &field.kind)) }
        div .fields {
            (labels(visit, &field.label))
            (ui::form_field(&text("help_zh", visit.t("objects.help_zh"), &help.zh)))
            (ui::form_field(&text("help_en", visit.t("objects.help_en"), &help.en)))
        }
        div .row.wrap {
            (toggle("required", "objects.required", field.required))
            (toggle("indexed", "objects.indexed", field.indexed))
            (toggle("search", "objects.searched", field.search))
        }
    };
    let ask = Ask {
        title: visit.fill("form.edit", &[("name", field.label.get(visit.locale()))]),
        action: format!("/settings/objects/{}/fields/{}/edit", object.name, field.name),
        body,
        submit: visit.t("common.save").to_owned(),
        wide: true,
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/objects/{}", object.name),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/objects/{object}/fields/{field}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save(visit: Visit, Path((object, name)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let document = visit.gate().object(&object)?;
            let before = document.field(&name).ok_or(Error::NotFound)?;
            let help = Label::new(
                params.get("help_zh").unwrap_or_default(),
                params.get("help_en").unwrap_or_default(),
            );
            let mut after = before.clone();
            after.label = label_of(&params);
            after.help = (!help.is_empty()).then_some(help);
            after.required = on(&params, "required");
            after.indexed = on(&params, "indexed");
            after.search = on(&params, "search");
            // Only what differs is a difference of the site; the rest goes on following the program.
            let mut patch = serde_json::Map::new();
            if after.label != before.label {
                patch.insert("label".to_owned(), serde_json::json!(after.label));
            }
            if after.help != before.help {
                patch.insert("help".to_owned(), serde_json::json!(after.help));
            }
            for (key, old, new) in [
                ("required", before.required, after.required),
                ("indexed", before.indexed, after.indexed),
                ("search", before.search, after.search),
            ] {
                if old != new {
                    patch.insert(key.to_owned(), new.into());
                }
            }
            let done = if after.label.is_empty() {
                Err(Error::refused("settings.label_missing"))
            } else if patch.is_empty() {
                Ok(before.clone())
            } else {
                visit.gate().patch_field(visit.ctx(), &object, &name, patch.into())
            };
            match done {
                Ok(_) => Ok(answer::stay(
                    visit,
                    &format!("/settings/objects/{object}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = settings::refusal(visit, error)?;
                    draw(visit, &document, &after, Some(problem))
                }
            }
        })
        .await
}
