//! The fields of an object: what each is and which rules hold for it, and taking one out of use.

use crate::{
    pages::{answer, settings},
    session::{Answer, Visit},
    show,
    ui::{self, Button},
};
use axum::{extract::Path, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Field, FieldKind, Object};
use maud::{Markup, html as markup};

/// `GET /settings/objects/{object}`
///
/// # Errors
/// When there is no such object.
pub async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.page(move |visit| page(visit, &name)).await
}

fn page(visit: &Visit, name: &str) -> Result<crate::page::Page, Error> {
    let object = visit.gate().object(name)?;
    let rows: Vec<Vec<Markup>> =
        object.fields.iter().filter(|field| !field.system).map(|field| row(visit, &object, field)).collect();
    let heads = [
        visit.t("objects.field"),
        visit.t("dictionaries.api_name"),
        visit.t("objects.kind"),
        visit.t("objects.rules"),
        visit.t("users.state"),
        "",
    ];
    let body = markup! {
        p { a .link.inline href="/settings/objects" { (ui::icon("arrow-left")) (visit.t("settings.objects")) } }
        @if !object.about.is_empty() { p .muted { (object.about.get(visit.locale())) } }
        (settings::table(&heads, &rows))
        p .hint { (visit.t("objects.used_hint")) }
    };
    let url = format!("/settings/objects/{name}");
    let actions = markup! {
        (Button::new(visit.t("objects.rename")).icon("pencil").dialog(format!("{url}/label")))
        (Button::new(visit.t("objects.open")).icon(&object.icon).go(format!("/{name}")))
        (Button::new(visit.t("objects.new_field")).primary().icon("plus").key("C").dialog(format!("{url}/fields/new")))
    };
    Ok(settings::page(visit, "objects", object.label.get(visit.locale()), Some(actions), &body))
}

fn row(visit: &Visit, object: &Object, field: &Field) -> Vec<Markup> {
    let url = format!("/settings/objects/{}/fields/{}", object.name, field.name);
    let target = field.target().and_then(|target| visit.gate().object(target).ok());
    let needed = field.name == object.title || Some(&field.name) == object.status.as_ref();
    vec![
        markup! { span .inline { (ui::icon(show::icon_of(field))) (field.label.get(visit.locale())) } },
        markup! { code { (field.name) } },
        markup! {
            (kind_label(visit, &field.kind))
            @if let Some(target) = target { " " span .muted { "→ " (target.label.get(visit.locale())) } }
            @if let Some(dictionary) = field.dictionary.as_deref().filter(|_| matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices)) {
                // On a line of its own: within a text, colour alone would tell the link.
                div { a .link href={ "/settings/dictionaries/" (dictionary) } { (visit.t("objects.options")) } }
            }
        },
        markup! {
            span .tags {
                @if field.required { (ui::plain_tag(visit.t("objects.required"))) }
                @if field.unique { (ui::plain_tag(visit.t("objects.unique"))) }
                @if field.search { (ui::plain_tag(visit.t("objects.searched"))) }
                @if field.mask.is_some() { (ui::plain_tag(visit.t("objects.masked"))) }
                @if field.custom { (ui::tag(visit.t("objects.custom"), 285)) }
            }
        },
        if field.inactive {
            ui::toned("ban", visit.t("dictionaries.inactive"), ui::Tone::Muted)
        } else {
            ui::toned("check", visit.t("dictionaries.active"), ui::Tone::Ok)
        },
        markup! {
            span .row {
                (Button::icon_only("pencil", visit.t("record.edit")).small().dialog(format!("{url}/edit")))
                @if needed {
                    (Button::new(visit.t("dictionaries.deactivate")).small().disabled(visit.t("objects.needed")))
                } @else if field.inactive {
                    (Button::new(visit.t("dictionaries.activate")).small().post(format!("{url}/activate")))
                } @else {
                    (Button::new(visit.t("dictionaries.deactivate")).small().post(format!("{url}/deactivate")))
                }
            }
        },
    ]
}

/// `POST /settings/objects/{object}/fields/{field}/deactivate`
///
/// # Errors
/// When the field is needed.
pub async fn deactivate(visit: Visit, Path((object, field)): Path<(String, String)>) -> Answer {
    set_inactive(visit, object, field, true).await
}

/// `POST /settings/objects/{object}/fields/{field}/activate`
///
/// # Errors
/// When the door refuses.
pub async fn activate(visit: Visit, Path((object, field)): Path<(String, String)>) -> Answer {
    set_inactive(visit, object, field, false).await
}

async fn set_inactive(visit: Visit, object: String, field: String, inactive: bool) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            visit.gate().patch_field(
                visit.ctx(),
                &object,
                &field,
                serde_json::json!({ "inactive": inactive }),
            )?;
            let (text, back) = if inactive {
                ("dictionaries.deactivated", "activate")
            } else {
                ("dictionaries.activated", "deactivate")
            };
            let undo = format!("/settings/objects/{object}/fields/{field}/{back}");
            Ok(answer::stay(visit, &format!("/settings/objects/{object}"), visit.t(text), Some(undo)))
        })
        .await
}

/// The kind of a field in words.
pub fn kind_label(visit: &Visit, kind: &FieldKind) -> String {
    visit.fill(&format!("kind.{}", kind.word()), &[])
}
