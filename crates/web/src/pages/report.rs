//! Reports: the same numbers as a table, as bars and as slices; with totals, the records behind each row, and
//! downloads. A report runs for the reader, so it counts what they may see.

mod download;
mod draw;

pub use download::{csv, xlsx};

use crate::{
    page::Page,
    pages::{
        answer,
        form::input::{self, Inputs},
    },
    session::{Answer, Params, Visit, encode},
    ui::{self, Bar, Button, Empty, EmptyKind, Tab},
};
use axum::{extract::Path, http::StatusCode, response::Response};
use guanxi_gate::{
    Error,
    report::{Keep, Report, ReportDef, Shape},
};
use guanxi_model::{Choice, Field, FieldKind, Issue, Label, access::action};
use maud::{Markup, html as markup};

/// `GET /reports`: those that the reader may open.
///
/// # Errors
/// When the page cannot be drawn.
pub async fn index(visit: Visit) -> Answer {
    visit.page(|visit| Ok::<_, Error>(list(visit))).await
}

fn list(visit: &Visit) -> Page {
    let reports: Vec<&ReportDef> = visit
        .gate()
        .domain()
        .reports
        .iter()
        .filter(|report| visit.ctx().rights.may_report(report.name))
        .collect();
    let title = visit.t("nav.reports");
    let main = markup! {
        (ui::bar(&Bar { title: title.to_owned(), ..Bar::default() }))
        @if reports.is_empty() {
            (ui::empty_state(&Empty {
                kind: EmptyKind::NoAccess,
                title: visit.t("report.none").to_owned(),
                text: visit.t("report.none_text").to_owned(),
                ..Empty::default()
            }))
        } @else {
            div .form-page.scroll-end {
                ul .report-list {
                    @for report in reports {
                        li {
                            a .card.report-card href={ "/report/" (report.name) } {
                                span .mark.h-256 { (ui::icon("chart-column")) }
                                span .text { b { (report.label.get(visit.locale())) } small .muted { (report.about.get(visit.locale())) } }
                                (ui::icon("chevron-right"))
                            }
                        }
                    }
                }
            }
        }
    };
    Page { title: title.to_owned(), menu: "reports".to_owned(), main, ..Page::default() }
}

/// A report as it was asked for.
struct Asked {
    def: ReportDef,
    params: Params,
}

impl Asked {
    fn of(visit: &Visit, name: &str) -> Result<Asked, Error> {
        let def = visit
            .gate()
            .domain()
            .reports
            .iter()
            .find(|report| report.name == name)
            .cloned()
            .ok_or(Error::NotFound)?;
        Ok(Asked { def, params: Params::parse(visit.asks.uri.query().unwrap_or_default()) })
    }

    /// The parameters that the report knows, as it reads them. What was chosen in an input stands as its text.
    fn chosen(&self) -> guanxi_gate::report::Params {
        let known = self.def.params.iter().map(|field| field.name.as_str()).chain(["as_of"]);
        known.filter_map(|name| Some((name.to_owned(), self.params.get(name)?.to_owned()))).collect()
    }

    fn run(&self, visit: &Visit) -> Result<Report, Error> {
        visit.gate().report(visit.ctx(), self.def.name, &self.chosen())
    }

    /// The address of the report with another way of looking, or of a download.
    fn url(&self, path: &str, look: &str) -> String {
        let mut query: Vec<String> = self
            .params
            .pairs()
            .filter(|(name, value)| *name != "look" && !value.is_empty())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if !look.is_empty() {
            query.push(format!("look={look}"));
        }
        let path = format!("/report/{}{path}", self.def.name);
        if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) }
    }
}

/// `GET /report/{name}`
///
/// # Errors
/// When there is no such report, or the reader may not open it.
pub async fn show(visit: Visit, Path(name): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let asked = Asked::of(visit, &name)?;
            match asked.run(visit) {
                Ok(report) => page(visit, &asked, Ok(&report))?.answer(visit),
                Err(error) => match answer::issues(visit, &error).or_else(|| malformed(&error)) {
                    Some(issues) => {
                        let mut page = page(visit, &asked, Err(&issues))?;
                        page.status = StatusCode::UNPROCESSABLE_ENTITY;
                        page.answer(visit)
                    }
                    None => Err(error),
                },
            }
        })
        .await
}

fn malformed(error: &Error) -> Option<Vec<Issue>> {
    match error {
        Error::Malformed(message) => Some(vec![Issue::record("malformed", message.clone())]),
        _ => None,
    }
}

