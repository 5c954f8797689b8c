//! Writes: all problems at once, versions, roll-ups, numbers, duplicates, the recycle bin, one effect per key.

use crate::world::{decimal, on_every_engine};
use guanxi_gate::{BatchOptions, Draft, Error, Outcome, model::Value};

#[test]
fn a_new_record_gets_owner_department_number_and_formula() {
    on_every_engine(|w| {
        let draft =
            Draft::new().set("name", "上海云帆").set("length", decimal("2.5")).set("width", decimal("4"));
        let made = w.gate.create(&w.an, "customer", draft, false).unwrap();
        assert_eq!(made.get("owner"), &Value::Ref(w.an.subject.user));
        assert_eq!(made.get("department"), &Value::Ref(w.an.subject.department.unwrap()));
        assert_eq!(made.get("number"), &Value::from("KH-2026-001"));
        assert_eq!(made.get("area"), &decimal("10.00"));
        assert_eq!(made.get("status"), &Value::from("normal"));
        assert_eq!(made.get("order_count"), &decimal("0"));
        assert_eq!(made.version, 1);
    });
}

#[test]
fn all_problems_are_told_at_once_and_nothing_is_written() {
    on_every_engine(|w| {
        let object = w.gate.object("customer").unwrap();
        let json = serde_json::json!({ "phone": "12", "length": "250", "colour": "red", "status": "gone" });
        let draft = Draft::from_json(&object, json.as_object().unwrap());
        let Err(Error::Invalid(issues)) = w.gate.create(&w.an, "customer", draft, false) else { panic!() };
        let mut fields: Vec<_> = issues.iter().map(|i| i.field.clone().unwrap()).collect();
        fields.sort();
        assert_eq!(fields, ["colour", "length", "name", "phone", "status"]);
        let query = guanxi_gate::model::Query::of("customer");
        assert_eq!(w.gate.count(&w.manager, &query).unwrap(), 0);
    });
}

#[test]
fn a_stale_version_is_refused_and_shows_both_values() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let first =
            w.gate.update(&w.an, "customer", id, Some(1), Draft::new().set("name", "启明星教育")).unwrap();
        assert_eq!(first.version, 2);
        let second = w.gate.update(&w.manager, "customer", id, Some(1), Draft::new().set("name", "启明"));
        let Err(Error::Stale(stale)) = second else { panic!("{second:?}") };
        assert_eq!(stale.version, 2);
        assert_eq!(stale.updated_by.as_deref(), Some("安心"));
        let both = ("name".to_owned(), Value::from("启明星教育"), Value::from("启明"));
        assert_eq!(stale.fields, [both]);
        assert_eq!(w.value(&w.an, "customer", id, "name"), Value::from("启明星教育"));
    });
}

#[test]
fn a_conflict_tells_apart_what_both_changed_and_what_one_of_them_did() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let change = |of, draft| w.gate.update(of, "customer", id, None, draft).unwrap();
        change(&w.an, Draft::new().set("length", decimal("1")).set("width", decimal("1")));
        // The manager looked at version 2; since then two changes were made, one of them in two steps.
        change(&w.an, Draft::new().set("name", "启明星教育").set("length", decimal("2")));
        change(&w.an, Draft::new().set("length", decimal("3")));
        let mine = Draft::new()
            .set("name", "启明")
            .set("length", decimal("1.0"))
            .set("width", decimal("9"))
            .set("phone", "13800001024");
        let second = w.gate.update(&w.manager, "customer", id, Some(2), mine);
        let Err(Error::Stale(stale)) = second else { panic!("{second:?}") };
        let contested: Vec<&str> = stale.contested().map(|(name, ..)| name.as_str()).collect();
        assert_eq!(
            contested,
            ["name"],
            "the width is the manager's alone, the length was left as it was seen"
        );
        let others: Vec<_> = stale.by_others().map(|c| (c.field.as_str(), &c.before, &c.now)).collect();
        assert_eq!(others, [("length", &decimal("1"), &decimal("3"))]);

        // Whoever saw what there is now is no conflict, and a version that never was tells nothing.
        let unknown = w.gate.update(&w.manager, "customer", id, Some(99), Draft::new().set("name", "启"));
        let Err(Error::Stale(stale)) = unknown else { panic!("{unknown:?}") };
        assert_eq!((stale.meanwhile.is_none(), stale.contested().count()), (true, 1));
    });
}

