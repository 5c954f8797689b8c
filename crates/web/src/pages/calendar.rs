//! The calendar: a list by its date, and everything of one's own by its date.

pub mod agenda;

use crate::{
    page::Page,
    pages::{
        answer,
        list::{self, State},
    },
    session::{Answer, Params, Visit},
    show,
    ui::{self, Bar, Button, Calendar, Day, Entry},
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::{Draft, Error, Visible};
use guanxi_model::{
    Object, Query, RecordId, Value,
    expr::{Comparison, Expr},
};
use jiff::{ToSpan as _, civil::Date};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Entries of a day that a month has room for.
const ROOM: usize = 4;
/// Most entries read for a month.
const MOST: usize = 500;

/// The days that are shown, and how to walk on.
struct Window {
    span: String,
    day: Date,
    first: Date,
    last: Date,
}

impl Window {
    fn of(span: &str, day: Date) -> Self {
        let monday = |date: Date| date - i64::from(date.weekday().to_monday_zero_offset()).days();
        let (first, last) = match span {
            "day" => (day, day),
            "week" => (monday(day), monday(day) + 6.days()),
            "agenda" => (day, day + 13.days()),
            _ => {
                let last = day.last_of_month();
                (monday(day.first_of_month()), monday(last) + 6.days())
            }
        };
        Window { span: span.to_owned(), day, first, last }
    }

    fn step(&self, by: i32) -> Date {
        let by = i64::from(by);
        match self.span.as_str() {
            "day" => self.day + by.days(),
            "week" => self.day + (by * 7).days(),
            "agenda" => self.day + (by * 14).days(),
            _ => self.day.first_of_month() + by.months(),
        }
    }

    fn days(&self) -> impl Iterator<Item = Date> + '_ {
        let mut next = Some(self.first);
        std::iter::from_fn(move || {
            let day = next.filter(|day| *day <= self.last)?;
            next = day.tomorrow().ok();
            Some(day)
        })
    }
}

/// Something on a day, before it is drawn.
struct Item {
    at: Option<jiff::Timestamp>,
    until: Option<jiff::Timestamp>,
    entry: Entry,
}

/// An object's list by its date: the content of the page.
///
/// # Errors
/// When the set cannot be read.
pub fn draw(visit: &Visit, state: &State) -> Result<Markup, Error> {
    let object = &state.object;
    let start = object.calendar.as_ref().map(|def| def.start.clone()).ok_or(Error::NotFound)?;
    let window = Window::of(&state.span, state.day.unwrap_or(visit.ctx().today));
    let mut days = BTreeMap::new();
    let asked = agenda::Asked { filter: state.expr.clone(), q: state.q.clone(), most: MOST };
    for row in agenda::between(visit, object, &start, window.first, window.last, asked)? {
        place(visit, object, &start, &row, &window, &mut days);
    }
    let titles = list::named(visit, state, guanxi_gate::Titles::default())?;
    let url = |day: Date, span: &str| {
        state.url(&[("layout", Some("calendar")), ("day", Some(&day.to_string())), ("span", Some(span))])
    };
    let body = html! {
        (walk(visit, &window, &url))
        (grid(visit, &window, days, &url))
    };
    Ok(list::frame(visit, state, &list::chips(visit, state, &titles), None, &body))
}

/// `GET /calendar`: what is on for the reader: tasks, appointments, plan items, next contacts.
///
/// # Errors
/// When the set cannot be read.
pub async fn mine(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .page(move |visit| -> Result<Page, Error> {
            let span = params.get("span").filter(|span| matches!(*span, "week" | "day" | "agenda")).unwrap_or("month");
            let day = params.get("day").and_then(|day| day.parse().ok()).unwrap_or(visit.ctx().today);
            let window = Window::of(span, day);
            let mut days = BTreeMap::new();
            for due in agenda::own(visit, window.first, window.last, MOST)? {
                place(visit, &due.object, &due.field, &due.row, &window, &mut days);
            }
            mark_clashes(&mut days);
            let url = |day: Date, span: &str| format!("/calendar?day={day}&span={span}");
            let title = visit.t("nav.calendar").to_owned();
            let creates = visit.gate().object("appointment").ok().filter(|object| list::may_create(visit, object));
            let main = html! {
                (ui::bar(&Bar {
                    title: title.clone(),
                    actions: Some(html! {
                        (Button::icon_only("moon", visit.t("nav.theme")).run("theme").hide_small())
                        (Button::icon_only("bell", visit.t("nav.bell")).go("/notices").hide_small())
                        (Button::icon_only("file-down", visit.t("calendar.ics")).act(ui::Act::Download("/calendar.ics".to_owned())))
                        @if let Some(object) = &creates {
                            (Button::new(visit.fill("common.new", &[("object", object.label.get(visit.locale()))]))
                                .primary().icon("plus").key("C").go("/appointment/new"))
                        }
                    }),
                    ..Bar::default()
                }))
                (walk(visit, &window, &url))
                (grid(visit, &window, days, &url))
            };
            Ok(Page { title, menu: "calendar".to_owned(), main, ..Page::default() })
        })
        .await
}

