//! The account set 帐套: its backups, by hand and by plan, proved and restored; and the other sets of the same place.

mod backups;
mod neighbours;
mod plan;

pub use backups::{ask_delete, ask_restore, delete, fetch, make, prove, release, restore};
pub use neighbours::{archive, ask_archive, ask_new, ask_rename, create, rename, take_out};
pub use plan::save as save_plan;

use crate::{
    page::Page,
    pages::{answer, form::input},
    session::{Answer, Visit},
    show,
    ui::{self, Button, Tone},
};
use axum::{http::StatusCode, response::Response};
use guanxi_gate::{Error, backups::Plan};
use jiff::Timestamp;
use maud::{Markup, html as markup};

/// `GET /settings/sets`
///
/// # Errors
/// When the sets cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| draw(visit, None, None)).await
}

/// The page; with a plan as it was filled in and what is wrong with it, when it was refused.
fn draw(visit: &Visit, plan: Option<Plan>, problem: Option<&Error>) -> Result<Page, Error> {
    let gate = visit.gate();
    let engine = if gate.engine() == "postgres" { "PostgreSQL" } else { "SQLite" };
    let ready = gate.is_ready().is_ok();
    let set = gate.set_name();
    let command = |text: String| {
        markup! {
            div .row {
                code .command tabindex="0" { (text) }
                button .btn.ghost.square.sz-s type="button" data-copy=(text) aria-label=(visit.t("settings.copy")) { (ui::icon("copy")) }
            }
        }
    };
    let body = markup! {
        (told(visit)?)
        section {
            (ui::setting(visit.t("sets.name"), visit.t("sets.name_hint"), &markup! { code { (set) } }))
            (ui::setting(visit.t("sets.engine"), visit.t("sets.engine_hint"), &markup! { span { (engine) } }))
            (ui::setting(visit.t("sets.state"), visit.t("sets.state_hint"), &markup! {
                @if ready { (ui::toned("circle-check", visit.t("sets.ready"), Tone::Ok)) } @else { (ui::toned("circle-alert", visit.t("sets.not_ready"), Tone::Bad)) }
            }))
        }
        section {
            div .row { h2 { (visit.t("sets.backup")) } span .spacer {} (Button::new(visit.t("sets.make")).primary().small().icon("archive").post("/settings/sets/backups")) }
            p .muted { (visit.t("sets.backup_text")) }
            (backups::table(visit)?)
        }
        section {
            h2 { (visit.t("sets.plan")) }
            p .muted { (visit.t("sets.plan_text")) }
            (plan::form(visit, plan, problem)?)
        }
        section {
            div .row { h2 { (visit.t("sets.others")) } span .spacer {} (Button::new(visit.t("sets.new")).small().icon("plus").dialog("/settings/sets/new")) }
            p .muted { (visit.t("sets.others_text")) }
            (neighbours::table(visit)?)
            (command("guanxi serve --set NAME --listen 127.0.0.1:8081".to_owned()))
        }
        section {
            h2 { (visit.t("sets.by_command")) }
            p .muted { (visit.t("sets.by_command_text")) }
            (command(format!("guanxi set backup {set} -o {set}.gx")))
            (command(format!("guanxi set verify {set}.gx")))
            (command(format!("guanxi set restore {set} {set}.gx")))
        }
    };
    let mut page = super::page(visit, "sets", visit.t("settings.sets"), None, &body);
    if problem.is_some() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// What came of a restore, and that work for later is held since then.
fn told(visit: &Visit) -> Result<Markup, Error> {
    let restored = visit.gate().restored()?;
    let held = visit.gate().is_held()?;
    if restored.is_none() && !held {
        return Ok(markup! {});
    }
    let (tone, text) = match &restored {
        Some(done) => {
            let at = moment(visit, done.at);
            let args = [("file", done.name.as_str()), ("by", done.by.as_str()), ("at", at.as_str())];
            match &done.problem {
                None => (Tone::Ok, visit.fill("sets.restored", &args)),
                Some(problem) => {
                    let args = [args.as_slice(), &[("reason", problem.as_str())]].concat();
                    (Tone::Bad, visit.fill("sets.not_restored", &args))
                }
            }
        }
        None => (Tone::Warn, String::new()),
    };
    let text = markup! { (text) @if held { " " (visit.t("sets.held")) } };
    let label = if held { visit.t("sets.release") } else { visit.t("sets.understood") };
    let action = markup! { (Button::new(label).small().post("/settings/sets/release")) };
    Ok(ui::notice(tone, &text, Some(&action)))
}

fn moment(visit: &Visit, millis: i64) -> String {
    show::moment(visit.ctx(), Timestamp::from_millisecond(millis).unwrap_or_default())
}

fn size(bytes: u64) -> String {
    input::size(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// What a button of the page answers: the page again, with a toast; what the door refuses is the toast.
fn pressed(visit: &Visit, done: Result<String, Error>) -> Result<Response, Error> {
    match done {
        Ok(text) => Ok(answer::stay(visit, "/settings/sets", text, None)),
        Err(error) => match answer::sentence(visit, &error) {
            Some(text) => {
                let response = answer::stay(visit, "/settings/sets", "", None);
                Ok(answer::toasted(response, Tone::Bad, text, None))
            }
            None => Err(error),
        },
    }
}
