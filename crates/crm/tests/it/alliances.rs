//! Joint plans with customers: agreed by both, worked on by a team, measured and reviewed.

use crate::world::{World, date, draft, story, why};
use guanxi_crm::office::todo::todos;
use guanxi_gate::{Draft, Error};
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;

struct Plan {
    customer: RecordId,
    contact: RecordId,
    id: RecordId,
}

fn drafted(world: &World) -> Plan {
    let customer = world.customer("li", "明德科技");
    let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", customer));
    let plan = draft([("name", "年度合作".into()), ("ends_on", date("2027-06-14"))]);
    let plan = plan.set("customer", customer).set("contact", contact);
    let id = world.make("li", "account_plan", plan).unwrap().id;
    Plan { customer, contact, id }
}

fn part(world: &World, plan: &Plan, object: &str, fields: Draft) -> Result<RecordId, Error> {
    world.make("li", object, fields.set("account_plan", plan.id)).map(|made| made.id)
}

fn action(world: &World, plan: &Plan, side: &str, due: &str) -> RecordId {
    let mut fields =
        draft([("title", format!("{side} {due}").into()), ("side", side.into()), ("due_on", date(due))]);
    if side == "theirs" {
        fields = fields.set("contact", plan.contact);
    }
    part(world, plan, "account_action", fields).unwrap()
}

fn measure(world: &World, plan: &Plan, base: i64, target: i64) -> RecordId {
    let fields = draft([
        ("name", format!("{base}-{target}").into()),
        ("base", base.into()),
        ("target", target.into()),
    ]);
    part(world, plan, "account_measure", fields).unwrap()
}

fn act(world: &World, plan: &Plan, verb: &str, input: Draft) -> String {
    why(world.verb("li", "account_plan", plan.id, verb, input))
}

fn goals() -> Draft {
    draft([("our_goal", "采购额翻番".into()), ("their_goal", "交货 6 天".into())])
}

/// A plan that runs, with two measures and an action on either side.
fn running(world: &World) -> (Plan, [RecordId; 2], [RecordId; 2]) {
    let plan = drafted(world);
    world.edit("li", "account_plan", plan.id, goals()).unwrap();
    let measures = [measure(world, &plan, 100, 200), measure(world, &plan, 12, 6)];
    let actions = [action(world, &plan, "ours", "2026-06-17"), action(world, &plan, "theirs", "2026-06-20")];
    assert_eq!(act(world, &plan, "agree", Draft::new().set("with", plan.contact)), "done");
    assert_eq!(act(world, &plan, "start", draft([("review_on", date("2026-06-18"))])), "done");
    (plan, measures, actions)
}

#[test]
fn a_plan_is_agreed_with_goals_measures_and_actions_of_both() {
    story(|world| {
        let plan = drafted(world);
        assert_eq!(act(world, &plan, "agree", Draft::new()), "account_plan.goals_of_both");
        world.edit("li", "account_plan", plan.id, goals()).unwrap();
        assert_eq!(act(world, &plan, "agree", Draft::new()), "account_plan.measure_first");
        measure(world, &plan, 100, 200);
        action(world, &plan, "ours", "2026-06-17");
        assert_eq!(act(world, &plan, "agree", Draft::new()), "account_plan.actions_of_both");
        action(world, &plan, "theirs", "2026-06-20");
        let other = world.customer("li", "云帆制造");
        let stranger = world.given("contact", Draft::new().set("name", "外人").set("customer", other));
        let with = |contact: RecordId| Draft::new().set("with", contact);
        assert_eq!(act(world, &plan, "agree", with(stranger)), "account_plan.other_customer");
        assert_eq!(act(world, &plan, "agree", draft([("on", date("2026-06-16"))])), "account_plan.not_yet");
        assert_ne!(
            act(world, &plan, "start", draft([("review_on", date("2026-07-01"))])),
            "done",
            "not yet agreed"
        );
        assert_eq!(act(world, &plan, "agree", with(plan.contact)), "done");
        let agreed = world.look("account_plan", plan.id);
        assert_eq!((agreed.text("status"), agreed.reference("agreed_with")), ("agreed", Some(plan.contact)));
        let after_its_end = draft([("review_on", date("2027-06-15"))]);
        assert_eq!(act(world, &plan, "start", after_its_end), "account_plan.review_within");
        assert_eq!(act(world, &plan, "start", draft([("review_on", date("2026-07-01"))])), "done");
    });
}

