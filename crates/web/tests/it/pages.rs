//! Every page for every role in both languages: it is there, it is whole, and it lacks no phrase.

use crate::world::{ROLES, World};
use axum::http::StatusCode;
use guanxi_model::Locale;
use guanxi_web::{
    routes::{Access, table},
    texts,
};
use std::collections::BTreeSet;

/// Pages beside those of the table's plain paths.
const MORE: [&str; 16] = [
    "/customer?view=all",
    "/customer?view=all&layout=board",
    "/customer?filter=grade+%3D%3D+%22key_development%22+%26%26+owner+in+my_team",
    "/customer?filter=%28%28%28",
    "/customer?q=%E4%BA%91%E5%B8%86",
    "/customer?view=all&columns=name,owner,phone&sort=-name",
    "/opportunity?view=board",
    "/opportunity?view=all",
    "/task?view=all&layout=board",
    "/task?view=all&layout=calendar",
    "/appointment",
    "/order?view=all",
    "/service_request?view=all",
    "/contact?view=all",
    "/calendar?span=week",
    "/calendar?span=day",
];

/// The names of the phrase tables, by which a phrase that is missing shows.
fn families() -> BTreeSet<String> {
    let table: toml::Table = include_str!("../../phrases/zh.toml").parse().unwrap();
    table.keys().cloned().collect()
}

/// Words on a page that are the key of a phrase instead of the phrase.
fn keys_shown(body: &str, families: &BTreeSet<String>) -> Vec<String> {
    let words = body.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.'));
    let looks = |word: &&str| {
        word.split_once('.').is_some_and(|(family, rest)| {
            families.contains(family) && !rest.is_empty() && !rest.contains('.') && rest.len() > 2
        })
    };
    words.filter(looks).map(str::to_owned).collect()
}

#[test]
fn every_page_for_every_role_in_both_languages() {
    let world = World::new();
    let families = families();
    // Addresses, and jobs, whose names are shown beside their titles for those who call them.
    let jobs = world.gate.jobs();
    let names: Vec<&str> =
        ["app.css", "app.js", "calendar.ics"].into_iter().chain(jobs.iter().map(|job| job.name)).collect();
    let plain: Vec<&str> = table()
        .into_iter()
        .filter(|route| route.method == "GET" && route.access != Access::Public)
        .filter(|route| !route.path.contains('{') && !matches!(route.path, "/events" | "/dev/ui"))
        .map(|route| route.path)
        .collect();
    let mut records: Vec<String> =
        world.records.iter().map(|(object, id)| format!("/{object}/{id}")).collect();
    records.extend(world.records.keys().map(|object| format!("/{object}/new")));
    let has_records = table().iter().any(|route| route.path == "/{object}/{id}");
    for role in ROLES {
        for (lang, locale) in [("zh", Locale::Zh), ("en", Locale::En)] {
            let browser = world.signs_in(role, lang);
            let all = plain
                .iter()
                .copied()
                .chain(MORE)
                .chain(records.iter().filter(|_| has_records).map(String::as_str));
            for path in all {
                let seen = world.get(&browser, path);
                let fine = seen.status == StatusCode::OK
                    || seen.status.is_redirection()
                    || matches!(
                        seen.status,
                        StatusCode::FORBIDDEN | StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST
                    );
                assert!(fine, "{role} {lang} {path}: {} {}", seen.status, seen.texts("main").join(" "));
                if !seen.header("content-type").starts_with("text/html") || seen.status.is_redirection() {
                    continue;
                }
                assert_eq!(seen.attrs("html", "lang"), [locale.tag()], "{role} {lang} {path}");
                assert!(seen.has("main#main"), "{role} {lang} {path}: a whole page");
                let body = seen.body.split("id=\"phrases\"").next().unwrap_or_default();
                let mut missing = keys_shown(body, &families);
                // Choices of a single field are named after it.
                missing.retain(|word| !names.contains(&word.as_str()));
                missing.retain(|word| world.gate.registry().dictionary(word).is_none());
                assert!(missing.is_empty(), "{role} {lang} {path}: phrases are missing: {missing:?}");
                if locale == Locale::En {
                    let heading = seen.texts("title").join(" ");
                    assert!(!heading.contains("登录"), "{role} {path}: {heading}");
                }
                assert!(!seen.body.contains(" style=\""), "{role} {lang} {path}: a style attribute");
            }
        }
    }
}

#[test]
fn the_menu_holds_what_a_role_may_read() {
    let world = World::new();
    let entries = |role: &str| world.get(&world.signs_in(role, "zh"), "/").attrs("#nav a", "href");
    let manager = entries("account_manager");
    for wanted in ["/", "/notices", "/customer", "/opportunity", "/task", "/calendar"] {
        assert!(manager.iter().any(|href| href == wanted), "{wanted} is missing: {manager:?}");
    }
    assert!(
        !entries("service_agent").iter().any(|href| href == "/opportunity"),
        "an agent has no opportunities"
    );
    assert!(
        !entries("admin").iter().any(|href| href == "/customer"),
        "an administrator has no personal data"
    );
    assert!(entries("admin").iter().any(|href| href == "/settings"));
    assert!(!manager.iter().any(|href| href == "/settings"));
}

#[test]
fn htmx_gets_the_sheet_and_a_browser_the_document() {
    let world = World::new();
    let browser = world.signs_in("account_manager", "zh");
    let page = world.get(&browser, "/customer");
    assert!(page.body.starts_with("<!DOCTYPE html>") && page.has("aside#side") && page.has("main#main"));
    let sheet = world.boosted(&browser, "/customer");
    assert!(!sheet.body.contains("<!DOCTYPE") && !sheet.body.contains("id=\"side\""));
    assert!(sheet.has("main#main") && sheet.has("title"));
    assert!(sheet.headers.get_all("vary").iter().any(|vary| vary.to_str().unwrap().contains("HX-Request")));
}

#[test]
fn both_languages_have_the_same_phrases() {
    fn keys(source: &str) -> BTreeSet<String> {
        fn walk(prefix: &str, table: &toml::Table, out: &mut BTreeSet<String>) {
            for (key, value) in table {
                match value {
                    toml::Value::Table(inner) => walk(&format!("{prefix}{key}."), inner, out),
                    _ => drop(out.insert(format!("{prefix}{key}"))),
                }
            }
        }
        let mut out = BTreeSet::new();
        walk("", &source.parse().unwrap(), &mut out);
        out
    }
    let (zh, en) = (keys(include_str!("../../phrases/zh.toml")), keys(include_str!("../../phrases/en.toml")));
    assert_eq!(zh.symmetric_difference(&en).collect::<Vec<_>>(), Vec::<&String>::new());
    assert!(texts::phrases().has(Locale::Zh, "nav.home"));
}
