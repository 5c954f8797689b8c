use crate::world::{World, date, draft, instant, story};
use guanxi_crm::office::todo::{Todo, todos};
use guanxi_gate::Draft;
use guanxi_model::{Query, RecordId, Value, expr};

fn of(world: &World, person: &str) -> Vec<Todo> {
    let ctx = world.ctx(person);
    let todos = todos(&world.gate, &ctx).unwrap();
    for todo in &todos {
        for state in std::iter::once(&todo.today).chain(&todo.overdue).chain(&todo.done) {
            // The list that the state leads to has as many records.
            let query = Query::of(todo.object).filter(expr::parse(state.filter).unwrap()).limit(1000);
            let listed = world.gate.list(&ctx, &query).unwrap().rows.len();
            assert_eq!(i64::try_from(listed).unwrap(), state.count, "{}", todo.name);
        }
    }
    todos
}

/// Today, overdue, done.
fn counts(todos: &[Todo]) -> Vec<(&str, i64, i64, i64)> {
    todos
        .iter()
        .map(|todo| {
            (todo.name, todo.today.count, todo.late(), todo.done.as_ref().map_or(0, |done| done.count))
        })
        .filter(|(_, today, late, done)| today + late + done > 0)
        .collect()
}

#[test]
fn what_is_to_be_done_today() {
    story(|world| {
        let li = world.id("li");
        let customer = |at: &str| {
            world.given(
                "customer",
                draft([("name", at.into()), ("next_contact_at", instant(at))]).set("owner", li),
            );
        };
        customer("2026-06-14T15:59:00Z"); // yesterday, a minute before midnight in Shanghai
        customer("2026-06-14T16:00:00Z"); // today
        customer("2026-06-15T16:00:00Z"); // tomorrow
        let opportunity = |status: &str| {
            let draft =
                draft([("title", status.into()), ("customer_name", "甲".into()), ("status", status.into())]);
            world.given("opportunity", draft.set("owner", li))
        };
        opportunity("assigned");
        opportunity("unassigned");
        let developing = opportunity("developing");
        for due in ["2026-06-14", "2026-06-15", "2026-06-16"] {
            world.given(
                "plan_item",
                draft([("todo", due.into()), ("due_on", date(due))]).set("opportunity", developing),
            );
        }
        let silent = world.customer("li", "流失边缘");
        world.given("churn_warning", Draft::new().set("customer", silent));
        for (title, status) in [("新", "new"), ("分", "assigned"), ("处", "handled"), ("归", "archived")]
        {
            let draft = draft([("title", title.into()), ("status", status.into())]);
            world.given("service_request", draft.set("customer", silent).set("owner", li));
        }
        let starts = draft([("title", "例会".into()), ("starts_at", instant("2026-06-15T08:00:00Z"))]);
        world.given("appointment", starts.set("owner", li));
        world.given(
            "task",
            draft([("title", "报价".into()), ("due_on", date("2026-06-15"))]).set("owner", li),
        );
        world.given(
            "task",
            draft([("title", "合同".into()), ("due_on", date("2026-06-10"))]).set("owner", li),
        );
        let mine = of(world, "li");
        assert_eq!(mine[0].label, "今日需联系客户");
        assert_eq!(
            counts(&mine),
            [
                ("contact", 1, 1, 0),
                ("opportunity_assigned", 0, 1, 0),
                ("plan", 1, 1, 0),
                ("churn", 1, 0, 0),
                ("service_assigned", 0, 1, 0),
                ("task", 1, 1, 0),
                ("appointment", 1, 0, 0),
            ]
        );
        assert_eq!(
            counts(&of(world, "manager")),
            [("opportunity_unassigned", 1, 0, 0), ("churn", 1, 0, 0), ("service_new", 1, 0, 0)]
        );
        assert_eq!(counts(&of(world, "agent")), [("service_feedback", 0, 1, 0)]);
        assert!(of(world, "boss").iter().all(|todo| matches!(todo.object, "task" | "appointment")));
    });
}

