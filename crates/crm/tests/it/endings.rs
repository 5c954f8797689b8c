//! A relationship is ended on purpose, with a second pair of eyes, and can be taken up again.

use crate::world::{World, date, story, why};
use guanxi_gate::{Draft, Result, Visible};
use guanxi_model::{RecordId, Value};

fn propose(world: &World, person: &str, customer: RecordId, blacklist: bool) -> Result<Visible> {
    let input = Draft::new()
        .set("reason", "bad_debt")
        .set("plan", "结清欠款后停止供货")
        .set("on", date("2026-07-31"))
        .set("blacklist", blacklist);
    world.verb(person, "customer", customer, "propose_end", input)
}

fn verb(world: &World, person: &str, customer: RecordId, verb: &str) -> Result<Visible> {
    world.verb(person, "customer", customer, verb, Draft::new().set("reason", "重新谈妥"))
}

fn standing(world: &World, customer: RecordId) -> String {
    world.look("customer", customer).text("cooperation").to_owned()
}

#[test]
fn an_end_is_proposed_with_a_plan_and_confirmed_by_a_manager() {
    story(|world| {
        let id = world.customer("li", "难缠公司");
        assert_eq!(standing(world, id), "normal");
        let without = Draft::new().set("reason", "bad_debt");
        assert_eq!(why(world.verb("li", "customer", id, "propose_end", without)), "field.required");
        assert_eq!(why(propose(world, "wang", id, false)), "forbidden", "a colleague's customer");
        propose(world, "li", id, false).unwrap();
        assert_eq!(standing(world, id), "ending");
        assert_eq!(world.notices("manager"), ["李经理提议终止与“难缠公司”的合作，请确认"]);
        assert_eq!(why(propose(world, "li", id, false)), "ending.not_normal");
        assert_eq!(why(verb(world, "li", id, "confirm_end")), "forbidden", "only a manager confirms");
        verb(world, "manager", id, "confirm_end").unwrap();
        let customer = world.look("customer", id);
        assert_eq!(
            (customer.text("cooperation"), customer.text("ending_plan")),
            ("ended", "结清欠款后停止供货")
        );
        assert!(customer.instant("ended_at").is_some());
        let said = world.gate.timeline(&world.ctx("li"), "customer", id, None, 20).unwrap();
        let proposal = said.iter().find(|e| e.name == "propose_end").unwrap();
        assert!(
            proposal.notes.iter().any(|(_, text)| text == "结清欠款后停止供货"),
            "the history keeps the plan"
        );
        assert!(said.iter().any(|e| e.name == "confirm_end"));
    });
}

#[test]
fn a_refused_proposal_leaves_everything_as_it_was() {
    story(|world| {
        let id = world.customer("li", "难缠公司");
        propose(world, "li", id, false).unwrap();
        verb(world, "manager", id, "reject_end").unwrap();
        let customer = world.look("customer", id);
        assert_eq!(customer.text("cooperation"), "normal");
        assert!(customer.get("ending_reason").is_null() && customer.get("ending_plan").is_null());
        assert_eq!(world.notices("li"), ["终止与“难缠公司”合作的提议未通过：重新谈妥"]);
        assert_eq!(why(verb(world, "manager", id, "reject_end")), "ending.not_proposed");
    });
}

#[test]
fn nobody_blacklists_alone() {
    story(|world| {
        let id = world.customer("li", "难缠公司");
        propose(world, "manager", id, true).unwrap();
        assert_eq!(why(verb(world, "manager", id, "confirm_end")), "ending.own_proposal");
        verb(world, "manager", id, "reject_end").unwrap();
        propose(world, "li", id, true).unwrap();
        verb(world, "manager", id, "confirm_end").unwrap();
        assert_eq!(standing(world, id), "blacklisted");
    });
}

#[test]
fn business_with_the_blacklisted_is_told() {
    story(|world| {
        let id = world.customer("li", "黑名单公司");
        propose(world, "li", id, true).unwrap();
        verb(world, "manager", id, "confirm_end").unwrap();
        let before = world.notices("manager").len();
        let order = Draft::new()
            .set("customer", id)
            .set("ordered_on", date("2026-06-15"))
            .set("total", Value::from(1));
        world.make("li", "order", order).unwrap();
        let opportunity =
            Draft::new().set("title", "再试试").set("customer_name", "黑名单公司").set("customer", id);
        world.make("li", "opportunity", opportunity).unwrap();
        let told = world.notices("manager");
        assert_eq!(told.len(), before + 2);
        assert!(told.contains(&"李经理给黑名单客户“黑名单公司”新建了订单".to_owned()), "{told:?}");
        let events = world.gate.timeline(&world.ctx("li"), "customer", id, None, 20).unwrap();
        assert_eq!(events.iter().filter(|e| e.name == "blacklist_dealt").count(), 2);
        let object = world.gate.object("order").unwrap();
        let warning = object.field("customer").unwrap().warning.clone().unwrap();
        assert_eq!(
            warning.when, r#"customer.cooperation == "blacklisted""#,
            "the form warns before it is saved"
        );
        world
            .gate
            .update(&world.operator(), "customer", id, None, Draft::new().set("owner", Value::Null))
            .unwrap();
        let ownerless = world.notices("manager").len();
        world.gate.transfer(&world.operator(), "customer", id, world.id("wang")).unwrap();
        assert_eq!(world.notices("manager").len(), ownerless + 1, "a claim is told too");
    });
}

#[test]
fn the_way_back_is_a_manager_s_and_says_why() {
    story(|world| {
        let id = world.customer("li", "难缠公司");
        assert_eq!(why(verb(world, "manager", id, "recover")), "ending.not_ended");
        propose(world, "li", id, true).unwrap();
        verb(world, "manager", id, "confirm_end").unwrap();
        assert_eq!(why(verb(world, "li", id, "recover")), "forbidden");
        assert_eq!(why(world.verb("manager", "customer", id, "recover", Draft::new())), "field.required");
        verb(world, "manager", id, "recover").unwrap();
        assert_eq!(standing(world, id), "normal");
        propose(world, "li", id, false).unwrap();
    });
}

#[test]
fn merging_launders_no_blacklist() {
    story(|world| {
        let (clean, black) = (world.customer("li", "新名字"), world.customer("li", "旧名字"));
        propose(world, "li", black, true).unwrap();
        verb(world, "manager", black, "confirm_end").unwrap();
        let input = Draft::new().set("losers", Value::List(vec![black.to_string()]));
        world.verb("manager", "customer", clean, "merge", input).unwrap();
        let merged = world.look("customer", clean);
        assert_eq!((merged.text("cooperation"), merged.text("ending_reason")), ("blacklisted", "bad_debt"));
        world.verb("manager", "customer", clean, "unmerge", Draft::new()).unwrap();
        assert_eq!((standing(world, clean), standing(world, black)), ("normal".into(), "blacklisted".into()));
    });
}

#[test]
fn who_was_let_go_is_not_warned_of() {
    story(|world| {
        let (kept, ended) = (world.customer("li", "还在"), world.customer("li", "已终止"));
        for id in [kept, ended] {
            world.order(id, "2025-01-01", "1");
        }
        propose(world, "li", ended, false).unwrap();
        verb(world, "manager", ended, "confirm_end").unwrap();
        world.gate.run_job("churn.warn", world.today()).unwrap();
        let warned: Vec<_> =
            world.all("churn_warning", "true").iter().map(|w| w.reference("customer")).collect();
        assert_eq!(warned, [Some(kept)]);
    });
}
