//! Colleagues: who they are, what they may do, how they come in.

use super::text;
use crate::{
    pages::{
        answer::{self, Ask, record_id},
        form::input,
    },
    session::{Answer, Params, Visit},
    ui::{self, Button, Menu, MenuItem, Widget},
};
use axum::{
    body::Bytes,
    extract::Path,
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use guanxi_gate::{Error, Visible, auth::NewUser};
use guanxi_model::{Query, RecordId, expr::Expr, query::Count};
use maud::{Markup, html as markup};

/// `GET /settings/users`
///
/// # Errors
/// When the users cannot be read.
pub async fn show(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.page(move |visit| draw(visit, &params)).await
}

fn draw(visit: &Visit, params: &Params) -> Result<crate::page::Page, Error> {
    let mut query = Query::of("user").sort(["name"]).limit(200);
    query.search = params.get("q").map(str::to_owned);
    query.count = Count::Exact;
    let page = visit.gate().list(visit.ctx(), &query)?;
    let rows: Vec<Vec<Markup>> = page
        .rows
        .iter()
        .map(|user| {
            let name = user.title();
            let title = |field: &str| user.get(field).as_ref().and_then(|id| page.titles.get(id)).unwrap_or_default().to_owned();
            vec![
                markup! {
                    span .inline { (ui::avatar(&name, ui::hue_of(&name), ui::AvatarKind::Person)) span { (name) } }
                },
                markup! { code { (user.get("login").as_text().unwrap_or_default()) } },
                roles(visit, user),
                markup! { (title("department")) },
                markup! { (title("superior")) },
                if is_active(user) { ui::toned("check", visit.t("users.active"), ui::Tone::Ok) } else { ui::toned("ban", visit.t("users.disabled"), ui::Tone::Muted) },
                menu(visit, user),
            ]
        })
        .collect();
    let heads = [
        visit.t("users.name"),
        visit.t("users.login"),
        visit.t("users.roles"),
        visit.t("users.department"),
        visit.t("users.superior"),
        visit.t("users.state"),
        "",
    ];
    let total = page.total.unwrap_or_default();
    let body = markup! {
        form .row role="search" method="get" action="/settings/users" {
            input .input type="search" name="q" value=(params.get("q").unwrap_or_default()) placeholder=(visit.t("users.search")) aria-label=(visit.t("users.search"));
            span .muted.total { (crate::texts::count(visit.locale(), "users.count", total)) }
        }
        @if rows.is_empty() { p .muted { (visit.t("users.none")) } } @else { (super::table(&heads, &rows)) }
        @if total > 200 { p .muted { (visit.t("users.more")) } }
    };
    let add =
        Button::new(visit.t("users.new")).primary().icon("user-plus").key("C").dialog("/settings/users/new");
    Ok(super::page(visit, "users", visit.t("settings.users"), Some(markup! { (add) }), &body))
}

fn is_active(user: &Visible) -> bool {
    user.get("active").as_bool().unwrap_or(true)
}

fn roles(visit: &Visit, user: &Visible) -> Markup {
    markup! {
        span .tags {
            @for role in user.get("roles").as_list() {
                (ui::plain_tag(guanxi_gate::auth::role_label(visit.gate(), role).get(visit.locale())))
            }
        }
    }
}

fn menu(visit: &Visit, user: &Visible) -> Markup {
    let url = |part: &str| format!("/settings/users/{}/{part}", user.id);
    let active = is_active(user);
    let menu = Menu {
        id: format!("user-{}", user.id),
        label: visit.t("common.more").to_owned(),
        items: vec![
            MenuItem::new("square-pen", visit.t("record.edit"), ui::Act::Dialog(url("edit"))),
            MenuItem::new("link", visit.t("users.link"), ui::Act::Dialog(url("link"))),
            MenuItem::new(
                "user-minus",
                visit.t("handover.hand_over"),
                ui::Act::Go(format!("/handover/{}", user.id)),
            ),
            MenuItem::Rule,
            if active {
                MenuItem::danger("ban", visit.t("users.disable"), ui::Act::Post(url("disable")))
            } else {
                MenuItem::new("check", visit.t("users.enable"), ui::Act::Post(url("enable")))
            },
        ],
    };
    markup! {
        (Button::icon_only("ellipsis", visit.t("common.more")).small().menu(menu.id.clone()))
        (ui::menu(&menu))
    }
}

/// `GET /settings/users/new`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn new(visit: Visit) -> Answer {
    visit.answer(|visit| form(visit, None, &Params::default(), None)).await
}