/// Puts a record on its day, and on each of the days that it lasts.
fn place(
    visit: &Visit,
    object: &Object,
    field: &str,
    row: &Visible,
    window: &Window,
    days: &mut BTreeMap<Date, Vec<Item>>,
) {
    let ctx = visit.ctx();
    let Some((day, at)) = agenda::moment_of(ctx, row, field) else { return };
    let action = row.may.edit(field).then(|| format!("/{}/{}/reschedule?field={field}", object.name, row.id));
    let end = object.calendar.as_ref().filter(|def| def.start == field).and_then(|def| def.end.clone());
    let until = end.and_then(|end| row.get(&end).as_instant());
    let last = until.map_or(day, |until| until.to_zoned(ctx.zone.clone()).date()).min(window.last);
    let whole = row.get("all_day").as_bool() == Some(true);
    let entry = Entry {
        id: format!("{}-{field}", row.id),
        version: row.version,
        action,
        peek: format!("/{}/{}/peek", object.name, row.id),
        time: at.filter(|_| !whole).map(|at| show::clock(ctx, at)).unwrap_or_default(),
        title: row.title(),
        hue: if object.hue == 0 { 256 } else { object.hue },
        done: show::has_ended(object, row),
        clash: false,
    };
    let timed = if whole { None } else { until };
    // What lasts for days stands on each of them; only the first can be dragged.
    let mut next = day.tomorrow().ok();
    while let Some(date) = next.filter(|date| *date <= last) {
        let entry =
            Entry { id: format!("{}-{date}", entry.id), action: None, time: String::new(), ..entry.clone() };
        days.entry(date).or_default().push(Item { at: None, until: None, entry });
        next = date.tomorrow().ok();
    }
    days.entry(day).or_default().push(Item { at: at.filter(|_| !whole), until: timed, entry });
}

/// Marks what one has at the same time.
fn mark_clashes(days: &mut BTreeMap<Date, Vec<Item>>) {
    for items in days.values_mut() {
        let spans: Vec<(usize, jiff::Timestamp, jiff::Timestamp)> = items
            .iter()
            .enumerate()
            .filter(|(_, item)| !item.entry.done)
            .filter_map(|(at, item)| Some((at, item.at?, item.until?)))
            .collect();
        for (at, from, to) in &spans {
            let clash = spans.iter().any(|(other, start, end)| other != at && start < to && end > from);
            items[*at].entry.clash = clash;
        }
    }
}

/// Backwards, forwards, today, and how much is shown.
fn walk(visit: &Visit, window: &Window, url: &dyn Fn(Date, &str) -> String) -> Markup {
    let span = window.span.as_str();
    let heading = match span {
        "day" => show::long_day(visit.ctx(), window.day),
        "week" | "agenda" => {
            format!("{} \u{2013} {}", window.first.strftime("%m-%d"), window.last.strftime("%m-%d"))
        }
        _ => {
            let (year, month) = (window.day.year().to_string(), window.day.month().to_string());
            visit.fill("calendar.month_title", &[("year", &year), ("month", &month)])
        }
    };
    let spans: Vec<(String, String, String, bool)> = [
        ("month", "calendar.month"),
        ("week", "calendar.week"),
        ("day", "calendar.day"),
        ("agenda", "calendar.agenda"),
    ]
    .into_iter()
    .map(|(name, key)| (String::new(), visit.t(key).to_owned(), url(window.day, name), span == name))
    .collect();
    html! {
        div .tools.calendar-walk {
            (Button::icon_only("chevron-left", visit.t("calendar.previous")).small().go(url(window.step(-1), span)))
            (Button::new(visit.t("common.today")).small().go(url(visit.ctx().today, span)))
            (Button::icon_only("chevron-right", visit.t("calendar.next")).small().go(url(window.step(1), span)))
            h2 { (heading) }
            div .end { (ui::segmented(visit.t("calendar.span"), &spans)) }
        }
    }
}

