//! Many changes in one request, each reported.

use crate::world::{World, issues};
use serde_json::json;

#[test]
fn each_change_is_reported() {
    let world = World::new();
    let id = world.customer("li", "远山");
    let other = world.customer("wang", "王家");
    let body = json!({ "changes": [
        { "name": "新一" },
        { "id": id, "version": 1, "name": "远山二" },
        { "id": id, "name": "没有版本" },
        { "phone": "12" },
        { "id": other, "version": 1, "name": "不是我的" },
        { "id": "999999", "version": 1, "name": "没有" },
        "text",
    ] });
    let done = world.post("li", "/customer/batch", &body).expect(200);
    let status: Vec<&str> =
        done["items"].as_array().unwrap().iter().map(|i| i["status"].as_str().unwrap()).collect();
    assert_eq!(status, ["created", "updated", "failed", "failed", "failed", "failed", "failed"], "{done}");
    assert_eq!((&done["created"], &done["updated"], &done["failed"]), (&json!(1), &json!(1), &json!(5)));
    let problem = |i: usize| &done["items"][i]["problem"];
    assert_eq!(issues(problem(2)), ["version required"]);
    assert!(
        issues(problem(3)).contains(&"phone format".to_owned())
            && issues(problem(3)).contains(&"name required".to_owned())
    );
    assert_eq!((&problem(4)["code"], &problem(5)["code"]), (&json!("forbidden"), &json!("not_found")));
    assert_eq!(world.get("li", &format!("/customer/{id}")).expect(200)["name"], "远山二");
}

#[test]
fn all_or_nothing_makes_nothing_when_one_is_bad() {
    let world = World::new();
    let body = json!({ "changes": [{ "name": "好" }, { "phone": "1" }], "all_or_nothing": true });
    world.post("li", "/customer/batch", &body).expect(422);
    assert_eq!(world.get("li", "/customer?count=true").expect(200)["total"], 0);
}

#[test]
fn a_thousand_is_the_most() {
    let world = World::new();
    let changes: Vec<_> = (0..1001).map(|n| json!({ "name": n.to_string() })).collect();
    assert_eq!(
        issues(&world.post("li", "/customer/batch", &json!({ "changes": changes })).expect(422)),
        ["changes too_many"]
    );
    assert_eq!(
        issues(&world.post("li", "/customer/batch", &json!({ "extra": 1 })).expect(422)),
        ["extra unknown"]
    );
}
