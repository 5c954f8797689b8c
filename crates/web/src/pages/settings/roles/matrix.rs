//! A role as a matrix: its objects, and how far it reaches with each action.

use super::{action_label, actions_of, level_key, reach, role, scope_hue, scope_key};
use crate::{
    session::{Answer, Visit},
    ui::{self, Button},
};
use axum::extract::Path;
use guanxi_gate::Error;
use guanxi_model::{FieldLevel, Object, Role, Scope, access::action};
use maud::{Markup, html as markup};
use std::{collections::BTreeMap, sync::Arc};

/// `GET /settings/roles/{role}`
///
/// # Errors
/// When there is no such role.
pub async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.page(move |visit| one(visit, &name)).await
}

fn one(visit: &Visit, name: &str) -> Result<crate::page::Page, Error> {
    let role = role(visit, name)?;
    let registry = visit.gate().registry();
    let mut areas: BTreeMap<String, Vec<Arc<Object>>> = BTreeMap::new();
    for object in registry.objects() {
        areas.entry(object.area.clone()).or_default().push(object.clone());
    }
    let actions = [action::READ, action::CREATE, action::EDIT, action::DELETE];
    let order = ["customers", "sales", "service", "insight", "office", "admin", "custom"];
    let mut names: Vec<&String> = areas.keys().collect();
    names.sort_by_key(|area| order.iter().position(|known| known == area).unwrap_or(order.len()));
    let body = markup! {
        p { a .link.inline href="/settings/roles" { (ui::icon("arrow-left")) (visit.t("settings.roles")) } }
        @if !role.description.is_empty() { p .muted { (role.description.get(visit.locale())) } }
        @for area in names {
            section {
                h3 { (visit.fill(&format!("area.{area}"), &[])) }
                div .table-scroll {
                    table .table.matrix {
                        thead {
                            tr {
                                th scope="col" { (visit.t("objects.object")) }
                                @for action in actions { th scope="col" { (action_label(visit, None, action)) } }
                                th scope="col" { (visit.t("roles.others")) }
                                th scope="col" { (visit.t("roles.fields")) }
                                th scope="col" { span .sr-only { (visit.t("record.edit")) } }
                            }
                        }
                        tbody {
                            @for object in &areas[area] {
                                tr {
                                    th scope="row" { (object.label.get(visit.locale())) }
                                    @for action in actions { td { (cell(visit, &role, object, action)) } }
                                    td { (verbs(visit, &role, object)) }
                                    td { (levels(visit, &role, object)) }
                                    td {
                                        (Button::icon_only("pencil", visit.t("record.edit")).small()
                                            .dialog(format!("/settings/roles/{name}/grants/{}", object.name)))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        section {
            h3 { (visit.t("roles.settings")) }
            span .tags {
                @for setting in &role.settings { (ui::plain_tag(&visit.fill(&format!("right.{}", if setting == "*" { "all" } else { setting }), &[]))) }
                @if role.settings.is_empty() { span .muted { (visit.t("common.none")) } }
            }
        }
        section {
            h3 { (visit.t("roles.reports")) }
            span .tags {
                @for report in &role.reports { (ui::plain_tag(&report_label(visit, report))) }
                @if role.reports.is_empty() { span .muted { (visit.t("common.none")) } }
            }
        }
    };
    let actions = markup! {
        (Button::new(visit.t("roles.copy")).icon("copy").dialog(format!("/settings/roles/{name}/copy")))
        (Button::new(visit.t("roles.edit")).primary().icon("pencil").dialog(format!("/settings/roles/{name}/edit")))
    };
    Ok(super::super::page(visit, "roles", role.label.get(visit.locale()), Some(actions), &body))
}

fn report_label(visit: &Visit, name: &str) -> String {
    if name == "*" {
        return visit.t("common.all").to_owned();
    }
    let report = visit.gate().domain().reports.iter().find(|report| report.name == name);
    report.map_or_else(|| name.to_owned(), |report| report.label.get(visit.locale()).to_owned())
}

fn cell(visit: &Visit, role: &Role, object: &Object, action: &str) -> Markup {
    match reach(role, &object.name, action) {
        Some(scope) => ui::tag(visit.t(scope_key(scope)), scope_hue(scope)),
        None => markup! { span .none aria-label=(visit.t("common.no")) { "—" } },
    }
}

/// Everything beside the four columns, which most roles hold little of.
fn verbs(visit: &Visit, role: &Role, object: &Object) -> Markup {
    let columns = [action::READ, action::CREATE, action::EDIT, action::DELETE];
    let held: Vec<(String, &Scope)> = actions_of(object)
        .iter()
        .filter(|action| !columns.contains(&action.as_str()))
        .filter_map(|action| {
            Some((action_label(visit, Some(object), action), reach(role, &object.name, action)?))
        })
        .collect();
    markup! {
        span .tags {
            @for (label, scope) in held { span title=(visit.t(scope_key(scope))) { (ui::tag(&label, scope_hue(scope))) } }
        }
    }
}

/// Fields whose level is lower than usual.
fn levels(visit: &Visit, role: &Role, object: &Object) -> Markup {
    let mut fields: BTreeMap<&str, FieldLevel> = BTreeMap::new();
    for grant in role.grants.iter().filter(|grant| grant.covers(&object.name, action::READ)) {
        for (field, level) in &grant.fields {
            let least = fields.entry(field).or_insert(*level);
            *least = (*least).min(*level);
        }
    }
    let mut by_level: BTreeMap<FieldLevel, Vec<String>> = BTreeMap::new();
    for (field, level) in fields {
        let label = object.field(field).map_or(field, |field| field.label.get(visit.locale()));
        by_level.entry(level).or_default().push(label.to_owned());
    }
    let separator = if visit.locale() == guanxi_model::Locale::Zh { "\u{3001}" } else { ", " };
    markup! {
        @for (level, labels) in by_level {
            div { (ui::outline_tag(visit.t(level_key(level)))) " " span .muted { (labels.join(separator)) } }
        }
    }
}
