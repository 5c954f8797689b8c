//! The backups of this set: made, proved, carried away, removed, and restored.

use super::{moment, pressed, size};
use crate::{
    pages::{
        answer::{self, Ask},
        settings::{refusal, text},
    },
    session::{Answer, Visit},
    show,
    ui::{self, Button, Tone},
};
use axum::{
    body::{Body, Bytes},
    extract::Path,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use guanxi_gate::{
    Error,
    backups::{Kept, Reason},
};
use maud::{Markup, html as markup};
use std::io::Read as _;
use tokio_stream::wrappers::ReceiverStream;

/// Bytes of a backup that are sent at a time.
const PIECE: usize = 256 * 1024;

/// All that are kept.
pub fn table(visit: &Visit) -> Result<Markup, Error> {
    let kept = visit.gate().backups(visit.ctx())?;
    if kept.is_empty() {
        return Ok(markup! { p .muted { (visit.t("sets.none")) } });
    }
    let rows: Vec<Vec<Markup>> = kept.iter().map(|kept| row(visit, kept)).collect();
    let heads = [
        visit.t("sets.made"),
        visit.t("sets.why"),
        visit.t("sets.size"),
        visit.t("sets.digest"),
        visit.t("sets.proof"),
        "",
    ];
    Ok(super::super::table(&heads, &rows))
}

fn row(visit: &Visit, kept: &Kept) -> Vec<Markup> {
    let at = format!("/settings/sets/backups/{}", kept.name);
    vec![
        markup! { time title=(kept.name) { (moment(visit, kept.note.made_at)) } @if !kept.note.by.is_empty() && kept.note.reason != Reason::Schedule { div .muted { (kept.note.by) } } },
        markup! { (visit.t(why(kept.note.reason))) },
        markup! { span .num { (size(kept.bytes)) } },
        markup! {
            @match &kept.digest {
                Some(digest) => code title=(digest) { (&digest[..12]) "…" },
                None => span .tone-bad { (visit.t("sets.no_digest")) },
            }
        },
        proof(visit, kept),
        markup! {
            div .row {
                (Button::new(visit.t("sets.verify")).small().post(format!("{at}/verify")))
                (Button::new(visit.t("sets.restore")).small().go(format!("{at}/restore")))
                (Button::icon_only("download", visit.t("sets.download")).small().act(ui::Act::Download(at.clone())))
                (Button::icon_only("trash-2", visit.t("sets.delete")).small().dialog(format!("{at}/delete")))
            }
        },
    ]
}

fn why(reason: Reason) -> &'static str {
    match reason {
        Reason::ByHand => "sets.by_hand",
        Reason::Schedule => "sets.by_plan",
        Reason::BeforeRestore => "sets.before_restore",
        Reason::Archived => "sets.archived",
        Reason::Brought => "sets.brought",
    }
}

fn proof(visit: &Visit, kept: &Kept) -> Markup {
    let Some(at) = kept.note.proved_at else {
        return markup! { span .muted { (visit.t("sets.not_proved")) } };
    };
    let at = moment(visit, at);
    match &kept.note.problem {
        None => {
            let (tables, files) = (kept.note.tables.to_string(), kept.note.files.to_string());
            markup! {
                (ui::toned("circle-check", &visit.fill("sets.proved", &[("at", &at)]), Tone::Ok))
                div .muted { (visit.fill("sets.holds", &[("tables", &tables), ("files", &files)])) }
            }
        }
        Some(problem) => markup! {
            (ui::toned("circle-alert", &visit.fill("sets.unsound", &[("at", &at)]), Tone::Bad))
            div .muted { (problem) }
        },
    }
}

/// `POST /settings/sets/backups`: one archive of one snapshot, made while others go on working.
///
/// # Errors
/// When it cannot be written.
pub async fn make(visit: Visit) -> Answer {
    visit
        .answer(|visit| {
            let made = visit.gate().keep_backup(visit.ctx(), Reason::ByHand);
            pressed(visit, made.map(|kept| visit.fill("sets.done", &[("size", &size(kept.bytes))])))
        })
        .await
}

/// `POST /settings/sets/backups/{file}/verify`
///
/// # Errors
/// When there is no such backup.
pub async fn prove(visit: Visit, Path(file): Path<String>) -> Answer {
    visit
        .answer(move |visit| {
            let proved = visit.gate().prove_backup(visit.ctx(), &file)?;
            if let Some(problem) = &proved.note.problem {
                let text = visit.fill("sets.found_unsound", &[("reason", problem)]);
                let response = answer::stay(visit, "/settings/sets", "", None);
                return Ok::<_, Error>(answer::toasted(response, Tone::Bad, text, None));
            }
            let (tables, files) = (proved.note.tables.to_string(), proved.note.files.to_string());
            let text = visit.fill("sets.found_sound", &[("tables", &tables), ("files", &files)]);
            Ok(answer::stay(visit, "/settings/sets", text, None))
        })
        .await
}

