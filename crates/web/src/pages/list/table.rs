//! The table, its cards for phones, and what stands there when there is nothing.

use super::{
    chips, named,
    state::{GROW, State, is_sortable},
    tools,
};
use crate::{
    pages::inline,
    session::Visit,
    show::{self, Showing},
    ui::{self, Button, Column, Empty, EmptyKind, Grid, GridTexts, KeyHint, Pager, Row, RowCard, Sort},
};
use guanxi_gate::{Cell, Error, Page, Titles, Visible};
use guanxi_model::{
    Field, FieldKind, Object, RecordId, Registry, Value, access::action, expr::Expr, registry::resolve_path,
};
use maud::{Markup, html};
use serde_json::json;
use std::{collections::HashSet, sync::LazyLock};

/// The whole content of the page.
pub fn draw(visit: &Visit, state: &State) -> Result<Markup, Error> {
    let page = visit.gate().list(visit.ctx(), &state.query()?)?;
    let titles = named(visit, state, page.titles.clone())?;
    let chips = chips::chips(visit, state, &titles);
    let body = if page.rows.is_empty() { nothing(visit, state) } else { filled(visit, state, &page) };
    let known = (state.after.is_none() && page.next.is_none()).then_some(page.rows.len());
    Ok(tools::frame(visit, state, &chips, known, &body))
}

/// The rows that follow.
pub fn rows(visit: &Visit, state: &State) -> Result<Markup, Error> {
    let page = visit.gate().list(visit.ctx(), &state.query()?)?;
    let grid = grid(visit, state, &page);
    Ok(html! {
        (ui::grid_rows(&grid))
        (turn(visit, state, &page))
    })
}

/// One row of a list as it stands now, for an edit's answer or a live change.
pub fn row(visit: &Visit, state: &State, id: RecordId) -> Result<Markup, Error> {
    let mut query = state.query()?;
    query.filter = Some(Expr::eq("id", id));
    query.search = None;
    query.after = None;
    let page = visit.gate().list(visit.ctx(), &query)?;
    let grid = grid(visit, state, &page);
    let row = grid.rows.first().ok_or(Error::NotFound)?;
    // A bare <tr> is dropped by parsers outside a table.
    Ok(html! { table { tbody { (ui::grid_row(&grid, row)) } } })
}

/// A list whose filter could not be understood.
pub fn refused(visit: &Visit, state: &State) -> Markup {
    let message = state
        .bad_filter
        .as_ref()
        .map(|m| crate::error::say_message(visit.gate().phrases(), visit.locale(), m));
    let empty = ui::empty_state(&Empty {
        kind: EmptyKind::Failed,
        title: visit.t("list.bad_filter").to_owned(),
        text: message.unwrap_or_default(),
        actions: Some(
            html! { (Button::new(visit.t("list.clear")).primary().go(state.url(&[("filter", Some("")), ("q", None)]))) },
        ),
        ..Empty::default()
    });
    tools::frame(visit, state, &[], None, &empty)
}

fn filled(visit: &Visit, state: &State, page: &Page) -> Markup {
    let mut grid = grid(visit, state, page);
    grid.footer = Vec::new();
    let from = state.from_here();
    let cards: Vec<RowCard> =
        page.rows.iter().map(|row| card(visit, state, &from, row, &page.titles)).collect();
    let next = page.next.as_deref().map(|cursor| next_page(state, cursor, state.from + page.rows.len()));
    let more = visit.t("list.more");
    html! {
        (ui::data_grid(&grid))
        (ui::row_cards(&cards, next.as_deref().map(|url| (url, more))))
        (bulk(visit, state))
        (foot(visit, state, page, next))
    }
}

