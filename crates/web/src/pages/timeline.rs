//! What happened to a record, by days: follow-ups as cards, everything else as one line in words.

mod note;

pub use note::{comment, kept, tell, told};

use crate::{
    session::Visit,
    show,
    ui::{self, TimelineDay, TimelineEvent},
};
use guanxi_gate::{Entry, Error, Titles, Visible};
use guanxi_model::{Object, RecordId};
use maud::{Markup, html as markup};
use std::{cmp::Reverse, collections::HashMap};

/// How many events a page of the timeline has.
pub const PAGE: usize = 30;

/// Which events are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Only {
    /// All of them.
    #[default]
    All,
    /// What people wrote.
    Notes,
    /// What was changed or done.
    Changes,
}

impl Only {
    /// Reads the parameter `show`.
    pub fn of(text: Option<&str>) -> Self {
        match text {
            Some("notes") => Only::Notes,
            Some("changes") => Only::Changes,
            _ => Only::All,
        }
    }

    /// The parameter `show`.
    pub fn word(self) -> &'static str {
        match self {
            Only::All => "",
            Only::Notes => "notes",
            Only::Changes => "changes",
        }
    }

    fn takes(self, entry: &Entry) -> bool {
        match self {
            Only::All => true,
            Only::Notes => is_note(entry),
            Only::Changes => !is_note(entry),
        }
    }
}

/// The events that a page shows, and whether there are earlier ones.
pub struct Events {
    /// The latest first.
    pub entries: Vec<Entry>,
    /// Whether there are earlier ones.
    pub more: bool,
    /// Names of the records that the cards refer to.
    pub titles: Titles,
    /// What was said about the follow-ups among them.
    pub talk: note::Talk,
}

/// Reads the latest events of a record until there are enough of the wanted kind.
///
/// # Errors
/// When they cannot be read.
pub fn read(visit: &Visit, record: &Visible, only: Only, wanted: usize) -> Result<Events, Error> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut before = None;
    let mut more = true;
    // Events out of the reader's sight are left out, so a short page does not mean the end; ten rounds bound the work.
    for _ in 0..10 {
        let page = visit.gate().timeline_of(visit.ctx(), record, before, PAGE * 2)?;
        let Some(last) = page.last() else {
            more = false;
            break;
        };
        before = Some(last.id);
        more = page.len() >= PAGE;
        entries.extend(page.into_iter().filter(|entry| only.takes(entry)));
        if entries.len() > wanted || !more {
            break;
        }
    }
    join(visit, &mut entries);
    more = more || entries.len() > wanted;
    entries.truncate(wanted);
    for entry in entries.iter_mut().filter(|entry| is_note(entry)) {
        as_written(visit, entry);
    }
    // Of the same moment the order of the events stays.
    entries.sort_by_key(|entry| Reverse(entry.at));
    let titles = names(visit, &entries)?;
    let talk = note::talk(visit, entries.iter().filter(|entry| is_note(entry)).map(|entry| entry.record))?;
    Ok(Events { entries, more, titles, talk })
}

/// What a verb changed is part of doing it, told once; what the verb's form says is not said again.
fn join(visit: &Visit, entries: &mut Vec<Entry>) {
    let moment = |entry: &Entry| (entry.object.clone(), entry.record, entry.at, entry.actor_id);
    let is_verb = |entry: &Entry| {
        visit.gate().object(&entry.object).is_ok_and(|object| object.verb(&entry.name).is_some())
    };
    let verbs: HashMap<_, usize> = entries
        .iter()
        .enumerate()
        .filter(|(_, entry)| is_verb(entry))
        .map(|(i, one)| (moment(one), i))
        .collect();
    let mut told = vec![false; entries.len()];
    for i in 0..entries.len() {
        if entries[i].name != "updated" {
            continue;
        }
        if let Some(&verb) = verbs.get(&moment(&entries[i])) {
            let changes = std::mem::take(&mut entries[i].changes);
            let said = |after: &str| entries[verb].notes.iter().any(|(_, text)| text == after);
            let news: Vec<_> = changes.into_iter().filter(|(_, _, after)| !said(after)).collect();
            entries[verb].changes.extend(news);
            told[i] = true;
        }
    }
    let mut told = told.into_iter();
    entries.retain(|_| !told.next().unwrap_or_default());
}