#[test]
fn what_was_agreed_stays_until_it_is_revised() {
    story(|world| {
        let (plan, [sales, _], _) = running(world);
        let goal = || draft([("our_goal", "翻两番".into())]);
        let target = || draft([("target", 150.into())]);
        assert_eq!(why(world.edit("li", "account_plan", plan.id, goal())), "account_plan.agreed");
        assert_eq!(why(world.edit("li", "account_measure", sales, target())), "account_plan.agreed");
        assert_eq!(
            why(world.gate.delete(&world.ctx("li"), "account_measure", sales, None)),
            "account_plan.agreed"
        );
        assert!(world.edit("li", "account_plan", plan.id, draft([("candour", "每周一次".into())])).is_ok());
        assert_eq!(act(world, &plan, "revise", Draft::new().set("reason", "客户换了负责人")), "done");
        assert!(world.look("account_plan", plan.id).get("agreed_on").is_null());
        assert!(world.edit("li", "account_measure", sales, target()).is_ok());
        assert!(world.edit("li", "account_plan", plan.id, goal()).is_ok());
    });
}

#[test]
fn measures_tell_how_far_both_have_come() {
    story(|world| {
        let (plan, [sales, days], _) = running(world);
        let same = draft([("name", "同".into()), ("base", 5.into()), ("target", 5.into())]);
        act(world, &plan, "revise", Draft::new().set("reason", "补指标"));
        assert_eq!(why(part(world, &plan, "account_measure", same)), "account_plan.target_is_base");
        let measured = |id: RecordId, actual: i64| {
            world.verb("li", "account_measure", id, "measure", draft([("actual", actual.into())])).unwrap();
            world.look("account_measure", id).decimal("attainment").unwrap()
        };
        let progress = || world.look("account_plan", plan.id).decimal("progress");
        assert_eq!(progress(), Some(Decimal::ZERO), "nothing was measured yet");
        assert_eq!(measured(sales, 125), Decimal::from(25));
        // From twelve days down to six: nine is half of the way.
        assert_eq!(measured(days, 9), Decimal::from(50));
        assert_eq!(progress(), Some(Decimal::from(38)), "the mean of 25 and 50, rounded to even");
        assert_eq!(measured(sales, 300), Decimal::ONE_HUNDRED, "never more than all of it");
        assert_eq!(measured(days, 15), Decimal::ZERO, "never less than nothing");
        assert_eq!(progress(), Some(Decimal::from(50)));
        assert_eq!(world.look("account_plan", plan.id).decimal("measure_met_count"), Some(Decimal::ONE));
        world.gate.delete(&world.operator(), "account_measure", days, None).unwrap();
        assert_eq!(progress(), Some(Decimal::ONE_HUNDRED));
    });
}

#[test]
fn the_team_works_on_the_plan_and_nobody_else_sees_it() {
    story(|world| {
        let (plan, _, [ours, _]) = running(world);
        let sees = |who: &str| world.gate.get(&world.ctx(who), "account_plan", plan.id).is_ok();
        assert!(!sees("wang") && !sees("zhao") && sees("manager") && sees("boss"));
        let give = |to: &str| world.gate.transfer(&world.ctx("li"), "account_action", ours, world.id(to));
        assert_eq!(why(give("zhao")), "account_plan.not_in_team");
        let join = |who: &str, role: &str| {
            part(world, &plan, "account_member", Draft::new().set("user", world.id(who)).set("role", role))
        };
        join("zhao", "technical").unwrap();
        let observer = join("wang", "observer").unwrap();
        assert_eq!(why(join("zhao", "sales")), "account_plan.already");
        assert!(world.notices("zhao").iter().any(|notice| notice.contains("年度合作")));
        assert_eq!(
            world.look("account_plan", plan.id).decimal("member_count"),
            Some(Decimal::from(3)),
            "with its lead"
        );
        assert!(sees("zhao") && sees("wang"));
        assert!(
            world.gate.get(&world.ctx("zhao"), "customer", plan.customer).is_err(),
            "the plan, not the customer"
        );
        give("zhao").unwrap();
        assert_eq!(why(give("wang")), "account_plan.not_in_team", "who observes does not work");
        let note = |who: &str| world.edit(who, "account_plan", plan.id, draft([("candour", who.into())]));
        assert_eq!((why(note("zhao")), why(note("wang"))), ("done".to_owned(), "forbidden".to_owned()));
        let close =
            draft([("result", "missed".into()), ("conclusion", "试试".into()), ("drop_open", true.into())]);
        assert_eq!(
            why(world.verb("zhao", "account_plan", plan.id, "close", close)),
            "account_plan.only_lead"
        );
        assert_eq!(why(world.verb("zhao", "account_action", ours, "finish", Draft::new())), "done");
        world.edit("li", "account_member", observer, draft([("role", "service".into())])).unwrap();
        assert_eq!(why(note("wang")), "done", "a new part, new rights");
        world.gate.delete(&world.ctx("li"), "account_member", observer, None).unwrap();
        assert!(!sees("wang"));
    });
}