fn grid(
    visit: &Visit,
    window: &Window,
    mut days: BTreeMap<Date, Vec<Item>>,
    url: &dyn Fn(Date, &str) -> String,
) -> Markup {
    for items in days.values_mut() {
        items.sort_by_key(|item| item.at);
    }
    if window.span == "day" {
        return day_list(visit, days.remove(&window.day).unwrap_or_default());
    }
    if window.span == "agenda" {
        return plan(visit, window, days, "");
    }
    // A phone has no room for seven columns: there the same days stand below one another.
    let narrow = window.span == "week";
    let list = if narrow {
        plan(visit, window, copied(&days), " only-narrow")
    } else {
        html! {}
    };
    let room = if window.span == "week" { MOST } else { ROOM };
    let weekdays = window.days().take(7).map(|day| visit.t(show::weekday_key(day)).to_owned()).collect();
    let cells = window
        .days()
        .map(|date| {
            let items = days.remove(&date).unwrap_or_default();
            let rest = items.len().saturating_sub(room);
            Day {
                date: date.to_string(),
                number: date.day().to_string(),
                note: String::new(),
                today: date == visit.ctx().today,
                outside: window.span == "month" && date.month() != window.day.month(),
                entries: items.into_iter().take(room).map(|item| item.entry).collect(),
                more: (rest > 0)
                    .then(|| (url(date, "day"), visit.fill("calendar.more", &[("n", &rest.to_string())]))),
            }
        })
        .collect();
    let month = ui::calendar(&Calendar { label: visit.t("nav.calendar").to_owned(), weekdays, days: cells });
    html! { (list) @if narrow { div .only-wide { (month) } } @else { (month) } }
}

fn copied(days: &BTreeMap<Date, Vec<Item>>) -> BTreeMap<Date, Vec<Item>> {
    let copy = |item: &Item| Item {
        at: item.at,
        until: item.until,
        entry: Entry { id: format!("{}-l", item.entry.id), ..item.entry.clone() },
    };
    days.iter().map(|(date, items)| (*date, items.iter().map(copy).collect())).collect()
}

/// Days below one another, those with something on.
fn plan(visit: &Visit, window: &Window, mut days: BTreeMap<Date, Vec<Item>>, class: &str) -> Markup {
    for items in days.values_mut() {
        items.sort_by_key(|item| item.at);
    }
    let days: Vec<(Date, Vec<Item>)> =
        window.days().filter_map(|date| Some((date, days.remove(&date)?))).collect();
    if days.is_empty() {
        return html! { div class={ "agenda-days" (class) } { (day_list(visit, Vec::new())) } };
    }
    html! {
        div class={ "agenda-days scroll-end" (class) } {
            @for (date, items) in days {
                h3 { (show::long_day(visit.ctx(), date)) @if date == visit.ctx().today { " · " (visit.t("common.today")) } }
                (day_list(visit, items))
            }
        }
    }
}

/// A day as a list.
fn day_list(visit: &Visit, items: Vec<Item>) -> Markup {
    if items.is_empty() {
        return ui::empty_state(&ui::Empty {
            icon: "calendar-check".to_owned(),
            title: visit.t("calendar.free").to_owned(),
            text: visit.t("calendar.free_text").to_owned(),
            ..ui::Empty::default()
        });
    }
    html! {
        ol .agenda.scroll-end {
            @for Item { entry, until, .. } in items {
                li {
                    time {
                        @if entry.time.is_empty() { (visit.t("calendar.all_day")) } @else { (entry.time) }
                        @if let Some(until) = until { "–" (show::clock(visit.ctx(), until)) }
                    }
                    button class={ "entry h-" (entry.hue) @if entry.done { " done" } } type="button" data-drawer=(entry.peek) {
                        span .ell { (entry.title) }
                        @if entry.clash { (clash_sign(visit)) }
                    }
                }
            }
        }
    }
}

fn clash_sign(visit: &Visit) -> Markup {
    html! { span .clash title=(visit.t("calendar.clash")) { (ui::icon("triangle-alert")) span .sr-only { (visit.t("calendar.clash")) } } }
}

/// What the people of an appointment have at the same time, as a warning on its page.
///
/// # Errors
/// When it cannot be read.
pub fn clashes(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    if record.object.name != "appointment" {
        return Ok(html! {});
    }
    let clashes = guanxi_crm::office::clashes(visit.gate(), visit.ctx(), record.id)?;
    if clashes.is_empty() {
        return Ok(html! {});
    }
    let text = html! {
        b { (visit.t("calendar.clash")) }
        ul {
            @for clash in &clashes {
                @let title = clash.title.as_deref().unwrap_or_else(|| visit.t("calendar.busy"));
                @let (from, to) = (show::moment(visit.ctx(), clash.starts), show::clock(visit.ctx(), clash.ends));
                li { (visit.fill("calendar.clash_one", &[("name", &clash.person), ("title", title), ("from", &from), ("to", &to)])) }
            }
        }
    };
    Ok(html! { div .clashes { (ui::notice(ui::Tone::Warn, &text, None)) } })
}

