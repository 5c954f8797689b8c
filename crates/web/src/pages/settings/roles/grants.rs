//! The rights of a role to one object: actions with their scopes, and the levels of fields.

use super::{action_label, actions_of, level_key, reach, role, scope_key};
use crate::{
    pages::{
        answer::{self, Ask},
        settings::{self, choose},
    },
    session::{Answer, Params, Visit},
    ui,
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::Error;
use guanxi_model::{FieldLevel, Grant, Object, Role, Scope, access::action};
use maud::{Markup, html as markup};
use std::collections::BTreeMap;

/// `GET /settings/roles/{role}/grants/{object}`: the rights to one object.
///
/// # Errors
/// When there is no such role or object.
pub async fn ask(visit: Visit, Path((name, object)): Path<(String, String)>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (role, object) = (role(visit, &name)?, visit.gate().object(&object)?);
            form(visit, &role, &object, None)
        })
        .await
}

const SCOPES: [(&str, &str); 7] = [
    ("own", "scope.own"),
    ("team", "scope.team"),
    ("department", "scope.department"),
    ("department_tree", "scope.department_tree"),
    ("pool", "scope.pool"),
    ("pool_admin", "scope.pool_admin"),
    ("all", "scope.all"),
];

fn scope_word(scope: &Scope) -> &'static str {
    match scope {
        Scope::Own => "own",
        Scope::Team => "team",
        Scope::Department => "department",
        Scope::DepartmentTree => "department_tree",
        Scope::Departments(_) => "departments",
        Scope::Pool => "pool",
        Scope::PoolAdmin => "pool_admin",
        Scope::All => "all",
    }
}

fn form(visit: &Visit, role: &Role, object: &Object, problem: Option<Markup>) -> Result<Response, Error> {
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
    };
    let title = format!("{} · {}", role.label.get(visit.locale()), object.label.get(visit.locale()));
    let back = format!("/settings/roles/{}", role.name);
    let action = format!("{back}/grants/{}", object.name);
    let ask = settings::dialog(&title, action, back, problem.as_ref(), &body);
    Ask { submit: visit.t("common.save").to_owned(), wide: true, ..ask }.answer(visit)
}

/// `POST /settings/roles/{role}/grants/{object}`: the object's rights anew, one grant for each scope.
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save(visit: Visit, Path((name, object)): Path<(String, String)>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let (role, object) = (role(visit, &name)?, visit.gate().object(&object)?);
            let changed = Role { grants: regranted(visit, &role, &object, &params), ..(*role).clone() };
            let done = visit.gate().save_role(visit.ctx(), changed);
            let back = format!("/settings/roles/{name}");
            settings::saved(visit, &back, done, |problem| form(visit, &role, &object, Some(problem)))
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
    scopes.extend([Scope::Pool, Scope::PoolAdmin]);
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
