//! OpenAPI 3.1, made for the caller: the objects, fields and verbs they may see, custom ones included.

use crate::{
    PHRASES,
    call::{Call, knows},
    reply::Reply,
    routes::{Access, Answer, Body, Method, ROUTES, Route},
    schema,
};
use guanxi_gate::{Ctx, Gate};
use guanxi_model::{Object, Registry, VerbDef, access::action};
use serde_json::{Map, Value as Json, json};

/// `GET /api/openapi.json`
pub fn document(call: &Call) -> Answer {
    let mut document = describe(&call.gate, &call.ctx);
    if let (Some(origin), Some(url)) = (&call.origin, document.pointer_mut("/servers/0/url")) {
        *url = json!(origin);
    }
    Ok(Reply::json(200, &document))
}

/// The whole description for a caller.
pub fn describe(gate: &Gate, ctx: &Ctx) -> Json {
    let registry = gate.registry();
    let objects: Vec<&Object> =
        registry.objects().filter(|object| knows(ctx, &object.name)).map(|object| &**object).collect();
    let mut schemas = schema::shared(ctx.locale);
    schemas.extend(schema::imports());
    for object in &objects {
        schemas.extend(schema::of_object(ctx, object));
        for verb in verbs(ctx, object) {
            schemas.insert(format!("{}.{}", object.name, verb.name), schema::of_verb(verb, ctx.locale));
        }
    }
    let mut paths: Map<String, Json> = Map::new();
    for route in ROUTES {
        if matches!(route.access, Access::Setting(setting) if !ctx.rights.may_set(setting)) {
            continue;
        }
        if !is_of_records(route) {
            add(&mut paths, route.path.to_owned(), route, fixed(route, ctx));
            continue;
        }
        for object in &objects {
            for (path, operation) in expanded(route, ctx, &registry, object) {
                add(&mut paths, path, route, operation);
            }
        }
    }
    let tags: Vec<Json> =
        objects.iter().map(|o| json!({ "name": o.name, "description": o.label.get(ctx.locale) })).collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": PHRASES.get(ctx.locale, "api.info.title"),
            "description": PHRASES.get(ctx.locale, "api.info.description"),
            "version": env!("CARGO_PKG_VERSION"),
        },
        "servers": [{ "url": "/" }],
        "security": [{ "key": [] }, { "session": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": { "type": "http", "scheme": "bearer", "bearerFormat": "gx_…" },
                "session": { "type": "apiKey", "in": "cookie", "name": "gx_session" },
            },
            "responses": {
                "Problem": {
                    "description": PHRASES.get(ctx.locale, "api.info.problem"),
                    "content": { "application/problem+json": { "schema": schema::named("Problem") } },
                },
            },
        },
    })
}

/// Whether a route speaks of records of any object.
fn is_of_records(route: &Route) -> bool {
    route.path.starts_with("/api/v1/{object}")
}

fn verbs<'o>(ctx: &Ctx, object: &'o Object) -> impl Iterator<Item = &'o VerbDef> {
    let name = object.name.clone();
    let rights = ctx.rights.clone();
    object.verbs.iter().filter(move |verb| rights.may(&name, &verb.name))
}

fn add(paths: &mut Map<String, Json>, path: String, route: &Route, operation: Json) {
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if let Json::Object(item) = item {
        item.insert(route.method.word().to_owned(), operation);
    }
}

