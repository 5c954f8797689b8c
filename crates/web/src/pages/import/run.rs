//! Imports that run or are over: their page asks the gate how far they have come, and whoever may can stop or undo
//! them. What is shown comes from the import's row, so it outlives the program and is the same in every process.

use super::steps;
use crate::{
    page::Page,
    pages::{answer, settings},
    session::{self, Answer, Visit, encode},
    show,
    ui::{self, Button, Tone},
};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use guanxi_crm::admin::exchange::{self, ImportReport};
use guanxi_gate::{Error, ImportLine, Undone};
use guanxi_model::{Object, RecordId};
use maud::{Markup, html as markup};

/// Imports shown on the first step.
const RECENT: usize = 10;

/// `GET /imports/{id}`: how far it has come, and what came of it.
///
/// # Errors
/// When there is no such import that the caller may see.
pub async fn progress(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let line = visit.gate().import_line(visit.ctx(), answer::record_id(&id)?)?;
            let object = visit.gate().object(&line.object)?;
            let content = draw(visit, &object, &line);
            if visit.asks.htmx && !visit.asks.main {
                return Ok(session::html(content.into_string()));
            }
            let page: Page = steps::frame(visit, &object, 3, &content);
            page.answer(visit)
        })
        .await
}

/// Whether an import is at work.
fn is_running(line: &ImportLine) -> bool {
    matches!(line.state.as_str(), "judging" | "applying" | "undoing")
}

fn draw(visit: &Visit, object: &Object, line: &ImportLine) -> Markup {
    let about = markup! {
        p .muted {
            (line.file_name) " · " (show::moment(visit.ctx(), line.created_at))
            @if let Some(author) = &line.author { " · " (author) }
        }
    };
    if is_running(line) {
        return running(visit, line, &about);
    }
    let report: ImportReport = serde_json::from_value(line.report.clone()).unwrap_or_default();
    let (tone, text) = match line.state.as_str() {
        "done" => (Tone::Ok, visit.t("import.done").to_owned()),
        "undone" => (Tone::Muted, visit.t("import.undone").to_owned()),
        "interrupted" => (Tone::Bad, visit.t("import.interrupted").to_owned()),
        _ if line.cancelled => (Tone::Warn, visit.t("import.cancelled").to_owned()),
        _ => (Tone::Bad, visit.t("import.failed").to_owned()),
    };
    let base = format!("/imports/{}", line.id);
    markup! {
        div id="import-progress" .stack {
            (ui::notice(tone, &markup! { (text) }, None))
            (about)
            @if let Some(message) = &report.error { p .tone-bad { (crate::error::say_message(visit.gate().phrases(), visit.locale(), message)) } }
            @if let Some(undone) = &line.undone { (what_was_undone(visit, line, undone)) }
            (steps::outcome(visit, &report))
            div .form-bar {
                @if line.rejects {
                    (Button::new(visit.t("import.rejects")).icon("download").act(ui::Act::Download(format!("{base}/rejects"))))
                }
                @if let Some(until) = line.undo_until {
                    (Button::new(visit.t("import.undo")).icon("rotate-ccw").dialog(format!("{base}/undo")))
                    span .muted { (visit.fill("import.undo_until", &[("date", &show::day(visit.ctx(), until.to_zoned(visit.ctx().zone.clone()).date()))])) }
                }
                span .spacer {}
                (Button::new(visit.t("import.again")).go(format!("/import?object={}", object.name)))
                (Button::new(visit.t("import.to_list")).primary().go(format!("/{}?view=all&sort={}", object.name, encode("-created_at"))))
            }
        }
    }
}

fn running(visit: &Visit, line: &ImportLine, about: &Markup) -> Markup {
    let label = match line.state.as_str() {
        "judging" => "import.checking",
        "applying" => "import.applying",
        _ => "import.undoing",
    };
    let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
    let total = line.total.unwrap_or(line.done).max(1);
    let base = format!("/imports/{}", line.id);
    let text = format!("{} · {}", visit.t(label), guanxi_gate::words::grouped(&line.done.to_string()));
    markup! {
        div id="import-progress" .stack aria-live="polite" hx-get=(base) hx-trigger="every 1s" hx-swap="outerHTML" {
            (ui::progress(number(line.done), number(total), Tone::Plain, visit.t(label), &text))
            (about)
            @if line.state != "undoing" {
                div .form-bar {
                    @if line.cancelled {
                        span .muted { (visit.t("import.stopping")) }
                    } @else {
                        (Button::new(visit.t("import.cancel")).icon("x").post(format!("{base}/cancel")))
                    }
                }
            }
        }
    }
}

