//! View tabs and the segmented control.

use maud::{Markup, html};

use super::icon;

/// A saved view, or one of the parts of a page.
#[derive(Clone, Debug, Default)]
pub struct Tab {
    /// Its name.
    pub label: String,
    /// Its count, when it is known.
    pub count: Option<String>,
    /// Its address.
    pub href: String,
    /// An icon before the name.
    pub icon: Option<String>,
    /// Whether it is the one shown.
    pub current: bool,
    /// The element that shows the count, so that a partial can update it.
    pub id: Option<String>,
}

/// The row of saved views, with controls (such as the layout switch) at its end.
pub fn view_tabs(label: &str, tabs: &[Tab], end: Option<&Markup>) -> Markup {
    html! {
        nav .tabs aria-label=(label) {
            @for tab in tabs {
                a .tab href=(tab.href) id=[tab.id.as_deref()] aria-current=[tab.current.then_some("page")] {
                    @if let Some(name) = &tab.icon { (icon(name)) }
                    (tab.label)
                    @if let Some(count) = &tab.count { span .count { (count) } }
                }
            }
            @if let Some(end) = end { div .end { (end) } }
        }
    }
}

/// A segmented control of links: (icon, label, address, chosen). Icons alone are read aloud by their label.
pub fn segmented(label: &str, options: &[(String, String, String, bool)]) -> Markup {
    html! {
        div .seg role="group" aria-label=(label) {
            @for (name, text, href, chosen) in options {
                a href=(href) aria-current=[chosen.then_some("true")] aria-label=(text) data-tip=[(!name.is_empty()).then_some(text)] {
                    @if name.is_empty() { (text) } @else { (icon(name)) }
                }
            }
        }
    }
}
