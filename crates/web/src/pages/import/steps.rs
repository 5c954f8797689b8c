//! The steps as pages.

use super::Chosen;
use crate::{
    page::Page,
    pages::{answer, settings},
    session::{self, Params, Visit},
    ui::{self, Act, Bar, Button, Widget},
};
use axum::http::StatusCode;
use guanxi_crm::admin::exchange::{ImportReport, suggest};
use guanxi_gate::Error;
use guanxi_model::{FieldKind, Object};
use maud::{Markup, html as markup};

/// A step in the frame that all of them share.
pub fn frame(visit: &Visit, object: &Object, now: usize, content: &Markup) -> Page {
    let title = visit.fill("import.title", &[("object", object.plural_label(visit.locale()))]);
    let steps: Vec<String> = ["import.step_file", "import.step_map", "import.step_check", "import.step_run"]
        .map(|key| visit.t(key).to_owned())
        .to_vec();
    let trail = [
        (object.plural_label(visit.locale()).to_owned(), Some(format!("/{}", object.name))),
        (title.clone(), None),
    ];
    let main = markup! {
        (ui::bar(&Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), ..Bar::default() }))
        div .form-page.scroll-end { div .body { (ui::stepper(&steps, now)) (content) } }
    };
    Page { title, menu: object.name.clone(), main, ..Page::default() }
}

fn bad(text: &str) -> Markup {
    markup! { div .notice.bad role="alert" { (ui::icon("circle-alert")) div .text { (text) } } }
}

