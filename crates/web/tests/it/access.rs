//! The table of routes: nobody passes a row that does not let them.

use crate::world::{Browser, World};
use axum::http::StatusCode;
use guanxi_web::routes::{Access, table};

/// A path of the table with something in place of its variable parts.
pub fn filled(path: &str, world: &World) -> String {
    let object = "customer";
    path.replace("{object}", object)
        .replace("{id}", &world.records[object].to_string())
        .replace("{token}", "nothing")
        .replace("{name}", "contribution")
        .replace("{verb}", "transfer")
        .replace("{field}", "name")
        .replace("{file}", "1")
        .replace("{dictionary}", "grade")
        .replace("{role}", "admin")
        .replace("{user}", &world.people["admin"].to_string())
}

#[test]
fn every_route_but_the_public_ones_refuses_strangers() {
    let world = World::new();
    let stranger = Browser::default();
    for route in table().iter().filter(|route| route.access != Access::Public) {
        let path = filled(route.path, &world);
        if route.method == "GET" {
            let seen = world.get(&stranger, &path);
            assert_eq!(seen.status, StatusCode::SEE_OTHER, "GET {path}");
            assert!(seen.header("location").starts_with("/login"), "GET {path}");
            assert_eq!(world.part(&stranger, &path).status, StatusCode::UNAUTHORIZED, "part {path}");
        } else {
            assert_eq!(world.post(&stranger, &path, &[]).status, StatusCode::UNAUTHORIZED, "POST {path}");
            assert_eq!(world.send(&stranger, &path, &[], "").status, StatusCode::UNAUTHORIZED, "send {path}");
        }
    }
}

#[test]
fn settings_are_for_those_who_hold_them() {
    let world = World::new();
    let browser = world.signs_in("account_manager", "zh");
    let mut looked = 0;
    for route in table().iter().filter(|route| matches!(route.access, Access::Setting(_))) {
        let path = filled(route.path, &world);
        let seen =
            if route.method == "GET" { world.get(&browser, &path) } else { world.post(&browser, &path, &[]) };
        assert_eq!(seen.status, StatusCode::FORBIDDEN, "{} {path}", route.method);
        looked += 1;
    }
    assert!(looked > 0 || table().iter().all(|route| !route.path.starts_with("/settings/users")));
}

#[test]
fn an_object_that_a_role_does_not_have_says_so_and_whom_to_ask() {
    let world = World::new();
    let agent = world.signs_in("service_agent", "zh");
    let seen = world.get(&agent, "/opportunity");
    assert_eq!(seen.status, StatusCode::FORBIDDEN);
    assert!(seen.has(".empty.no-access"));
    assert!(seen.body.contains("系统管理员"), "it names someone who can help");
    assert_eq!(world.get(&agent, "/nothing_here").status, StatusCode::NOT_FOUND);
}

#[test]
fn a_change_needs_the_token_of_the_session_and_our_own_site() {
    let world = World::new();
    let browser = world.signs_in("account_manager", "zh");
    let form = [("label", "重点"), ("filter", "")];
    let none = world.post_as(&browser, "/customer/views", &form, &[]);
    assert_eq!(none.status, StatusCode::FORBIDDEN, "without the token");
    let wrong = world.post_as(&browser, "/customer/views", &form, &[("x-csrf-token", "x")]);
    assert_eq!(wrong.status, StatusCode::FORBIDDEN, "with a wrong token");
    let token = [("x-csrf-token", browser.csrf.as_str()), ("origin", "https://elsewhere.test")];
    assert_eq!(
        world.post_as(&browser, "/customer/views", &form, &token).status,
        StatusCode::FORBIDDEN,
        "from elsewhere"
    );
    let cross = [("x-csrf-token", browser.csrf.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(
        world.post_as(&browser, "/customer/views", &form, &cross).status,
        StatusCode::FORBIDDEN,
        "cross-site"
    );
    assert_eq!(
        world.post(&browser, "/customer/views", &form).status,
        StatusCode::SEE_OTHER,
        "as it should be"
    );
    let views = world.gate.views(
        &world.gate.ctx_of(world.people["account_manager"], guanxi_gate::Channel::Web).unwrap(),
        "customer",
    );
    assert_eq!(
        views.unwrap().iter().filter(|view| view.label == "重点").count(),
        1,
        "refused changes changed nothing"
    );
}

#[test]
fn every_answer_says_what_a_page_may_load() {
    let world = World::new();
    for path in ["/login", "/nothing", "/assets/none.js"] {
        let seen = world.get(&Browser::default(), path);
        let policy = seen.header("content-security-policy");
        assert!(
            policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"),
            "{path}: {policy}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(seen.header("x-content-type-options"), "nosniff");
    }
    let page = world.get(&Browser::default(), "/login");
    assert!(
        !page.body.contains(" style=\"") && !page.body.contains(" onclick="),
        "nothing inline but the theme line"
    );
    // The one inline script is exactly the one whose digest is allowed.
    use base64::Engine as _;
    use sha2::Digest as _;
    let line = page
        .html()
        .select(&scraper::Selector::parse("head > script:not([src])").unwrap())
        .next()
        .unwrap()
        .text()
        .collect::<String>();
    let digest = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(line.as_bytes()));
    assert!(page.header("content-security-policy").contains(&format!("'sha256-{digest}'")));
}
