//! Lists: the address holds the state, and the page says what it holds.

use crate::world::{Browser, World};
use axum::http::StatusCode;
use guanxi_gate::{Channel, Draft};
use guanxi_model::{RecordId, Value};

fn manager() -> (World, Browser) {
    let world = World::new();
    let browser = world.signs_in("account_manager", "zh");
    (world, browser)
}

fn names(seen: &crate::world::Seen) -> Vec<String> {
    seen.texts("tbody tr[data-id] .name")
}

#[test]
fn a_list_shows_its_records_tabs_and_tools() {
    let (world, browser) = manager();
    let seen = world.get(&browser, "/customer?view=all");
    assert_eq!(names(&seen).len(), 3);
    assert_eq!(seen.texts(".bar h1"), ["客户"]);
    assert!(seen.attrs(".tabs .tab", "href").len() >= 2);
    assert_eq!(seen.attrs(".tab[aria-current]", "href"), ["/customer?view=all"]);
    assert!(
        seen.has("filter-button button[data-open]") && seen.has("column-button") && seen.has("#sort-menu")
    );
    assert!(seen.has("a.btn.primary[href='/customer/new']"));
    assert_eq!(seen.attrs("a.btn.primary, button.btn.primary", "class").len(), 1, "one primary button");
    assert!(seen.has(".row-cards li"), "cards for phones");
    assert!(!seen.texts(".tools").join(" ").contains("视图已修改"));
}

#[test]
fn a_filter_in_the_address_becomes_chips_that_can_be_taken_off() {
    let (world, browser) = manager();
    let seen = world.get(
        &browser,
        "/customer?view=all&filter=grade+%3D%3D+%22key_development%22+%26%26+owner+in+my_team",
    );
    assert_eq!(names(&seen), ["上海云帆智能制造"]);
    let chips = seen.texts(".chip");
    assert_eq!(chips.len(), 2, "{chips:?}");
    assert!(chips[0].contains("客户等级") && chips[0].contains("重点开发客户"), "{chips:?}");
    assert!(chips[1].contains("我和下属"), "{chips:?}");
    let without = seen.attrs(".chip .remove", "href");
    assert_eq!(names(&world.get(&browser, &without[0])).len(), 3, "without the first condition");
    assert!(seen.texts(".tools").join(" ").contains("视图已修改"));
}

#[test]
fn the_portrait_of_a_list_is_of_those_whom_it_shows() {
    let (world, browser) = manager();
    let seen = world.get(&browser, "/customer?view=all&filter=grade+%3D%3D+%22key_development%22");
    let way = seen.attrs(".bar a[href^='/report/portrait']", "href");
    let portrait = world.get(&browser, &way[0]);
    assert_eq!(portrait.attrs("input[name=filter]", "value"), ["grade == \"key_development\""]);
    let summary = portrait.texts(".summary").join("");
    assert!(summary.contains(&format!("{} 位", names(&seen).len())), "{summary}");
    let found = world.get(&browser, "/customer?view=all&q=%E4%B8%8A%E6%B5%B7");
    assert!(!found.has(".bar a[href^='/report/portrait']"), "what a search finds is no filter");
}

#[test]
fn a_filter_that_makes_no_sense_is_said_with_a_way_on() {
    let (world, browser) = manager();
    for filter in ["%28%28", "nonsense+%3D%3D+1"] {
        let seen = world.get(&browser, &format!("/customer?filter={filter}"));
        assert_eq!(seen.status, StatusCode::OK);
        assert!(seen.has(".empty.failed"), "{filter}");
    }
    let none = world.get(&browser, "/customer?view=all&q=zzzzzz");
    assert!(none.has(".empty.no-match"));
}

#[test]
fn sort_and_columns_come_from_the_address() {
    let (world, browser) = manager();
    let up = names(&world.get(&browser, "/customer?view=all&sort=name"));
    let mut down = names(&world.get(&browser, "/customer?view=all&sort=-name"));
    down.reverse();
    assert_eq!(up, down);
    let seen = world.get(&browser, "/customer?view=all&columns=phone,name,nothing");
    assert_eq!(
        seen.attrs("thead th[data-field]", "data-field"),
        ["name", "phone"],
        "the name first, what does not exist never"
    );
}

#[test]
fn the_count_while_a_filter_is_built() {
    let (world, browser) = manager();
    let seen = world.part(&browser, "/customer/count?view=all&filter=grade+in+%5B%22key_development%22%5D");
    assert!(seen.body.contains("\"count\":1"), "{}", seen.body);
    assert_eq!(world.part(&browser, "/customer/count?filter=%28").status, StatusCode::BAD_REQUEST);
}

