//! The table of routes itself: nothing is open that should not be.

use crate::world::World;
use guanxi_api::{Access, ROUTES};

#[test]
fn strangers_get_401_from_everything_that_is_not_public() {
    let world = World::new();
    for route in ROUTES {
        let path = route.path.replace("{object}", "customer").replace("{id}", "1").replace("{part}", "lock");
        let path = path.replace("{field}", "name").replace("{report}", "churn");
        let answer = world.call("", &route.method.word().to_uppercase(), &path, &[], "");
        if route.access == Access::Public {
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            continue;
        }
        let problem = answer.expect(401);
        assert_eq!(problem["code"], "unauthenticated", "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        let wrong = world.call(
            "",
            &route.method.word().to_uppercase(),
            &path,
            &[("authorization", "Bearer gx_no")],
            "",
        );
        wrong.expect(401);
    }
}

#[test]
fn metadata_is_changed_only_by_those_with_the_right() {
    let world = World::new();
    for route in ROUTES.iter().filter(|route| matches!(route.access, Access::Setting(_))) {
        let path = route.path.replace("{object}", "customer").replace("{field}", "name");
        let answer = world.call("li", &route.method.word().to_uppercase(), &path, &[], "{}");
        assert_eq!(answer.expect(403)["code"], "forbidden", "{path}");
    }
}

#[test]
fn what_is_not_there_is_a_problem_document_too() {
    let world = World::new();
    assert_eq!(world.get("li", "/api/nowhere").expect(404)["code"], "not_found");
    assert_eq!(world.get("li", "/api/v1/a/b/c/d/e").expect(404)["code"], "not_found");
    assert_eq!(world.get("li", "/no_such_object").expect(404)["code"], "not_found");
    assert_eq!(world.call("li", "PUT", "/customer/1", &[], "").expect(405)["code"], "method");
}

#[test]
fn health_and_counters_need_nobody() {
    let world = World::new();
    assert_eq!(world.get("", "/healthz").expect(200)["status"], "alive");
    assert_eq!(world.get("", "/readyz").expect(200)["status"], "ready");
    world.get("li", "/customer").expect(200);
    world.get("", "/customer").expect(401);
    let counters = world.get("", "/metrics").text;
    let line = |status| {
        format!(
            "guanxi_requests_total{{method=\"GET\",route=\"/api/v1/{{object}}\",status=\"{status}\"}} 1\n"
        )
    };
    assert!(counters.contains(&line(200)) && counters.contains(&line(401)), "{counters}");
}

#[test]
fn a_session_needs_its_token_to_change_anything() {
    let world = World::new();
    let operator = world.gate.operator();
    let zhao = guanxi_gate::auth::NewUser {
        login: "zhao".to_owned(),
        name: "赵经理".to_owned(),
        roles: vec!["account_manager".to_owned()],
        password: Some("a long enough pass 1".to_owned()),
        ..Default::default()
    };
    world.gate.add_user(&operator, zhao).unwrap();
    let opened = world.gate.log_in("zhao", "a long enough pass 1", None, "tests").unwrap();
    let session = world.gate.session(&opened.token, guanxi_gate::Channel::Web, None).unwrap();
    let cookie = format!("gx_session={}", opened.token);
    let try_with = |headers: &[(&str, &str)]| {
        let mut all = vec![("cookie", cookie.as_str()), ("host", "crm.example")];
        all.extend(headers);
        world.call("", "POST", "/customer", &all, r#"{"name":"会话公司"}"#)
    };
    world.call("", "GET", "/customer", &[("cookie", &cookie)], "").expect(200);
    try_with(&[]).expect(403);
    try_with(&[("x-csrf-token", "guess")]).expect(403);
    let csrf = session.csrf.as_str();
    try_with(&[("x-csrf-token", csrf), ("origin", "https://evil.example")]).expect(403);
    try_with(&[("x-csrf-token", csrf), ("origin", "https://crm.example")]).expect(201);
}
