//! Lists, search, aggregates and reports.

use crate::world::{World, issues};
use serde_json::json;

fn shop() -> World {
    let world = World::new();
    for (name, total) in [("甲公司", "10.00"), ("乙公司", "20.50"), ("丙公司", "30.00")] {
        let customer = world.customer("li", name);
        let order = json!({ "customer": customer, "ordered_on": "2026-05-02", "total": total });
        world.post("li", "/order", &order).expect(201);
    }
    world
}

#[test]
fn lists_filter_sort_page_and_count() {
    let world = shop();
    let first =
        world.get("li", "/order?sort=-total&limit=2&count=true&fields=total,customer.name&expand=customer");
    let first = first.expect(200);
    assert_eq!(first["total"], 3);
    assert_eq!(first["items"][0]["total"]["amount"], "30.00");
    assert_eq!(first["items"][0]["customer.name"], "丙公司");
    assert_eq!(first["items"][0]["customer"]["title"], "丙公司");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = world.get("li", &format!("/order?sort=-total&limit=2&cursor={cursor}")).expect(200);
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    assert_eq!(second["items"][0]["total"]["amount"], "10.00");
    assert_eq!((&second["next_cursor"], second.get("total")), (&json!(null), None));
    let filtered = world.get(
        "li",
        "/order?filter=total%20%3E%2015%20%26%26%20customer.name%20!=%20%22丙公司%22"
            .replace("丙公司", "%E4%B8%99%E5%85%AC%E5%8F%B8")
            .as_str(),
    );
    assert_eq!(filtered.expect(200)["items"][0]["total"]["amount"], "20.50");
    let found = world.get("li", "/customer?q=%E4%B9%99").expect(200);
    assert_eq!(found["items"][0]["name"], "乙公司");
}

#[test]
fn every_wrong_parameter_is_named() {
    let world = World::new();
    let unknown = world.get("li", "/customer?colour=red&size=1").expect(400);
    assert_eq!(issues(&unknown), ["colour unknown", "size unknown"]);
    let wrong = world
        .get("li", "/customer?limit=1001&count=maybe&cursor=x&fields=name,nope&expand=name&filter=name%3D");
    assert_eq!(
        issues(&wrong.expect(400)),
        [
            "count format",
            "cursor format",
            "expand unknown",
            "fields unknown",
            "filter expression",
            "limit range"
        ]
    );
    assert_eq!(world.get("li", "/customer?sort=nope").expect(400)["code"], "malformed");
    assert_eq!(issues(&world.get("li", "/customer?limit=1&limit=2").expect(400)), ["limit repeated"]);
}

#[test]
fn aggregates_name_their_columns() {
    let world = shop();
    let by_month = json!({
        "group_by": [{ "field": "ordered_on", "part": "month" }],
        "measures": [{ "fn": "sum", "field": "total" }, { "fn": "count" }],
        "filter": "total >= 20",
    });
    let sums = world.post("li", "/order/aggregate", &by_month).expect(200);
    let expected = json!([{ "ordered_on_month": "2026-05", "sum_total": { "amount": "50.50", "currency": "CNY" }, "count": 2 }]);
    assert_eq!(sums["items"], expected);
    let by_customer = json!({
        "group_by": ["customer"], "measures": [{ "fn": "max", "field": "total", "as": "best" }], "sort": "-best", "limit": 1,
    });
    let best = world.post("li", "/order/aggregate", &by_customer).expect(200);
    assert_eq!(best["items"][0]["customer"]["title"], "丙公司");
    let wrong = json!({ "group_by": ["nope"], "measures": [{ "fn": "median" }], "sort": "x", "extra": 1, "limit": 0 });
    let problem = world.post("li", "/order/aggregate", &wrong).expect(422);
    let expected = ["extra unknown", "group_by unknown", "limit range", "measures format", "sort unknown"];
    assert_eq!(issues(&problem), expected);
}

#[test]
fn search_marks_what_it_found() {
    let world = shop();
    let hits = world.get("li", "/search?q=%E7%94%B2").expect(200);
    let hit = &hits["items"][0];
    assert_eq!((hit["object"].as_str(), hit["title"].as_str()), (Some("customer"), Some("甲公司")));
    assert_eq!((&hit["highlight"], &hit["ranges"]), (&json!("<mark>甲</mark>公司"), &json!([[0, 1]])));
    assert_eq!(issues(&world.get("li", "/search").expect(400)), ["q required"]);
}

#[test]
fn reports_answer_with_their_columns() {
    let world = shop();
    let offered = world.get("li", "/reports").expect(200);
    let names: Vec<&str> =
        offered["items"].as_array().unwrap().iter().filter_map(|r| r["name"].as_str()).collect();
    assert!(names.contains(&"contribution"), "{names:?}");
    let report = world.get("li", "/reports/contribution?as_of=2026-06-15").expect(200);
    assert_eq!(report["as_of"], "2026-06-15");
    let columns = report["columns"].as_array().unwrap();
    assert!(!columns.is_empty() && !report["rows"].as_array().unwrap().is_empty(), "{report}");
    for row in report["rows"].as_array().unwrap() {
        assert_eq!(row["cells"].as_object().unwrap().len(), columns.len());
    }
    let wrong = world.get("li", "/reports/contribution?as_of=June&nope=1").expect(400);
    assert_eq!(issues(&wrong), ["as_of date", "nope unknown"]);
    world.get("li", "/reports/no_such_report").expect(404);
    world.get("admin", "/reports/contribution").expect(403);
}

#[test]
fn regions_are_a_tree() {
    let world = World::new();
    let provinces = world.get("li", "/regions").expect(200);
    assert!(provinces["items"].as_array().unwrap().len() > 30);
    let inner = world.get("li", "/regions?parent=440000").expect(200);
    assert!(inner["items"].as_array().unwrap().iter().any(|r| r["code"] == "440300"));
    assert_eq!(issues(&world.get("li", "/regions?parent=1").expect(400)), ["parent unknown"]);
}
