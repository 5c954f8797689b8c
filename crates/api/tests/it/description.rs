//! The OpenAPI document: it speaks of every operation, and nothing in it points nowhere.

use crate::world::World;
use guanxi_api::ROUTES;
use serde_json::Value as Json;
use std::collections::BTreeSet;

#[test]
fn every_reference_resolves_and_operation_ids_are_unique() {
    let world = World::new();
    for who in ["li", "manager", "admin"] {
        let document = world.get(who, "/api/openapi.json").expect(200);
        assert_eq!(document["openapi"], "3.1.0");
        let mut references = Vec::new();
        collect(&document, &mut references);
        assert!(references.len() > 50);
        for reference in references {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(document.pointer(pointer).is_some(), "{reference} points nowhere, for {who}");
        }
        let mut ids = BTreeSet::new();
        for (path, item) in document["paths"].as_object().unwrap() {
            for (method, operation) in item.as_object().unwrap() {
                let id = operation["operationId"].as_str().unwrap();
                assert!(ids.insert(id.to_owned()), "{id} is used twice: {method} {path}");
                assert!(!operation["summary"].as_str().unwrap().contains("api.op"), "{id} has no sentence");
                let declared: Vec<&str> = operation["parameters"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .filter(|p| p["in"] == "path")
                    .filter_map(|p| p["name"].as_str())
                    .collect();
                let gaps: Vec<&str> =
                    path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).collect();
                assert_eq!(declared, gaps, "{path}");
            }
        }
    }
}

#[test]
fn every_operation_is_described() {
    let world = World::new();
    let operator = world.gate.operator();
    let document = guanxi_api::describe(&world.gate, &operator);
    for route in ROUTES {
        let path = match route.path.starts_with("/api/v1/{object}") {
            true => route.path.replace("{object}", "customer"),
            false => route.path.to_owned(),
        };
        let paths = match (route.name, path.as_str()) {
            ("verb", path) => {
                ["merge_check", "lock", "transfer", "reveal"].map(|v| path.replace("{part}", v)).to_vec()
            }
            ("children", path) => vec![path.replace("{part}", "contact"), path.replace("{part}", "order")],
            (_, path) => vec![path.to_owned()],
        };
        let described =
            paths.iter().filter(|path| document["paths"][path.as_str()][route.method.word()].is_object());
        assert!(described.count() > 0, "{} {path} is not described", route.method.word());
    }
}

#[test]
fn schemas_say_what_a_field_takes() {
    let world = World::new();
    let document = world.get("li", "/api/openapi.json").expect(200);
    let schemas = &document["components"]["schemas"];
    let create = &schemas["customer.create"];
    assert_eq!(create["additionalProperties"], false);
    assert!(create["required"].as_array().unwrap().iter().any(|name| name == "name"));
    assert!(create["properties"].get("order_total").is_none(), "computed fields are not sent");
    let kinds = &schemas["customer"]["properties"]["kind"]["anyOf"][0]["enum"];
    assert_eq!(kinds, &serde_json::json!(["company", "person"]));
    let text = schemas["customer"]["properties"]["phone"].to_string();
    assert!(text.contains("Masked"), "{text}");
    assert!(schemas.get("user.create").is_none(), "what the caller may not do is not described");
    let lose = &schemas["opportunity.lose"];
    assert!(lose["required"].as_array().is_some_and(|r| !r.is_empty()), "{lose}");
}

#[test]
fn links_are_whole_when_the_address_is_known() {
    let world = World::new();
    let origin = || Some(guanxi_api::Origin("https://crm.example".to_owned()));
    let document = world.call_under(origin(), "li", "GET", "/api/openapi.json", &[], "").expect(200);
    assert_eq!(document["servers"][0]["url"], "https://crm.example");
    let made = world.call_under(origin(), "li", "POST", "/customer", &[], r#"{"name":"远山"}"#);
    assert!(made.header("location").starts_with("https://crm.example/api/v1/customer/"), "{made:?}");
    let made = world.call("li", "POST", "/customer", &[], r#"{"name":"近山"}"#);
    assert!(made.header("location").starts_with("/api/v1/customer/"), "{made:?}");
}

fn collect<'j>(json: &'j Json, out: &mut Vec<&'j str>) {
    match json {
        Json::Object(map) => {
            out.extend(map.get("$ref").and_then(Json::as_str));
            map.values().for_each(|value| collect(value, out));
        }
        Json::Array(items) => items.iter().for_each(|item| collect(item, out)),
        _ => {}
    }
}
