//! Scheduled jobs: when they run, and running one now for a business date.

use super::text;
use crate::{
    pages::answer::{self, Ask},
    session::{Answer, Visit},
    ui::{self, Button, Widget},
};
use axum::{body::Bytes, extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{Error, Schedule};
use guanxi_model::Locale;
use maud::{Markup, html as markup};

/// `GET /settings/jobs`
///
/// # Errors
/// When the page cannot be drawn.
pub async fn show(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(draw(visit))).await
}

fn draw(visit: &Visit) -> crate::page::Page {
    let rows: Vec<Vec<Markup>> = visit
        .gate()
        .jobs()
        .iter()
        .map(|job| {
            let when = match job.schedule {
                Schedule::Nightly { hour } => visit.fill("jobs.nightly", &[("hour", &format!("{hour:02}:00"))]),
                Schedule::EveryMinute => visit.t("jobs.every_minute").to_owned(),
                Schedule::Never => visit.t("jobs.on_demand").to_owned(),
            };
            vec![
                markup! { (title(visit, job.name)) },
                markup! { code { (job.name) } },
                markup! { (when) },
                markup! { (Button::new(visit.t("jobs.run")).small().icon("play").dialog(format!("/settings/jobs/{}", job.name))) },
            ]
        })
        .collect();
    let heads = [visit.t("jobs.job"), visit.t("dictionaries.api_name"), visit.t("jobs.when"), ""];
    let body = markup! { p .muted { (visit.t("jobs.about")) } (super::table(&heads, &rows)) };
    super::page(visit, "jobs", visit.t("settings.jobs"), None, &body)
}

/// What a job does, in words; a job without words is known by its name.
fn title(visit: &Visit, name: &str) -> String {
    let key = format!("job.{}", name.replace('.', "_"));
    if crate::texts::phrases().has(visit.locale(), &key) { visit.fill(&key, &[]) } else { name.to_owned() }
}

/// `GET /settings/jobs/{name}`
///
/// # Errors
/// When there is no such job.
pub async fn ask(visit: Visit, Path(name): Path<String>) -> Answer {
    visit.answer(move |visit| form(visit, &name, &visit.ctx().today.to_string(), None)).await
}

fn form(visit: &Visit, name: &str, date: &str, problem: Option<Markup>) -> Result<Response, Error> {
    let job = visit.gate().jobs().into_iter().find(|job| job.name == name).ok_or(Error::NotFound)?;
    let date = ui::Field {
        widget: Widget::Date,
        wide: true,
        autofocus: true,
        hint: visit.t("jobs.date_hint").to_owned(),
        ..text("date", visit.t("jobs.date"), date)
    };
    let ask = Ask {
        title: visit.t("jobs.run").to_owned(),
        action: format!("/settings/jobs/{name}"),
        body: markup! {
            @if let Some(problem) = &problem { (problem) }
            p { (title(visit, job.name)) }
            (ui::form_field(&date))
        },
        submit: visit.t("jobs.run").to_owned(),
        status: if problem.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK },
        cancel: "/settings/jobs".to_owned(),
        menu: "settings".to_owned(),
        ..Ask::default()
    };
    ask.answer(visit)
}

/// `POST /settings/jobs/{name}`
///
/// # Errors
/// When the job fails.
pub async fn run(visit: Visit, Path(name): Path<String>, body: Bytes) -> Answer {
    let params = answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let text = params.get("date").unwrap_or_default().to_owned();
            let Ok(date) = text.parse::<jiff::civil::Date>() else {
                let problem = markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (visit.t("me.bad_date")) } } };
                return form(visit, &name, &text, Some(problem));
            };
            match visit.gate().run_job(&name, date) {
                Ok(counts) => {
                    let join = if visit.locale() == Locale::Zh { "\u{ff0c}" } else { ", " };
                    let counts: Vec<String> = counts.iter().map(|(what, n)| format!("{what} {n}")).collect();
                    let text = visit.fill("jobs.done", &[("job", &title(visit, &name)), ("counts", &counts.join(join))]);
                    Ok(answer::stay(visit, "/settings/jobs", text, None))
                }
                Err(error) => {
                    let problem = super::refusal(visit, error)?;
                    form(visit, &name, &text, Some(problem))
                }
            }
        })
        .await
}
