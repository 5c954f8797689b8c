//! One record: its shapes, its life, and what others may do with it.

use crate::world::{World, issues};
use serde_json::json;

#[test]
fn a_record_has_the_promised_shapes() {
    let world = World::new();
    let made = world.post(
        "li",
        "/customer",
        &json!({ "name": "华远机械", "phone": "13800001024", "registered_capital": 1234.5, "staff": 20,
                 "satisfaction": 4, "tags": ["老客户"], "external_id": "00001" }),
    );
    let record = made.expect(201);
    let id = record["id"].as_str().expect("ids are texts");
    assert_eq!(made.header("location"), format!("/api/v1/customer/{id}"));
    assert_eq!(made.header("etag"), format!("\"{}\"", record["version"]));
    assert_eq!(record["registered_capital"], json!({ "amount": "1234.50", "currency": "CNY" }));
    assert_eq!(record["staff"], json!(20));
    assert_eq!(record["tags"], json!(["老客户"]));
    assert_eq!(record["owner"], json!(world.id("li").to_string()));
    assert_eq!(record["created_at"], "2026-06-15T02:00:00Z");
    assert_eq!(record["status"], "normal");

    let read = world.get("li", &format!("/customer/{id}?fields=name,owner&expand=owner")).expect(200);
    let owner = json!({ "id": world.id("li").to_string(), "title": "李经理" });
    assert_eq!(read, json!({ "id": id, "version": record["version"], "name": "华远机械", "owner": owner }));

    let order = world.post(
        "li",
        "/order",
        &json!({ "customer": { "external_id": "00001" }, "ordered_on": "2026-06-01", "total": "99.9" }),
    );
    let order = order.expect(201);
    assert_eq!(order["customer"], json!(id), "a reference may name its key");
    assert_eq!(order["ordered_on"], "2026-06-01");
    assert_eq!(order["total"]["amount"], "99.90");
}

#[test]
fn a_colleague_sees_the_mask_and_may_not_change() {
    let world = World::new();
    let made = world.post("li", "/customer", &json!({ "name": "远山", "phone": "13800001024" })).expect(201);
    let path = format!("/customer/{}", made["id"].as_str().unwrap());
    let seen = world.get("wang", &path).expect(200);
    assert_eq!(seen["phone"], json!({ "masked": "138****1024" }));
    let refused = world.patch("wang", &path, &json!({ "name": "近山", "version": made["version"] }));
    assert_eq!(refused.expect(403)["code"], "forbidden");
    assert_eq!(world.get("admin", &path).expect(404)["code"], "not_found");
    let actions = world.get("li", &format!("{path}?actions=true")).expect(200);
    assert!(actions["_actions"].as_array().unwrap().contains(&json!("edit")));
}

