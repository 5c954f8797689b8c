//! The record page: head with facts and path, fields in groups, what happened, and what belongs to it. The
//! head is a function of its own, because an edit of one field sends it again.

pub mod advice;
mod channel;
pub mod fields;
mod fitting;
mod head;
mod history;
mod next;
mod owner;
mod related;
mod reveal;
mod share;
mod trash;
mod walk;

pub use fitting::opened as opened_article;
pub use head::{avatar, brief, buttons, head};
pub use history::show as history;
pub use owner::{ask as ask_transfer, transfer, transfer_back};
pub use reveal::{ask as ask_reveal, reveal};
pub use share::{add as add_share, remove as remove_share, show as shares};
pub use trash::{ask_purge, delete, purge, restore};

use crate::{
    page::Page,
    pages::{
        answer::{self, record_id},
        compose, inline,
        timeline::{self, Only},
    },
    session::{Answer, Params, Visit, encode},
    ui::{self, Button, Menu, MenuItem, RecordTabs, Tab},
};
use axum::{extract::Path, response::Response};
use guanxi_gate::{Error, Titles, Visible};
use guanxi_model::access::action;
use maud::{Markup, html as markup};

/// `GET /{object}/{id}`
///
/// # Errors
/// When there is no such record, or the caller may not see it.
pub async fn show(visit: Visit, Path((object, id)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let id = record_id(&id)?;
            match visit.gate().page_of(visit.ctx(), &object, id) {
                Ok((record, titles)) => page(visit, &record, &titles)?.answer(visit),
                // What lies in the recycle bin has a page for those who may take it out.
                Err(Error::NotFound) => {
                    // A record that was merged is found where it went.
                    if let Some(main) = visit.gate().merged_into(visit.ctx(), &object, id)? {
                        let name = visit.gate().get(visit.ctx(), &object, main)?.title();
                        let text = visit.fill("merge.redirected", &[("name", &name)]);
                        let response = visit.go(&format!("/{object}/{main}"));
                        return Ok(answer::toasted(response, ui::Tone::Plain, text, None));
                    }
                    match visit.gate().get_deleted(visit.ctx(), &object, id) {
                        Ok((record, titles)) => trash::page(visit, &record, &titles)?.answer(visit),
                        Err(_) => Err(Error::NotFound),
                    }
                }
                Err(error) => Err(error),
            }
        })
        .await
}

fn page(visit: &Visit, record: &Visible, titles: &Titles) -> Result<Page, Error> {
    let object = &record.object;
    let query = Params::parse(visit.asks.uri.query().unwrap_or_default());
    let only = Only::of(query.get("show"));
    let wanted = query
        .get("events")
        .and_then(|n| n.parse::<usize>().ok())
        .unwrap_or(timeline::PAGE)
        .clamp(timeline::PAGE, 600);
    let events = timeline::read(visit, record, only, wanted)?;
    let walk = walk::of(visit, record, query.get("from"))?;
    let title = record.title();
    let trail = match &walk {
        Some(walk) => vec![(walk.label.clone(), Some(walk.list.clone())), (title.clone(), None)],
        None => vec![
            (object.plural_label(visit.locale()).to_owned(), Some(format!("/{}", object.name))),
            (title.clone(), None),
        ],
    };
    let more =
        events.more.then(|| here(record, &query, &[("events", &(wanted + timeline::PAGE).to_string())]));
    let reach = channel::of(visit, record, &query)?;
    let hint = reach.as_ref().map(|reach| reach.hint(visit)).unwrap_or_default();
    let pooled = super::pool::lies_in(record).is_some();
    let middle = markup! {
        @if pooled { (super::pool::place()) }
        (crate::pages::calendar::clashes(visit, record)?)
        @if object.name == "pool" { (super::pool::rules_card(visit, record.id)) }
        (filters(visit, record, &query, only))
        @if pooled { (super::pool::unclaimed(visit)) }
        (compose::draw(visit, record, &hint)?)
        @if object.name == "activity" { (timeline::tell(visit, record, &here(record, &query, &[]))?) }
        (timeline::draw(visit, record, &events, more.as_deref(), Some(&here(record, &query, &[]))))
    };
    let tabs = RecordTabs {
        label: visit.t("record.panes").to_owned(),
        timeline: visit.t("record.timeline").to_owned(),
        fields: visit.t("record.fields").to_owned(),
        related: visit.t("record.related").to_owned(),
    };
    let head = head::with_path(visit, record, titles, &events.entries);
    let hidden = query.get("empty") == Some("hide");
    let toggle = here(record, &query, &[("empty", if hidden { "" } else { "hide" })]);
    let left = fields::draw(visit, record, titles, Some((&toggle, hidden)));
    let right = markup! {
        @if let Some(reach) = &reach { (reach.card(visit, record, &query)) }
        (next::draw(visit, record)?)
        (advice::draw(visit, record)?)
        (fitting::draw(visit, record)?)
        (related::draw(visit, record)?)
        (advice::history(visit, record)?)
    };
    let main = markup! {
        (ui::bar(&ui::Bar {
            start: Some(ui::crumbs(visit.t("common.back"), &trail)),
            walk: walk.map(|walk| walk.buttons),
            actions: Some(corner(visit, record)),
            ..ui::Bar::default()
        }))
        (maud::PreEscaped(inline::script(visit, object)))
        (ui::record_page((&object.name, &record.id.to_string(), record.version), &head, &tabs, (&left, &middle, &right)))
    };
    let menu = if pooled { "pools".to_owned() } else { object.name.clone() };
    Ok(Page { title, menu, main, ..Page::default() })
}

