//! The frame of every page: the document, the shell with its menu, and what htmx gets of it.

use crate::{
    session::{Visit, html},
    texts,
    ui::{self, Me, NavItem, NavSection, Shell},
};
use axum::{
    http::{HeaderName, HeaderValue, StatusCode},
    response::Response,
};
use base64::Engine as _;
use guanxi_gate::{Gate, Result};
use guanxi_model::{Locale, access::action};
use maud::{DOCTYPE, Markup, html as markup};
use sha2::Digest as _;
use std::sync::LazyLock;

/// A page, before it is put into its frame.
#[derive(Debug, Default)]
pub struct Page {
    /// For the browser's tab.
    pub title: String,
    /// The menu entry it belongs to: an object's name, `home`, `messages`, `calendar`, `reports`, `settings`.
    pub menu: String,
    /// What stands inside `<main>`.
    pub main: Markup,
    /// 200 unless said otherwise.
    pub status: StatusCode,
    /// Further headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Page {
    /// Puts it into its frame: the document for a browser, `<main>` for htmx.
    ///
    /// # Errors
    /// When the menu's facts cannot be read.
    pub fn answer(self, visit: &Visit) -> Result<Response> {
        let body =
            if visit.asks.htmx { ui::main_only(&self.title, &self.main) } else { framed(&self, visit)? };
        let mut response = html(body.into_string());
        *response.status_mut() = self.status;
        for (name, value) in self.headers {
            response.headers_mut().insert(name, value);
        }
        Ok(response)
    }
}

/// What pages may load and do. The one inline script, which sets the theme before the first paint, is
/// allowed by its digest, so the header is the same for every answer.
pub fn content_security_policy() -> HeaderValue {
    static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
        let script = ui::theme_script("").into_string();
        let line = script
            .split_once('>')
            .and_then(|(_, rest)| rest.rsplit_once("</script>"))
            .map_or("", |(line, _)| line);
        let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(line.as_bytes()));
        let policy = format!(
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self' 'sha256-{digest}'; \
             connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
        );
        HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"))
    });
    POLICY.clone()
}

/// The name of the account set, or the product's while it has none.
///
/// # Errors
/// When the settings cannot be read.
pub fn company(gate: &Gate, locale: Locale) -> Result<String> {
    let company = gate.setting("company")?.filter(|name| !name.trim().is_empty());
    Ok(company.unwrap_or_else(|| texts::t(locale, "app.name").to_owned()))
}

/// What gives the islands their words, before they run.
fn islands_words(locale: Locale) -> Markup {
    let (file, _) = texts::islands_module(locale);
    markup! { script type="module" src={ "/assets/" (file) } {} }
}

/// A document without the shell, for people who are not logged in.
pub fn bare(locale: Locale, title: &str, main: &Markup) -> Markup {
    use crate::assets::url;
    markup! {
        (DOCTYPE)
        html lang=(locale.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover";
                meta name="renderer" content="webkit";
                title { (title) }
                (ui::theme_script(""))
                link rel="icon" type="image/svg+xml" href=(url("favicon.svg"));
                link rel="stylesheet" href=(url("app.css"));
                (islands_words(locale))
                script type="module" src=(url("app.js")) {}
            }
            body {
                (main)
                div .toasts #toasts role="status" aria-live="polite" {}
            }
        }
    }
}

