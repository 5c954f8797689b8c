//! The program without the network: what is sent again counts once, and what a browser needs to keep pages.

use crate::world::World;
use axum::http::StatusCode;
use guanxi_gate::{
    Channel,
    model::{Query, expr::Expr},
};

#[test]
fn a_form_that_is_sent_again_under_its_key_counts_once() {
    let world = World::new();
    let browser = world.signs_in("account_manager", "zh");
    let send = |key: &str, title: &str| {
        let headers =
            [("hx-request", "true"), ("x-csrf-token", browser.csrf.as_str()), ("idempotency-key", key)];
        world.post_as(&browser, "/task/new", &[("shown", "title"), ("title", title)], &headers)
    };
    let made = |object: &str, field: &str, words: &str| {
        let ctx = world.gate.ctx_of(world.people["account_manager"], Channel::Web).unwrap();
        world.gate.count(&ctx, &Query::of(object).filter(Expr::eq(field, words))).unwrap()
    };
    let count = || made("task", "title", "寄样品");
    // A refused form leaves its key free, so that the mended one is taken.
    assert_eq!(send("k-1", "").status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(send("k-1", "寄样品").status, StatusCode::OK);
    assert_eq!(count(), 1);
    let again = send("k-1", "寄样品");
    assert_eq!(again.status, StatusCode::OK, "{}", again.body);
    assert_eq!(count(), 1, "the same key is the same task");
    assert_eq!(send("k-2", "寄样品").status, StatusCode::OK);
    assert_eq!(count(), 2, "another key is another task");

    let customer = world.records["customer"];
    let headers =
        [("hx-request", "true"), ("x-csrf-token", browser.csrf.as_str()), ("idempotency-key", "k-3")];
    let form = [("kind", "call"), ("text", "地铁里写的跟进")];
    for _ in 0..2 {
        let seen = world.post_as(&browser, &format!("/customer/{customer}/compose"), &form, &headers);
        assert!(seen.status.is_success() || seen.status.is_redirection(), "{} {}", seen.status, seen.body);
    }
    assert_eq!(made("activity", "content", "地铁里写的跟进"), 1);
}

#[test]
fn a_browser_finds_the_worker_the_manifest_and_the_page_to_show_without_a_network() {
    let world = World::new();
    let nobody = crate::world::Browser { lang: "en", ..Default::default() };
    let worker = world.get(&nobody, "/sw.js");
    assert_eq!((worker.status, worker.header("cache-control")), (StatusCode::OK, "no-cache"));
    assert!(worker.header("content-type").starts_with("text/javascript"));
    let manifest = world.get(&nobody, "/manifest.webmanifest");
    let json: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!((json["display"].as_str(), json["lang"].as_str()), (Some("standalone"), Some("en")));
    let icon = json["icons"][0]["src"].as_str().unwrap();
    assert_eq!(world.get(&nobody, icon).status, StatusCode::OK);

    let browser = world.signs_in("account_manager", "zh");
    let offline = world.get(&browser, "/offline");
    assert!(offline.has("offline-pages ul") && offline.has("link[rel=manifest]"));
    let me = world.people["account_manager"].to_string();
    assert_eq!(offline.attrs("meta[name=user]", "content"), [me]);
    let words = offline.attrs("script[type=module]", "src");
    let phrases = world.get(&browser, &words[0]);
    assert!(phrases.header("cache-control").contains("immutable"));
    assert!(phrases.body.starts_with("globalThis.guanxiPhrases={") && phrases.body.contains("待同步"));
}
