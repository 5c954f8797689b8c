//! `GET /palette?q=`: what the command palette offers: records, what can be made, where one can go. With `>`
//! before the words only actions are looked through.

use crate::{
    page::Page,
    pages::{answer, settings},
    session::{Answer, Visit},
    ui,
};
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use guanxi_gate::{Error, Hit};
use guanxi_model::{Object, Query, access::action};
use maud::html;
use serde_json::{Value as Item, json};
use std::sync::Arc;

/// Records that are offered at a time.
const RECORDS: usize = 8;

/// The groups, as JSON.
///
/// # Errors
/// When the search fails.
pub async fn show(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<_, Error> {
            let text = visit.asks.param("q").unwrap_or_default();
            let only_actions = text.trim_start().starts_with('>');
            let words = text.trim_start().trim_start_matches('>').trim().chars().take(60).collect::<String>();
            let mut groups = Vec::new();
            if !only_actions {
                let (title, hits) = if words.is_empty() {
                    (visit.t("palette.recent"), recent(visit)?)
                } else {
                    (visit.t("palette.records"), visit.gate().search(visit.ctx(), &words, None, RECORDS)?)
                };
                let mut items: Vec<Item> = hits.iter().map(|hit| record(visit, hit)).collect();
                if !words.is_empty() {
                    items.push(json!({
                        "label": visit.fill("palette.search_all", &[("q", &words)]),
                        "icon": "search",
                        "url": format!("/search?q={}", crate::session::encode(&words)),
                    }));
                }
                groups.push(json!({ "title": title, "items": items }));
            }
            groups.push(
                json!({ "title": visit.t("palette.actions"), "items": matching(actions(visit), &words) }),
            );
            groups.push(
                json!({ "title": visit.t("palette.places"), "items": matching(places(visit), &words) }),
            );
            Ok(Json(groups).into_response())
        })
        .await
}

/// The customers and opportunities that were touched last, which is what one goes back to.
fn recent(visit: &Visit) -> Result<Vec<Hit>, Error> {
    let registry = visit.gate().registry();
    let mut objects: Vec<&Arc<Object>> = registry
        .objects()
        .filter(|object| {
            object.menu.as_ref().is_some_and(|menu| menu.section == "daily")
                && visit.may(&object.name, action::READ)
        })
        .collect();
    objects.sort_by_key(|object| object.menu.as_ref().map_or(0, |menu| menu.order));
    let mut found = Vec::new();
    for object in objects.into_iter().take(3) {
        let query = Query::of(&object.name)
            .fields([object.title.as_str(), "updated_at"])
            .sort(["-updated_at"])
            .limit(3);
        let page = visit.gate().list(visit.ctx(), &query)?;
        found.extend(page.rows.iter().map(|row| {
            let at = row.get("updated_at").as_instant().unwrap_or_default();
            let hint = crate::show::ago(visit.ctx(), at);
            (at, Hit { object: object.clone(), id: row.id, title: row.title(), ranges: Vec::new(), hint })
        }));
    }
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(found.into_iter().take(5).map(|(_, hit)| hit).collect())
}

fn record(visit: &Visit, hit: &Hit) -> Item {
    let label = hit.object.label.get(visit.locale());
    let hint = if hit.hint.is_empty() { label.to_owned() } else { format!("{label} · {}", hit.hint) };
    // The browser counts in UTF-16, the search in bytes.
    let units = |byte: usize| hit.title.get(..byte).map_or(0, |text| text.encode_utf16().count());
    let marks: Vec<[usize; 2]> = hit.ranges.iter().map(|(from, to)| [units(*from), units(*to)]).collect();
    json!({
        "label": hit.title,
        "marks": marks,
        "hint": hint,
        "icon": hit.object.icon,
        "url": format!("/{}/{}", hit.object.name, hit.id),
    })
}

fn actions(visit: &Visit) -> Vec<Item> {
    let registry = visit.gate().registry();
    let mut objects: Vec<&Arc<Object>> = registry
        .objects()
        .filter(|object| {
            object.menu.is_some() && !object.access.program_only && visit.may(&object.name, action::CREATE)
        })
        .collect();
    objects.sort_by_key(|object| {
        object.menu.as_ref().map_or((1, 0), |menu| (i32::from(menu.section != "daily"), menu.order))
    });
    let mut items: Vec<Item> = objects
        .into_iter()
        .filter(|object| object.area != "admin")
        .map(|object| {
            json!({
                "label": visit.fill("form.new", &[("object", object.label.get(visit.locale()))]),
                "icon": "plus",
                "url": format!("/{}/new", object.name),
            })
        })
        .collect();
    items.push(json!({ "label": visit.t("palette.theme"), "icon": "sun", "do": "theme" }));
    items.push(json!({ "label": visit.t("nav.shortcuts"), "icon": "keyboard", "dialog": "/shortcuts", "keys": ["?"] }));
    items
}

