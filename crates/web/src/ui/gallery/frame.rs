//! The shell around samples.

use maud::{DOCTYPE, Markup, html};

use super::Samples;
use crate::{
    assets,
    ui::{
        Act, KeyHint, Me, Menu, MenuItem, NavItem, NavSection, PaletteTexts, Shell, menu, phrases_script,
        shell, theme_script,
    },
};

fn item(samples: &Samples, key: &str, icon: &str, current: bool) -> NavItem {
    NavItem {
        label: samples.t(key),
        href: format!("#{key}"),
        icon: icon.to_owned(),
        current,
        ..NavItem::default()
    }
}

pub(super) fn framed(samples: &Samples, page: &str, main: &Markup) -> Markup {
    let now = match page {
        "board" => "deals",
        "dashboard" => "reports",
        "calendar" => "calendar",
        "empty" => "requests",
        _ => "customers",
    };
    let nav = |key: &str, icon: &str| item(samples, key, icon, key == now);
    let mut messages = nav("messages", "inbox");
    messages.badge = Some("5".to_owned());
    let mut tasks = nav("tasks", "list-checks");
    tasks.count = Some("12".to_owned());
    let daily = vec![
        nav("home", "house"),
        messages.clone(),
        nav("customers", "building-2"),
        nav("deals", "kanban"),
        tasks,
        nav("calendar", "calendar"),
    ];
    let business =
        vec![nav("contracts", "file-text"), nav("requests", "ticket"), nav("reports", "chart-column")];
    let account = Menu {
        id: "me-menu".to_owned(),
        label: samples.t("me"),
        items: vec![MenuItem::new("moon", samples.t("theme"), Act::Run("theme".to_owned()))],
    };
    let shell_texts = Shell {
        lang: samples.lang.clone(),
        title: samples.t(now),
        brand: samples.t("company"),
        mark: samples.t("mark"),
        bottom: vec![nav("home", "house"), nav("customers", "building-2"), nav("deals", "kanban"), messages],
        sections: vec![
            NavSection { title: String::new(), items: daily, ..NavSection::default() },
            NavSection { title: samples.t("business"), items: business, ..NavSection::default() },
            NavSection {
                title: samples.t("favourites"),
                items: vec![item(samples, "renewals", "star", false)],
                ..NavSection::default()
            },
        ],
        more: samples.t("more"),
        me: Me {
            name: samples.t("me"),
            hint: samples.t("dept"),
            hue: 256,
            menu_id: "me-menu".to_owned(),
            menu: menu(&account),
        },
        skip: samples.t("skip"),
        nav_label: samples.t("menu"),
        find: samples.t("find"),
        find_key: "⌘K".to_owned(),
        palette: palette_texts(samples),
        phrases: phrases_script(&samples.phrases),
        ..Shell::default()
    };
    shell(&shell_texts, main)
}

pub(super) fn palette_texts(samples: &Samples) -> PaletteTexts {
    let hint = |keys: &[&str], key: &str| KeyHint {
        keys: keys.iter().map(|cap| (*cap).to_owned()).collect(),
        label: samples.t(key),
    };
    PaletteTexts {
        label: samples.t("find"),
        placeholder: samples.t("palette_ph"),
        hints: vec![hint(&["↑", "↓"], "choose_k"), hint(&["↵"], "open")],
        note: samples.t("pinyin"),
    }
}

/// A document without the shell.
pub(super) fn bare(samples: &Samples, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(samples.lang) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                title { (samples.t("login")) }
                (theme_script(""))
                link rel="stylesheet" href=(assets::url("app.css"));
                script type="module" src=(assets::url("app.js")) {}
            }
            body { (main) (phrases_script(&samples.phrases)) }
        }
    }
}
