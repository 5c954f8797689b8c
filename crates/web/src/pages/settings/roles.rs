//! Roles: what each may do with each object, and how far. Rights are drawn as a matrix; a change is a
//! difference of the site over the ready roles.

pub mod copy;
pub mod edit;
pub mod grants;
pub mod matrix;

use crate::{
    session::{Answer, Visit},
    ui::{self, Button},
};
use guanxi_gate::Error;
use guanxi_model::{FieldLevel, Object, Role, Scope, access::action};
use maud::{Markup, html as markup};
use std::sync::Arc;

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
        Scope::Pool | Scope::PoolAdmin => 0,
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
        Scope::Pool => "scope.pool",
        Scope::PoolAdmin => "scope.pool_admin",
        Scope::All => "scope.all",
    }
}

fn scope_hue(scope: &Scope) -> u16 {
    match scope {
        Scope::Own => 230,
        Scope::Pool | Scope::PoolAdmin => 60,
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

fn level_key(level: FieldLevel) -> &'static str {
    match level {
        FieldLevel::Hidden => "level.hidden",
        FieldLevel::Masked => "level.masked",
        FieldLevel::Read => "level.read",
        FieldLevel::Edit => "level.edit",
    }
}

/// Everything that can be granted on an object: the built-in actions and its verbs.
fn actions_of(object: &Object) -> Vec<String> {
    let mut actions: Vec<String> = action::ALL.iter().map(|action| (*action).to_owned()).collect();
    actions.extend(object.verbs.iter().map(|verb| verb.name.clone()));
    actions
}
