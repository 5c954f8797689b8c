//! Settings, search, palette, messages and reports.

use crate::world::World;
use axum::http::StatusCode;

#[test]
fn an_object_and_a_field_are_usable_at_once() {
    let world = World::new();
    let admin = world.signs_in("admin", "zh");
    let bad = world.send(
        &admin,
        "/settings/objects",
        &[("name", "Bad Name"), ("label_zh", "门店")],
        "/settings/objects",
    );
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = world.send(
        &admin,
        "/settings/objects",
        &[("name", "store"), ("label_zh", "门店"), ("label_en", "Store")],
        "/settings/objects",
    );
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    assert_eq!(made.header("hx-location"), "/settings/objects/store");
    let field = [
        ("name", "area"),
        ("label_zh", "面积"),
        ("label_en", "Area"),
        ("kind", "number"),
        ("scale", "1"),
        ("required", "true"),
    ];
    let added = world.send(&admin, "/settings/objects/store/fields", &field, "/settings/objects/store");
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    let choice = [
        ("name", "format"),
        ("label_zh", "业态"),
        ("kind", "choice"),
        ("options", "mall = 商场 / Mall\nstreet = 街边 / Street"),
    ];
    assert_eq!(world.send(&admin, "/settings/objects/store/fields", &choice, "").status, StatusCode::OK);
    let page = world.get(&admin, "/settings/objects/store");
    assert!(page.body.contains("面积") && page.body.contains("业态"));
    let form = world.get(&admin, "/store/new");
    assert_eq!(form.status, StatusCode::OK, "{}", form.texts("main").join(" "));
    assert!(form.has("#in-area") && form.has("#in-format option[value=mall]"));
    let off =
        world.send(&admin, "/settings/objects/store/fields/area/deactivate", &[], "/settings/objects/store");
    assert_eq!(off.status, StatusCode::OK);
    assert!(!world.get(&admin, "/store/new").has("#in-area"));
}

#[test]
fn a_colleague_is_invited_by_a_link_that_is_shown_once() {
    let world = World::new();
    let admin = world.signs_in("admin", "zh");
    let blank = world.send(&admin, "/settings/users", &[("name", ""), ("login", "")], "/settings/users");
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let form = [("name", "吴若曦"), ("login", "wu"), ("roles", "account_manager")];
    let made = world.send(&admin, "/settings/users", &form, "/settings/users");
    let link = made.attrs("input[readonly]", "value").pop().expect("the link is shown");
    assert!(link.contains("/invite/"), "{link}");
    assert!(world.get(&admin, "/settings/users").body.contains("吴若曦"));
    let path = link.split("crm.test").last().unwrap();
    assert_eq!(world.get(&crate::world::Browser::default(), path).status, StatusCode::OK);
    let own = world.people["admin"];
    let refused = world.send(&admin, &format!("/settings/users/{own}/disable"), &[], "/settings/users");
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "nobody locks themselves out");
}

#[test]
fn a_locked_entry_stays_and_a_new_one_is_offered() {
    let world = World::new();
    let admin = world.signs_in("admin", "zh");
    let page = world.get(&admin, "/settings/dictionaries/grade");
    assert!(page.has(".lock"), "locked entries are marked");
    let locked = world.send(&admin, "/settings/dictionaries/grade/deactivate?value=ordinary", &[], "");
    assert_eq!(locked.status, StatusCode::UNPROCESSABLE_ENTITY);
    let added = world.send(
        &admin,
        "/settings/dictionaries/grade/edit",
        &[("label_zh", "钻石客户"), ("label_en", "Diamond"), ("hue", "285")],
        "",
    );
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    let manager = world.signs_in("account_manager", "zh");
    assert!(world.get(&manager, "/customer/new").body.contains("钻石客户"));
}

