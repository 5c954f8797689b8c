//! The record page: header, tabs, three panes.

use maud::{Markup, html};

use super::{AvatarKind, Size, avatar_sized, icon};

/// The head of a record page.
#[derive(Clone, Debug, Default)]
pub struct RecordHeader {
    /// The record's name.
    pub name: String,
    /// The hue of its avatar.
    pub hue: u16,
    /// The shape of its avatar.
    pub kind: AvatarKind,
    /// Tags after the name.
    pub tags: Option<Markup>,
    /// One line of facts in words, each with an icon or none.
    pub line: Vec<(Option<String>, Markup)>,
    /// Buttons; only one of them primary.
    pub actions: Option<Markup>,
    /// The fact strip and the stage path.
    pub below: Option<Markup>,
}

/// The head of a record page.
pub fn record_header(header: &RecordHeader) -> Markup {
    html! {
        div .hero {
            div .top {
                (avatar_sized(&header.name, header.hue, header.kind, Size::Huge))
                div .id {
                    h1 {
                        span { (header.name) }
                        @if let Some(tags) = &header.tags { (tags) }
                    }
                    div .line {
                        @for (name, text) in &header.line {
                            span .inline {
                                @if let Some(name) = name { (icon(name)) }
                                (text)
                            }
                        }
                    }
                }
                @if let Some(actions) = &header.actions { div .acts { (actions) } }
            }
            @if let Some(below) = &header.below { (below) }
        }
    }
}

/// The tabs by which narrow screens reach all panes.
#[derive(Clone, Debug, Default)]
pub struct RecordTabs {
    /// What the tabs choose, read aloud.
    pub label: String,
    /// The middle pane.
    pub timeline: String,
    /// The fields, a tab of its own on phones only.
    pub fields: String,
    /// The related lists.
    pub related: String,
}

/// The whole record below its bar. Inline edits find the record by the attributes of the outer element.
pub fn record_page(
    (object, id, version): (&str, &str, i64),
    header: &Markup,
    tabs: &RecordTabs,
    (left, middle, right): (&Markup, &Markup, &Markup),
) -> Markup {
    let tab = |pane: &str, label: &str, phone_only: bool, current: bool| {
        html! {
            button class={ "tab" @if phone_only { " only-phone" } } type="button" data-pane=(pane)
                aria-current=[current.then_some("true")] { (label) }
        }
    };
    html! {
        div .record-page id="record" data-record data-object=(object) data-id=(id) data-version=(version) {
            (header)
            div .tabs.record-tabs.all-panes role="group" aria-label=(tabs.label) {
                (tab("timeline", &tabs.timeline, false, true))
                (tab("fields", &tabs.fields, true, false))
                (tab("related", &tabs.related, false, false))
            }
            div .record {
                div .left { (left) }
                div .middle { (middle) }
                div .right { (right) }
            }
        }
    }
}
