//! Today's to-dos: each counter with what is due today, what is late and what was dealt with, and the verb that
//! deals with one of them or with all.

use crate::{
    page::Page,
    pages::list,
    session::{Answer, Params, Visit, encode},
    show::{self, Showing},
    ui::{self, Bar, Button, Tab},
};
use guanxi_crm::office::todo::{State, Todo, todos};
use guanxi_gate::{Error, Page as Rows, Visible};
use guanxi_model::{Object, Query, expr};
use maud::{Markup, html};

/// Rows shown here; the list has the rest.
const SHOWN: usize = 50;
/// Facts beside the name of a row.
const FACTS: usize = 3;

/// The address of a counter's state.
pub fn url(counter: &str, state: &str) -> String {
    format!("/todo?counter={counter}&state={state}")
}

/// `GET /todo?counter=&state=today|overdue|done`
///
/// # Errors
/// When the set cannot be read.
pub async fn show(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .page(move |visit| -> Result<Page, Error> {
            let todos = todos(visit.gate(), visit.ctx())?;
            let named = todos.iter().find(|todo| Some(todo.name) == params.get("counter"));
            let chosen = named.or_else(|| todos.iter().find(|todo| todo.open() > 0)).or(todos.first());
            let title = visit.t("home.to_do").to_owned();
            let main = html! {
                (ui::bar(&Bar { title: title.clone(), ..Bar::default() }))
                @if let Some(chosen) = chosen {
                    (counters(visit, &todos, chosen.name))
                    (one(visit, chosen, params.get("state"))?)
                } @else {
                    (nothing(visit))
                }
            };
            Ok(Page { title, menu: "home".to_owned(), main, ..Page::default() })
        })
        .await
}

fn counters(visit: &Visit, todos: &[Todo], chosen: &str) -> Markup {
    let tabs: Vec<Tab> = todos
        .iter()
        .map(|todo| Tab {
            label: todo.label.clone(),
            count: Some(list::capped(todo.open())),
            href: url(todo.name, ""),
            icon: Some(todo.icon.to_owned()),
            current: todo.name == chosen,
            ..Tab::default()
        })
        .collect();
    ui::view_tabs(visit.t("home.to_do"), &tabs, None)
}

fn one(visit: &Visit, todo: &Todo, wanted: Option<&str>) -> Result<Markup, Error> {
    let states: Vec<(&str, &'static str, &State)> = [
        ("today", "todo.today", Some(&todo.today)),
        ("overdue", "todo.overdue", todo.overdue.as_ref()),
        ("done", "todo.done", todo.done.as_ref()),
    ]
    .into_iter()
    .filter_map(|(name, key, state)| Some((name, key, state?)))
    .collect();
    let first = if todo.today.count == 0 && todo.late() > 0 { "overdue" } else { "today" };
    let wanted = wanted.filter(|wanted| states.iter().any(|(name, ..)| name == wanted)).unwrap_or(first);
    let Some((name, _, state)) = states.iter().find(|(name, ..)| *name == wanted) else {
        return Ok(nothing(visit));
    };
    let segments: Vec<(String, String, String, bool)> = states
        .iter()
        .map(|(name, key, state)| {
            let label = format!("{} {}", visit.t(key), list::capped(state.count));
            (String::new(), label, url(todo.name, name), *name == wanted)
        })
        .collect();
    let object = visit.gate().object(todo.object)?;
    let rows = rows(visit, &object, state.filter)?;
    let whole = format!("/{}?view=all&filter={}", todo.object, encode(state.filter));
    let verb = todo.verb.filter(|_| *name != "done");
    Ok(html! {
        div .tools.todo-tools {
            (ui::segmented(&todo.label, &segments))
            div .end {
                @if let Some(all) = verb.and_then(|verb| all(visit, &object, verb, state.filter, rows.rows.len())) { (all) }
                (Button::new(visit.t("todo.list")).small().ghost().icon("external-link").go(whole))
            }
        }
        @if rows.rows.is_empty() {
            (nothing(visit))
        } @else {
            ul .todo-rows.scroll-end id="todo-rows" {
                @for row in &rows.rows { (line(visit, &object, row, &rows, verb)) }
            }
        }
    })
}

fn rows(visit: &Visit, object: &Object, filter: &str) -> Result<Rows, Error> {
    let mut fields = vec![object.title.clone()];
    fields.extend(object.list.card.iter().filter(|field| **field != object.title).cloned());
    fields.extend(object.status.iter().cloned());
    let mut query = Query::of(&object.name).fields(fields).filter(expr::parse(filter)?).limit(SHOWN);
    if !object.list.sort.is_empty() {
        query = query.sort(&object.list.sort);
    }
    visit.gate().list(visit.ctx(), &query)
}

/// Deals with all of them at once, where the verb is one for many.
fn all(visit: &Visit, object: &Object, verb: &str, filter: &str, shown: usize) -> Option<Markup> {
    let def = object.verb(verb).filter(|def| def.bulk && shown > 1)?;
    let url = format!("/{}/bulk?do={verb}&all=1&view=all&filter={}", object.name, encode(filter));
    let label = visit.fill("todo.all", &[("verb", def.label.get(visit.locale()))]);
    Some(html! { (Button::new(label).small().icon("check-check").dialog(url)) })
}

fn line(visit: &Visit, object: &Object, row: &Visible, rows: &Rows, verb: Option<&str>) -> Markup {
    let showing = Showing { ctx: visit.ctx(), titles: &rows.titles, object, record: Some(row) };
    let facts = object
        .list
        .card
        .iter()
        .filter(|name| **name != object.title)
        .filter_map(|name| Some((object.field(name)?, row.cell(name)?)))
        .filter(|(field, _)| !row.get(&field.name).is_null())
        .take(FACTS);
    let def = verb.and_then(|verb| object.verb(verb)).filter(|def| row.may.act(&def.name));
    html! {
        li id={ "t-" (row.id) } {
            a .name href={ "/" (object.name) "/" (row.id) } { span .ell title=(row.title()) { (row.title()) } }
            span .facts-line { @for (field, cell) in facts { (show::show(showing, field, Some(cell))) } }
            @if let Some(def) = def {
                @let url = format!("/{}/{}/{}", object.name, row.id, def.name);
                @let button = Button::new(def.label.get(visit.locale())).small().icon(&def.icon);
                @if def.form.is_empty() { (button.post(url)) } @else { (button.dialog(url)) }
            }
        }
    }
}

fn nothing(visit: &Visit) -> Markup {
    ui::empty_state(&ui::Empty {
        icon: "circle-check".to_owned(),
        title: visit.t("home.nothing_to_do").to_owned(),
        text: visit.t("todo.nothing").to_owned(),
        ..ui::Empty::default()
    })
}