#[test]
fn figures_follow_the_rows() {
    let (world, browser) = manager();
    let seen = world.part(&browser, "/order/facts?view=all");
    assert!(seen.body.contains("#list-count") && seen.body.contains("¥6,000"), "{}", seen.body);
    assert!(
        seen.body.contains("#tab-all &gt; .count") || seen.body.contains("#tab-all > .count"),
        "{}",
        seen.body
    );
}

#[test]
fn a_long_list_grows_to_two_hundred_and_then_turns_the_page() {
    let (world, browser) = manager();
    let owner = world.people["account_manager"];
    world
        .gate
        .write(&world.gate.operator(), move |tx| {
            let drafts = (0..247)
                .map(|n| Draft::new().set("name", format!("批量客户{n:03}")).set("owner", owner))
                .collect();
            tx.create_many("customer", drafts)
        })
        .unwrap();
    let mut seen = world.get(&browser, "/customer?view=all");
    let mut shown = names(&seen);
    let mut steps = 0;
    while let Some(next) = seen.attrs("[hx-get][hx-trigger*=intersect]", "hx-get").pop() {
        let part = world.part(&browser, &next);
        // Rows stand in a table for the parser, as htmx puts them into one.
        seen = crate::world::Seen { body: format!("<table>{}</table>", part.body), ..part };
        shown.extend(names(&seen));
        steps += 1;
        assert!(steps < 10);
    }
    assert_eq!((shown.len(), steps), (200, 3));
    let next = seen.attrs(".more-row a", "href").pop().expect("the next page");
    let last = world.get(&browser, &next);
    shown.extend(names(&last));
    assert_eq!(shown.len(), 250);
    shown.sort();
    shown.dedup();
    assert_eq!(shown.len(), 250, "no record twice, none left out");
    assert!(last.texts("#pager").join(" ").contains("201"));
}

#[test]
fn a_board_has_its_columns_cards_and_sums() {
    let (world, browser) = manager();
    let seen = world.get(&browser, "/opportunity?view=board");
    assert!(seen.has("deal-board[data-object=opportunity]"));
    assert!(seen.has(".column[data-value=developing] li.deal"), "{}", seen.texts("main").join(" "));
    assert!(seen.has(".column.folded[data-value=won]") && !seen.has(".column[data-value=archived]"));
    assert!(seen.texts("#sums").join(" ").contains("¥53.6"), "{:?}", seen.texts("#sums"));
}

#[test]
fn a_card_moves_and_the_board_answers_with_it() {
    let (world, browser) = manager();
    let task = world.records["task"];
    let form = [("field", "status"), ("value", "doing"), ("version", "1")];
    let seen = world.send(&browser, &format!("/task/{task}/move"), &form, "http://crm.test/task?view=board");
    assert_eq!(seen.status, StatusCode::OK, "{} {}", seen.body, seen.toast());
    assert!(seen.body.contains(&format!("id=\"d-{task}\"")) && seen.body.contains("id=\"head-doing\""));
    let again = world.send(&browser, &format!("/task/{task}/move"), &form, "http://crm.test/task?view=board");
    assert_eq!(again.status, StatusCode::CONFLICT, "someone else was quicker");
    assert!(again.toast().contains("改动"), "{}", again.toast());
}

#[test]
fn views_are_saved_shown_and_dropped() {
    let (world, browser) = manager();
    let form = [
        ("label", "重点客户跟进"),
        ("filter", "grade == \"key_development\""),
        ("sort", "name"),
        ("columns", "name,phone"),
        ("layout", "table"),
    ];
    let saved = world.post(&browser, "/customer/views", &form);
    let place = saved.header("location").to_owned();
    let seen = world.get(&browser, &place);
    assert_eq!(names(&seen), ["上海云帆智能制造"]);
    assert_eq!(seen.attrs("thead th[data-field]", "data-field"), ["name", "phone"]);
    assert!(!seen.texts(".tools").join(" ").contains("视图已修改"), "what was saved is not changed");
    assert!(seen.texts("#nav").join(" ").contains("重点客户跟进"), "it stands among the favourites");
    let blank = world.post(&browser, "/customer/views", &[("label", " ")]);
    assert_eq!(blank.status, StatusCode::UNPROCESSABLE_ENTITY);
    let delete = seen.attrs("#view-menu [data-post]", "data-post").pop().unwrap();
    assert_eq!(world.send(&browser, &delete, &[], "").status, StatusCode::OK);
    assert!(!world.get(&browser, "/customer").texts("#nav").join(" ").contains("重点客户跟进"));
}

