//! Empty states: nothing yet, no match, no access, failed.

use maud::{Markup, html};

use super::icon;

/// Why there is nothing to see.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyKind {
    /// Nothing has been made yet.
    #[default]
    NothingYet,
    /// The filter matches nothing.
    NoMatch,
    /// The reader may not see it.
    NoAccess,
    /// Something went wrong.
    Failed,
}

/// An empty state.
#[derive(Clone, Debug, Default)]
pub struct Empty {
    /// Why it is empty.
    pub kind: EmptyKind,
    /// The icon of what belongs here; empty takes the kind's own.
    pub icon: String,
    /// What is the case.
    pub title: String,
    /// What will appear here, or what to do.
    pub text: String,
    /// Buttons.
    pub actions: Option<Markup>,
    /// The number to give to whoever helps.
    pub code: Option<String>,
}

/// An empty state.
pub fn empty_state(empty: &Empty) -> Markup {
    let (class, own) = match empty.kind {
        EmptyKind::NothingYet => ("empty", "inbox"),
        EmptyKind::NoMatch => ("empty no-match", "scan-search"),
        EmptyKind::NoAccess => ("empty no-access", "lock"),
        EmptyKind::Failed => ("empty failed", "octagon-alert"),
    };
    let name = if empty.icon.is_empty() { own } else { &empty.icon };
    html! {
        div class=(class) {
            div .picture { (icon(name)) }
            h2 { (empty.title) }
            p { (empty.text) }
            @if let Some(actions) = &empty.actions { div .row { (actions) } }
            @if let Some(code) = &empty.code { code { (code) } }
        }
    }
}
