use super::*;
use crate::value::{Stored, Value};

fn field(kind: FieldKind) -> Field {
    Field::new("f", Label::new("字段", "Field"), kind)
}

#[test]
fn money_is_exact_and_refuses_a_third_decimal() {
    let money = field(FieldKind::Money { negative: false });
    let value = money.parse_text("¥1,234.50").unwrap();
    assert_eq!(money.store(&value), Stored::Int(123_450));
    assert_eq!(money.to_json(&value).to_string(), r#"{"amount":"1234.50","currency":"CNY"}"#);
    assert_eq!(money.load(&Stored::Int(123_450)), value);
    assert!(money.parse_text("1.005").is_err());
    assert!(money.parse_text("-1").is_err());
    assert!(money.parse_text("12a").is_err());
    assert_eq!(money.store(&money.parse_text("0").unwrap()), Stored::Int(0));
}

#[test]
fn dates_are_understood_in_the_usual_forms() {
    let date = field(FieldKind::Date);
    for text in ["2026-01-31", "2026/1/31", "2026.01.31", "20260131", "2026年1月31日", "2026-01-31 10:00"]
    {
        assert_eq!(date.store(&date.parse_text(text).unwrap()), Stored::from("2026-01-31"), "{text}");
    }
    assert!(date.parse_text("2026-02-30").is_err());
    assert!(date.parse_text("26-01-31").is_err());
}

#[test]
fn a_local_time_is_read_in_shanghai() {
    let instant = field(FieldKind::Instant);
    assert_eq!(instant.to_json(&instant.parse_text("2026-01-31 08:30").unwrap()), "2026-01-31T00:30:00Z");
    assert_eq!(instant.to_json(&instant.parse_text("2026-01-31T00:30:00Z").unwrap()), "2026-01-31T00:30:00Z");
}

#[test]
fn choices_answer_to_value_and_label() {
    let mut grade = field(FieldKind::Choice);
    grade.options =
        vec![Choice { value: "key".into(), label: Label::new("大客户", "Key"), ..Choice::default() }];
    assert_eq!(grade.parse_text("大客户").unwrap(), Value::Text("key".into()));
    assert_eq!(grade.parse_text("KEY").unwrap(), Value::Text("key".into()));
    assert!(grade.parse_text("other").is_err());
}

#[test]
fn links_refuse_schemes_that_run_script() {
    let link = field(FieldKind::Link);
    assert!(link.parse_text("javascript://example.com/%0aalert(1)").is_err());
    assert_eq!(link.parse_text("example.com/a").unwrap(), Value::Text("https://example.com/a".into()));
}

#[test]
fn auto_numbers_split_around_the_counter() {
    let date = jiff::civil::date(2026, 3, 5);
    assert_eq!(render_auto_number("KH-{yyyy}{MM}-{0000}", date), ("KH-202603-".into(), 4, String::new()));
}

#[test]
fn every_kind_round_trips_through_storage_and_json() {
    let samples: Vec<(FieldKind, &str)> = vec![
        (FieldKind::Text, "启明星"),
        (FieldKind::Number { scale: 2, min: None, max: None }, "12.50"),
        (FieldKind::Percent, "35.5%"),
        (FieldKind::Rating { max: 5 }, "4"),
        (FieldKind::YesNo, "是"),
        (FieldKind::Tags, "甲、乙"),
        (FieldKind::Reference { to: "customer".into() }, "42"),
        (FieldKind::AnyReference { to: vec!["customer".into()] }, "customer:42"),
        (FieldKind::Phone, "+86 138-0000-1024"),
        (FieldKind::Email, "a@example.com"),
        (FieldKind::Instant, "2026-01-31 08:30"),
    ];
    for (kind, text) in samples {
        let field = field(kind);
        let value = field.parse_text(text).unwrap();
        assert_eq!(field.load(&field.store(&value)), value, "{text}");
        assert_eq!(field.parse_json(&field.to_json(&value)).unwrap(), value, "{text}");
    }
}
