//! Roles: what each may do with each object, and how far. Rights are drawn as a matrix; a change is a
//! difference of the site over the ready roles.

use super::{choose, label_of, labels, text};
use crate::{
    pages::answer::{self, Ask},
    session::{self, Answer, Params, Visit},
    ui::{self, Button, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::Error;
use guanxi_model::{FieldLevel, Grant, Label, Object, Role, Scope, access::action};
use maud::{Markup, html as markup};
use std::{collections::BTreeMap, sync::Arc};

/// Rights outside objects.
const SETTINGS: [&str; 9] =
    ["settings", "users", "roles", "objects", "dictionaries", "audit", "sets", "jobs", "keys"];

/// `GET /settings/roles`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(list(visit))).await
}

fn list(visit: &Visit) -> crate::page::Page {
    let registry = visit.gate().registry();
    let rows: Vec<Vec<Markup>> = registry
        .roles()
        .map(|role| {
            vec![
                markup! { a .link href={ "/settings/roles/" (role.name) } { (role.label.get(visit.locale())) } },
                markup! { code { (role.name) } },
                markup! { span .muted { (role.description.get(visit.locale())) } },
                if role.custom { ui::tag(visit.t("objects.custom"), 285) } else { ui::plain_tag(visit.t("objects.shipped")) },
                markup! { (Button::new(visit.t("roles.copy")).small().icon("copy").dialog(format!("/settings/roles/{}/copy", role.name))) },
            ]
        })
        .collect();
    let heads = [
        visit.t("roles.role"),
        visit.t("dictionaries.api_name"),
        visit.t("roles.for_whom"),
        visit.t("objects.origin"),
        "",
    ];
    let body = markup! { p .muted { (visit.t("roles.about")) } (super::table(&heads, &rows)) };
    super::page(visit, "roles", visit.t("settings.roles"), None, &body)
}

fn role(visit: &Visit, name: &str) -> Result<Arc<Role>, Error> {
    visit.gate().registry().role(name).cloned().ok_or(Error::NotFound)
}

/// `GET /settings/roles/{role}`
///
/// # Errors
/// When there is no such role.
pub async fn matrix(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.page(move |visit| one(visit, &name)).await
}

/// How far a role reaches with an action on an object: the widest scope of its grants.
fn reach<'r>(role: &'r Role, object: &str, action: &str) -> Option<&'r Scope> {
    role.grants
        .iter()
        .filter(|grant| grant.covers(object, action))
        .map(|grant| &grant.scope)
        .max_by_key(|scope| width(scope))
}

fn width(scope: &Scope) -> u8 {
    match scope {
        Scope::Own => 0,
        Scope::Team => 1,
        Scope::Department => 2,
        Scope::Departments(_) => 3,
        Scope::DepartmentTree => 4,
        Scope::All => 5,
    }
}

fn scope_key(scope: &Scope) -> &'static str {
    match scope {
        Scope::Own => "scope.own",
        Scope::Team => "scope.team",
        Scope::Department => "scope.department",
        Scope::Departments(_) => "scope.departments",
        Scope::DepartmentTree => "scope.department_tree",
        Scope::All => "scope.all",
    }
}

fn scope_hue(scope: &Scope) -> u16 {
    match scope {
        Scope::Own => 230,
        Scope::Team | Scope::Department | Scope::Departments(_) => 200,
        Scope::DepartmentTree => 158,
        Scope::All => 285,
    }
}

/// The built-in actions in words; verbs have their own labels.
fn action_label(visit: &Visit, object: Option<&Object>, name: &str) -> String {
    if let Some(verb) = object.and_then(|object| object.verb(name)) {
        return verb.label.get(visit.locale()).to_owned();
    }
    visit.fill(&format!("action.{name}"), &[])
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
    Ok(super::page(visit, "roles", role.label.get(visit.locale()), Some(actions), &body))
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

fn level_key(level: FieldLevel) -> &'static str {
    match level {
        FieldLevel::Hidden => "level.hidden",
        FieldLevel::Masked => "level.masked",
        FieldLevel::Read => "level.read",
        FieldLevel::Edit => "level.edit",
    }
}

