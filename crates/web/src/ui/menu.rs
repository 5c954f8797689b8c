//! Menus, opened by a button with [`Act::Menu`].

use maud::{Markup, html};

use super::{Act, icon};

/// A list of actions.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    /// The id that the button names.
    pub id: String,
    /// What the menu is about, read aloud.
    pub label: String,
    /// Its lines.
    pub items: Vec<MenuItem>,
}

/// A line of a menu.
#[derive(Clone, Debug)]
pub enum MenuItem {
    /// A heading.
    Heading(String),
    /// A line between groups.
    Rule,
    /// An action.
    Item {
        /// Its icon, or none.
        icon: Option<String>,
        /// Its label.
        label: String,
        /// Its key.
        key: Option<String>,
        /// What it does.
        act: Act,
        /// Whether it is chosen, for menus of choices.
        chosen: bool,
        /// Whether it destroys.
        danger: bool,
    },
}

impl MenuItem {
    /// An action with an icon.
    pub fn new(icon: &str, label: impl Into<String>, act: Act) -> Self {
        Self::Item {
            icon: Some(icon.to_owned()),
            label: label.into(),
            key: None,
            act,
            chosen: false,
            danger: false,
        }
    }

    /// The same, in red.
    pub fn danger(icon: &str, label: impl Into<String>, act: Act) -> Self {
        Self::Item {
            icon: Some(icon.to_owned()),
            label: label.into(),
            key: None,
            act,
            chosen: false,
            danger: true,
        }
    }

    /// A choice among several; the chosen one has a tick.
    pub fn choice(label: impl Into<String>, act: Act, chosen: bool) -> Self {
        let icon = chosen.then(|| "check".to_owned());
        Self::Item { icon, label: label.into(), key: None, act, chosen, danger: false }
    }
}

/// A closed menu; it stands anywhere in the page, best just after its button.
pub fn menu(menu: &Menu) -> Markup {
    html! {
        div .menu.popover.sheet id=(menu.id) role="menu" aria-label=(menu.label) hidden {
            @for item in &menu.items {
                @match item {
                    MenuItem::Heading(text) => h3 role="presentation" { (text) },
                    MenuItem::Rule => hr;,
                    MenuItem::Item { icon: name, label, key, act, chosen, danger } => {
                        @let content = html! {
                            @if let Some(name) = name { (icon(name)) }
                            span { (label) }
                            @if let Some(key) = key { span .end { kbd { (key) } } }
                        };
                        @if let Some(href) = act.href() {
                            a role="menuitem" tabindex="-1" href=(href) download[act.is_download()]
                                class=[danger.then_some("danger")] aria-current=[chosen.then_some("true")] { (content) }
                        } @else {
                            button role="menuitem" tabindex="-1" type=(if *act == Act::Submit { "submit" } else { "button" })
                                class=[danger.then_some("danger")]
                                data-dialog=[act.dialog()] data-drawer=[act.drawer()] data-post=[act.post()]
                                data-menu=[act.menu()] data-do=[act.run()] { (content) }
                        }
                    }
                }
            }
        }
    }
}
