//! Record pages, forms and verbs, as people use them.

use crate::world::World;
use axum::http::StatusCode;
use guanxi_gate::Channel;
use guanxi_model::{Query, expr::Expr};

fn page(world: &World, object: &str) -> String {
    format!("/{object}/{}", world.records[object])
}

#[test]
fn a_record_shows_its_facts_fields_timeline_and_what_belongs_to_it() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let seen = world.get(&manager, &page(&world, "customer"));
    assert_eq!(seen.status, StatusCode::OK);
    assert!(seen.texts(".hero h1").join(" ").contains("上海云帆智能制造"));
    assert!(seen.texts(".facts dt").contains(&"负责人".to_owned()), "{:?}", seen.texts(".facts dt"));
    assert!(seen.has("dd#f-phone[data-edit=phone]"), "a field is edited where it stands");
    assert!(seen.has("record-composer form"), "follow-ups can be written");
    assert!(seen.has("#timeline"), "what happened is told");
    assert!(seen.texts(".related h3").iter().any(|title| title.contains("订单")), "orders stand beside it");
    assert!(seen.has("script#fields-customer"), "editors know the fields");
}

#[test]
fn a_walk_follows_the_list_that_the_record_was_opened_from() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let url = format!("{}?from=view%3Dall%26sort%3Dname", page(&world, "customer"));
    let seen = world.get(&manager, &url);
    let walk = seen.texts(".bar .step span").join(" ");
    assert!(walk.contains("/ 3"), "{walk}");
    let steps = seen.attrs(".bar .step a", "href");
    assert!(!steps.is_empty() && steps.iter().all(|href| href.contains("from=view%3Dall")), "{steps:?}");
}

#[test]
fn a_field_is_saved_where_it_stands_and_a_conflict_shows_both_values() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let customer = page(&world, "customer");
    let version = world.get(&manager, &customer).attrs("#record", "data-version").pop().unwrap();
    let url = format!("{customer}/field/wechat");
    let saved =
        world.send(&manager, &url, &[("value", "yunfan"), ("version", &version), ("as", "field")], &customer);
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    assert!(saved.body.contains("yunfan") && saved.body.contains("id=\"f-wechat\""));
    assert_ne!(saved.header("x-version"), version);

    let stale =
        world.send(&manager, &url, &[("value", "other"), ("version", &version), ("as", "field")], &customer);
    assert_eq!(stale.status, StatusCode::CONFLICT);
    assert!(
        stale.has("#dialog-title") && stale.body.contains("yunfan") && stale.body.contains("other"),
        "{}",
        stale.body
    );
    assert!(stale.body.contains("李经理"), "it says who changed it");

    // Another field than the one that was changed meanwhile is saved, and the reader hears of the other change.
    let other = world.send(
        &manager,
        &format!("{customer}/field/email"),
        &[("value", "yun@fan.cn"), ("version", &version), ("as", "field")],
        &customer,
    );
    assert_eq!(other.status, StatusCode::OK, "{}", other.body);
    assert!(other.toast().contains("微信"), "{}", other.toast());
    let page = world.get(&manager, &customer).texts("#record").join(" ");
    assert!(page.contains("yunfan") && page.contains("yun@fan.cn"), "{page}");

    let bad = world.send(
        &manager,
        &format!("{customer}/field/phone"),
        &[("value", "12"), ("as", "cell")],
        &customer,
    );
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!bad.body.trim().is_empty(), "the sentence stands beside the field");

    let cell = world.send(&manager, &url, &[("value", "yunfan2"), ("as", "cell")], "/customer");
    assert_eq!(cell.status, StatusCode::OK);
    assert!(
        cell.body.contains("data-field=\"wechat\"") && cell.body.contains("<tr"),
        "a list takes its cells: {}",
        cell.body
    );
}

#[test]
fn an_editor_comes_for_kinds_that_the_browser_does_not_build() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let customer = page(&world, "customer");
    for (field, what) in [("tags", "combo-box"), ("region", "region-field"), ("note", "textarea")] {
        let seen = world.part(&manager, &format!("{customer}/field/{field}"));
        assert_eq!(seen.status, StatusCode::OK, "{field}");
        assert!(seen.has(&format!("form.cell-editor {what}")), "{field}: {}", seen.body);
    }
    let cleared = world.send(&manager, &format!("{customer}/field/tags"), &[("as", "field")], &customer);
    assert_eq!(cleared.status, StatusCode::OK);
    assert_eq!(cleared.texts("#f-tags"), ["添加…"], "no value at all empties a list");
}

