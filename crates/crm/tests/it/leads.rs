//! 线索: followed up, scored, converted once.

use crate::world::{World, instant, story, why};
use guanxi_gate::{Draft, admin::Share, report::Params};
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;

fn lead(w: &World, person: &str, name: &str) -> RecordId {
    let draft = Draft::new()
        .set("name", name)
        .set("contact_name", "孙小姐")
        .set("phone", "13900001111")
        .set("source", "social");
    w.make(person, "lead", draft).unwrap().id
}

fn convert(w: &World, person: &str, lead: RecordId, input: Draft) -> String {
    why(w.verb(person, "lead", lead, "convert", input).map(drop))
}

const DONE: &str = "done";

#[test]
fn converting_makes_customer_contact_and_opportunity_together_and_once() {
    story(|w| {
        let id = lead(w, "li", "杭州远帆科技有限公司");
        w.make(
            "li",
            "activity",
            Draft::new()
                .set("content", "第一次电话")
                .set("type", "call")
                .set("regarding", Value::AnyRef("lead".to_owned(), id)),
        )
        .unwrap();
        assert_eq!(w.look("lead", id).text("status"), "contacted", "a follow-up says so");
        let input = Draft::new().set("with_opportunity", true).set("amount", crate::world::yuan("50000"));
        assert_eq!(convert(w, "li", id, input), DONE);
        let done = w.look("lead", id);
        assert_eq!(done.text("status"), "converted");
        let customer = done.reference("customer").unwrap();
        let made = w.look("customer", customer);
        assert_eq!((made.text("name"), made.text("source")), ("杭州远帆科技有限公司", "social"));
        assert_eq!(made.owner(), Some(w.id("li")));
        assert_eq!(made.date("claimed_on"), Some(w.today()));
        let contacts = w.all("contact", "true");
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].text("name"), "孙小姐");
        let opportunity = w.look("opportunity", done.reference("opportunity").unwrap());
        assert_eq!(opportunity.reference("customer"), Some(customer));
        assert_eq!(opportunity.text("status"), "assigned");
        let moved = w.all("activity", "true");
        assert_eq!(moved[0].reference("customer"), Some(customer), "follow-ups go along");
        assert!(w.look("customer", customer).instant("last_contact_at").is_some());
        assert_eq!(convert(w, "li", id, Draft::new()), "lead.converted_already");
        assert_eq!(w.all("customer", "true").len(), 1);
        assert_eq!(
            why(w.edit("li", "lead", id, Draft::new().set("name", "别的名字")).map(drop)),
            "lead.ended"
        );
    });
}

#[test]
fn a_customer_of_that_name_is_linked_and_the_leads_owner_helps_there() {
    story(|w| {
        let customer = w.customer("zhao", "杭州远帆科技");
        let id = lead(w, "li", "杭州远帆科技有限公司");
        assert_eq!(why(w.gate.get(&w.ctx("li"), "customer", customer).map(drop)), "not found");
        assert_eq!(convert(w, "li", id, Draft::new()), DONE);
        assert_eq!(w.all("customer", "true").len(), 1, "never a second one");
        let done = w.look("lead", id);
        assert_eq!(done.reference("customer"), Some(customer));
        assert_eq!(done.get("linked").as_bool(), Some(true));
        assert_eq!(w.look("customer", customer).owner(), Some(w.id("zhao")));
        let shares = w.gate.shares(&w.ctx("li"), "customer", customer).unwrap();
        assert_eq!(
            shares,
            [Share { user: Some(w.id("li")), department: None, edit: true, until: None }],
            "and sees it now"
        );
        assert_eq!(w.all("contact", "true").len(), 1);
    });
}

#[test]
fn one_that_only_shares_the_phone_is_chosen_by_the_person() {
    story(|w| {
        let other = w.given(
            "customer",
            Draft::new().set("name", "另一家公司").set("phone", "13900001111").set("owner", w.id("zhao")),
        );
        let id = lead(w, "li", "杭州远帆科技有限公司");
        assert_eq!(convert(w, "li", id, Draft::new()), "1 duplicates");
        assert_eq!(w.look("lead", id).text("status"), "new", "nothing was written");
        assert_eq!(convert(w, "li", id, Draft::new().set("customer", other)), DONE);
        assert_eq!(w.all("customer", "true").len(), 1);
    });
}

