//! One's own password; forced when an administrator chose the first one.

use crate::{
    page::Page,
    pages::{answer, entry},
    session::{self, Answer, Params, Visit},
    ui::{self, Bar, Button},
};
use axum::{extract::RawForm, http::StatusCode, response::Response};
use guanxi_gate::Error;
use maud::html as markup;

/// The form.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(draw(visit, None))).await
}

/// Changes it; other sessions of the user end, this one goes on.
///
/// # Errors
/// When the set cannot be written; a wrong or weak password is the form again.
pub async fn change(visit: Visit, RawForm(body): RawForm) -> Answer {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (old, new) = (form.get("old").unwrap_or_default(), form.get("new").unwrap_or_default());
            if form.get("again").unwrap_or_default() != new {
                return draw(visit, Some(visit.t("setup.mismatch"))).answer(visit);
            }
            let keep = visit.asks.token.as_deref().unwrap_or_default();
            match visit.gate().change_password(visit.ctx(), old, new, keep) {
                Ok(()) => Ok(answer::done(visit, "/", visit.t("password.saved"), None)),
                Err(error) => match told(visit, &error) {
                    Some(text) => draw(visit, Some(&text)).answer(visit),
                    None => Err(error),
                },
            }
        })
        .await
}

fn told(visit: &Visit, error: &Error) -> Option<String> {
    let words = visit.gate().phrases();
    match error {
        Error::Invalid(issues) => {
            let say = |issue| crate::error::say_issue(words, visit.locale(), issue);
            Some(issues.iter().map(say).collect::<Vec<_>>().join(" "))
        }
        Error::Refused(message) | Error::Unauthenticated(message) | Error::TooMany(message) => {
            Some(crate::error::say_message(words, visit.locale(), message))
        }
        _ => None,
    }
}

fn draw(visit: &Visit, problem: Option<&str>) -> Page {
    let title = visit.t("password.title").to_owned();
    let main = markup! {
        (ui::bar(&Bar { title: title.clone(), ..Bar::default() }))
        div .form-page {
            form .narrow method="post" action="/password" {
                (session::csrf(visit))
                @if visit.session.must_change {
                    div .notice.warn { (ui::icon("key-round")) div .text { (visit.t("password.must")) } }
                }
                (entry::problem(problem))
                (entry::input(visit.t("password.old"), "old", "password", "", "current-password", true))
                (entry::input(visit.t("password.new"), "new", "password", "", "new-password", false))
                (entry::input(visit.t("password.again"), "again", "password", "", "new-password", false))
                p .hint { (visit.t("link.hint")) }
                div { (Button::new(visit.t("password.submit")).primary().submit()) }
            }
        }
    };
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Page { title, main, status, ..Page::default() }
}
