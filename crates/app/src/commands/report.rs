//! A report's numbers, the same that its page draws, and its picture.

mod picture;

use crate::{
    cli::{Format, Report},
    failure::{Failure, Result},
    output::{self, Output, plain_table},
    place,
    settings::Settings,
    texts::{say, t},
};
use guanxi_crm::admin::exchange::FORMULA;
use guanxi_gate::{
    report::{self, Column, Shape},
    words,
};
use guanxi_model::{Locale, Message, Value};
use picture::{Kind, Picture, Problem};
use serde_json::{Map, Value as Json, json};
use std::io::{IsTerminal as _, Write as _};

/// Computes and prints a report.
pub fn run(options: Report, settings: &Settings, output: &Output) -> Result<()> {
    let draws = output.format == Some(Format::Png);
    if draws && options.output.is_none() && std::io::stdout().is_terminal() {
        return Err(Failure::Usage(Message::new("report.where_to")));
    }
    let gate = place::open(settings)?;
    let mut ctx = super::operator(&gate, output);
    let reports = &gate.domain().reports;
    let Some(def) = reports.iter().find(|report| report.name == options.name) else {
        let known: Vec<&str> = reports.iter().map(|report| report.name).collect();
        let message =
            Message::new("report.unknown").with("name", &options.name).with("known", known.join(", "));
        return Err(Failure::refused(message));
    };
    let mut params = report::Params::new();
    for param in &options.params {
        let (key, value) = param
            .split_once('=')
            .ok_or_else(|| Failure::Usage(Message::new("report.bad_param").with("param", param)))?;
        params.insert(key.trim().to_owned(), value.trim().to_owned());
    }
    if let Some(date) = options.as_of {
        ctx = ctx.as_of(date);
        params.insert("as_of".to_owned(), date.to_string());
    }
    let report = gate.report(&ctx, &options.name, &params)?;
    let locale = output.locale;
    if draws {
        let about = (def.label.get(locale), ctx.today);
        let png = draw(&report, about, locale)?;
        return match &options.output {
            Some(file) => Ok(std::fs::write(file, png)?),
            None => Ok(std::io::stdout().write_all(&png)?),
        };
    }
    if options.output.is_some() {
        return Err(Failure::Usage(Message::new("report.only_png")));
    }
    match output.format {
        Some(Format::Json) => {
            let cells = |values: &[Value]| -> Map<String, Json> {
                report
                    .columns
                    .iter()
                    .zip(values)
                    .map(|(column, value)| {
                        (column.field.name.clone(), json_of(column, value, &report.titles))
                    })
                    .collect()
            };
            let columns: Vec<Json> = report
                .columns
                .iter()
                .map(|Column { field }| {
                    json!({ "name": field.name, "label": field.label.get(locale), "kind": field.value_kind().word() })
                })
                .collect();
            let rows: Vec<Json> =
                report.rows.iter().map(|row| json!({ "cells": cells(&row.cells) })).collect();
            let summary = report.summary.as_ref().map(|message| say(locale, message));
            let json = json!({
                "name": def.name,
                "label": def.label.get(locale),
                "as_of": ctx.today.to_string(),
                "columns": columns,
                "rows": rows,
                "totals": cells(&report.totals),
                "summary": summary,
            });
            output::print(&json.to_string());
        }
        form => {
            let words = |values: &[Value]| -> Vec<String> {
                let pairs = report.columns.iter().zip(values);
                pairs
                    .map(|(column, value)| words::value(&column.field, value, &report.titles, locale))
                    .collect()
            };
            let headings: Vec<String> =
                report.columns.iter().map(|c| c.field.label.get(locale).to_owned()).collect();
            let mut rows: Vec<Vec<String>> = report.rows.iter().map(|row| words(&row.cells)).collect();
            if report.totals.iter().any(|total| !total.is_null()) {
                rows.push(words(&report.totals));
            }
            if form == Some(Format::Csv) {
                output::print(&csv_line(&headings));
                for row in &rows {
                    output::print(&csv_line(row));
                }
            } else {
                output::print(def.label.get(locale));
                output::print(&plain_table(headings, rows));
                if let Some(summary) = &report.summary {
                    output::print(&say(locale, summary));
                }
            }
        }
    }
    Ok(())
}

/// The picture of a report's measure. A table of fields has none.
fn draw(report: &report::Report, about: (&str, jiff::civil::Date), locale: Locale) -> Result<Vec<u8>> {
    let kind = match report.shape {
        Shape::Bars | Shape::Ratios | Shape::Steps => Kind::Bars,
        Shape::Curve => Kind::Curve,
        Shape::Matrix => return Err(Failure::refused(Message::new("report.no_picture"))),
    };
    let (Some(first), Some(measure)) = (report.columns.first(), report.columns.get(report.measure)) else {
        return Err(Failure::refused(Message::new("report.no_picture")));
    };
    let said = |column: &Column, value: &Value| words::value(&column.field, value, &report.titles, locale);
    let points = report.rows.iter().filter_map(|row| {
        let value = row.cells.get(report.measure)?;
        // Only lengths are drawn from it; what is written is the exact value.
        let size: f64 = value.as_decimal()?.to_string().parse().ok()?;
        Some((said(first, row.cells.first()?), size, said(measure, value)))
    });
    let unit = format!("{} \u{b7} {}", measure.field.label.get(locale), about.1);
    let picture = Picture {
        kind,
        title: about.0.to_owned(),
        unit,
        summary: report.summary.as_ref().map(|message| say(locale, message)).unwrap_or_default(),
        points: points.collect(),
        more: t(locale, "report.more_rows").to_owned(),
    };
    picture.png().map_err(|problem| match problem {
        Problem::NoFont => Failure::refused(Message::new("report.no_font")),
        Problem::Failed(reason) => Failure::refused(Message::new("report.not_drawn").with("reason", reason)),
    })
}

fn json_of(column: &Column, value: &Value, titles: &guanxi_gate::Titles) -> Json {
    match value.as_ref() {
        Some(id) => json!({ "id": id, "title": titles.get(id) }),
        None => column.field.to_json(value),
    }
}

fn csv_line(cells: &[String]) -> String {
    let cell = |text: &String| {
        // A negative amount is a number, whatever its first character.
        let formula = text.starts_with(FORMULA) && text.replace([',', '\u{a5}'], "").parse::<f64>().is_err();
        let safe = if formula { format!("'{text}") } else { text.clone() };
        if safe.contains([',', '"', '\n', '\r']) {
            format!("\"{}\"", safe.replace('"', "\"\""))
        } else {
            safe
        }
    };
    cells.iter().map(cell).collect::<Vec<_>>().join(",")
}