fn places(visit: &Visit) -> Vec<Item> {
    let registry = visit.gate().registry();
    let go = |label: String, icon: &str, url: String, keys: &[&str]| json!({ "label": visit.fill("palette.go", &[("place", &label)]), "icon": icon, "url": url, "keys": keys });
    let mut items = vec![
        go(visit.t("nav.home").to_owned(), "house", "/".to_owned(), &["G", "H"]),
        go(visit.t("nav.messages").to_owned(), "inbox", "/notices".to_owned(), &["G", "I"]),
        go(visit.t("nav.calendar").to_owned(), "calendar", "/calendar".to_owned(), &["G", "L"]),
        go(visit.t("home.to_do").to_owned(), "list-checks", "/todo".to_owned(), &[]),
    ];
    if visit.may("work_report", action::CREATE) {
        items.push(go(visit.t("nav.team").to_owned(), "users", "/team".to_owned(), &[]));
    }
    // Phrases have no place in the sidebar: one comes to them now and then.
    if let Some(object) = registry.object("quick_phrase").filter(|_| visit.may("quick_phrase", action::READ))
    {
        let label = object.plural_label(visit.locale()).to_owned();
        items.push(go(label, &object.icon, "/quick_phrase".to_owned(), &[]));
    }
    let mut objects: Vec<&Arc<Object>> = registry
        .objects()
        .filter(|object| object.menu.is_some() && visit.may(&object.name, action::READ))
        .collect();
    objects.sort_by_key(|object| {
        object.menu.as_ref().map_or((2, 0), |menu| (i32::from(menu.section != "daily"), menu.order))
    });
    items.extend(objects.into_iter().map(|object| {
        let keys: &[&str] = match object.name.as_str() {
            "customer" => &["G", "C"],
            "opportunity" => &["G", "D"],
            "task" => &["G", "T"],
            _ => &[],
        };
        go(object.plural_label(visit.locale()).to_owned(), &object.icon, format!("/{}", object.name), keys)
    }));
    for report in
        visit.gate().domain().reports.iter().filter(|report| visit.ctx().rights.may_report(report.name))
    {
        items.push(go(
            report.label.get(visit.locale()).to_owned(),
            "chart-column",
            format!("/report/{}", report.name),
            &[],
        ));
    }
    for (url, icon, key) in settings::pages(visit) {
        items.push(go(visit.t(key).to_owned(), icon, url, &[]));
    }
    items
}

/// Items whose label has the words, by letters or by pinyin; a few when there are no words.
fn matching(items: Vec<Item>, words: &str) -> Vec<Item> {
    if words.is_empty() {
        return items.into_iter().take(5).collect();
    }
    let terms = guanxi_text::tokens::query(words);
    items
        .into_iter()
        .filter(|item| {
            let label = item["label"].as_str().unwrap_or_default();
            guanxi_text::tokens::matches(&guanxi_text::tokens::index(label), &terms)
        })
        .take(8)
        .collect()
}

/// `GET /shortcuts`: all keys, in a dialog.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn shortcuts(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<Response, Error> {
            let hint = |keys: &[&str], key: &'static str| ui::KeyHint {
                keys: keys.iter().map(|key| (*key).to_owned()).collect(),
                label: visit.t(key).to_owned(),
            };
            let go = |letter: &str, place: &str| ui::KeyHint {
                keys: vec!["G".to_owned(), letter.to_owned()],
                label: visit.fill("palette.go", &[("place", place)]),
            };
            let registry = visit.gate().registry();
            let plural = |name: &str| {
                registry
                    .object(name)
                    .map(|object| object.plural_label(visit.locale()).to_owned())
                    .unwrap_or_default()
            };
            let groups = [
                (
                    visit.t("shortcuts.everywhere").to_owned(),
                    vec![
                        hint(&["Ctrl", "K"], "nav.search"),
                        hint(&["/"], "nav.search"),
                        hint(&["C"], "shortcuts.new"),
                        hint(&["F"], "record.write"),
                        hint(&["E"], "record.edit"),
                        hint(&["?"], "nav.shortcuts"),
                    ],
                ),
                (
                    visit.t("shortcuts.go").to_owned(),
                    vec![
                        go("H", visit.t("nav.home")),
                        go("C", &plural("customer")),
                        go("D", &plural("opportunity")),
                        go("T", &plural("task")),
                        go("I", visit.t("nav.messages")),
                        go("L", visit.t("nav.calendar")),
                        go("R", visit.t("nav.reports")),
                    ],
                ),
                (
                    visit.t("shortcuts.list").to_owned(),
                    vec![
                        hint(&["J", "K"], "shortcuts.rows"),
                        hint(&["↑", "↓", "←", "→"], "shortcuts.cells"),
                        hint(&["Enter"], "shortcuts.edit_cell"),
                        hint(&["Esc"], "shortcuts.cancel"),
                        hint(&["Tab"], "shortcuts.next_cell"),
                        hint(&["X"], "shortcuts.select"),
                        hint(&["Space"], "record.peek"),
                    ],
                ),
                (
                    visit.t("shortcuts.record").to_owned(),
                    vec![
                        hint(&["K"], "record.previous"),
                        hint(&["J"], "record.next"),
                        hint(&["Ctrl", "Enter"], "compose.submit"),
                    ],
                ),
            ];
            let body = ui::shortcut_help(&groups);
            if answer::in_dialog(visit) {
                let dialog = ui::Dialog {
                    title: visit.t("nav.shortcuts").to_owned(),
                    body,
                    close: visit.t("common.close").to_owned(),
                    actions: Vec::new(),
                    wide: false,
                };
                return Ok(answer::fragment(StatusCode::OK, ui::dialog(&dialog)));
            }
            let main = html! {
                (ui::bar(&ui::Bar { title: visit.t("nav.shortcuts").to_owned(), ..ui::Bar::default() }))
                div .form-page { div .body { (body) } }
            };
            let page = Page { title: visit.t("nav.shortcuts").to_owned(), main, ..Page::default() };
            page.answer(visit)
        })
        .await
}
