//! The document around every page: sidebar, sheet, bottom bar, and the places that overlays are put in.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{AvatarKind, PaletteTexts, Size, avatar_sized, icon, palette};
use crate::assets;

/// What the shell shows and says.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The language of the page, e.g. `zh-CN`.
    pub lang: String,
    /// The document's title.
    pub title: String,
    /// The number that allows the theme line under the content security policy.
    pub nonce: String,
    /// The token that every change sends back in `X-CSRF-Token`.
    pub csrf: String,
    /// The name of the account set.
    pub brand: String,
    /// The character or two in its mark.
    pub mark: String,
    /// The menu behind the brand, with its id, when there is one ([`super::menu()`]).
    pub brand_menu: Option<(String, Markup)>,
    /// The sidebar: daily items, then titled sections.
    pub sections: Vec<NavSection>,
    /// The bottom bar: four items; the fifth opens everything.
    pub bottom: Vec<NavItem>,
    /// The label of that fifth one.
    pub more: String,
    /// Who is logged in.
    pub me: Me,
    /// Their id, by which the browser tells apart what it keeps of whom.
    pub user: String,
    /// The link that skips the sidebar.
    pub skip: String,
    /// The label of the sidebar, read aloud.
    pub nav_label: String,
    /// What the search box says.
    pub find: String,
    /// The caps of its key.
    pub find_key: String,
    /// The words of the palette.
    pub palette: PaletteTexts,
    /// What brings the words of the islands: a module, or [`super::phrases_script`].
    pub phrases: Markup,
    /// The address of server-sent events, when the user gets live updates.
    pub events: Option<String>,
    /// The user's theme if it is not the system's: `light` or `dark`.
    pub theme: Option<String>,
    /// The user's row height if it is not the usual one: `compact` or `relaxed`.
    pub density: Option<String>,
}

/// A group of the sidebar.
#[derive(Clone, Debug, Default)]
pub struct NavSection {
    /// Its heading; empty for the first group.
    pub title: String,
    /// Its items.
    pub items: Vec<NavItem>,
    /// Whether they are folded away until one is wanted, so that the daily ones fit a small screen.
    pub folded: bool,
}

/// An item of the sidebar.
#[derive(Clone, Debug, Default)]
pub struct NavItem {
    /// Its label.
    pub label: String,
    /// Its address.
    pub href: String,
    /// Its icon.
    pub icon: String,
    /// Unread things, in red.
    pub badge: Option<String>,
    /// A quiet count.
    pub count: Option<String>,
    /// Whether this is where the reader is.
    pub current: bool,
    /// The key that follows G.
    pub key: Option<String>,
}

/// Who is logged in.
#[derive(Clone, Debug, Default)]
pub struct Me {
    /// Their name.
    pub name: String,
    /// Their department.
    pub hint: String,
    /// The hue of their avatar.
    pub hue: u16,
    /// The id of their menu.
    pub menu_id: String,
    /// Their menu ([`super::menu()`]).
    pub menu: Markup,
}

/// Sets the theme before the first paint, so that nothing flashes. It is the only inline script.
pub fn theme_script(nonce: &str) -> Markup {
    const LINE: &str = "(function(e){var t=null;try{t=localStorage.getItem('theme')}catch(_){}t=t||e.dataset.choice||'system';\
        e.dataset.theme=t==='dark'||(t==='system'&&matchMedia('(prefers-color-scheme:dark)').matches)?'dark':'light'})(document.documentElement)";
    html! { script nonce=(nonce) { (PreEscaped(LINE)) } }
}

/// The whole document around the content of a page.
pub fn shell(page: &Shell, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(page.lang) data-choice=[page.theme.as_deref()] data-density=[page.density.as_deref()] {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="renderer" content="webkit";
                meta name="csrf" content=(page.csrf);
                meta name="user" content=(page.user);
                title { (page.title) }
                (theme_script(&page.nonce))
                link rel="icon" type="image/svg+xml" href=(assets::url("favicon.svg"));
                link rel="manifest" href="/manifest.webmanifest";
                link rel="preload" as="font" type="font/woff2" crossorigin href=(assets::url("inter.woff2"));
                link rel="stylesheet" href=(assets::url("app.css"));
                (page.phrases)
                script type="module" src=(assets::url("app.js")) {}
                @for module in assets::imported() { link rel="modulepreload" href=(module); }
            }
            body data-events=[page.events.as_deref()] hx-boost:inherited="target:#main swap:outerMorph select:#main" {
                a .skip href="#main" { (page.skip) }
                div .top-progress id="top-progress" {}
                div .app {
                    (sidebar(page))
                    (main_only("", main))
                    (bottom_nav(page))
                }
                (overlays(page))
            }
        }
    }
}

