//! The recycle bin, object by object.

use crate::{
    session::{Answer, Params, Visit},
    show,
    ui::{self, Button, Empty, EmptyKind, Tab},
};
use guanxi_gate::Error;
use guanxi_model::{Object, Query, access::action, query::Count};
use maud::{Markup, html as markup};
use std::sync::Arc;

/// `GET /settings/trash?object=…`
///
/// # Errors
/// When the bin cannot be read.
pub async fn show(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.page(move |visit| draw(visit, params.get("object"))).await
}

fn draw(visit: &Visit, wanted: Option<&str>) -> Result<crate::page::Page, Error> {
    let registry = visit.gate().registry();
    let objects: Vec<&Arc<Object>> =
        registry.objects().filter(|object| visit.may(&object.name, action::RESTORE)).collect();
    let title = visit.t("settings.trash");
    let chosen = objects.iter().find(|object| Some(object.name.as_str()) == wanted).or_else(|| {
        // The objects one works with every day come first.
        objects.iter().min_by_key(|object| object.menu.as_ref().map_or(1000, |menu| menu.order))
    });
    let Some(object) = chosen else {
        let empty = ui::empty_state(&Empty {
            kind: EmptyKind::NoAccess,
            title: visit.t("trash.no_right").to_owned(),
            text: visit.t("trash.no_right_text").to_owned(),
            ..Empty::default()
        });
        return Ok(super::page(visit, "trash", title, None, &empty));
    };
    let mut tabs = Vec::new();
    for each in &objects {
        let mut query = Query::of(&each.name);
        query.trash = true;
        query.count = Count::Capped;
        let count = visit.gate().count(visit.ctx(), &query)?;
        // Empty bins would make a long row of nothing.
        if count > 0 || each.name == object.name {
            tabs.push(Tab {
                label: each.label.get(visit.locale()).to_owned(),
                count: Some(crate::pages::list::capped(count)),
                href: format!("/settings/trash?object={}", each.name),
                current: each.name == object.name,
                ..Tab::default()
            });
        }
    }
    let body = markup! {
        p .muted { (visit.t("trash.about")) }
        (ui::view_tabs(title, &tabs, None))
        (rows(visit, object)?)
    };
    Ok(super::page(visit, "trash", title, None, &body))
}

fn rows(visit: &Visit, object: &Object) -> Result<Markup, Error> {
    let mut query = Query::of(&object.name)
        .fields([object.title.as_str(), "deleted_at", "owner"])
        .sort(["-deleted_at"])
        .limit(100);
    query.trash = true;
    let page = visit.gate().list(visit.ctx(), &query)?;
    let rows: Vec<Vec<Markup>> = page
        .rows
        .iter()
        .map(|row| {
            let url = |part: &str| format!("/{}/{}/{part}", object.name, row.id);
            let owner = row.get("owner").as_ref().and_then(|id| page.titles.get(id)).unwrap_or_default();
            vec![
                markup! { a .link href={ "/" (object.name) "/" (row.id) } { (row.title()) } },
                markup! { (owner) },
                markup! { time .muted { (row.get("deleted_at").as_instant().map(|at| show::ago(visit.ctx(), at)).unwrap_or_default()) } },
                markup! {
                    span .row {
                        (Button::new(visit.t("record.restore")).small().icon("rotate-ccw").post(url("restore")))
                        @if visit.may(&object.name, action::PURGE) {
                            (Button::icon_only("trash-2", visit.t("record.purge")).small().dialog(url("purge")))
                        }
                    }
                },
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(ui::empty_state(&Empty {
            icon: "trash-2".to_owned(),
            title: visit.t("trash.empty").to_owned(),
            text: visit.t("trash.empty_text").to_owned(),
            ..Empty::default()
        }));
    }
    let heads =
        [object.title_field().label.get(visit.locale()), visit.t("trash.owner"), visit.t("trash.when"), ""];
    Ok(super::table(&heads, &rows))
}
