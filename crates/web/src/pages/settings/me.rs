//! One's own settings: language and theme, open sessions, API keys.

use super::text;
use crate::{
    pages::answer::{self, Ask},
    session::{self, Answer, Visit},
    show,
    ui::{self, Button, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::Locale;
use maud::{Markup, html as markup};

/// `GET /settings/me`
///
/// # Errors
/// When the sessions or keys cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit.page(draw).await
}

fn draw(visit: &Visit) -> Result<crate::page::Page, Error> {
    let body = markup! {
        section { (profile(visit)) }
        section { h2 { (visit.t("me.preferences")) } (preferences(visit)) }
        section { h2 { (visit.t("me.sessions")) } p .muted { (visit.t("me.sessions_hint")) } (sessions(visit)?) }
        section {
            div .row {
                h2 { (visit.t("me.keys")) }
                span .spacer {}
                (Button::new(visit.t("me.new_key")).icon("plus").small().dialog("/settings/me/keys/new"))
            }
            p .muted { (visit.t("me.keys_hint")) }
            (keys(visit)?)
        }
    };
    Ok(super::page(visit, "me", visit.t("settings.me"), None, &body))
}

fn profile(visit: &Visit) -> Markup {
    let subject = &visit.ctx().subject;
    let registry = visit.gate().registry();
    let roles: Vec<String> = visit
        .ctx()
        .rights
        .roles
        .iter()
        .map(|role| {
            registry.role(role).map_or_else(|| role.clone(), |role| role.label.get(visit.locale()).to_owned())
        })
        .collect();
    markup! {
        div .row {
            (ui::avatar_sized(&subject.name, ui::hue_of(&subject.name), ui::AvatarKind::Person, ui::Size::Huge))
            div {
                b { (subject.name) }
                div .muted { (subject.login) @if !roles.is_empty() { " · " (roles.join(" · ")) } }
            }
            span .spacer {}
            (Button::new(visit.t("nav.password")).icon("key-round").go("/password"))
        }
    }
}

fn preferences(visit: &Visit) -> Markup {
    let language = ui::Field {
        widget: Widget::Select(vec![
            ui::Choice::new("zh", visit.t("me.chinese")),
            ui::Choice::new("en", "English"),
        ]),
        ..text("locale", visit.t("me.language"), visit.locale().code())
    };
    let theme = ui::Field {
        widget: Widget::Radio(vec![
            ui::Choice::new("system", visit.t("nav.system")),
            ui::Choice::new("light", visit.t("nav.light")),
            ui::Choice::new("dark", visit.t("nav.dark")),
        ]),
        ..text(
            "theme",
            visit.t("me.theme"),
            if visit.session.theme.is_empty() { "system" } else { &visit.session.theme },
        )
    };
    markup! {
        form method="post" action="/settings/me" data-guard {
            (session::csrf(visit))
            div .fields { (ui::form_field(&language)) (ui::form_field(&theme)) }
            (ui::dirty_bar(visit.t("settings.unsaved"), &[Button::new(visit.t("common.save")).primary().small().submit()]))
            noscript { (Button::new(visit.t("common.save")).primary().submit()) }
        }
    }
}

/// `POST /settings/me`: language and theme. The whole document changes with them, so it is loaded anew.
///
/// # Errors
/// When they cannot be written.
pub async fn save(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let locale = params.get("locale").and_then(|tag| tag.parse::<Locale>().ok());
            visit.gate().set_preferences(visit.ctx(), locale, params.get("theme"))?;
            if visit.asks.htmx {
                let mut response = answer::fragment(StatusCode::OK, markup! {});
                response
                    .headers_mut()
                    .insert("hx-redirect", axum::http::HeaderValue::from_static("/settings/me"));
                return Ok(response);
            }
            Ok(visit.go("/settings/me"))
        })
        .await
}

fn sessions(visit: &Visit) -> Result<Markup, Error> {
    let current = visit.asks.token.as_deref().map(|token| visit.gate().session_id(token)).unwrap_or_default();
    let rows: Vec<Vec<Markup>> = visit
        .gate()
        .sessions(visit.ctx())?
        .iter()
        .map(|session| {
            vec![
                markup! { (browser(visit, &session.agent)) @if session.id == current { " " (ui::plain_tag(visit.t("me.this_session"))) } },
                markup! { (session.ip) },
                markup! { time .muted { (show::moment(visit.ctx(), session.created_at)) } },
                markup! { time .muted { (show::ago(visit.ctx(), session.last_seen_at)) } },
                markup! {
                    @if session.id != current {
                        (Button::new(visit.t("me.end_session")).small().post(format!("/settings/me/sessions/{}/end", session.id)))
                    }
                },
            ]
        })
        .collect();
    let heads =
        [visit.t("me.browser"), visit.t("me.address"), visit.t("me.since"), visit.t("me.last_seen"), ""];
    Ok(super::table(&heads, &rows))
}