/// A route of records for one object, as far as the caller may use it.
fn expanded(route: &Route, ctx: &Ctx, registry: &Registry, object: &Object) -> Vec<(String, Json)> {
    let name = &object.name;
    let may = |action: &str| ctx.rights.may(name, action);
    let path = route.path.replace("{object}", name);
    let create = may(action::CREATE) && !object.access.program_only;
    let own = schema::named(name);
    let describe = |id: String, body: Option<Json>, answer: Json| {
        let args = [("object", object.label.get(ctx.locale))];
        let summary = PHRASES.fill(ctx.locale, &format!("api.op.{}", route.name), &args);
        operation(route, &path, id, summary, body, answer, Some(name))
    };
    let single = |body: Option<Json>, answer: Json| {
        vec![(path.clone(), describe(format!("{}_{name}", route.name), body, answer))]
    };
    match route.name {
        "list" if may(action::READ) => single(None, schema::named(&format!("{name}.list"))),
        "get" if may(action::READ) => single(None, own),
        "timeline" if may(action::READ) => single(None, schema::named("Items")),
        "aggregate" if may(action::READ) => single(Some(schema::named("Aggregate")), schema::named("Items")),
        "create" if create => single(Some(schema::named(&format!("{name}.create"))), own),
        "duplicates" if create => single(Some(schema::named("Any")), schema::named("Items")),
        "update" if may(action::EDIT) => single(Some(schema::named(&format!("{name}.update"))), own),
        "delete" if may(action::DELETE) => single(None, json!(null)),
        "batch_verb" if object.verbs.iter().any(|verb| may(&verb.name)) => {
            single(Some(schema::named("Any")), schema::named("Items"))
        }
        "batch" if create || may(action::EDIT) => single(Some(batch()), schema::named("Items")),
        "children" if may(action::READ) => children(ctx, registry, object)
            .map(|child| {
                let path = path.replace("{part}", child);
                let answer = schema::named(&format!("{child}.list"));
                (path, describe(format!("list_{child}_of_{name}"), None, answer))
            })
            .collect(),
        "verb" => {
            let declared = verbs(ctx, object).map(|verb| {
                let body = schema::named(&format!("{name}.{}", verb.name));
                (verb.name.as_str(), Some(verb.label.get(ctx.locale)), Some(body), own.clone())
            });
            let built_in =
                built_in(ctx, object).into_iter().map(|(n, body)| (n, None, body, schema::named("Any")));
            declared
                .chain(built_in)
                .map(|(verb, label, body, answer)| {
                    let mut operation = describe(format!("{verb}_{name}"), body, answer);
                    if let (Json::Object(map), Some(label)) = (&mut operation, label) {
                        map.insert("summary".to_owned(), json!(label));
                    }
                    (path.replace("{part}", verb), operation)
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

fn children<'r>(ctx: &Ctx, registry: &'r Registry, object: &Object) -> impl Iterator<Item = &'r str> {
    let mut names: Vec<&str> = registry
        .children(&object.name)
        .iter()
        .map(|relation| relation.object.as_str())
        .filter(|child| ctx.rights.may(child, action::READ) && *child != "timeline")
        .collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

/// The built-in verbs the caller may use, unless the object has its own of that name.
fn built_in(ctx: &Ctx, object: &Object) -> Vec<(&'static str, Option<Json>)> {
    let text = json!({ "type": "string" });
    let body = |names: &[&str]| {
        let properties: Map<String, Json> = names.iter().map(|n| ((*n).to_owned(), text.clone())).collect();
        Some(
            json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false }),
        )
    };
    let to = json!({
        "type": "object",
        "properties": { "to": { "anyOf": [{ "type": "string" }, schema::named("Key")] } },
        "required": ["to"],
        "additionalProperties": false,
    });
    [
        (action::TRANSFER, Some(to)),
        (action::RESTORE, None),
        (action::PURGE, None),
        (action::REVEAL, body(&["field", "reason"])),
    ]
    .into_iter()
    .filter(|(verb, _)| ctx.rights.may(&object.name, verb) && object.verb(verb).is_none())
    .collect()
}

fn batch() -> Json {
    json!({
        "type": "object",
        "required": ["changes"],
        "additionalProperties": false,
        "properties": {
            "changes": { "type": "array", "maxItems": 1000, "items": schema::named("Any") },
            "all_or_nothing": { "type": "boolean" },
            "allow_duplicates": { "type": "boolean" },
        },
    })
}

fn fixed(route: &Route, ctx: &Ctx) -> Json {
    let summary = PHRASES.get(ctx.locale, &format!("api.op.{}", route.name)).to_owned();
    let body = match (route.body, route.name) {
        (Body::None, _) => None,
        (Body::File, _) => Some(schema::named("NewImport")),
        _ => Some(schema::named("Any")),
    };
    let answer = match route.name {
        "import" | "get_import" | "cancel_import" | "undo_import" => schema::named("Import"),
        "imports" => schema::named("Import.list"),
        _ => schema::named("Any"),
    };
    let mut described = operation(route, route.path, route.name.to_owned(), summary, body, answer, None);
    if route.body == Body::File
        && let Some(content) = described.pointer_mut("/requestBody/content").and_then(Json::as_object_mut)
    {
        content.insert("multipart/form-data".to_owned(), json!({ "schema": schema::named("ImportForm") }));
    }
    described
}

fn operation(
    route: &Route,
    path: &str,
    id: String,
    summary: String,
    body: Option<Json>,
    answer: Json,
    tag: Option<&str>,
) -> Json {
    let mut parameters: Vec<Json> = path
        .split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .filter(|gap| *gap != "part")
        .map(|gap| json!({ "name": gap, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    let query = route.params.iter().filter(|name| **name != "*");
    parameters.extend(query.map(|name| json!({ "name": name, "in": "query", "schema": parameter(name) })));
    if route.name == "report" {
        parameters.push(
            json!({ "name": "as_of", "in": "query", "schema": { "type": "string", "format": "date" } }),
        );
    }
    let text = |name: &str| json!({ "name": name, "in": "header", "schema": { "type": "string" } });
    match route.method {
        Method::Post => parameters.push(text("Idempotency-Key")),
        Method::Patch | Method::Delete if route.path.ends_with("{id}") => parameters.push(text("If-Match")),
        _ => {}
    }
    let created = matches!(route.name, "create" | "add_object" | "add_field");
    let accepted = route.name == "import";
    let mut responses = Map::new();
    if answer.is_null() {
        responses.insert("204".to_owned(), json!({ "description": "" }));
    } else {
        let media = if matches!(route.name, "metrics") { "text/plain" } else { "application/json" };
        let status = if created {
            "201"
        } else if accepted {
            "202"
        } else {
            "200"
        };
        responses.insert(
            status.to_owned(),
            json!({ "description": "", "content": { media: { "schema": answer } } }),
        );
    }
    responses.insert("default".to_owned(), json!({ "$ref": "#/components/responses/Problem" }));
    let mut operation =
        json!({ "operationId": id, "summary": summary, "parameters": parameters, "responses": responses });
    if let Json::Object(map) = &mut operation {
        if let Some(tag) = tag {
            map.insert("tags".to_owned(), json!([tag]));
        }
        if let Some(body) = body {
            map.insert(
                "requestBody".to_owned(),
                json!({ "content": { "application/json": { "schema": body } } }),
            );
        }
        if route.access == Access::Public {
            map.insert("security".to_owned(), json!([]));
        }
    }
    operation
}

fn parameter(name: &str) -> Json {
    match name {
        "limit" => json!({ "type": "integer", "minimum": 1, "maximum": 1000 }),
        "trash" | "actions" | "allow_duplicate" => json!({ "type": "boolean" }),
        "count" => json!({ "enum": ["true", "false", "capped"] }),
        "version" => json!({ "type": "integer" }),
        _ => json!({ "type": "string" }),
    }
}