/// The line under the table. Counts and sums come by themselves, after the rows.
fn foot(visit: &Visit, state: &State, page: &Page, next: Option<String>) -> Markup {
    let hint = |keys: &[&str], label: &'static str| KeyHint {
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        label: visit.t(label).to_owned(),
    };
    let first = state.from + 1;
    let known = state.after.is_none() && page.next.is_none();
    let counts = visit.app.last_counts(visit.ctx().subject.user, &state.object.name);
    let total = if known { page.rows.len().to_string() } else { tools::last_total(state, &counts) };
    let total = if total.is_empty() { total } else { visit.fill("list.total", &[("n", &total)]) };
    ui::pager(&Pager {
        facts: vec![html! { span #fact-total { (total) } }, html! { span #fact-sums {} }],
        keys: vec![
            hint(&["J", "K"], "keys.move"),
            hint(&["X"], "keys.select"),
            hint(&["↵"], "keys.edit"),
            hint(&["Space"], "keys.peek"),
            hint(&["?"], "keys.all"),
        ],
        range: format!("{first}\u{2013}{}", state.from + page.rows.len()),
        previous: (state.from > 0).then(|| state.url(&[])),
        next: if state.from > 0 || !next_grows(state, page) { next } else { None },
        labels: (visit.t("list.first_page").to_owned(), visit.t("list.next_page").to_owned()),
    })
}

fn next_grows(state: &State, page: &Page) -> bool {
    state.from % GROW + page.rows.len() < GROW
}

fn next_page(state: &State, cursor: &str, from: usize) -> String {
    // The number of rows before it travels with the place, so that whoever drops one drops both.
    state.url(&[("cursor", Some(&format!("{from}.{cursor}")))])
}

/// After 200 rows the list goes on with a page of its own, because longer tables grow slow.
fn turn(visit: &Visit, state: &State, page: &Page) -> Markup {
    html! {
        @if let (Some(cursor), false) = (&page.next, next_grows(state, page)) {
            tr .more-row {
                td colspan=(state.columns.len() + 1) {
                    a .btn.sz-s href=(next_page(state, cursor, state.from + page.rows.len())) { (visit.t("list.next_page")) }
                }
            }
        }
    }
}

/// The grid with these rows.
pub fn grid(visit: &Visit, state: &State, page: &Page) -> Grid {
    let registry = visit.gate().registry();
    let object = &state.object;
    let fields: Vec<(&str, &Object, &Field)> = state
        .columns
        .iter()
        .filter_map(|path| {
            resolve_path(&registry, object, path).map(|(owner, field)| (path.as_str(), owner, field))
        })
        .collect();
    let locks = Locks {
        computed: visit.t("list.computed"),
        by_verb: visit.t("list.by_verb"),
        no_right: visit.t("list.no_right"),
    };
    let paths: Vec<String> = fields.iter().map(|(path, ..)| (*path).to_owned()).collect();
    let columns = fields
        .iter()
        .zip(state.shape.layout(&paths))
        .map(|((path, _, field), (width, still))| {
            let locked = locks.of_column(path, field).map(str::to_owned);
            Column { width, still, locked, ..column(visit, state, path, field) }
        })
        .collect();
    let from = state.from_here();
    let rows = page
        .rows
        .iter()
        .map(|row| {
            let href = format!("/{}/{}?from={from}", object.name, row.id);
            let showing = Showing { ctx: visit.ctx(), titles: &page.titles, object, record: Some(row) };
            let title = row.title();
            let cells = fields
                .iter()
                .enumerate()
                .map(|(position, (path, owner, field))| {
                    let mut cell =
                        cell(visit, Showing { object: owner, ..showing }, &locks, row, path, field);
                    if position == 0 {
                        cell.body = ui::name_cell(&avatar(object, row, &title), &title, &href);
                    }
                    cell
                })
                .collect();
            Row { id: row.id.to_string(), version: row.version, cells }
        })
        .collect();
    let grows = next_grows(state, page);
    Grid {
        object: object.name.clone(),
        columns,
        rows,
        texts: GridTexts {
            caption: object.plural_label(visit.locale()).to_owned(),
            select_page: visit.t("list.select_page").to_owned(),
            select_row: visit.t("list.select_row").to_owned(),
            peek: visit.t("list.peek").to_owned(),
        },
        footer: Vec::new(),
        selectable: selectable(visit, object),
        fields: meta(visit, &registry, object, |name| state.columns.iter().any(|shown| shown == name)),
        more: page.next.as_deref().filter(|_| grows).map(|cursor| {
            (next_page(state, cursor, state.from + page.rows.len()), visit.t("list.more").to_owned())
        }),
        has_cards: true,
    }
}

fn column(visit: &Visit, state: &State, path: &str, field: &Field) -> Column {
    let sort = (!path.contains('.') && is_sortable(field)).then(|| {
        let descending = state.sorted(path);
        let next = if descending == Some(false) { format!("-{path}") } else { path.to_owned() };
        Sort { href: state.url(&[("sort", Some(&next))]), descending }
    });
    Column {
        field: path.to_owned(),
        label: field.label.get(visit.locale()).to_owned(),
        icon: Some(show::icon_of(field).to_owned()),
        numeric: show::is_numeric(field),
        sort,
        ..Column::default()
    }
}

/// Why a cell cannot be edited.
struct Locks {
    computed: &'static str,
    by_verb: &'static str,
    no_right: &'static str,
}

impl Locks {
    /// Why no cell of a column can be edited, whoever looks.
    fn of_column(&self, path: &str, field: &Field) -> Option<&'static str> {
        let counted = matches!(field.kind, FieldKind::AutoNumber { .. });
        if path.contains('.') || field.is_computed() || counted {
            Some(self.computed)
        } else if field.read_only || field.fixed || field.name == "owner" {
            Some(self.by_verb)
        } else {
            None
        }
    }
}

