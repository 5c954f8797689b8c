use crate::world::{World, date, draft, story, why, yuan};
use guanxi_gate::{Draft, report::Params};
use guanxi_model::{Query, RecordId, Value, expr};
use rust_decimal::Decimal;

fn learn(world: &World, customer: RecordId, topic: &str, value: &str, on: &str) -> RecordId {
    let fact = draft([("topic", topic.into()), ("value", value.into()), ("learned_on", date(on))]);
    world.make("li", "preference", fact.set("customer", customer)).unwrap().id
}

#[test]
fn the_newest_word_on_a_topic_holds_and_the_older_ones_stay() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let old = learn(world, customer, "contact_way", "上午打电话", "2026-03-01");
        let new = learn(world, customer, "contact_way", "下午发微信", "2026-05-01");
        let late = learn(world, customer, "contact_way", "从前用传真", "2025-01-01");
        learn(world, customer, "price", "要含税价", "2026-02-01");
        let holds = |id: RecordId| world.look("preference", id).get("current").as_bool();
        assert_eq!((holds(old), holds(new), holds(late)), (Some(false), Some(true), Some(false)));
        assert_eq!(world.look("customer", customer).text("learned"), "下午发微信; 要含税价");
        // The history can be read, and the words that hold find the customer.
        assert_eq!(world.all("preference", r#"topic == "contact_way""#).len(), 3);
        let found = |filter: &str| {
            let query = Query::of("customer").filter(expr::parse(filter).unwrap());
            world.gate.list(&world.ctx("li"), &query).unwrap().rows.len()
        };
        assert_eq!(found(r#"any(preference, current == true && contains(value, "微信"))"#), 1);
        assert_eq!(found(r#"contains(learned, "电话")"#), 0, "what no longer holds finds nobody");
        // A contact has words of their own.
        let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", customer));
        let hers = draft([("topic", "contact_way".into()), ("value", "只用邮件".into())]);
        let hers = hers.set("customer", customer).set("contact", contact);
        world.make("li", "preference", hers).unwrap();
        assert_eq!(holds(new), Some(true));
        // Deleted, it gives way to the one before.
        world.gate.delete(&world.operator(), "preference", new, None).unwrap();
        assert_eq!(holds(old), Some(true));
    });
}

fn promised(world: &World, customer: RecordId, due: &str) -> RecordId {
    let words = draft([("content", format!("至 {due}").into()), ("due_on", date(due))]);
    world.make("li", "promise", words.set("customer", customer)).unwrap().id
}

#[test]
fn promises_are_kept_in_time_late_or_broken() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let yesterday =
            draft([("content", "昨天".into()), ("due_on", date("2026-06-14"))]).set("customer", customer);
        assert_eq!(why(world.make("li", "promise", yesterday)), "promise.in_past");
        let ids: Vec<RecordId> = ["2026-06-16", "2026-06-16", "2026-06-17", "2026-06-18"]
            .iter()
            .map(|due| promised(world, customer, due))
            .collect();
        world.later(2);
        let keep =
            |id: RecordId, on: &str| world.verb("li", "promise", id, "keep", draft([("on", date(on))]));
        keep(ids[0], "2026-06-16").unwrap();
        keep(ids[1], "2026-06-17").unwrap();
        assert_eq!(why(keep(ids[2], "2026-06-18")), "promise.not_yet");
        world.verb("li", "promise", ids[2], "break_off", Draft::new().set("reason", "缺货")).unwrap();
        let late = |id: RecordId| world.look("promise", id).get("late").as_bool();
        assert_eq!((late(ids[0]), late(ids[1])), (Some(false), Some(true)));
        assert_eq!(
            why(world.edit("li", "promise", ids[2], Draft::new().set("content", "改口"))),
            "promise.ended"
        );
        let known = world.look("customer", customer);
        let count = |field: &str| known.decimal(field);
        let n = |n: i64| Some(Decimal::from(n));
        assert_eq!((count("promise_count"), count("promise_kept_count")), (n(4), n(1)));
        assert_eq!((count("promise_late_count"), count("promise_broken_count")), (n(1), n(1)));
        world.later(10);
        let report = world.gate.report(&world.ctx("manager"), "promises", &Params::new()).unwrap();
        let row = &report.rows[0].cells;
        assert_eq!(row[0], Value::Ref(world.id("li")));
        // Four made: one in time, one late, one broken, one overdue; one of four is 25 %.
        assert_eq!(
            row[1..],
            [4, 1, 1, 1, 1].map(Value::from).into_iter().chain([yuan("25")]).collect::<Vec<_>>()
        );
        assert!(world.gate.report(&world.ctx("zhao"), "promises", &Params::new()).unwrap().rows.is_empty());
    });
}

#[test]
fn promises_are_reminded_of_before_they_are_due_and_once_late() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        promised(world, customer, "2026-06-17");
        let told = |day: &str| {
            // The scheduler's hand, so that the owner is told.
            world.gate.run_job("promise.remind", day.parse().unwrap()).unwrap();
            world.notices("li").iter().filter(|n| n.contains("承诺")).count()
        };
        assert_eq!(told("2026-06-15"), 0, "two days before");
        assert_eq!(told("2026-06-16"), 1, "the day before");
        assert_eq!(told("2026-06-17"), 1, "not again on the day");
        assert_eq!(told("2026-06-18"), 2, "late");
        assert_eq!(told("2026-06-19"), 2, "once");
    });
}

