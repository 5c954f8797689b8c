//! Cards.

use maud::{Markup, html};

/// A raised surface.
pub fn card(content: &Markup) -> Markup {
    html! { div .card { (content) } }
}

/// A card with a heading, for dashboards and record panes. `span` is empty or one of `half`, `third`, `wide`.
pub fn panel(title: &str, span: &str, actions: Option<&Markup>, content: &Markup) -> Markup {
    html! {
        section class={ "card panel " (span) } {
            header .row {
                h3 { (title) }
                @if let Some(actions) = actions { span .spacer {} (actions) }
            }
            (content)
        }
    }
}