fn cell(
    visit: &Visit,
    showing: Showing<'_>,
    locks: &Locks,
    row: &Visible,
    path: &str,
    field: &Field,
) -> ui::Cell {
    let value = row.cell(path);
    let of_column = locks.of_column(path, field);
    let editable = of_column.is_none() && inline::is_editable(row, field);
    let text = show::text(showing, field, value);
    ui::Cell {
        body: show::show(showing, field, value),
        value: value
            .filter(|_| editable)
            .and_then(|value| inline::editor_value(field, value, visit))
            .filter(|value| value.is_empty() || *value != text),
        edit: editable.then(|| field.value_kind().word().to_owned()),
        locked: (!editable && of_column.is_none()).then(|| locks.no_right.to_owned()),
    }
}

/// What editors and the filter builder know of the fields.
pub fn meta(
    visit: &Visit,
    registry: &Registry,
    object: &Object,
    wanted: impl Fn(&str) -> bool,
) -> serde_json::Value {
    let locale = visit.locale();
    let wanted = |field: &&Field| {
        wanted(&field.name)
            && !matches!(field.name.as_str(), "id" | "version" | "deleted_at")
            && super::may_see(visit, object, &field.name)
    };
    let fields = object.active_fields().filter(wanted).map(|field| {
        let mut meta = json!({
            "name": field.name,
            "label": field.label.get(locale),
            "kind": field.value_kind().word(),
        });
        if field.required {
            meta["required"] = json!(true);
        }
        let options: Vec<serde_json::Value> = field
            .options
            .iter()
            .filter(|option| !option.inactive)
            .map(|option| json!({ "value": option.value, "label": option.label.get(locale), "hue": option.hue }))
            .collect();
        if !options.is_empty() {
            meta["options"] = json!(options);
        }
        if let Some(target) = field.target().filter(|target| registry.object(target).is_some()) {
            meta["target"] = json!(target);
        }
        meta
    });
    fields.collect()
}

