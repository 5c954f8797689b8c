//! Asking before a customer is made, and searching the whole set for those that were made twice.

use crate::world::{World, story, why};
use guanxi_gate::{Draft, DuplicateHit, Error};
use guanxi_model::{RecordId, Value};

fn given(world: &World, owner: &str, name: &str, phone: &str) -> RecordId {
    world.given("customer", Draft::new().set("name", name).set("phone", phone).set("owner", world.id(owner)))
}

/// Title, whether only similar, and owner of every hit.
fn shown(hits: &[DuplicateHit]) -> Vec<(&str, bool, &str)> {
    hits.iter()
        .map(|hit| (hit.title.as_deref().unwrap_or("-"), hit.similar, hit.owner.as_deref().unwrap_or("-")))
        .collect()
}

#[test]
fn a_part_of_the_name_or_the_whole_phone_finds_whose_customer_it_is() {
    story(|world| {
        given(world, "li", "上海明德科技有限公司", "13800001024");
        let theirs = given(world, "zhao", "明德贸易", "021-12345678");
        world.given(
            "contact",
            Draft::new().set("name", "孙明德").set("phone", "13800001024").set("customer", theirs),
        );
        let li = world.ctx("li");
        let by_name = world.gate.check(&li, "明德").unwrap();
        assert_eq!(
            shown(&by_name),
            [("上海明德科技有限公司", true, "李经理"), ("*明德", true, "-"), ("明德**", true, "赵经理")],
            "of another department's records only what was typed is shown"
        );
        assert!(by_name[2].department.as_deref() == Some("销售二部") && by_name[2].created_at.is_some());
        let whole = world.gate.check(&li, "上海明德科技").unwrap();
        assert_eq!(
            shown(&whole),
            [("上海明德科技有限公司", false, "李经理")],
            "the same name is a duplicate"
        );
        for typed in ["13800001024", "+86 138-0000-1024", "１３８ ００００ １０２４"] {
            let hits = world.gate.check(&li, typed).unwrap();
            let objects: Vec<_> = hits.iter().map(|hit| (hit.object.as_str(), hit.similar)).collect();
            assert_eq!(objects, [("customer", false), ("contact", false)], "{typed}");
            assert_eq!(hits[1].title.as_deref(), Some("***"), "nothing of a name that was not typed");
        }
        assert!(world.gate.check(&li, "1380000102").unwrap().is_empty(), "a part of a phone finds nobody");
        assert_eq!(why(world.gate.check(&li, "明")), "gate.check_short");
        assert_eq!(why(world.gate.check(&li, "ab")), "gate.check_short");
        assert!(
            world.gate.check(&world.ctx("admin"), "明德").unwrap().is_empty(),
            "who deals with no customers"
        );
    });
}

#[test]
fn names_are_compared_as_chinese_names_are() {
    story(|world| {
        given(world, "li", "上海云帆科技有限公司", "");
        let hits = |name: &str| {
            let draft = Draft::new().set("name", name);
            let hits = world.gate.duplicates(&world.ctx("li"), "customer", &draft).unwrap();
            hits.first().map(|hit| hit.similar)
        };
        for same in [
            "上海云帆科技",
            "上海雲帆科技（集團）股份有限公司",
            "上海 云帆 科技",
            "【上海云帆】科技有限责任公司",
        ] {
            assert_eq!(hits(same), Some(false), "{same}");
        }
        for similar in
            ["云帆科技", "云帆科技（北京）有限公司", "芸帆科技", "云帆科贸", "北京云帆科技有限公司"]
        {
            assert_eq!(hits(similar), Some(true), "{similar}");
        }
        for other in ["云帆", "云飞信息", "启明星教育"] {
            assert_eq!(hits(other), None, "{other}");
        }
    });
}

#[test]
fn codes_and_addresses_are_compared_in_their_normal_form() {
    story(|world| {
        let code = guanxi_text::credit_code::with_check_digit("91310000MA1FL0001").unwrap();
        let object = world.gate.object("customer").unwrap();
        let read = |name: &str, code: &str, email: &str| {
            let json = serde_json::json!({ "name": name, "credit_code": code, "email": email });
            Draft::from_json(&object, json.as_object().unwrap())
        };
        world.make("li", "customer", read("甲公司", &code, "Office@Example.com")).unwrap();
        let spaced = format!("{} {}", &code[..8].to_lowercase(), &code[8..].to_lowercase());
        assert_eq!(
            why(world.make("wang", "customer", read("乙公司", &spaced, "b@example.com"))),
            "1 duplicates"
        );
        let draft = read("丙公司", "", "office@EXAMPLE.com");
        let hits = world.gate.duplicates(&world.ctx("wang"), "customer", &draft).unwrap();
        assert_eq!((hits[0].field.as_str(), hits[0].similar), ("email", true));
        let mut wrong = code.clone();
        wrong.replace_range(17.., if code.ends_with('0') { "1" } else { "0" });
        assert_eq!(
            why(world.make("li", "customer", read("丁公司", &wrong, "d@example.com"))),
            "field.credit_code"
        );
    });
}

