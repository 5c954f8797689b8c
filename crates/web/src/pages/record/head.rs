//! The head of a record: name, tags, a line of facts, what can be done, the strip of facts, the path.

use crate::{
    pages::{inline, timeline, verb},
    session::Visit,
    show::{self, Showing},
    ui::{self, AvatarKind, Button, Fact, Menu, MenuItem, RecordHeader, Size, Stage, StagePath, StageState},
};
use guanxi_gate::{Cell, Entry, Titles, Visible};
use guanxi_model::{Field, FieldKind, Value, VerbDef, access::action};
use maud::{Markup, html as markup};

/// The head as an edit of a field sends it again; how long the record has stood in its stage is then left out.
pub fn head(visit: &Visit, record: &Visible, titles: &Titles) -> Markup {
    with_path(visit, record, titles, &[])
}

/// The head for the drawer, which has no room for buttons beside the name.
pub fn brief(visit: &Visit, record: &Visible, titles: &Titles) -> Markup {
    let header = RecordHeader {
        name: record.title(),
        hue: hue(record),
        kind: shape(record),
        tags: Some(tags(visit, record, titles)),
        line: line(visit, record, titles),
        actions: None,
        below: Some(markup! { (facts(visit, record, titles)) (beside(visit, record)) }),
    };
    markup! { div .peek-head { (ui::record_header(&header)) } }
}

/// What can be done, for the foot of the drawer.
pub fn buttons(visit: &Visit, record: &Visible) -> Markup {
    let url = format!("/{}/{}", record.object.name, record.id);
    let verbs = verb::offered(record);
    markup! {
        @if record.may.act(action::EDIT) { (Button::new(visit.t("record.edit")).icon("square-pen").small().dialog(format!("{url}/edit"))) }
        @for verb in verbs.iter().take(2) { (verb::button(visit, record, verb).small()) }
        span .spacer {}
        (Button::new(visit.t("record.open_page")).primary().small().go(url))
    }
}

/// The head of the page.
pub fn with_path(visit: &Visit, record: &Visible, titles: &Titles, events: &[Entry]) -> Markup {
    let below = markup! {
        (facts(visit, record, titles))
        (beside(visit, record))
        (path(visit, record, events))
        (inner_path(visit, record, events))
    };
    let header = RecordHeader {
        name: record.title(),
        hue: hue(record),
        kind: shape(record),
        tags: Some(tags(visit, record, titles)),
        line: line(visit, record, titles),
        actions: Some(actions(visit, record)),
        below: Some(below),
    };
    markup! { div id="record-head" { (ui::record_header(&header)) } }
}

/// A record's avatar: people are round, everything else is square.
pub fn avatar(record: &Visible, size: Size) -> Markup {
    ui::avatar_sized(&record.title(), hue(record), shape(record), size)
}

fn shape(record: &Visible) -> AvatarKind {
    let person = matches!(record.object.name.as_str(), "contact" | "user")
        || record.get("kind").as_text() == Some("person");
    if person { AvatarKind::Person } else { AvatarKind::Company }
}

fn hue(record: &Visible) -> u16 {
    match record.object.name.as_str() {
        "customer" | "contact" | "user" => ui::hue_of(&record.title()),
        _ if record.object.hue > 0 => record.object.hue,
        _ => ui::hue_of(&record.object.name),
    }
}

fn showing<'a>(visit: &'a Visit, record: &'a Visible, titles: &'a Titles) -> Showing<'a> {
    Showing { ctx: visit.ctx(), titles, object: &record.object, record: Some(record) }
}

fn filled<'a>(record: &'a Visible, name: &str) -> Option<(&'a Field, &'a Cell)> {
    let (field, cell) = (record.object.field(name)?, record.cell(name)?);
    let empty =
        matches!(cell, Cell::Value(Value::Null)) || matches!(cell, Cell::Masked(text) if text.is_empty());
    (!empty && !field.inactive).then_some((field, cell))
}

/// Choices of the line, drawn as tags beside the name: at most four, the status first.
fn tagged(record: &Visible) -> Vec<&str> {
    let object = &record.object;
    let mut names: Vec<&str> = object.status.as_deref().into_iter().collect();
    names.extend(object.record.line.iter().map(String::as_str));
    names.retain(|name| {
        filled(record, name).is_some_and(|(field, _)| matches!(field.value_kind(), FieldKind::Choice))
    });
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(*name));
    names.truncate(4);
    names
}

fn tags(visit: &Visit, record: &Visible, titles: &Titles) -> Markup {
    markup! {
        @for name in tagged(record) {
            @if let Some((field, cell)) = filled(record, name) { (show::show(showing(visit, record, titles), field, Some(cell))) }
        }
    }
}

