//! Beside a request: the articles that may answer it, and the way to write the one that is missing.

use crate::{
    pages::answer::{self, record_id},
    session::{Answer, Visit, encode},
    ui::{Act, Button},
};
use axum::{extract::Path, http::StatusCode, response::Response};
use guanxi_crm::service::{self, Fitting};
use guanxi_gate::{Error, Visible};
use guanxi_model::access::action;
use maud::{Markup, html as markup};

/// Articles shown.
const SHOWN: usize = 5;

/// The articles that fit a request; nothing on other pages. On the page of an article the reading is counted.
///
/// # Errors
/// When they cannot be read.
pub fn draw(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    match record.object.name.as_str() {
        // Counted by what the page loads and not by the page, so that fetching it ahead counts nothing.
        "article" if record.get("status").as_text() == Some("published") => Ok(markup! {
            div hidden hx-post={ "/article/" (record.id) "/read" } hx-trigger="load" hx-swap="none" {}
        }),
        "service_request" if visit.may("article", action::READ) => {
            let found = service::fitting(visit.gate(), visit.ctx(), record, SHOWN)?;
            Ok(card(visit, record, &found))
        }
        _ => Ok(markup! {}),
    }
}

fn card(visit: &Visit, request: &Visible, found: &[Fitting]) -> Markup {
    let verb = ["handle", "cite"].into_iter().find(|verb| request.may.act(verb));
    let here = format!("/service_request/{}", request.id);
    let mut fresh = format!("/article/new?title={}&back={}", encode(&request.title()), encode(&here));
    for (field, own) in [("product", "product"), ("answers", "kind")] {
        let value = request.get(own);
        let text = value.as_ref().map(|id| id.to_string()).or(value.as_text().map(str::to_owned));
        if let Some(text) = text {
            fresh = format!("{fresh}&{field}={text}");
        }
    }
    markup! {
        section .card.related #fitting {
            h3 {
                span { (visit.t("fitting.title")) }
                span .count { (found.len()) }
                @if visit.may("article", action::CREATE) {
                    (Button::icon_only("plus", visit.t("fitting.write")).small().act(Act::Dialog(fresh)))
                }
            }
            @if found.is_empty() {
                p .none { (visit.t("fitting.none")) }
            } @else {
                ul {
                    @for fit in found {
                        li {
                            div .line {
                                span .text {
                                    a .link.ell href={ "/article/" (fit.id) } title=(fit.title) { (fit.title) }
                                    small { (why(visit, fit)) }
                                }
                                @if let Some(verb) = verb {
                                    (Button::new(visit.t("fitting.use")).small().act(Act::Dialog(format!("{here}/{verb}?solved_by={}", fit.id))))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Why it is offered.
fn why(visit: &Visit, fit: &Fitting) -> String {
    let mut reasons = Vec::new();
    if fit.same_product {
        reasons.push(visit.t("fitting.same_product").to_owned());
    }
    if fit.words > 0 {
        reasons.push(visit.t("fitting.same_words").to_owned());
    }
    if fit.solved > 0 {
        reasons.push(visit.fill("fitting.solved", &[("n", &fit.solved.to_string())]));
    }
    if fit.for_customers {
        reasons.push(visit.t("fitting.for_customers").to_owned());
    }
    reasons.join(" · ")
}

/// `POST /article/{id}/read`: its page was opened.
///
/// # Errors
/// When the door fails.
pub async fn opened(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            service::article::opened(visit.gate(), visit.ctx(), record_id(&id)?)?;
            Ok(answer::fragment(StatusCode::OK, markup! {}))
        })
        .await
}
