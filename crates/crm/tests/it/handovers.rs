//! Someone leaves, and nothing they answered for stays with nobody.

use crate::world::{World, story, why};
use guanxi_gate::{
    Channel, Draft, Result,
    handover::{Plan, Progress},
};
use guanxi_model::{Query, RecordId, Value, expr::Expr, query::Count};
use std::collections::BTreeMap;

fn plan(world: &World, others: &[&str]) -> Plan {
    Plan {
        others: others.iter().map(|login| world.id(login)).collect(),
        follow: true,
        leaves: true,
        ..Plan::default()
    }
}

fn hand_over(world: &World, person: &str, plan: Plan) -> Result<Progress> {
    let admin = world.ctx("admin");
    let id = world.gate.plan_handover(&admin, world.id(person), plan)?;
    world.gate.hand_over(&admin, id, &mut |_| {})
}

/// Live records by object, counted through the door by the operator.
fn counted(world: &World, filter: Option<&Expr>) -> BTreeMap<String, i64> {
    let operator = world.operator();
    let mut counts = BTreeMap::new();
    // The history of owners grows with every hand-over, as it should.
    for object in world.gate.registry().objects().filter(|object| object.name != "owner_change") {
        for trash in [false, true] {
            let mut query = Query::of(&object.name);
            query.filter = filter.cloned();
            query.trash = trash;
            query.count = Count::Exact;
            let n = world.gate.count(&operator, &query).unwrap();
            if n > 0 {
                counts.insert(format!("{}{}", object.name, if trash { " deleted" } else { "" }), n);
            }
        }
    }
    counts
}

fn owned_by(world: &World, person: &str) -> BTreeMap<String, i64> {
    counted(world, Some(&Expr::eq("owner", world.id(person))))
}

/// What an account manager has: two customers with all that belongs to them, work of their own, a subordinate.
fn busy(world: &World, login: &str) -> [RecordId; 2] {
    let owned = || Draft::new().set("owner", world.id(login));
    let customers = ["甲公司", "乙公司"].map(|name| world.customer(login, name));
    for (n, customer) in customers.iter().enumerate() {
        let of = || owned().set("customer", *customer);
        world.given("contact", of().set("name", format!("联系人{n}")));
        world.given("activity", of().set("content", "来电"));
        let opportunity =
            owned().set("customer_name", "某公司").set("title", "商机").set("customer", *customer);
        world.given("opportunity", opportunity);
        world.given("service_request", of().set("title", "咨询"));
    }
    world.given("task", owned().set("title", "写方案"));
    let start = crate::world::instant("2026-06-20T02:00:00Z");
    let end = crate::world::instant("2026-06-20T03:00:00Z");
    world.given("appointment", owned().set("title", "拜访").set("starts_at", start).set("ends_at", end));
    let binned = world.customer(login, "删掉的");
    world.gate.delete(&world.operator(), "customer", binned, None).unwrap();
    customers
}

#[test]
fn a_leaver_leaves_nothing_behind() {
    story(|world| {
        let customers = busy(world, "li");
        world.verb("li", "customer", customers[0], "lock", Draft::new()).unwrap();
        world.edit("admin", "user", world.id("zhao"), Draft::new().set("superior", world.id("li"))).unwrap();
        world
            .edit(
                "admin",
                "department",
                world.departments["first"],
                Draft::new().set("manager", world.id("li")),
            )
            .unwrap();
        let before = counted(world, None);
        let posts = world.gate.posts(&world.ctx("admin"), world.id("li")).unwrap();
        let listed: BTreeMap<String, (i64, i64)> =
            posts.iter().map(|post| (post.name(), (post.count, post.deleted))).collect();
        assert_eq!(listed["customer.owner"], (2, 1));
        assert_eq!(listed["opportunity.owner"], (2, 0));
        assert_eq!(listed["user.superior"], (1, 0));
        assert_eq!(listed["department.manager"], (1, 0));
        let token = world.gate.create_key(&world.operator(), world.id("li"), "script", None).unwrap();

        let done = hand_over(world, "li", plan(world, &["wang"])).unwrap();
        assert!(done.finished_at.is_some());
        assert!(owned_by(world, "li").is_empty(), "{:?}", owned_by(world, "li"));
        assert!(world.gate.posts(&world.ctx("admin"), world.id("li")).unwrap().is_empty());
        assert_eq!(counted(world, None), before, "nothing was lost or made");
        assert_eq!(world.look("user", world.id("zhao")).reference("superior"), Some(world.id("wang")));
        let customer = world.look("customer", customers[0]);
        assert_eq!(
            customer.owner(),
            Some(world.id("wang")),
            "the lock keeps no customer with someone who is gone"
        );
        assert_eq!(customer.get("locked"), &Value::Bool(true));
        assert_eq!(world.look("user", world.id("li")).get("active"), &Value::Bool(false));
        assert!(world.gate.ctx_of(world.id("li"), Channel::Api).is_err(), "logged out");
        assert!(world.gate.key_ctx(&token, None).is_err(), "and the keys are ended");
        let told = world.gate.timeline(&world.ctx("wang"), "customer", customers[1], None, 50).unwrap();
        assert!(told.iter().any(|e| e.name == "transferred"), "the history tells");
        let notices = world.notices("wang");
        assert_eq!(notices.len(), 1, "told once, not for every record: {notices:?}");
        assert!(notices[0].starts_with("您接手了李经理的"), "{notices:?}");
    });
}