fn framed(page: &Page, visit: &Visit) -> Result<Markup> {
    let locale = visit.locale();
    let company = company(visit.gate(), locale)?;
    let unread = visit.gate().unread_notices(visit.ctx())?;
    let badge = (unread > 0).then(|| if unread > 99 { "99+".to_owned() } else { unread.to_string() });
    let sections = sections(page, visit, badge.as_deref())?;
    let bottom = bottom(&sections);
    let shell = Shell {
        lang: locale.tag().to_owned(),
        title: format!("{} · {company}", page.title),
        nonce: String::new(),
        csrf: visit.session.csrf.clone(),
        mark: company.chars().next().unwrap_or('G').to_string(),
        brand: company,
        brand_menu: None,
        sections,
        bottom,
        more: visit.t("nav.more").to_owned(),
        me: me(visit)?,
        user: visit.ctx().subject.user.to_string(),
        skip: visit.t("nav.skip").to_owned(),
        nav_label: visit.t("nav.menu").to_owned(),
        find: visit.t("nav.find").to_owned(),
        find_key: "Ctrl K".to_owned(),
        palette: palette(visit),
        phrases: islands_words(locale),
        // Until the first password is changed every address but that page leads back to it, the stream too.
        events: (!visit.session.must_change).then(|| "/events".to_owned()),
        theme: matches!(visit.session.theme.as_str(), "light" | "dark").then(|| visit.session.theme.clone()),
        density: visit.asks.density.clone(),
    };
    Ok(ui::shell(&shell, &page.main))
}

/// The sidebar: what the reader may see, from the objects' own places in the menu.
fn sections(page: &Page, visit: &Visit, badge: Option<&str>) -> Result<Vec<NavSection>> {
    let item = |key: &'static str, href: &str, icon: &str, go: Option<&str>| NavItem {
        label: visit.t(key).to_owned(),
        href: href.to_owned(),
        icon: icon.to_owned(),
        current: page.menu == key.trim_start_matches("nav."),
        key: go.map(str::to_owned),
        ..NavItem::default()
    };
    let mut daily =
        vec![item("nav.home", "/", "house", Some("h")), item("nav.messages", "/notices", "inbox", Some("i"))];
    daily[1].badge = badge.map(str::to_owned);
    daily.extend(objects(page, visit, "daily"));
    daily.push(item("nav.calendar", "/calendar", "calendar", Some("l")));
    let mut business = objects(page, visit, "business");
    if visit.may("work_report", action::CREATE) {
        business.push(item("nav.team", "/team", "users", None));
    }
    if visit.may("customer", action::CREATE) {
        business.push(item("nav.duplicates", "/duplicates", "scan-search", None));
    }
    if visit.may("pool", action::READ) {
        let place = business.iter().position(|item| item.href == "/lead").map_or(0, |place| place + 1);
        business.insert(place, item("nav.pools", "/pools", "droplets", Some("p")));
    }
    let rights = &visit.ctx().rights;
    if rights.everything || !rights.reports.is_empty() {
        business.push(item("nav.reports", "/reports", "chart-column", Some("r")));
    }
    if rights.everything || !rights.settings.is_empty() {
        business.push(item("nav.settings", "/settings", "settings", None));
    }
    let mut sections = vec![NavSection { title: String::new(), items: daily, ..NavSection::default() }];
    if !business.is_empty() {
        let title = visit.t("nav.business").to_owned();
        sections.push(NavSection { title, items: business, ..NavSection::default() });
    }
    let more = objects(page, visit, "more");
    if !more.is_empty() {
        sections.push(NavSection { title: visit.t("nav.further").to_owned(), items: more, folded: true });
    }
    let own = visit.app.favourites(visit.ctx())?;
    if !own.is_empty() {
        let items = own.iter().take(12).map(|favourite| NavItem {
            label: favourite.view.label.clone(),
            href: format!("/{}?view={}", favourite.object, crate::session::encode(&favourite.view.name)),
            icon: "star".to_owned(),
            ..NavItem::default()
        });
        let title = visit.t("nav.favourites").to_owned();
        sections.push(NavSection { title, items: items.collect(), ..NavSection::default() });
    }
    Ok(sections)
}

