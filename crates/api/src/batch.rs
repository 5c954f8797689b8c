//! Up to a thousand changes of one object, each reported.

use crate::{
    call::Call,
    problem::{Fault, Reader},
    records,
    reply::Reply,
    routes::Answer,
};
use guanxi_gate::{BatchOptions, Door, Draft, Error, Outcome};
use guanxi_model::{Issue, Message, Object, RecordId};
use serde_json::{Value as Json, json};

const MAX: usize = 1000;

/// `POST /{object}/batch`: `{"changes": [{…}, {"id": "42", "version": 3, …}]}`, or the list alone.
pub fn batch(call: &Call, door: &mut Door<'_, '_>) -> Answer {
    let object = call.object()?;
    let (changes, options) = read(call)?;
    let changes = changes.into_iter().map(|change| change_of(call, object, change)).collect();
    let outcomes = door.batch(&object.name, changes, &options)?;
    let reader = Reader { gate: &call.gate, locale: call.ctx.locale, trace: &call.trace };
    let mut counts = [0_usize; 4];
    let items: Vec<Json> = outcomes
        .into_iter()
        .enumerate()
        .map(|(index, outcome)| {
            let (kind, item) = match outcome {
                Outcome::Created(id) => (0, json!({ "index": index, "status": "created", "id": id })),
                Outcome::Updated(id) => (1, json!({ "index": index, "status": "updated", "id": id })),
                Outcome::Unchanged(id) => (2, json!({ "index": index, "status": "unchanged", "id": id })),
                Outcome::Failed(error) => {
                    let problem = reader.document(&Fault::Gate(error));
                    (3, json!({ "index": index, "status": "failed", "problem": problem }))
                }
            };
            counts[kind] += 1;
            item
        })
        .collect();
    let [created, updated, unchanged, failed] = counts;
    Ok(Reply::json(
        200,
        &json!({ "items": items, "created": created, "updated": updated, "unchanged": unchanged, "failed": failed }),
    ))
}

/// `POST /{object}/batch/{verb}`: `{"ids": ["1", "2"], "input": {…}}`. Each record is a transaction of its own, so
/// that one which is refused holds up none of the others; the answer tells what became of each.
pub fn verb(call: &Call) -> Answer {
    let object = call.object()?;
    let verb = object.verb(call.arg("verb")).ok_or(Error::NotFound)?;
    let mut body = call.json()?;
    let wrong = |field: &str, code: &'static str, message: Message| {
        Fault::Gate(Error::Invalid(vec![Issue::field(field, code, message)]))
    };
    let ids: Option<Vec<RecordId>> = body.remove("ids").and_then(|ids| serde_json::from_value(ids).ok());
    let Some(ids) = ids else { return Err(wrong("ids", "format", Message::new("api.ids"))) };
    if ids.len() > MAX {
        return Err(wrong("ids", "too_many", Message::new("api.too_many_changes").with("max", MAX)));
    }
    let mut input = match body.remove("input") {
        None | Some(Json::Null) => serde_json::Map::new(),
        Some(Json::Object(input)) => input,
        Some(_) => return Err(wrong("input", "format", Message::new("api.json_object"))),
    };
    let mut draft = Draft::from_fields(&verb.form, &input);
    input.retain(|name, _| !verb.form.iter().any(|field| field.name == *name));
    input.extend(body);
    records::unknown_keys(&input, &mut draft);
    if !draft.issues.is_empty() {
        return Err(Error::Invalid(draft.issues).into());
    }
    let reader = Reader { gate: &call.gate, locale: call.ctx.locale, trace: &call.trace };
    let (mut items, mut done) = (Vec::with_capacity(ids.len()), 0);
    for (index, id) in ids.iter().enumerate() {
        let outcome = call.gate.verb(&call.ctx, &object.name, *id, &verb.name, draft.clone());
        items.push(match outcome {
            Ok(_) => {
                done += 1;
                json!({ "index": index, "status": "done", "id": id })
            }
            Err(error) => {
                let problem = reader.document(&Fault::Gate(error));
                json!({ "index": index, "status": "failed", "id": id, "problem": problem })
            }
        });
    }
    Ok(Reply::json(200, &json!({ "items": items, "done": done, "failed": ids.len() - done })))
}

fn read(call: &Call) -> Result<(Vec<Json>, BatchOptions), Fault> {
    let wrong = |field: &str, code: &'static str, message: Message| {
        Fault::Gate(Error::Invalid(vec![Issue::field(field, code, message)]))
    };
    let mut options = BatchOptions::default();
    let changes = match call.any_json()? {
        Json::Array(changes) => changes,
        Json::Object(mut body) => {
            options.all_or_nothing = records::flag(&mut body, "all_or_nothing")?;
            options.allow_duplicates = records::flag(&mut body, "allow_duplicates")?;
            let changes = body.remove("changes");
            let mut rest = Draft::new();
            records::unknown_keys(&body, &mut rest);
            if !rest.issues.is_empty() {
                return Err(Error::Invalid(rest.issues).into());
            }
            match changes {
                Some(Json::Array(changes)) => changes,
                _ => return Err(wrong("changes", "format", Message::new("api.changes"))),
            }
        }
        _ => return Err(Fault::malformed("api.json_object")),
    };
    if changes.len() > MAX {
        return Err(wrong("changes", "too_many", Message::new("api.too_many_changes").with("max", MAX)));
    }
    Ok((changes, options))
}

/// A change that cannot be read is reported in its row like any other.
fn change_of(call: &Call, object: &Object, change: Json) -> (Option<RecordId>, Option<i64>, Draft) {
    let Json::Object(mut map) = change else {
        let mut draft = Draft::new();
        draft.issues.push(Issue::record("format", Message::new("api.json_object")));
        return (None, None, draft);
    };
    let id = map.remove("id").filter(|id| !id.is_null());
    let sent = map.remove("version");
    let (mut draft, _) = call.draft(object, map);
    let id = match id.map(serde_json::from_value::<RecordId>).transpose() {
        Ok(id) => id,
        Err(_) => {
            draft.issues.push(Issue::field("id", "format", Message::new("api.id")));
            None
        }
    };
    let version = match (id, version_of(sent.as_ref())) {
        (Some(_), Ok(None)) => Err(Issue::field("version", "required", Message::new("api.version_required"))),
        (_, version) => version,
    };
    let version = version.unwrap_or_else(|issue| {
        draft.issues.push(issue);
        None
    });
    (id, version, draft)
}

/// `If-Match` speaks of one record, so a batch has its versions in its rows only.
fn version_of(sent: Option<&Json>) -> Result<Option<i64>, Issue> {
    let wrong = || Issue::field("version", "format", Message::new("api.version_format"));
    match sent {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Number(number)) => number.as_i64().map(Some).ok_or_else(wrong),
        Some(Json::String(text)) => text.parse().map(Some).map_err(|_| wrong()),
        Some(_) => Err(wrong()),
    }
}
