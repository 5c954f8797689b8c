//! The first run: whoever opens a fresh account set becomes its administrator.

use crate::{
    app::App,
    page,
    pages::entry,
    session::{self, Answer, Guest, Params, html},
    ui::Button,
};
use axum::{
    extract::{RawForm, State},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use guanxi_gate::Error;
use maud::{Markup, html as markup};

/// The form; a set that has users leads to the log-in.
///
/// # Errors
/// When the set cannot be read.
pub async fn show(guest: Guest) -> Answer {
    let app = guest.app.clone();
    app.run(move |gate| -> Result<Response, Error> {
        if !gate.is_fresh()? {
            return Ok(Redirect::to("/login").into_response());
        }
        Ok(html(draw(&guest, &Params::default(), None)?.into_string()))
    })
    .await
}

/// Makes the administrator and logs them in.
///
/// # Errors
/// When the set cannot be written.
pub async fn set_up(State(app): State<App>, guest: Guest, RawForm(body): RawForm) -> Answer {
    let form = Params::parse(&String::from_utf8_lossy(&body));
    app.run(move |gate| -> Result<Response, Error> {
        let text = |name| form.get(name).unwrap_or_default().trim();
        let (company, name, login) = (text("company"), text("name"), text("login"));
        let password = form.get("password").unwrap_or_default();
        let problem = if [company, name, login, password].iter().any(|part| part.is_empty()) {
            Some(guest.t("setup.blank").to_owned())
        } else if form.get("again").unwrap_or_default() != password {
            Some(guest.t("setup.mismatch").to_owned())
        } else {
            match gate.set_up(company, name, login, password) {
                Ok(_) => None,
                Err(error) => Some(entry::say(&guest, &error).ok_or(error)?),
            }
        };
        if let Some(problem) = problem {
            let page = draw(&guest, &form, Some(&problem))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page.into_string())).into_response());
        }
        let opened = gate.log_in(login, password, guest.asks.ip.as_deref(), &guest.asks.agent)?;
        let cookie = session::set_cookie(&guest.asks, &opened.token);
        Ok(([(header::SET_COOKIE, cookie)], Redirect::to("/")).into_response())
    })
    .await
}

fn draw(guest: &Guest, form: &Params, problem: Option<&str>) -> Result<Markup, Error> {
    let value = |name| form.get(name).unwrap_or_default();
    let product = guest.t("app.name");
    let main = markup! {
        p .hint { (guest.t("setup.about")) }
        form method="post" action="/setup" {
            (entry::problem(problem))
            (entry::input(guest.t("setup.company"), "company", "text", value("company"), "organization", true))
            (entry::input(guest.t("setup.name"), "name", "text", value("name"), "name", false))
            (entry::input(guest.t("setup.login"), "login", "text", value("login"), "username", false))
            (entry::input(guest.t("setup.password"), "password", "password", "", "new-password", false))
            (entry::input(guest.t("setup.again"), "again", "password", "", "new-password", false))
            p .hint { (guest.t("link.hint")) }
            (Button::new(guest.t("setup.submit")).primary().submit())
        }
    };
    let company = page::company(&guest.app.gate, guest.locale).unwrap_or_else(|_| product.to_owned());
    Ok(entry::card(guest, &company, guest.t("setup.title"), guest.t("setup.title"), &main))
}
