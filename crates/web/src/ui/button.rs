//! Buttons.

use maud::{Markup, Render, html};

use super::{Act, icon};

/// A button or a link that looks like one. Built step by step: `Button::new(label).primary().icon("plus").dialog(url)`.
#[derive(Clone, Debug, Default)]
pub struct Button {
    label: String,
    icon: Option<String>,
    end_icon: Option<String>,
    class: &'static str,
    small: bool,
    square: bool,
    key: Option<String>,
    act: Act,
    name: Option<(String, String)>,
    pressed: Option<bool>,
    disabled: bool,
    reason: Option<String>,
    hide_small: bool,
}

impl Button {
    /// A plain button.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), ..Self::default() }
    }

    /// A square ghost button that shows only an icon; the label is read aloud and shown as a tip.
    pub fn icon_only(icon: &str, label: impl Into<String>) -> Self {
        Self { square: true, ..Self::new(label).ghost().icon(icon) }
    }

    /// The one main action of a screen.
    pub fn primary(mut self) -> Self {
        self.class = "primary";
        self
    }

    /// A button without a border.
    pub fn ghost(mut self) -> Self {
        self.class = "ghost";
        self
    }

    /// An action that cannot be undone.
    pub fn danger(mut self) -> Self {
        self.class = "danger";
        self
    }

    /// 28 px high.
    pub fn small(mut self) -> Self {
        self.small = true;
        self
    }

    /// An icon before the label.
    pub fn icon(mut self, name: &str) -> Self {
        self.icon = Some(name.to_owned());
        self
    }

    /// An icon after the label.
    pub fn end_icon(mut self, name: &str) -> Self {
        self.end_icon = Some(name.to_owned());
        self
    }

    /// The key that does the same; it is shown, and `assets/src/shortcuts.ts` presses the button for it.
    pub fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// What it does.
    pub fn act(mut self, act: Act) -> Self {
        self.act = act;
        self
    }

    /// Follows a link.
    pub fn go(self, url: impl Into<String>) -> Self {
        self.act(Act::Go(url.into()))
    }

    /// Opens a dialog fetched from an address.
    pub fn dialog(self, url: impl Into<String>) -> Self {
        self.act(Act::Dialog(url.into()))
    }

    /// Opens the drawer with content from an address.
    pub fn drawer(self, url: impl Into<String>) -> Self {
        self.act(Act::Drawer(url.into()))
    }

    /// Posts to an address.
    pub fn post(self, url: impl Into<String>) -> Self {
        self.act(Act::Post(url.into()))
    }

    /// Opens the menu with this id.
    pub fn menu(self, id: impl Into<String>) -> Self {
        self.act(Act::Menu(id.into()))
    }

    /// Runs a command of the browser side.
    pub fn run(self, command: impl Into<String>) -> Self {
        self.act(Act::Run(command.into()))
    }

    /// Submits the form around it.
    pub fn submit(self) -> Self {
        self.act(Act::Submit)
    }

    /// Submits with this name and value, for forms with several outcomes.
    pub fn submit_as(mut self, name: &str, value: &str) -> Self {
        self.name = Some((name.to_owned(), value.to_owned()));
        self.submit()
    }

    /// Says whether a toggle is on.
    pub fn pressed(mut self, on: bool) -> Self {
        self.pressed = Some(on);
        self
    }

    /// Cannot be used now, and the tip says why.
    pub fn disabled(mut self, reason: impl Into<String>) -> Self {
        self.disabled = true;
        self.reason = Some(reason.into());
        self
    }

    /// Not shown on a phone.
    pub fn hide_small(mut self) -> Self {
        self.hide_small = true;
        self
    }

    fn classes(&self) -> String {
        let mut classes = String::from("btn");
        let parts = [
            (!self.class.is_empty(), self.class),
            (self.small, "sz-s"),
            (self.square, "square"),
            (self.hide_small, "hide-s"),
        ];
        for (_, class) in parts.iter().filter(|(wanted, _)| *wanted) {
            classes.push(' ');
            classes.push_str(class);
        }
        classes
    }

    fn tip(&self) -> Option<&str> {
        self.reason.as_deref().or_else(|| self.square.then_some(self.label.as_str()))
    }

    fn content(&self) -> Markup {
        html! {
            @if let Some(name) = &self.icon { (icon(name)) }
            @if self.square {
                span .sr-only { (self.label) }
            } @else {
                span .label { (self.label) }
            }
            @if let Some(name) = &self.end_icon { (icon(name)) }
            @if let Some(key) = &self.key && !self.square { kbd { (key) } }
        }
    }
}

impl Render for Button {
    fn render(&self) -> Markup {
        let href = self.act.href().filter(|_| !self.disabled);
        html! {
            @if let Some(href) = href {
                a class=(self.classes()) href=(href) download[self.act.is_download()]
                    data-tip=[self.tip()] data-key=[self.key.as_deref()]
                    aria-current=[self.pressed.filter(|on| *on).map(|_| "true")] { (self.content()) }
            } @else {
                button class=(self.classes()) type=(if self.act == Act::Submit { "submit" } else { "button" })
                    disabled[self.disabled]
                    name=[self.name.as_ref().map(|pair| &pair.0)] value=[self.name.as_ref().map(|pair| &pair.1)]
                    data-tip=[self.tip()] data-key=[self.key.as_deref()]
                    data-dialog=[self.act.dialog()] data-drawer=[self.act.drawer()] data-post=[self.act.post()]
                    data-menu=[self.act.menu()] data-do=[self.act.run()]
                    aria-haspopup=[self.act.menu().map(|_| "true")] aria-expanded=[self.act.menu().map(|_| "false")]
                    aria-pressed=[self.pressed.map(|on| if on { "true" } else { "false" })] { (self.content()) }
            }
        }
    }
}

/// A button as a function, for those who prefer it.
pub fn button(button: &Button) -> Markup {
    button.render()
}

/// The phone's round button for the main action; add class `has-fab` to an ancestor so that the last card scrolls clear.
pub fn fab(icon_name: &str, label: &str, act: &Act) -> Markup {
    html! {
        @if let Some(href) = act.href() {
            a .fab href=(href) aria-label=(label) { (icon(icon_name)) }
        } @else {
            button .fab type="button" aria-label=(label) data-dialog=[act.dialog()] data-drawer=[act.drawer()]
                data-post=[act.post()] data-menu=[act.menu()] data-do=[act.run()] { (icon(icon_name)) }
        }
    }
}
