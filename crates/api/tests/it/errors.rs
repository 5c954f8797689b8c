//! Refusals: all problems at once, in the caller's language.

use crate::world::{World, issues};
use serde_json::json;

#[test]
fn all_problems_come_at_once_and_in_the_language_asked_for() {
    let world = World::new();
    let body = json!({ "phone": "12", "satisfaction": 9, "grade": "nope", "colour": "red" }).to_string();
    let zh = world.call("li", "POST", "/customer", &[], &body).expect(422);
    let en =
        world.call("li", "POST", "/customer", &[("accept-language", "en-GB,en;q=0.8")], &body).expect(422);
    let found = issues(&zh);
    for wanted in ["colour unknown", "grade choice", "name required", "phone format"] {
        assert!(found.contains(&wanted.to_owned()), "{wanted} is not in {found:?}");
    }
    assert!(found.iter().any(|i| i.starts_with("satisfaction ")), "{found:?}");
    assert_eq!(found, issues(&en));
    assert_eq!(zh["title"], "填写有误");
    assert_eq!(en["title"], "The input has problems");
    let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    for issue in en["issues"].as_array().unwrap() {
        assert!(!issue["message"].as_str().unwrap().contains(is_han), "{issue}");
    }
    assert_eq!(zh["trace_id"].as_str().unwrap().len(), 32);
    world.get("li", "/customer?count=true").expect(200)["total"]
        .as_i64()
        .filter(|n| *n == 0)
        .expect("nothing was made");
}

#[test]
fn what_is_not_json_is_malformed() {
    let world = World::new();
    assert_eq!(world.call("li", "POST", "/customer", &[], "{name:").expect(400)["code"], "malformed");
    assert_eq!(world.call("li", "POST", "/customer", &[], "[1]").expect(400)["code"], "malformed");
    let deep = format!("{{\"name\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    assert_eq!(world.call("li", "POST", "/customer", &[], &deep).expect(400)["code"], "malformed");
    let deepest = "[".repeat(5000);
    assert_eq!(world.call("li", "POST", "/customer", &[], &deepest).expect(400)["code"], "malformed");
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(3 << 20));
    assert_eq!(world.call("li", "POST", "/customer", &[], &large).expect(413)["code"], "too_large");
}

#[test]
fn a_likely_duplicate_shows_who_has_it_and_nothing_else() {
    let world = World::new();
    let first = world.post("li", "/customer", &json!({ "name": "远山", "phone": "13800001024" })).expect(201);
    let again = json!({ "name": "远山二", "phone": "138 0000 1024" });
    let problem = world.post("wang", "/customer", &again).expect(409);
    assert_eq!(problem["code"], "duplicate");
    let hit = &problem["duplicates"][0];
    assert_eq!(
        (&hit["owner"], &hit["department"], &hit["field"]),
        (&json!("李经理"), &json!("销售一部"), &json!("phone"))
    );
    assert_eq!(
        (&hit["id"], &hit["title"]),
        (&first["id"], &json!("远山")),
        "a colleague's customer is visible"
    );
    let hits = world.post("wang", "/customer/duplicates", &json!({ "phone": "13800001024" })).expect(200);
    assert_eq!(hits["items"][0]["owner"], "李经理");
    let mut insisting = again.clone();
    insisting["_allow_duplicate"] = json!(true);
    world.post("wang", "/customer", &insisting).expect(201);
    world
        .post("wang", "/customer?allow_duplicate=true", &json!({ "name": "远山三", "phone": "13800001024" }))
        .expect(201);
}

#[test]
fn a_trace_that_was_sent_comes_back() {
    let world = World::new();
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let answer = world.call("li", "GET", "/customer/0", &[("traceparent", &parent)], "");
    assert_eq!(answer.expect(404)["trace_id"], trace);
    assert_eq!(answer.header("x-trace-id"), trace);
}