#[test]
fn entries_stand_everywhere_in_the_order_that_the_site_gave_them() {
    let world = World::new();
    let admin = world.signs_in("admin", "zh");
    let manager = world.signs_in("account_manager", "zh");
    let post = |path: &str| {
        let seen = world.send(&admin, path, &[], "");
        assert_eq!(seen.status, StatusCode::OK, "{path}: {}", seen.body);
        seen
    };
    let page = world.get(&admin, "/settings/dictionaries/grade");
    let before = page.attrs(".movers[data-value]", "data-value");
    assert_eq!(before[..3], ["ordinary", "key_development", "major"]);
    // The button under an entry moves it by a step; the toast takes that back.
    let up = page.attrs("#chevron-up-major", "data-post").pop().unwrap();
    let moved = post(&up);
    assert!(moved.toast().contains("order?values=ordinary"), "{}", moved.toast());
    let grades = |seen: &crate::world::Seen| {
        let mut grades = seen.attrs("select[name=grade] option", "value");
        grades.retain(|value| !value.is_empty());
        grades
    };
    let form = world.get(&manager, "/customer/new");
    assert_eq!(grades(&form)[..3], ["ordinary", "major", "key_development"]);
    post("/settings/dictionaries/grade/order?values=key_development,ordinary");
    let form = world.get(&manager, "/customer/new");
    assert_eq!(
        grades(&form)[..3],
        ["key_development", "ordinary", "major"],
        "the others follow as they stood"
    );
    let report = world.get(&manager, "/report/composition?by=grade");
    let rows = report.texts("main table tbody tr");
    assert!(rows[0].contains("重点开发客户") && rows[1].contains("普通客户"), "{rows:?}");

    post("/settings/dictionaries/task.status/order?values=doing,todo");
    let columns = world.get(&manager, "/task?view=all&layout=board").attrs(".column", "data-value");
    assert_eq!(columns[..2], ["doing", "todo"]);

    // A verb asks with the entries that the site has now.
    let reason = [("label_zh", "预算被砍"), ("label_en", "Budget cut"), ("value", "budget_cut")];
    let added = world.send(&admin, "/settings/dictionaries/opportunity_loss_reason/edit", &reason, "");
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    post("/settings/dictionaries/opportunity_loss_reason/order?values=budget_cut");
    let deal = world.records["opportunity"];
    let lose = world.part(&manager, &format!("/opportunity/{deal}/lose"));
    let offered: Vec<_> = lose.attrs("[name=reason][value], select[name=reason] option", "value");
    assert_eq!(
        offered.iter().find(|value| !value.is_empty()).map(String::as_str),
        Some("budget_cut"),
        "{offered:?}"
    );
}

#[test]
fn a_copied_role_is_changed_in_the_matrix() {
    let world = World::new();
    let admin = world.signs_in("admin", "zh");
    let copied = world.send(
        &admin,
        "/settings/roles/service_agent/copy",
        &[("name", "auditor"), ("label_zh", "稽核")],
        "",
    );
    assert_eq!(copied.status, StatusCode::OK, "{}", copied.body);
    let form = [("action.read", "all"), ("field.phone", "masked")];
    let saved = world.send(&admin, "/settings/roles/auditor/grants/customer", &form, "");
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let role = world.gate.registry().role("auditor").cloned().unwrap();
    assert!(role.grants.iter().any(|grant| grant.covers("customer", "read")));
    assert!(!role.grants.iter().any(|grant| grant.covers("customer", "edit")));
    assert!(
        role.grants.iter().any(|grant| grant.covers("service_request", "handle")),
        "other objects keep their rights"
    );
    assert!(world.get(&admin, "/settings/roles/auditor").body.contains("脱敏"));
}

#[test]
fn saving_rights_as_they_are_shown_changes_none_of_them() {
    let world = World::new();
    let admin = world.signs_in("admin", "zh");
    let form: Vec<(String, &str)> = ["create", "edit", "report", "lock", "unlock"]
        .iter()
        .map(|action| (format!("action.{action}"), "own"))
        .chain([("action.read".to_owned(), "department")])
        .chain(
            ["phone", "email", "wechat", "fax", "bank_account"]
                .map(|field| (format!("field.{field}"), "masked")),
        )
        .collect();
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let saved = world.send(&admin, "/settings/roles/account_manager/grants/customer", &form, "");
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let role = world.gate.registry().role("account_manager").cloned().unwrap();
    let level = |scope: guanxi_model::Scope| {
        let grants =
            role.grants.iter().filter(|grant| grant.scope == scope && grant.covers("customer", "read"));
        grants.map(|grant| grant.level("phone")).max()
    };
    assert_eq!(level(guanxi_model::Scope::Own), Some(guanxi_model::FieldLevel::Edit), "their own in clear");
    assert_eq!(level(guanxi_model::Scope::Department), Some(guanxi_model::FieldLevel::Masked));
}