fn line(visit: &Visit, record: &Visible, titles: &Titles) -> Vec<(Option<String>, Markup)> {
    let tags = tagged(record);
    let showing = showing(visit, record, titles);
    record
        .object
        .record
        .line
        .iter()
        .filter(|name| !tags.contains(&name.as_str()))
        .filter_map(|name| filled(record, name))
        .filter_map(|(field, cell)| {
            let icon = match field.value_kind() {
                FieldKind::Link => Some("globe"),
                FieldKind::Region | FieldKind::Address => Some("map-pin"),
                FieldKind::Phone => Some("phone"),
                FieldKind::Email => Some("mail"),
                _ => None,
            };
            Some((icon.map(str::to_owned), show::alone(showing, field, Some(cell))?))
        })
        .collect()
}

fn facts(visit: &Visit, record: &Visible, titles: &Titles) -> Markup {
    let showing = showing(visit, record, titles);
    let facts: Vec<Fact> = record
        .object
        .record
        .facts
        .iter()
        .filter_map(|name| Some((record.object.field(name)?, record.cell(name)?)))
        .map(|(field, cell)| {
            let body = match (field.value_kind(), cell) {
                (FieldKind::Money { .. }, Cell::Value(Value::Decimal(yuan))) => {
                    markup! { span title=(show::exact(*yuan)) { (show::compact(*yuan, visit.locale())) } }
                }
                _ => show::show(showing, field, Some(cell)),
            };
            Fact { label: field.label.get(visit.locale()).to_owned(), body, href: None }
        })
        .collect();
    markup! { @if !facts.is_empty() { (ui::fact_strip(&facts)) } }
}

/// The record that says how this one is to be treated, in one line: its name and what its card tells.
fn beside(visit: &Visit, record: &Visible) -> Markup {
    let Some(shown) = record.object.record.beside.as_deref().and_then(|path| follow(visit, record, path))
    else {
        return markup! {};
    };
    let (other, titles) = shown;
    let showing = showing(visit, &other, &titles);
    let fields = other.object.list.card.iter().filter_map(|name| filled(&other, name));
    markup! {
        p .beside {
            (ui::icon(&other.object.icon))
            b { (other.object.label.get(visit.locale())) " " (show::show(showing, other.object.title_field(), other.cell(&other.object.title))) }
            @for (field, cell) in fields {
                span { span .muted { (field.label.get(visit.locale())) } " " (show::show(showing, field, Some(cell))) }
            }
        }
    }
}

/// The record at the end of a path of references, when the reader may see it.
fn follow(visit: &Visit, record: &Visible, path: &str) -> Option<(Visible, Titles)> {
    let mut at: Option<(Visible, Titles)> = None;
    for name in path.split('.') {
        let here = at.as_ref().map_or(record, |(record, _)| record);
        let (target, id) = (here.object.field(name)?.target()?.to_owned(), here.get(name).as_ref()?);
        at = visit.gate().page_of(visit.ctx(), &target, id).ok();
        at.as_ref()?;
    }
    at
}

/// What can be done now: the verbs of the document, the main one primary, the rest in a menu.
fn actions(visit: &Visit, record: &Visible) -> Markup {
    let verbs = verb::offered(record);
    // Documents name verbs in the order of the life cycle, so the last main one leads on.
    let main = verbs.iter().rposition(|verb| verb.tone == "primary");
    let rest: Vec<&VerbDef> =
        verbs.iter().enumerate().filter(|(i, _)| Some(*i) != main).map(|(_, verb)| *verb).collect();
    // The path already offers the verbs that lead along it; the header keeps room for two more.
    let (shown, hidden) = rest.split_at(rest.len().min(2));
    let menu = Menu {
        id: "verb-menu".to_owned(),
        label: visit.t("record.more_actions").to_owned(),
        items: hidden
            .iter()
            .map(|verb| {
                let (label, act) = (verb.label.get(visit.locale()), verb::act(record, verb));
                if verb.tone == "danger" {
                    MenuItem::danger(&verb.icon, label, act)
                } else {
                    MenuItem::new(&verb.icon, label, act)
                }
            })
            .collect(),
    };
    let composes = crate::pages::compose::may_write(visit, record);
    let write = Button::new(visit.t("record.write")).icon("notebook-pen").key("F").go("#composer-text");
    let edit = Button::new(visit.t("record.edit"))
        .icon("square-pen")
        .key("E")
        .go(format!("/{}/{}/edit", record.object.name, record.id));
    markup! {
        @if !menu.items.is_empty() {
            (Button::icon_only("ellipsis", visit.t("record.more_actions")).menu(menu.id.clone()))
            (ui::menu(&menu))
        }
        @for verb in shown { (verb::button(visit, record, verb)) }
        @match main {
            Some(main) => {
                @if composes { (write) }
                (verb::button(visit, record, verbs[main]).primary())
            }
            None => {
                @if record.may.act(action::EDIT) {
                    @if composes { (edit) } @else { (edit.primary()) }
                }
                @if composes { (write.primary()) }
            }
        }
    }
}

