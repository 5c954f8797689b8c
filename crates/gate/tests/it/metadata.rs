//! Objects, fields, roles and dictionaries made while the program runs.

use crate::world::{decimal, on_every_engine};
use guanxi_gate::{
    Draft, Error,
    model::{Choice, Field, Label, Query, Value},
};

#[test]
fn a_custom_object_and_field_are_usable_at_once() {
    on_every_engine(|w| {
        let label = Label::new("门店", "Store");
        assert!(matches!(w.gate.add_object(&w.an, "store", label.clone()), Err(Error::Forbidden(_))));
        let object = w.gate.add_object(&w.admin, "store", label).unwrap();
        assert!(object.table.starts_with('x') && object.custom);
        let field: Field = serde_json::from_value(serde_json::json!({
            "name": "area", "kind": "number", "label": { "zh": "面积", "en": "Area" }, "scale": 1
        }))
        .unwrap();
        let made = w.gate.add_field(&w.admin, "store", field.clone()).unwrap();
        assert!(made.column.starts_with('c'), "no text of a user reaches the schema");
        let operator = w.gate.operator();
        let draft = Draft::new().set("name", "南京东路店").set("area", decimal("120.5"));
        let id = w.gate.create(&operator, "store", draft, false).unwrap().id;
        assert_eq!(w.value(&operator, "store", id, "area"), decimal("120.5"));
        assert_eq!(w.gate.search(&operator, "南京", None, 5).unwrap().len(), 1);
        let big = Query::of("store").filter(guanxi_gate::model::expr::parse("area > 120").unwrap());
        assert_eq!(w.gate.list(&operator, &big).unwrap().rows.len(), 1);
        assert!(matches!(w.gate.add_field(&w.admin, "store", field), Err(Error::Invalid(_))));
    });
}

#[test]
fn names_that_clash_or_could_do_harm_are_refused() {
    on_every_engine(|w| {
        for name in ["customer", "api", "Store", "1st", "a b", "x\"; DROP", "", "settings"] {
            let made = w.gate.add_object(&w.admin, name, Label::new("x", "x"));
            assert!(matches!(made, Err(Error::Invalid(_))), "{name}");
        }
    });
}

#[test]
fn a_roll_up_added_later_counts_what_is_there() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "甲", "13812345678");
        w.order(&w.an, id, "2026-01-05", "10");
        w.order(&w.an, id, "2026-01-06", "500");
        let field: Field = serde_json::from_value(serde_json::json!({
            "name": "big_orders", "kind": "roll_up", "label": { "zh": "大单", "en": "Big orders" },
            "of": "order", "via": "customer", "function": "count", "where": "total >= 100"
        }))
        .unwrap();
        w.gate.add_field(&w.admin, "customer", field).unwrap();
        assert_eq!(w.value(&w.an, "customer", id, "big_orders"), decimal("1"));
        w.order(&w.an, id, "2026-01-07", "100");
        assert_eq!(w.value(&w.an, "customer", id, "big_orders"), decimal("2"));
    });
}

#[test]
fn formulas_that_would_go_stale_are_refused() {
    on_every_engine(|w| {
        for expr in ["order_total * 2", "year(today)", "owner.name", "length +"] {
            let field: Field = serde_json::from_value(serde_json::json!({
                "name": "f", "kind": "formula", "label": { "zh": "公式", "en": "F" },
                "expr": expr, "result": { "kind": "number", "scale": 2 }
            }))
            .unwrap();
            assert!(
                matches!(w.gate.add_field(&w.admin, "customer", field), Err(Error::Invalid(_))),
                "{expr}"
            );
        }
    });
}

#[test]
fn locked_entries_can_be_renamed_but_not_deactivated() {
    on_every_engine(|w| {
        let mut choice =
            Choice { value: "lost".into(), label: Label::new("已流失", "Gone"), ..Choice::default() };
        w.gate.save_choice(&w.admin, "customer.status", choice.clone()).unwrap();
        let object = w.gate.object("customer").unwrap();
        assert_eq!(object.field("status").unwrap().option("lost").unwrap().label.zh, "已流失");
        choice.inactive = true;
        assert!(matches!(w.gate.save_choice(&w.admin, "customer.status", choice), Err(Error::Invalid(_))));
        let own =
            Choice { value: "paused".into(), label: Label::new("暂停", "Paused"), ..Choice::default() };
        w.gate.save_choice(&w.admin, "customer.status", own).unwrap();
        let id = w.customer(&w.an, "甲", "13812345678");
        let pause = || Draft::new().set("status", "paused");
        w.gate.update(&w.an, "customer", id, None, pause()).unwrap();
        w.gate.remove_choice(&w.admin, "customer.status", "paused").unwrap();
        assert_eq!(w.value(&w.an, "customer", id, "status"), Value::from("paused"), "old records keep it");
        let other = w.customer(&w.an, "乙", "13812345679");
        assert!(matches!(w.gate.update(&w.an, "customer", other, None, pause()), Err(Error::Invalid(_))));
    });
}

#[test]
fn a_sites_differences_survive_opening_the_set_again_and_later_patches() {
    on_every_engine(|w| {
        w.gate
            .patch_field(&w.admin, "customer", "name", serde_json::json!({ "label": { "zh": "公司" } }))
            .unwrap();
        w.gate.patch_field(&w.admin, "customer", "name", serde_json::json!({ "max_length": 5 })).unwrap_err();
        w.gate
            .patch_field(&w.admin, "customer", "name", serde_json::json!({ "help": { "zh": "全称" } }))
            .unwrap();
        let object = w.gate.object("customer").unwrap();
        let field = object.field("name").unwrap();
        assert_eq!((field.label.zh.as_str(), field.label.en.as_str()), ("公司", "Name"));
        assert_eq!(field.help.as_ref().unwrap().zh, "全称");
    });
}

#[test]
fn the_audit_is_a_chain_that_can_be_verified() {
    on_every_engine(|w| {
        w.customer(&w.an, "甲", "13812345678");
        assert!(matches!(w.gate.verify_audit(&w.an), Err(Error::Forbidden(_))));
        assert_eq!(w.gate.verify_audit(&w.admin).unwrap(), None);
    });
}