fn page(visit: &Visit, asked: &Asked, outcome: Result<&Report, &[Issue]>) -> Result<Page, Error> {
    let title = asked.def.label.get(visit.locale()).to_owned();
    let look =
        asked.params.get("look").filter(|look| matches!(*look, "bar" | "pie" | "curve")).unwrap_or_default();
    let tab = |word: &str, key: &'static str, icon: &str| Tab {
        label: visit.t(key).to_owned(),
        icon: Some(icon.to_owned()),
        href: asked.url("", word),
        current: look == word,
        ..Tab::default()
    };
    let shape = outcome.map_or(Shape::Bars, |report| report.shape);
    let mut tabs = vec![tab("", "report.table", "table")];
    match shape {
        Shape::Bars => {
            tabs.push(tab("bar", "report.bar", "chart-column"));
            tabs.push(tab("pie", "report.pie", "chart-pie"));
        }
        Shape::Ratios => tabs.push(tab("bar", "report.bar", "chart-column")),
        Shape::Curve => tabs.push(tab("curve", "report.curve", "trending-up")),
        Shape::Matrix | Shape::Steps => {}
    }
    let issues = outcome.err().unwrap_or_default();
    let keep = outcome.ok().and_then(|report| report.keep.as_ref());
    let keep = keep.filter(|keep| visit.may(keep.object, action::CREATE));
    let actions = markup! {
        @if let Some(keep) = keep {
            (Button::new(visit.fill("report.keep", &[("object", visit.gate().object(keep.object)?.label.get(visit.locale()))])).icon("list-checks").go(keep_url(keep)))
        }
        (Button::new(visit.t("report.print")).icon("printer").run("print").hide_small())
        (Button::new("CSV").icon("download").act(ui::Act::Download(asked.url("/csv", ""))).hide_small())
        (Button::new("Excel").icon("file-spreadsheet").act(ui::Act::Download(asked.url("/xlsx", ""))))
    };
    let trail = [(visit.t("nav.reports").to_owned(), Some("/reports".to_owned())), (title.clone(), None)];
    let main = markup! {
        (ui::bar(&Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), actions: Some(actions), ..Bar::default() }))
        (bar(visit, asked, issues)?)
        (ui::view_tabs(visit.t("report.looks"), &tabs, None))
        div .report.scroll-end {
            p .muted.about { (asked.def.about.get(visit.locale())) }
            @match outcome {
                Ok(report) => {
                    @if let Some(summary) = &report.summary {
                        p .summary { (crate::error::say_message(visit.gate().phrases(), visit.locale(), summary)) }
                    }
                    @if report.rows.is_empty() {
                        (ui::empty_state(&Empty {
                            kind: EmptyKind::NoMatch,
                            title: visit.t("report.empty").to_owned(),
                            // Where nothing was chosen there is nothing to choose otherwise.
                            text: if narrowed(asked) { visit.t("report.empty_text").to_owned() } else { String::new() },
                            actions: narrowed(asked).then(|| markup! { (Button::new(visit.t("report.clear")).go(format!("/report/{}", asked.def.name))) }),
                            ..Empty::default()
                        }))
                    } @else if look.is_empty() {
                        @if report.shape == Shape::Steps { (draw::steps(visit, report)) }
                        (draw::table(visit, report))
                    } @else {
                        (draw::chart(visit, &asked.def, report, look))
                        details .fold { summary { (ui::icon("chevron-right")) span { (visit.t("report.table")) } } (draw::table(visit, report)) }
                    }
                }
                Err(issues) => { (answer::refusals(visit, issues, &[])) }
            }
        }
    };
    Ok(Page { title, menu: "reports".to_owned(), main, ..Page::default() })
}

/// The form of the record that keeps the answer.
fn keep_url(keep: &Keep) -> String {
    let values: Vec<String> =
        keep.values.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("/{}/new?{}", keep.object, values.join("&"))
}

/// Choices of a report that are a group of customers go on with the reader's own views of the list.
fn with_views(visit: &Visit, field: &Field) -> Result<Field, Error> {
    let mut field = field.clone();
    let views = visit.gate().views(visit.ctx(), "customer")?;
    for view in views.into_iter().filter(|view| !view.filter.trim().is_empty()) {
        let label = visit.fill("report.view", &[("view", &view.label)]);
        field.options.push(Choice {
            value: format!("view:{}", view.name),
            label: Label::new(label.clone(), label),
            ..Choice::default()
        });
    }
    Ok(field)
}

/// Whether anything was chosen beside the look.
fn narrowed(asked: &Asked) -> bool {
    asked.params.pairs().any(|(name, value)| name != "look" && !value.is_empty())
}

/// What can be chosen, in one line.
fn bar(visit: &Visit, asked: &Asked, issues: &[Issue]) -> Result<Markup, Error> {
    let as_of = Field::new("as_of", guanxi_model::Label::default(), FieldKind::Date);
    let mut params = asked.def.params.clone();
    for field in params.iter_mut().filter(|field| field.name == "loyal") {
        *field = with_views(visit, field)?;
    }
    let mut fields: Vec<&Field> = params.iter().collect();
    let own_date = fields.iter().any(|field| field.name == "as_of");
    if !own_date {
        fields.push(&as_of);
    }
    let titles = input::titles(visit, fields.iter().copied(), &asked.params)?;
    let inputs = Inputs { visit, params: &asked.params, titles: &titles, issues, prefix: String::new() };
    Ok(markup! {
        form .report-bar method="get" action={ "/report/" (asked.def.name) } {
            @if let Some(look) = asked.params.get("look") { input type="hidden" name="look" value=(look); }
            div .fields.four {
                @for field in fields {
                    @let mut input = inputs.field(field, false);
                    @let () = {
                        input.wide = false;
                        input.required = None;
                        if field.name == "as_of" && input.label.is_empty() {
                            input.label = visit.t("report.as_of").to_owned();
                        }
                        if input.value.is_empty() {
                            input.value = shown_default(field);
                        }
                    };
                    (ui::form_field(&input))
                }
            }
            div .row {
                (Button::new(visit.t("report.run")).primary().icon("refresh-cw").submit())
                @if narrowed(asked) {
                    (Button::new(visit.t("report.clear")).ghost().go(format!("/report/{}", asked.def.name)))
                }
            }
        }
    })
}

/// What a report takes when nothing is chosen, so that the bar says what is shown.
fn shown_default(field: &Field) -> String {
    match &field.default {
        Some(serde_json::Value::String(text)) if !matches!(text.as_str(), "today" | "now" | "me") => {
            text.clone()
        }
        Some(serde_json::Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}
