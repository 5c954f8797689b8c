//! The header bar of a page.

use maud::{Markup, html};

use super::Button;

/// The bar: a title and a count, or crumbs, at the start; actions at the end.
#[derive(Clone, Debug, Default)]
pub struct Bar {
    /// The page's name; empty when crumbs say it.
    pub title: String,
    /// A count or another remark beside the title.
    pub sub: String,
    /// Crumbs or a menu in place of, or after, the title.
    pub start: Option<Markup>,
    /// The walk through the view that the record came from.
    pub walk: Option<Walk>,
    /// Buttons; only one of them primary.
    pub actions: Option<Markup>,
}

/// The position of a record in the view it came from.
#[derive(Clone, Debug, Default)]
pub struct Walk {
    /// For example `3 / 328`.
    pub text: String,
    /// The record before.
    pub previous: Option<String>,
    /// The record after.
    pub next: Option<String>,
    /// The label of the button to the record before.
    pub previous_label: String,
    /// The label of the button to the record after.
    pub next_label: String,
}

/// The header bar of a page.
pub fn bar(bar: &Bar) -> Markup {
    html! {
        header .bar {
            @if !bar.title.is_empty() { h1 { (bar.title) } }
            @if let Some(start) = &bar.start { (start) }
            @if !bar.sub.is_empty() { span .sub { (bar.sub) } }
            span .spacer {}
            @if let Some(walk) = &bar.walk { (walk_buttons(walk)) }
            @if let Some(actions) = &bar.actions { div .actions { (actions) } }
        }
    }
}

fn walk_buttons(walk: &Walk) -> Markup {
    let step = |icon: &str, label: &str, url: &Option<String>, key: &str| {
        let button = Button::icon_only(icon, label).small().key(key);
        match url {
            Some(url) => button.go(url.clone()),
            None => button.disabled(label),
        }
    };
    html! {
        div .step.hide-s {
            span { (walk.text) }
            (step("chevron-up", &walk.previous_label, &walk.previous, "K"))
            (step("chevron-down", &walk.next_label, &walk.next, "J"))
        }
    }
}

/// Crumbs: every pair but the last is a link. `back` is the label of the arrow.
pub fn crumbs(back: &str, trail: &[(String, Option<String>)]) -> Markup {
    let parent = trail.iter().rev().find_map(|(_, url)| url.as_deref());
    html! {
        @if let Some(parent) = parent { (Button::icon_only("arrow-left", back).small().go(parent)) }
        nav .crumbs aria-label=(back) {
            @for (index, (label, url)) in trail.iter().enumerate() {
                @if index > 0 { span aria-hidden="true" { "/" } }
                @match url {
                    Some(url) => a href=(url) { (label) },
                    None => h1 aria-current="page" { (label) },
                }
            }
        }
    }
}

/// Quiet text in a bar.
pub fn sub(text: &str) -> Markup {
    html! { span .sub { (text) } }
}
