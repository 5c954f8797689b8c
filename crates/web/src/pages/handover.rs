//! Hand-over: what a person answers for, to whom each kind goes, how far it has come and what came of it. For
//! those who look after users it ends with the person's leave; for managers it moves records within a team.

use crate::{
    page::Page,
    pages::answer::{self, record_id},
    session::{Answer, Params, Visit, encode},
    ui::{self, Bar, Button, Tone, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{
    Error, Titles, Visible,
    handover::{Plan, Post, Progress},
};
use guanxi_model::{Issue, RecordId, access::action, expr::Expr};
use maud::{Markup, html as markup};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

/// A hand-over that is running or done.
#[derive(Clone, Default)]
struct Running {
    moved: i64,
    of: i64,
    end: Option<Result<Progress, String>>,
}

type Runs = HashMap<(String, RecordId), Arc<Mutex<Running>>>;

/// Hand-overs by account set and person.
static RUNNING: LazyLock<Mutex<Runs>> = LazyLock::new(Mutex::default);

fn running(visit: &Visit, person: RecordId) -> Option<Running> {
    let state = RUNNING.lock().get(&(visit.gate().set_name().to_owned(), person)).cloned()?;
    let state = state.lock().clone();
    Some(state)
}

/// `GET /handover/{user}`
///
/// # Errors
/// When the person is not the caller's to hand over.
pub async fn show(visit: Visit, Path(user): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let person = visit.gate().get(visit.ctx(), "user", record_id(&user)?)?;
            let state = running(visit, person.id);
            if visit.asks.htmx && !visit.asks.main && visit.asks.param("progress").is_some() {
                let markup = state.map_or_else(|| markup! {}, |state| progress(visit, person.id, &state));
                return Ok(crate::session::html(markup.into_string()));
            }
            match state.filter(|state| state.end.is_none() || visit.asks.param("done").is_some()) {
                Some(state) => frame(visit, &person, &progress(visit, person.id, &state), StatusCode::OK),
                None => {
                    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
                    form(visit, &person, &params, &[])
                }
            }
        })
        .await
}

/// `POST /handover/{user}`
///
/// # Errors
/// When the door fails; what it refuses is the form again.
pub async fn begin(visit: Visit, Path(user): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let person = visit.gate().get(visit.ctx(), "user", record_id(&user)?)?;
            let posts = visit.gate().posts(visit.ctx(), person.id)?;
            let plan = read(&params, &posts);
            let leads = visit.ctx().rights.may_set("users");
            let planned = if leads {
                visit.gate().plan_handover(visit.ctx(), person.id, plan.clone()).map(Some)
            } else if plan.others.is_empty() && plan.posts.is_empty() {
                Err(Error::refused("handover.choose"))
            } else {
                Ok(None)
            };
            match planned {
                Ok(id) => {
                    let of = posts.iter().map(|post| post.count).sum();
                    start(visit, person.id, id, plan, of);
                    Ok(visit.go(&format!("/handover/{}?done=1", person.id)))
                }
                Err(error) => match answer::issues(visit, &error) {
                    Some(issues) => form(visit, &person, &params, &issues),
                    None => Err(error),
                },
            }
        })
        .await
}

fn read(params: &Params, posts: &[Post]) -> Plan {
    let people =
        |name: &str| params.all(name).filter_map(|id| id.trim().parse().ok()).collect::<Vec<RecordId>>();
    let mut plan = Plan {
        others: people("others"),
        follow: params.all("follow").last() == Some("true"),
        leaves: params.all("leaves").last() == Some("true"),
        ..Plan::default()
    };
    for post in posts {
        let chosen = people(&post.name());
        if !chosen.is_empty() {
            plan.posts.insert(post.name(), chosen);
        }
    }
    plan
}

fn start(visit: &Visit, person: RecordId, id: Option<RecordId>, plan: Plan, of: i64) {
    let state = Arc::new(Mutex::new(Running { of, ..Running::default() }));
    RUNNING.lock().insert((visit.gate().set_name().to_owned(), person), state.clone());
    let (app, ctx, locale) = (visit.app.clone(), visit.ctx().clone(), visit.locale());
    std::thread::spawn(move || {
        let mut tell = |moved: i64| state.lock().moved = moved;
        let outcome = match id {
            Some(id) => app.gate.hand_over(&ctx, id, &mut tell),
            None => app.gate.transfer_all(&ctx, person, plan, &mut tell),
        };
        let mut state = state.lock();
        state.end = Some(outcome.map_err(|error| {
            let told = crate::error::Problem::from(error).tell(&app, locale);
            if told.text.is_empty() { told.title } else { told.text }
        }));
    });
}

