//! The month. `assets/src/calendar.ts` lets entries be dragged to another day.

use maud::{Markup, html};

/// A month of entries.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// What it shows, read aloud.
    pub label: String,
    /// The names of the days, Monday first.
    pub weekdays: Vec<String>,
    /// Whole weeks of days.
    pub days: Vec<Day>,
}

/// A day.
#[derive(Clone, Debug, Default)]
pub struct Day {
    /// As `2026-11-22`.
    pub date: String,
    /// The number shown.
    pub number: String,
    /// A holiday or the lunar date.
    pub note: String,
    /// Whether it is today.
    pub today: bool,
    /// Whether it belongs to the month before or after.
    pub outside: bool,
    /// What is on it.
    pub entries: Vec<Entry>,
    /// The address and words for what did not fit.
    pub more: Option<(String, String)>,
}

/// Something on a day.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The record's id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// Where a drop is posted to, with `date` and `version`; none when it cannot be moved.
    pub action: Option<String>,
    /// The address of its drawer.
    pub peek: String,
    /// The time of day.
    pub time: String,
    /// What it is.
    pub title: String,
    /// Its hue.
    pub hue: u16,
    /// Whether it is done.
    pub done: bool,
    /// Whether something else is on at the same time.
    pub clash: bool,
}

/// The month.
pub fn calendar(calendar: &Calendar) -> Markup {
    html! {
        month-calendar .calendar aria-label=(calendar.label) {
            div .days { @for day in &calendar.weekdays { span { (day) } } }
            div .month { @for day in &calendar.days { (one_day(day)) } }
        }
    }
}

fn one_day(day: &Day) -> Markup {
    html! {
        section class={ "day" @if day.today { " today" } @if day.outside { " outside" } } id={ "day-" (day.date) }
            data-date=(day.date) aria-label=(day.date) {
            time .date datetime=(day.date) { (day.number) }
            @if !day.note.is_empty() { span .note { (day.note) } }
            @for entry in &day.entries {
                button class={ "entry h-" (entry.hue) @if entry.done { " done" } } type="button" id={ "c-" (entry.id) }
                    draggable=(if entry.action.is_some() { "true" } else { "false" })
                    data-move=[entry.action.as_deref()] data-version=(entry.version) data-drawer=(entry.peek) title=(entry.title) {
                    @if !entry.time.is_empty() { time { (entry.time) } }
                    span .ell { (entry.title) }
                    @if entry.clash { span .clash { (super::icon("triangle-alert")) } }
                }
            }
            @if let Some((url, label)) = &day.more { a .more href=(url) { (label) } }
        }
    }
}