#[test]
fn a_change_that_changes_nothing_keeps_the_version() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let same = w.gate.update(&w.an, "customer", id, Some(1), Draft::new().set("name", "启明星")).unwrap();
        assert_eq!(same.version, 1);
    });
}

#[test]
fn facts_follow_the_rows_in_the_same_transaction() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let early = w.order(&w.an, id, "2026-01-05", "100.10");
        let late = w.order(&w.an, id, "2026-02-05", "0.05");
        assert_eq!(w.value(&w.an, "customer", id, "order_count"), decimal("2"));
        assert_eq!(w.value(&w.an, "customer", id, "order_total"), decimal("100.15"));
        assert_eq!(
            w.value(&w.an, "customer", id, "last_order_on"),
            Value::Date("2026-02-05".parse().unwrap())
        );
        w.gate.update(&w.an, "order", late, None, Draft::new().set("total", decimal("9.95"))).unwrap();
        assert_eq!(w.value(&w.an, "customer", id, "order_total"), decimal("110.05"));
        w.gate.delete(&w.an, "order", late, None).unwrap();
        assert_eq!(
            w.value(&w.an, "customer", id, "last_order_on"),
            Value::Date("2026-01-05".parse().unwrap())
        );
        let other = w.customer(&w.an, "南京锦绣", "13800001025");
        w.gate.update(&w.an, "order", early, None, Draft::new().set("customer", other)).unwrap();
        assert_eq!(w.value(&w.an, "customer", id, "order_total"), decimal("0"));
        assert_eq!(w.value(&w.an, "customer", other, "order_total"), decimal("100.10"));
        assert_eq!(w.value(&w.an, "customer", id, "last_order_on"), Value::Null);
        let proved = w.gate.run_job("facts.prove", "2026-03-10".parse().unwrap()).unwrap();
        assert_eq!(proved, [("facts", 3), ("differing", 0)]);
        assert_eq!(w.gate.get(&w.an, "customer", id).unwrap().version, 1, "facts raise no version");
    });
}

#[test]
fn a_likely_duplicate_is_refused_until_insisted_and_shows_no_private_field() {
    on_every_engine(|w| {
        w.customer(&w.bo, "上海云帆科技有限公司", "138-0000-1024");
        let twin = || Draft::new().set("name", "云帆").set("phone", "+86 138 0000 1024");
        let Err(Error::Duplicate(hits)) = w.gate.create(&w.wei, "customer", twin(), false) else { panic!() };
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].field, "phone");
        assert_eq!(hits[0].owner.as_deref(), Some("柏林"));
        assert_eq!(hits[0].department.as_deref(), Some("华东"));
        assert_eq!(hits[0].title, None, "another department's customer is not named");
        let Err(Error::Duplicate(hits)) =
            w.gate.create(&w.an, "customer", Draft::new().set("name", "上海云帆科技"), false)
        else {
            panic!()
        };
        assert_eq!(hits[0].title.as_deref(), Some("上海云帆科技有限公司"));
        assert!(w.gate.create(&w.wei, "customer", twin(), true).is_ok());
    });
}

#[test]
fn what_belongs_to_a_record_goes_and_comes_back_with_it() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let before = w.order(&w.an, id, "2026-01-05", "1");
        let with = w.order(&w.an, id, "2026-01-06", "2");
        w.gate.delete(&w.an, "order", before, None).unwrap();
        w.clock.set("2026-03-10T03:00:00Z".parse().unwrap());
        let an = w.gate.ctx_of(w.an.subject.user, guanxi_gate::Channel::Web).unwrap();
        w.gate.delete(&an, "customer", id, None).unwrap();
        assert!(matches!(w.gate.get(&an, "customer", id), Err(Error::NotFound)));
        assert!(matches!(w.gate.get(&an, "order", with), Err(Error::NotFound)));
        assert!(w.gate.search(&an, "启明", None, 10).unwrap().is_empty());
        w.gate.restore(&an, "customer", id).unwrap();
        assert!(w.gate.get(&an, "order", with).is_ok());
        assert!(matches!(w.gate.get(&an, "order", before), Err(Error::NotFound)), "deleted by itself before");
        assert_eq!(w.gate.search(&an, "启明", None, 10).unwrap().len(), 1);
    });
}