#[test]
fn many_records_are_tagged_deleted_and_brought_back() {
    let world = World::new();
    let browser = world.signs_in("sales_manager", "zh");
    let ctx = world.gate.ctx_of(world.people["sales_manager"], Channel::Web).unwrap();
    let ask = world.part(&browser, "/customer/bulk?do=tag&all=1&view=all");
    assert!(ask.body.contains("3 条"), "{}", ask.body);
    let done = world.send(
        &browser,
        "/customer/bulk",
        &[("do", "tag"), ("all", "1"), ("view", "all"), ("tags", "回访")],
        "",
    );
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    assert!(done.toast().contains("3 条"), "{}", done.toast());
    let first = world.records["customer"];
    let tags = world.gate.get(&ctx, "customer", first).unwrap().get("tags").as_list().to_vec();
    assert_eq!(tags, ["重点", "回访"]);
    let ids = [first.to_string()];
    let gone = world.send(&browser, "/customer/bulk", &[("do", "delete"), ("ids", &ids[0])], "");
    assert_eq!(gone.status, StatusCode::OK, "{} {}", gone.body, gone.toast());
    if !gone.toast().contains("未处理") {
        assert!(world.gate.get(&ctx, "customer", first).is_err());
        let toast: serde_json::Value = serde_json::from_str(&gone.toast()).unwrap();
        let back = world.send(&browser, toast["undo"].as_str().unwrap(), &[], "");
        assert_eq!(back.status, StatusCode::OK, "{}", back.toast());
        assert!(world.gate.get(&ctx, "customer", first).is_ok());
    }
}

#[test]
fn bulk_changes_need_their_right() {
    let world = World::new();
    let boss = world.signs_in("executive", "zh");
    let first = world.records["customer"].to_string();
    for what in ["transfer", "tag", "delete", "edit"] {
        let seen = world.send(
            &boss,
            "/customer/bulk",
            &[("do", what), ("ids", &first), ("to", "1"), ("tags", "x")],
            "",
        );
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY.min(seen.status).max(seen.status), "{what}");
        assert!(!seen.status.is_success(), "{what}: {} {}", seen.status, seen.toast());
    }
    let still = world.gate.ctx_of(world.people["account_manager"], Channel::Web).unwrap();
    let tags =
        world.gate.get(&still, "customer", world.records["customer"]).unwrap().get("tags").as_list().to_vec();
    assert_eq!(tags, ["重点"]);
}

#[test]
fn an_export_is_a_file_without_formulas() {
    let world = World::new();
    let owner: RecordId = world.people["account_manager"];
    world
        .gate
        .write(&world.gate.operator(), move |tx| {
            tx.create("customer", Draft::new().set("name", "=1+1").set("owner", owner))
        })
        .unwrap();
    let browser = world.signs_in("sales_manager", "zh");
    let seen = world.get(&browser, "/customer/export?view=all&format=csv&columns=name,grade");
    assert_eq!(seen.status, StatusCode::OK, "{}", seen.body);
    assert!(seen.header("content-disposition").starts_with("attachment"));
    assert!(seen.body.contains("上海云帆智能制造"));
    assert!(!seen.body.lines().any(|line| line.starts_with('=')), "{}", seen.body);
    let agent = world.signs_in("account_manager", "zh");
    assert_eq!(world.get(&agent, "/customer/export?format=csv").status, StatusCode::FORBIDDEN);
}

#[test]
fn inputs_find_records_and_regions() {
    let (world, browser) = manager();
    let found = world.part(&browser, "/lookup/customer?q=%E4%BA%91%E5%B8%86");
    assert!(found.body.contains("上海云帆智能制造") && found.body.contains("\"id\""), "{}", found.body);
    let people = world.part(&browser, "/lookup/user?q=");
    assert!(people.body.contains("陈主管"), "{}", people.body);
    assert!(world.part(&browser, "/regions").body.contains("110000"));
}