/// Choosing the file, with the imports so far below.
///
/// # Errors
/// When they cannot be read.
pub fn choose(visit: &Visit, object: &Object, problem: Option<&str>) -> Result<Page, Error> {
    let file = ui::Field {
        id: "in-file".to_owned(),
        name: "file".to_owned(),
        label: visit.t("import.file").to_owned(),
        hint: visit.t("import.file_hint").to_owned(),
        wide: true,
        widget: Widget::File {
            accept: ".xlsx,.csv,.tsv,.jsonl".to_owned(),
            multiple: false,
            prompt: visit.t("form.drop_files").to_owned(),
            upload: None,
            files: Vec::new(),
        },
        ..ui::Field::default()
    };
    let content = markup! {
        @if let Some(text) = problem { (bad(text)) }
        div .row {
            (Button::new(visit.t("import.template")).icon("download").act(Act::Download(format!("/import/{}/template", object.name))))
            span .muted { (visit.t("import.template_hint")) }
        }
        // The token travels in the address of no form; multipart bodies are not read for it, so the browser side adds the header.
        form .stack method="post" action="/import" enctype="multipart/form-data" {
            (session::csrf(visit))
            input type="hidden" name="object" value=(object.name);
            (ui::form_field(&file))
            (ui::form_bar(&[Button::new(visit.t("common.cancel")).go(format!("/{}", object.name)), Button::new(visit.t("import.next")).primary().submit()]))
        }
        (super::run::recent(visit, object)?)
    };
    let mut page = frame(visit, object, 0, &content);
    if problem.is_some() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// What the columns mean, with the first values of each.
///
/// # Errors
/// When the file cannot be read.
pub fn map(visit: &Visit, chosen: &Chosen, params: &Params, problem: Option<&str>) -> Result<Page, Error> {
    let object = &chosen.object;
    let suggested = suggest(visit.gate(), object, chosen.upload.source.headings());
    let mut samples: Vec<Vec<String>> = vec![Vec::new(); chosen.upload.source.headings().len()];
    for row in chosen.upload.source.rows()?.take(3) {
        for (sample, cell) in samples.iter_mut().zip(row?.cells) {
            sample.push(cell.to_text().chars().take(24).collect());
        }
    }
    let mut fields: Vec<ui::Choice> = vec![ui::Choice::new("", visit.t("import.ignore"))];
    let taken = |kind: &FieldKind| !matches!(kind, FieldKind::File | FieldKind::Image);
    for field in object.active_fields() {
        let fits = matches!(field.name.as_str(), "owner" | "department" | "external_id") || !field.system;
        if fits
            && !field.is_computed()
            && taken(&field.kind)
            && (!field.read_only || field.name == "external_id")
        {
            fields.push(ui::Choice::new(&field.name, field.label.get(visit.locale())));
        }
    }
    let rows: Vec<Vec<Markup>> = suggested
        .iter()
        .enumerate()
        .map(|(n, (heading, path))| {
            let name = format!("map.{n}");
            let value = if params.has(&name) {
                params.get(&name).unwrap_or_default()
            } else {
                path.as_deref().unwrap_or_default()
            };
            let mut choices = fields.clone();
            if !value.is_empty() && !choices.iter().any(|choice| choice.value == value) {
                choices.push(ui::Choice::new(value, value));
            }
            let input =
                ui::Field { id: format!("in-map-{n}"), ..settings::choose(&name, heading, value, choices) };
            vec![
                markup! { b .strong { (heading) } },
                markup! { span .muted { (samples[n].join(" · ")) } },
                markup! { label .sr-only for=(input.id) { (heading) } (ui::widget(&input)) },
            ]
        })
        .collect();
    let mut keys = vec![ui::Choice::new("", visit.t("import.no_match"))];
    for field in object.active_fields() {
        if field.unique
            || field.name == "external_id"
            || object.duplicates.iter().any(|key| key.field == field.name && !key.similar)
        {
            keys.push(ui::Choice::new(&field.name, field.label.get(visit.locale())));
        }
    }
    let duplicates = vec![
        ui::Choice::new("", visit.t("import.duplicates_usual")),
        ui::Choice::new("skip", visit.t("import.duplicates_skip")),
        ui::Choice::new("update", visit.t("import.duplicates_update")),
    ];
    let value = |name: &str| params.get(name).unwrap_or_default().to_owned();
    let keep = ui::Field {
        widget: Widget::Switch(visit.t("import.keep_good").to_owned()),
        value: params.all("keep_good").last().unwrap_or_default().to_owned(),
        ..settings::text("keep_good", "", "")
    };
    let content = markup! {
        @if let Some(text) = problem { (bad(text)) }
        form .stack method="post" action="/import/check" {
            (session::csrf(visit))
            input type="hidden" name="object" value=(object.name);
            input type="hidden" name="file" value=(chosen.file);
            (settings::table(&[visit.t("import.column"), visit.t("import.samples"), visit.t("import.means")], &rows))
            div .fields {
                (ui::form_field(&ui::Field { hint: visit.t("import.match_hint").to_owned(), ..settings::choose("match", visit.t("import.match"), &value("match"), keys) }))
                (ui::form_field(&settings::choose("duplicates", visit.t("import.duplicates"), &value("duplicates"), duplicates)))
            }
            (ui::widget(&keep))
            (ui::form_bar(&[
                Button::new(visit.t("common.back")).go(format!("/import?object={}", object.name)),
                Button::new(visit.t("import.check")).primary().submit(),
            ]))
        }
    };
    let mut page = frame(visit, object, 1, &content);
    if problem.is_some() {
        page.status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(page)
}

/// What an import did or would do, in figures and problems.
pub fn outcome(visit: &Visit, report: &ImportReport) -> Markup {
    let figure = |key: &'static str, n: u64, tone: &str| {
        markup! { div .card.kpi { span .muted { (visit.t(key)) } b .figure class=(tone) { (guanxi_gate::words::grouped(&n.to_string())) } } }
    };
    let rows: Vec<Vec<Markup>> = report
        .problems
        .iter()
        .take(50)
        .map(|problem| {
            let texts: Vec<String> = problem.issues.iter().map(|issue| answer::say(visit, issue)).collect();
            vec![markup! { (problem.line) }, markup! { @for text in &texts { div { (text) } } }]
        })
        .collect();
    markup! {
        div .kpis {
            (figure("import.rows", report.rows, ""))
            (figure("import.created", report.created, "tone-ok"))
            (figure("import.updated", report.updated, "tone-ok"))
            (figure("import.unchanged", report.unchanged, "tone-muted"))
            (figure("import.skipped", report.skipped, "tone-muted"))
            (figure("import.rejected", report.rejected, if report.rejected > 0 { "tone-bad" } else { "" }))
        }
        @if !report.ignored.is_empty() {
            p .muted { (visit.fill("import.ignored", &[("columns", &report.ignored.join(" · "))])) }
        }
        @if !rows.is_empty() {
            section {
                h2 { (visit.t("import.problems")) }
                (settings::table(&[visit.t("import.line"), visit.t("import.problem")], &rows))
                @if report.rejected > 50 { p .muted { (visit.fill("import.more_problems", &[("n", &(report.rejected - 50).to_string())])) } }
            }
        }
    }
}

/// The outcome of the trial, and the way on or back.
pub fn trial(visit: &Visit, chosen: &Chosen, params: &Params, report: &ImportReport) -> Page {
    let goes = report.rejected == 0 || chosen.options.keep_good;
    let carried = || {
        markup! {
            (session::csrf(visit))
            @for (name, value) in params.pairs().filter(|(name, _)| *name != "csrf") { input type="hidden" name=(name) value=(value); }
        }
    };
    let text = if goes { visit.t("import.trial_good") } else { visit.t("import.trial_bad") };
    let content = markup! {
        (ui::notice(if goes { ui::Tone::Ok } else { ui::Tone::Warn }, &markup! { (text) }, None))
        (outcome(visit, report))
        div .form-bar {
            form method="post" action="/import/map" { (carried()) (Button::new(visit.t("import.change")).submit()) }
            form method="post" action="/import/run" {
                (carried())
                @if goes {
                    (Button::new(visit.t("import.run")).primary().submit())
                } @else {
                    (Button::new(visit.t("import.run")).primary().disabled(visit.t("import.trial_bad")))
                }
            }
        }
    };
    frame(visit, &chosen.object, 2, &content)
}
