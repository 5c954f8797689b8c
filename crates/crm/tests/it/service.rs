use crate::world::{World, draft, story, why};
use guanxi_gate::{Draft, admin::Share};
use guanxi_model::{RecordId, Value};

fn request(world: &World, by: &str) -> RecordId {
    let customer = world.customer("li", "明德科技");
    let request =
        draft([("title", "打印机卡纸".into()), ("kind", "complaint".into()), ("customer", customer.into())]);
    world.make(by, "service_request", request).unwrap().id
}

fn to(world: &World, person: &str) -> Draft {
    Draft::new().set("to", world.id(person))
}

fn result() -> Draft {
    Draft::new().set("result", "更换了搓纸轮")
}

fn stars(n: i64) -> Draft {
    Draft::new().set("satisfaction", n)
}

#[test]
fn every_verb_starts_only_from_its_statuses() {
    story(|world| {
        let verbs: [(&str, &str, &[&str], Draft); 3] = [
            ("assign", "manager", &["new", "assigned"], to(world, "agent")),
            ("handle", "agent", &["assigned"], result()),
            ("feedback", "agent", &["handled"], stars(5)),
        ];
        for (verb, by, from, input) in verbs {
            for status in ["new", "assigned", "handled", "archived"] {
                let customer = world.customer("li", &format!("{verb} {status}"));
                let id = world.given(
                    "service_request",
                    draft([
                        ("title", "咨询".into()),
                        ("customer", customer.into()),
                        ("status", status.into()),
                    ]),
                );
                let done = why(world.verb(by, "service_request", id, verb, input.clone()));
                if from.contains(&status) {
                    assert!(done.starts_with("done"), "{verb} from {status}: {done}");
                } else {
                    assert_eq!(done, "gate.wrong_status", "{verb} from {status}");
                }
            }
        }
    });
}

#[test]
fn five_steps_and_back_again_when_the_customer_is_not_content() {
    story(|world| {
        let id = request(world, "agent");
        assert!(world.look("service_request", id).text("number").starts_with("FW-202606-"));
        world.verb("manager", "service_request", id, "assign", to(world, "li")).unwrap();
        assert_eq!(world.notices("li"), ["服务“打印机卡纸”已分配给你，请处理"]);
        world.verb("li", "service_request", id, "handle", result()).unwrap();
        let handled = world.look("service_request", id);
        assert_eq!(handled.reference("assigned_by"), Some(world.id("manager")));
        assert_eq!(handled.reference("handled_by"), Some(world.id("li")));
        assert_eq!(handled.decimal("handle_count"), Some(1.into()));
        assert!(handled.instant("handled_at").is_some() && handled.instant("assigned_at").is_some());
        assert_eq!(world.notices("agent"), ["服务“打印机卡纸”已处理，请回访客户并登记反馈"]);
        world.verb("agent", "service_request", id, "feedback", stars(2)).unwrap();
        let back = world.look("service_request", id);
        assert_eq!((back.text("status"), back.decimal("satisfaction")), ("assigned", Some(2.into())));
        assert_eq!(back.owner(), Some(world.id("li")));
        assert_eq!(world.notices("li")[0], "客户对“打印机卡纸”的处理不满意，请重新处理");
        world.verb("li", "service_request", id, "handle", result()).unwrap();
        world.verb("agent", "service_request", id, "feedback", stars(3)).unwrap();
        let done = world.look("service_request", id);
        assert_eq!((done.text("status"), done.decimal("handle_count")), ("archived", Some(2.into())));
        assert_eq!(done.reference("feedback_by"), Some(world.id("agent")));
        assert!(done.instant("archived_at").is_some());
        let edit = world.edit("agent", "service_request", id, Draft::new().set("title", "改"));
        assert_eq!(why(edit), "service.archived");
    });
}

#[test]
fn three_stars_are_content_and_two_are_not() {
    story(|world| {
        for n in 1..=5 {
            let customer = world.customer("li", &format!("{n} 星"));
            let handled = draft([
                ("title", "咨询".into()),
                ("customer", customer.into()),
                ("status", "handled".into()),
            ]);
            let id = world.given("service_request", handled);
            world.verb("agent", "service_request", id, "feedback", stars(n)).unwrap();
            let expected = if n >= 3 { "archived" } else { "assigned" };
            assert_eq!(world.look("service_request", id).text("status"), expected, "{n}");
        }
    });
}

#[test]
fn only_its_assignee_handles_it() {
    story(|world| {
        let id = request(world, "li");
        assert_eq!(why(world.verb("li", "service_request", id, "assign", to(world, "li"))), "forbidden");
        assert_eq!(
            why(world.verb("manager", "service_request", id, "assign", to(world, "boss"))),
            "service.cannot_handle"
        );
        world.verb("manager", "service_request", id, "assign", to(world, "wang")).unwrap();
        assert_eq!(why(world.verb("li", "service_request", id, "handle", result())), "not found");
        assert_eq!(why(world.verb("manager", "service_request", id, "handle", result())), "forbidden");
        assert_eq!(why(world.verb("wang", "service_request", id, "handle", Draft::new())), "field.required");
        assert!(why(world.verb("wang", "service_request", id, "handle", result())).starts_with("done"));
        assert_eq!(why(world.verb("wang", "service_request", id, "feedback", stars(5))), "forbidden");
    });
}

#[test]
fn whoever_it_is_shared_with_may_help_but_not_answer_for_it() {
    story(|world| {
        let id = request(world, "agent");
        world.verb("manager", "service_request", id, "assign", to(world, "li")).unwrap();
        let with = Share { user: Some(world.id("wang")), department: None, edit: true, until: None };
        world.gate.share(&world.operator(), "service_request", id, with).unwrap();
        assert_eq!(
            why(world.verb("wang", "service_request", id, "handle", result())),
            "service.only_assignee"
        );
    });
}

#[test]
fn a_request_needs_a_customer_and_a_title() {
    story(|world| {
        let bare = world.make("agent", "service_request", Draft::new().set("kind", Value::Null));
        let Err(guanxi_gate::Error::Invalid(issues)) = bare else { panic!("{bare:?}") };
        let mut fields: Vec<_> = issues.iter().filter_map(|issue| issue.field.clone()).collect();
        fields.sort();
        assert_eq!(fields, ["customer", "kind", "title"]);
    });
}
