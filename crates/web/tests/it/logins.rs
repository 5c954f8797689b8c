//! Coming in and going out.

use crate::world::{Browser, PASSWORD, World};
use axum::http::StatusCode;
use guanxi_gate::{Channel, Clock, Gate, auth::NewUser};

#[test]
fn a_wrong_password_is_said_and_five_of_them_lock() {
    let world = World::new();
    let stranger = Browser { lang: "zh", ..Browser::default() };
    let blank = world.post(&stranger, "/login", &[("login", "admin"), ("password", "")]);
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..5 {
        let seen = world.post(&stranger, "/login", &[("login", "admin"), ("password", "wrong")]);
        assert_eq!(seen.status, StatusCode::UNAUTHORIZED);
        assert_eq!(seen.texts("[role=alert]").len(), 1);
        assert_eq!(seen.attrs("input[name=login]", "value"), ["admin"], "what was typed stays");
        assert!(seen.attrs("input[name=password]", "value").iter().all(String::is_empty));
    }
    let locked = world.post(&stranger, "/login", &[("login", "admin"), ("password", PASSWORD)]);
    assert_eq!(locked.status, StatusCode::TOO_MANY_REQUESTS, "even the right password must wait");
}

#[test]
fn the_log_in_page_has_the_companys_name_and_both_languages() {
    let world = World::new();
    let zh = world.get(&Browser { lang: "zh-CN,zh;q=0.9", ..Browser::default() }, "/login");
    assert_eq!(zh.texts("h1"), ["登录"]);
    assert!(zh.texts(".brand").join(" ").contains("明德教育集团"));
    assert_eq!(zh.attrs("html", "lang"), ["zh-CN"]);
    let en = world.get(&Browser { lang: "en-GB", ..Browser::default() }, "/login");
    assert_eq!(en.texts("h1"), ["Log in"]);
    let chosen = world.get(&Browser { lang: "zh", ..Browser::default() }, "/login?lang=en");
    assert_eq!(chosen.attrs("html", "lang"), ["en"]);
}

#[test]
fn a_log_in_leads_on_inside_our_site_only() {
    let world = World::new();
    let browser = Browser::default();
    let to = |next: &str| {
        let form = [("login", "admin"), ("password", PASSWORD), ("next", next)];
        world.post(&browser, "/login", &form).header("location").to_owned()
    };
    assert_eq!(to("/customer?view=mine"), "/customer?view=mine");
    assert_eq!(to("//evil.test/"), "/");
    assert_eq!(to("https://evil.test/"), "/");
    assert_eq!(to("/\\evil.test"), "/");
}

#[test]
fn logging_out_ends_the_session() {
    let world = World::new();
    let browser = world.signs_in("admin", "zh");
    assert_eq!(world.get(&browser, "/").status, StatusCode::OK);
    let out = world.post(&browser, "/logout", &[]);
    assert_eq!(out.header("location"), "/login");
    assert!(out.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(world.get(&browser, "/").status, StatusCode::SEE_OTHER, "the old cookie opens nothing");
}

#[test]
fn a_first_password_is_changed_before_anything_else() {
    let world = World::new();
    let user = NewUser {
        login: "new".to_owned(),
        name: "新人".to_owned(),
        roles: vec!["account_manager".to_owned()],
        password: Some(PASSWORD.to_owned()),
        ..NewUser::default()
    };
    let (id, _) = world.gate.add_user(&world.gate.operator(), user).unwrap();
    world.gate.set_password(&world.gate.operator(), id, PASSWORD, true).unwrap();
    let browser = Browser::default();
    let seen = world.post(&browser, "/login", &[("login", "new"), ("password", PASSWORD)]);
    assert_eq!(seen.header("location"), "/password");
    let mut browser =
        Browser { cookie: Some(seen.header("set-cookie").split(';').next().unwrap().to_owned()), ..browser };
    assert_eq!(world.get(&browser, "/customer").header("location"), "/password");
    let form = world.get(&browser, "/password");
    browser.csrf = form.attrs("input[name=csrf]", "value").remove(0);
    let other = world.post(
        &browser,
        "/password",
        &[("old", PASSWORD), ("new", "another pass 77"), ("again", "different")],
    );
    assert_eq!(other.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = world.post(
        &browser,
        "/password",
        &[("old", PASSWORD), ("new", "another pass 77"), ("again", "another pass 77")],
    );
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(world.get(&browser, "/customer").status, StatusCode::OK);
}

#[test]
fn an_invitation_works_once() {
    let world = World::new();
    let user = NewUser {
        login: "guest".to_owned(),
        name: "受邀人".to_owned(),
        roles: vec!["executive".to_owned()],
        ..NewUser::default()
    };
    let (id, _) = world.gate.add_user(&world.gate.operator(), user).unwrap();
    let token = world.gate.link_token(&world.gate.operator(), id).unwrap();
    let browser = Browser { lang: "zh", ..Browser::default() };
    let path = format!("/invite/{token}");
    assert!(world.get(&browser, &path).body.contains("受邀人"));
    let done = world.post(&browser, &path, &[("password", PASSWORD), ("again", PASSWORD)]);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(done.header("set-cookie").starts_with("gx_session="));
    let again = world.get(&browser, &path);
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.body.contains("链接已失效"));
}

#[test]
fn the_first_run_makes_the_administrator_and_then_never_again() {
    let gate =
        Gate::for_test(guanxi_crm::domain(), Clock::fixed("2026-06-15T02:00:00Z".parse().unwrap()), false)
            .unwrap();
    let world = World {
        router: guanxi_web::router(guanxi_web::App::new(gate.clone())),
        gate,
        people: Default::default(),
        records: Default::default(),
    };
    let browser = Browser { lang: "zh", ..Browser::default() };
    assert_eq!(world.get(&browser, "/login").header("location"), "/setup");
    let form =
        [("company", "明德"), ("name", "王"), ("login", "root"), ("password", PASSWORD), ("again", "else")];
    assert_eq!(world.post(&browser, "/setup", &form).status, StatusCode::UNPROCESSABLE_ENTITY);
    let form =
        [("company", "明德"), ("name", "王"), ("login", "root"), ("password", PASSWORD), ("again", PASSWORD)];
    let done = world.post(&browser, "/setup", &form);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert!(done.header("set-cookie").starts_with("gx_session="));
    assert_eq!(world.get(&browser, "/setup").header("location"), "/login");
    assert_eq!(world.gate.setting("company").unwrap().as_deref(), Some("明德"));
    let again = world.post(&browser, "/setup", &form);
    assert_ne!(again.status, StatusCode::SEE_OTHER, "there is one already");
    assert!(world.gate.log_in("root", PASSWORD, None, "").is_ok());
    let _ = Channel::Web;
}