#[test]
fn a_verb_is_refused_from_the_wrong_status_and_leaves_an_event() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let lost = w.gate.verb(&w.an, "customer", id, "lose", Draft::new()).unwrap();
        assert_eq!(lost.get("status"), &Value::from("lost"));
        assert!(!lost.may.act("lose"));
        let again = w.gate.verb(&w.an, "customer", id, "lose", Draft::new());
        let Err(Error::Refused(message)) = again else { panic!("{again:?}") };
        let said = w.gate.phrases().say(guanxi_gate::model::Locale::Zh, &message);
        assert_eq!(said, "当前状态为“流失”，不能确认流失；只有“正常”状态才可以");
        let names: Vec<String> =
            w.gate.timeline(&w.an, "customer", id, None, 10).unwrap().into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["lose", "updated", "created"]);
    });
}

#[test]
fn one_key_has_one_effect_and_another_body_is_refused() {
    on_every_engine(|w| {
        let post = |key: &str, body: &'static str| {
            w.gate.idempotent(&w.an, key, body.as_bytes(), move |door| {
                match door.create("customer", Draft::new().set("name", body), true) {
                    Ok(record) => (201, record.id.to_string()),
                    Err(_) => (422, "refused".to_owned()),
                }
            })
        };
        let first = post("k1", "甲").unwrap();
        assert_eq!(first.0, 201);
        assert_eq!(post("k1", "甲").unwrap(), first);
        assert!(matches!(post("k1", "乙"), Err(Error::Refused(_))));
        assert_eq!(post("k2", "").unwrap().0, 422);
        let query = guanxi_gate::model::Query::of("customer");
        assert_eq!(w.gate.count(&w.manager, &query).unwrap(), 1);
    });
}

#[test]
fn a_batch_reports_each_change_and_saves_the_good_ones() {
    on_every_engine(|w| {
        let id = w.customer(&w.an, "启明星", "13800001024");
        let theirs = w.customer(&w.wei, "西部", "13800001099");
        let changes = vec![
            (None, None, Draft::new().set("name", "新客户")),
            (None, None, Draft::new().set("phone", "13900000000")),
            (Some(id), None, Draft::new().set("name", "启明星")),
            (Some(id), Some(7), Draft::new().set("name", "改名")),
            (Some(theirs), None, Draft::new().set("name", "改名")),
            (None, None, Draft::new().set("name", "启明星")),
        ];
        let done = w.gate.batch(&w.an, "customer", changes.clone(), BatchOptions::default()).unwrap();
        assert!(matches!(done[0], Outcome::Created(_)));
        assert!(matches!(&done[1], Outcome::Failed(Error::Invalid(issues)) if issues.len() == 1));
        assert!(matches!(done[2], Outcome::Unchanged(_)));
        assert!(matches!(done[3], Outcome::Failed(Error::Stale(_))));
        assert!(matches!(done[4], Outcome::Failed(Error::NotFound)));
        assert!(matches!(done[5], Outcome::Failed(Error::Duplicate(_))));
        let all = BatchOptions { all_or_nothing: true, ..BatchOptions::default() };
        assert!(w.gate.batch(&w.an, "customer", changes, all).is_err());
        let query = guanxi_gate::model::Query::of("customer");
        assert_eq!(w.gate.count(&w.an, &query).unwrap(), 2);
    });
}

