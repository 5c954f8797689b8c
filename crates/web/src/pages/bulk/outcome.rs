//! What became of the records, and how it is told.

use super::chosen::Chosen;
use crate::{
    pages::answer,
    session::{Params, Visit},
    ui::{Button, Tone},
};
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use guanxi_gate::Error;
use guanxi_model::RecordId;
use maud::html;

/// What became of them.
#[derive(Default)]
pub(super) struct Done {
    changed: Vec<RecordId>,
    /// Those that were refused: the name of each, and why.
    failed: Vec<(String, String)>,
}

impl Done {
    pub(super) fn note(&mut self, visit: &Visit, id: RecordId, name: &str, result: Result<(), Error>) {
        match result {
            Ok(()) => self.changed.push(id),
            Err(error) => {
                let why = answer::sentence(visit, &error).or_else(|| match error {
                    Error::NotFound => Some(visit.t("bulk.gone").to_owned()),
                    Error::Stale(_) => Some(visit.t("bulk.stale").to_owned()),
                    _ => None,
                });
                self.failed
                    .push((name.to_owned(), why.unwrap_or_else(|| visit.t("bulk.not_now").to_owned())));
            }
        }
    }
}

pub(super) fn told(visit: &Visit, chosen: &Chosen, params: &Params, done: Done) -> Response {
    let n = done.changed.len().to_string();
    let mut text = visit.fill("bulk.done", &[("n", &n)]);
    if let [(_, why)] = done.failed.as_slice() {
        text.push(' ');
        text.push_str(&visit.fill("bulk.failed", &[("n", "1"), ("why", why)]));
    }
    let ids: Vec<String> = done.changed.iter().map(ToString::to_string).collect();
    let undo = (params.get("do") == Some("delete") && !ids.is_empty() && ids.len() <= 1000)
        .then(|| format!("/{}/bulk?do=restore&ids={}", chosen.object.name, ids.join(",")));
    if done.failed.len() > 1 {
        return one_by_one(visit, chosen, &text, &done);
    }
    let tone = if done.failed.is_empty() { Tone::Ok } else { Tone::Warn };
    let response = if visit.asks.htmx {
        StatusCode::OK.into_response()
    } else {
        visit.go(&format!("/{}", chosen.object.name))
    };
    answer::toasted(response, tone, text, undo)
}

/// What became of each that was refused, when there are several.
fn one_by_one(visit: &Visit, chosen: &Chosen, text: &str, done: &Done) -> Response {
    const SHOWN: usize = 200;
    let list = visit
        .asks
        .current
        .as_deref()
        .and_then(|url| url.find(&format!("/{}", chosen.object.name)).map(|at| url[at..].to_owned()))
        .unwrap_or_else(|| format!("/{}", chosen.object.name));
    let n = done.failed.len().to_string();
    let body = html! {
        p { (text) " " (visit.fill("bulk.refused", &[("n", &n)])) }
        ul .outcomes {
            @for (name, why) in done.failed.iter().take(SHOWN) {
                li { b { (name) } span .muted { (why) } }
            }
        }
    };
    if !visit.asks.htmx {
        return answer::toasted(visit.go(&list), Tone::Warn, visit.fill("bulk.refused", &[("n", &n)]), None);
    }
    answer::fragment(
        StatusCode::OK,
        html! {
            form data-dialog-form {
                header { h2 id="dialog-title" { (visit.t("bulk.outcome")) } }
                div .content { (body) }
                footer { (Button::new(visit.t("bulk.see_list")).primary().go(list)) }
            }
        },
    )
}
