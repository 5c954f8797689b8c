//! Pools (customers without an owner): the tabs of those one sits in are views of the customer list; here stand what is around
//! them, the rules in words, and the preview of tonight's recycling.

use crate::{
    page::Page,
    pages::{answer::record_id, list},
    session::{Answer, Visit},
    show,
    ui::{self, Bar, Button, Empty, EmptyKind, Tone},
};
use axum::{extract::Path, response::Response};
use guanxi_crm::customers::pool::{Due, preview, rules};
use guanxi_gate::{Error, Visible};
use guanxi_model::{Query, RecordId, access::action, expr::Expr};
use maud::{Markup, html};
use std::collections::BTreeMap;

/// Rows of the preview.
const SHOWN: usize = 200;

/// `GET /pools`: the newest pool one sits in; whoever only looks after the settings comes to those.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn home(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<Response, Error> {
            if let Some(seat) = visit.ctx().subject.seats.first()
                && visit.may("customer", action::READ)
            {
                return Ok(visit.go(&format!("/customer?view={}", list::pool_view(seat.pool))));
            }
            if visit.may("pool", action::EDIT) || visit.gate().count(visit.ctx(), &Query::of("pool"))? > 0 {
                return Ok(visit.go("/pool"));
            }
            let main = html! {
                (ui::bar(&Bar { title: visit.t("nav.pools").to_owned(), ..Bar::default() }))
                (ui::empty_state(&Empty {
                    kind: EmptyKind::NoAccess,
                    icon: "droplets".to_owned(),
                    title: visit.t("pool.none").to_owned(),
                    text: visit.t("pool.none_text").to_owned(),
                    ..Empty::default()
                }))
            };
            let page = Page {
                title: visit.t("nav.pools").to_owned(),
                menu: "pools".to_owned(),
                main,
                ..Page::default()
            };
            page.answer(visit)
        })
        .await
}

/// The pool that a record lies in: nobody's, so nothing is written on it until someone has claimed it.
pub fn lies_in(record: &Visible) -> Option<RecordId> {
    let pool = record.object.access.pool.as_ref().filter(|pool| pool.field != "id")?;
    record.get(&pool.field).as_ref()
}

/// Tells the menu that this page stands under the pools, although its address is that of customers.
pub fn place() -> Markup {
    html! { span hidden data-nav="/pools" {} }
}

/// What stands in place of the composer.
pub fn unclaimed(visit: &Visit) -> Markup {
    html! { div .pool-unclaimed { (ui::notice(Tone::Plain, &html! { (visit.t("pool.unclaimed")) }, None)) } }
}

/// The header of a pool's list.
pub fn bar(visit: &Visit, pool: RecordId, start: &Markup) -> Markup {
    let administers = visit.ctx().subject.seat(pool).is_some_and(|seat| seat.admin);
    ui::bar(&Bar {
        title: visit.t("nav.pools").to_owned(),
        start: Some(html! { (start) (place()) }),
        actions: Some(html! {
            (Button::icon_only("moon", visit.t("nav.theme")).run("theme").hide_small())
            @if administers {
                (Button::new(visit.t("pool.preview")).icon("eye").go(format!("/pools/{pool}/preview")))
            }
            (Button::new(visit.t("pool.settings")).icon("settings-2").go(format!("/pool/{pool}")))
        }),
        ..Bar::default()
    })
}

/// The rules in one line that unfolds.
pub fn rules_line(visit: &Visit, pool: RecordId) -> Markup {
    let Ok(said) = rules(visit.gate(), visit.ctx(), pool) else { return html! {} };
    html! {
        details .pool-rules {
            summary { (ui::icon("info")) span .ell { (visit.t("pool.rules")) " " (said.join(" ")) } }
            (sentences(&said))
        }
    }
}

/// The rules as a card of the pool's own page.
pub fn rules_card(visit: &Visit, pool: RecordId) -> Markup {
    let Ok(said) = rules(visit.gate(), visit.ctx(), pool) else { return html! {} };
    html! {
        section .card.pool-card {
            h3 { (visit.t("pool.rules_title")) }
            (sentences(&said))
        }
    }
}

