//! Duplicates and merging over REST.

use crate::world::World;
use serde_json::json;

#[test]
fn a_merge_is_one_call_and_the_old_address_leads_on() {
    let world = World::new();
    let (main, loser) = (world.customer("li", "明德科技"), world.customer("li", "启明星"));
    let body = json!({ "losers": [loser], "choices": { "name": loser } });
    world.post("li", &format!("/customer/{main}/merge"), &body).expect(403);
    let merged = world.post("manager", &format!("/customer/{main}/merge"), &body).expect(200);
    assert_eq!((&merged["name"], &merged["merged_count"]), (&json!("启明星"), &json!(1)));
    let led = world.get("manager", &format!("/customer/{loser}"));
    assert_eq!((led.status, led.header("location")), (307, format!("/api/v1/customer/{main}").as_str()));
    world.get("admin", &format!("/customer/{loser}")).expect(404);
    let trashed = world.get("manager", &format!("/customer/{loser}?trash=true")).expect(200);
    assert_eq!(
        trashed["merged_into"]["id"].as_str().or(trashed["merged_into"].as_str()),
        Some(main.as_str())
    );
    world.post("manager", &format!("/customer/{main}/unmerge"), &json!({})).expect(200);
    let back = world.get("manager", &format!("/customer/{loser}")).expect(200);
    assert_eq!(back["name"], "启明星");
    let none = world.post("manager", &format!("/customer/{main}/unmerge"), &json!({})).expect(422);
    assert_eq!(none["code"], "refused");
}

#[test]
fn whose_customer_it_is_can_be_asked_before_one_is_made() {
    let world = World::new();
    world.customer("li", "上海明德科技有限公司");
    let found = world.get("wang", "/duplicates?q=明德").expect(200);
    assert_eq!(found["items"][0]["owner"], "李经理");
    assert_eq!(found["items"][0]["similar"], true);
    let twin = world.post("wang", "/customer", &json!({ "name": "上海明德科技" })).expect(409);
    assert_eq!(twin["duplicates"][0]["owner"], "李经理");
    for _ in 0..19 {
        world.get("wang", "/duplicates?q=没有").expect(200);
    }
    let often = world.get("wang", "/duplicates?q=没有");
    assert_eq!((often.status, often.header("retry-after")), (429, "60"));
}