/// A follow-up that came in a file keeps its author and its time, and stands under them; who imported it and
/// when is in the log.
fn as_written(visit: &Visit, entry: &mut Entry) {
    let Some(card) = entry.card.as_ref().filter(|_| entry.name == "created") else { return };
    if let Some(at) = card.get("created_at").as_instant() {
        entry.at = at;
    }
    if let Some(author) = card.get("created_by").as_ref().filter(|author| *author != entry.actor_id)
        && let Some(name) = visit.gate().name_of(author)
    {
        (entry.actor_id, entry.actor) = (author, name);
    }
}

/// The cards name contacts and what they regard; the timeline brings the records, not the names.
fn names(visit: &Visit, entries: &[Entry]) -> Result<Titles, Error> {
    let mut wanted: std::collections::BTreeMap<String, Vec<RecordId>> = std::collections::BTreeMap::new();
    for card in entries.iter().filter_map(|entry| entry.card.as_ref()) {
        for field in card.object.active_fields().filter(|field| !field.system) {
            if let (Some(target), Some(id)) = (field.target(), card.get(&field.name).as_ref()) {
                wanted.entry(target.to_owned()).or_default().push(id);
            }
        }
    }
    let mut titles = Titles::default();
    for (object, ids) in wanted {
        titles.0.extend(crate::pages::form::input::names(visit, &object, &ids)?.0);
    }
    Ok(titles)
}

/// The timeline, by days. `back` is the page it stands on, where follow-ups can be answered and mended; none
/// only shows them.
pub fn draw(
    visit: &Visit,
    page: &Visible,
    events: &Events,
    more: Option<&str>,
    back: Option<&str>,
) -> Markup {
    let ctx = visit.ctx();
    let mut days: Vec<TimelineDay> = Vec::new();
    for entry in &events.entries {
        let date = entry.at.to_zoned(ctx.zone.clone()).date();
        let title = show::day(ctx, date);
        if days.last().is_none_or(|day| day.title != title) {
            days.push(TimelineDay { title, events: Vec::new() });
        }
        if let Some(day) = days.last_mut() {
            day.events.push(event(visit, page, entry, events, back));
        }
    }
    markup! {
        @if days.is_empty() {
            p .none.muted id="timeline" { (visit.t("timeline.empty")) }
        } @else {
            (ui::timeline(&days, more.map(|url| (url, visit.t("timeline.more")))))
        }
    }
}

fn is_note(entry: &Entry) -> bool {
    entry.object == "activity" && entry.card.is_some()
}

/// The icon of a kind of follow-up.
pub fn note_icon(kind: &str) -> &'static str {
    match kind {
        "call" => "phone-outgoing",
        "email" => "mail",
        "sms" => "message-square",
        "visit" => "map-pin",
        "event" => "calendar",
        "check_in" => "pin",
        "wechat" | "chat" => "message-circle",
        _ => "notebook-pen",
    }
}

fn event(visit: &Visit, page: &Visible, entry: &Entry, events: &Events, back: Option<&str>) -> TimelineEvent {
    let object = visit.gate().object(&entry.object).ok();
    let time = show::clock(visit.ctx(), entry.at);
    let base = TimelineEvent {
        id: entry.id.to_string(),
        time,
        instant: entry.at.to_string(),
        ..TimelineEvent::default()
    };
    match (&entry.card, object.as_deref()) {
        (Some(card), _) if is_note(entry) => note::draw(visit, entry, card, events, base, back),
        (_, Some(object)) => line(visit, page, entry, object, base),
        (_, None) => TimelineEvent { icon: "circle-dot".to_owned(), head: actor(visit, entry), ..base },
    }
}

fn actor(visit: &Visit, entry: &Entry) -> Markup {
    let name = if entry.actor.is_empty() { visit.t("timeline.system") } else { &entry.actor };
    markup! { b .strong { (name) } }
}

