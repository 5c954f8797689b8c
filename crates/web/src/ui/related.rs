//! Related lists beside a record.

use maud::{Markup, html};

use super::{Act, Button, Tone};

/// The records of another object that belong to this one.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// A stable id.
    pub id: String,
    /// The other object's label.
    pub title: String,
    /// Their count, and their sum when they have one.
    pub count: String,
    /// What the plus button does, and its label.
    pub add: Option<(Act, String)>,
    /// The first few.
    pub items: Vec<RelatedItem>,
    /// The address of all of them, and the label of that link.
    pub all: Option<(String, String)>,
    /// What an empty list says.
    pub none: String,
}

/// A related record.
#[derive(Clone, Debug, Default)]
pub struct RelatedItem {
    /// The address of its page.
    pub href: String,
    /// Its avatar.
    pub avatar: Option<Markup>,
    /// Its name.
    pub title: String,
    /// A remark or a tag under the name.
    pub hint: Option<Markup>,
    /// A figure at the end.
    pub end: String,
    /// A remark under the figure.
    pub end_hint: String,
    /// The tone of the figure.
    pub tone: Tone,
}

/// A related list.
pub fn related_list(list: &Related) -> Markup {
    html! {
        section .card.related id={ "related-" (list.id) } {
            h3 {
                span { (list.title) }
                span .count { (list.count) }
                @if let Some((act, label)) = &list.add { (Button::icon_only("plus", label).small().act(act.clone())) }
            }
            @if list.items.is_empty() {
                p .none { (list.none) }
            } @else {
                ul { @for item in &list.items { li { (line(item)) } } }
            }
            @if let Some((url, label)) = &list.all { a .all href=(url) { (label) } }
        }
    }
}

fn line(item: &RelatedItem) -> Markup {
    html! {
        a href=(item.href) {
            @if let Some(avatar) = &item.avatar { (avatar) }
            span .text {
                span .ell title=(item.title) { (item.title) }
                @if let Some(hint) = &item.hint { small { (hint) } }
            }
            span .end {
                span class=(item.tone.text_class()) { (item.end) }
                @if !item.end_hint.is_empty() { small { (item.end_hint) } }
            }
        }
    }
}