#[test]
fn reviews_mark_the_partnership_and_set_the_next() {
    story(|world| {
        let (plan, ..) = running(world);
        let review = |on: &str, marks: [i64; 5], next: Option<&str>| {
            let mut fields = draft([("title", on.into()), ("held_on", date(on)), ("decided", "继续".into())]);
            for (field, mark) in
                ["trust", "candour", "common_goal", "commitment", "support"].into_iter().zip(marks)
            {
                fields = fields.set(field, mark);
            }
            fields = fields.set("next_on", next.map_or(Value::Null, date));
            part(world, &plan, "account_review", fields)
        };
        assert_eq!(why(review("2026-06-16", [3; 5], None)), "account_plan.not_yet");
        assert_eq!(why(review("2026-06-15", [3; 5], Some("2026-06-15"))), "account_plan.next_after");
        let latest = review("2026-06-15", [5, 4, 4, 3, 2], Some("2026-07-15")).unwrap();
        let known = || {
            let plan = world.look("account_plan", plan.id);
            (
                plan.decimal("partnership").unwrap().normalize().to_string(),
                plan.date("next_review_on").unwrap().to_string(),
            )
        };
        // (5 + 4 + 4 + 3 + 2) / 5 = 3.6
        assert_eq!(known(), ("3.6".to_owned(), "2026-07-15".to_owned()));
        review("2026-06-01", [1; 5], None).unwrap();
        assert_eq!(known().0, "3.6", "an older review, noted later, does not count");
        world.gate.delete(&world.operator(), "account_review", latest, None).unwrap();
        assert_eq!(known().0, "1");
    });
}

#[test]
fn open_actions_are_settled_before_a_plan_closes_and_it_then_rests() {
    story(|world| {
        let (plan, [sales, _], [ours, theirs]) = running(world);
        let close = |drop: bool| {
            let input = draft([("result", "partly".into()), ("conclusion", "交货快了".into())]);
            act(world, &plan, "close", input.set("drop_open", drop))
        };
        world.verb("li", "account_action", ours, "finish", Draft::new()).unwrap();
        assert_eq!(close(false), "account_plan.still_open");
        assert_eq!(close(true), "done");
        assert_eq!(world.look("account_action", theirs).text("status"), "dropped");
        let closed = world.look("account_plan", plan.id);
        assert_eq!(
            (closed.text("result"), closed.decimal("action_done_count")),
            ("partly", Some(Decimal::ONE))
        );
        assert_eq!(
            why(world.edit("li", "account_plan", plan.id, draft([("name", "改名".into())]))),
            "account_plan.closed"
        );
        let late = world.verb("li", "account_measure", sales, "measure", draft([("actual", 200.into())]));
        assert_eq!(why(late), "account_plan.closed");
        let more = draft([("title", "再来".into()), ("due_on", date("2026-07-01"))]);
        assert_eq!(why(part(world, &plan, "account_action", more)), "account_plan.closed");
    });
}

#[test]
fn actions_and_reviews_are_to_be_done_and_reminded_of() {
    story(|world| {
        let (plan, _, [ours, _]) = running(world);
        let count = |name: &str| {
            let todos = todos(&world.gate, &world.ctx("li")).unwrap();
            let todo = todos.iter().find(|todo| todo.name == name).unwrap();
            (todo.today.count, todo.late(), todo.done.as_ref().map_or(0, |state| state.count))
        };
        let told = |day: &str| {
            world.gate.run_job("account_plan.remind", day.parse().unwrap()).unwrap();
            let notices = world.notices("li");
            let of = |word: &str| notices.iter().filter(|notice| notice.contains(word)).count();
            (of("联盟行动"), of("回顾"))
        };
        assert_eq!((count("account_action"), told("2026-06-15")), ((0, 0, 0), (0, 0)));
        world.later(1);
        assert_eq!(told("2026-06-16"), (1, 0), "the day before");
        world.later(1);
        assert_eq!((count("account_action"), count("account_review")), ((1, 0, 0), (0, 0, 0)));
        world.later(1);
        assert_eq!((count("account_action"), count("account_review")), ((0, 1, 0), (1, 0, 0)));
        assert_eq!(told("2026-06-18"), (2, 1), "late, and the day of the review");
        assert_eq!(told("2026-06-18"), (2, 1), "once");
        let by_the_program = world
            .gate
            .timeline(&world.ctx("li"), "account_plan", plan.id, None, 50)
            .unwrap()
            .into_iter()
            .filter(|entry| entry.actor_id == guanxi_gate::SCHEDULER && entry.name == "updated");
        assert_eq!(by_the_program.count(), 0, "that it reminded is the program's own note");
        world.verb("li", "account_action", ours, "finish", Draft::new()).unwrap();
        assert_eq!(count("account_action"), (0, 0, 1));
        world.later(1);
        assert_eq!(count("account_review"), (0, 1, 0), "{}", plan.id);
    });
}
