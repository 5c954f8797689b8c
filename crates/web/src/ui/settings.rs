//! Settings pages: a menu at the left, a form, and a bar that appears when something changed.

use maud::{Markup, Render, html};

use super::{Button, NavSection, icon};

/// A settings page.
pub fn settings_page(label: &str, sections: &[NavSection], body: &Markup) -> Markup {
    html! {
        div .settings {
            nav .settings-menu aria-label=(label) {
                @for section in sections {
                    @if !section.title.is_empty() { h2 { (section.title) } }
                    @for item in &section.items {
                        a .nav href=(item.href) aria-current=[item.current.then_some("page")] {
                            (icon(&item.icon))
                            span .label { (item.label) }
                        }
                    }
                }
            }
            div .settings-body { (body) }
        }
    }
}

/// A setting: words at the left, its control at the right.
pub fn setting(title: &str, text: &str, control: &Markup) -> Markup {
    html! {
        div .setting {
            div {
                h3 { (title) }
                @if !text.is_empty() { p { (text) } }
            }
            (control)
        }
    }
}

/// The bar that says a form has unsaved changes; `assets/src/forms.ts` shows it. It stands inside the form.
pub fn dirty_bar(text: &str, buttons: &[Button]) -> Markup {
    html! {
        div .dirty-bar data-dirty-bar hidden {
            (icon("info"))
            span .text { (text) }
            @for button in buttons { (button.render()) }
        }
    }
}
