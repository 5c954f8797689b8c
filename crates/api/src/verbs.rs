//! Doing something to a record: its object's verbs, the built-in ones, and making a record that belongs to it.

use crate::{call::Call, json, list, records, reply::Reply, routes::Answer};
use guanxi_gate::{Door, Draft, Error, Result};
use guanxi_model::{Field, FieldKind, Issue, Label, Message, Object, RecordId, Value, VerbDef, expr::Expr};
use serde_json::{Map, Value as Json, json};

/// Keys by which a person may be named when a record is given to them.
const PERSON_KEYS: [&str; 2] = ["login", "external_id"];

/// `POST /{object}/{id}/{part}`
pub fn run(call: &Call, door: &mut Door<'_, '_>) -> Answer {
    let object = call.object()?;
    let id = call.id()?;
    let json = call.json()?;
    let name = call.arg("part");
    if let Some(verb) = object.verb(name) {
        return declared(call, door, object, id, verb, json);
    }
    match name {
        "transfer" => transfer(call, door, object, id, json),
        "restore" => {
            empty(&json)?;
            let record = door.restore(&object.name, id)?;
            records::shown(call, door, object, record.id, record.version, 200)
        }
        "purge" => {
            empty(&json)?;
            door.purge(&object.name, id)?;
            Ok(Reply::empty())
        }
        "reveal" => reveal(door, object, id, json),
        child => make_child(call, door, object, id, child, json),
    }
}

fn declared(
    call: &Call,
    door: &mut Door<'_, '_>,
    object: &Object,
    id: RecordId,
    verb: &VerbDef,
    mut json: Map<String, Json>,
) -> Answer {
    let mut input = Draft::from_fields(&verb.form, &json);
    json.retain(|name, _| !verb.form.iter().any(|field| field.name == *name));
    records::unknown_keys(&json, &mut input);
    let record = door.verb(&object.name, id, &verb.name, input)?;
    records::shown(call, door, object, record.id, record.version, 200)
}

fn transfer(
    call: &Call,
    door: &mut Door<'_, '_>,
    object: &Object,
    id: RecordId,
    mut json: Map<String, Json>,
) -> Answer {
    let to = Field::new("to", Label::default(), FieldKind::User);
    let mut input = Draft::from_fields(std::slice::from_ref(&to), &json);
    json.remove("to");
    records::unknown_keys(&json, &mut input);
    let person = match input.get("to").clone() {
        Value::Ref(id) => Some(id),
        Value::Lookup(key) => person(door, &key.0, &key.1)?,
        _ => None,
    };
    match person {
        Some(person) if input.issues.is_empty() => {
            let record = door.transfer(&object.name, id, person)?;
            records::shown(call, door, object, record.id, record.version, 200)
        }
        _ => {
            if !input.issues.iter().any(|issue| issue.field.as_deref() == Some("to")) && person.is_none() {
                input.issues.push(Issue::field("to", "reference", Message::new("api.transfer_to")));
            }
            Err(Error::Invalid(input.issues).into())
        }
    }
}

fn person(door: &mut Door<'_, '_>, key: &str, value: &str) -> Result<Option<RecordId>> {
    if !PERSON_KEYS.contains(&key) {
        return Ok(None);
    }
    Ok(door.tx().first("user", &Expr::eq(key, Expr::text(value)))?.map(|user| user.id))
}

fn reveal(door: &mut Door<'_, '_>, object: &Object, id: RecordId, mut json: Map<String, Json>) -> Answer {
    let mut text = |name: &str| match json.remove(name) {
        Some(Json::String(text)) => text.trim().to_owned(),
        _ => String::new(),
    };
    let (name, reason) = (text("field"), text("reason"));
    let mut input = Draft::new();
    records::unknown_keys(&json, &mut input);
    let field = object.field(&name);
    if field.is_none() {
        input.issues.push(Issue::field(
            "field",
            "unknown",
            Message::new("field.unknown").with("name", &name),
        ));
    }
    if reason.is_empty() {
        input.issues.push(Issue::field("reason", "required", Message::new("api.reveal_reason")));
    }
    if !input.issues.is_empty() {
        return Err(Error::Invalid(input.issues).into());
    }
    let value = door.reveal(&object.name, id, &name, &reason)?;
    Ok(Reply::json(200, &json!({ "field": name, "value": json::value(field, &value, None) })))
}

/// `POST /opportunity/42/plan_item`: a record whose reference to this one is filled in.
fn make_child(
    call: &Call,
    door: &mut Door<'_, '_>,
    parent: &Object,
    id: RecordId,
    child: &str,
    mut json: Map<String, Json>,
) -> Answer {
    let (child, via) = list::relation(call, parent, child)?;
    door.get(&parent.name, id)?;
    let mut params = call.params();
    let insists = params.flag("allow_duplicate") | records::flag(&mut json, "_allow_duplicate")?;
    params.done()?;
    json.insert(via.to_owned(), json!(id));
    records::make(call, door, child, json, insists)
}

fn empty(json: &Map<String, Json>) -> Result<()> {
    let mut input = Draft::new();
    records::unknown_keys(json, &mut input);
    if input.issues.is_empty() { Ok(()) } else { Err(Error::Invalid(input.issues)) }
}
