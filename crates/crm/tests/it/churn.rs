use crate::world::{World, date, draft, story, why};
use guanxi_gate::Draft;
use guanxi_model::RecordId;
use jiff::civil::Date;

fn warn(world: &World, as_of: &str) -> i64 {
    let done = world.gate.run_job("churn.warn", as_of.parse().unwrap()).unwrap();
    assert_eq!(done[0].0, "warned");
    done[0].1
}

fn silent(world: &World, owner: &str, name: &str, last: &str) -> RecordId {
    let customer = world.customer(owner, name);
    world.order(customer, last, "100");
    customer
}

fn warning(world: &World) -> RecordId {
    silent(world, "li", "明德科技", "2025-11-30");
    assert_eq!(warn(world, "2026-06-15"), 1);
    world.all("churn_warning", "true")[0].id
}

fn measure(text: &str) -> Draft {
    Draft::new().set("measure", text)
}

fn reason() -> Draft {
    Draft::new().set("reason", "competitor")
}

#[test]
fn strictly_more_than_six_calendar_months_without_an_order() {
    story(|world| {
        silent(world, "li", "六个月零一天", "2025-12-14");
        silent(world, "li", "正好六个月", "2025-12-15");
        silent(world, "li", "五个月", "2026-01-15");
        world.customer("li", "从未下单");
        assert_eq!(warn(world, "2026-06-15"), 1);
        let warnings = world.all("churn_warning", "true");
        assert_eq!(warnings.len(), 1);
        assert_eq!(warnings[0].text("status"), "open");
        assert_eq!(warnings[0].date("last_order_on").unwrap().to_string(), "2025-12-14");
        assert_eq!(warnings[0].date("warned_on").unwrap().to_string(), "2026-06-15");
        assert_eq!(warnings[0].owner(), Some(world.id("li")));
        assert_eq!(world.notices("li"), ["客户“六个月零一天”长期没有下单，请采取措施"]);
    });
}

#[test]
fn months_are_those_of_the_calendar_not_days() {
    story(|world| {
        // Six months before 31 August is 28 February; 180 days before it would be 4 March.
        silent(world, "li", "二月末", "2026-02-28");
        silent(world, "li", "三月初", "2026-03-01");
        assert_eq!(warn(world, "2026-08-31"), 0);
        assert_eq!(warn(world, "2026-09-01"), 1);
        assert_eq!(warn(world, "2026-09-02"), 1);
    });
}

#[test]
fn the_months_are_a_setting_and_customers_without_orders_a_switch() {
    story(|world| {
        let operator = world.operator();
        silent(world, "li", "四个月", "2026-02-10");
        world.customer("li", "从未下单");
        assert_eq!(warn(world, "2026-06-15"), 0);
        world.gate.set_setting(&operator, "churn.months", "3").unwrap();
        assert_eq!(warn(world, "2026-06-15"), 1);
        world.gate.set_setting(&operator, "churn.without_orders", "on").unwrap();
        assert_eq!(warn(world, "2026-09-15"), 0, "entered exactly three months ago");
        assert_eq!(warn(world, "2026-09-16"), 1);
        let warned = world.all("churn_warning", "is_empty(last_order_on)");
        assert_eq!(warned.len(), 1);
    });
}

#[test]
fn running_it_again_warns_nobody_twice() {
    story(|world| {
        let id = warning(world);
        assert_eq!(warn(world, "2026-06-15"), 0);
        world.verb("li", "churn_warning", id, "defer", measure("上门拜访")).unwrap();
        assert_eq!(warn(world, "2026-06-16"), 0);
        world.verb("li", "churn_warning", id, "confirm", reason()).unwrap();
        assert_eq!(warn(world, "2026-06-17"), 0);
        assert_eq!(world.all("churn_warning", "true").len(), 1);
    });
}

#[test]
fn a_past_business_date_sees_only_orders_up_to_it() {
    story(|world| {
        let customer = silent(world, "li", "明德科技", "2025-01-10");
        world.order(customer, "2025-12-01", "50");
        world.order(customer, "2026-06-01", "50");
        let later = world.customer("li", "后来的客户");
        world.order(later, "2026-05-01", "1");
        assert_eq!(warn(world, "2026-06-15"), 0);
        assert_eq!(warn(world, "2025-07-10"), 0, "exactly six months");
        assert_eq!(warn(world, "2025-07-11"), 1);
        let warned = world.all("churn_warning", "true");
        assert_eq!(warned[0].date("last_order_on"), Some("2025-01-10".parse::<Date>().unwrap()));
        assert_eq!(warned[0].reference("customer"), Some(customer));
    });
}

#[test]
fn one_message_for_each_owner() {
    story(|world| {
        for i in 0..3 {
            silent(world, "li", &format!("李的客户 {i}"), "2025-01-01");
        }
        silent(world, "wang", "王的客户", "2025-01-01");
        assert_eq!(warn(world, "2026-06-15"), 4);
        assert_eq!(world.notices("li"), ["有 3 位客户长期没有下单（“李的客户 0”等），请采取措施"]);
        assert_eq!(world.notices("wang").len(), 1);
    });
}