fn what_was_undone(visit: &Visit, line: &ImportLine, undone: &Undone) -> Markup {
    let grouped = |n: u64| guanxi_gate::words::grouped(&n.to_string());
    let args = [
        ("erased", grouped(undone.erased)),
        ("restored", grouped(undone.restored)),
        ("left", grouped(undone.left)),
    ];
    let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let rows: Vec<Vec<Markup>> = undone
        .records
        .iter()
        .take(50)
        .map(|left| {
            let object = visit.gate().object(&left.object).ok();
            let label = object.map(|object| object.label.get(visit.locale()).to_owned()).unwrap_or_default();
            let title = left.title.clone().unwrap_or_else(|| left.id.to_string());
            vec![
                markup! { (label) },
                markup! { @if left.title.is_some() { a .link href={ "/" (left.object) "/" (left.id) } { (title) } } @else { (title) } },
                markup! { (visit.fill(&format!("import.left.{}", left.why), &[])) },
            ]
        })
        .collect();
    let shown = rows.len() as u64;
    markup! {
        p {
            (visit.fill("import.undone_counts", &args))
            @if let Some(by) = &line.undone_by { " " span .muted { (by) } }
        }
        @if !rows.is_empty() {
            section {
                h2 { (visit.t("import.left_title")) }
                p .muted { (visit.t("import.left_text")) }
                (settings::table(&[visit.t("import.left_object"), visit.t("import.left_record"), visit.t("import.left_why")], &rows))
                @if undone.left > shown { p .muted { (visit.fill("import.left_more", &[("n", &(undone.left - shown).to_string())])) } }
            }
        }
    }
}

/// The latest imports of an object that the caller may see, below the first step.
///
/// # Errors
/// When they cannot be read.
pub fn recent(visit: &Visit, object: &Object) -> Result<Markup, Error> {
    let lines = visit.gate().imports(visit.ctx(), Some(&object.name), None, RECENT)?;
    if lines.is_empty() {
        return Ok(markup! {});
    }
    let count = |line: &ImportLine, name: &str| {
        let n = line.report.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
        guanxi_gate::words::grouped(&n.to_string())
    };
    let rows: Vec<Vec<Markup>> = lines
        .iter()
        .map(|line| {
            let url = format!("/imports/{}", line.id);
            let (icon, tone) = match line.state.as_str() {
                "done" => ("circle-check", Tone::Ok),
                "undone" => ("rotate-ccw", Tone::Muted),
                "failed" | "interrupted" => ("circle-alert", Tone::Bad),
                _ => ("clock", Tone::Plain),
            };
            let state = visit.fill(&format!("import.state.{}", line.state), &[]);
            vec![
                markup! { a .link href=(url) { (line.file_name) } },
                markup! { (ui::toned(icon, &state, tone)) },
                markup! { (count(line, "created")) },
                markup! { (count(line, "updated")) },
                markup! { (line.author.as_deref().unwrap_or_default()) },
                markup! { time .muted { (show::moment(visit.ctx(), line.created_at)) } },
                markup! {
                    @if line.undo_until.is_some() {
                        (Button::new(visit.t("import.undo")).small().icon("rotate-ccw").dialog(format!("{url}/undo")))
                    }
                },
            ]
        })
        .collect();
    let heads =
        ["import.file", "import.state_head", "import.created", "import.updated", "import.by", "import.when"]
            .map(|key| visit.t(key));
    let heads: Vec<&str> = heads.into_iter().chain([""]).collect();
    Ok(markup! {
        section {
            h2 { (visit.t("import.recent")) }
            (settings::table(&heads, &rows))
        }
    })
}

/// `GET /imports/{id}/undo`: asks.
///
/// # Errors
/// When there is no such import that the caller may see.
pub async fn ask(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let line = visit.gate().import_line(visit.ctx(), answer::record_id(&id)?)?;
            let count = |name: &str| {
                let n = line.report.get(name).and_then(serde_json::Value::as_u64).unwrap_or(0);
                guanxi_gate::words::grouped(&n.to_string())
            };
            let args = [
                ("file", line.file_name.clone()),
                ("created", count("created")),
                ("updated", count("updated")),
            ];
            let args: Vec<(&str, &str)> = args.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let body = markup! {
                (session::csrf(visit))
                p { (visit.fill("import.undo_ask", &args)) }
                p .muted { (visit.t("import.undo_note")) }
            };
            let button = Button::new(visit.t("import.undo")).danger().submit();
            let action = format!("/imports/{}/undo", line.id);
            let title = visit.t("import.undo_title");
            Ok(session::html(
                answer::dialog_form(visit, title, &action, &body, &[button], false).into_string(),
            ))
        })
        .await
}

/// `POST /imports/{id}/undo`: undoes, and leads to the page that says what became of it.
///
/// # Errors
/// When the caller may not, or there is nothing to undo.
pub async fn undo(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = answer::record_id(&id)?;
            exchange::start_undo(visit.gate(), visit.ctx(), id)?;
            let line = visit.gate().import_line(visit.ctx(), id)?;
            let text = visit.t(if is_running(&line) { "import.undoing" } else { "import.undone" });
            Ok(answer::done(visit, &format!("/imports/{id}"), text, None))
        })
        .await
}

/// `POST /imports/{id}/cancel`: asks a running import to stop.
///
/// # Errors
/// When there is no such import that the caller may see.
pub async fn cancel(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id: RecordId = answer::record_id(&id)?;
            visit.gate().cancel_import(visit.ctx(), id)?;
            Ok(answer::stay(visit, &format!("/imports/{id}"), visit.t("import.stopping"), None))
        })
        .await
}

/// `GET /imports/{id}/rejects`: the rows that were refused, each with its reason.
///
/// # Errors
/// When there are none.
pub async fn rejects(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (info, bytes) = visit.gate().import_rejects(visit.ctx(), answer::record_id(&id)?)?;
            let disposition = format!("attachment; filename=\"{}\"", info.name);
            Ok(([(header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
        })
        .await
}