#[test]
fn several_share_and_what_belongs_to_a_customer_goes_with_it() {
    story(|world| {
        busy(world, "li");
        for n in 0..8 {
            world.customer("li", &format!("客户{n}"));
        }
        let mut shared = plan(world, &["manager"]);
        shared.posts.insert("customer.owner".into(), vec![world.id("wang"), world.id("zhao")]);
        let done = hand_over(world, "li", shared).unwrap();
        let customers = &done.moved["customer.owner"];
        assert_eq!((customers[&world.id("wang")], customers[&world.id("zhao")]), (5, 5));
        for object in ["contact", "activity", "opportunity", "service_request"] {
            for record in world.all(object, "true") {
                let customer = world.look("customer", record.reference("customer").unwrap());
                assert_eq!(record.owner(), customer.owner(), "{object}");
            }
        }
        assert_eq!(world.all("task", "true")[0].owner(), Some(world.id("manager")));
        let customer = &world.all("customer", "true")[0];
        let people = world.gate.registry();
        drop(people);
        let owner = world.look("user", customer.owner().unwrap());
        assert_eq!(
            customer.reference("department"),
            owner.reference("department"),
            "the department moves along"
        );
    });
}

#[test]
fn a_plan_names_people_who_are_there_for_everything() {
    story(|world| {
        busy(world, "li");
        let tried = |plan: Plan| why(hand_over(world, "li", plan));
        assert_eq!(tried(Plan { leaves: true, ..Plan::default() }), "gate.handover.nobody");
        assert_eq!(tried(plan(world, &["li"])), "gate.transfer_to", "not to oneself");
        world.edit("admin", "user", world.id("zhao"), Draft::new().set("active", false)).unwrap();
        assert_eq!(tried(plan(world, &["zhao"])), "gate.transfer_to", "nor to who left");
        let admin = plan(world, &["boss"]);
        assert_eq!(why(hand_over(world, "admin", admin)), "gate.not_yourself");
        let li = world.ctx("li");
        assert_eq!(why(world.gate.plan_handover(&li, world.id("wang"), plan(world, &["li"]))), "forbidden");
        assert_eq!(owned_by(world, "li")["customer"], 2, "what is refused moves nothing");
    });
}

#[test]
fn an_interrupted_hand_over_goes_on_where_it_stopped() {
    story(|world| {
        busy(world, "li");
        let admin = world.ctx("admin");
        let id = world.gate.plan_handover(&admin, world.id("li"), plan(world, &["wang"])).unwrap();
        // It stopped after the plan was kept; meanwhile one record moved by hand and another came.
        world
            .gate
            .transfer(
                &world.ctx("manager"),
                "customer",
                world.all("customer", "true")[0].id,
                world.id("zhao"),
            )
            .unwrap();
        world.customer("li", "刚来的");
        let counts = world.gate.run_job("handover.finish", world.today()).unwrap();
        assert_eq!(counts[0], ("handovers", 1));
        assert!(owned_by(world, "li").is_empty());
        assert_eq!(world.look("user", world.id("li")).get("active"), &Value::Bool(false));
        let again = world.gate.hand_over(&admin, id, &mut |_| {}).unwrap();
        assert!(again.finished_at.is_some(), "done is done");
    });
}

#[test]
fn a_manager_moves_what_may_be_transferred_within_the_team() {
    story(|world| {
        let customers = busy(world, "li");
        world.verb("li", "customer", customers[0], "lock", Draft::new()).unwrap();
        let manager = world.ctx("manager");
        let mut plan = plan(world, &["wang"]);
        plan.leaves = false;
        plan.follow = false;
        let done = world.gate.transfer_all(&manager, world.id("li"), plan.clone(), &mut |_| {}).unwrap();
        assert_eq!(world.look("customer", customers[1]).owner(), Some(world.id("wang")));
        assert_eq!(
            world.look("customer", customers[0]).owner(),
            Some(world.id("li")),
            "a lock holds within a team"
        );
        let (stayed, reason) = done.stayed.unwrap();
        assert_eq!((stayed, reason.key.as_ref()), (1, "customer.locked"));
        assert!(world.gate.ctx_of(world.id("li"), Channel::Api).is_ok(), "nobody left");
        assert_eq!(
            why(world.gate.transfer_all(&world.ctx("wang"), world.id("li"), plan.clone(), &mut |_| {})),
            "forbidden"
        );
        assert_eq!(why(world.gate.posts(&world.ctx("li"), world.id("wang"))), "forbidden");
        assert_eq!(why(world.gate.posts(&manager, world.id("agent"))), "forbidden", "not of the team");
    });
}
