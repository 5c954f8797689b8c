//! The other account sets of the same place: made, renamed, put away and taken out again.

use super::{moment, pressed, size};
use crate::{
    pages::{
        answer,
        settings::{choose, dialog, refusal, saved, text},
    },
    session::{Answer, Params, Visit},
    ui::{self, Button, Choice},
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_crm::sets::Template;
use guanxi_gate::Error;
use maud::{Markup, html as markup};

const PAGE: &str = "/settings/sets";

/// All sets, and those that were put away.
pub fn table(visit: &Visit) -> Result<Markup, Error> {
    let mut rows: Vec<Vec<Markup>> = Vec::new();
    for set in visit.gate().sets(visit.ctx())? {
        let at = format!("{PAGE}/{}", set.name);
        rows.push(vec![
            markup! { code { (set.name) } @if set.here { " " (ui::plain_tag(visit.t("sets.this"))) } },
            markup! { span .num { (size(set.bytes)) } },
            markup! {
                @match set.last_backup {
                    Some(made) => { (moment(visit, made)) div .muted { (visit.fill("sets.count", &[("n", &set.backups.to_string())])) } },
                    None => span .muted { (visit.t("sets.never")) },
                }
            },
            markup! {
                @if !set.here {
                    div .row {
                        (Button::new(visit.t("sets.rename")).small().dialog(format!("{at}/rename")))
                        (Button::new(visit.t("sets.archive")).small().dialog(format!("{at}/archive")))
                    }
                }
            },
        ]);
    }
    for away in visit.gate().sets_put_away(visit.ctx())? {
        rows.push(vec![
            markup! { code { (away.set) } " " (ui::outline_tag(visit.t("sets.archived"))) },
            markup! { span .num { (size(away.kept.bytes)) } },
            markup! { (moment(visit, away.kept.note.made_at)) },
            markup! { (Button::new(visit.t("sets.take_out")).small().post(format!("{PAGE}/{}/take-out", away.set))) },
        ]);
    }
    let heads = [visit.t("sets.name"), visit.t("sets.size"), visit.t("sets.last_backup"), ""];
    Ok(super::super::table(&heads, &rows))
}

/// `GET /settings/sets/new`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn ask_new(visit: Visit) -> Answer {
    visit.answer(|visit| new_form(visit, &Params::default(), None)).await
}

fn new_form(visit: &Visit, params: &Params, problem: Option<Markup>) -> Result<Response, Error> {
    let name = ui::Field {
        required: Some(visit.t("form.required").to_owned()),
        hint: visit.t("sets.new_hint").to_owned(),
        autofocus: true,
        wide: true,
        ..text("name", visit.t("sets.name"), params.get("name").unwrap_or_default())
    };
    let mut templates =
        vec![Choice::new("empty", visit.t("sets.empty")), Choice::new("demo", visit.t("sets.demo"))];
    for kept in visit.gate().backups(visit.ctx())? {
        let at = moment(visit, kept.note.made_at);
        templates.push(Choice::new(&kept.name, visit.fill("sets.from_backup", &[("at", &at)])));
    }
    let template = params.get("template").unwrap_or("empty");
    let body = markup! {
        (ui::form_field(&name))
        (ui::form_field(&ui::Field { wide: true, ..choose("template", visit.t("sets.template"), template, templates) }))
    };
    let mut ask =
        dialog(visit.t("sets.new"), format!("{PAGE}/new"), PAGE.to_owned(), problem.as_ref(), &body);
    ask.submit = visit.t("sets.create").to_owned();
    ask.answer(visit)
}

/// `POST /settings/sets/new`
///
/// # Errors
/// When it cannot be made.
pub async fn create(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let name = params.get("name").unwrap_or_default().trim().to_owned();
            let template = params.get("template").unwrap_or("empty").to_owned();
            match made(visit, &name, &template) {
                Ok(()) => {
                    let text = visit.fill("sets.created", &[("set", &name)]);
                    Ok(answer::stay(visit, PAGE, text, None))
                }
                Err(error) => {
                    let problem = refusal(visit, error)?;
                    new_form(visit, &params, Some(problem))
                }
            }
        })
        .await
}

fn made(visit: &Visit, name: &str, template: &str) -> Result<(), Error> {
    let gate = visit.gate();
    let place = gate.place_for(visit.ctx(), name)?;
    let what = match template {
        "empty" => Template::Empty,
        "demo" => Template::Demo { seed: None },
        backup => Template::Backup(gate.fetch_backup(visit.ctx(), backup)?),
    };
    guanxi_crm::sets::create(&place, &what, gate.clock())?;
    gate.note_set_made(visit.ctx(), name, template)
}

/// `GET /settings/sets/{name}/rename`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn ask_rename(visit: Visit, Path(set): Path<String>) -> Answer {
    visit.answer(move |visit| rename_form(visit, &set, &set, None)).await
}

fn rename_form(visit: &Visit, set: &str, name: &str, problem: Option<Markup>) -> Result<Response, Error> {
    let field = ui::Field {
        required: Some(visit.t("form.required").to_owned()),
        hint: visit.t("sets.new_hint").to_owned(),
        autofocus: true,
        wide: true,
        ..text("name", visit.t("sets.new_name"), name)
    };
    let body = markup! { (ui::form_field(&field)) };
    let title = visit.fill("sets.rename_title", &[("set", set)]);
    let mut ask = dialog(&title, format!("{PAGE}/{set}/rename"), PAGE.to_owned(), problem.as_ref(), &body);
    ask.submit = visit.t("sets.rename").to_owned();
    ask.answer(visit)
}

/// `POST /settings/sets/{name}/rename`
///
/// # Errors
/// When it cannot be renamed.
pub async fn rename(visit: Visit, Path(set): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let name = params.get("name").unwrap_or_default().trim().to_owned();
            let done = visit.gate().rename_set(visit.ctx(), &set, &name);
            saved(visit, PAGE, done, |problem| rename_form(visit, &set, &name, Some(problem)))
        })
        .await
}

/// `GET /settings/sets/{name}/archive`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn ask_archive(visit: Visit, Path(set): Path<String>) -> Answer {
    visit.answer(move |visit| archive_form(visit, &set, None)).await
}

fn archive_form(visit: &Visit, set: &str, problem: Option<Markup>) -> Result<Response, Error> {
    let body = markup! { p { (visit.fill("sets.archive_text", &[("set", set)])) } };
    let title = visit.fill("sets.archive_title", &[("set", set)]);
    let mut ask = dialog(&title, format!("{PAGE}/{set}/archive"), PAGE.to_owned(), problem.as_ref(), &body);
    ask.submit = visit.t("sets.archive").to_owned();
    ask.danger = true;
    ask.answer(visit)
}

/// `POST /settings/sets/{name}/archive`
///
/// # Errors
/// When it cannot be put away.
pub async fn archive(visit: Visit, Path(set): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let done = visit.gate().put_set_away(visit.ctx(), &set).map(drop);
            saved(visit, PAGE, done, |problem| archive_form(visit, &set, Some(problem)))
        })
        .await
}

/// `POST /settings/sets/{name}/take-out`
///
/// # Errors
/// When there is no such set.
pub async fn take_out(visit: Visit, Path(set): Path<String>) -> Answer {
    visit
        .answer(move |visit| {
            let done = visit.gate().take_set_out(visit.ctx(), &set);
            pressed(visit, done.map(|()| visit.fill("sets.taken_out", &[("set", &set)])))
        })
        .await
}
