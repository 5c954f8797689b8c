//! What the dialog and the drawer show. Both elements stand in the shell; their content is fetched.

use maud::{Markup, Render, html};

use super::{Button, icon};

/// The content of a dialog.
#[derive(Clone, Debug, Default)]
pub struct Dialog {
    /// Its title.
    pub title: String,
    /// What it asks or says.
    pub body: Markup,
    /// The label of the button that closes it.
    pub close: String,
    /// Buttons; the last is the main one.
    pub actions: Vec<Button>,
    /// Whether it is wide.
    pub wide: bool,
}

/// The content of `<dialog id="dialog">`.
pub fn dialog(dialog: &Dialog) -> Markup {
    html! {
        header data-wide[dialog.wide] {
            h2 id="dialog-title" { (dialog.title) }
            (close(&dialog.close))
        }
        div .content { (dialog.body) }
        @if !dialog.actions.is_empty() {
            footer { @for action in &dialog.actions { (action.render()) } }
        }
    }
}

/// A dialog around a form: the form of a verb, or of a new record. Its answer is 2xx with the toast and
/// changed fragments, or 422 with the same dialog again, now saying what is wrong.
pub fn verb_dialog(action: &str, content: &Dialog) -> Markup {
    html! {
        form method="post" action=(action) data-dialog-form { (dialog(content)) }
    }
}

/// The content of `<aside id="drawer">`, with the address of the whole page.
pub fn drawer(
    title: &str,
    open_page: Option<(&str, &str)>,
    close_label: &str,
    body: &Markup,
    actions: Option<&Markup>,
) -> Markup {
    html! {
        header {
            h2 id="drawer-title" { (title) }
            @if let Some((url, label)) = open_page {
                (Button::new(label).ghost().small().icon("external-link").go(url))
            }
            (close(close_label))
        }
        div .content { (body) }
        @if let Some(actions) = actions { footer { (actions) } }
    }
}

fn close(label: &str) -> Markup {
    html! {
        button .btn.ghost.square.sz-s type="button" data-close aria-label=(label) { (icon("x")) }
    }
}