#[test]
fn every_verb_starts_only_from_its_statuses() {
    story(|world| {
        for status in ["open", "deferred", "lost", "recovered"] {
            for (verb, input) in [("defer", measure("回访")), ("confirm", reason())] {
                let customer = world.customer("li", &format!("{status} {verb}"));
                let id = world.given(
                    "churn_warning",
                    draft([("customer", customer.into()), ("status", status.into())]),
                );
                world.given(
                    "churn_measure",
                    draft([("churn_warning", id.into()), ("measure", "电话".into())]),
                );
                let done = why(world.verb("li", "churn_warning", id, verb, input));
                if matches!(status, "open" | "deferred") {
                    assert!(done.starts_with("done"), "{verb} from {status}: {done}");
                } else {
                    assert_eq!(done, "gate.wrong_status", "{verb} from {status}");
                }
            }
        }
    });
}

#[test]
fn a_loss_is_confirmed_only_after_a_measure() {
    story(|world| {
        let id = warning(world);
        assert_eq!(why(world.verb("li", "churn_warning", id, "confirm", reason())), "churn.measure_first");
        assert_eq!(why(world.verb("li", "churn_warning", id, "defer", Draft::new())), "field.required");
        world.verb("li", "churn_warning", id, "defer", measure("电话回访")).unwrap();
        world.later(1);
        world.verb("li", "churn_warning", id, "defer", measure("上门拜访")).unwrap();
        let deferred = world.look("churn_warning", id);
        assert_eq!((deferred.text("status"), deferred.text("last_measure")), ("deferred", "上门拜访"));
        assert_eq!(deferred.decimal("measure_count"), Some(2.into()));
        let measures = world.all("churn_measure", "true");
        assert_eq!(measures[0].text("measure"), "电话回访", "the first is kept");
        assert_eq!(measures[0].reference("taken_by"), Some(world.id("li")));
        assert!(measures[0].instant("taken_at") < measures[1].instant("taken_at"));
        assert_eq!(why(world.verb("li", "churn_warning", id, "confirm", Draft::new())), "field.required");
        world.verb("li", "churn_warning", id, "confirm", reason().set("note", "转投他家")).unwrap();
        let lost = world.look("churn_warning", id);
        assert_eq!((lost.text("status"), lost.text("reason")), ("lost", "competitor"));
        assert_eq!(lost.reference("confirmed_by"), Some(world.id("li")));
        assert!(lost.instant("confirmed_at").is_some());
        let customer = world.look("customer", lost.reference("customer").unwrap());
        assert_eq!((customer.text("status"), customer.text("customer_type")), ("lost", "lost"));
    });
}

#[test]
fn measures_are_only_added() {
    story(|world| {
        let id = warning(world);
        world.verb("li", "churn_warning", id, "defer", measure("电话回访")).unwrap();
        let kept = world.all("churn_measure", "true")[0].clone();
        let operator = world.operator();
        let edit = |field: &str| {
            why(world.gate.update(&operator, "churn_measure", kept.id, None, Draft::new().set(field, "改")))
        };
        assert!(["churn.append_only", "field.fixed"].contains(&edit("measure").as_str()));
        assert_eq!(why(world.gate.delete(&operator, "churn_measure", kept.id, None)), "churn.append_only");
        // Not even trusted code rewrites them.
        let record = kept.clone();
        let done = world.gate.write(&operator, move |tx| tx.update(&record, measure("改")).map(|_| ()));
        assert_eq!(why(done), "churn.append_only");
        assert_eq!(
            why(world.make("li", "churn_measure", measure("直接添加").set("churn_warning", id))),
            "forbidden"
        );
    });
}

#[test]
fn an_order_recovers_the_customer() {
    story(|world| {
        for verb in ["none", "defer", "confirm"] {
            let customer = silent(world, "li", verb, "2025-11-30");
            warn(world, "2026-06-15");
            let id = world.all("churn_warning", &format!("customer == id(\"{customer}\")"))[0].id;
            if verb != "none" {
                world.verb("li", "churn_warning", id, "defer", measure("回访")).unwrap();
            }
            if verb == "confirm" {
                world.verb("li", "churn_warning", id, "confirm", reason()).unwrap();
            }
            // History entered late says nothing about today.
            world.order(customer, "2025-11-01", "1");
            assert_ne!(world.look("churn_warning", id).text("status"), "recovered");
            let order = world.order(customer, "2026-06-14", "1");
            let (warning, customer) = (world.look("churn_warning", id), world.look("customer", customer));
            assert_eq!(
                (customer.text("status"), customer.text("customer_type")),
                ("normal", "existing"),
                "{verb}"
            );
            if verb == "confirm" {
                assert_eq!(warning.text("status"), "lost", "the confirmed loss stays in history");
            } else {
                assert_eq!(warning.text("status"), "recovered", "{verb}");
                assert_eq!(warning.reference("recovered_by"), Some(order));
            }
        }
    });
}

#[test]
fn only_their_own_customers_warnings_are_theirs() {
    story(|world| {
        let id = warning(world);
        assert_eq!(why(world.verb("wang", "churn_warning", id, "defer", measure("回访"))), "not found");
        assert_eq!(why(world.verb("agent", "churn_warning", id, "defer", measure("回访"))), "forbidden");
        assert!(
            why(world.verb("manager", "churn_warning", id, "defer", measure("回访"))).starts_with("done")
        );
        let by_hand = draft([
            ("customer", world.customer("li", "新客户").into()),
            ("last_order_on", date("2020-01-01")),
        ]);
        assert_eq!(why(world.make("li", "churn_warning", by_hand)), "forbidden");
    });
}