/// People are round, companies square; things have none.
pub fn avatar(object: &Object, row: &Visible, name: &str) -> Markup {
    use ui::AvatarKind::{Company, Person};
    let kind = match object.name.as_str() {
        "customer" if row.get("kind").as_text() == Some("person") => Person,
        "customer" => Company,
        "contact" | "user" => Person,
        _ => return html! {},
    };
    let known_by = if kind == Company { without_place(name) } else { name };
    ui::avatar(known_by, ui::hue_of(name), kind)
}

/// A company's name without the province or city it begins with, which half of the others begin with too.
fn without_place(name: &str) -> &str {
    static PLACES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        use guanxi_text::region::{children, provinces};
        let provinces = provinces();
        let cities = provinces.iter().flat_map(|(code, _)| children(code));
        provinces.iter().copied().chain(cities).map(|(_, name)| name.chars().take(2).collect()).collect()
    });
    match name.char_indices().nth(2) {
        Some((end, _)) if PLACES.contains(&name[..end]) => &name[end..],
        _ => name,
    }
}

fn card(visit: &Visit, state: &State, from: &str, row: &Visible, titles: &Titles) -> RowCard {
    let object = &state.object;
    let showing = Showing { ctx: visit.ctx(), titles, object, record: Some(row) };
    let mut card = RowCard {
        id: row.id.to_string(),
        href: format!("/{}/{}?from={from}", object.name, row.id),
        title: row.title(),
        ..RowCard::default()
    };
    card.avatar = match avatar(object, row, &card.title) {
        none if none.0.is_empty() => ui::avatar(&card.title, object.hue, ui::AvatarKind::Company),
        some => some,
    };
    let mut meta = Vec::new();
    // In a pool the card shows what the pool shows.
    let names = if state.pool.is_some() { &state.columns[1..] } else { &object.list.card[..] };
    for name in names {
        let Some(field) = object.field(name) else { continue };
        let cell = row.cell(name);
        match (field.value_kind(), cell) {
            (_, None | Some(Cell::Value(Value::Null))) => {}
            (FieldKind::Money { .. }, Some(Cell::Value(Value::Decimal(yuan)))) if card.amount.is_empty() => {
                card.amount = show::compact(*yuan, visit.locale());
            }
            (FieldKind::Date | FieldKind::Instant, _) if card.next.0.is_empty() => {
                card.next = show::show(showing, field, cell)
            }
            // A card has no room for an avatar within it.
            (FieldKind::User | FieldKind::Reference { .. } | FieldKind::AnyReference { .. }, _) => {
                meta.push(html! { span .ell { (show::text(showing, field, cell)) } });
            }
            _ => {
                let value = show::alone(showing, field, cell);
                meta.extend(value.map(|value| html! { span .ell { (value) } }));
            }
        }
    }
    card.meta = html! { @for part in meta.iter().take(3) { (part) } };
    card
}

fn selectable(visit: &Visit, object: &Object) -> bool {
    [action::BULK, action::TRANSFER, action::DELETE, action::EXPORT]
        .iter()
        .any(|action| visit.may(&object.name, action))
        || object.verbs.iter().any(|verb| verb.bulk && visit.may(&object.name, &verb.name))
}

