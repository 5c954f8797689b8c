//! What stands around the records, whatever their layout: header, tabs, conditions, sort and columns.

use super::state::{State, is_sortable};
use crate::{
    pages::pool,
    session::{Visit, encode},
    ui::{self, Act, Bar, Button, Chip, Menu, MenuItem, Tab},
};
use guanxi_model::{Object, access::action, registry::resolve_path};
use maud::{Markup, html};
use serde_json::json;
use std::collections::HashMap;

/// Header, tabs and tools around a body. `known` is the number of records, when it is already known.
pub fn frame(visit: &Visit, state: &State, chips: &[Chip], known: Option<usize>, body: &Markup) -> Markup {
    let object = &state.object;
    let lazy = state.sub_url("facts", &[("layout", &state.layout)]);
    let counts = visit.app.last_counts(visit.ctx().subject.user, &object.name);
    let total = known.map_or_else(|| last_total(state, &counts), |n| n.to_string());
    html! {
        div .list-page.has-fab data-density=[density_of(visit)] {
            @let count = html! { span #list-count .sub { (total) } };
            @if let Some(pool) = state.pool {
                (pool::bar(visit, pool, &count))
            } @else {
                (bar(visit, object, &count, &extra(visit, state)))
            }
            (tabs(visit, state, &counts))
            @if let Some(pool) = state.pool { (pool::rules_line(visit, pool)) }
            (tools(visit, state, chips))
            (body)
            @if state.pool.is_none() && may_create(visit, object) {
                (ui::fab("plus", &new_label(visit, object), &Act::Go(new_url(object))))
            }
            // A name of its own each time, or a morph would take it for the one that was loaded already.
            span id={ "facts-" (visit.app.trace_id()) } hidden hx-get=(lazy) hx-trigger="load" hx-swap="none" {}
        }
    }
}

/// How many the list held when its reader saw it last; nothing for a list that was narrowed since.
pub fn last_total(state: &State, counts: &HashMap<String, String>) -> String {
    let same = state.filter.trim() == state.view.filter.trim() && state.q.is_empty();
    counts.get(&state.view.name).filter(|_| same).cloned().unwrap_or_default()
}

/// The header of an object's pages.
pub fn bar(visit: &Visit, object: &Object, start: &Markup, extra: &Markup) -> Markup {
    ui::bar(&Bar {
        title: object.plural_label(visit.locale()).to_owned(),
        start: Some(start.clone()),
        actions: Some(html! {
            (ui::Button::icon_only("moon", visit.t("nav.theme")).run("theme").hide_small())
            (ui::Button::icon_only("bell", visit.t("nav.bell")).go("/notices").hide_small())
            (extra)
            @if may_create(visit, object) {
                (Button::new(new_label(visit, object)).primary().icon("plus").key("C").go(new_url(object)).hide_small())
            }
        }),
        ..Bar::default()
    })
}

fn extra(visit: &Visit, state: &State) -> Markup {
    let object = &state.object;
    html! {
        @if object.name == "pool" && visit.may("customer_quota", action::READ) {
            (Button::new(visit.t("pool.quotas")).icon("package").go("/customer_quota").hide_small())
        }
        // A portrait is of a filter; what a search finds is no filter.
        @if object.name == "customer" && visit.ctx().rights.may_report("portrait") && state.q.is_empty() {
            (Button::icon_only("scan-search", visit.t("list.portrait")).go(portrait_url(state)).hide_small())
        }
        @if object.name == "customer" && visit.ctx().rights.may_report("look_alikes") && state.q.is_empty() {
            (Button::icon_only("users-round", visit.t("list.look_alikes")).go(look_alikes_url(state)).hide_small())
        }
        @if visit.may(&object.name, action::EXPORT) {
            (Button::icon_only("download", visit.t("list.export")).dialog(export_url(state)).hide_small())
        }
        @if may_import(visit, object) {
            (Button::new(visit.t("list.import")).icon("upload").go(import_url(object)).hide_small())
        }
    }
}

/// What stands out in those whom the list shows.
fn portrait_url(state: &State) -> String {
    let filter = state.expr.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("/report/portrait?filter={}", encode(&filter))
}

/// Who else resembles those whom the list shows; nothing is chosen where it shows everybody.
fn look_alikes_url(state: &State) -> String {
    match &state.expr {
        Some(filter) => format!("/report/look_alikes?filter={}", encode(&filter.to_string())),
        None => "/report/look_alikes".to_owned(),
    }
}

/// What the list holds, with the columns it shows.
fn export_url(state: &State) -> String {
    state.sub_url("bulk", &[("do", "export"), ("all", "1"), ("columns", &state.columns.join(","))])
}

/// Whether the reader may make a record by a form.
pub fn may_create(visit: &Visit, object: &Object) -> bool {
    !object.access.program_only && visit.may(&object.name, action::CREATE)
}

/// Whether the reader may bring records in from a file.
pub fn may_import(visit: &Visit, object: &Object) -> bool {
    may_create(visit, object) && visit.may(&object.name, action::IMPORT)
}

/// The address of the import wizard.
pub fn import_url(object: &Object) -> String {
    format!("/import?object={}", object.name)
}

fn new_label(visit: &Visit, object: &Object) -> String {
    visit.fill("common.new", &[("object", object.label.get(visit.locale()))])
}

fn new_url(object: &Object) -> String {
    format!("/{}/new", object.name)
}

fn tabs(visit: &Visit, state: &State, counts: &HashMap<String, String>) -> Markup {
    let object = &state.object;
    let tabs: Vec<Tab> = state
        .views
        .iter()
        // Pools are a place of their own: there one sees pools, elsewhere everything else.
        .filter(|view| view.name.starts_with("pool-") == state.pool.is_some())
        .map(|view| Tab {
            label: view.label.clone(),
            count: Some(counts.get(&view.name).cloned().unwrap_or_default()),
            href: format!("/{}?view={}", object.name, crate::session::encode(&view.name)),
            icon: (view.mine && view.id.is_some()).then(|| "star".to_owned()),
            current: view.name == state.view.name,
            id: Some(format!("tab-{}", view.name)),
        })
        .collect();
    let mut layouts = vec![("table", "table", visit.t("layout.table"))];
    layouts.extend(object.boards.iter().map(|board| match board.label.get(visit.locale()) {
        "" => (board.layout.as_str(), "kanban", visit.t("layout.board")),
        label => (board.layout.as_str(), "layers", label),
    }));
    if object.calendar.is_some() {
        layouts.push(("calendar", "calendar", visit.t("layout.calendar")));
    }
    let layouts: Vec<(String, String, String, bool)> = layouts
        .into_iter()
        .map(|(name, icon, label)| {
            (icon.to_owned(), label.to_owned(), state.url(&[("layout", Some(name))]), state.layout == name)
        })
        .collect();
    let end = html! {
        (own_view(visit, state))
        @if layouts.len() > 1 { (ui::segmented(visit.t("layout.label"), &layouts)) }
    };
    ui::view_tabs(visit.t("list.views"), &tabs, Some(&end))
}

/// What can be done with the view itself.
fn own_view(visit: &Visit, state: &State) -> Markup {
    let view = &state.view;
    let id = view.id.filter(|_| view.mine);
    html! {
        @if let Some(id) = id {
            (Button::icon_only("ellipsis", visit.t("view.menu")).small().menu("view-menu"))
            (ui::menu(&Menu {
                id: "view-menu".to_owned(),
                label: visit.t("view.menu").to_owned(),
                items: vec![
                    MenuItem::new("pencil", visit.t("view.rename"), Act::Dialog(format!("/{}/views/{id}", state.object.name))),
                    MenuItem::new("share-2", visit.t("view.share"), Act::Dialog(format!("/{}/views/{id}", state.object.name))),
                    MenuItem::Rule,
                    MenuItem::danger("trash-2", visit.t("view.delete"), Act::Post(format!("/{}/views/{id}/delete", state.object.name))),
                ],
            }))
        }
        (Button::new(visit.t("view.new")).icon("plus").ghost().small().dialog(save_url(state)).hide_small())
    }
}

fn save_url(state: &State) -> String {
    let columns = state.columns.join(",");
    let sort = state.sort.join(",");
    let (pin, widths) = (state.shape.pin(), state.shape.widths());
    let more = [
        ("columns", &columns),
        ("sort", &sort),
        ("layout", &state.layout),
        ("pin", &pin),
        ("widths", &widths),
    ];
    state.sub_url("views/new", &more.map(|(name, value)| (name, value.as_str())))
}

fn tools(visit: &Visit, state: &State, chips: &[Chip]) -> Markup {
    html! {
        div .tools {
            @for chip in chips { (ui::chip(chip)) }
            (filter(visit, state))
            @if state.layout == "table" {
                (sort(visit, state))
                (columns(visit, state))
                (density(visit, state))
            }
            (search(visit, state))
            @if state.changed {
                div .end {
                    span .muted.hide-s { (visit.t("view.changed")) }
                    (Button::new(visit.t("view.restore")).ghost().small().go(format!("/{}?view={}", state.object.name, crate::session::encode(&state.view.name))))
                    (Button::new(visit.t("view.save")).small().dialog(save_url(state)))
                }
            }
        }
    }
}

/// The filter builder is an island that writes into the address; chips say what it wrote.
fn filter(visit: &Visit, state: &State) -> Markup {
    html! {
        filter-button data-object=(state.object.name) data-filter=(state.filter) data-count={ "/" (state.object.name) "/count" } {
            (opener("filter", visit.t("list.filter")))
        }
    }
}

fn opener(icon: &str, label: &str) -> Markup {
    html! {
        button .btn.ghost.sz-s type="button" data-open aria-haspopup="dialog" aria-expanded="false" {
            (ui::icon(icon))
            span .label { (label) }
        }
    }
}

fn sort(visit: &Visit, state: &State) -> Markup {
    let object = &state.object;
    let current = state.sort.first().map(|sort| guanxi_model::query::Sort::parse(sort));
    let label_of =
        |name: &str| object.field(name).map_or(name, |field| field.label.get(visit.locale())).to_owned();
    let (label, arrow) = match &current {
        Some(sort) => (label_of(&sort.field), Some(if sort.descending { "arrow-down" } else { "arrow-up" })),
        None => (visit.t("list.sort").to_owned(), None),
    };
    let shown = state.columns.iter().filter_map(|column| object.field(column));
    let mut items: Vec<MenuItem> = shown
        .filter(|field| is_sortable(field))
        .map(|field| {
            let is_current = current.as_ref().is_some_and(|sort| sort.field == field.name);
            let name = field.name.as_str();
            MenuItem::choice(
                field.label.get(visit.locale()),
                Act::Go(state.url(&[("sort", Some(name))])),
                is_current,
            )
        })
        .collect();
    if let Some(sort) = &current {
        let url = |descending: bool| {
            state.url(&[("sort", Some(&format!("{}{}", if descending { "-" } else { "" }, sort.field)))])
        };
        items.push(MenuItem::Rule);
        items.push(MenuItem::choice(visit.t("list.ascending"), Act::Go(url(false)), !sort.descending));
        items.push(MenuItem::choice(visit.t("list.descending"), Act::Go(url(true)), sort.descending));
    }
    let mut button = Button::new(label).icon("arrow-up-down").ghost().small().menu("sort-menu");
    if let Some(arrow) = arrow {
        button = button.end_icon(arrow);
    }
    html! {
        (button)
        (ui::menu(&Menu { id: "sort-menu".to_owned(), label: visit.t("list.sort").to_owned(), items }))
    }
}

/// Which columns, in which order.
fn columns(visit: &Visit, state: &State) -> Markup {
    let object = &state.object;
    let registry = visit.gate().registry();
    let label = |path: &str| match resolve_path(&registry, object, path) {
        Some((owner, field)) if path.contains('.') => {
            format!("{} · {}", owner.label.get(visit.locale()), field.label.get(visit.locale()))
        }
        Some((_, field)) => field.label.get(visit.locale()).to_owned(),
        None => path.to_owned(),
    };
    let shown = state.columns.iter().map(|path| {
        json!({
            "field": path, "label": label(path), "shown": true, "fixed": *path == object.title,
            "pinned": state.shape.is_pinned(path), "width": state.shape.width(path),
        })
    });
    let columns: serde_json::Value = shown.collect();
    html! {
        column-button data-object=(object.name) {
            (opener("columns-3", visit.t("list.columns")))
            (ui::json_script(None, &columns))
        }
    }
}

/// The height of rows: the one just chosen, else what this browser keeps.
fn density_of(visit: &Visit) -> Option<String> {
    visit.asks.param("density").or_else(|| visit.asks.density.clone())
}

fn density(visit: &Visit, state: &State) -> Markup {
    let now = density_of(visit).unwrap_or_else(|| "normal".to_owned());
    let item = |name: &str, key: &'static str| {
        MenuItem::choice(visit.t(key), Act::Go(state.url(&[("density", Some(name))])), now == name)
    };
    html! {
        (Button::icon_only("rows-3", visit.t("list.density")).small().menu("density-menu").hide_small())
        (ui::menu(&Menu {
            id: "density-menu".to_owned(),
            label: visit.t("list.density").to_owned(),
            items: vec![item("compact", "list.compact"), item("normal", "list.normal"), item("relaxed", "list.relaxed")],
        }))
    }
}

fn search(visit: &Visit, state: &State) -> Markup {
    html! {
        form .field-search method="get" action={ "/" (state.object.name) } role="search" {
            (hidden(state, &["q"]))
            span .input.affix.sz-s {
                (ui::icon("search"))
                input type="search" name="q" value=(state.q) placeholder=(visit.t("list.search")) aria-label=(visit.t("list.search")) autocomplete="off";
            }
        }
    }
}

/// The state of the list as hidden inputs of a form that changes one part of it.
fn hidden(state: &State, without: &[&str]) -> Markup {
    let url = state.url(&without.iter().map(|name| (*name, None)).collect::<Vec<_>>());
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let params = crate::session::Params::parse(query);
    html! {
        @for (name, value) in params.pairs() { input type="hidden" name=(name) value=(value); }
    }
}
