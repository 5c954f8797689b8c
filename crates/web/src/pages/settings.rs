//! Settings: one's own, and those of the organisation for whoever holds the right. A menu at the left, the
//! page beside it; what changes is asked for in dialogs, so that the lists stay in sight.

pub mod about;
pub mod audit;
pub mod company;
pub mod departments;
pub mod dictionaries;
pub mod jobs;
pub mod me;
pub mod objects;
pub mod roles;
pub mod sets;
pub mod trash;
pub mod users;

use crate::{
    page::Page,
    pages::answer::{self, Ask},
    session::{Answer, Visit},
    ui::{self, Bar, NavItem, NavSection},
};
use axum::{http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Label, access::action};
use maud::{Markup, html as markup};

/// `GET /settings` leads to one's own.
///
/// # Errors
/// Never.
pub async fn home(visit: Visit) -> Answer {
    Ok(visit.go("/settings/me"))
}

/// The pages of the menu: name, icon, phrase, and the right that it needs.
const PAGES: [(&str, &str, &str, Right); 13] = [
    ("me", "circle-user", "settings.me", Right::None),
    ("company", "building", "settings.company", Right::Setting("settings")),
    ("users", "user-cog", "settings.users", Right::Setting("users")),
    ("departments", "network", "settings.departments", Right::Setting("users")),
    ("roles", "shield-check", "settings.roles", Right::Setting("roles")),
    ("dictionaries", "book-open", "settings.dictionaries", Right::Setting("dictionaries")),
    ("objects", "shapes", "settings.objects", Right::Setting("objects")),
    ("jobs", "alarm-clock", "settings.jobs", Right::Setting("jobs")),
    ("sets", "database", "settings.sets", Right::Setting("sets")),
    ("audit", "history", "settings.audit", Right::Setting("audit")),
    ("trash", "trash-2", "settings.trash", Right::Restore),
    ("api", "plug", "settings.api", Right::None),
    ("about", "info", "settings.about", Right::None),
];

/// What a page of the menu needs.
#[derive(Clone, Copy)]
enum Right {
    None,
    Setting(&'static str),
    Restore,
}

impl Right {
    fn is_held(self, visit: &Visit) -> bool {
        match self {
            Right::None => true,
            Right::Setting(right) => visit.ctx().rights.may_set(right),
            Right::Restore => {
                visit.gate().registry().objects().any(|object| visit.may(&object.name, action::RESTORE))
            }
        }
    }
}

/// The settings pages that the reader may open, for the menu and the palette: address, icon, phrase.
pub fn pages(visit: &Visit) -> Vec<(String, &'static str, &'static str)> {
    PAGES
        .into_iter()
        .filter(|(.., right)| right.is_held(visit))
        .map(|(name, icon, key, _)| (format!("/settings/{name}"), icon, key))
        .collect()
}

/// A settings page in its frame. `name` is the entry of the menu; `actions` stand in its header.
pub fn page(visit: &Visit, name: &str, title: &str, actions: Option<Markup>, body: &Markup) -> Page {
    let here = format!("/settings/{name}");
    let item = |(href, icon, key): &(String, &'static str, &'static str)| NavItem {
        label: visit.t(key).to_owned(),
        href: href.clone(),
        icon: (*icon).to_owned(),
        current: *href == here,
        ..NavItem::default()
    };
    let pages = pages(visit);
    let own = |href: &str| matches!(href, "/settings/me" | "/settings/api" | "/settings/about");
    let personal: Vec<NavItem> = pages.iter().filter(|(href, ..)| own(href)).map(item).collect();
    let shared: Vec<NavItem> = pages.iter().filter(|(href, ..)| !own(href)).map(item).collect();
    let mut sections = vec![NavSection {
        title: visit.t("settings.personal").to_owned(),
        items: personal,
        ..NavSection::default()
    }];
    if !shared.is_empty() {
        sections.push(NavSection {
            title: visit.t("settings.organisation").to_owned(),
            items: shared,
            ..NavSection::default()
        });
    }
    let main = markup! {
        (ui::bar(&Bar { title: visit.t("nav.settings").to_owned(), ..Bar::default() }))
        (ui::settings_page(visit.t("nav.settings"), &sections, &markup! {
            div .row.settings-head {
                h2 { (title) }
                span .spacer {}
                @if let Some(actions) = actions { (actions) }
            }
            (body)
        }))
    };
    Page { title: title.to_owned(), menu: "settings".to_owned(), main, ..Page::default() }
}

/// A table inside a settings page.
pub fn table(heads: &[&str], rows: &[Vec<Markup>]) -> Markup {
    markup! {
        div .table-scroll {
            table .table {
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { tr { @for cell in row { td { (cell) } } } } }
            }
        }
    }
}

/// A line of text to fill in.
pub fn text(name: &str, label: &str, value: &str) -> ui::Field {
    ui::Field {
        id: format!("in-{name}"),
        name: name.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        ..ui::Field::default()
    }
}

/// One of a few.
pub fn choose(name: &str, label: &str, value: &str, choices: Vec<ui::Choice>) -> ui::Field {
    ui::Field { widget: ui::Widget::Select(choices), ..text(name, label, value) }
}

/// A label in both languages, from the two inputs of [`labels`].
pub fn label_of(params: &crate::session::Params) -> Label {
    Label::new(
        params.get("label_zh").unwrap_or_default().trim(),
        params.get("label_en").unwrap_or_default().trim(),
    )
}

/// Two inputs for a label in both languages.
pub fn labels(visit: &Visit, label: &Label) -> Markup {
    markup! {
        (ui::form_field(&ui::Field { autofocus: true, required: Some(visit.t("form.required").to_owned()), ..text("label_zh", visit.t("settings.label_zh"), &label.zh) }))
        (ui::form_field(&text("label_en", visit.t("settings.label_en"), &label.en)))
    }
}

/// A dialog of the settings, which leads back to one of their pages: what was wrong stands above its fields.
pub fn dialog(title: &str, action: String, back: String, problem: Option<&Markup>, body: &Markup) -> Ask {
    Ask {
        title: title.to_owned(),
        action,
        body: markup! { @if let Some(problem) = problem { (problem) } (body) },
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: back,
        menu: "settings".to_owned(),
        ..Ask::default()
    }
}

/// What a dialog of the settings answers: the page it was opened from, or itself with what was wrong.
///
/// # Errors
/// With what no dialog can show.
pub fn saved(
    visit: &Visit,
    back: &str,
    done: Result<(), Error>,
    again: impl FnOnce(Markup) -> Result<Response, Error>,
) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(answer::stay(visit, back, visit.t("settings.saved"), None)),
        Err(error) => again(refusal(visit, error)?),
    }
}

/// What the door refused, above the fields of a dialog; or the error, when no dialog can show it.
///
/// # Errors
/// With what no dialog can show.
pub fn refusal(visit: &Visit, error: Error) -> Result<Markup, Error> {
    let Some(text) = answer::sentence(visit, &error) else { return Err(error) };
    Ok(markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } } })
}