fn frame(visit: &Visit, person: &Visible, body: &Markup, status: StatusCode) -> Result<Response, Error> {
    let leads = visit.ctx().rights.may_set("users");
    let title = visit
        .fill(if leads { "handover.title" } else { "handover.team_title" }, &[("name", &person.title())]);
    let back = if leads { ("settings.users", "/settings/users") } else { ("settings.users", "/user") };
    let trail = [(visit.t(back.0).to_owned(), Some(back.1.to_owned())), (title.clone(), None)];
    let main = markup! {
        (ui::bar(&Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), ..Bar::default() }))
        div .form-page.scroll-end { div .body { (body) } }
    };
    Page { title, menu: if leads { "settings" } else { "user" }.to_owned(), main, status, ..Page::default() }
        .answer(visit)
}

fn form(visit: &Visit, person: &Visible, params: &Params, issues: &[Issue]) -> Result<Response, Error> {
    let posts = visit.gate().posts(visit.ctx(), person.id)?;
    let leads = visit.ctx().rights.may_set("users");
    let unfinished = leads
        && visit
            .gate()
            .handover_of(visit.ctx(), person.id)?
            .is_some_and(|progress| progress.finished_at.is_none());
    let chosen: Vec<RecordId> = params.pairs().filter_map(|(_, id)| id.parse().ok()).collect();
    let titles = crate::pages::form::input::names(visit, "user", &chosen)?;
    let first = params.pairs().next().is_none();
    let names: Vec<String> = posts.iter().map(Post::name).chain(["others".to_owned()]).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let total: i64 = posts.iter().map(|post| post.count + post.deleted).sum();
    let switch = |name: &str, label: &'static str, hint: &'static str, on: bool| {
        let on = if first { on } else { params.all(name).last() == Some("true") };
        ui::form_field(&ui::Field {
            id: format!("in-{name}"),
            name: name.to_owned(),
            label: visit.t(label).to_owned(),
            hint: visit.t(hint).to_owned(),
            value: on.to_string(),
            widget: Widget::Switch(String::new()),
            wide: true,
            ..ui::Field::default()
        })
    };
    let body = markup! {
        (answer::refusals(visit, issues, &names))
        @if unfinished { (ui::notice(Tone::Warn, &markup! { (visit.t("handover.unfinished")) }, None)) }
        @if posts.is_empty() {
            (ui::notice(Tone::Ok, &markup! { (visit.fill("handover.nothing", &[("name", &person.title())])) }, None))
        } @else {
            p { (visit.fill(if leads { "handover.explain" } else { "handover.team_explain" }, &[("name", &person.title())])) }
        }
        form .stack method="post" action={ "/handover/" (person.id) } {
            (crate::session::csrf(visit))
            @if !posts.is_empty() {
                (picker(visit, "others", visit.t("handover.others"), Some(visit.t("handover.others_hint")), params, &titles, issues))
                div .table-scroll {
                    table .table.handover {
                        thead { tr {
                            th scope="col" { (visit.t("handover.what")) }
                            th scope="col" .num { (visit.t("handover.count")) }
                            th scope="col" { (visit.t("handover.to")) }
                        } }
                        tbody { @for post in &posts { (line(visit, person.id, post, params, &titles, issues)) } }
                    }
                }
                (switch("follow", "handover.follow", "handover.follow_hint", true))
            }
            @if leads && !is_gone(person) { (switch("leaves", "handover.leaves", "handover.leaves_hint", true)) }
            (ui::form_bar(&[
                Button::new(visit.t("common.cancel")).go(if leads { "/settings/users" } else { "/user" }.to_owned()),
                Button::new(visit.fill("handover.begin", &[("n", &total.to_string())])).primary().submit(),
            ]))
        }
    };
    let status = if issues.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    frame(visit, person, &body, status)
}

fn is_gone(person: &Visible) -> bool {
    person.get("active").as_bool() == Some(false)
}

fn line(
    visit: &Visit,
    person: RecordId,
    post: &Post,
    params: &Params,
    titles: &Titles,
    issues: &[Issue],
) -> Markup {
    let object = &post.object;
    let what = if post.field.name == "owner" {
        object.plural_label(visit.locale()).to_owned()
    } else {
        let (object, field) = (object.label.get(visit.locale()), post.field.label.get(visit.locale()));
        visit.fill("handover.field_of", &[("object", object), ("field", field)])
    };
    let count = guanxi_gate::words::grouped(&post.count.to_string());
    // Whoever may see the records can give single ones away first, from the list.
    let list = visit.may(&object.name, action::READ).then(|| {
        let filter = Expr::eq(&post.field.name, Expr::Id(person)).to_string();
        format!("/{}?view=all&filter={}", object.name, encode(&filter))
    });
    markup! {
        tr {
            th scope="row" { (what) }
            td .num {
                @match list { Some(url) => a .link href=(url) { (count) }, None => (count) }
                @if post.deleted > 0 { " " small .muted { (visit.fill("handover.deleted", &[("n", &post.deleted.to_string())])) } }
            }
            td { (picker(visit, &post.name(), &what, None, params, titles, issues)) }
        }
    }
}

