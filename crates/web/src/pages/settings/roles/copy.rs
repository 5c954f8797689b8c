//! A role of the site's own begins as a copy of another.

use super::role;
use crate::{
    pages::{
        answer::{self, Ask},
        settings::{self, label_of, labels, text},
    },
    session::{Answer, Visit},
    ui,
};
use axum::{body::Bytes, extract::Path, response::Response};
use guanxi_gate::Error;
use guanxi_model::{Label, Role};
use maud::{Markup, html as markup};

/// `GET /settings/roles/{role}/copy`
///
/// # Errors
/// When there is no such role.
pub async fn ask(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let role = role(visit, &name)?;
            let label = Label::new(visit.fill("roles.copy_of", &[("name", &role.label.zh)]), String::new());
            form(visit, &role, &label, &format!("{}_copy", role.name), None)
        })
        .await
}

fn form(
    visit: &Visit,
    role: &Role,
    label: &Label,
    name: &str,
    problem: Option<Markup>,
) -> Result<Response, Error> {
    let hint = visit.t("objects.field_name_hint").to_owned();
    let name = ui::Field { hint, ..text("name", visit.t("dictionaries.api_name"), name) };
    let body = markup! {
        p .muted { (visit.fill("roles.copy_text", &[("name", role.label.get(visit.locale()))])) }
        div .fields { (labels(visit, label)) (ui::form_field(&name)) }
    };
    let title = visit.t("roles.copy");
    let action = format!("/settings/roles/{}/copy", role.name);
    let ask = settings::dialog(title, action, "/settings/roles".to_owned(), problem.as_ref(), &body);
    Ask { submit: title.to_owned(), ..ask }.answer(visit)
}

/// `POST /settings/roles/{role}/copy`
///
/// # Errors
/// When the door fails; what it refuses is the dialog again.
pub async fn save(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
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
                    let problem = settings::refusal(visit, error)?;
                    form(visit, &role, &label, &new, Some(problem))
                }
            }
        })
        .await
}