#[test]
fn changes_need_the_version_and_stale_ones_show_both_sides() {
    let world = World::new();
    let made = world.post("li", "/customer", &json!({ "name": "远山" })).expect(201);
    let path = format!("/customer/{}", made["id"].as_str().unwrap());
    let missing = world.patch("li", &path, &json!({ "name": "一", "credit": 9 })).expect(422);
    assert_eq!(issues(&missing), ["credit range", "version required"], "all problems at once");
    let changed = world.call("li", "PATCH", &path, &[("if-match", "\"1\"")], r#"{"name":"一"}"#);
    assert_eq!(changed.expect(200)["name"], "一");
    assert_eq!(changed.header("etag"), "\"2\"");
    let stale = world.patch("li", &path, &json!({ "name": "二", "version": 1 })).expect(409);
    assert_eq!(stale["code"], "stale");
    assert_eq!((&stale["version"], &stale["current"]["version"]), (&json!(2), &json!(2)));
    assert_eq!((&stale["current"]["name"], &stale["yours"]["name"]), (&json!("一"), &json!("二")));
    let apart = world.call("li", "PATCH", &path, &[("if-match", "2")], r#"{"name":"二","version":1}"#);
    assert_eq!(issues(&apart.expect(422)), ["version format"]);
}

#[test]
fn a_deleted_record_is_gone_until_it_is_restored() {
    let world = World::new();
    let made = world.post("manager", "/customer", &json!({ "name": "远山" })).expect(201);
    let path = format!("/customer/{}", made["id"].as_str().unwrap());
    assert_eq!(issues(&world.call("manager", "DELETE", &path, &[], "").expect(422)), ["version required"]);
    world.call("manager", "DELETE", &path, &[], r#"{"version":7}"#).expect(409);
    world.call("manager", "DELETE", &path, &[("if-match", "\"1\"")], "").expect(204);
    world.get("manager", &path).expect(404);
    let bin = world.get("manager", "/customer?trash=true").expect(200);
    assert_eq!(bin["items"][0]["id"], made["id"]);
    assert_eq!(
        issues(&world.post("manager", &format!("{path}/restore"), &json!({ "x": 1 })).expect(422)),
        ["x unknown"]
    );
    world.post("manager", &format!("{path}/restore"), &json!({})).expect(200);
    world.get("manager", &path).expect(200);
}

#[test]
fn verbs_move_records_and_list_what_is_missing() {
    let world = World::new();
    let body = json!({ "title": "设备更新", "customer_name": "远山", "amount": "5000", "probability": 30 });
    let made = world.post("manager", "/opportunity", &body).expect(201);
    assert_eq!(made["status"], "unassigned");
    let path = format!("/opportunity/{}", made["id"].as_str().unwrap());
    let wrong = world.post("manager", &format!("{path}/assign"), &json!({ "too": "7" })).expect(422);
    assert!(issues(&wrong).contains(&"too unknown".to_owned()), "{wrong}");
    let assigned =
        world.post("manager", &format!("{path}/assign"), &json!({ "to": { "login": "li" } })).expect(200);
    assert_eq!(assigned["status"], "assigned");
    let refused = world.post("li", &format!("{path}/win"), &json!({})).expect(422);
    assert_eq!(refused["code"], "refused");
    assert!(!refused["detail"].as_str().unwrap().is_empty());
    world.post("li", &format!("{path}/start"), &json!({})).expect(200);
    let item = world.post(
        "li",
        &format!("{path}/plan_item"),
        &json!({ "due_on": "2026-06-20", "todo": "上门拜访" }),
    );
    assert_eq!(item.expect(201)["opportunity"], made["id"], "a child is made at its parent's address");
    let items = world.get("li", &format!("{path}/plan_item")).expect(200);
    assert_eq!(items["items"].as_array().unwrap().len(), 1);
    world.post("li", &format!("{path}/no_such_verb"), &json!({})).expect(404);
    let timeline = world.get("li", &format!("{path}/timeline")).expect(200);
    assert!(timeline["items"].as_array().unwrap().iter().any(|e| e["name"] == "assign"), "{timeline}");
}

#[test]
fn transfer_and_reveal_are_verbs_of_every_object() {
    let world = World::new();
    let made =
        world.post("manager", "/customer", &json!({ "name": "远山", "phone": "13800001024" })).expect(201);
    let path = format!("/customer/{}", made["id"].as_str().unwrap());
    let nobody = world.post("manager", &format!("{path}/transfer"), &json!({ "to": { "login": "nobody" } }));
    assert_eq!(issues(&nobody.expect(422)), ["to reference"]);
    let by_phone =
        world.post("manager", &format!("{path}/transfer"), &json!({ "to": { "phone": "13800001024" } }));
    assert_eq!(issues(&by_phone.expect(422)), ["to reference"]);
    let moved = world.post("manager", &format!("{path}/transfer"), &json!({ "to": { "login": "wang" } }));
    assert_eq!(moved.expect(200)["owner"], json!(world.id("wang").to_string()));
    let silent = world.post("wang", &format!("{path}/reveal"), &json!({ "field": "phone" })).expect(422);
    assert_eq!(issues(&silent), ["reason required"]);
}
