//! Imports as jobs: a file or rows come in, the import is named at once, and its progress, outcome and undoing are
//! asked for under its name.

use crate::{
    call::Call,
    json as wire,
    problem::{Fault, Reader},
    reply::Reply,
    routes::Answer,
};
use guanxi_crm::admin::exchange::{self, ImportOptions, ImportReport, OnDuplicate, Upload};
use guanxi_gate::{Error, ImportLine};
use guanxi_model::{Issue, Message, RecordId};
use serde_json::{Map, Value as Json, json};

/// A field of a multipart form.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// The file's name, when it is a file.
    pub file: Option<String>,
    /// What it holds.
    pub bytes: axum::body::Bytes,
}

/// What an import is asked for: the file, and what is to be done with it.
struct Wanted {
    upload: Upload,
    options: ImportOptions,
}

/// `POST /imports`
pub fn start(call: &Call) -> Answer {
    let Wanted { upload, options } = if call.form.is_empty() { of_json(call)? } else { of_form(call)? };
    if options.dry_run {
        let report = exchange::import(&call.gate, &call.ctx, &upload.source, &options, &mut |_| true)?;
        let mut shown = Map::new();
        shown.insert("id".to_owned(), Json::Null);
        shown.insert("object".to_owned(), json!(options.object));
        shown.insert("state".to_owned(), json!("judged"));
        shown.insert("dry_run".to_owned(), json!(true));
        outcome(call, &report, &mut shown);
        return Ok(Reply::json(200, &Json::Object(shown)));
    }
    let id = exchange::start(&call.gate, &call.ctx, upload, options)?;
    let line = call.gate.import_line(&call.ctx, id)?;
    Ok(Reply::json(202, &shown(call, &line)).with("location", format!("/api/v1/imports/{id}")))
}

/// `GET /imports`
pub fn list(call: &Call) -> Answer {
    let mut params = call.params();
    let limit = params.number("limit", 50, 200);
    let before = match params.text("cursor").map(str::parse::<RecordId>) {
        None => None,
        Some(Ok(before)) => Some(before),
        Some(Err(_)) => {
            params.wrong("cursor", "format", Message::new("gate.cursor"));
            None
        }
    };
    let object = params.text("object").map(|name| call.object_named(name)).transpose()?;
    params.done()?;
    let object = object.map(|object| object.name.as_str());
    let mut found = call.gate.imports(&call.ctx, object, before, limit + 1)?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).map(|last| last.id.to_string());
    let items: Vec<Json> = found.iter().map(|line| shown(call, line)).collect();
    Ok(Reply::json(200, &json!({ "items": items, "next_cursor": next })))
}

/// `GET /imports/{id}`
pub fn get(call: &Call) -> Answer {
    Ok(Reply::json(200, &shown(call, &call.gate.import_line(&call.ctx, call.id()?)?)))
}

/// `GET /imports/{id}/rejects`
pub fn rejects(call: &Call) -> Answer {
    let (info, bytes) = call.gate.import_rejects(&call.ctx, call.id()?)?;
    let mut reply = Reply::raw(200, bytes);
    reply.content_type = info.mime.into();
    Ok(reply.with("content-disposition", format!("attachment; filename=\"{}\"", info.name)))
}

/// `POST /imports/{id}/cancel`
pub fn cancel(call: &Call) -> Answer {
    Ok(Reply::json(200, &shown(call, &call.gate.cancel_import(&call.ctx, call.id()?)?)))
}

/// `POST /imports/{id}/undo`
pub fn undo(call: &Call) -> Answer {
    let line = call.gate.undo_import(&call.ctx, call.id()?, &mut |_, _| {})?;
    Ok(Reply::json(200, &shown(call, &line)))
}

fn of_form(call: &Call) -> Result<Wanted, Fault> {
    let mut json = Map::new();
    let mut file = None;
    for part in &call.form {
        match &part.file {
            Some(name) if part.name == "file" => file = Some((name.clone(), part.bytes.to_vec())),
            _ => {
                let text = String::from_utf8_lossy(&part.bytes).trim().to_owned();
                let value = match part.name.as_str() {
                    "map" => serde_json::from_str(&text).unwrap_or(Json::String(text)),
                    "dry_run" | "keep_good" => match text.as_str() {
                        "true" | "1" => json!(true),
                        "" | "false" | "0" => json!(false),
                        _ => Json::String(text),
                    },
                    _ => Json::String(text),
                };
                json.insert(part.name.clone(), value);
            }
        }
    }
    wanted(json, file)
}

fn of_json(call: &Call) -> Result<Wanted, Fault> {
    let mut json = call.json()?;
    let name = json.remove("file_name").and_then(|name| name.as_str().map(str::to_owned));
    let file = match (json.remove("rows"), json.remove("content")) {
        (Some(Json::Array(rows)), None) if rows.iter().all(Json::is_object) => {
            let lines: Vec<String> = rows.iter().map(Json::to_string).collect();
            let name = name.map_or_else(|| "rows.jsonl".to_owned(), |name| format!("{name}.jsonl"));
            Some((name, lines.join("\n").into_bytes()))
        }
        (None, Some(Json::String(text))) => {
            Some((name.unwrap_or_else(|| "rows.csv".to_owned()), text.into_bytes()))
        }
        (None, None) => None,
        _ => return Err(one("rows", "format", "api.import_rows")),
    };
    wanted(json, file)
}

