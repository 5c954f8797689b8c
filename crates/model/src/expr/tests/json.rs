use crate::{
    RecordId,
    expr::{Expr, ExprError, parse},
};
use serde_json::json;

#[test]
fn has_a_json_form() {
    let table = [
        ("grade == 'key'", json!({"op": "==", "left": {"field": "grade"}, "right": "key"})),
        ("a && !b", json!({"op": "&&", "args": [{"field": "a"}, {"op": "!", "arg": {"field": "b"}}]})),
        (
            "x in [1.50, date('2026-01-31')]",
            json!({
                "op": "in", "left": {"field": "x"}, "right": [{"decimal": "1.5"}, {"date": "2026-01-31"}]
            }),
        ),
        (
            "contains(customer.name, 'x')",
            json!({"call": "contains", "args": [{"field": "customer.name"}, "x"]}),
        ),
        ("owner == me", json!({"op": "==", "left": {"field": "owner"}, "right": {"word": "me"}})),
        ("count(order)", json!({"call": "count", "relation": "order"})),
        (
            "sum(order.customer, total)",
            json!({
                "call": "sum", "relation": "order.customer", "body": {"field": "total"}
            }),
        ),
        ("a ? 1 : null", json!({"op": "?:", "if": {"field": "a"}, "then": {"decimal": "1"}, "else": null})),
        (
            "-a - 1",
            json!({
                "op": "-", "left": {"op": "-", "arg": {"field": "a"}}, "right": {"decimal": "1"}
            }),
        ),
        ("id('42')", json!({"id": "42"})),
        ("instant('2026-01-31T01:30:00Z')", json!({"instant": "2026-01-31T01:30:00Z"})),
    ];
    for (source, json) in table {
        let expr = parse(source).unwrap();
        assert_eq!(serde_json::to_value(&expr).unwrap(), json, "{source}");
        assert_eq!(serde_json::from_value::<Expr>(json).unwrap(), expr, "{source}");
    }
}

#[test]
fn accepts_what_builders_send() {
    let read = |json| Expr::from_json(&json).unwrap();
    assert_eq!(read(json!(12.5)), parse("12.5").unwrap());
    assert_eq!(read(json!({"op": "&&", "args": []})), Expr::Bool(true));
    assert_eq!(read(json!({"op": "||", "args": [{"field": "a"}]})), Expr::field("a"));
    assert_eq!(read(json!({"op": "||", "left": true, "right": false})), parse("true || false").unwrap());
    assert_eq!(read(json!({"call": "date", "args": ["2026-01-31"]})), parse("date('2026-01-31')").unwrap());
    assert_eq!(Expr::ids("owner", &[RecordId(4)]), parse("owner in [id('4')]").unwrap());
}

#[test]
fn refuses_malformed_and_deep_json() {
    for json in [
        json!({}),
        json!({"op": "=="}),
        json!({"op": "~", "left": 1, "right": 2}),
        json!({"op": "&&", "args": 1}),
        json!({"call": "nope", "args": []}),
        json!({"call": "contains", "args": [1]}),
        json!({"call": "any", "relation": "order"}),
        json!({"call": "any", "relation": "a b", "body": true}),
        json!({"field": "a; drop"}),
        json!({"field": ""}),
        json!({"field": "today"}),
        json!({"date": "2026-02-30"}),
        json!({"decimal": "1e400"}),
        json!({"word": "yesterday"}),
        json!(1e300),
    ] {
        assert!(Expr::from_json(&json).is_err(), "{json}");
    }
    let mut deep = json!(true);
    for _ in 0..100 {
        deep = json!({"op": "!", "arg": deep});
    }
    assert_eq!(Expr::from_json(&deep), Err(ExprError::TooDeep));
    let deep = format!("{}true{}", r#"{"op":"!","arg":"#.repeat(5_000), "}".repeat(5_000));
    assert!(serde_json::from_str::<Expr>(&deep).is_err());
    assert_eq!(Expr::from_json(&json!(vec![1; 3_000])), Err(ExprError::TooLong));
}
