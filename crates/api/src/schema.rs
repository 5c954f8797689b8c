//! JSON schemas of field kinds, objects and verbs.

use crate::metadata;
use guanxi_gate::Ctx;
use guanxi_model::{Field, FieldKind, FieldLevel, Locale, Object, VerbDef, access::action};
use serde_json::{Map, Value as Json, json};

/// A reference to a shared schema.
pub fn named(name: &str) -> Json {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Schemas of imports: what is asked for, as JSON and as a form, and what is answered.
pub fn imports() -> Map<String, Json> {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let flag = json!({ "type": "boolean" });
    let count = json!({ "type": "integer", "minimum": 0 });
    let on = json!({ "enum": ["skip", "update", "error"] });
    let map = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    let line = json!({
        "type": "object",
        "properties": { "line": count, "field": maybe, "code": text, "message": text },
    });
    let left = json!({
        "type": "object",
        "properties": {
            "object": text, "id": text, "title": maybe,
            "why": { "enum": ["changed", "deleted", "used", "taken", "gone"] },
        },
    });
    let states = ["judging", "applying", "done", "failed", "undoing", "undone", "interrupted", "judged"];
    let entries = [
        (
            "NewImport",
            json!({
                "type": "object",
                "required": ["object"],
                "additionalProperties": false,
                "properties": {
                    "object": text, "map": map, "match": text, "on_duplicate": on, "dry_run": flag,
                    "keep_good": flag, "file_name": text, "content": text,
                    "rows": { "type": "array", "items": { "type": "object" } },
                },
            }),
        ),
        (
            "ImportForm",
            json!({
                "type": "object",
                "required": ["object", "file"],
                "properties": {
                    "file": { "type": "string", "contentMediaType": "application/octet-stream" },
                    "object": text, "map": map, "match": text, "on_duplicate": on, "dry_run": flag,
                    "keep_good": flag,
                },
            }),
        ),
        (
            "Import",
            json!({
                "type": "object",
                "required": ["id", "object", "state"],
                "properties": {
                    "id": maybe, "object": text, "file_name": text, "state": { "enum": states },
                    "dry_run": flag, "cancelled": flag, "applied": flag, "options": named("Any"),
                    "progress": {
                        "type": "object",
                        "properties": { "done": count, "total": { "type": ["integer", "null"] } },
                    },
                    "rows": count, "created": count, "updated": count, "unchanged": count, "skipped": count,
                    "rejected": count, "ignored_columns": { "type": "array", "items": text },
                    "problems": { "type": "array", "items": line }, "error": maybe, "rejects": maybe,
                    "created_at": text, "created_by": { "anyOf": [named("Reference"), { "type": "null" }] },
                    "finished_at": maybe, "undo_until": maybe, "undone_at": maybe, "undone_by": maybe,
                    "undone": {
                        "type": ["object", "null"],
                        "properties": {
                            "erased": count, "restored": count, "left": count,
                            "records": { "type": "array", "items": left },
                        },
                    },
                },
            }),
        ),
        (
            "Import.list",
            json!({
                "type": "object",
                "properties": {
                    "items": { "type": "array", "items": named("Import") }, "next_cursor": maybe,
                },
            }),
        ),
    ];
    entries.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

/// Schemas that objects share.
pub fn shared(locale: Locale) -> Map<String, Json> {
    let text = |nullable: bool| {
        if nullable { json!({ "type": ["string", "null"] }) } else { json!({ "type": "string" }) }
    };
    let say = |key: &str| crate::PHRASES.get(locale, key).to_owned();
    let entries = [
        (
            "Money",
            json!({
                "type": "object",
                "required": ["amount", "currency"],
                "properties": {
                    "amount": { "type": "string", "pattern": "^-?\\d+\\.\\d{2}$" },
                    "currency": { "type": "string", "const": "CNY" },
                },
            }),
        ),
        (
            "Masked",
            json!({
                "type": "object",
                "description": say("api.schema.masked"),
                "required": ["masked"],
                "properties": { "masked": { "type": "string" } },
            }),
        ),
        (
            "Reference",
            json!({
                "type": "object",
                "description": say("api.schema.reference"),
                "required": ["id", "title"],
                "properties": { "id": { "type": "string" }, "title": text(true) },
            }),
        ),
        (
            "AnyReference",
            json!({
                "type": "object",
                "required": ["object", "id"],
                "properties": { "object": text(false), "id": text(false), "title": text(true) },
            }),
        ),
        (
            "Key",
            json!({
                "type": "object",
                "description": say("api.schema.key"),
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": { "type": "string" },
            }),
        ),
        (
            "Address",
            json!({
                "type": "object",
                "properties": { "region": text(false), "region_name": text(true), "detail": text(false) },
            }),
        ),
        (
            "Issue",
            json!({
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": { "field": text(true), "code": text(false), "message": text(false) },
            }),
        ),
        (
            "Problem",
            json!({
                "type": "object",
                "description": "RFC 9457",
                "required": ["type", "title", "status", "code", "trace_id"],
                "properties": {
                    "type": text(false),
                    "title": text(false),
                    "status": { "type": "integer" },
                    "detail": text(false),
                    "code": text(false),
                    "trace_id": text(false),
                    "issues": { "type": "array", "items": named("Issue") },
                    "version": { "type": "integer" },
                    "current": { "type": "object", "additionalProperties": true },
                    "yours": { "type": "object", "additionalProperties": true },
                    "duplicates": { "type": "array", "items": named("Duplicate") },
                },
            }),
        ),
        (
            "Duplicate",
            json!({
                "type": "object",
                "properties": {
                    "object": text(false), "id": text(true), "title": text(true), "field": text(false),
                    "similar": { "type": "boolean" }, "owner": text(true), "department": text(true), "pool": text(true),
                    "created_at": { "type": ["string", "null"], "format": "date-time" },
                    "visible": { "type": "boolean" },
                },
            }),
        ),
        ("Any", json!({ "type": "object", "additionalProperties": true })),
        (
            "Items",
            json!({
                "type": "object",
                "required": ["items"],
                "properties": {
                    "items": { "type": "array", "items": { "type": "object", "additionalProperties": true } },
                    "next_cursor": text(true),
                },
            }),
        ),
        ("Aggregate", aggregate()),
    ];
    entries.into_iter().map(|(name, schema)| (name.to_owned(), schema)).collect()
}

fn aggregate() -> Json {
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "group_by": { "type": "array", "items": { "anyOf": [{ "type": "string" }, {
                "type": "object",
                "required": ["field"],
                "properties": {
                    "field": { "type": "string" },
                    "part": { "enum": ["whole", "year", "month"] },
                    "as": { "type": "string" },
                },
            }] } },
            "measures": { "type": "array", "items": {
                "type": "object",
                "required": ["fn"],
                "properties": {
                    "fn": { "enum": ["count", "count_distinct", "sum", "avg", "min", "max"] },
                    "field": { "type": "string" },
                    "as": { "type": "string" },
                },
            } },
            "filter": { "anyOf": [{ "type": "string" }, { "type": "array" }, { "type": "object" }] },
            "q": { "type": "string" },
            "sort": { "type": "string" },
            "limit": { "type": "integer", "minimum": 1, "maximum": 10_000 },
        },
    })
}