/// The browser and the system of a user agent, as people know them.
fn browser(visit: &Visit, agent: &str) -> String {
    let known = |names: &[(&str, &'static str)]| {
        names.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let browser = known(&[
        ("MicroMessenger", "WeChat"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = known(&[
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) if agent.is_empty() => visit.t("me.unknown_browser").to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

/// `POST /settings/me/sessions/{id}/end`
///
/// # Errors
/// When it is not one of the caller's.
pub async fn end_session(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            visit.gate().end_session(visit.ctx(), &id)?;
            Ok(answer::stay(visit, "/settings/me", visit.t("me.session_ended"), None))
        })
        .await
}

fn keys(visit: &Visit) -> Result<Markup, Error> {
    let keys = visit.gate().list_keys(visit.ctx(), None)?;
    let rows: Vec<Vec<Markup>> = keys
        .iter()
        .filter(|key| !key.revoked)
        .map(|key| {
            let date = |at: Option<jiff::Timestamp>, none: &'static str| match at {
                Some(at) => show::moment(visit.ctx(), at),
                None => visit.t(none).to_owned(),
            };
            vec![
                markup! { (key.name) },
                markup! { code { (key.prefix) "…" } },
                markup! { time .muted { (date(Some(key.created_at), "common.none")) } },
                markup! { time .muted { (date(key.expires_at, "me.never_expires")) } },
                markup! { time .muted { (date(key.last_used_at, "me.never_used")) } },
                markup! { (Button::new(visit.t("me.revoke")).small().post(format!("/settings/me/keys/{}/revoke", key.id))) },
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(markup! { p .muted { (visit.t("me.no_keys")) } });
    }
    let heads = [
        visit.t("me.key_name"),
        visit.t("me.key"),
        visit.t("me.made"),
        visit.t("me.expires"),
        visit.t("me.last_used"),
        "",
    ];
    Ok(super::table(&heads, &rows))
}

/// `GET /settings/me/keys/new`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn ask_key(visit: Visit) -> Answer {
    visit.answer(|visit| key_form(visit, None, "", StatusCode::OK)).await
}

fn key_form(
    visit: &Visit,
    problem: Option<Markup>,
    name: &str,
    status: StatusCode,
) -> Result<Response, Error> {
    let name = ui::Field {
        required: Some(visit.t("form.required").to_owned()),
        hint: visit.t("me.key_name_hint").to_owned(),
        wide: true,
        autofocus: true,
        ..text("name", visit.t("me.key_name"), name)
    };
    let expires = ui::Field {
        widget: Widget::Date,
        placeholder: visit.t("me.never_expires").to_owned(),
        ..text("expires", visit.t("me.expires"), "")
    };
    let ask = Ask {
        title: visit.t("me.new_key").to_owned(),
        action: "/settings/me/keys".to_owned(),
        body: markup! {
            @if let Some(problem) = problem { (problem) }
            (ui::form_field(&name))
            (ui::form_field(&expires))
        },
        submit: visit.t("me.make_key").to_owned(),
        status,
        cancel: "/settings/me".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/me/keys`: a new key, shown once.
///
/// # Errors
/// When the door refuses.
pub async fn make_key(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let name = params.get("name").unwrap_or_default().trim().to_owned();
            let bad = |text: &str| {
                let problem = markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } } };
                key_form(visit, Some(problem), &name, StatusCode::UNPROCESSABLE_ENTITY)
            };
            if name.is_empty() {
                return bad(visit.t("me.key_name_missing"));
            }
            let expires = match params.get("expires").map(str::parse::<jiff::civil::Date>) {
                None => None,
                Some(Ok(date)) => date.tomorrow().ok().and_then(|date| date.to_zoned(visit.ctx().zone.clone()).ok()).map(|at| at.timestamp()),
                Some(Err(_)) => return bad(visit.t("me.bad_date")),
            };
            match visit.gate().create_key(visit.ctx(), visit.ctx().subject.user, &name, expires) {
                Ok(key) => once(visit, visit.t("me.new_key"), visit.t("me.key_once"), &key, "/settings/me"),
                Err(error) => match answer::sentence(visit, &error) {
                    Some(text) => bad(&text),
                    None => Err(error),
                },
            }
        })
        .await
}

/// A secret that is shown once, with a button that copies it.
///
/// # Errors
/// When the page cannot be drawn.
pub fn once(visit: &Visit, title: &str, hint: &str, secret: &str, next: &str) -> Result<Response, Error> {
    let body = markup! {
        p { (hint) }
        div .row {
            input .input type="text" readonly value=(secret) aria-label=(title);
            button .btn type="button" data-copy=(secret) { (ui::icon("copy")) span .label { (visit.t("settings.copy")) } }
        }
    };
    if answer::in_dialog(visit) {
        // A dialog in answer to a dialog keeps it open, with the secret.
        let content = markup! {
            header {
                h2 id="dialog-title" { (title) }
                button .btn.ghost.square.sz-s type="button" data-close aria-label=(visit.t("common.close")) { (ui::icon("x")) }
            }
            div .content { (body) }
            footer { a .btn.primary href=(next) data-close { span .label { (visit.t("common.close")) } } }
        };
        return Ok(answer::fragment(StatusCode::OK, content));
    }
    let main = markup! { section { (body) } p { (Button::new(visit.t("common.back")).go(next)) } };
    super::page(visit, "me", title, None, &main).answer(visit)
}

/// `POST /settings/me/keys/{id}/revoke`
///
/// # Errors
/// When it is not one of the caller's.
pub async fn revoke_key(visit: Visit, Path(id): Path<i64>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            visit.gate().revoke_key(visit.ctx(), id)?;
            Ok(answer::stay(visit, "/settings/me", visit.t("me.key_revoked"), None))
        })
        .await
}