/// `GET /settings/roles/{role}/copy`
///
/// # Errors
/// When there is no such role.
pub async fn ask_copy(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let role = role(visit, &name)?;
            let label = Label::new(visit.fill("roles.copy_of", &[("name", &role.label.zh)]), String::new());
            copy_form(visit, &role, &label, &format!("{}_copy", role.name), None)
        })
        .await
}

fn copy_form(
    visit: &Visit,
    role: &Role,
    label: &Label,
    name: &str,
    problem: Option<Markup>,
) -> Result<Response, Error> {
    let ask = Ask {
        title: visit.t("roles.copy").to_owned(),
        action: format!("/settings/roles/{}/copy", role.name),
        body: markup! {
            @if let Some(problem) = &problem { (problem) }
            p .muted { (visit.fill("roles.copy_text", &[("name", role.label.get(visit.locale()))])) }
            div .fields {
                (labels(visit, label))
                (ui::form_field(&ui::Field { hint: visit.t("objects.field_name_hint").to_owned(), ..text("name", visit.t("dictionaries.api_name"), name) }))
            }
        },
        submit: visit.t("roles.copy").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: "/settings/roles".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/roles/{role}/copy`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn copy(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let role = role(visit, &name)?;
            let new = params.get("name").unwrap_or_default().trim().to_owned();
            let label = label_of(&params);
            let made = if visit.gate().registry().role(&new).is_some() {
                Err(Error::refused("roles.taken"))
            } else {
                let copy = Role { name: new.clone(), label: label.clone(), custom: true, ..(*role).clone() };
                visit.gate().save_role(visit.ctx(), copy)
            };
            match made {
                Ok(()) => Ok(answer::done(
                    visit,
                    &format!("/settings/roles/{new}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    copy_form(visit, &role, &label, &new, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/roles/{role}/edit`: its name, the rights outside objects, and its reports.
///
/// # Errors
/// When there is no such role.
pub async fn edit(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let role = role(visit, &name)?;
            edit_form(visit, &role, None)
        })
        .await
}

fn edit_form(visit: &Visit, role: &Role, problem: Option<Markup>) -> Result<Response, Error> {
    let mut settings: Vec<ui::Choice> = SETTINGS
        .iter()
        .map(|right| ui::Choice::new(*right, visit.fill(&format!("right.{right}"), &[])))
        .collect();
    if role.settings.iter().any(|setting| setting == "*") {
        settings.push(ui::Choice::new("*", visit.fill("right.all", &[])));
    }
    let mut reports: Vec<ui::Choice> = vec![ui::Choice::new("*", visit.t("common.all"))];
    reports.extend(
        visit
            .gate()
            .domain()
            .reports
            .iter()
            .map(|report| ui::Choice::new(report.name, report.label.get(visit.locale()))),
    );
    let several = |name: &str, label: &str, values: &[String], choices| ui::Field {
        widget: Widget::MultiSelect(choices),
        values: values.to_vec(),
        wide: true,
        ..text(name, label, "")
    };
    let ask = Ask {
        title: visit.t("roles.edit").to_owned(),
        action: format!("/settings/roles/{}/edit", role.name),
        body: markup! {
            @if let Some(problem) = &problem { (problem) }
            div .fields {
                (labels(visit, &role.label))
                (ui::form_field(&several("settings", visit.t("roles.settings"), &role.settings, settings)))
                (ui::form_field(&several("reports", visit.t("roles.reports"), &role.reports, reports)))
            }
        },
        submit: visit.t("common.save").to_owned(),
        wide: true,
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/roles/{}", role.name),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/roles/{role}/edit`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let mut changed = (*role(visit, &name)?).clone();
            changed.label = label_of(&params);
            changed.settings = params.all("settings").map(str::to_owned).collect();
            changed.reports = params.all("reports").map(str::to_owned).collect();
            match visit.gate().save_role(visit.ctx(), changed.clone()) {
                Ok(()) => Ok(answer::stay(
                    visit,
                    &format!("/settings/roles/{name}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    edit_form(visit, &changed, Some(problem))
                }
            }
        })
        .await
}

/// `GET /settings/roles/{role}/grants/{object}`: the rights to one object.
///
/// # Errors
/// When there is no such role or object.
pub async fn grants(visit: Visit, Path((name, object)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (role, object) = (role(visit, &name)?, visit.gate().object(&object)?);
            grants_form(visit, &role, &object, None)
        })
        .await
}

