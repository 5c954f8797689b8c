//! Articles beside the request they answer, the reading that the page reports, and one's own month at home.

use crate::world::World;
use axum::http::StatusCode;
use guanxi_gate::Draft;
use rust_decimal::Decimal;

#[test]
fn a_request_is_handled_with_the_article_that_stands_beside_it() {
    let world = World::new();
    let author = world.people["sales_manager"];
    let article = world.gate.write(&world.gate.operator(), move |tx| {
        let draft = Draft::new()
            .set("title", "客户咨询开票的答复")
            .set("category", "invoice")
            .set("body", "当天补开")
            .set("owner", author);
        let article = tx.create("article", draft)?;
        let waiting = tx.verb(&article, "submit", Draft::new())?;
        tx.verb(&waiting, "publish", Draft::new()).map(|article| article.id)
    });
    let article = article.unwrap();
    let agent = world.signs_in("service_agent", "zh");
    let request = world.records["service_request"];
    let page = format!("/service_request/{request}");
    let seen = world.get(&agent, &page);
    assert_eq!(seen.texts("#fitting a.link"), ["客户咨询开票的答复"]);
    assert!(
        !seen.has("#fitting .btn[data-dialog]") || seen.texts("#fitting li").join(" ").contains("标题相近")
    );

    let handler = world.people["service_agent"];
    let to = Draft::new().set("to", handler);
    let operator = world.gate.operator();
    world.gate.verb(&operator, "service_request", request, "assign", to).unwrap();
    let ask = world.part(&agent, &format!("{page}/handle?solved_by={article}"));
    assert_eq!(ask.status, StatusCode::OK, "{}", ask.body);
    assert!(ask.body.contains("客户咨询开票的答复"), "the dialog knows the article: {}", ask.body);
    let form = [("dialog", "1"), ("result", "已补开"), ("solved_by", &article.to_string())];
    let done = world.send(&agent, &format!("{page}/handle"), &form, &page);
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let after = world.get(&agent, &page);
    assert!(after.texts("#f-solved_by").join(" ").contains("客户咨询开票的答复"));

    let shelf = format!("/article/{article}");
    assert!(world.get(&agent, &shelf).has(&format!("[hx-post='{shelf}/read']")));
    let read =
        || world.gate.get(&world.gate.operator(), "article", article).unwrap().get("read_count").clone();
    assert_eq!(read().as_decimal(), Some(Decimal::ZERO), "the page alone counts nothing");
    assert_eq!(world.send(&agent, &format!("{shelf}/read"), &[], &shelf).status, StatusCode::OK);
    assert_eq!(read().as_decimal(), Some(Decimal::ONE));
}

#[test]
fn whoever_has_a_target_sees_their_month_at_home() {
    let world = World::new();
    let seller = world.people["account_manager"];
    let target = Draft::new()
        .set("level", "person")
        .set("person", seller)
        .set("measure", "order_amount")
        .set("year", 2026)
        .set("span", "month")
        .set("part", 6)
        .set("base", Decimal::from(8000));
    let home = |world: &World, who: &str| world.get(&world.signs_in(who, "zh"), "/");
    assert!(!home(&world, "account_manager").has("#goals"));
    world.gate.create(&world.gate.operator(), "sales_target", target, true).unwrap();
    let seen = home(&world, "account_manager");
    // Three orders of 1,000, 2,000 and 3,000 on this day.
    assert_eq!(seen.texts("#goals .goal b"), ["75%"]);
    assert_eq!(seen.attrs("#goals progress", "value"), ["75"]);
    assert!(seen.texts("#goals header").join(" ").contains("还剩 15 天"));
    assert!(!home(&world, "service_agent").has("#goals"));
}