/// Schemas of one object: as it is read, listed, made and changed.
pub fn of_object(ctx: &Ctx, object: &Object) -> Vec<(String, Json)> {
    let locale = ctx.locale;
    let level = |field: &Field| metadata::level(ctx, object, &field.name);
    let mut read = Map::new();
    read.insert("id".to_owned(), json!({ "type": "string", "readOnly": true }));
    read.insert("version".to_owned(), json!({ "type": "integer", "readOnly": true }));
    let mut create = Map::new();
    let mut update = Map::new();
    let mut required = Vec::new();
    for field in object.active_fields().filter(|field| !matches!(field.name.as_str(), "id" | "version")) {
        let level = level(field);
        if level == FieldLevel::Hidden {
            continue;
        }
        read.insert(field.name.clone(), labelled(field, readable(field), locale));
        if field.read_only || field.is_computed() || level < FieldLevel::Edit {
            continue;
        }
        create.insert(field.name.clone(), labelled(field, writable(field), locale));
        if field.required && field.default.is_none() {
            required.push(field.name.clone());
        }
        if !field.fixed {
            update.insert(field.name.clone(), labelled(field, writable(field), locale));
        }
    }
    create.insert("_allow_duplicate".to_owned(), json!({ "type": "boolean" }));
    update.insert("version".to_owned(), json!({ "type": "integer" }));
    let object_of = |properties: Map<String, Json>, required: Vec<String>, closed: bool| {
        let mut schema = json!({
            "type": "object",
            "title": object.label.get(locale),
            "properties": properties,
        });
        if let Json::Object(map) = &mut schema {
            if !required.is_empty() {
                map.insert("required".to_owned(), json!(required));
            }
            if closed {
                map.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        schema
    };
    let name = &object.name;
    let mut schemas = vec![
        (name.clone(), object_of(read, vec!["id".to_owned(), "version".to_owned()], false)),
        (
            format!("{name}.list"),
            json!({
                "type": "object",
                "required": ["items", "next_cursor"],
                "properties": {
                    "items": { "type": "array", "items": named(name) },
                    "next_cursor": { "type": ["string", "null"] },
                    "total": { "type": "integer" },
                },
            }),
        ),
    ];
    if ctx.rights.may(name, action::CREATE) && !object.access.program_only {
        schemas.push((format!("{name}.create"), object_of(create, required, true)));
    }
    if ctx.rights.may(name, action::EDIT) {
        schemas.push((format!("{name}.update"), object_of(update, Vec::new(), true)));
    }
    schemas
}

/// The input of a verb.
pub fn of_verb(verb: &VerbDef, locale: Locale) -> Json {
    let properties: Map<String, Json> = verb
        .form
        .iter()
        .map(|field| (field.name.clone(), labelled(field, writable(field), locale)))
        .collect();
    let required: Vec<&str> = verb.form.iter().filter(|f| f.required).map(|f| f.name.as_str()).collect();
    json!({
        "type": "object",
        "title": verb.label.get(locale),
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn labelled(field: &Field, mut schema: Json, locale: Locale) -> Json {
    if let Json::Object(map) = &mut schema {
        map.insert("title".to_owned(), json!(field.label.get(locale)));
        if let Some(help) = &field.help {
            map.insert("description".to_owned(), json!(help.get(locale)));
        }
        if matches!(field.value_kind(), FieldKind::Choice | FieldKind::Choices) {
            let labels: Map<String, Json> =
                field.options.iter().map(|o| (o.value.clone(), json!(o.label.get(locale)))).collect();
            map.insert("x-labels".to_owned(), Json::Object(labels));
        }
    }
    schema
}

/// A field as it is sent: empty is null, and personal data may come masked.
fn readable(field: &Field) -> Json {
    let mut forms = vec![value(field, true)];
    match field.value_kind() {
        FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department => {
            forms.push(named("Reference"))
        }
        _ => {}
    }
    if field.mask.is_some() || matches!(field.value_kind(), FieldKind::Phone | FieldKind::Email) {
        forms.push(named("Masked"));
    }
    forms.push(json!({ "type": "null" }));
    json!({ "anyOf": forms })
}

/// A field as it is received.
fn writable(field: &Field) -> Json {
    let mut forms = vec![value(field, false)];
    match field.value_kind() {
        FieldKind::Money { .. } => forms.push(json!({ "type": ["string", "number"] })),
        FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department => forms.push(named("Key")),
        _ => {}
    }
    if !field.required {
        forms.push(json!({ "type": "null" }));
    }
    match forms.len() {
        1 => forms.remove(0),
        _ => json!({ "anyOf": forms }),
    }
}

/// The schema of a kind: the third of the exhaustive matches a new kind must answer.
fn value(field: &Field, reading: bool) -> Json {
    let choices = || -> Vec<&str> {
        let offered = field.options.iter().filter(|option| reading || !option.inactive);
        offered.map(|option| option.value.as_str()).collect()
    };
    match field.value_kind() {
        FieldKind::Id => json!({ "type": "string" }),
        FieldKind::Text | FieldKind::LongText | FieldKind::AutoNumber { .. } => match field.max_length {
            Some(max) => json!({ "type": "string", "maxLength": max }),
            None => json!({ "type": "string" }),
        },
        FieldKind::Phone => json!({ "type": "string" }),
        FieldKind::Email => json!({ "type": "string", "format": "email" }),
        FieldKind::Link => json!({ "type": "string", "format": "uri" }),
        FieldKind::CreditCode => json!({ "type": "string", "minLength": 18, "maxLength": 18 }),
        FieldKind::Region => json!({ "type": "string", "pattern": "^\\d{6}$" }),
        FieldKind::Number { scale, min, max } => {
            let mut schema = json!({ "type": if *scale == 0 { "integer" } else { "number" } });
            if let Json::Object(map) = &mut schema {
                map.extend(min.map(|min| ("minimum".to_owned(), json!(min))));
                map.extend(max.map(|max| ("maximum".to_owned(), json!(max))));
            }
            schema
        }
        FieldKind::Money { .. } => named("Money"),
        FieldKind::Percent => json!({ "type": "number", "minimum": 0, "maximum": 100 }),
        FieldKind::Rating { max } => json!({ "type": "integer", "minimum": 1, "maximum": max }),
        FieldKind::Date => json!({ "type": "string", "format": "date" }),
        FieldKind::Instant => json!({ "type": "string", "format": "date-time" }),
        FieldKind::YesNo => json!({ "type": "boolean" }),
        FieldKind::Choice => json!({ "type": "string", "enum": choices() }),
        FieldKind::Choices => json!({ "type": "array", "items": { "type": "string", "enum": choices() } }),
        FieldKind::Tags | FieldKind::File | FieldKind::Image => {
            json!({ "type": "array", "items": { "type": "string" } })
        }
        FieldKind::Reference { .. } | FieldKind::User | FieldKind::Department => json!({ "type": "string" }),
        FieldKind::AnyReference { .. } => named("AnyReference"),
        FieldKind::Address => named("Address"),
        // A computed field has the kind of its result; these two only stand for one that was not resolved.
        FieldKind::Formula { .. } | FieldKind::RollUp { .. } => json!({}),
    }
}