#[test]
fn a_form_says_all_that_is_wrong_at_once_and_keeps_what_was_typed() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let form = [
        ("shown", "name,kind,phone,email"),
        ("name", ""),
        ("kind", "company"),
        ("phone", "12"),
        ("email", "nobody"),
    ];
    let seen = world.post(&manager, "/customer/new", &form);
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
    let problems = seen.texts("#problems li");
    assert!(problems.len() >= 3, "{problems:?}");
    assert!(seen.has("#in-phone[aria-invalid=true]"));
    assert_eq!(seen.attrs("#in-email", "value"), ["nobody"]);

    let dialog = world.send(&manager, "/customer/new", &form, "/customer");
    assert_eq!(dialog.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(dialog.has("form[data-dialog-form] #problems"), "a dialog comes back as a dialog");
}

#[test]
fn two_people_edit_one_record_and_nothing_of_either_is_lost() {
    let world = World::new();
    let an = world.signs_in("account_manager", "zh");
    let manager = world.signs_in("sales_manager", "zh");
    let customer = page(&world, "customer");
    let edit = format!("{customer}/edit");
    let form = |browser| {
        let seen = world.get(browser, &edit);
        seen.attrs("input[name=version]", "value").pop().unwrap()
    };
    let base =
        [("shown", "name,wechat,email,postcode"), ("name", "上海云帆智能制造"), ("postcode", "200000")];
    let with = |version: &str, more: &[(&'static str, &'static str)]| {
        let mut pairs = base.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        for (name, value) in more {
            pairs.retain(|(known, _)| known != name);
            pairs.push(((*name).to_owned(), (*value).to_owned()));
        }
        pairs.push(("version".to_owned(), version.to_owned()));
        pairs
    };
    let post = |browser, pairs: &[(String, String)]| {
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        world.post(browser, &edit, &pairs)
    };
    assert_eq!(post(&an, &with(&form(&an), &[])).status, StatusCode::SEE_OTHER);
    let seen = form(&manager);

    // The account manager changes the postcode and the chat name while the manager's form is open.
    let theirs = with(&seen, &[("postcode", "310000"), ("wechat", "an-fan")]);
    assert_eq!(post(&an, &theirs).status, StatusCode::SEE_OTHER);
    let mine = with(&seen, &[("wechat", "manager-fan"), ("email", "m@fan.cn")]);
    let conflict = post(&manager, &mine);
    assert_eq!(conflict.status, StatusCode::CONFLICT);
    assert_eq!(conflict.attrs("input[type=radio][name^='keep.']", "name"), ["keep.wechat", "keep.wechat"]);
    let tables = conflict.texts(".diff").join(" ");
    for words in ["an-fan", "manager-fan", "200000", "310000"] {
        assert!(tables.contains(words), "{words} in {tables}");
    }
    assert!(!tables.contains("m@fan.cn"), "what only the manager changed is no question");
    assert_eq!(conflict.attrs("#in-postcode", "value"), ["310000"], "the other's postcode is taken over");
    assert_eq!(conflict.attrs("#in-email", "value"), ["m@fan.cn"]);
    assert_eq!(conflict.attrs("#in-wechat", "value"), ["manager-fan"]);

    let version = conflict.attrs("input[name=version]", "value").pop().unwrap();
    let answer = with(
        &version,
        &[
            ("postcode", "310000"),
            ("wechat", "manager-fan"),
            ("email", "m@fan.cn"),
            ("keep.wechat", "theirs"),
        ],
    );
    assert_eq!(post(&manager, &answer).status, StatusCode::SEE_OTHER);
    let page = world.get(&manager, &customer).texts("#record").join(" ");
    for words in ["an-fan", "310000", "m@fan.cn"] {
        assert!(page.contains(words), "{words} in {page}");
    }
    assert!(!page.contains("manager-fan"));
}

#[test]
fn a_likely_duplicate_is_shown_and_made_only_when_insisted() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let form = [("shown", "name,kind"), ("name", "上海云帆智能制造"), ("kind", "company")];
    let typed = world.send(&manager, "/customer/duplicates", &form, "/customer/new");
    assert_eq!(typed.status, StatusCode::OK);
    assert!(typed.body.contains("上海云帆智能制造") && typed.body.contains("李经理"), "{}", typed.body);
    let seen = world.post(&manager, "/customer/new", &form);
    assert_eq!(seen.status, StatusCode::CONFLICT);
    assert!(seen.has("button[name=anyway]"));
    let mut again = form.to_vec();
    again.push(("anyway", "1"));
    let made = world.post(&manager, "/customer/new", &again);
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    assert_eq!(world.get(&manager, made.header("location")).status, StatusCode::OK);
}