/// One or several people.
fn picker(
    visit: &Visit,
    name: &str,
    label: &str,
    hint: Option<&str>,
    params: &Params,
    titles: &Titles,
    issues: &[Issue],
) -> Markup {
    let picked =
        params.all(name).filter_map(|id| Some(ui::Choice::new(id, titles.get(id.parse().ok()?)?))).collect();
    let error = issues.iter().find(|issue| issue.field.as_deref() == Some(name));
    ui::form_field(&ui::Field {
        id: format!("in-{}", name.replace('.', "-")),
        name: name.to_owned(),
        label: label.to_owned(),
        hint: hint.unwrap_or_default().to_owned(),
        error: error.map(|issue| answer::say(visit, issue)),
        widget: Widget::Reference { object: "user".to_owned(), multiple: true, picked },
        wide: true,
        ..ui::Field::default()
    })
}

/// How far it has come, and what came of it.
fn progress(visit: &Visit, person: RecordId, state: &Running) -> Markup {
    let whole = |n: i64| u32::try_from(n).unwrap_or(u32::MAX);
    let grouped = |n: i64| guanxi_gate::words::grouped(&n.to_string());
    match &state.end {
        None => markup! {
            div id="handover-progress" aria-live="polite" hx-get={ "/handover/" (person) "?progress=1" } hx-trigger="every 1s" hx-swap="outerHTML" {
                (ui::progress(whole(state.moved), whole(state.of.max(1)), Tone::Plain, visit.t("handover.running"), &format!("{} / {}", grouped(state.moved), grouped(state.of))))
            }
        },
        Some(Err(text)) => markup! {
            div id="handover-progress" {
                (ui::notice(Tone::Bad, &markup! { (text) }, None))
                p { a .link href={ "/handover/" (person) } { (visit.t("handover.again")) } }
            }
        },
        Some(Ok(done)) => outcome(visit, person, done),
    }
}

fn outcome(visit: &Visit, person: RecordId, done: &Progress) -> Markup {
    let people: Vec<RecordId> = done.moved.values().flat_map(|moved| moved.keys().copied()).collect();
    let titles = crate::pages::form::input::names(visit, "user", &people).unwrap_or_default();
    let rows: Vec<Vec<Markup>> = done
        .moved
        .iter()
        .flat_map(|(post, moved)| moved.iter().map(move |(to, n)| (post, *to, *n)))
        .map(|(post, to, n)| {
            let (object, field) = post.split_once('.').unwrap_or((post, ""));
            let object = visit.gate().object(object).ok();
            let label =
                object.as_ref().map(|object| object.label.get(visit.locale()).to_owned()).unwrap_or_default();
            let field = object.as_ref().filter(|_| field != "owner").and_then(|object| {
                object.field(field).map(|field| field.label.get(visit.locale()).to_owned())
            });
            let what = match field {
                Some(field) => visit.fill("handover.field_of", &[("object", &label), ("field", &field)]),
                None => label,
            };
            let name = titles.get(to).unwrap_or_default().to_owned();
            vec![
                markup! { (what) },
                markup! { (name) },
                markup! { (guanxi_gate::words::grouped(&n.to_string())) },
            ]
        })
        .collect();
    let key = if done.plan.leaves { "handover.done_left" } else { "handover.done" };
    let leads = visit.ctx().rights.may_set("users");
    markup! {
        div id="handover-progress" .stack {
            (ui::notice(Tone::Ok, &markup! { (visit.fill(key, &[("n", &done.total().to_string())])) }, None))
            @if let Some((n, reason)) = &done.stayed {
                @let why = crate::error::say_message(visit.gate().phrases(), visit.locale(), reason);
                (ui::notice(Tone::Warn, &markup! { (visit.fill("handover.stayed", &[("n", &n.to_string()), ("why", &why)])) }, None))
            }
            @if !rows.is_empty() {
                (super::settings::table(&[visit.t("handover.what"), visit.t("handover.to"), visit.t("handover.count")], &rows))
            }
            div .form-bar {
                @if !leads { (Button::new(visit.t("handover.again")).go(format!("/handover/{person}"))) }
                (Button::new(visit.t("common.close")).primary().go(if leads { "/settings/users" } else { "/user" }.to_owned()))
            }
        }
    }
}
