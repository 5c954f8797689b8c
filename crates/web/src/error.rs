//! Refusals as people see them: a page with a way forward when they navigated, a message when they
//! clicked. Handlers return a [`Problem`]; the guard of the route knows the reader and draws it.

use crate::{
    app::App,
    page::{self, Page},
    session::{self, Asks, Guest, Visit, html},
    texts,
    ui::{self, Button, Empty, EmptyKind, Toast, Tone},
};
use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use guanxi_gate::{Error, Gate, Stale, say};
use guanxi_model::{Issue, Locale, phrases::Phrases};
use maud::{Markup, html as markup};
use std::sync::Arc;

/// Why a page was not given.
#[derive(Debug)]
pub enum Problem {
    /// The door refused.
    Gate(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Problem::Gate(error)
    }
}

impl IntoResponse for Problem {
    /// Leaves the problem for the guard, which draws it in the reader's language.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// What people read about a problem.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// What happened.
    pub title: String,
    /// Why, and what to do.
    pub text: String,
    /// Every single issue of a form.
    pub issues: Vec<String>,
    /// The name of the request in the log, when it was our fault.
    pub trace: Option<String>,
}

impl Problem {
    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        let Problem::Gate(error) = self;
        match error {
            Error::Invalid(_) | Error::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::Forbidden(_) => StatusCode::FORBIDDEN,
            Error::Stale(_) | Error::Duplicate(_) => StatusCode::CONFLICT,
            Error::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Malformed(_) => StatusCode::BAD_REQUEST,
            Error::Repeated => StatusCode::OK,
            Error::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Error::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
            Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Says it in a language. Faults of ours are logged with the name that the person is shown.
    pub fn tell(&self, app: &App, locale: Locale) -> Told {
        let Problem::Gate(error) = self;
        let t = |key| texts::t(locale, key).to_owned();
        let told = |title, text| Told { title: t(title), text, ..Told::default() };
        let words = app.gate.phrases();
        match error {
            Error::Invalid(issues) => Told {
                issues: issues.iter().map(|issue| say_issue(words, locale, issue)).collect(),
                ..told("error.invalid", t("error.invalid_text"))
            },
            Error::Refused(message) => told("error.refused", say_message(words, locale, message)),
            Error::NotFound => told("error.not_found", t("error.not_found_text")),
            Error::Forbidden(message) => told("error.forbidden", say_message(words, locale, message)),
            Error::Stale(_) => told("error.stale", t("error.stale_text")),
            Error::Duplicate(_) => told("error.duplicate", t("error.duplicate_text")),
            Error::Unauthenticated(message) => {
                told("error.unauthenticated", say_message(words, locale, message))
            }
            Error::TooMany(message) => told("error.too_many", say_message(words, locale, message)),
            Error::Malformed(message) => told("error.malformed", say_message(words, locale, message)),
            Error::Repeated => told("error.repeated", t("error.repeated_text")),
            Error::Unavailable => told("error.unavailable", t("error.unavailable_text")),
            Error::DiskFull => told("error.disk_full", t("error.disk_full_text")),
            Error::Internal(source) => {
                let trace = app.trace_id();
                tracing::error!(trace, error = %source, "a page failed");
                Told { trace: Some(trace), ..told("error.internal", t("error.internal_text")) }
            }
        }
    }

    /// Draws it for someone who is logged in.
    pub async fn show(&self, visit: &Visit) -> Response {
        let told = self.tell(&visit.app, visit.locale());
        if visit.asks.htmx && !(visit.asks.main && visit.asks.reads) {
            return message(self.status(), &told);
        }
        let status = self.status();
        let conflict = match self {
            Problem::Gate(Error::Stale(stale)) => Some((**stale).clone()),
            Problem::Gate(_) => None,
        };
        let asks_whom = matches!(self, Problem::Gate(Error::Forbidden(_)));
        let visit = visit.clone();
        let app = visit.app.clone();
        let drawn = app
            .run(move |gate| -> Result<Response, Error> {
                let whom = if asks_whom { administrators(gate, &visit) } else { String::new() };
                let details = conflict.as_ref().map(|stale| differences(gate, &visit, stale));
                let main = body(&told, status, visit.locale(), &whom, details.as_ref(), &visit.asks);
                let page = Page { title: told.title.clone(), main, status, ..Page::default() };
                page.answer(&visit)
            })
            .await;
        // A second failure while drawing the first must not loop: the bare status is what is left.
        drawn.unwrap_or_else(|_| status.into_response())
    }

    /// Draws it for someone who is not.
    pub fn show_guest(&self, guest: &Guest) -> Response {
        let told = self.tell(&guest.app, guest.locale);
        if guest.asks.htmx {
            return message(self.status(), &told);
        }
        let main = body(&told, self.status(), guest.locale, "", None, &guest.asks);
        let mut response = html(page::bare(guest.locale, &told.title, &main).into_string());
        *response.status_mut() = self.status();
        response
    }
}

/// What an unknown address answers.
pub async fn not_found(State(app): State<App>, request: Request) -> Response {
    let asks = Arc::new(Asks::of(&app, &request));
    let problem = Problem::from(Error::NotFound);
    match session::session(&app, &asks).await {
        Ok(session) => problem.show(&Visit { app, session: Arc::new(session), asks }).await,
        Err(_) => problem.show_guest(&Guest::new(app, asks)),
    }
}

/// A toast that leaves the page as it is.
pub fn message(status: StatusCode, told: &Told) -> Response {
    let mut text = if told.issues.is_empty() { told.text.clone() } else { told.issues.join(" ") };
    if let Some(trace) = &told.trace {
        text = format!("{text} ({trace})");
    }
    let toast = ui::toast(&Toast { tone: Tone::Bad, text, ..Toast::default() });
    let mut response = status.into_response();
    response.headers_mut().insert("hx-reswap", HeaderValue::from_static("none"));
    if let Ok(toast) = HeaderValue::from_str(&toast) {
        response.headers_mut().insert("x-toast", toast);
    }
    response
}

/// A sentence of a rule, a verb or a field, wherever its phrase stands.
pub fn say_message(words: &Phrases, locale: Locale, message: &guanxi_model::Message) -> String {
    let words = if words.has(locale, &message.key) { words } else { texts::phrases() };
    words.say(locale, message)
}

/// An issue as a sentence.
pub fn say_issue(words: &Phrases, locale: Locale, issue: &Issue) -> String {
    say_message(words, locale, &issue.message)
}

fn body(
    told: &Told,
    status: StatusCode,
    locale: Locale,
    whom: &str,
    details: Option<&Markup>,
    asks: &Asks,
) -> Markup {
    let t = |key| texts::t(locale, key);
    let kind = match status {
        StatusCode::FORBIDDEN => EmptyKind::NoAccess,
        StatusCode::NOT_FOUND => EmptyKind::NoMatch,
        _ => EmptyKind::Failed,
    };
    let mut text = told.text.clone();
    for issue in &told.issues {
        text.push('\n');
        text.push_str(issue);
    }
    if !whom.is_empty() {
        text.push('\n');
        text.push_str(&texts::fill(locale, "error.ask", &[("names", whom)]));
    }
    let again = matches!(status.as_u16(), 409 | 429 | 500..) && asks.reads;
    let actions = markup! {
        @if again { (Button::new(t("error.retry")).primary().icon("refresh-cw").go(asks.here())) }
        (Button::new(t("error.home")).icon("house").go("/"))
    };
    let empty = ui::empty_state(&Empty {
        kind,
        icon: icon_of(status).to_owned(),
        title: told.title.clone(),
        text,
        actions: Some(actions),
        code: told.trace.as_ref().map(|trace| texts::fill(locale, "error.trace", &[("id", trace)])),
    });
    markup! {
        (empty)
        @if let Some(details) = details { (details) }
    }
}

fn icon_of(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => "lock",
        StatusCode::NOT_FOUND => "scan-search",
        StatusCode::CONFLICT => "git-merge",
        StatusCode::TOO_MANY_REQUESTS => "timer",
        _ => "triangle-alert",
    }
}