#[test]
fn conditions_of_the_document_show_and_hide_fields() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let company =
        world.send(&manager, "/customer/form", &[("kind", "company"), ("in", "page")], "/customer/new");
    let person =
        world.send(&manager, "/customer/form", &[("kind", "person"), ("in", "page")], "/customer/new");
    assert!(company.has("#in-credit_code") && !person.has("#in-credit_code"));
    assert!(person.has("[name=birthday]") && !company.has("[name=birthday]"));
}

#[test]
fn an_order_and_its_lines_are_made_together_or_not_at_all() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let customer = world.records["customer"].to_string();
    let base = [
        ("shown", "customer,ordered_on,status,total"),
        ("customer", customer.as_str()),
        ("ordered_on", "2026-06-15"),
        ("status", "created"),
        ("total", "0"),
        ("lines", "1"),
    ];
    let count = || {
        let ctx = world.gate.ctx_of(world.people["account_manager"], Channel::Web).unwrap();
        world.gate.count(&ctx, &Query::of("order")).unwrap()
    };
    let before = count();
    let mut bad = base.to_vec();
    bad.extend([
        ("line.0.name", "服务费"),
        ("line.0.quantity", "2"),
        ("line.0.unit_price", "100"),
        ("line.1.name", "培训"),
        ("line.1.quantity", "many"),
    ]);
    let seen = world.post(&manager, "/order/new", &bad);
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", seen.body);
    assert_eq!(count(), before, "the order is not left behind without its lines");
    assert!(
        seen.texts("#problems li").join(" ").contains('2'),
        "it says which line: {:?}",
        seen.texts("#problems li")
    );

    let mut good = base.to_vec();
    good.extend([
        ("line.0.name", "服务费"),
        ("line.0.quantity", "2"),
        ("line.0.unit_price", "100"),
        ("line.3.name", "培训"),
        ("line.3.quantity", "1"),
        ("line.3.unit_price", "50.50"),
    ]);
    let made = world.post(&manager, "/order/new", &good);
    assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
    let id = made.header("location").rsplit('/').next().unwrap().parse().unwrap();
    let ctx = world.gate.ctx_of(world.people["account_manager"], Channel::Web).unwrap();
    let lines =
        world.gate.list(&ctx, &Query::of("order_line").filter(Expr::eq("order", Expr::Id(id)))).unwrap();
    assert_eq!(lines.rows.len(), 2);
    let added = world.send(
        &manager,
        "/order/form",
        &[("in", "page"), ("line.0.quantity", "2"), ("line.0.unit_price", "3"), ("add_line", "1")],
        "/order/new",
    );
    assert_eq!(added.texts(".lines tbody tr").len(), 2, "a line is added");
    assert!(
        added.texts(".lines tfoot").join(" ").contains("¥6"),
        "the sum is shown: {:?}",
        added.texts(".lines tfoot")
    );
}

#[test]
fn verbs_ask_what_they_need_and_say_why_they_cannot() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let deal = page(&world, "opportunity");
    let seen = world.get(&manager, &deal);
    assert!(seen.has(&format!("[data-dialog='{deal}/win']")), "winning is offered");
    assert!(seen.has(".path li"), "the path is drawn");
    let asked = world.part(&manager, &format!("{deal}/lose"));
    assert_eq!(asked.status, StatusCode::OK);
    assert!(asked.has("form[data-dialog-form] [name=reason]"));
    let missing =
        world.send(&manager, &format!("{deal}/lose"), &[("dialog", "1"), ("shown", "reason,note")], &deal);
    assert_eq!(missing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(missing.has("#in-reason-error"), "{}", missing.body);
    let early = world.send(&manager, &format!("{deal}/archive"), &[], &deal);
    assert!(matches!(early.status, StatusCode::UNPROCESSABLE_ENTITY | StatusCode::FORBIDDEN));
    assert!(early.toast().contains("归档") || early.toast().contains("状态"), "{}", early.toast());
    let reason =
        asked.attrs("[name=reason] option", "value").into_iter().find(|value| !value.is_empty()).unwrap();
    let lost = world.send(
        &manager,
        &format!("{deal}/lose"),
        &[("dialog", "1"), ("shown", "reason,note"), ("reason", &reason)],
        &deal,
    );
    assert_eq!(lost.status, StatusCode::OK, "{}", lost.body);
    assert!(lost.toast().contains("输单"), "{}", lost.toast());
    assert!(
        world.get(&manager, &deal).texts("#timeline").join(" ").contains("输单"),
        "the timeline tells it"
    );
}