/// `GET /calendar.ics`: one's own appointments from a month ago on, for other calendars.
///
/// # Errors
/// When the set cannot be read.
pub async fn export(visit: Visit) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let today = visit.ctx().today;
            let object = visit.gate().object("appointment")?;
            let query = Query::of("appointment")
                .filter(agenda::mine(&object, "starts_at")?)
                .filter(Expr::compare("starts_at", Comparison::GreaterOrEqual, Expr::Date(today - 30.days())))
                .sort(["starts_at"])
                .limit(1000);
            let rows = visit.gate().list(visit.ctx(), &query)?.rows;
            Ok(ics(visit, &rows, "guanxi"))
        })
        .await
}

/// `GET /{object}/{id}/ics`: one appointment.
///
/// # Errors
/// When there is no such appointment.
pub async fn one(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id: RecordId = answer::record_id(&id)?;
            if object != "appointment" {
                return Err(Error::NotFound);
            }
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            Ok(ics(visit, &[record], &format!("appointment-{id}")))
        })
        .await
}

fn ics(visit: &Visit, rows: &[Visible], name: &str) -> Response {
    let ctx = visit.ctx();
    let text = |row: &Visible, field: &str| row.get(field).as_text().unwrap_or_default().to_owned();
    let events: Vec<guanxi_crm::office::ics::Event> = rows
        .iter()
        .filter_map(|row| {
            let starts = row.get("starts_at").as_instant()?;
            let ends = row.get("ends_at").as_instant().unwrap_or(starts);
            let day = |at: jiff::Timestamp| at.to_zoned(ctx.zone.clone()).date();
            let whole = row.get("all_day").as_bool() == Some(true);
            let remind = row.get("remind_at").as_instant();
            Some(guanxi_crm::office::ics::Event {
                uid: format!("{}@{}.guanxi", row.id, visit.gate().set_name()),
                title: row.title(),
                time: (!whole).then_some((starts, ends)),
                days: whole.then(|| (day(starts), day(ends))),
                place: text(row, "place"),
                note: text(row, "note"),
                alarm: remind.map(|at| (starts.as_second() - at.as_second()) / 60),
                cancelled: row.get("status").as_text() == Some("cancelled"),
                sequence: row.version,
            })
        })
        .collect();
    let body = guanxi_crm::office::ics::calendar(&events, ctx.now);
    let headers = [
        (axum::http::header::CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (axum::http::header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.ics\"")),
    ];
    axum::response::IntoResponse::into_response((headers, body))
}

/// `POST /{object}/{id}/reschedule?field=…`: an entry was dropped on another day; its time of day and its length stay.
///
/// # Errors
/// When the record was changed in between, or may not be changed.
pub async fn reschedule(visit: Visit, Path((object, id)): Path<(String, String)>, body: Bytes) -> Answer {
    let form = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = answer::record_id(&id)?;
            let malformed = || Error::Malformed(guanxi_model::Message::new("field.date"));
            let date: Date = form.get("date").and_then(|date| date.parse().ok()).ok_or_else(malformed)?;
            let version = form.get("version").and_then(|version| version.parse().ok());
            let record = visit.gate().get(visit.ctx(), &object, id)?;
            let calendar = record.object.calendar.clone();
            let field = visit
                .asks
                .param("field")
                .or_else(|| calendar.as_ref().map(|def| def.start.clone()))
                .ok_or(Error::NotFound)?;
            let mut draft = Draft::new();
            match record.get(&field) {
                Value::Instant(at) => {
                    let moved = |at: jiff::Timestamp, days: i64| {
                        at.to_zoned(visit.ctx().zone.clone())
                            .checked_add(days.days())
                            .map_or(at, |zoned| zoned.timestamp())
                    };
                    let from = at.to_zoned(visit.ctx().zone.clone()).date();
                    let days = from.until(date).map_or(0, |span| i64::from(span.get_days()));
                    draft = draft.set(&field, moved(*at, days));
                    let end = calendar.filter(|def| def.start == field).and_then(|def| def.end);
                    if let Some((end, until)) =
                        end.and_then(|end| record.get(&end).as_instant().map(|until| (end, until)))
                    {
                        draft = draft.set(&end, moved(until, days));
                    }
                }
                _ => draft = draft.set(&field, date),
            }
            visit.gate().update(visit.ctx(), &object, id, version, draft)?;
            let text = visit
                .fill("calendar.moved", &[("name", &record.title()), ("day", &show::day(visit.ctx(), date))]);
            Ok(answer::toasted(axum::response::IntoResponse::into_response(()), ui::Tone::Ok, text, None))
        })
        .await
}
