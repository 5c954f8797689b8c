//! The same request twice under one key happens once.

use crate::world::World;
use serde_json::json;

#[test]
fn a_repeat_gets_the_first_answer() {
    let world = World::new();
    let body = r#"{"name":"远山"}"#;
    let key = [("idempotency-key", "k-1")];
    let first = world.call("li", "POST", "/customer", &key, body);
    let again = world.call("li", "POST", "/customer", &key, body);
    assert_eq!(first.expect(201), again.expect(201));
    assert_eq!(
        (first.header("etag"), first.header("location")),
        (again.header("etag"), again.header("location"))
    );
    assert_eq!(again.header("content-type"), "application/json");
    assert_eq!(world.get("li", "/customer?count=true").expect(200)["total"], 1);
    let other = world.call("li", "POST", "/customer", &key, r#"{"name":"近山"}"#);
    assert_eq!(other.expect(422)["code"], "refused", "another body under the same key");
    let elsewhere = world.call("li", "POST", "/task", &key, body);
    assert_eq!(elsewhere.expect(422)["code"], "refused", "another operation under the same key");
    world.call("wang", "POST", "/customer", &key, r#"{"name":"近山"}"#).expect(201);
}

#[test]
fn a_refusal_is_not_kept() {
    let world = World::new();
    let key = [("idempotency-key", "k-2")];
    let refused = world.call("li", "POST", "/customer", &key, "{}");
    assert_eq!(refused.expect(422)["code"], "invalid");
    assert_eq!(refused.header("content-type"), "application/problem+json");
    world.call("li", "POST", "/customer", &key, r#"{"name":"远山"}"#).expect(201);
}

#[test]
fn verbs_batches_and_metadata_keep_their_answers_too() {
    let world = World::new();
    let id = world.customer("li", "远山");
    let lock = format!("/customer/{id}/lock");
    let first = world.call("li", "POST", &lock, &[("idempotency-key", "v")], "").expect(200);
    assert_eq!(world.call("li", "POST", &lock, &[("idempotency-key", "v")], "").expect(200), first);
    let body = json!([{ "name": "一" }, { "name": "二" }]).to_string();
    let first = world.call("li", "POST", "/customer/batch", &[("idempotency-key", "b")], &body).expect(200);
    assert_eq!(
        world.call("li", "POST", "/customer/batch", &[("idempotency-key", "b")], &body).expect(200),
        first
    );
    assert_eq!(world.get("li", "/customer?count=true").expect(200)["total"], 3);
    let object = r#"{"name":"store","label":{"zh":"门店","en":"Store"}}"#;
    let first = world.call("admin", "POST", "/objects", &[("idempotency-key", "o")], object).expect(201);
    assert_eq!(
        world.call("admin", "POST", "/objects", &[("idempotency-key", "o")], object).expect(201),
        first
    );
    world.call("admin", "POST", "/objects", &[], object).expect(422);
}
