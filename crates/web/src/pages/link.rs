//! Single-use links: an invitation, or a password reset. Both set a password and log in.

use crate::{
    app::App,
    page,
    pages::entry,
    session::{self, Answer, Guest, Params, html},
    ui::Button,
};
use axum::{
    extract::{Path, RawForm, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use guanxi_gate::Error;
use maud::{Markup, html as markup};

/// `GET /invite/{token}`
///
/// # Errors
/// When the set cannot be read; a link that was used is a page.
pub async fn show_invite(guest: Guest, Path(token): Path<String>) -> Answer {
    show(guest, token).await
}

/// `GET /reset/{token}`
///
/// # Errors
/// When the set cannot be read; a link that was used is a page.
pub async fn show_reset(guest: Guest, Path(token): Path<String>) -> Answer {
    show(guest, token).await
}

async fn show(guest: Guest, token: String) -> Answer {
    let app = guest.app.clone();
    app.run(move |gate| -> Result<Response, Error> {
        match gate.link_user(&token) {
            Ok((_, name)) => Ok(html(draw(&guest, &name, None)?.into_string())),
            Err(_) => expired(&guest),
        }
    })
    .await
}

/// Sets the password and uses the link up.
///
/// # Errors
/// When the set cannot be written; a password that will not do is a page.
pub async fn accept(
    State(app): State<App>,
    guest: Guest,
    Path(token): Path<String>,
    RawForm(body): RawForm,
) -> Answer {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    app.run(move |gate| -> Result<Response, Error> {
        let Ok((user, name)) = gate.link_user(&token) else { return expired(&guest) };
        let password = form.get("password").unwrap_or_default();
        let problem = if form.get("again").unwrap_or_default() != password {
            Some(guest.t("setup.mismatch").to_owned())
        } else {
            match gate.use_link(&token, password) {
                Ok(_) => None,
                Err(error) => Some(entry::say(&guest, &error).ok_or(error)?),
            }
        };
        if let Some(problem) = problem {
            let page = draw(&guest, &name, Some(&problem))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page.into_string())).into_response());
        }
        let login = gate.ctx_of(user, guanxi_gate::Channel::Web)?.subject.login;
        let opened = gate.log_in(&login, password, guest.asks.ip.as_deref(), &guest.asks.agent)?;
        let cookie = session::set_cookie(&guest.asks, &opened.token);
        Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
    })
    .await
}

fn heading(guest: &Guest) -> &'static str {
    if guest.asks.uri.path().starts_with("/invite") { guest.t("link.invite") } else { guest.t("link.reset") }
}

fn draw(guest: &Guest, name: &str, problem: Option<&str>) -> Result<Markup, Error> {
    let company = page::company(&guest.app.gate, guest.locale)?;
    let main = markup! {
        p { (guest.fill("link.about", &[("name", name)])) }
        form method="post" action=(guest.asks.uri.path()) {
            (entry::problem(problem))
            (entry::input(guest.t("link.password"), "password", "password", "", "new-password", true))
            (entry::input(guest.t("link.again"), "again", "password", "", "new-password", false))
            p .hint { (guest.t("link.hint")) }
            (Button::new(guest.t("link.submit")).primary().submit())
        }
    };
    Ok(entry::card(guest, &company, heading(guest), heading(guest), &main))
}

fn expired(guest: &Guest) -> Result<Response, Error> {
    let company = page::company(&guest.app.gate, guest.locale)?;
    let main = markup! {
        p { (guest.t("link.expired_text")) }
        (Button::new(guest.t("login.title")).go("/login"))
    };
    let page = entry::card(guest, &company, guest.t("link.expired"), guest.t("link.expired"), &main);
    Ok((StatusCode::NOT_FOUND, html(page.into_string())).into_response())
}
