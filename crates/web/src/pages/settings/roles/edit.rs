//! A role's name, its rights outside objects, and its reports.

use super::role;
use crate::{
    pages::{
        answer::{self, Ask},
        settings::{self, label_of, labels, text},
    },
    session::{Answer, Visit},
    ui::{self, Widget},
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::Error;
use guanxi_model::Role;
use maud::{Markup, html as markup};

/// Rights outside objects.
const SETTINGS: [&str; 9] =
    ["settings", "users", "roles", "objects", "dictionaries", "audit", "sets", "jobs", "keys"];

/// `GET /settings/roles/{role}/edit`: its name, the rights outside objects, and its reports.
///
/// # Errors
/// When there is no such role.
pub async fn ask(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let role = role(visit, &name)?;
            form(visit, &role, None)
        })
        .await
}

fn form(visit: &Visit, role: &Role, problem: Option<Markup>) -> Result<Response, Error> {
    let mut rights: Vec<ui::Choice> = SETTINGS
        .iter()
        .map(|right| ui::Choice::new(*right, visit.fill(&format!("right.{right}"), &[])))
        .collect();
    if role.settings.iter().any(|setting| setting == "*") {
        rights.push(ui::Choice::new("*", visit.fill("right.all", &[])));
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
    let body = markup! {
        div .fields {
            (labels(visit, &role.label))
            (ui::form_field(&several("settings", visit.t("roles.settings"), &role.settings, rights)))
            (ui::form_field(&several("reports", visit.t("roles.reports"), &role.reports, reports)))
        }
    };
    let back = format!("/settings/roles/{}", role.name);
    let ask = settings::dialog(visit.t("roles.edit"), format!("{back}/edit"), back, problem.as_ref(), &body);
    Ask { submit: visit.t("common.save").to_owned(), wide: true, ..ask }.answer(visit)
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
            let done = visit.gate().save_role(visit.ctx(), changed.clone());
            let back = format!("/settings/roles/{name}");
            settings::saved(visit, &back, done, |problem| form(visit, &changed, Some(problem)))
        })
        .await
}