/// The path through the values of one field. A stage that a verb leads to asks what the verb asks.
fn path(visit: &Visit, record: &Visible, events: &[Entry]) -> Markup {
    let Some(name) = record.object.record.path.as_deref() else { return markup! {} };
    steps(visit, record, events, name, "path", None)
}

/// The stages inside one step of the life cycle, while the record is in it.
fn inner_path(visit: &Visit, record: &Visible, events: &[Entry]) -> Markup {
    let object = &record.object;
    let Some(field) = object.record.inner_path.as_deref().and_then(|name| object.field(name)) else {
        return markup! {};
    };
    let closed = object.record.closed.as_deref();
    let closed = closed.is_some_and(|it| visit.gate().holds(visit.ctx(), record, it) == Some(true));
    if closed || record.get(&field.name).is_null() {
        return markup! {};
    }
    let group = field.among.as_ref().and_then(|among| record.get(&among.via).as_ref());
    // A stage that cannot be read is drawn among all there are.
    let listed = crate::pages::board::listed(visit, field, group).unwrap_or_default();
    steps(visit, record, events, &field.name, "stages", listed.as_deref())
}

/// A path through the values of a field: all of them, or those that are listed, in their order.
fn steps(
    visit: &Visit,
    record: &Visible,
    events: &[Entry],
    name: &str,
    id: &'static str,
    listed: Option<&[String]>,
) -> Markup {
    let object = &record.object;
    let Some(field) = object.field(name) else { return markup! {} };
    let Some(Cell::Value(value)) = record.cell(&field.name) else { return markup! {} };
    let now = value.as_text().unwrap_or_default();
    let place = |value: &String| match listed {
        Some(listed) => listed.iter().position(|one| one == value),
        None => Some(0),
    };
    let ended = object.record.path_ends.iter().any(|end| end == now);
    let mut options: Vec<_> = field
        .options
        .iter()
        .filter(|option| {
            let offered = !option.inactive && place(&option.value).is_some();
            option.value == now || offered && !object.record.path_ends.contains(&option.value)
        })
        .collect();
    options.sort_by_key(|option| place(&option.value).unwrap_or(usize::MAX));
    if ended {
        // The end a record came to stands last, whatever its place in the list of choices.
        options.sort_by_key(|option| option.value == now);
    }
    let at = options.iter().position(|option| option.value == now);
    let days = timeline::since(events, record, field.label.get(visit.locale()))
        .map(|since| (visit.ctx().now.as_second() - since.as_second()).max(0) / 86_400)
        .filter(|_| !events.is_empty());
    let moves = inline::is_editable(record, field);
    let stages = options
        .iter()
        .enumerate()
        .map(|(index, option)| {
            let state = match at {
                Some(at) if index == at && ended => StageState::Lost,
                Some(at) if index == at => StageState::Now,
                Some(at) if index < at && !ended => StageState::Done,
                _ => StageState::Ahead,
            };
            let verb = leading(record, &field.name, &option.value).filter(|_| option.value != now);
            let note = match days {
                Some(days) if state == StageState::Now => {
                    crate::texts::count(visit.locale(), "record.days", days)
                }
                _ => String::new(),
            };
            Stage {
                value: option.value.clone(),
                label: option.label.get(visit.locale()).to_owned(),
                note,
                state,
                movable: option.value != now && (moves || verb.is_some()),
                dialog: verb.map(|verb| format!("/{}/{}/{}", object.name, record.id, verb.name)),
            }
        })
        .collect();
    ui::stage_path(&StagePath {
        id,
        label: field.label.get(visit.locale()).to_owned(),
        action: format!("/{}/{}/stage", object.name, record.id),
        field: field.name.clone(),
        version: record.version,
        stages,
    })
}

/// The verb that may now be done and leads to a status.
fn leading<'a>(record: &'a Visible, field: &str, to: &str) -> Option<&'a VerbDef> {
    let object = &record.object;
    if object.status.as_deref() != Some(field) {
        return None;
    }
    let named = object.drop_verb(field, to);
    verb::offered(record)
        .into_iter()
        .find(|verb| verb.to.as_deref() == Some(to) || named == Some(verb.name.as_str()))
}