fn actions_of(object: &Object) -> Vec<String> {
    let mut actions: Vec<String> = action::ALL.iter().map(|action| (*action).to_owned()).collect();
    actions.extend(object.verbs.iter().map(|verb| verb.name.clone()));
    actions
}

const SCOPES: [(&str, &str); 5] = [
    ("own", "scope.own"),
    ("team", "scope.team"),
    ("department", "scope.department"),
    ("department_tree", "scope.department_tree"),
    ("all", "scope.all"),
];

fn scope_word(scope: &Scope) -> &'static str {
    match scope {
        Scope::Own => "own",
        Scope::Team => "team",
        Scope::Department => "department",
        Scope::DepartmentTree => "department_tree",
        Scope::Departments(_) => "departments",
        Scope::All => "all",
    }
}

fn grants_form(
    visit: &Visit,
    role: &Role,
    object: &Object,
    problem: Option<Markup>,
) -> Result<Response, Error> {
    let scopes = |now: Option<&Scope>| {
        let mut choices = vec![ui::Choice::new("", visit.t("roles.not_granted"))];
        choices.extend(SCOPES.iter().map(|(word, key)| ui::Choice::new(*word, visit.t(key))));
        if let Some(scope @ Scope::Departments(_)) = now {
            choices.push(ui::Choice::new("departments", visit.t(scope_key(scope))));
        }
        choices
    };
    let levels = || {
        let mut choices = vec![ui::Choice::new("", visit.t("roles.usual"))];
        choices.extend(
            [("hidden", FieldLevel::Hidden), ("masked", FieldLevel::Masked), ("read", FieldLevel::Read)]
                .map(|(word, level)| ui::Choice::new(word, visit.t(level_key(level)))),
        );
        choices
    };
    let level_now = |field: &str| level_shown(role, object, field);
    let body = markup! {
        @if let Some(problem) = &problem { (problem) }
        p .muted { (visit.t("roles.grants_hint")) }
        h3 { (visit.t("roles.actions")) }
        div .fields {
            @for action in actions_of(object) {
                @let now = reach(role, &object.name, &action);
                @let label = action_label(visit, Some(object), &action);
                (ui::form_field(&choose(&format!("action.{action}"), &label, now.map_or("", scope_word), scopes(now))))
            }
        }
        details .fold {
            summary { (ui::icon("chevron-right")) span { (visit.t("roles.fields")) } }
            div .fields {
                @for field in object.active_fields().filter(|field| !field.system) {
                    @let now = match level_now(&field.name) { Some(FieldLevel::Hidden) => "hidden", Some(FieldLevel::Masked) => "masked", Some(FieldLevel::Read) => "read", _ => "" };
                    (ui::form_field(&choose(&format!("field.{}", field.name), field.label.get(visit.locale()), now, levels())))
                }
            }
        }
        (session::csrf(visit))
    };
    let ask = Ask {
        title: format!("{} · {}", role.label.get(visit.locale()), object.label.get(visit.locale())),
        action: format!("/settings/roles/{}/grants/{}", role.name, object.name),
        body,
        submit: visit.t("common.save").to_owned(),
        wide: true,
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: format!("/settings/roles/{}", role.name),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/roles/{role}/grants/{object}`: the object's rights anew, one grant for each scope.
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save_grants(visit: Visit, Path((name, object)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (role, object) = (role(visit, &name)?, visit.gate().object(&object)?);
            let changed = Role { grants: regranted(visit, &role, &object, &params), ..(*role).clone() };
            match visit.gate().save_role(visit.ctx(), changed) {
                Ok(()) => Ok(answer::stay(
                    visit,
                    &format!("/settings/roles/{name}"),
                    visit.t("settings.saved"),
                    None,
                )),
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    grants_form(visit, &role, &object, Some(problem))
                }
            }
        })
        .await
}

/// The role's grants with those of one object replaced by what the form says. Grants over several objects
/// lose this one; what is left of them stays as it was.
fn regranted(visit: &Visit, role: &Role, object: &Object, params: &Params) -> Vec<Grant> {
    let mut grants: Vec<Grant> = Vec::new();
    for grant in &role.grants {
        let mut grant = grant.clone();
        if grant.objects.iter().any(|name| name == "*") {
            // Everything, spelt out, so that this object can differ from the rest.
            grant.objects = visit.gate().registry().objects().map(|object| object.name.clone()).collect();
        }
        grant.objects.retain(|name| *name != object.name);
        if !grant.objects.is_empty() {
            grants.push(grant);
        }
    }
    let own: Vec<&Grant> = role
        .grants
        .iter()
        .filter(|grant| grant.objects.iter().any(|name| *name == object.name || name == "*"))
        .collect();
    let mut scopes: Vec<Scope> =
        vec![Scope::Own, Scope::Team, Scope::Department, Scope::DepartmentTree, Scope::All];
    scopes.extend(
        own.iter().map(|grant| grant.scope.clone()).find(|scope| matches!(scope, Scope::Departments(_))),
    );
    for scope in scopes {
        let before: Vec<&&Grant> = own.iter().filter(|grant| grant.scope == scope).collect();
        let granted: Vec<String> = actions_of(object)
            .into_iter()
            .filter(|action| {
                let asked = params.get(&format!("action.{action}")).unwrap_or_default();
                let shown = reach(role, &object.name, action).map_or("", scope_word);
                // The form shows the widest scope of an action; where it was left alone the narrower ones stay
                // beside it, because they may see more of the fields.
                if asked == shown {
                    before.iter().any(|grant| grant.covers(&object.name, action))
                } else {
                    asked == scope_word(&scope)
                }
            })
            .collect();
        if !granted.is_empty() {
            let fields = levels_of(role, object, &before, params);
            grants.push(Grant { objects: vec![object.name.clone()], actions: granted, scope, fields });
        }
    }
    grants
}

/// The levels of fields within one scope: as they were, but for those that the form changes.
fn levels_of(
    role: &Role,
    object: &Object,
    before: &[&&Grant],
    params: &Params,
) -> BTreeMap<String, FieldLevel> {
    let mut fields: BTreeMap<String, FieldLevel> = BTreeMap::new();
    for field in object.active_fields() {
        let asked = match params.get(&format!("field.{}", field.name)) {
            Some("hidden") => Some(FieldLevel::Hidden),
            Some("masked") => Some(FieldLevel::Masked),
            Some("read") => Some(FieldLevel::Read),
            _ => None,
        };
        let level = if asked == level_shown(role, object, &field.name) {
            let levels: Vec<Option<FieldLevel>> =
                before.iter().map(|grant| grant.fields.get(&field.name).copied()).collect();
            // A grant that says nothing of the field gives it its usual level, which is the most.
            if levels.contains(&None) { None } else { levels.into_iter().flatten().max() }
        } else {
            asked
        };
        if let Some(level) = level {
            fields.insert(field.name.clone(), level);
        }
    }
    fields
}

/// The level that the form shows for a field: the least over all grants that read.
fn level_shown(role: &Role, object: &Object, field: &str) -> Option<FieldLevel> {
    let granted = role.grants.iter().filter(|grant| grant.covers(&object.name, action::READ));
    granted.filter_map(|grant| grant.fields.get(field).copied()).min()
}