/// Everything else: who did what, in one line.
fn line(visit: &Visit, page: &Visible, entry: &Entry, object: &Object, base: TimelineEvent) -> TimelineEvent {
    let own = entry.record == page.id;
    let verb = object.verb(&entry.name);
    let label = object.label.get(visit.locale());
    let (icon, hue) = match (entry.name.as_str(), verb) {
        (_, Some(verb)) => (verb.icon.as_str(), Some(object.hue)),
        ("created", _) => ("circle-plus", None),
        ("updated", _) => ("pencil", None),
        ("deleted", _) => ("trash-2", None),
        ("restored", _) => ("rotate-ccw", None),
        ("transferred", _) => ("user-check", None),
        ("revealed", _) => ("eye", None),
        ("merged_away", _) => ("git-merge", None),
        ("unmerged", _) => ("undo-2", None),
        ("shared" | "unshared", _) => ("share-2", None),
        _ => ("circle-dot", None),
    };
    let done = match verb {
        Some(verb) if !verb.done.is_empty() => verb.done.get(visit.locale()).to_owned(),
        Some(verb) => visit.fill("timeline.verb", &[("verb", verb.label.get(visit.locale()))]),
        None => said(visit, &entry.name, label),
    };
    let head = markup! {
        (actor(visit, entry))
        span .muted { (done) }
        @if !own {
            a .link href={ "/" (entry.object) "/" (entry.record) } { (entry.title) }
        }
        @if entry.name == "updated" || verb.is_some() { (changes(visit, entry)) }
    };
    let notes: Vec<&(String, String)> = entry.notes.iter().filter(|(_, text)| !text.is_empty()).collect();
    let body = (!notes.is_empty()).then(|| {
        markup! {
            @for (label, text) in notes { div { span .muted { (label) (visit.t("timeline.colon")) } span .prose { (text) } } }
        }
    });
    TimelineEvent { icon: icon.to_owned(), hue: hue.filter(|hue| *hue > 0), head, body, ..base }
}

/// The words of an event that is no verb.
pub fn said(visit: &Visit, name: &str, label: &str) -> String {
    let key = match name {
        "created" => "timeline.created",
        "updated" => "timeline.updated",
        "deleted" => "timeline.deleted",
        "restored" => "timeline.restored",
        "purged" => "timeline.purged",
        "transferred" => "timeline.transferred",
        "revealed" => "timeline.revealed",
        "shared" => "timeline.shared",
        "unshared" => "timeline.unshared",
        "imported" => "timeline.imported",
        "blacklist_dealt" => "timeline.blacklist_dealt",
        "blacklist_claimed" => "timeline.blacklist_claimed",
        "merged_away" => "timeline.merged_away",
        "handed_over" => "timeline.handed_over",
        "unmerged" => "timeline.unmerged",
        "links_moved" => "timeline.links_moved",
        "links_returned" => "timeline.links_returned",
        "duplicates_checked" => "timeline.duplicates_checked",
        "duplicates_searched" => "timeline.duplicates_searched",
        "found_distinct" => "timeline.found_distinct",
        "denied" => "timeline.denied",
        other => return other.replace(['_', '.'], " "),
    };
    visit.fill(key, &[("object", label)])
}

fn changes(visit: &Visit, entry: &Entry) -> Markup {
    let none = visit.t("timeline.nothing");
    let words = |text: &str| if text.is_empty() { none.to_owned() } else { short(text) };
    markup! {
        @for (index, (label, before, after)) in entry.changes.iter().take(3).enumerate() {
            @if index > 0 { span .muted aria-hidden="true" { "·" } }
            span .change {
                span .muted { (label) }
                " "
                @if !before.is_empty() { del title=(before) { (short(before)) } " " }
                (ui::icon_small("arrow-right"))
                " "
                ins title=(after) { (words(after)) }
            }
        }
        @if entry.changes.len() > 3 {
            span .muted { (visit.fill("timeline.others", &[("n", &(entry.changes.len() - 3).to_string())])) }
        }
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= 40 { text.to_owned() } else { text.chars().take(39).chain(['…']).collect() }
}

/// Since when a field has had its value, as far as the events at hand tell.
pub fn since(events: &[Entry], page: &Visible, label: &str) -> Option<jiff::Timestamp> {
    let own = events.iter().filter(|entry| entry.record == page.id);
    let changed =
        own.clone().find(|entry| entry.changes.iter().any(|(name, ..)| name == label)).map(|entry| entry.at);
    changed.or_else(|| page.get("created_at").as_instant())
}
