//! Objects and fields: reading what the caller may see, and an administrator's changes.

use crate::{
    call::{Call, knows},
    problem::Fault,
    records,
    reply::Reply,
    routes::Answer,
};
use guanxi_gate::{Ctx, Draft, Error};
use guanxi_model::{Field, FieldKind, FieldLevel, Issue, Label, Message, Object, access::action};
use serde_json::{Map, Value as Json, json};

/// `GET /objects`
pub fn objects(call: &Call) -> Answer {
    let objects = call.registry.objects().filter(|object| knows(&call.ctx, &object.name));
    let items: Vec<Json> = objects.map(|object| object_json(&call.ctx, object)).collect();
    Ok(Reply::json(200, &json!({ "items": items })))
}

/// `GET /objects/{object}`
pub fn object(call: &Call) -> Answer {
    Ok(Reply::json(200, &object_json(&call.ctx, call.object()?)))
}

/// `POST /objects`
pub fn add_object(call: &Call) -> Answer {
    let mut json = call.json()?;
    let mut input = Draft::new();
    let name = match json.remove("name") {
        Some(Json::String(name)) => name,
        _ => {
            input.issues.push(Issue::field("name", "required", Message::new("api.api_name")));
            String::new()
        }
    };
    let label: Label = match json.remove("label").map(serde_json::from_value) {
        Some(Ok(label)) => label,
        _ => Label::default(),
    };
    if label.is_empty() {
        input.issues.push(Issue::field("label", "required", Message::new("api.label")));
    }
    records::unknown_keys(&json, &mut input);
    refuse(input)?;
    let object = call.gate.add_object(&call.ctx, &name, label)?;
    let location = format!("/api/v1/objects/{}", object.name);
    Ok(Reply::json(201, &object_json(&call.ctx, &object)).with("location", location))
}

/// `PATCH /objects/{object}`: a merge patch over its document.
pub fn patch_object(call: &Call) -> Answer {
    let name = existing(call)?;
    let object = call.gate.patch_object(&call.ctx, name, Json::Object(call.json()?))?;
    Ok(Reply::json(200, &object_json(&call.ctx, &object)))
}

/// `POST /objects/{object}/fields`
pub fn add_field(call: &Call) -> Answer {
    let name = existing(call)?;
    let field = field_of(call.json()?)?;
    let field = call.gate.add_field(&call.ctx, name, field)?;
    Ok(Reply::json(201, &field_json(&field, FieldLevel::Edit)))
}

/// `PATCH /objects/{object}/fields/{field}`: a merge patch over it.
pub fn patch_field(call: &Call) -> Answer {
    let name = existing(call)?;
    let field = call.gate.patch_field(&call.ctx, name, call.arg("field"), Json::Object(call.json()?))?;
    Ok(Reply::json(200, &field_json(&field, FieldLevel::Edit)))
}

/// An object of any kind: who may change metadata may not be able to read its records.
fn existing(call: &Call) -> Result<&str, Fault> {
    let name = call.arg("object");
    if call.registry.object(name).is_some() { Ok(name) } else { Err(Error::NotFound.into()) }
}

/// A field as an administrator describes it. What only the program may decide is refused by name.
fn field_of(mut json: Map<String, Json>) -> Result<Field, Fault> {
    const REFUSED: [&str; 3] = ["column", "system", "custom"];
    let mut input = Draft::new();
    for name in REFUSED {
        if json.contains_key(name) {
            input.issues.push(Issue::field(
                name,
                "unknown",
                Message::new("field.unknown").with("name", name),
            ));
        }
    }
    json.retain(|_, value| !value.is_null());
    if !json.get("name").is_some_and(Json::is_string) {
        input.issues.push(Issue::field("name", "required", Message::new("api.api_name")));
    }
    let label = json.get("label").cloned().map(serde_json::from_value::<Label>);
    if !matches!(&label, Some(Ok(label)) if !label.is_empty()) {
        input.issues.push(Issue::field("label", "required", Message::new("api.label")));
    }
    let mut kind_only = json.clone();
    kind_only.retain(|name, _| !matches!(name.as_str(), "name" | "label"));
    if serde_json::from_value::<FieldKind>(Json::Object(kind_only)).is_err() {
        input.issues.push(Issue::field("kind", "unknown", Message::new("api.kind")));
    }
    refuse(input)?;
    serde_json::from_value(Json::Object(json)).map_err(|error| {
        let message = Message::new("api.field").with("reason", error);
        Error::Invalid(vec![Issue::record("format", message)]).into()
    })
}

fn refuse(input: Draft) -> Result<(), Fault> {
    if input.issues.is_empty() { Ok(()) } else { Err(Error::Invalid(input.issues).into()) }
}

/// The most a caller may do with a field on any record of the object.
pub fn level(ctx: &Ctx, object: &Object, field: &str) -> FieldLevel {
    if ctx.rights.everything {
        return FieldLevel::Edit;
    }
    let grants = ctx.rights.grants.iter().filter(|grant| {
        grant.objects.iter().any(|o| *o == object.name || o == "*")
            && [action::READ, action::EDIT, action::CREATE].iter().any(|a| grant.covers(&object.name, a))
    });
    grants.map(|grant| grant.level(field)).max().unwrap_or(FieldLevel::Hidden)
}

/// What the caller may do with records of an object: built-in actions and verbs.
pub fn actions(ctx: &Ctx, object: &Object) -> Vec<String> {
    let built_in = action::ALL.iter().map(|action| (*action).to_owned());
    let verbs = object.verbs.iter().map(|verb| verb.name.clone());
    built_in.chain(verbs).filter(|action| ctx.rights.may(&object.name, action)).collect()
}

fn object_json(ctx: &Ctx, object: &Object) -> Json {
    let shows = |field: &Field| level(ctx, object, &field.name);
    let fields: Vec<Json> = object
        .active_fields()
        .filter(|field| shows(field) > FieldLevel::Hidden)
        .map(|field| field_json(field, shows(field)))
        .collect();
    let verbs: Vec<Json> = object
        .verbs
        .iter()
        .filter(|verb| ctx.rights.may(&object.name, &verb.name))
        .map(|verb| {
            json!({
                "name": verb.name,
                "label": verb.label,
                "from": verb.from,
                "to": verb.to,
                "form": verb.form.iter().map(|field| field_json(field, FieldLevel::Edit)).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "name": object.name,
        "label": object.label,
        "plural": object.plural,
        "about": object.about,
        "area": object.area,
        "icon": object.icon,
        "title": object.title,
        "status": object.status,
        "custom": object.custom,
        "program_only": object.access.program_only,
        "actions": actions(ctx, object),
        "fields": fields,
        "verbs": verbs,
    })
}

/// A field's document without what only storage needs, and with the caller's level.
fn field_json(field: &Field, level: FieldLevel) -> Json {
    let mut json = serde_json::to_value(field).unwrap_or_default();
    if let Json::Object(map) = &mut json {
        map.remove("column");
        if !matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices) {
            map.remove("options");
        }
        let fixed = field.read_only || field.is_computed();
        let level = if fixed { level.min(FieldLevel::Read) } else { level };
        map.insert("level".to_owned(), json!(level));
        map.insert("system".to_owned(), json!(field.system));
    }
    json
}
