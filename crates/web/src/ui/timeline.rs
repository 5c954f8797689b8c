//! The timeline of a record.

use maud::{Markup, html};

use super::icon;

/// A day of the timeline.
#[derive(Clone, Debug, Default)]
pub struct TimelineDay {
    /// Today, yesterday, or a date.
    pub title: String,
    /// What happened, the latest first.
    pub events: Vec<TimelineEvent>,
}

/// Something that happened.
#[derive(Clone, Debug, Default)]
pub struct TimelineEvent {
    /// A stable id, for swaps.
    pub id: String,
    /// Its icon.
    pub icon: String,
    /// The icon's hue; none is grey, for what the system did.
    pub hue: Option<u16>,
    /// One line: who did what.
    pub head: Markup,
    /// The time of day.
    pub time: String,
    /// The full time, machine-readable.
    pub instant: String,
    /// What was written.
    pub body: Option<Markup>,
    /// Links below it: reply, make a task.
    pub base: Option<Markup>,
    /// What others said about it.
    pub talk: Option<Markup>,
}

/// The timeline, with the address and label of its earlier part.
pub fn timeline(days: &[TimelineDay], more: Option<(&str, &str)>) -> Markup {
    html! {
        div .timeline id="timeline" {
            @for day in days {
                h3 { (day.title) }
                ol { @for event in &day.events { (entry(event)) } }
            }
            @if let Some((url, label)) = more {
                div .more { a .btn.ghost.sz-s href=(url) { (label) } }
            }
        }
    }
}

fn entry(event: &TimelineEvent) -> Markup {
    html! {
        li id={ "e-" (event.id) } .event {
            span class={ "mark" @if let Some(hue) = event.hue { " h-" (hue) } } { (icon(&event.icon)) }
            div {
                div .head {
                    (event.head)
                    time datetime=(event.instant) title=(event.instant) { (event.time) }
                }
                @if event.body.is_some() || event.base.is_some() {
                    div .card.body {
                        @if let Some(body) = &event.body { (body) }
                        @if let Some(base) = &event.base { div .base { (base) } }
                        @if let Some(talk) = &event.talk { (talk) }
                    }
                }
            }
        }
    }
}
