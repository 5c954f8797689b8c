//! An object made over REST is an object like any other, at once.

use crate::world::{World, issues};
use serde_json::json;

#[test]
fn a_custom_object_is_usable_at_once() {
    let world = World::new();
    let object = json!({ "name": "store", "label": { "zh": "门店", "en": "Store" } });
    let made = world.post("admin", "/objects", &object).expect(201);
    assert_eq!((&made["name"], &made["custom"]), (&json!("store"), &json!(true)));
    let field = json!({ "name": "area", "kind": "number", "label": { "zh": "面积", "en": "Area" }, "required": false });
    let field = world.post("admin", "/objects/store/fields", &field).expect(201);
    assert_eq!((&field["kind"], field.get("column")), (&json!("number"), None));
    let store = world.post("admin", "/store", &json!({ "name": "一店", "area": 120 })).expect(201);
    assert_eq!(store["area"], 120);
    let listed = world.get("admin", "/store?filter=area%20%3E%20100").expect(200);
    assert_eq!(listed["items"][0]["id"], store["id"]);
    assert_eq!(issues(&world.post("admin", "/store", &json!({ "area": "wide" })).expect(422)).len(), 2);
    let sums =
        world.post("admin", "/store/aggregate", &json!({ "measures": [{ "fn": "sum", "field": "area" }] }));
    assert_eq!(sums.expect(200)["items"], json!([{ "sum_area": 120 }]));
    let described = world.get("admin", "/api/openapi.json").expect(200);
    assert_eq!(described["components"]["schemas"]["store.create"]["properties"]["area"]["title"], "面积");
    assert!(described["paths"]["/api/v1/store/{id}"]["patch"].is_object());
    let patch = json!({ "label": { "zh": "营业面积", "en": "Floor" } });
    let changed = world.patch("admin", "/objects/store/fields/area", &patch).expect(200);
    assert_eq!(changed["label"]["zh"], "营业面积");
    let renamed = world
        .patch("admin", "/objects/store", &json!({ "label": { "zh": "网点", "en": "Branch" } }))
        .expect(200);
    assert_eq!(renamed["label"]["zh"], "网点");
}

#[test]
fn all_that_is_wrong_with_a_field_is_said() {
    let world = World::new();
    let wrong = json!({ "kind": "colour", "column": "x" });
    let problem = world.post("admin", "/objects/customer/fields", &wrong).expect(422);
    assert_eq!(issues(&problem), ["column unknown", "kind unknown", "label required", "name required"]);
    world.post("admin", "/objects/nope/fields", &wrong).expect(404);
}

#[test]
fn metadata_shows_what_the_caller_may_use() {
    let world = World::new();
    let mine = world.get("li", "/objects/opportunity").expect(200);
    let verbs: Vec<&str> =
        mine["verbs"].as_array().unwrap().iter().filter_map(|v| v["name"].as_str()).collect();
    assert!(verbs.contains(&"win") && !verbs.contains(&"assign"), "{verbs:?}");
    let amount = mine["fields"].as_array().unwrap().iter().find(|f| f["name"] == "amount").unwrap();
    assert_eq!((&amount["kind"], &amount["level"]), (&json!("money"), &json!("edit")));
    world.get("admin", "/objects/opportunity").expect(404);
    let names = |who| {
        let objects = world.get(who, "/objects").expect(200);
        objects["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|o| o["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(names("li").contains(&"customer".to_owned()) && !names("admin").contains(&"customer".to_owned()));
    let me = world.get("li", "/me").expect(200);
    assert_eq!((&me["login"], &me["roles"]), (&json!("li"), &json!(["account_manager"])));
}