fn one(field: &str, code: &'static str, key: &'static str) -> Fault {
    Error::Invalid(vec![Issue::field(field, code, Message::new(key))]).into()
}

/// Reads what is wanted, with all problems at once.
fn wanted(mut json: Map<String, Json>, file: Option<(String, Vec<u8>)>) -> Result<Wanted, Fault> {
    let mut issues = Vec::new();
    let mut wrong = |field: &str, code: &'static str, key: &'static str| {
        issues.push(Issue::field(field, code, Message::new(key)));
    };
    let mut options = ImportOptions::default();
    match json.remove("object") {
        Some(Json::String(name)) if !name.is_empty() => options.object = name,
        _ => wrong("object", "required", "api.import_object"),
    }
    match json.remove("match") {
        None | Some(Json::Null) => {}
        Some(Json::String(name)) => options.match_by = Some(name).filter(|name| !name.is_empty()),
        Some(_) => wrong("match", "format", "api.import_match"),
    }
    match json.remove("map") {
        None | Some(Json::Null) => {}
        Some(Json::Object(map)) if map.values().all(|path| path.is_string() || path.is_null()) => {
            let path = |path: &Json| path.as_str().unwrap_or_default().to_owned();
            options.map = map.iter().map(|(heading, to)| (heading.clone(), path(to))).collect();
        }
        Some(_) => wrong("map", "format", "api.import_map"),
    }
    match json.remove("on_duplicate") {
        None | Some(Json::Null) => {}
        Some(word) => match word.as_str().and_then(OnDuplicate::of) {
            Some(on) => options.on_duplicate = Some(on),
            None => wrong("on_duplicate", "choice", "api.import_on_duplicate"),
        },
    }
    for (name, flag) in [("dry_run", &mut options.dry_run), ("keep_good", &mut options.keep_good)] {
        match json.remove(name) {
            None | Some(Json::Null) => {}
            Some(Json::Bool(value)) => *flag = value,
            Some(_) => wrong(name, "format", "api.flag"),
        }
    }
    if file.is_none() {
        wrong("file", "required", "api.import_file");
    }
    for name in json.keys() {
        let message = Message::new("field.unknown").with("name", name);
        issues.push(Issue::field(name, "unknown", message));
    }
    match file {
        Some((name, bytes)) if issues.is_empty() => {
            Ok(Wanted { upload: Upload::new(&name, &bytes)?, options })
        }
        _ => Err(Error::Invalid(issues).into()),
    }
}

fn shown(call: &Call, line: &ImportLine) -> Json {
    let report: ImportReport = serde_json::from_value(line.report.clone()).unwrap_or_default();
    let person = |name: &Option<String>, id: Option<RecordId>| {
        name.as_ref().map(|name| json!({ "id": id, "title": name }))
    };
    let mut shown = Map::new();
    let mut add = |name: &str, value: Json| shown.insert(name.to_owned(), value);
    add("id", json!(line.id));
    add("object", json!(line.object));
    add("file_name", json!(line.file_name));
    add("state", json!(line.state));
    add("dry_run", json!(false));
    add("cancelled", json!(line.cancelled));
    add("options", line.options.clone());
    add("progress", json!({ "done": line.done, "total": line.total }));
    add("created_at", wire::instant(line.created_at));
    add("created_by", json!(person(&line.author, line.created_by)));
    add("finished_at", json!(line.finished_at.map(wire::instant)));
    add("undo_until", json!(line.undo_until.map(wire::instant)));
    add("undone_at", json!(line.undone_at.map(wire::instant)));
    add("undone_by", json!(line.undone_by));
    let undone = line.undone.as_ref().map(|undone| {
        let records: Vec<Json> = undone
            .records
            .iter()
            .map(|left| json!({ "object": left.object, "id": left.id, "title": left.title, "why": left.why }))
            .collect();
        json!({ "erased": undone.erased, "restored": undone.restored, "left": undone.left, "records": records })
    });
    add("undone", json!(undone));
    add("rejects", json!(line.rejects.then(|| format!("/api/v1/imports/{}/rejects", line.id))));
    outcome(call, &report, &mut shown);
    Json::Object(shown)
}

/// Counts and problems.
fn outcome(call: &Call, report: &ImportReport, shown: &mut Map<String, Json>) {
    let reader = Reader { gate: &call.gate, locale: call.ctx.locale, trace: &call.trace };
    let problems: Vec<Json> = report
        .problems
        .iter()
        .flat_map(|problem| problem.issues.iter().map(move |issue| (problem.line, issue)))
        .map(|(line, issue)| {
            json!({ "line": line, "field": issue.field, "code": issue.code, "message": reader.say(&issue.message) })
        })
        .collect();
    let counts = [
        ("rows", report.rows),
        ("created", report.created),
        ("updated", report.updated),
        ("unchanged", report.unchanged),
        ("skipped", report.skipped),
        ("rejected", report.rejected),
    ];
    shown.extend(counts.map(|(name, count)| (name.to_owned(), json!(count))));
    shown.insert("applied".to_owned(), json!(report.applied));
    shown.insert("ignored_columns".to_owned(), json!(report.ignored));
    shown.insert("problems".to_owned(), json!(problems));
    shown.insert("error".to_owned(), json!(report.error.as_ref().map(|message| reader.say(message))));
}