/// The objects of a section that the reader may see, in their order.
fn objects(page: &Page, visit: &Visit, section: &str) -> Vec<NavItem> {
    let registry = visit.gate().registry();
    let mut found: Vec<_> = registry
        .objects()
        .filter_map(|object| {
            object.menu.as_ref().filter(|menu| menu.section == section).map(|menu| (menu.order, object))
        })
        .filter(|(_, object)| visit.may(&object.name, action::READ))
        .collect();
    found.sort_by_key(|(order, object)| (*order, object.name.clone()));
    let key = |name: &str| match name {
        "customer" => Some("c".to_owned()),
        "opportunity" => Some("d".to_owned()),
        "task" => Some("t".to_owned()),
        _ => None,
    };
    found
        .into_iter()
        .map(|(_, object)| NavItem {
            label: object.plural_label(visit.locale()).to_owned(),
            href: format!("/{}", object.name),
            icon: object.icon.clone(),
            current: page.menu == object.name,
            key: key(&object.name),
            ..NavItem::default()
        })
        .collect()
}

/// The phone's bottom bar: home, two objects of the day, messages.
fn bottom(sections: &[NavSection]) -> Vec<NavItem> {
    let daily = &sections[0].items;
    let objects =
        daily.iter().filter(|item| !matches!(item.href.as_str(), "/" | "/notices" | "/calendar")).take(2);
    let by = |href: &str| daily.iter().find(|item| item.href == href);
    let mut items: Vec<NavItem> = by("/").into_iter().chain(objects).cloned().collect();
    items.extend(by("/notices").cloned());
    if items.len() < 4 {
        items.extend(by("/calendar").cloned());
    }
    items
}

fn me(visit: &Visit) -> Result<Me> {
    let subject = &visit.ctx().subject;
    let registry = visit.gate().registry();
    let role = visit.ctx().rights.roles.first().and_then(|role| registry.role(role));
    let theme = |name: &str, icon: &str, key: &'static str| {
        ui::MenuItem::new(icon, visit.t(key), ui::Act::Run(format!("theme-{name}")))
    };
    let phrases = registry
        .object("quick_phrase")
        .filter(|_| visit.may("quick_phrase", action::READ))
        .map(|object| (object.plural_label(visit.locale()).to_owned(), object.icon.clone()));
    let mut items = vec![
        ui::MenuItem::Heading(subject.name.clone()),
        ui::MenuItem::new("settings-2", visit.t("nav.profile"), ui::Act::Go("/settings/me".to_owned())),
    ];
    items.extend(
        phrases
            .map(|(label, icon)| ui::MenuItem::new(&icon, &label, ui::Act::Go("/quick_phrase".to_owned()))),
    );
    items.extend([
        ui::MenuItem::new("key-round", visit.t("nav.password"), ui::Act::Go("/password".to_owned())),
        ui::MenuItem::new("keyboard", visit.t("nav.shortcuts"), ui::Act::Run("shortcuts".to_owned())),
        ui::MenuItem::Rule,
        theme("light", "sun", "nav.light"),
        theme("dark", "moon", "nav.dark"),
        theme("system", "monitor", "nav.system"),
        ui::MenuItem::Rule,
        ui::MenuItem::new("log-out", visit.t("nav.log_out"), ui::Act::Post("/logout".to_owned())),
    ]);
    let menu = ui::Menu { id: "me-menu".to_owned(), label: visit.t("nav.me").to_owned(), items };
    Ok(Me {
        name: subject.name.clone(),
        hint: role.map(|role| role.label.get(visit.locale()).to_owned()).unwrap_or_default(),
        hue: ui::hue_of(&subject.name),
        menu_id: menu.id.clone(),
        menu: ui::menu(&menu),
    })
}

fn palette(visit: &Visit) -> ui::PaletteTexts {
    let hint = |keys: &[&str], label: &'static str| ui::KeyHint {
        keys: keys.iter().map(|key| (*key).to_owned()).collect(),
        label: visit.t(label).to_owned(),
    };
    ui::PaletteTexts {
        label: visit.t("nav.search").to_owned(),
        placeholder: visit.t("palette.placeholder").to_owned(),
        hints: vec![hint(&["↑", "↓"], "palette.choose"), hint(&["↵"], "palette.open")],
        note: visit.t("palette.note").to_owned(),
    }
}