/// Who can give a missing right.
fn administrators(gate: &Gate, visit: &Visit) -> String {
    let names = gate.read(visit.ctx(), |tx| {
        Ok(tx
            .users_with_role("admin")?
            .iter()
            .take(3)
            .map(|user| user.text("name").to_owned())
            .collect::<Vec<_>>())
    });
    let separator = if visit.locale() == Locale::Zh { "\u{3001}" } else { ", " };
    names.unwrap_or_default().join(separator)
}

/// Both values of each field, and who changed them.
fn differences(gate: &Gate, visit: &Visit, stale: &Stale) -> Markup {
    let locale = visit.locale();
    let Ok(object) = gate.object(&stale.object) else { return markup! {} };
    let titles = guanxi_gate::Titles::default();
    let differences = stale
        .fields
        .iter()
        .filter_map(|(name, now, wanted)| {
            let field = object.field(name)?;
            let words = |value: &guanxi_model::Value| {
                say(&object, name, Some(&guanxi_gate::Cell::Value(value.clone())), &titles, locale)
            };
            let (old, new) = (markup! { (words(wanted)) }, markup! { (words(now)) });
            Some(ui::Difference {
                field: name.clone(),
                label: field.label.get(locale).to_owned(),
                old,
                new,
                mine: false,
            })
        })
        .collect::<Vec<_>>();
    let who = stale.updated_by.clone().unwrap_or_default();
    markup! {
        p { (visit.fill("error.stale_by", &[("name", &who)])) }
        (ui::diff([visit.t("error.field"), visit.t("error.yours"), visit.t("error.theirs")], &differences))
    }
}