/// `GET /settings/users/{id}/edit`
///
/// # Errors
/// When there is no such user.
pub async fn edit(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let user = visit.gate().get(visit.ctx(), "user", record_id(&id)?)?;
            let mut params = Params::default();
            for name in ["login", "name", "roles", "department", "superior", "job_title", "phone", "email"] {
                if let Some(field) = user.object.field(name) {
                    input::put(&mut params, "", field, user.get(name), visit);
                }
            }
            params.0.push(("version".to_owned(), user.version.to_string()));
            form(visit, Some(user.id), &params, None)
        })
        .await
}

fn form(
    visit: &Visit,
    user: Option<RecordId>,
    params: &Params,
    problem: Option<Markup>,
) -> Result<Response, Error> {
    let object = visit.gate().object("user")?;
    let value = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let label = |name: &str| {
        object.field(name).map(|field| field.label.get(visit.locale()).to_owned()).unwrap_or_default()
    };
    let required = || Some(visit.t("form.required").to_owned());
    let registry = visit.gate().registry();
    let offered: Vec<ui::Choice> =
        registry.roles().map(|role| ui::Choice::new(&role.name, role.label.get(visit.locale()))).collect();
    let roles = ui::Field {
        values: params.all("roles").map(str::to_owned).collect(),
        widget: Widget::MultiSelect(offered),
        wide: true,
        ..text("roles", &label("roles"), "")
    };
    let fields: Vec<&guanxi_model::Field> =
        ["department", "superior"].iter().filter_map(|name| object.field(name)).collect();
    let titles = input::titles(visit, fields.iter().copied(), params)?;
    let inputs = input::Inputs { visit, params, titles: &titles, issues: &[], prefix: String::new() };
    let body = markup! {
        @if let Some(problem) = &problem { (problem) }
        @if let Some(version) = params.get("version") { input type="hidden" name="version" value=(version); }
        div .fields {
            (ui::form_field(&ui::Field { required: required(), autofocus: true, ..text("name", &label("name"), &value("name")) }))
            (ui::form_field(&ui::Field { required: required(), readonly: user.is_some(), ..text("login", &label("login"), &value("login")) }))
            (ui::form_field(&roles))
            @for field in fields { (ui::form_field(&inputs.field(field, false))) }
            (ui::form_field(&text("job_title", &label("job_title"), &value("job_title"))))
            (ui::form_field(&ui::Field { widget: Widget::Phone, ..text("phone", &label("phone"), &value("phone")) }))
            (ui::form_field(&ui::Field { widget: Widget::Email, ..text("email", &label("email"), &value("email")) }))
        }
        @if user.is_none() { p .hint { (visit.t("users.new_hint")) } }
    };
    let ask = Ask {
        title: visit.t(if user.is_some() { "users.edit" } else { "users.new" }).to_owned(),
        action: user.map_or_else(|| "/settings/users".to_owned(), |id| format!("/settings/users/{id}/edit")),
        body,
        submit: visit.t(if user.is_some() { "common.save" } else { "users.invite" }).to_owned(),
        wide: true,
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: "/settings/users".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/users`: makes the user and shows the link by which they set their password.
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn create(visit: Visit, headers: HeaderMap, body: Bytes) -> Answer {
    let params = answer::form(&body);
    let host = host(&headers);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let some = |name: &str| {
                params.get(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
            };
            let new = NewUser {
                login: some("login").unwrap_or_default(),
                name: some("name").unwrap_or_default(),
                roles: params.all("roles").map(str::to_owned).collect(),
                department: None,
                superior: some("superior").and_then(|id| id.parse().ok()),
                phone: some("phone"),
                email: some("email"),
                title: some("job_title"),
                password: None,
            };
            let name = new.name.clone();
            let made = visit.gate().add_user(visit.ctx(), new).and_then(|(id, _)| {
                // The door takes a department by its path; the form names it by its record.
                if let Some(department) = some("department").and_then(|id| id.parse::<RecordId>().ok()) {
                    let draft = guanxi_gate::Draft::new().set("department", department);
                    visit.gate().update(visit.ctx(), "user", id, None, draft)?;
                }
                Ok((id, visit.gate().link_token(visit.ctx(), id)?))
            });
            match made {
                Ok((_, token)) => shown_link(visit, host.as_deref(), &name, "invite", &token),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    form(visit, None, &params, Some(problem))
                }
            }
        })
        .await
}

/// `POST /settings/users/{id}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn update(visit: Visit, Path(id): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            let object = visit.gate().object("user")?;
            let names = ["name", "roles", "department", "superior", "job_title", "phone", "email"];
            let mut all = params.clone();
            all.0.push(("shown".to_owned(), names.join(",")));
            let draft = input::read(names.iter().filter_map(|name| object.field(name)), &all, "");
            let version = params.get("version").and_then(|text| text.parse().ok());
            match visit.gate().update(visit.ctx(), "user", id, version, draft) {
                Ok(user) => {
                    let text = visit.fill("form.saved", &[("name", &user.title())]);
                    Ok(answer::stay(visit, "/settings/users", text, None))
                }
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    form(visit, Some(id), &params, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/users/{id}/link`: asks before a new link is made, because it is a way in.
///
/// # Errors
/// When there is no such user.
pub async fn ask_link(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let user = visit.gate().get(visit.ctx(), "user", record_id(&id)?)?;
            let ask = Ask {
                title: visit.t("users.link").to_owned(),
                action: format!("/settings/users/{}/link", user.id),
                body: markup! { p { (visit.fill("users.link_text", &[("name", &user.title())])) } },
                submit: visit.t("users.make_link").to_owned(),
                cancel: "/settings/users".to_owned(),
                menu: "settings".to_owned(),
                ..Ask::default()
            };
            ask.answer(visit)
        })
        .await
}

/// `POST /settings/users/{id}/link`
///
/// # Errors
/// When the door refuses.
pub async fn link(visit: Visit, headers: HeaderMap, Path(id): Path<String>) -> Answer {
    let host = host(&headers);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let user = visit.gate().get(visit.ctx(), "user", record_id(&id)?)?;
            let token = visit.gate().link_token(visit.ctx(), user.id)?;
            shown_link(visit, host.as_deref(), &user.title(), "reset", &token)
        })
        .await
}

/// The name by which the browser reached us, so that a link works when it is pasted elsewhere.
fn host(headers: &HeaderMap) -> Option<String> {
    headers.get(header::HOST).and_then(|host| host.to_str().ok()).map(str::to_owned)
}

fn shown_link(
    visit: &Visit,
    host: Option<&str>,
    name: &str,
    kind: &str,
    token: &str,
) -> Result<Response, Error> {
    let scheme = if visit.asks.https { "https" } else { "http" };
    let link = match host {
        Some(host) => format!("{scheme}://{host}/{kind}/{token}"),
        None => format!("/{kind}/{token}"),
    };
    let hint = visit.fill("users.link_once", &[("name", name)]);
    super::me::once(visit, visit.t("users.link"), &hint, &link, "/settings/users")
}

/// `POST /settings/users/{id}/disable`
///
/// # Errors
/// When the door fails; what it refuses is a toast.
pub async fn disable(visit: Visit, Path(id): Path<String>) -> Answer {
    activate(visit, id, false).await
}

/// `POST /settings/users/{id}/enable`
///
/// # Errors
/// When the door fails; what it refuses is a toast.
pub async fn enable(visit: Visit, Path(id): Path<String>) -> Answer {
    activate(visit, id, true).await
}

async fn activate(visit: Visit, id: String, active: bool) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            visit.gate().set_active(visit.ctx(), id, active)?;
            let (text, back) =
                if active { ("users.enabled", "disable") } else { ("users.disabled_done", "enable") };
            Ok(answer::stay(
                visit,
                "/settings/users",
                visit.t(text),
                Some(format!("/settings/users/{id}/{back}")),
            ))
        })
        .await
}

/// How many active users there are, for the page about the program.
///
/// # Errors
/// When they cannot be read.
pub fn count(visit: &Visit) -> Result<i64, Error> {
    let active = Expr::eq("active", Expr::Bool(true));
    let query = Query::of("user").filter(active);
    match visit.gate().count(visit.ctx(), &query) {
        Ok(count) => Ok(count),
        Err(Error::Forbidden(_)) => Ok(0),
        Err(error) => Err(error),
    }
}
