//! Reports: the numbers that the page draws.

use crate::{call::Call, json, problem::Reader, reply::Reply, routes::Answer};
use guanxi_gate::{
    Error,
    report::{Params, ReportDef},
};
use guanxi_model::Message;
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

/// `GET /reports`: those the caller may open.
pub fn reports(call: &Call) -> Answer {
    let reports = call.gate.domain().reports.iter().filter(|report| call.ctx.rights.may_report(report.name));
    let items: Vec<Json> = reports
        .map(|report| {
            json!({
                "name": report.name,
                "label": report.label,
                "about": report.about,
                "params": report.params.iter().map(|field| json!({
                    "name": field.name, "label": field.label, "kind": field.value_kind().word(), "options": field.options,
                })).collect::<Vec<_>>(),
            })
        })
        .collect();
    Ok(Reply::json(200, &json!({ "items": items })))
}

/// `GET /reports/{report}?as_of=…&…`
pub fn report(call: &Call) -> Answer {
    let name = call.arg("report");
    let known = call.gate.domain().reports.iter().find(|report| report.name == name);
    let def = known.ok_or(Error::NotFound)?;
    let (params, as_of) = params(call, def)?;
    let ctx = match as_of {
        Some(date) => call.ctx.clone().as_of(date),
        None => call.ctx.clone(),
    };
    let report = call.gate.report(&ctx, name, &params)?;
    let reader = Reader { gate: &call.gate, locale: ctx.locale, trace: &call.trace };
    let columns: Vec<Json> = report
        .columns
        .iter()
        .map(|column| {
            let field = &column.field;
            json!({ "name": field.name, "label": field.label.get(ctx.locale), "kind": field.value_kind().word() })
        })
        .collect();
    let cells = |values: &[guanxi_model::Value]| -> Map<String, Json> {
        let columns = report.columns.iter().zip(values);
        columns
            .map(|(column, value)| {
                let field = Some(&column.field);
                (column.field.name.clone(), json::value(field, value, Some(&report.titles)))
            })
            .collect()
    };
    let drill =
        |drill: &guanxi_gate::report::Drill| json!({ "object": drill.object, "filter": drill.filter });
    let rows: Vec<Json> = report
        .rows
        .iter()
        .enumerate()
        .map(|(n, row)| {
            let mut json = json!({ "cells": cells(&row.cells), "drill": row.drill.as_ref().map(drill) });
            let of_cells: Map<String, Json> = report
                .cells
                .range((n, 0)..(n + 1, 0))
                .filter_map(|((_, column), d)| {
                    Some((report.columns.get(*column)?.field.name.clone(), drill(d)))
                })
                .collect();
            if !of_cells.is_empty() {
                json["drills"] = Json::Object(of_cells);
            }
            json
        })
        .collect();
    Ok(Reply::json(
        200,
        &json!({
            "name": def.name,
            "label": def.label.get(ctx.locale),
            "about": def.about.get(ctx.locale),
            "as_of": ctx.today.to_string(),
            "columns": columns,
            "rows": rows,
            "totals": cells(&report.totals),
            "measure": report.columns.get(report.measure).map(|column| column.field.name.clone()),
            "summary": report.summary.as_ref().map(|message| reader.say(message)),
        }),
    ))
}

/// The report's own parameters, checked by their kinds, and the business date.
fn params(call: &Call, def: &ReportDef) -> Result<(Params, Option<Date>), crate::problem::Fault> {
    let mut read = call.params();
    let mut params = Params::new();
    let mut as_of = None;
    for (name, text) in &call.query {
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        match def.params.iter().find(|field| field.name == *name) {
            // Every report understands the business date, declared or not.
            _ if name == "as_of" => match text.parse::<Date>() {
                Ok(date) => as_of = Some(date),
                Err(_) => read.wrong(name, "date", Message::new("field.date")),
            },
            Some(field) => {
                if let Err((code, message)) = field.parse_text(text) {
                    read.wrong(name, code, message);
                }
            }
            None => read.wrong(name, "unknown", Message::new("api.unknown_param").with("name", name)),
        }
        params.insert(name.clone(), text.to_owned());
    }
    read.done()?;
    Ok((params, as_of))
}