fn sentences(said: &[String]) -> Markup {
    html! { ul .sentences { @for text in said { li { (text) } } } }
}

/// `GET /pools/{id}/preview`: what the job will take back into the pool when it runs next.
///
/// # Errors
/// When there is no such pool, or the caller does not administer it.
pub async fn show_preview(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .page(move |visit| {
            let id = record_id(&id)?;
            let pool = visit.gate().get(visit.ctx(), "pool", id)?;
            let date = visit.ctx().today.tomorrow().unwrap_or(visit.ctx().today);
            let found = preview(visit.gate(), visit.ctx(), id, date, SHOWN)?;
            let names = names(visit, &found.items)?;
            let n = found.items.len().to_string();
            let count = if found.more { format!("{n}+") } else { n };
            let main = html! {
                (ui::bar(&Bar {
                    start: Some(ui::crumbs(visit.t("common.back"), &[
                        (visit.t("nav.pools").to_owned(), Some(format!("/customer?view={}", list::pool_view(id)))),
                        (visit.t("pool.preview").to_owned(), None),
                    ])),
                    ..Bar::default()
                }))
                div .form-page {
                    div .pool-preview {
                        h2 { (visit.fill("pool.preview_title", &[("pool", &pool.title()), ("n", &count)])) }
                        p .muted { (visit.fill("pool.preview_text", &[("date", &date.to_string())])) }
                        (rules_card(visit, id))
                        @if found.items.is_empty() {
                            (ui::empty_state(&Empty {
                                kind: EmptyKind::NothingYet,
                                icon: "circle-check".to_owned(),
                                title: visit.t("pool.preview_none").to_owned(),
                                text: visit.t("pool.preview_none_text").to_owned(),
                                ..Empty::default()
                            }))
                        } @else {
                            (table(visit, &found.items, &names))
                        }
                    }
                }
            };
            Ok::<_, Error>(Page {
                title: visit.t("pool.preview").to_owned(),
                menu: "pools".to_owned(),
                main,
                ..Page::default()
            })
        })
        .await
}

/// Names of the customers that the reader may see; of the others only that they exist is told.
fn names(visit: &Visit, items: &[Due]) -> Result<BTreeMap<RecordId, String>, Error> {
    let ids: Vec<RecordId> = items.iter().map(|due| due.customer).collect();
    if ids.is_empty() || !visit.may("customer", action::READ) {
        return Ok(BTreeMap::new());
    }
    let query =
        Query::of("customer").fields(["name"]).filter(Expr::ids("id", &ids)).limit(ids.len().clamp(1, 1000));
    Ok(visit.gate().list(visit.ctx(), &query)?.rows.iter().map(|row| (row.id, row.title())).collect())
}

fn table(visit: &Visit, items: &[Due], names: &BTreeMap<RecordId, String>) -> Markup {
    let reason = |value: &str| {
        let object = visit.gate().object("owner_change").ok()?;
        Some(object.field("reason")?.option(value)?.label.get(visit.locale()).to_owned())
    };
    let rows: Vec<Vec<Markup>> = items
        .iter()
        .map(|due| {
            let owner = due.owner.and_then(|id| visit.gate().name_of(id)).unwrap_or_default();
            vec![
                match names.get(&due.customer) {
                    Some(name) => html! { a .link href={ "/customer/" (due.customer) } { (name) } },
                    None => html! { span .muted { (visit.t("pool.not_yours")) } },
                },
                html! { (owner) },
                html! { (reason(due.reason).unwrap_or_default()) },
                html! { (show::day(visit.ctx(), due.due_on)) },
            ]
        })
        .collect();
    let heads = ["pool.customer", "pool.owner", "pool.reason", "pool.due"].map(|key| visit.t(key));
    super::settings::table(&heads, &rows)
}