#[test]
fn columns_are_pinned_and_sized_by_the_address_and_kept_by_a_view() {
    let (world, browser) = manager();
    let fields = |seen: &crate::world::Seen| seen.attrs("thead th[data-field]", "data-field");
    let class = |seen: &crate::world::Seen, field: &str| {
        seen.attrs(&format!("thead th[data-field={field}]"), "class").pop().unwrap_or_default()
    };
    let plain = world.get(&browser, "/customer?view=all&columns=name,grade,phone,owner");
    assert_eq!(fields(&plain), ["name", "grade", "phone", "owner"]);
    assert!(!plain.has(".pin") && !plain.has("thead [class*=w-]"), "nothing is fixed unless asked");

    let address = "/customer?view=all&columns=name,grade,phone,owner&pin=phone&widths=phone:120,owner:205";
    let seen = world.get(&browser, address);
    assert_eq!(fields(&seen), ["name", "phone", "grade", "owner"], "pinned columns come first");
    assert_eq!(class(&seen, "phone"), "pin at-260 pin-end w-120");
    assert_eq!(class(&seen, "owner"), "w-200");
    assert_eq!(
        seen.attrs("tbody tr:first-child td[data-field=phone]", "class"),
        ["pin at-260 pin-end w-120"]
    );
    let sort = seen.attrs("thead th[data-field=grade] a", "href").pop().unwrap();
    assert!(sort.contains("pin=phone") && sort.contains("widths=owner%3A200%2Cphone%3A120"), "{sort}");
    assert!(seen.texts(".tools").join(" ").contains("视图已修改"));

    let form =
        [("label", "电话簿"), ("columns", "name,phone,owner"), ("pin", "phone"), ("widths", "owner:205")];
    let saved = world.send(&browser, "/customer/views", &form, "");
    assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    let view = saved.header("hx-location").to_owned();
    let seen = world.get(&browser, &view);
    assert_eq!(class(&seen, "phone"), "pin at-260 pin-end w-160");
    assert!(!seen.texts(".tools").join(" ").contains("视图已修改"), "the view holds it all");
    let loose = world.get(&browser, &format!("{view}&pin=&widths="));
    assert!(!loose.has(".pin") && loose.texts(".tools").join(" ").contains("视图已修改"));
}

#[test]
fn one_row_and_one_card_after_someone_elses_change() {
    let (world, browser) = manager();
    let customer = world.records["customer"];
    let row = world.part(&browser, &format!("/customer/{customer}/row?view=all&columns=name,phone"));
    assert!(row.body.contains(&format!("id=\"r-{customer}\"")), "{}", row.body);
    let deal = world.records["opportunity"];
    let card = world.part(&browser, &format!("/opportunity/{deal}/card?view=board"));
    assert!(card.body.contains(&format!("id=\"d-{deal}\"")), "{}", card.body);
}

#[test]
fn an_entry_of_the_calendar_moves_to_another_day() {
    let (world, browser) = manager();
    let task = world.records["task"];
    let seen = world.get(&browser, "/task?view=all&layout=calendar&day=2026-06-15");
    assert!(seen.has(&format!("#day-2026-06-15 #c-{task}-due_on")), "{}", seen.texts(".calendar").join(" "));
    let path = seen.attrs(".entry[data-move]", "data-move").pop().unwrap();
    let moved = world.send(&browser, &path, &[("date", "2026-06-18"), ("version", "1")], "");
    assert_eq!(moved.status, StatusCode::OK, "{}", moved.toast());
    let seen = world.get(&browser, "/calendar?day=2026-06-15");
    assert!(seen.has(&format!("#day-2026-06-18 #c-{task}-due_on")));
}

#[test]
fn one_agreed_call_stands_once_on_the_home_page_and_in_the_calendar() {
    let world = World::new();
    let browser = world.signs_in("account_manager", "zh");
    let (customer, deal) = (world.records["customer"], world.records["opportunity"]);
    let next: jiff::Timestamp = "2026-06-16T02:00:00Z".parse().unwrap();
    let made = world.gate.write(&world.gate.operator(), move |tx| {
        let deal = tx.get("opportunity", deal)?;
        tx.update(&deal, Draft::new().set("customer", customer))?;
        let follow_up = Draft::new()
            .set("content", "约好明天再谈")
            .set("type", "call")
            .set("customer", customer)
            .set("regarding", Value::AnyRef("opportunity".to_owned(), deal.id))
            .set("owner", deal.get("owner").clone())
            .set("next_contact_at", next);
        tx.create("activity", follow_up)
    });
    made.unwrap();
    let home = world.get(&browser, "/").texts("#related-upcoming li");
    let tomorrow: Vec<_> =
        home.iter().filter(|line| line.contains("明天") || line.contains("06-16")).collect();
    assert_eq!(tomorrow.len(), 1, "{home:?}");
    assert!(tomorrow[0].contains("上海云帆智能制造"), "it is the customer's: {home:?}");
    let calendar = world.get(&browser, "/calendar?day=2026-06-16");
    assert_eq!(calendar.texts("#day-2026-06-16 .entry").len(), 1);
    // An appointment with the customer alone is theirs.
    assert_eq!(calendar.texts("#day-2026-06-15 .entry").len(), 3, "two customers and the task");
}
