//! What is running: an import works on a thread of its own, and its page asks how far it has come.

use super::{Chosen, steps};
use crate::{
    page::Page,
    session::{Answer, Visit, encode},
    ui::{self, Button, Tone},
};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};
use guanxi_crm::admin::exchange::{self, ImportOptions, ImportReport, Stage};
use guanxi_gate::Error;
use guanxi_model::{Object, RecordId};
use maud::{Markup, html as markup};
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

/// Imports that are remembered; older ones are forgotten first.
const REMEMBERED: usize = 50;

/// An import that is running or done.
struct Running {
    user: RecordId,
    object: Arc<Object>,
    state: Mutex<State>,
}

struct State {
    stage: Stage,
    done: u64,
    rows: u64,
    end: Option<Result<ImportReport, String>>,
    rejects: Option<Vec<u8>>,
    ending: String,
}

static RUNNING: LazyLock<Mutex<BTreeMap<u64, Arc<Running>>>> = LazyLock::new(Mutex::default);

/// Begins an import and names it.
pub fn start(visit: &Visit, chosen: Chosen) -> u64 {
    let ending =
        chosen.source.path().extension().and_then(|ending| ending.to_str()).unwrap_or("csv").to_owned();
    let running = Arc::new(Running {
        user: visit.ctx().subject.user,
        object: chosen.object.clone(),
        state: Mutex::new(State {
            stage: Stage::Checking,
            done: 0,
            rows: 0,
            end: None,
            rejects: None,
            ending: ending.clone(),
        }),
    });
    let id = {
        let mut all = RUNNING.lock();
        let id = all.last_key_value().map_or(1, |(id, _)| id + 1);
        all.insert(id, running.clone());
        while all.len() > REMEMBERED {
            all.pop_first();
        }
        id
    };
    let (app, ctx, locale) = (visit.app.clone(), visit.ctx().clone(), visit.locale());
    std::thread::spawn(move || {
        let rejects = chosen.source.path().with_file_name(format!("rejects.{ending}"));
        let options = ImportOptions { rejects: Some(rejects.clone()), ..chosen.options.clone() };
        let outcome = exchange::import(&app.gate, &ctx, &chosen.source, &options, &mut |progress| {
            let mut state = running.state.lock();
            state.stage = progress.stage;
            state.done = progress.done;
            state.rows = progress.total.unwrap_or(state.rows).max(progress.done);
            true
        });
        let mut state = running.state.lock();
        state.rejects = std::fs::read(&rejects).ok();
        state.end = Some(outcome.map_err(|error| {
            let told = crate::error::Problem::from(error).tell(&app, locale);
            if told.text.is_empty() { told.title } else { told.text }
        }));
    });
    id
}

fn find(visit: &Visit, id: u64) -> Result<Arc<Running>, Error> {
    let running = RUNNING.lock().get(&id).cloned().ok_or(Error::NotFound)?;
    if running.user == visit.ctx().subject.user { Ok(running) } else { Err(Error::NotFound) }
}

/// `GET /imports/{id}`: how far it has come, and what came of it.
///
/// # Errors
/// When there is no such import of the caller.
pub async fn progress(visit: Visit, Path(id): Path<u64>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let running = find(visit, id)?;
            let content = draw(visit, &running, id);
            if visit.asks.htmx && !visit.asks.main {
                return Ok(crate::session::html(content.into_string()));
            }
            let page: Page = steps::frame(visit, &running.object, 3, &content);
            page.answer(visit)
        })
        .await
}

fn draw(visit: &Visit, running: &Running, id: u64) -> Markup {
    let state = running.state.lock();
    let object = &running.object;
    match &state.end {
        None => {
            let label = match state.stage {
                Stage::Checking => "import.checking",
                Stage::Applying => "import.applying",
                Stage::Undoing => "import.undoing",
            };
            let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
            let text =
                format!("{} · {}", visit.t(label), guanxi_gate::words::grouped(&state.done.to_string()));
            markup! {
                div id="import-progress" aria-live="polite" hx-get={ "/imports/" (id) } hx-trigger="every 1s" hx-swap="outerHTML" {
                    (ui::progress(number(state.done), number(state.rows.max(1)), Tone::Plain, visit.t(label), &text))
                }
            }
        }
        Some(Err(text)) => markup! {
            div id="import-progress" {
                (ui::notice(Tone::Bad, &markup! { (text) }, None))
                div .form-bar { (Button::new(visit.t("import.again")).go(format!("/import?object={}", object.name))) }
            }
        },
        Some(Ok(report)) => {
            let good = report.applied;
            let text = visit.t(if good { "import.done" } else { "import.failed" });
            markup! {
                div id="import-progress" {
                    (ui::notice(if good { Tone::Ok } else { Tone::Bad }, &markup! { (text) }, None))
                    (steps::outcome(visit, report))
                    div .form-bar {
                        @if state.rejects.is_some() {
                            (Button::new(visit.t("import.rejects")).icon("download").act(ui::Act::Download(format!("/imports/{id}/rejects"))))
                        }
                        (Button::new(visit.t("import.again")).go(format!("/import?object={}", object.name)))
                        (Button::new(visit.t("import.to_list")).primary().go(format!("/{}?view=all&sort={}", object.name, encode("-created_at"))))
                    }
                }
            }
        }
    }
}

/// `GET /imports/{id}/rejects`: the rows that were refused, each with its reason.
///
/// # Errors
/// When there are none.
pub async fn rejects(visit: Visit, Path(id): Path<u64>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let running = find(visit, id)?;
            let state = running.state.lock();
            let bytes = state.rejects.clone().ok_or(Error::NotFound)?;
            let disposition =
                format!("attachment; filename=\"{}-rejected.{}\"", running.object.name, state.ending);
            Ok(([(header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
        })
        .await
}
