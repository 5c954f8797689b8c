//! The organisation: its name, and the numbers that its rules use.

use super::text;
use crate::{
    pages::answer,
    session::{self, Answer, Params, Visit},
    ui::{self, Button, Widget},
};
use axum::{body::Bytes, http::StatusCode, response::Response};
use guanxi_gate::{Error, auth::SessionTimes};
use maud::{Markup, html as markup};

/// Settings of the account set that have a place on this page: key, phrase, hint, and how they are asked for.
const SETTINGS: [(&str, &str, &str, Kind); 15] = [
    ("company", "company.name", "company.name_hint", Kind::Text),
    (SessionTimes::IDLE, "company.session_idle", "company.session_idle_hint", Kind::Session),
    (SessionTimes::LONGEST, "company.session_longest", "company.session_longest_hint", Kind::Session),
    ("churn.months", "company.churn_months", "company.churn_months_hint", Kind::Number("6")),
    ("churn.without_orders", "company.churn_without", "company.churn_without_hint", Kind::Switch),
    ("grade.months", "company.grade_months", "company.grade_months_hint", Kind::Number("")),
    ("grade.levels", "company.grade_levels", "company.grade_levels_hint", Kind::Switch),
    ("life.decline_months", "company.life_decline", "company.life_decline_hint", Kind::Number("4")),
    ("life.mature_months", "company.life_months", "company.life_months_hint", Kind::Number("12")),
    ("life.mature_orders", "company.life_orders", "company.life_orders_hint", Kind::Number("6")),
    ("activity.edit_hours", "company.edit_hours", "company.edit_hours_hint", Kind::Number("24")),
    ("lead.weight.match", "company.weight_match", "company.weight_hint", Kind::Weight("40")),
    ("lead.weight.potential", "company.weight_potential", "company.weight_hint", Kind::Weight("30")),
    ("lead.weight.standing", "company.weight_standing", "company.weight_hint", Kind::Weight("20")),
    ("lead.weight.service_cost", "company.weight_cost", "company.weight_hint", Kind::Weight("10")),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// A whole number, with what holds while none is given.
    Number(&'static str),
    /// A number whose bounds the door knows.
    Session,
    /// From 0 to 100, with what holds while nothing is chosen.
    Weight(&'static str),
    Switch,
}

/// `GET /settings/company`
///
/// # Errors
/// When the settings cannot be read.
pub async fn show(visit: Visit) -> Answer {
    visit.answer(|visit| draw(visit, None, None)).await
}

fn draw(visit: &Visit, params: Option<&Params>, problem: Option<Markup>) -> Result<Response, Error> {
    let mut rows = Vec::new();
    for (key, label, hint, kind) in SETTINGS {
        let stored = visit.gate().setting(key)?.unwrap_or_default();
        let value = params.and_then(|params| params.get(key)).map_or(stored, str::to_owned);
        let name = key.replace('.', "-");
        let mut field = ui::Field { id: format!("in-{name}"), ..text(key, visit.t(label), &value) };
        field.widget = match kind {
            Kind::Text => Widget::Text,
            Kind::Number(usual) => {
                field.placeholder =
                    if usual.is_empty() { visit.t("company.grade_months_usual") } else { usual }.to_owned();
                Widget::Number("1".to_owned())
            }
            Kind::Session => {
                let times = visit.gate().session_times()?;
                let now = if key == SessionTimes::IDLE { times.idle_minutes } else { times.longest_hours };
                field.placeholder = now.to_string();
                Widget::Number("1".to_owned())
            }
            Kind::Weight(usual) => {
                field.placeholder = usual.to_owned();
                Widget::Number("1".to_owned())
            }
            Kind::Switch => Widget::Switch(String::new()),
        };
        rows.push(ui::setting(
            visit.t(label),
            visit.t(hint),
            &markup! {
                label .sr-only for=(field.id) { (visit.t(label)) }
                (ui::widget(&field))
            },
        ));
    }
    let status = if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body = markup! {
        form method="post" action="/settings/company" data-guard {
            (session::csrf(visit))
            @if let Some(problem) = problem { (problem) }
            @for row in rows { (row) }
            (ui::dirty_bar(visit.t("settings.unsaved"), &[Button::new(visit.t("common.save")).primary().small().submit()]))
        }
    };
    let mut page = super::page(visit, "company", visit.t("settings.company"), None, &body);
    page.status = status;
    page.answer(visit)
}

/// `POST /settings/company`
///
/// # Errors
/// When the door refuses.
pub async fn save(visit: Visit, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            for (key, label, _, kind) in SETTINGS {
                let value = params.all(key).last().unwrap_or_default().trim();
                let number = matches!(kind, Kind::Number(_)) && !value.is_empty();
                if number && !value.parse::<u32>().is_ok_and(|months| (1..=120).contains(&months)) {
                    let text = visit.fill("company.bad_number", &[("label", visit.t(label))]);
                    let problem = markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } } };
                    return draw(visit, Some(&params), Some(problem));
                }
                let weight = matches!(kind, Kind::Weight(_)) && !value.is_empty();
                if weight && !value.parse::<u32>().is_ok_and(|weight| weight <= 100) {
                    let text = visit.fill("company.bad_weight", &[("label", visit.t(label))]);
                    let problem = markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } } };
                    return draw(visit, Some(&params), Some(problem));
                }
            }
            for (key, ..) in SETTINGS {
                let value = params.all(key).last().unwrap_or_default().trim().to_owned();
                if visit.gate().setting(key)?.unwrap_or_default() == value {
                    continue;
                }
                if let Err(error) = visit.gate().set_setting(visit.ctx(), key, &value) {
                    let problem = super::refusal(visit, error)?;
                    return draw(visit, Some(&params), Some(problem));
                }
            }
            Ok(answer::done(visit, "/settings/company", visit.t("settings.saved"), None))
        })
        .await
}