#[test]
fn a_follow_up_and_a_task_are_written_from_the_record() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let customer = page(&world, "customer");
    let done = world.post(
        &manager,
        &format!("{customer}/compose"),
        &[("kind", "visit"), ("text", "现场看了产线，下周给报价"), ("with.next", "2026-06-20 10:00")],
    );
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let seen = world.get(&manager, &customer);
    assert!(
        seen.texts("#timeline .card.body").join(" ").contains("现场看了产线"),
        "{:?}",
        seen.texts("#timeline")
    );
    let only = world.get(&manager, &format!("{customer}?show=changes"));
    assert!(!only.texts("#timeline").join(" ").contains("现场看了产线"), "the filter leaves follow-ups out");
    let task =
        world.post(&manager, &format!("{customer}/compose"), &[("kind", "task"), ("text", "寄样品\n两份")]);
    assert_eq!(task.status, StatusCode::SEE_OTHER);
    let blank =
        world.send(&manager, &format!("{customer}/compose"), &[("kind", "call"), ("text", " ")], &customer);
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(blank.header("hx-reswap"), "none", "the page with the draft stays");
}

#[test]
fn a_follow_up_is_answered_mended_and_deleted_where_it_stands() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let customer = page(&world, "customer");
    let form = [
        ("kind", "visit"),
        ("text", "看了样机 @周客服"),
        ("with.place", "张江"),
        ("with.communication", "opinion"),
    ];
    let done = world.post(&manager, &format!("{customer}/compose"), &form);
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    let seen = world.get(&manager, &customer);
    let card = seen.texts("#timeline .card.body").join(" ");
    assert!(card.contains("张江") && card.contains("意见沟通"), "{card}");
    assert!(seen.has("record-composer[data-phrases]") && seen.has("[data-next]") && seen.has("upload-field"));
    let action =
        seen.attrs("#timeline form", "action").into_iter().find(|a| a.ends_with("/comment")).unwrap();
    let said = world.post(&manager, &action, &[("content", "已约下周"), ("back", &customer)]);
    assert_eq!((said.status, said.header("location")), (StatusCode::SEE_OTHER, customer.as_str()));
    let seen = world.get(&manager, &customer);
    assert!(
        seen.texts("#timeline .said").join(" ").contains("已约下周"),
        "{:?}",
        seen.texts("#timeline .talk")
    );
    let blank = world.send(&manager, &action, &[("content", " ")], &customer);
    assert_eq!((blank.status, blank.header("hx-reswap")), (StatusCode::UNPROCESSABLE_ENTITY, "none"));
    let delete = seen.attrs("#timeline .card.body .base button", "data-post").pop().unwrap();
    let gone = world.send(&manager, &delete, &[], &customer);
    assert_eq!(gone.status, StatusCode::OK, "{}", gone.body);
    assert!(gone.toast().contains("restore"), "it can be undone: {}", gone.toast());
    assert!(!world.get(&manager, &customer).texts("#timeline").join(" ").contains("看了样机"));
}

#[test]
fn phrases_come_after_a_slash_and_to_dos_in_three_states() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let form = [("title", "未接"), ("content", "电话未接，改日再联系")];
    assert_eq!(world.post(&manager, "/quick_phrase/new", &form).status, StatusCode::SEE_OTHER);
    let found = world.get(&manager, "/quick-phrases?q=");
    assert!(found.body.contains("电话未接，改日再联系"), "{}", found.body);
    let todo = world.get(&manager, "/todo?counter=contact&state=done");
    assert_eq!(todo.status, StatusCode::OK);
    let states = todo.texts(".seg a").join(" ");
    assert!(states.contains("今日") && states.contains("已逾期") && states.contains("已处理"), "{states}");
    assert_eq!(world.get(&manager, "/calendar?span=agenda").status, StatusCode::OK);
    let ics = world.get(&manager, "/calendar.ics");
    assert!(ics.body.starts_with("BEGIN:VCALENDAR\r\n"), "{}", ics.body);
}

