//! When backups are made by themselves.

use crate::{
    pages::{
        answer,
        settings::{choose, text},
    },
    session::{self, Answer, Visit},
    ui::{self, Button, Choice, Widget},
};
use axum::{body::Bytes, response::Response};
use guanxi_gate::{
    Error,
    backups::{Every, Plan},
};
use maud::{Markup, html as markup};

/// The days of the week, Monday first.
const DAYS: [&str; 7] = [
    "sets.monday",
    "sets.tuesday",
    "sets.wednesday",
    "sets.thursday",
    "sets.friday",
    "sets.saturday",
    "sets.sunday",
];

/// The form; with what was filled in and what is wrong with it, when it was refused.
pub fn form(visit: &Visit, plan: Option<Plan>, problem: Option<&Error>) -> Result<Markup, Error> {
    let plan = match plan {
        Some(plan) => plan,
        None => visit.gate().backup_plan()?,
    };
    let wrong = |field: &str| -> String {
        let Some(Error::Invalid(issues)) = problem else { return String::new() };
        let of_field = issues.iter().filter(|issue| issue.field.as_deref() == Some(field));
        of_field.map(|issue| answer::say(visit, issue)).collect::<Vec<_>>().join(" ")
    };
    let every = [("off", "sets.off"), ("day", "sets.daily"), ("week", "sets.weekly")];
    let every = every.map(|(value, key)| Choice::new(value, visit.t(key))).to_vec();
    let days = DAYS.iter().zip(1..).map(|(key, day)| Choice::new(day.to_string(), visit.t(key))).collect();
    let hours = (0..24).map(|hour| Choice::new(hour.to_string(), format!("{hour:02}:00"))).collect();
    let keep = ui::Field {
        widget: Widget::Number("1".to_owned()),
        hint: visit.t("sets.keep_hint").to_owned(),
        error: Some(wrong("keep")).filter(|text| !text.is_empty()),
        ..text("keep", visit.t("sets.keep"), &plan.keep.to_string())
    };
    let prove = ui::Field {
        widget: Widget::Switch(visit.t("sets.prove_text").to_owned()),
        ..text("prove", visit.t("sets.prove"), if plan.prove { "true" } else { "false" })
    };
    Ok(markup! {
        form method="post" action="/settings/sets/plan" data-guard {
            (session::csrf(visit))
            div .fields {
                (ui::form_field(&choose("every", visit.t("sets.every"), word(plan.every), every)))
                (ui::form_field(&choose("weekday", visit.t("sets.weekday"), &plan.weekday.to_string(), days)))
                (ui::form_field(&choose("hour", visit.t("sets.hour"), &plan.hour.to_string(), hours)))
                (ui::form_field(&keep))
                (ui::form_field(&prove))
            }
            (ui::dirty_bar(visit.t("settings.unsaved"), &[Button::new(visit.t("common.save")).primary().small().submit()]))
            noscript { (Button::new(visit.t("common.save")).primary().submit()) }
        }
    })
}

fn word(every: Every) -> &'static str {
    match every {
        Every::Off => "off",
        Every::Day => "day",
        Every::Week => "week",
    }
}

/// `POST /settings/sets/plan`
///
/// # Errors
/// When it cannot be written.
pub async fn save(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let given = |name: &str| params.all(name).last().unwrap_or_default().trim().to_owned();
            let every = match given("every").as_str() {
                "day" => Every::Day,
                "week" => Every::Week,
                _ => Every::Off,
            };
            // What is no number lies outside every bound.
            let plan = Plan {
                every,
                weekday: given("weekday").parse().unwrap_or(0),
                hour: given("hour").parse().unwrap_or(-1),
                keep: given("keep").parse().unwrap_or(0),
                prove: given("prove") == "true",
            };
            match visit.gate().set_backup_plan(visit.ctx(), plan) {
                Ok(()) => Ok(answer::done(visit, "/settings/sets", visit.t("settings.saved"), None)),
                Err(error @ Error::Invalid(_)) => super::draw(visit, Some(plan), Some(&error))?.answer(visit),
                Err(error) => Err(error),
            }
        })
        .await
}