#[test]
fn a_score_weighs_four_factors_and_says_where_it_comes_from() {
    story(|w| {
        let id = lead(w, "li", "杭州远帆科技有限公司");
        assert!(w.look("lead", id).get("score").is_null(), "nothing was judged yet");
        let stars = |n: i64| Value::from(n);
        let factors = Draft::new()
            .set("match", stars(5))
            .set("potential", stars(4))
            .set("standing", stars(3))
            .set("service_cost", stars(1));
        w.edit("li", "lead", id, factors).unwrap();
        let points = |field: &str| w.look("lead", id).decimal(field).unwrap();
        // 40 × 5/5, 30 × 4/5, 20 × 3/5, 10 × 1/5
        let expected =
            [("match_points", 40), ("potential_points", 24), ("standing_points", 12), ("cost_points", 2)];
        for (field, worth) in expected {
            assert_eq!(points(field), Decimal::from(worth), "{field}");
        }
        assert_eq!(points("score"), Decimal::from(78));
        assert_eq!(w.look("lead", id).text("grade"), "B");
        for (name, weight) in [("match", "0"), ("potential", "0"), ("standing", "10"), ("service_cost", "30")]
        {
            w.gate.set_setting(&w.operator(), &format!("lead.weight.{name}"), weight).unwrap();
        }
        w.gate.run_job("lead.score", w.today()).unwrap();
        // 25 × 3/5 + 75 × 1/5
        assert_eq!(points("score"), Decimal::from(30));
        assert_eq!(w.look("lead", id).text("grade"), "D");
    });
}

#[test]
fn assigning_belongs_to_managers_and_an_invalid_lead_says_why() {
    story(|w| {
        let id = lead(w, "li", "杭州远帆科技有限公司");
        let to = |person: &str| Draft::new().set("to", w.id(person));
        assert_eq!(why(w.verb("li", "lead", id, "assign", to("wang")).map(drop)), "forbidden");
        assert_eq!(
            why(w.verb("manager", "lead", id, "assign", to("agent")).map(drop)),
            "lead.cannot_follow_up"
        );
        w.verb("manager", "lead", id, "assign", to("wang")).unwrap();
        assert_eq!(w.look("lead", id).owner(), Some(w.id("wang")));
        assert!(w.notices("wang").iter().any(|text| text.contains("杭州远帆科技有限公司")));
        assert_eq!(why(w.verb("wang", "lead", id, "invalidate", Draft::new()).map(drop)), "field.required");
        w.verb("wang", "lead", id, "invalidate", Draft::new().set("reason", "no_need")).unwrap();
        assert_eq!(convert(w, "wang", id, Draft::new()), "gate.wrong_status");
        w.verb("wang", "lead", id, "reopen", Draft::new()).unwrap();
        assert_eq!(w.look("lead", id).text("status"), "new");
    });
}

#[test]
fn the_next_contact_agreed_on_stands_on_the_lead() {
    story(|w| {
        let id = lead(w, "li", "杭州远帆科技有限公司");
        w.make(
            "li",
            "activity",
            Draft::new()
                .set("content", "约了下周")
                .set("type", "call")
                .set("regarding", Value::AnyRef("lead".to_owned(), id))
                .set("next_contact_at", instant("2026-06-22T02:00:00Z")),
        )
        .unwrap();
        assert_eq!(
            w.look("lead", id).instant("next_contact_at"),
            instant("2026-06-22T02:00:00Z").as_instant()
        );
    });
}

#[test]
fn leads_and_conversion_are_counted_by_source() {
    story(|w| {
        for n in 0..4 {
            let draft = Draft::new().set("name", format!("线索{n}")).set("source", "social");
            let id = w.make("li", "lead", draft).unwrap().id;
            if n == 0 {
                assert_eq!(convert(w, "li", id, Draft::new()), DONE);
            }
            if n == 1 {
                w.verb("li", "lead", id, "invalidate", Draft::new().set("reason", "no_need")).unwrap();
            }
        }
        w.make("zhao", "lead", Draft::new().set("name", "别处").set("source", "research")).unwrap();
        let report = |person: &str| w.gate.report(&w.ctx(person), "lead_source", &Params::default()).unwrap();
        let own = report("li");
        assert_eq!(own.rows.len(), 1, "everyone reports on their own");
        let number = |n: i64| Value::from(n);
        assert_eq!(
            own.rows[0].cells[..6],
            [Value::from("social"), number(4), number(2), number(1), number(25), number(1)]
        );
        let all = report("manager");
        assert_eq!(all.rows.len(), 2);
        assert_eq!(all.totals[1], number(5));
    });
}