/// The address of this page with some parts of its query replaced.
fn here(record: &Visible, query: &Params, changes: &[(&str, &str)]) -> String {
    let mut parts: Vec<(&str, &str)> =
        query.pairs().filter(|(name, _)| matches!(*name, "from" | "show" | "empty")).collect();
    for (name, value) in changes {
        parts.retain(|(key, _)| key != name);
        if !value.is_empty() {
            parts.push((name, value));
        }
    }
    let query: Vec<String> = parts.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    let path = format!("/{}/{}", record.object.name, record.id);
    if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
}

fn filters(visit: &Visit, record: &Visible, query: &Params, only: Only) -> Markup {
    let tab = |one: Only, key: &'static str| Tab {
        label: visit.t(key).to_owned(),
        href: here(record, query, &[("show", one.word())]),
        current: one == only,
        ..Tab::default()
    };
    let tabs = [
        tab(Only::All, "record.all_events"),
        tab(Only::Notes, "record.notes"),
        tab(Only::Changes, "record.changes"),
    ];
    // What was written about a record leaves as a file for those who may take follow-ups out.
    let about = match object_field(record) {
        Some(field) if visit.may("activity", action::EXPORT) => Some(format!(
            "/activity/export?all=1&view=all&filter={}",
            encode(&guanxi_model::expr::Expr::eq(field, guanxi_model::expr::Expr::Id(record.id)).to_string())
        )),
        _ => None,
    };
    let export = about.map(|url| {
        markup! { (Button::icon_only("file-down", visit.t("timeline.export")).small().act(ui::Act::Download(url))) }
    });
    ui::view_tabs(visit.t("record.filter"), &tabs, export.as_ref())
}

/// The field by which a follow-up names such a record.
fn object_field(record: &Visible) -> Option<&'static str> {
    if !record.object.record.composer {
        return None;
    }
    match record.object.name.as_str() {
        "customer" => Some("customer"),
        "contact" => Some("contact"),
        "opportunity" => Some("opportunity"),
        _ => Some("regarding"),
    }
}

/// Theme and the menu of what is done seldom.
fn corner(visit: &Visit, record: &Visible) -> Markup {
    let object = &record.object.name;
    let url = |part: &str| format!("/{object}/{}/{part}", record.id);
    let mut items = Vec::new();
    let mut item = |wanted: bool, icon: &str, key: &'static str, act: ui::Act| {
        if wanted {
            items.push(MenuItem::new(icon, visit.t(key), act));
        }
    };
    let may = |action: &str| record.may.act(action);
    item(may(action::EDIT), "square-pen", "record.edit", ui::Act::Go(url("edit")));
    item(may(action::TRANSFER), "user-check", "record.transfer", ui::Act::Dialog(url("transfer")));
    item(may(action::SHARE), "share-2", "record.share", ui::Act::Dialog(url("share")));
    item(object == "customer", "network", "record.kin", ui::Act::Go(url("kin")));
    let team = &visit.ctx().subject.team;
    let hands_over = object == "user"
        && (visit.ctx().rights.may_set("users")
            || team.contains(&record.id) && visit.may("customer", action::TRANSFER));
    item(hands_over, "user-minus", "handover.hand_over", ui::Act::Go(format!("/handover/{}", record.id)));
    item(object == "appointment", "file-down", "calendar.ics", ui::Act::Download(url("ics")));
    item(
        object == "customer" && visit.ctx().rights.may_report("portrait"),
        "scan-search",
        "record.portrait",
        ui::Act::Go(format!("/report/portrait?customer={}", record.id)),
    );
    item(true, "history", "record.history", ui::Act::Drawer(url("history")));
    item(true, "printer", "record.print", ui::Act::Run("print".to_owned()));
    if may(action::DELETE) {
        items.push(MenuItem::Rule);
        items.push(MenuItem::danger("trash-2", visit.t("common.delete"), ui::Act::Post(url("delete"))));
    }
    let menu = Menu { id: "record-menu".to_owned(), label: visit.t("common.more").to_owned(), items };
    markup! {
        (Button::icon_only("moon", visit.t("nav.theme")).run("theme").hide_small())
        (Button::icon_only("ellipsis", visit.t("common.more")).menu(menu.id.clone()))
        (ui::menu(&menu))
    }
}