#[test]
fn what_was_dealt_with_today_stands_among_the_done() {
    story(|world| {
        let li = world.id("li");
        let due = |at: &str| {
            world.given(
                "customer",
                draft([("name", at.into()), ("next_contact_at", instant(at))]).set("owner", li),
            )
        };
        let (called, written) = (due("2026-06-15T04:00:00Z"), due("2026-06-12T04:00:00Z"));
        let task = |due: &str| {
            world.given("task", draft([("title", due.into()), ("due_on", date(due))]).set("owner", li))
        };
        let late = task("2026-06-10");
        assert_eq!(counts(&of(world, "li")), [("contact", 1, 1, 0), ("task", 0, 1, 0)]);
        // One is marked, the other by what was written.
        world.verb("li", "customer", called, "contacted", Draft::new()).unwrap();
        world.make("li", "activity", Draft::new().set("content", "电话").set("customer", written)).unwrap();
        world.verb("li", "task", late, "finish", Draft::new()).unwrap();
        assert_eq!(counts(&of(world, "li")), [("contact", 0, 0, 2), ("task", 0, 0, 1)]);
        world.later(1);
        assert_eq!(counts(&of(world, "li")), [], "tomorrow begins anew");
    });
}

#[test]
fn leads_to_follow_up_and_to_assign_are_counted() {
    story(|world| {
        let li = world.id("li");
        let lead = |name: &str, draft: Draft| world.given("lead", draft.set("name", name));
        let given = |at: &str| Draft::new().set("owner", li).set("assigned_at", instant(at));
        lead("今天给的", given("2026-06-15T00:00:00Z"));
        let old = lead("昨天给的", given("2026-06-14T10:00:00Z"));
        lead("自己录的", Draft::new().set("owner", li));
        let due = |at: &str| {
            Draft::new().set("owner", li).set("status", "contacted").set("next_contact_at", instant(at))
        };
        lead("今天联系", due("2026-06-15T08:00:00Z"));
        lead("早该联系", due("2026-06-10T08:00:00Z"));
        lead("无效的", due("2026-06-10T08:00:00Z").set("status", "invalid"));
        lead("没人管", Draft::new());
        assert_eq!(counts(&of(world, "li")), [("lead_assigned", 1, 2, 0), ("lead_contact", 1, 1, 0)]);
        assert_eq!(counts(&of(world, "manager")), [("lead_unassigned", 1, 0, 0)]);
        let talk =
            Draft::new().set("content", "聊过").set("regarding", Value::AnyRef("lead".to_owned(), old));
        world.make("li", "activity", talk).unwrap();
        assert_eq!(counts(&of(world, "li")), [("lead_assigned", 1, 1, 1), ("lead_contact", 1, 1, 1)]);
        world.later(1);
        assert_eq!(counts(&of(world, "li")), [("lead_assigned", 0, 2, 0), ("lead_contact", 0, 2, 0)]);
    });
}

/// A date that the program keeps, as another day would have left it.
fn kept(world: &World, customer: RecordId, field: &'static str, on: &str) {
    let value = date(on);
    world
        .gate
        .write(&world.operator(), move |tx| tx.keep("customer", field, &[(customer, value.clone())]))
        .unwrap();
}

#[test]
fn customers_given_to_one_are_counted_until_they_were_spoken_to() {
    story(|world| {
        let give = |name: &str| {
            let id = world.customer("wang", name);
            world.gate.transfer(&world.ctx("manager"), "customer", id, world.id("li")).unwrap();
            id
        };
        world.make("li", "customer", Draft::new().set("name", "自己建的")).unwrap();
        let first = give("先给的");
        assert_eq!(counts(&of(world, "li")), [("customer_assigned", 1, 0, 0)]);
        world.later(1);
        give("后给的");
        assert_eq!(counts(&of(world, "li")), [("customer_assigned", 1, 1, 0)]);
        world.make("li", "activity", Draft::new().set("content", "认识一下").set("customer", first)).unwrap();
        let mine = of(world, "li");
        let told = counts(&mine);
        assert!(told.contains(&("customer_assigned", 1, 0, 1)), "{told:?}");
        world.later(9);
        let mine = of(world, "li");
        assert!(counts(&mine).iter().all(|(name, ..)| *name != "customer_assigned"), "a week is enough");
    });
}

#[test]
fn customers_soon_in_the_pool_are_due_and_those_of_tonight_late() {
    story(|world| {
        let li = world.id("li");
        for (name, warned, taken) in [
            ("后天", "2026-06-15", "2026-06-17"),
            ("今晚", "2026-06-13", "2026-06-15"),
            ("还早", "2026-06-16", "2026-06-18"),
        ] {
            let id = world.given("customer", draft([("name", name.into())]).set("owner", li));
            kept(world, id, "recycle_warn_on", warned);
            kept(world, id, "recycle_on", taken);
        }
        let mine = of(world, "li");
        let told = counts(&mine);
        assert!(told.contains(&("pool_soon", 1, 1, 0)), "{told:?}");
    });
}