#[test]
fn a_prepared_call_keeps_its_six_items() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let items = draft([
            ("purpose", "确认采购".into()),
            ("goal", "约演示".into()),
            ("questions", "预算？".into()),
        ]);
        let id = world.make("li", "call_preparation", items.set("customer", customer)).unwrap().id;
        assert_eq!(world.look("call_preparation", id).decimal("ready"), Some(3.into()));
        let rest = draft([("materials", "报价".into()), ("topic", "案例".into()), ("attitude", true.into())]);
        world.edit("li", "call_preparation", id, rest).unwrap();
        assert_eq!(world.look("call_preparation", id).decimal("ready"), Some(6.into()));
        let call = Draft::new().set("content", "谈妥").set("customer", customer).set("preparation", id);
        let call = world.make("li", "activity", call).unwrap().id;
        let kept = world.look("call_preparation", id);
        assert_eq!((kept.reference("activity"), kept.text("status")), (Some(call), "used"));
        let other = world.customer("li", "云帆制造");
        let stray = Draft::new().set("content", "串了").set("customer", other).set("preparation", id);
        assert_eq!(why(world.make("li", "activity", stray)), "activity.other_customer");
    });
}

#[test]
fn two_axes_make_the_style_of_a_contact() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        for (assertive, responsive, style) in [
            ("low", "low", "analytical"),
            ("high", "low", "driving"),
            ("high", "high", "expressive"),
            ("low", "high", "amiable"),
        ] {
            let contact = draft([
                ("name", style.into()),
                ("assertiveness", assertive.into()),
                ("responsiveness", responsive.into()),
            ]);
            let id = world.make("li", "contact", contact.set("customer", customer)).unwrap().id;
            assert_eq!(world.look("contact", id).text("style"), style);
            world.edit("li", "contact", id, draft([("responsiveness", Value::Null)])).unwrap();
            assert_eq!(world.look("contact", id).text("style"), "", "one axis tells nothing");
        }
    });
}

#[test]
fn an_objection_is_heard_before_it_is_resolved() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let id = world
            .make("li", "objection", Draft::new().set("objection", "太贵").set("customer", customer))
            .unwrap()
            .id;
        let resolve =
            || why(world.verb("li", "objection", id, "resolve", Draft::new().set("outcome", "同意")));
        assert_eq!(resolve(), "objection.listen_first");
        world.edit("li", "objection", id, draft([("listened", "比别家贵".into())])).unwrap();
        assert_eq!(resolve(), "objection.listen_first");
        world.edit("li", "objection", id, draft([("understood", "要对采购负责".into())])).unwrap();
        assert_eq!(world.look("objection", id).decimal("steps_done"), Some(2.into()));
        assert_eq!(resolve(), "done");
    });
}

#[test]
fn the_history_of_problems_tells_what_went_wrong() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let request = |title: &str, kind: &str, stars: Value| {
            let draft = draft([
                ("title", title.into()),
                ("kind", kind.into()),
                ("satisfaction", stars),
                ("status", "archived".into()),
            ]);
            world.given("service_request", draft.set("customer", customer));
        };
        request("漏水", "complaint", Value::from(5));
        request("回复太慢", "consult", Value::from(2));
        request("问价", "consult", Value::from(3));
        let broken = promised(world, customer, "2026-06-20");
        world.verb("li", "promise", broken, "break_off", Draft::new().set("reason", "缺货")).unwrap();
        promised(world, customer, "2026-06-16");
        world.later(3);
        let problems =
            guanxi_crm::insight::problems::of(&world.gate, &world.ctx("manager"), customer).unwrap();
        let mut kinds: Vec<&str> = problems.iter().map(|problem| problem.kind).collect();
        kinds.sort_unstable();
        assert_eq!(kinds, ["broken_promise", "complaint", "dissatisfied", "late_promise"]);
        let known = world.look("customer", customer);
        assert_eq!(known.decimal("bad_mark_count"), Some(1.into()));
        let listed =
            world.all("customer", "complaint_count > 0 || bad_mark_count > 0 || promise_broken_count > 0");
        assert_eq!(listed.len(), 1);
    });
}

#[test]
fn communication_is_counted_by_its_kind() {
    story(|world| {
        let (one, two) = (world.customer("li", "明德科技"), world.customer("li", "云帆制造"));
        for (customer, kind) in
            [(one, "information"), (one, "information"), (two, "information"), (two, "emotion"), (two, "")]
        {
            let kind = if kind.is_empty() { Value::Null } else { Value::text(kind) };
            let written = draft([("content", "谈".into()), ("communication", kind)]);
            world.make("li", "activity", written.set("customer", customer)).unwrap();
        }
        let report = world.gate.report(&world.ctx("li"), "communication", &Params::new()).unwrap();
        let row = |n: usize| report.rows[n].cells.clone();
        let cells = |kind: Value, n: i64, customers: i64, share: Value| {
            vec![kind, Value::from(n), Value::from(customers), share]
        };
        assert_eq!(row(0), cells("information".into(), 3, 2, yuan("75")));
        assert_eq!(row(1), cells("emotion".into(), 1, 1, yuan("25")));
        assert_eq!(row(5), cells(Value::Null, 1, 1, Value::Null), "what has no kind is told apart");
        assert!(
            world
                .gate
                .report(&world.ctx("wang"), "communication", &Params::new())
                .unwrap()
                .rows
                .iter()
                .all(|r| r.cells[1] == Value::from(0))
        );
    });
}
