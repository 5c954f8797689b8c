use crate::world::{World, draft, story, why, yuan};
use guanxi_crm::customers::kin::{self, Line};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;

fn percent(world: &World, id: RecordId, face: &str) -> Decimal {
    world.look("customer", id).decimal(face).unwrap()
}

#[test]
fn each_face_knows_how_complete_it_is() {
    story(|world| {
        let person = world.given("customer", draft([("name", "孙丽".into()), ("kind", "person".into())]));
        // Thirteen things are wanted of a person, fifteen of a company; the name is given.
        assert_eq!(percent(world, person, "basic_complete"), Decimal::from(100 / 13));
        assert_eq!(percent(world, person, "attitude_complete"), Decimal::ZERO);
        let li = world.given("customer", draft([("name", "某公司".into()), ("kind", "company".into())]));
        assert_eq!(
            percent(world, li, "basic_complete"),
            Decimal::from(100 / 15),
            "a company is asked for other things"
        );
        world.given("order", draft([("customer", person.into()), ("total", yuan("9"))]));
        let before = percent(world, person, "trade_complete");
        let attitude = draft([
            ("style_preference", "简洁".into()),
            ("brand_leaning", "国产".into()),
            ("price_sensitivity", "high".into()),
        ]);
        let id = world.customer("li", "李四");
        world.edit("li", "customer", id, attitude).unwrap();
        assert_eq!(percent(world, id, "attitude_complete"), Decimal::from(50));
        assert_eq!(
            percent(world, person, "trade_complete"),
            before,
            "what the program counts is never missing"
        );
        assert_eq!(world.all("customer", "attitude_complete >= 50").len(), 1);
        world.edit("li", "customer", id, Draft::new().set("brand_leaning", Value::Null)).unwrap();
        assert_eq!(percent(world, id, "attitude_complete"), Decimal::from(33));
        assert_eq!(
            why(world.edit("li", "customer", id, Draft::new().set("attitude_complete", 100))),
            "gate.read_only"
        );
    });
}

fn relate(world: &World, person: &str, customer: RecordId, role: &str, other: RecordId) -> String {
    let relation = draft([("customer", customer.into()), ("role", role.into()), ("other", other.into())]);
    why(world.make(person, "relation", relation))
}

#[test]
fn a_relation_is_kept_in_one_direction_and_named_from_both_sides() {
    story(|world| {
        let (group, branch) = (world.customer("li", "集团"), world.customer("li", "分公司"));
        assert!(relate(world, "li", group, "parent", branch).starts_with("done"));
        let kept = world.all("relation", "true").pop().unwrap();
        assert_eq!(kept.reference("customer"), Some(branch));
        assert_eq!((kept.text("role"), kept.text("counter_role")), ("subsidiary", "parent"));
        assert_eq!(world.look("customer", branch).reference("parent"), Some(group));
        assert_eq!(relate(world, "li", branch, "subsidiary", group), "relation.twice");
        assert_eq!(relate(world, "li", branch, "partner", branch), "relation.itself");
        let other = world.customer("li", "另一集团");
        assert_eq!(relate(world, "li", branch, "subsidiary", other), "relation.one_parent");
        assert!(relate(world, "li", branch, "partner", other).starts_with("done"));
    });
}

#[test]
fn nobody_stands_above_themselves() {
    story(|world| {
        let ids: Vec<RecordId> = ["甲", "乙", "丙"].iter().map(|name| world.customer("li", name)).collect();
        assert!(relate(world, "li", ids[1], "subsidiary", ids[0]).starts_with("done"));
        assert!(relate(world, "li", ids[2], "subsidiary", ids[1]).starts_with("done"));
        assert_eq!(relate(world, "li", ids[0], "subsidiary", ids[2]), "relation.circle");
        let own = |field: &str, to: RecordId| {
            why(world.edit("li", "customer", ids[0], Draft::new().set(field, to)))
        };
        assert_eq!(own("parent", ids[2]), "relation.circle");
        assert_eq!(own("parent", ids[0]), "relation.circle");
        assert!(own("referred_by", ids[2]).starts_with("done"), "another line may run the other way");
    });
}

#[test]
fn the_field_and_the_relation_say_the_same() {
    story(|world| {
        let (old, new, third) = (
            world.customer("wang", "老客户"),
            world.customer("li", "新客户"),
            world.customer("li", "第三家"),
        );
        let field = || world.look("customer", new).reference("referred_by");
        let relations = || world.all("relation", r#"role == "referred""#);
        world.edit("li", "customer", new, Draft::new().set("referred_by", old)).unwrap();
        assert_eq!(relations().len(), 1);
        assert_eq!(relations()[0].reference("other"), Some(old));
        world.edit("li", "relation", relations()[0].id, Draft::new().set("other", third)).unwrap();
        assert_eq!(field(), Some(third));
        world.edit("li", "customer", new, Draft::new().set("referred_by", old)).unwrap();
        assert_eq!(relations()[0].reference("other"), Some(old), "the relation moves with the field");
        let id = relations()[0].id;
        world.gate.delete(&world.ctx("li"), "relation", id, None).unwrap();
        assert_eq!(field(), None);
        world.gate.restore(&world.ctx("manager"), "relation", id).unwrap();
        assert_eq!(field(), Some(old));
        world.edit("li", "customer", new, Draft::new().set("referred_by", Value::Null)).unwrap();
        assert!(relations().is_empty());
        assert_eq!(relate(world, "li", old, "referrer", new).split(':').next(), Some("done"));
        assert_eq!(field(), Some(old), "entered from the other side it is the same fact");
    });
}

#[test]
fn what_referred_customers_order_is_credited_to_who_brought_them() {
    story(|world| {
        let ids: Vec<RecordId> =
            ["甲", "乙", "丙", "丁"].iter().map(|name| world.customer("li", name)).collect();
        for (child, by) in [(1, 0), (2, 0), (3, 1)] {
            world.edit("li", "customer", ids[child], Draft::new().set("referred_by", ids[by])).unwrap();
        }
        for (n, total) in [(0, "5"), (1, "100.10"), (2, "20"), (3, "7.90")] {
            world.order(ids[n], "2026-06-01", total);
        }
        let credited = |n: usize| world.look("customer", ids[n]).decimal("referred_total").unwrap();
        assert_eq!(credited(0), "120.10".parse().unwrap(), "orders of those brought, not of oneself");
        assert_eq!(credited(1), "7.90".parse().unwrap());
        assert_eq!(world.look("customer", ids[0]).decimal("referral_count"), Some(2.into()));
        let more = world.order(ids[3], "2026-06-02", "2.10");
        assert_eq!(credited(1), 10.into());
        world.gate.delete(&world.ctx("manager"), "order", more, None).unwrap();
        assert_eq!(credited(1), "7.90".parse().unwrap());
        let tree = kin::below(&world.gate, &world.ctx("li"), Line::Referral, ids[0]).unwrap();
        let sums: Vec<(i64, Decimal)> = tree.generations.iter().map(|g| (g.count, g.total)).collect();
        assert_eq!(sums, [(2, "120.10".parse().unwrap()), (1, "7.90".parse().unwrap())]);
        assert_eq!(tree.total(), 128.into());
        assert_eq!(kin::head(&world.gate, &world.ctx("li"), Line::Referral, ids[3]).unwrap(), ids[0]);
        let proof = world.gate.run_job("facts.prove", world.today()).unwrap();
        assert_eq!(proof.iter().find(|(name, _)| *name == "differing"), Some(&("differing", 0)));
    });
}