/// What can be done with the selected rows.
fn bulk(visit: &Visit, state: &State) -> Markup {
    let object = &state.object;
    if !selectable(visit, object) {
        return html! {};
    }
    // What lies in a pool is claimed and handed out there, and nothing else is done to it.
    let pooled = state.pool;
    let of_pools = |verb: &str| object.access.pool.is_some() && matches!(verb, "claim" | "assign");
    let may = |action: &str| visit.may(&object.name, action) && (pooled.is_none() || of_pools(action));
    let ask = |what: &str| format!("/{}/bulk?do={what}", object.name);
    let mut actions = Vec::new();
    if may(action::TRANSFER) {
        actions.push(Button::new(visit.t("bulk.transfer")).icon("user-plus").dialog(ask("transfer")));
    }
    if may(action::BULK) && may(action::EDIT) {
        if object.field("tags").is_some() {
            actions.push(Button::new(visit.t("bulk.tag")).icon("tag").dialog(ask("tag")));
        }
        actions.push(Button::new(visit.t("bulk.edit")).icon("pencil").dialog(ask("edit")));
    }
    let administers = pooled.is_none_or(|pool| visit.ctx().subject.seat(pool).is_some_and(|seat| seat.admin));
    let fits = |verb: &&guanxi_model::VerbDef| {
        of_pools(&verb.name) == pooled.is_some() && (administers || verb.name != "assign")
    };
    for verb in object.verbs.iter().filter(|verb| verb.bulk && may(&verb.name)).filter(fits).take(4) {
        actions.push(
            Button::new(verb.label.get(visit.locale()))
                .icon(&verb.icon)
                .dialog(ask(&format!("verb.{}", verb.name))),
        );
    }
    if let Some(verb) = object.verb(guanxi_gate::merge::MERGE).filter(|verb| may(&verb.name)) {
        let url = format!("/{}/merge", object.name);
        actions.push(Button::new(verb.label.get(visit.locale())).icon(&verb.icon).dialog(url));
    }
    if may(action::EXPORT) {
        actions.push(Button::new(visit.t("bulk.export")).icon("download").dialog(ask("export")));
    }
    if may(action::DELETE) {
        actions.push(Button::new(visit.t("bulk.delete")).icon("trash-2").dialog(ask("delete")));
    }
    ui::bulk_bar(&ui::BulkBar {
        selected: visit.t("bulk.selected").to_owned(),
        select_all: visit.t("bulk.select_all").to_owned(),
        actions,
        clear: visit.t("bulk.clear").to_owned(),
    })
}

/// What stands in place of rows: nothing was made yet, or nothing matches.
fn nothing(visit: &Visit, state: &State) -> Markup {
    let object = &state.object;
    let label = object.label.get(visit.locale());
    if let (Some(_), false) =
        (state.pool, state.is_narrowed() && state.filter.trim() != state.view.filter.trim())
        && state.q.is_empty()
    {
        return ui::empty_state(&Empty {
            kind: EmptyKind::NothingYet,
            icon: "droplets".to_owned(),
            title: visit.t("pool.empty").to_owned(),
            text: visit.t("pool.empty_text").to_owned(),
            ..Empty::default()
        });
    }
    let creates = tools::may_create(visit, object);
    let new = || {
        Button::new(visit.fill("common.new", &[("object", label)]))
            .primary()
            .icon("plus")
            .go(format!("/{}/new", object.name))
    };
    let narrowed = !state.q.is_empty() || state.filter.trim() != state.view.filter.trim();
    let all = state.views.iter().find(|view| view.filter.trim().is_empty() && view.name != state.view.name);
    if narrowed {
        return ui::empty_state(&Empty {
            kind: EmptyKind::NoMatch,
            title: visit.fill("list.no_match", &[("object", label)]),
            text: visit.t("list.no_match_text").to_owned(),
            actions: Some(html! {
                (Button::new(visit.t("list.clear")).primary().icon("x").go(format!("/{}?view={}", object.name, state.view.name)))
                @if let Some(all) = all {
                    (Button::new(visit.fill("list.see_all", &[("view", &all.label)])).go(format!("/{}?view={}", object.name, all.name)))
                }
            }),
            ..Empty::default()
        });
    }
    ui::empty_state(&Empty {
        kind: EmptyKind::NothingYet,
        icon: object.icon.clone(),
        title: visit.fill("list.empty", &[("object", label)]),
        text: object.about.get(visit.locale()).to_owned(),
        actions: Some(html! {
            @if creates { (new()) }
            @if tools::may_import(visit, object) {
                (Button::new(visit.t("list.import")).icon("upload").go(tools::import_url(object)))
            }
            @if let Some(all) = all {
                (Button::new(visit.fill("list.see_all", &[("view", &all.label)])).go(format!("/{}?view={}", object.name, all.name)))
            }
        }),
        ..Empty::default()
    })
}