/// The sheet alone: what a request with `HX-Request` is answered with. The title, if given, becomes the document's.
pub fn main_only(title: &str, main: &Markup) -> Markup {
    html! {
        @if !title.is_empty() { title { (title) } }
        main .main id="main" tabindex="-1" hx-history-elt { (main) }
    }
}

fn sidebar(page: &Shell) -> Markup {
    let brand = html! {
        span .logo aria-hidden="true" { (page.mark) }
        b .ell { (page.brand) }
        @if page.brand_menu.is_some() { (icon("chevrons-up-down")) }
    };
    html! {
        aside .side id="side" {
            @match &page.brand_menu {
                Some((id, menu)) => {
                    button .brand type="button" data-menu=(id) aria-haspopup="true" aria-expanded="false" { (brand) }
                    (menu)
                }
                None => div .brand { (brand) },
            }
            button .find type="button" data-do="palette" aria-label={ (page.find) " " (page.find_key) } {
                (icon("search"))
                span { (page.find) }
                " "
                kbd { (page.find_key) }
            }
            nav id="nav" aria-label=(page.nav_label) {
                @for section in &page.sections { (nav_section(section)) }
            }
            button .me type="button" data-menu=(page.me.menu_id) aria-haspopup="true" aria-expanded="false" title={ (page.me.name) " " (page.me.hint) } {
                (avatar_sized(&page.me.name, page.me.hue, AvatarKind::Person, Size::Medium))
                span .who {
                    span .ell { (page.me.name) }
                    small .ell { (page.me.hint) }
                }
                (icon("settings"))
            }
            (page.me.menu)
        }
    }
}

fn nav_section(section: &NavSection) -> Markup {
    html! {
        @if section.folded {
            details .nav-more open[section.items.iter().any(|item| item.current)] {
                summary .nav title=(section.title) { (icon("chevron-right")) span .label { (section.title) } }
                @for item in &section.items { (nav_item(item)) }
            }
        } @else {
            @if !section.title.is_empty() { h2 { (section.title) } }
            @for item in &section.items { (nav_item(item)) }
        }
    }
}

fn nav_item(item: &NavItem) -> Markup {
    html! {
        a .nav href=(item.href) title=(item.label) aria-current=[item.current.then_some("page")] data-go=[item.key.as_deref()] {
            (icon(&item.icon))
            span .label { (item.label) }
            @if let Some(badge) = &item.badge { span .badge { (badge) } }
            @if let Some(count) = &item.count { span .count { (count) } }
        }
    }
}

fn bottom_nav(page: &Shell) -> Markup {
    html! {
        nav .bottom-nav id="bottom-nav" aria-label=(page.nav_label) {
            @for item in page.bottom.iter().take(4) {
                a href=(item.href) aria-current=[item.current.then_some("page")] {
                    (icon(&item.icon))
                    span { (item.label) }
                    @if let Some(badge) = &item.badge { span .badge { (badge) } }
                }
            }
            button type="button" data-menu="more-menu" aria-haspopup="true" aria-expanded="false" {
                (icon("menu"))
                span { (page.more) }
            }
        }
        div .menu.popover.sheet id="more-menu" role="menu" aria-label=(page.more) hidden {
            @for section in &page.sections {
                @if !section.title.is_empty() { h3 role="presentation" { (section.title) } }
                @for item in &section.items {
                    a role="menuitem" tabindex="-1" href=(item.href) { (icon(&item.icon)) span { (item.label) } }
                }
            }
        }
    }
}

/// Overlays live outside the sheet, so that they survive a change of page.
fn overlays(page: &Shell) -> Markup {
    html! {
        aside .drawer id="drawer" role="dialog" aria-labelledby="drawer-title" tabindex="-1" hidden {}
        dialog .dialog id="dialog" aria-labelledby="dialog-title" {}
        (palette(&page.palette))
        div .toasts id="toasts" role="status" aria-live="polite" {}
    }
}