#[test]
fn a_key_is_shown_once_and_can_be_revoked() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "en");
    let none = world.send(&manager, "/settings/me/keys", &[("name", " ")], "/settings/me");
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let made = world.send(&manager, "/settings/me/keys", &[("name", "sync")], "/settings/me");
    let key = made.attrs("input[readonly]", "value").pop().unwrap();
    assert!(key.starts_with("gx_"), "{key}");
    let page = world.get(&manager, "/settings/me");
    assert!(!page.body.contains(&key) && page.body.contains("sync"));
    let revoke = page.attrs("[data-post$='/revoke']", "data-post").pop().unwrap();
    assert_eq!(world.send(&manager, &revoke, &[], "/settings/me").status, StatusCode::OK);
    assert!(!world.get(&manager, "/settings/me").has("[data-post$='/revoke']"));
}

#[test]
fn search_and_palette_find_by_pinyin_and_show_only_what_one_may_see() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let palette = world.get(&manager, "/palette?q=yfzn");
    let groups: serde_json::Value = serde_json::from_str(&palette.body).unwrap();
    assert_eq!(groups[0]["items"][0]["label"], "上海云帆智能制造", "{}", palette.body);
    let actions: serde_json::Value =
        serde_json::from_str(&world.get(&manager, "/palette?q=%3E").body).unwrap();
    assert!(actions[0]["items"].as_array().unwrap().iter().any(|item| item["url"] == "/customer/new"));
    let found = world.get(&manager, "/search?q=%E4%BA%91%E5%B8%86");
    assert!(found.has("mark"), "what matched is marked");
    assert!(world.get(&manager, "/search?q=zzzzqqq").has(".empty.no-match"));
    let admin = world.signs_in("admin", "zh");
    assert!(!world.get(&admin, "/search?q=%E4%BA%91%E5%B8%86").body.contains("上海云帆智能制造"));
}

#[test]
fn a_report_is_a_table_a_chart_and_a_file() {
    let world = World::new();
    let executive = world.signs_in("executive", "zh");
    assert!(world.get(&executive, "/reports").has("a[href='/report/contribution']"));
    let table = world.get(&executive, "/report/contribution");
    assert_eq!(table.status, StatusCode::OK, "{}", table.texts("main").join(" "));
    assert!(table.texts(".report-table tbody th").len() >= 3, "{:?}", table.texts(".report"));
    assert!(table.has(".report-table tfoot"), "totals stand under the columns");
    assert!(
        table
            .attrs(".report-table tbody td a", "href")
            .iter()
            .any(|href| href.starts_with("/order?view=all&filter="))
    );
    let drill = table.attrs(".report-table tbody td a", "href").pop().unwrap();
    let list = world.get(&executive, &drill);
    assert_eq!(list.status, StatusCode::OK);
    assert!(list.has("tbody tr[data-id]"), "the records behind a number are listed");
    assert!(world.get(&executive, "/report/contribution?look=pie").has("chart-card"));
    assert!(world.get(&executive, "/report/contribution/csv").body.contains("上海云帆智能制造"));
    assert_eq!(&world.get(&executive, "/report/contribution/xlsx").body[..2], "PK");
    let agent = world.signs_in("service_agent", "zh");
    assert_eq!(world.get(&agent, "/report/contribution").status, StatusCode::FORBIDDEN);
}

#[test]
fn messages_are_read_one_by_one_or_all_at_once() {
    let world = World::new();
    let boss = world.signs_in("sales_manager", "zh");
    let customer = world.records["customer"];
    let to = world.people["executive"].to_string();
    assert_eq!(
        world.send(&boss, &format!("/customer/{customer}/transfer"), &[("to", &to)], "").status,
        StatusCode::OK
    );
    let executive = world.signs_in("executive", "zh");
    let page = world.get(&executive, "/notices");
    assert_eq!(page.texts(".notice-line.unread").len(), 1);
    let open = page.attrs(".notice-line a", "href").pop().unwrap();
    assert_eq!(world.get(&executive, &open).header("location"), format!("/customer/{customer}"));
    assert!(!world.get(&executive, "/notices").has(".notice-line.unread"), "opening it reads it");
    assert_eq!(world.send(&executive, "/notices/read", &[], "/notices").status, StatusCode::OK);
}
