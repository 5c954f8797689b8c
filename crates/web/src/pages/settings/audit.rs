//! The audit: who did what, when, through which door; and the proof that nothing was changed afterwards.

use super::text;
use crate::{
    pages::{answer, form::input, timeline},
    session::{Answer, Params, Visit, encode},
    show,
    ui::{self, Button, Tone, Widget},
};
use axum::response::Response;
use guanxi_gate::{
    Error, Titles,
    admin::{AuditFilter, AuditLine},
};
use guanxi_model::{Field, FieldKind, Label};
use maud::{Markup, html as markup};

/// Lines of a page.
const PAGE: usize = 100;

/// `GET /settings/audit`
///
/// # Errors
/// When the audit cannot be read.
pub async fn show(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit.page(move |visit| draw(visit, &params)).await
}

fn draw(visit: &Visit, params: &Params) -> Result<crate::page::Page, Error> {
    let some = |name: &str| params.get(name).map(str::to_owned);
    let filter = AuditFilter {
        object: some("object"),
        record: params.get("record").and_then(|id| id.parse().ok()),
        actor: params.get("actor").and_then(|id| id.parse().ok()),
        name: some("name"),
        from: params.get("since").and_then(|date| date.parse().ok()),
        to: params.get("until").and_then(|date| date.parse().ok()),
        before: params.get("before").and_then(|id| id.parse().ok()),
        limit: PAGE,
    };
    let lines = visit.gate().audit(visit.ctx(), &filter)?;
    let earlier = (lines.len() == PAGE).then(|| lines.last().map(|line| line.id)).flatten();
    let rows: Vec<Vec<Markup>> = lines.iter().map(|line| row(visit, line)).collect();
    let heads = [
        visit.t("log.when"),
        visit.t("log.who"),
        visit.t("log.what"),
        visit.t("log.about"),
        visit.t("log.door"),
        visit.t("log.changes"),
    ];
    let body = markup! {
        (filters(visit, params)?)
        @if rows.is_empty() { p .muted { (visit.t("log.none")) } } @else { (super::table(&heads, &rows)) }
        @if let Some(earlier) = earlier {
            @let query: Vec<String> = params.pairs().filter(|(name, value)| *name != "before" && !value.is_empty()).map(|(name, value)| format!("{name}={}", encode(value))).collect();
            p { (Button::new(visit.t("timeline.more")).go(format!("/settings/audit?{}&before={earlier}", query.join("&")))) }
        }
    };
    let verify =
        markup! { (Button::new(visit.t("log.verify")).icon("shield-check").post("/settings/audit/verify")) };
    Ok(super::page(visit, "audit", visit.t("settings.audit"), Some(verify), &body))
}

fn filters(visit: &Visit, params: &Params) -> Result<Markup, Error> {
    let registry = visit.gate().registry();
    let mut objects = vec![ui::Choice::new("", visit.t("common.all"))];
    objects.extend(
        registry.objects().map(|object| ui::Choice::new(&object.name, object.label.get(visit.locale()))),
    );
    let value = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let actor = Field::new("actor", Label::default(), FieldKind::User);
    let titles: Titles = input::titles(visit, [&actor], params)?;
    let inputs = input::Inputs { visit, params, titles: &titles, issues: &[], prefix: String::new() };
    let actor = ui::Field { label: visit.t("log.who").to_owned(), ..inputs.field(&actor, false) };
    Ok(markup! {
        form .filter-form method="get" action="/settings/audit" role="search" {
            div .fields.four {
                (ui::form_field(&super::choose("object", visit.t("objects.object"), &value("object"), objects)))
                (ui::form_field(&actor))
                (ui::form_field(&ui::Field { widget: Widget::Date, ..text("since", visit.t("log.since"), &value("since")) }))
                (ui::form_field(&ui::Field { widget: Widget::Date, ..text("until", visit.t("log.until"), &value("until")) }))
            }
            div .row { (Button::new(visit.t("log.filter")).icon("filter").submit()) (Button::new(visit.t("log.clear")).ghost().go("/settings/audit")) }
        }
    })
}

/// The operator and the scheduler have no name of their own.
fn actor(visit: &Visit, name: &str) -> String {
    match name {
        "operator" => visit.t("log.operator").to_owned(),
        "scheduler" => visit.t("timeline.system").to_owned(),
        name => name.to_owned(),
    }
}

/// Parts of the program that are no objects.
fn part(visit: &Visit, name: &str) -> String {
    let key = format!("part.{name}");
    if crate::texts::phrases().has(visit.locale(), &key) { visit.fill(&key, &[]) } else { name.to_owned() }
}

fn row(visit: &Visit, line: &AuditLine) -> Vec<Markup> {
    let object = visit.gate().object(&line.object).ok();
    let label = object.as_ref().map_or(line.object.as_str(), |object| object.label.get(visit.locale()));
    let verb = object
        .as_ref()
        .and_then(|object| object.verb(&line.name))
        .map(|verb| verb.label.get(visit.locale()).to_owned());
    let key = format!("event.{}", line.name);
    let said = verb.unwrap_or_else(|| {
        let known = crate::texts::phrases().has(visit.locale(), &key);
        if known { visit.fill(&key, &[]) } else { timeline::said(visit, &line.name, "") }
    });
    vec![
        markup! { time title=(line.at) { (show::moment(visit.ctx(), line.at)) } },
        markup! { (actor(visit, &line.actor)) },
        markup! { (said) },
        markup! {
            @match line.record {
                Some(id) if object.is_some() => a .link href={ "/" (line.object) "/" (id) } { (label) " #" (id) },
                _ => (part(visit, label)),
            }
        },
        markup! { (visit.fill(&format!("channel.{}", line.channel), &[])) @if !line.ip.is_empty() { br; span .muted { (line.ip) } } },
        markup! {
            @if !line.reason.is_empty() { div { (line.reason) } }
            @for (field, before, after) in line.changes.iter().take(6) {
                div .change { span .muted { (field) } " " @if !before.is_empty() { del { (before) } " " } "→ " ins { (after) } }
            }
            @if line.changes.len() > 6 { span .muted { (visit.fill("timeline.others", &[("n", &(line.changes.len() - 6).to_string())])) } }
        },
    ]
}

/// `POST /settings/audit/verify`: proves the chain.
///
/// # Errors
/// When the audit cannot be read.
pub async fn verify(visit: Visit) -> Answer {
    visit
        .answer(|visit| -> Result<Response, Error> {
            let response = match visit.gate().verify_audit(visit.ctx())? {
                None => answer::stay(visit, "/settings/audit", visit.t("log.intact"), None),
                Some(id) => {
                    let text = visit.fill("log.broken", &[("id", &id.to_string())]);
                    answer::toasted(answer::stay(visit, "/settings/audit", "", None), Tone::Bad, text, None)
                }
            };
            Ok(response)
        })
        .await
}
