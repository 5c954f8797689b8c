//! The line under a list: totals, keys, position.

use maud::{Markup, html};

use super::Button;

/// The line under a list.
#[derive(Clone, Debug, Default)]
pub struct Pager {
    /// Facts about the whole view: count, sum, average.
    pub facts: Vec<Markup>,
    /// The most useful keys.
    pub keys: Vec<KeyHint>,
    /// For example `1–50 / 328`.
    pub range: String,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// The labels of the two buttons.
    pub labels: (String, String),
}

/// Keys and what they do.
#[derive(Clone, Debug, Default)]
pub struct KeyHint {
    /// The caps of the keys.
    pub keys: Vec<String>,
    /// What they do.
    pub label: String,
}

/// The line under a list.
pub fn pager(pager: &Pager) -> Markup {
    let step = |icon: &str, label: &str, url: &Option<String>| {
        let button = Button::icon_only(icon, label).small();
        match url {
            Some(url) => button.go(url.clone()),
            None => button.disabled(label),
        }
    };
    html! {
        footer .pager id="pager" {
            @for fact in &pager.facts { span { (fact) } }
            div .keys aria-hidden="true" {
                @for hint in &pager.keys {
                    @for key in &hint.keys { kbd { (key) } }
                    span { (hint.label) }
                }
            }
            div .pages {
                span { (pager.range) }
                @if pager.previous.is_some() || pager.next.is_some() {
                    (step("chevron-left", &pager.labels.0, &pager.previous))
                    (step("chevron-right", &pager.labels.1, &pager.next))
                }
            }
        }
    }
}
