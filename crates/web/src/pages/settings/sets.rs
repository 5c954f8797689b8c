//! The account set 帐套: where it lives, and its backup as one file. Restoring replaces everything, so it is
//! done at the command line, which this page spells out.

use crate::{
    session::{Answer, Visit},
    ui::{self, Button},
};
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use guanxi_gate::Error;
use maud::html as markup;

/// `GET /settings/sets`
///
/// # Errors
/// When the set cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit.page(draw).await
}

fn draw(visit: &Visit) -> Result<crate::page::Page, Error> {
    let gate = visit.gate();
    let set = gate.set_name().to_owned();
    let engine = if gate.engine() == "postgres" { "PostgreSQL" } else { "SQLite" };
    let ready = gate.is_ready().is_ok();
    let command = |text: String| {
        markup! {
            div .row {
                code .command { (text) }
                button .btn.ghost.square.sz-s type="button" data-copy=(text) aria-label=(visit.t("settings.copy")) { (ui::icon("copy")) }
            }
        }
    };
    let body = markup! {
        section {
            (ui::setting(visit.t("sets.name"), visit.t("sets.name_hint"), &markup! { code { (set) } }))
            (ui::setting(visit.t("sets.engine"), visit.t("sets.engine_hint"), &markup! { span { (engine) } }))
            (ui::setting(visit.t("sets.state"), visit.t("sets.state_hint"), &markup! {
                @if ready { (ui::toned("circle-check", visit.t("sets.ready"), ui::Tone::Ok)) } @else { (ui::toned("circle-alert", visit.t("sets.not_ready"), ui::Tone::Bad)) }
            }))
        }
        section {
            h2 { (visit.t("sets.backup")) }
            p .muted { (visit.t("sets.backup_text")) }
            div { (Button::new(visit.t("sets.download")).primary().icon("download").act(ui::Act::Download("/settings/sets/backup".to_owned()))) }
        }
        section {
            h2 { (visit.t("sets.restore")) }
            p .muted { (visit.t("sets.restore_text")) }
            (command(format!("guanxi set verify {set}.gx")))
            (command(format!("guanxi set restore {set} {set}.gx")))
        }
    };
    Ok(super::page(visit, "sets", visit.t("settings.sets"), None, &body))
}

/// `GET /settings/sets/backup`: one archive of one snapshot, made while others go on working.
///
/// # Errors
/// When it cannot be written.
pub async fn backup(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<Response, Error> {
            let folder = tempfile::tempdir().map_err(Error::internal)?;
            let path = folder.path().join("backup");
            visit.gate().backup(&path)?;
            let bytes = std::fs::read(&path).map_err(Error::internal)?;
            let name = format!("{}-{}.gx", visit.gate().set_name(), visit.ctx().today);
            let disposition = format!("attachment; filename=\"{name}\"");
            Ok((
                [
                    (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                    (header::CONTENT_DISPOSITION, disposition),
                ],
                bytes,
            )
                .into_response())
        })
        .await
}