/// `GET /settings/sets/backups/{file}`: the archive, piece by piece, because it may be larger than the memory.
///
/// # Errors
/// When there is no such backup.
pub async fn fetch(visit: Visit, Path(file): Path<String>) -> Answer {
    let name = file.clone();
    let app = visit.app.clone();
    let path = app.run(move |gate| gate.fetch_backup(visit.ctx(), &name)).await?;
    let mut archive = std::fs::File::open(path).map_err(Error::internal)?;
    let length = archive.metadata().map_err(Error::internal)?.len();
    let (to_browser, pieces) = tokio::sync::mpsc::channel::<std::io::Result<Vec<u8>>>(4);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut piece = vec![0; PIECE];
            let read = archive.read(&mut piece).map(|n| {
                piece.truncate(n);
                piece
            });
            let over = read.as_ref().map_or(true, Vec::is_empty);
            // Someone who has closed the window needs no more of it.
            if read.as_ref().is_ok_and(Vec::is_empty) || to_browser.blocking_send(read).is_err() || over {
                return;
            }
        }
    });
    let mut response = Body::from_stream(ReceiverStream::new(pieces)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let disposition = format!("attachment; filename=\"{file}\"");
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

/// `GET /settings/sets/backups/{file}/delete`
///
/// # Errors
/// When there is no such backup.
pub async fn ask_delete(visit: Visit, Path(file): Path<String>) -> Answer {
    visit
        .answer(move |visit| {
            let kept = visit.gate().backup_kept(visit.ctx(), &file)?;
            let at = moment(visit, kept.note.made_at);
            Ask {
                title: visit.t("sets.delete").to_owned(),
                action: format!("/settings/sets/backups/{file}/delete"),
                body: markup! { p { (visit.fill("sets.delete_text", &[("at", &at), ("size", &size(kept.bytes))])) } },
                submit: visit.t("sets.delete").to_owned(),
                danger: true,
                cancel: "/settings/sets".to_owned(),
                menu: "settings".to_owned(),
                ..Ask::default()
            }
            .answer(visit)
        })
        .await
}

/// `POST /settings/sets/backups/{file}/delete`
///
/// # Errors
/// When there is no such backup.
pub async fn delete(visit: Visit, Path(file): Path<String>) -> Answer {
    visit
        .answer(move |visit| {
            visit.gate().forget_backup(visit.ctx(), &file)?;
            Ok::<_, Error>(answer::stay(visit, "/settings/sets", visit.t("sets.deleted"), None))
        })
        .await
}

/// `GET /settings/sets/backups/{file}/restore`: what will be replaced by what, and who is at work.
///
/// # Errors
/// When there is no such backup.
pub async fn ask_restore(visit: Visit, Path(file): Path<String>) -> Answer {
    visit.answer(move |visit| confirm(visit, &file, "", None)).await
}

fn confirm(visit: &Visit, file: &str, typed: &str, problem: Option<Markup>) -> Result<Response, Error> {
    let kept = visit.gate().backup_kept(visit.ctx(), file)?;
    let set = visit.gate().set_name().to_owned();
    let at = moment(visit, kept.note.made_at);
    let people = visit.gate().signed_in(visit.ctx())?;
    let rows: Vec<Vec<Markup>> = people
        .iter()
        .map(|person| {
            vec![
                markup! { (person.name) @if person.user == visit.ctx().subject.user { " " (ui::plain_tag(visit.t("sets.you"))) } },
                markup! { (person.browsers) },
                markup! { time .muted { (show::ago(visit.ctx(), person.seen_at)) } },
            ]
        })
        .collect();
    let heads = [visit.t("sets.who"), visit.t("sets.browsers"), visit.t("me.last_seen")];
    let name = ui::Field {
        required: Some(visit.t("form.required").to_owned()),
        hint: visit.fill("sets.type_name", &[("set", &set)]),
        wide: true,
        ..text("confirm", visit.t("sets.name"), typed)
    };
    Ask {
        title: visit.fill("sets.restore_title", &[("set", &set)]),
        action: format!("/settings/sets/backups/{file}/restore"),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        body: markup! {
            @if let Some(problem) = problem { (problem) }
            div .notice.warn { (ui::icon("triangle-alert")) div .text { (visit.fill("sets.will_replace", &[("set", &set), ("at", &at), ("size", &size(kept.bytes))])) } }
            ul .sentences {
                li { (visit.t("sets.will_back_up")) }
                li { (visit.t("sets.will_log_out")) }
                li { (visit.t("sets.will_hold")) }
                li { (visit.t("sets.will_wait")) }
            }
            h3 { (visit.fill("sets.signed_in", &[("n", &people.len().to_string())])) }
            (super::super::table(&heads, &rows))
            (ui::form_field(&name))
        },
        submit: visit.t("sets.restore_now").to_owned(),
        danger: true,
        cancel: "/settings/sets".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    }
    .answer(visit)
}

/// `POST /settings/sets/backups/{file}/restore`
///
/// # Errors
/// When there is no such backup.
pub async fn restore(visit: Visit, Path(file): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let typed = params.get("confirm").unwrap_or_default().trim().to_owned();
            let set = visit.gate().set_name().to_owned();
            if typed != set {
                let wrong = visit.fill("sets.type_name", &[("set", &set)]);
                let problem = markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (wrong) } } };
                return confirm(visit, &file, &typed, Some(problem));
            }
            if let Err(error) = visit.gate().order_restore(visit.ctx(), &file) {
                let problem = refusal(visit, error)?;
                return confirm(visit, &file, &typed, Some(problem));
            }
            let next = "/login?restored=1";
            if visit.asks.htmx {
                let mut response = answer::fragment(StatusCode::OK, markup! {});
                response.headers_mut().insert("hx-redirect", HeaderValue::from_static(next));
                return Ok(response);
            }
            Ok(visit.go(next))
        })
        .await
}

/// `POST /settings/sets/release`: held work goes on.
///
/// # Errors
/// When it cannot be written.
pub async fn release(visit: Visit) -> Answer {
    visit
        .answer(|visit| {
            let held = visit.gate().is_held()?;
            visit.gate().release_held(visit.ctx())?;
            let said = if held { visit.t("sets.released") } else { visit.t("settings.saved") };
            pressed(visit, Ok(said.to_owned()))
        })
        .await
}
