//! Logging in and out.

use crate::{
    app::App,
    page,
    pages::entry,
    session::{self, Answer, Guest, Params, Visit, html},
    ui::{self, Button},
};
use axum::{
    extract::{RawForm, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use guanxi_gate::Error;
use guanxi_model::Locale;
use maud::{Markup, html as markup};

/// The log-in page; a fresh set leads to the first-run page.
///
/// # Errors
/// When the set cannot be read.
pub async fn show(guest: Guest) -> Answer {
    let app = guest.app.clone();
    app.run(move |gate| -> Result<Response, Error> {
        if gate.is_fresh()? {
            return Ok(Redirect::to("/setup").into_response());
        }
        Ok(html(draw(&guest, "", None)?.into_string()))
    })
    .await
}

/// Opens a session and leads on to where the visitor wanted to go.
///
/// # Errors
/// When the set cannot be read; a wrong password is a page.
pub async fn log_in(State(app): State<App>, guest: Guest, RawForm(body): RawForm) -> Answer {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    let (login, password) = (
        form.get("login").unwrap_or_default().trim().to_owned(),
        form.get("password").unwrap_or_default().to_owned(),
    );
    let next = form
        .get("next")
        .or(guest.asks.param("next").as_deref())
        .filter(|path| session::is_local(path))
        .unwrap_or("/")
        .to_owned();
    let lang = form.get("lang").and_then(|tag| tag.parse::<Locale>().ok());
    app.run(move |gate| -> Result<Response, Error> {
        if login.is_empty() || password.is_empty() {
            return refused(&guest, &login, guest.t("login.blank"), StatusCode::UNPROCESSABLE_ENTITY);
        }
        match gate.log_in(&login, &password, guest.asks.ip.as_deref(), &guest.asks.agent) {
            Ok(opened) => {
                if let Some(locale) = lang {
                    let ctx = gate.ctx_of(opened.user, guanxi_gate::Channel::Web)?;
                    gate.set_preferences(&ctx, Some(locale), None)?;
                }
                let next = if opened.must_change { "/password".to_owned() } else { next };
                let cookie = session::set_cookie(&guest.asks, &opened.token);
                Ok(([(header::SET_COOKIE, cookie)], Redirect::to(&next)).into_response())
            }
            Err(Error::Unauthenticated(message)) => {
                let text = crate::error::say_message(gate.phrases(), guest.locale, &message);
                refused(&guest, &login, &text, StatusCode::UNAUTHORIZED)
            }
            Err(Error::TooMany(message)) => {
                let text = crate::error::say_message(gate.phrases(), guest.locale, &message);
                refused(&guest, &login, &text, StatusCode::TOO_MANY_REQUESTS)
            }
            Err(other) => Err(other),
        }
    })
    .await
}

/// Ends the session.
///
/// # Errors
/// When the session cannot be ended.
pub async fn log_out(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<Response, Error> {
            if let Some(token) = &visit.asks.token {
                visit.gate().log_out(token)?;
            }
            let cookie = session::clear_cookie(&visit.asks);
            let mut response = if visit.asks.htmx {
                (StatusCode::OK, [("hx-redirect", "/login")]).into_response()
            } else {
                Redirect::to("/login").into_response()
            };
            response.headers_mut().insert(header::SET_COOKIE, cookie);
            // What the browser kept of this user's pages must not show to the next one.
            response
                .headers_mut()
                .insert("clear-site-data", axum::http::HeaderValue::from_static("\"cache\", \"storage\""));
            Ok(response)
        })
        .await
}

fn refused(guest: &Guest, login: &str, text: &str, status: StatusCode) -> Result<Response, Error> {
    let mut response = html(draw(guest, login, Some(text))?.into_string());
    *response.status_mut() = status;
    Ok(response)
}

fn draw(guest: &Guest, login: &str, problem: Option<&str>) -> Result<Markup, Error> {
    let company = page::company(&guest.app.gate, guest.locale)?;
    let next = guest.asks.param("next").filter(|path| session::is_local(path)).unwrap_or_default();
    let chosen = guest.asks.param("lang").is_some();
    let main = markup! {
        form method="post" action="/login" {
            input type="hidden" name="next" value=(next);
            @if chosen { input type="hidden" name="lang" value=(guest.locale.code()); }
            (entry::problem(problem))
            (restored(guest)?)
            (entry::input(guest.t("login.login"), "login", "text", login, "username", login.is_empty()))
            (entry::input(guest.t("login.password"), "password", "password", "", "current-password", !login.is_empty()))
            (Button::new(guest.t("login.submit")).primary().submit())
        }
        @if guest.app.demo.is_empty() {
            footer { (guest.t("login.forgot")) }
        } @else {
            (demo(guest))
        }
    };
    Ok(entry::card(guest, &company, guest.t("login.title"), guest.t("login.title"), &main))
}

/// What came of a restore, for those whom it has logged out.
fn restored(guest: &Guest) -> Result<Markup, Error> {
    let asked = guest.asks.param("restored").is_some();
    let Some(done) = guest.app.gate.restored()?.filter(|_| asked) else { return Ok(markup! {}) };
    let (class, icon, key) = match done.problem {
        None => ("notice ok", "circle-check", "login.restored"),
        Some(_) => ("notice bad", "circle-alert", "login.not_restored"),
    };
    Ok(markup! { div class=(class) role="status" { (ui::icon(icon)) div .text { (guest.t(key)) } } })
}

/// One log-in for each ready role, for whoever wants to look around; a click fills in the form.
fn demo(guest: &Guest) -> Markup {
    let registry = guest.app.gate.registry();
    markup! {
        div .demo {
            span .muted { (guest.t("login.demo")) }
            @for user in guest.app.demo.iter() {
                button type="button" data-fill-login=(user.login) data-fill-password=(user.password) {
                    span { (registry.role(&user.role).map_or(user.role.as_str(), |role| role.label.get(guest.locale))) }
                    code { (user.login) }
                }
            }
        }
    }
}
