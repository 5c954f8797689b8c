//! The team's day and week: what each person did, what is due, what is late, and their report.

use crate::{
    page::Page,
    session::{self, Answer, Params, Visit, encode},
    show,
    ui::{self, Bar, Button},
};
use axum::{body::Bytes, response::Response};
use guanxi_crm::office::{
    team::{self, Figure, Member, Span},
    todays_report,
};
use guanxi_gate::Error;
use guanxi_model::access::action;
use maud::{Markup, html};

/// `GET /team?span=day|week`
///
/// # Errors
/// When the set cannot be read.
pub async fn show(visit: Visit) -> Answer {
    let params = Params::parse(visit.asks.uri.query().unwrap_or_default());
    visit
        .page(move |visit| -> Result<Page, Error> {
            let span = if params.get("span") == Some("week") { Span::Week } else { Span::Day };
            let members = team::team(visit.gate(), visit.ctx(), span)?;
            let title = visit.t("team.title").to_owned();
            let segments: Vec<(String, String, String, bool)> =
                [("day", "team.day", Span::Day), ("week", "team.week", Span::Week)]
                    .into_iter()
                    .map(|(name, key, one)| {
                        (String::new(), visit.t(key).to_owned(), format!("/team?span={name}"), one == span)
                    })
                    .collect();
            let (from, after) = team::days(visit.ctx(), span);
            let heading = if span == Span::Day {
                show::long_day(visit.ctx(), from)
            } else {
                format!(
                    "{} – {}",
                    from.strftime("%m-%d"),
                    after.yesterday().unwrap_or(from).strftime("%m-%d")
                )
            };
            let main = html! {
                (ui::bar(&Bar { title: title.clone(), sub: heading, ..Bar::default() }))
                div .tools.todo-tools {
                    (ui::segmented(visit.t("team.span"), &segments))
                    div .end { (write(visit)) }
                }
                @if members.is_empty() {
                    (ui::empty_state(&ui::Empty {
                        icon: "users".to_owned(),
                        title: visit.t("team.nobody").to_owned(),
                        text: visit.t("team.nobody_text").to_owned(),
                        ..ui::Empty::default()
                    }))
                } @else {
                    (missing(visit, &members, span))
                    (table(visit, &members))
                }
            };
            Ok(Page { title, menu: "team".to_owned(), main, ..Page::default() })
        })
        .await
}

/// One's own reports of the day and week.
fn write(visit: &Visit) -> Markup {
    html! {
        @if visit.may("work_report", action::CREATE) {
            @for (kind, key) in [("day", "team.write_day"), ("week", "team.write_week")] {
                form method="post" action="/team/report" {
                    (session::csrf(visit))
                    input type="hidden" name="kind" value=(kind);
                    (Button::new(visit.t(key)).small().icon("file-text").submit())
                }
            }
        }
    }
}

/// Whoever has not handed in a report.
fn missing(visit: &Visit, members: &[Member], span: Span) -> Markup {
    let names: Vec<&str> = members.iter().filter(|m| m.report.is_none()).map(|m| m.name.as_str()).collect();
    if names.is_empty() || !visit.may("work_report", action::READ) {
        return html! {};
    }
    let key = if span == Span::Week { "team.missing_week" } else { "team.missing_day" };
    let text = html! { (visit.fill(key, &[("n", &names.len().to_string()), ("names", &names.join(visit.t("merge.comma")))])) };
    html! { div .clashes { (ui::notice(ui::Tone::Warn, &text, None)) } }
}

fn table(visit: &Visit, members: &[Member]) -> Markup {
    html! {
        div .team-table.scroll-end tabindex="0" role="region" aria-label=(visit.t("team.title")) {
            table .table {
                thead {
                    tr {
                        th scope="col" { (visit.t("team.person")) }
                        @for (name, ..) in team::FIGURES { th .num scope="col" { (visit.t(figure_key(name))) } }
                        th scope="col" { (visit.t("team.report")) }
                    }
                }
                tbody {
                    @for member in members {
                        tr id={ "m-" (member.id) } {
                            th scope="row" { (member.name) }
                            @for (figure, (.., bad)) in member.figures.iter().zip(team::FIGURES) {
                                td .num { @if let Some(figure) = figure { (number(figure, bad)) } }
                            }
                            td {
                                @match member.report {
                                    Some(id) => a .link href={ "/work_report/" (id) } { (visit.t("team.read")) },
                                    None => span .muted { (visit.t("team.none")) },
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn number(figure: &Figure, bad: bool) -> Markup {
    let url = format!("/{}?view=all&filter={}", figure.object, encode(&figure.filter));
    html! {
        @if figure.count == 0 {
            span .muted { "0" }
        } @else {
            a class={ "link" @if bad { " bad" } } href=(url) {
                @if bad { (ui::icon_small("triangle-alert")) }
                (figure.count)
            }
        }
    }
}

fn figure_key(name: &str) -> &'static str {
    match name {
        "followed" => "team.followed",
        "due" => "team.due",
        "overdue" => "team.overdue",
        "stalled" => "team.stalled",
        "finished" => "team.finished",
        _ => "team.late",
    }
}

/// `POST /team/report`: one's report of today or this week, filled in from what was done.
///
/// # Errors
/// When the door refuses.
pub async fn report(visit: Visit, body: Bytes) -> Answer {
    let params = crate::pages::answer::form(&body);
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let kind = params.get("kind").filter(|kind| *kind == "week").unwrap_or("day");
            let id = todays_report(visit.gate(), visit.ctx(), kind)?;
            Ok(visit.go(&format!("/work_report/{id}")))
        })
        .await
}