#[test]
fn those_who_ask_too_often_wait_and_disclosures_are_audited() {
    story(|world| {
        given(world, "zhao", "明德贸易", "13800001024");
        let li = world.ctx("li");
        world.gate.check(&li, "13800001024").unwrap();
        let filter = guanxi_gate::admin::AuditFilter {
            name: Some("duplicates_checked".into()),
            limit: 10,
            ..Default::default()
        };
        let lines = world.gate.audit(&world.operator(), &filter).unwrap();
        assert_eq!((lines.len(), lines[0].actor.as_str()), (1, "李经理"));
        for _ in 1..20 {
            world.gate.check(&li, "没有这家").unwrap();
        }
        assert!(matches!(world.gate.check(&li, "没有这家"), Err(Error::TooMany(_))));
        assert_eq!(
            world.gate.audit(&world.operator(), &filter).unwrap().len(),
            1,
            "what finds nothing tells nothing"
        );
        assert!(world.gate.check(&world.ctx("wang"), "明德").is_ok());
    });
}

#[test]
fn a_search_through_the_whole_set_groups_what_is_probably_one() {
    story(|world| {
        let one = given(world, "li", "明德科技有限公司", "13800001024");
        let two = given(world, "wang", "明德科技", "13900000001");
        let three = given(world, "zhao", "别的名字", "+86 139 0000 0001");
        let sound = [given(world, "li", "启明星教育", ""), given(world, "li", "启铭兴教育（上海）", "")];
        given(world, "li", "独此一家", "13700000000");
        let manager = world.ctx("manager");
        let mut seen = Vec::new();
        let found = world
            .gate
            .search_duplicates(&manager, "customer", &mut |done, of| seen.push((done, of)))
            .unwrap();
        assert_eq!(found.groups, 2);
        assert_eq!(seen.last(), Some(&(found.keys, found.keys)), "the last word is that all were seen");
        let clusters = || world.gate.duplicate_clusters(&manager, "customer", 0, 20).unwrap().0;
        let ids = |n: usize| clusters()[n].hits.iter().map(|hit| hit.id).collect::<Vec<_>>();
        assert_eq!((ids(0), ids(1)), (vec![one, two, three], sound.to_vec()));
        let first = &clusters()[0];
        assert_eq!(first.evidence, [("name".into(), false), ("name".into(), true), ("phone".into(), false)]);
        assert!(!first.similar && clusters()[1].similar);

        world.gate.mark_distinct(&manager, "customer", &sound).unwrap();
        assert_eq!(clusters().len(), 1, "what was found to be two is shown no more");
        let again = world.gate.search_duplicates(&manager, "customer", &mut |_, _| {}).unwrap();
        assert_eq!(again.groups, 1, "nor found again");
        let losers = Value::List(vec![two.to_string(), three.to_string()]);
        world.verb("manager", "customer", one, "merge", Draft::new().set("losers", losers)).unwrap();
        assert!(clusters().is_empty(), "nor what was merged");
        assert_eq!(
            why(world.gate.search_duplicates(&world.ctx("li"), "customer", &mut |_, _| {})),
            "forbidden"
        );
        let counts = world.gate.run_job("duplicates.find", world.today()).unwrap();
        assert_eq!(counts[1], ("groups", 0));
    });
}

#[test]
fn records_older_than_a_key_get_it_when_the_set_is_searched() {
    story(|world| {
        given(world, "li", "甲", "");
        let field = guanxi_model::Field::new(
            "licence",
            guanxi_model::Label::new("证号", "Licence"),
            guanxi_model::FieldKind::Text,
        );
        let operator = world.operator();
        world.gate.add_field(&operator, "customer", field).unwrap();
        for name in ["乙", "丙"] {
            world.given("customer", Draft::new().set("name", name).set("licence", "沪-77"));
        }
        let keys = serde_json::json!({ "duplicates": [{ "field": "name" }, { "field": "licence" }] });
        world.gate.patch_object(&operator, "customer", keys).unwrap();
        let found = world.gate.search_duplicates(&world.ctx("manager"), "customer", &mut |_, _| {}).unwrap();
        assert_eq!(found.groups, 1);
    });
}
