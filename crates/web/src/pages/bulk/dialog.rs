//! The dialog that asks what a change needs to know, and says how many records it is for.

use super::{
    chosen::Chosen,
    export,
    run::{editable, prove, transfer_field, verb},
};
use crate::{
    page::Page,
    pages::{
        answer::{self, Ask},
        form::input::Inputs,
        list,
    },
    session::{Params, Visit},
    show,
    ui::{self, Button, Dialog, form_field},
};
use axum::{http::StatusCode, response::Response};
use guanxi_gate::{Error, Titles};
use guanxi_model::{Field, Issue};
use maud::{Markup, html};

pub(super) fn draw(
    visit: &Visit,
    chosen: &Chosen,
    params: &Params,
    issues: &[Issue],
) -> Result<Response, Error> {
    let object = &chosen.object;
    let what = params.get("do").unwrap_or_default();
    prove(visit, object, what)?;
    let count = chosen.count(visit)?;
    if what == "export" {
        return export::dialog(visit, chosen, count);
    }
    if what == "edit" && params.get("field").is_none() {
        return which_field(visit, chosen, count);
    }
    let inputs = Inputs { visit, params, titles: &Titles::default(), issues, prefix: String::new() };
    let draw_field = |field: &Field| form_field(&ui::Field { wide: true, ..inputs.field(field, true) });
    let words = list::capped(count);
    let title = |key: &'static str| visit.fill(key, &[("n", &words)]);
    let (title, submit, content) = match what {
        "transfer" => (
            title("bulk.transfer_n"),
            visit.t("bulk.transfer").to_owned(),
            draw_field(&transfer_field(visit)),
        ),
        "tag" => {
            let field = object.field("tags").ok_or(Error::NotFound)?;
            (title("bulk.tag_n"), visit.t("bulk.tag").to_owned(), draw_field(field))
        }
        "edit" => {
            let field = editable(visit, object)
                .find(|field| Some(field.name.as_str()) == params.get("field"))
                .ok_or(Error::NotFound)?;
            let content = html! {
                input type="hidden" name="field" value=(field.name);
                input type="hidden" name="shown" value=(field.name);
                (form_field(&ui::Field { wide: true, ..inputs.field(field, false) }))
            };
            (title("bulk.edit_n"), visit.t("bulk.edit").to_owned(), content)
        }
        "delete" => (
            title("bulk.delete_n"),
            visit.t("bulk.delete").to_owned(),
            html! { p { (visit.t("bulk.delete_text")) } },
        ),
        what => {
            let verb = verb(object, what)?;
            let label = verb.label.get(visit.locale());
            let content = html! {
                @if let Some(hint) = &verb.hint { p .hint { (hint.get(visit.locale())) } }
                @for field in &verb.form {
                    (form_field(&ui::Field { wide: true, ..inputs.field(field, field.required) }))
                }
            };
            (visit.fill("bulk.verb_n", &[("verb", label), ("n", &words)]), label.to_owned(), content)
        }
    };
    let names: Vec<&str> = issues.iter().filter_map(|issue| issue.field.as_deref()).collect();
    Ask {
        title,
        action: format!("/{}/bulk", object.name),
        body: html! {
            (hidden(chosen, what))
            (answer::refusals(visit, issues, &names))
            div .stack { (content) }
        },
        submit,
        danger: what == "delete",
        status: if issues.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY },
        cancel: format!("/{}", object.name),
        menu: object.name.clone(),
        ..Ask::default()
    }
    .answer(visit)
}

fn hidden(chosen: &Chosen, what: &str) -> Markup {
    html! {
        input type="hidden" name="do" value=(what);
        @for (name, value) in chosen.params.pairs() { input type="hidden" name=(name) value=(value); }
    }
}

/// First which field, then its value.
fn which_field(visit: &Visit, chosen: &Chosen, count: i64) -> Result<Response, Error> {
    let body = html! {
        p .hint { (visit.t("bulk.which_field")) }
        div .picks-list {
            @for field in editable(visit, &chosen.object) {
                (Button::new(field.label.get(visit.locale()))
                    .ghost()
                    .icon(show::icon_of(field))
                    .dialog(chosen.address("bulk", &[("do", "edit"), ("field", &field.name)])))
            }
        }
    };
    let title = visit.fill("bulk.edit_n", &[("n", &list::capped(count))]);
    plain(visit, chosen, title, body)
}

pub(super) fn plain(visit: &Visit, chosen: &Chosen, title: String, body: Markup) -> Result<Response, Error> {
    if answer::in_dialog(visit) {
        let dialog = Dialog { title, body, close: visit.t("common.close").to_owned(), ..Dialog::default() };
        return Ok(answer::fragment(StatusCode::OK, ui::dialog(&dialog)));
    }
    let main = html! {
        (ui::bar(&ui::Bar { title: title.clone(), ..ui::Bar::default() }))
        div .form-page { div .body { (body) } }
    };
    Page { title, menu: chosen.object.name.clone(), main, ..Page::default() }.answer(visit)
}
