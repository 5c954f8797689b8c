//! One record: reading, making, changing, putting away.

use crate::{call::Call, json::Shape, list, problem::Fault, reply::Reply, routes::Answer};
use guanxi_gate::{Door, Draft, Error, Titles, Visible};
use guanxi_model::{Issue, Message, Object, RecordId};
use serde_json::{Map, Value as Json};

/// `GET /{object}/{id}`
pub fn get(call: &Call) -> Answer {
    let object = call.object()?;
    let id = call.id()?;
    let mut params = call.params();
    let mut fields = list::fields(call, object, &mut params);
    let expand = list::expand(call, object, &fields, &mut params);
    let actions = params.flag("actions");
    let trash = params.flag("trash");
    params.done()?;
    if !fields.is_empty() {
        fields.extend(expand.iter().filter(|e| !fields.contains(e)).cloned().collect::<Vec<_>>());
    }
    let page = match list::one(call, object, id, &fields, trash) {
        // A record of an object that may not be read is no different from one that is not there.
        Err(Fault::Gate(Error::Forbidden(_))) if !call.ctx.rights.may(&object.name, "read") => {
            return Err(Error::NotFound.into());
        }
        // A record that was merged is found where it went; the merge may be taken back, so for now only.
        Err(Fault::Gate(Error::NotFound)) if !trash => {
            let main = call.gate.merged_into(&call.ctx, &object.name, id)?.ok_or(Error::NotFound)?;
            let location = format!("/api/v1/{}/{main}", object.name);
            let body = serde_json::json!({ "merged_into": main });
            return Ok(Reply::json(307, &body).with("location", location));
        }
        page => page?,
    };
    let record = page.rows.first().ok_or(Error::NotFound)?;
    let shape = Shape::new(&call.registry, object, &fields, &expand);
    let mut out = Vec::with_capacity(1024);
    if actions {
        shape.write_with_actions(&mut out, record, &page.titles);
    } else {
        shape.write(&mut out, record, &page.titles);
    }
    Ok(Reply::raw(200, out).with("etag", etag(record.version)))
}

/// `POST /{object}`
pub fn create(call: &Call, door: &mut Door<'_, '_>) -> Answer {
    let object = call.object()?;
    let mut json = call.json()?;
    let mut params = call.params();
    let insists = params.flag("allow_duplicate") | flag(&mut json, "_allow_duplicate")?;
    params.done()?;
    make(call, door, object, json, insists)
}

/// Makes a record from a body.
pub fn make(
    call: &Call,
    door: &mut Door<'_, '_>,
    object: &Object,
    mut json: Map<String, Json>,
    insists: bool,
) -> Answer {
    json.remove("version");
    let (draft, _) = call.draft(object, json);
    let record = door.create(&object.name, draft, insists)?;
    let location = format!("/api/v1/{}/{}", object.name, record.id);
    Ok(shown(call, door, object, record.id, record.version, 201)?.with("location", location))
}

/// `PATCH /{object}/{id}`
pub fn update(call: &Call, door: &mut Door<'_, '_>) -> Answer {
    let object = call.object()?;
    let id = call.id()?;
    let json = call.json()?;
    let sent = json.get("version").cloned();
    let (mut draft, version) = call.draft(object, json);
    if version.is_none() && !draft.issues.iter().any(|issue| issue.field.as_deref() == Some("version")) {
        draft.issues.extend(call.needed_version(sent.as_ref()).err());
    }
    let record = door.update(&object.name, id, version, draft)?;
    shown(call, door, object, record.id, record.version, 200)
}

/// `DELETE /{object}/{id}`
pub fn delete(call: &Call, door: &mut Door<'_, '_>) -> Answer {
    let object = call.object()?;
    let id = call.id()?;
    let json = call.json()?;
    let asked = call.params().text("version").map(|text| Json::String(text.to_owned()));
    let version = call.needed_version(json.get("version").or(asked.as_ref()));
    let version = version.map_err(|issue| Error::Invalid(vec![issue]))?;
    door.delete(&object.name, id, Some(version))?;
    Ok(Reply::empty())
}

/// A record as the caller sees it inside the transaction that wrote it. One that left their sight is an
/// empty shell, because the write itself was allowed.
pub fn shown(
    call: &Call,
    door: &mut Door<'_, '_>,
    object: &Object,
    id: RecordId,
    version: i64,
    status: u16,
) -> Answer {
    let record = match door.get(&object.name, id) {
        Ok(record) => record,
        Err(Error::NotFound | Error::Forbidden(_)) => Visible {
            object: call.object_named(&object.name)?.clone(),
            id,
            version,
            cells: Default::default(),
            may: Default::default(),
        },
        Err(error) => return Err(error.into()),
    };
    let shape = Shape::new(&call.registry, object, &[], &[]);
    let mut out = Vec::with_capacity(1024);
    shape.write(&mut out, &record, &Titles::default());
    Ok(Reply::raw(status, out).with("etag", etag(record.version)))
}

/// A truth in a body that is no field.
pub fn flag(json: &mut Map<String, Json>, name: &str) -> Result<bool, Fault> {
    match json.remove(name) {
        None | Some(Json::Null) => Ok(false),
        Some(Json::Bool(value)) => Ok(value),
        Some(_) => Err(Error::Invalid(vec![Issue::field(name, "format", Message::new("api.flag"))]).into()),
    }
}

/// Refuses what is left of a body after everything known was taken out of it.
pub fn unknown_keys(json: &Map<String, Json>, draft: &mut Draft) {
    for name in json.keys() {
        draft.issues.push(Issue::field(name, "unknown", Message::new("field.unknown").with("name", name)));
    }
}

fn etag(version: i64) -> String {
    format!("\"{version}\"")
}