#[test]
fn whoever_sees_a_mask_does_not_get_the_value_by_editing() {
    let world = World::new();
    let executive = world.signs_in("executive", "zh");
    let customer = page(&world, "customer");
    let seen = world.get(&executive, &customer);
    assert_eq!(seen.status, StatusCode::OK);
    assert!(
        !seen.body.contains("13800001020") && !seen.body.contains("138 0000 1020"),
        "the phone is masked everywhere"
    );
    assert!(seen.texts("#f-phone").join("").contains("****"));
    assert!(!seen.has("dd#f-phone[data-edit]"));
    assert_eq!(world.part(&executive, &format!("{customer}/field/phone")).status, StatusCode::FORBIDDEN);
    // Whoever may look behind the mask says why, and the audit keeps it; whoever may not is refused.
    let asked = world.part(&executive, &format!("{customer}/reveal/phone"));
    if asked.status == StatusCode::OK {
        let none = world.send(&executive, &format!("{customer}/reveal/phone"), &[("reason", " ")], &customer);
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        let shown = world.send(
            &executive,
            &format!("{customer}/reveal/phone"),
            &[("reason", "客户来电核实")],
            &customer,
        );
        assert!(shown.body.contains("138 0000 1020"), "{}", shown.body);
    } else {
        assert_eq!(asked.status, StatusCode::FORBIDDEN);
    }
    let peek = world.part(&executive, &format!("{customer}/peek"));
    assert!(peek.has("#drawer-title") && !peek.body.contains("138 0000 1020"));
}

#[test]
fn a_deleted_record_can_be_brought_back_from_its_page() {
    let world = World::new();
    let boss = world.signs_in("sales_manager", "zh");
    let contact = page(&world, "contact");
    let gone = world.send(&boss, &format!("{contact}/delete"), &[], &contact);
    assert_eq!(gone.status, StatusCode::OK, "{} {}", gone.body, gone.toast());
    assert_eq!(gone.header("hx-location"), "/contact");
    assert!(gone.toast().contains("/restore"), "{}", gone.toast());
    let bin = world.get(&boss, &contact);
    assert_eq!(bin.status, StatusCode::OK);
    assert!(bin.has(&format!("[data-post='{contact}/restore']")));
    assert!(world.get(&boss, "/settings/trash?object=contact").body.contains("张雅婷"));
    assert_eq!(world.send(&boss, &format!("{contact}/restore"), &[], &contact).status, StatusCode::OK);
    assert!(world.get(&boss, &contact).has("record-composer, .hero"));
    let manager = world.signs_in("account_manager", "zh");
    let refused = world.send(&manager, &format!("{contact}/delete"), &[], &contact);
    assert_ne!(refused.status, StatusCode::OK);
    assert!(!refused.toast().is_empty(), "a refusal is a sentence");
}

#[test]
fn an_owner_is_changed_and_the_record_is_shared() {
    let world = World::new();
    let boss = world.signs_in("sales_manager", "zh");
    let customer = page(&world, "customer");
    let to = world.people["sales_manager"].to_string();
    let blank = world.send(&boss, &format!("{customer}/transfer"), &[], &customer);
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let moved = world.send(&boss, &format!("{customer}/transfer"), &[("to", &to)], &customer);
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.body);
    assert!(moved.toast().contains("陈主管"), "{}", moved.toast());
    let agent = world.people["service_agent"].to_string();
    let none = world.send(&boss, &format!("{customer}/share"), &[("level", "read")], &customer);
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let shared = world.send(
        &boss,
        &format!("{customer}/share"),
        &[("user", &agent), ("level", "read"), ("until", "2026-12-31")],
        &customer,
    );
    assert_eq!(shared.status, StatusCode::OK, "{}", shared.body);
    let dialog = world.part(&boss, &format!("{customer}/share"));
    assert!(dialog.body.contains("周客服") && dialog.body.contains("2026-12-31"), "{}", dialog.body);
}

#[test]
fn persons_and_companies_show_fields_of_their_own() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let company = page(&world, "customer");
    let seen = world.get(&manager, &company);
    assert!(
        seen.has("#face-basic progress") && seen.has("#face-attitude"),
        "faces tell how complete they are"
    );
    assert!(seen.has("#face-attitude a[href='#f-brand_leaning']"), "what is missing leads to its field");
    assert!(seen.has("#f-main_business") && !seen.has("#f-income"));
    world.post(&manager, &format!("{company}/field/kind"), &[("value", "person"), ("as", "field")]);
    let seen = world.get(&manager, &company);
    assert!(!seen.has("#f-main_business") && seen.has("#f-income"));
}

#[test]
fn what_to_mind_stands_beside_the_field() {
    let world = World::new();
    let manager = world.signs_in("account_manager", "zh");
    let customer = page(&world, "customer");
    assert!(!world.get(&manager, &customer).has("#f-phone .mind"));
    let low = [("value", "low"), ("as", "field")];
    world.post(&manager, &format!("{customer}/field/privacy_tolerance"), &low);
    assert!(world.get(&manager, &customer).has("#f-phone .mind"));
    let form = world.get(&manager, &format!("{customer}/edit"));
    assert!(
        form.texts(".field .warning").iter().any(|text| text.contains("不要主动联系")),
        "the form says it too"
    );
}