#[test]
fn external_ids_are_unique_and_serve_as_keys() {
    on_every_engine(|w| {
        let draft = || Draft::new().set("name", "甲").set("external_id", "00001");
        w.gate.create(&w.an, "customer", draft(), true).unwrap();
        let Err(Error::Invalid(issues)) = w.gate.create(&w.an, "customer", draft(), true) else { panic!() };
        assert_eq!(issues[0].field.as_deref(), Some("external_id"));
        let object = w.gate.object("order").unwrap();
        let json = serde_json::json!({
            "customer": { "external_id": "00001" }, "ordered_on": "2026-01-01", "total": "1.00"
        });
        let order = Draft::from_json(&object, json.as_object().unwrap());
        assert!(w.gate.create(&w.an, "order", order, true).is_ok());
        let json = serde_json::json!({ "customer": { "external_id": "9" }, "ordered_on": "2026-01-01", "total": "1" });
        let Err(Error::Invalid(issues)) =
            w.gate.create(&w.an, "order", Draft::from_json(&object, json.as_object().unwrap()), true)
        else {
            panic!()
        };
        assert_eq!(issues.iter().filter(|i| i.field.as_deref() == Some("customer")).count(), 1);
    });
}

#[test]
fn a_file_belongs_to_the_record_that_names_it_and_to_nobody_else() {
    on_every_engine(|w| {
        let field: guanxi_gate::model::Field = serde_json::from_value(serde_json::json!({
            "name": "papers", "kind": "file", "label": { "zh": "附件", "en": "Papers" }
        }))
        .unwrap();
        w.gate.add_field(&w.admin, "customer", field).unwrap();
        let file = w.gate.put_file(&w.an, "../a/licence.pdf", "application/pdf", b"paper").unwrap();
        assert_eq!(file.name, "licence.pdf");
        assert!(
            matches!(w.gate.get_file(&w.bo, &file.id), Err(Error::NotFound)),
            "nobody's until a record names it"
        );
        assert!(matches!(w.gate.file_info(&w.bo, &file.id), Err(Error::NotFound)), "nor is its name told");
        assert_eq!(w.gate.file_info(&w.an, &file.id).unwrap().name, "licence.pdf");
        let named = || Draft::new().set("papers", Value::List(vec![file.id.clone()]));
        let theirs = w.customer(&w.bo, "乙", "13800000002");
        let taken = w.gate.update(&w.bo, "customer", theirs, None, named());
        assert!(matches!(taken, Err(Error::Invalid(_))), "a file is not had by naming it");
        let id = w.customer(&w.an, "甲", "13800000001");
        w.gate.update(&w.an, "customer", id, None, named()).unwrap();
        assert_eq!(w.gate.get_file(&w.bo, &file.id).unwrap().1, b"paper", "the department sees the customer");
        assert_eq!(w.gate.file_info(&w.bo, &file.id).unwrap().name, "licence.pdf");
        assert!(matches!(w.gate.get_file(&w.wei, &file.id), Err(Error::NotFound)));
        assert!(
            matches!(w.gate.file_info(&w.wei, &file.id), Err(Error::NotFound)),
            "as the file, so its name"
        );
    });
}

#[test]
fn two_rows_of_a_batch_for_one_customer_make_one() {
    on_every_engine(|w| {
        let row = |name: &str, phone: &str| (None, None, Draft::new().set("name", name).set("phone", phone));
        let rows = || {
            vec![
                row("云帆科技", "13800001024"),
                row("启明星", "13900000000"),
                row("另一名", "+86 138 0000 1024"),
            ]
        };
        let done = w.gate.batch(&w.an, "customer", rows(), BatchOptions::default()).unwrap();
        assert!(matches!(done[0], Outcome::Created(_)) && matches!(done[1], Outcome::Created(_)));
        let Outcome::Failed(Error::Invalid(issues)) = &done[2] else { panic!("{:?}", done[2]) };
        let said = w.gate.phrases().say(guanxi_gate::model::Locale::Zh, &issues[0].message);
        assert_eq!(said, "与第 1 行重复");
        let insists = BatchOptions { allow_duplicates: true, ..BatchOptions::default() };
        let done = w.gate.batch(&w.an, "customer", rows(), insists).unwrap();
        assert!(done.iter().all(|outcome| matches!(outcome, Outcome::Created(_))));
    });
}
