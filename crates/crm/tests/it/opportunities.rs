use crate::world::{World, date, draft, story, why, yuan};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};

const STATUSES: [&str; 6] = ["unassigned", "assigned", "developing", "won", "lost", "archived"];

fn in_status(world: &World, owner: &str, status: &str) -> RecordId {
    world.given(
        "opportunity",
        draft([
            ("title", "打印机更新".into()),
            ("customer_name", format!("{status}公司").into()),
            ("status", status.into()),
        ])
        .set("owner", world.id(owner))
        .set("created_by", world.id(owner)),
    )
}

fn noted(world: &World, by: &str) -> RecordId {
    let noted = draft([
        ("title", "打印机更新".into()),
        ("customer_name", "明德科技".into()),
        ("contact_name", "孙丽".into()),
    ])
    .set("contact_phone", "13800001024");
    world.make(by, "opportunity", noted).unwrap().id
}

#[test]
fn every_verb_starts_only_from_its_statuses() {
    story(|world| {
        let to = || Draft::new().set("to", world.id("li"));
        let reason = || Draft::new().set("reason", "price");
        let verbs: [(&str, &str, &[&str], Draft); 5] = [
            ("assign", "manager", &["unassigned", "assigned", "developing"], to()),
            ("start", "li", &["assigned"], Draft::new()),
            ("win", "li", &["developing"], Draft::new()),
            ("lose", "li", &["developing"], reason()),
            ("archive", "li", &["won", "lost"], Draft::new()),
        ];
        for (verb, by, from, input) in verbs {
            for status in STATUSES {
                let id = in_status(world, "li", status);
                let done = why(world.verb(by, "opportunity", id, verb, input.clone()));
                if from.contains(&status) {
                    assert!(done.starts_with("done"), "{verb} from {status}: {done}");
                } else {
                    assert_eq!(done, "gate.wrong_status", "{verb} from {status}");
                    assert_eq!(world.look("opportunity", id).text("status"), status);
                }
            }
        }
    });
}

#[test]
fn from_the_first_hint_to_the_customer() {
    story(|world| {
        let id = noted(world, "manager");
        let number = world.look("opportunity", id).text("number").to_owned();
        assert!(number.starts_with("SJ-202606-"), "{number}");
        world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id("li"))).unwrap();
        let assigned = world.look("opportunity", id);
        assert_eq!(assigned.owner(), Some(world.id("li")));
        assert_eq!(assigned.reference("department"), Some(world.departments["first"]));
        assert_eq!(assigned.reference("assigned_by"), Some(world.id("manager")));
        assert_eq!(world.notices("li"), ["商机“打印机更新”已指派给你，请开始开发"]);
        world.verb("li", "opportunity", id, "start", Draft::new()).unwrap();
        world.verb("li", "opportunity", id, "win", Draft::new().set("amount", yuan("8000"))).unwrap();
        let won = world.look("opportunity", id);
        assert_eq!(
            (won.text("status"), won.decimal("amount"), won.decimal("probability")),
            ("won", Some(8000.into()), Some(100.into()))
        );
        assert!(won.instant("closed_at").is_some());
        let customer = world.look("customer", won.reference("customer").unwrap());
        assert_eq!(customer.text("name"), "明德科技");
        assert_eq!(customer.text("grade"), "key_development");
        assert_eq!(customer.owner(), Some(world.id("li")));
        let contacts = world.all("contact", "true");
        assert_eq!(contacts.len(), 1);
        assert_eq!(contacts[0].text("name"), "孙丽");
        assert_eq!(contacts[0].reference("customer"), Some(customer.id));
        world.verb("li", "opportunity", id, "archive", Draft::new()).unwrap();
        assert_eq!(world.look("opportunity", id).text("status"), "archived");
    });
}

#[test]
fn assigning_again_renews_the_time() {
    story(|world| {
        let id = noted(world, "manager");
        world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id("li"))).unwrap();
        let first = world.look("opportunity", id).instant("assigned_at").unwrap();
        world.later(1);
        world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id("wang"))).unwrap();
        let again = world.look("opportunity", id);
        assert!(again.instant("assigned_at").unwrap() > first);
        assert_eq!(again.owner(), Some(world.id("wang")));
    });
}

#[test]
fn only_who_may_assign_assigns_and_only_to_who_can_develop() {
    story(|world| {
        let id = noted(world, "li");
        let to = |person: &str| Draft::new().set("to", world.id(person));
        assert_eq!(why(world.verb("li", "opportunity", id, "assign", to("li"))), "forbidden");
        assert_eq!(why(world.verb("zhao", "opportunity", id, "assign", to("zhao"))), "not found");
        let refused = why(world.verb("manager", "opportunity", id, "assign", to("agent")));
        assert_eq!(refused, "opportunity.cannot_develop");
        world.edit("admin", "user", world.id("wang"), Draft::new().set("active", false)).unwrap();
        assert_eq!(why(world.verb("manager", "opportunity", id, "assign", to("wang"))), "colleague.disabled");
        assert_eq!(why(world.verb("manager", "opportunity", id, "assign", Draft::new())), "field.required");
    });
}

#[test]
fn only_the_assignee_starts() {
    story(|world| {
        let id = in_status(world, "li", "assigned");
        let refused = why(world.verb("manager", "opportunity", id, "start", Draft::new()));
        assert_eq!(refused, "opportunity.only_assignee_starts");
        assert!(why(world.verb("li", "opportunity", id, "start", Draft::new())).starts_with("done"));
    });
}

#[test]
fn who_may_edit_depends_on_the_status() {
    story(|world| {
        let mine = |status| in_status(world, "li", status);
        let edit = |by: &str, id| why(world.edit(by, "opportunity", id, Draft::new().set("title", "改名")));
        assert!(edit("li", mine("unassigned")).starts_with("done"));
        assert_eq!(edit("manager", mine("unassigned")), "opportunity.only_creator");
        assert_eq!(edit("li", mine("assigned")), "opportunity.start_first");
        assert!(edit("li", mine("developing")).starts_with("done"));
        assert_eq!(edit("manager", mine("developing")), "opportunity.only_assignee");
        for status in ["won", "lost", "archived"] {
            assert_eq!(edit("li", mine(status)), "opportunity.closed", "{status}");
            assert_eq!(edit("manager", mine(status)), "opportunity.closed", "{status}");
        }
        // Saving a form without a change is no edit.
        let same = Draft::new().set("title", "打印机更新");
        assert!(why(world.edit("li", "opportunity", mine("won"), same)).starts_with("done"));
        // The status itself is no field to edit.
        let refused =
            why(world.edit("li", "opportunity", mine("unassigned"), Draft::new().set("status", "won")));
        assert_eq!(refused, "gate.read_only");
    });
}

#[test]
fn only_its_creator_deletes_it_and_only_while_unassigned() {
    story(|world| {
        let delete = |by: &str, id| why(world.gate.delete(&world.ctx(by), "opportunity", id, None));
        assert_eq!(delete("manager", in_status(world, "li", "unassigned")), "opportunity.delete_creator");
        assert_eq!(delete("li", in_status(world, "li", "developing")), "opportunity.delete_unassigned");
        assert!(delete("li", in_status(world, "li", "unassigned")).starts_with("done"));
    });
}

#[test]
fn stages_move_only_while_developing_and_bring_their_probability() {
    story(|world| {
        let stage = |stage: &str| Draft::new().set("stage", stage);
        let id = in_status(world, "li", "unassigned");
        assert_eq!(
            why(world.edit("li", "opportunity", id, stage("need"))),
            "opportunity.stage_only_developing"
        );
        let id = in_status(world, "li", "developing");
        world.edit("li", "opportunity", id, stage("review")).unwrap();
        assert_eq!(world.look("opportunity", id).decimal("probability"), Some(70.into()));
        world.edit("li", "opportunity", id, stage("negotiation").set("probability", 85)).unwrap();
        assert_eq!(world.look("opportunity", id).decimal("probability"), Some(85.into()));
    });
}

#[test]
fn winning_links_the_assignees_own_customer_instead_of_making_a_second() {
    story(|world| {
        let known = world.customer("li", "明德科技有限公司");
        world.given("contact", draft([("name", "孙丽".into()), ("customer", known.into())]));
        let id = noted(world, "li");
        world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id("li"))).unwrap();
        world.verb("li", "opportunity", id, "start", Draft::new()).unwrap();
        world.verb("li", "opportunity", id, "win", Draft::new()).unwrap();
        assert_eq!(world.look("opportunity", id).reference("customer"), Some(known));
        assert_eq!(world.all("customer", "true").len(), 1);
        assert_eq!(world.look("customer", known).text("grade"), "key_development");
        assert_eq!(world.all("contact", "true").len(), 1, "nor a second contact");
        let second = in_status(world, "li", "developing");
        world.edit("li", "customer", known, Draft::new().set("grade", "major")).unwrap();
        world.verb("li", "opportunity", second, "win", Draft::new().set("customer", known)).unwrap();
        assert_eq!(world.look("customer", known).text("grade"), "major", "higher grades stay");
    });
}

#[test]
fn winning_over_anothers_customer_is_refused_until_one_is_chosen() {
    story(|world| {
        let theirs = world.customer("zhao", "明德科技");
        let id = in_status(world, "li", "developing");
        world.edit("li", "opportunity", id, Draft::new().set("customer_name", "明德科技")).unwrap();
        assert_eq!(why(world.verb("li", "opportunity", id, "win", Draft::new())), "1 duplicates");
        assert_eq!(world.look("opportunity", id).text("status"), "developing", "nothing is half done");
        assert_eq!(world.all("customer", "true").len(), 1);
        let chosen = Draft::new().set("customer", theirs);
        assert!(why(world.verb("li", "opportunity", id, "win", chosen)).starts_with("done"));
        assert_eq!(world.look("opportunity", id).reference("customer"), Some(theirs));
    });
}

#[test]
fn winning_takes_along_the_follow_ups_written_before() {
    story(|world| {
        let id = in_status(world, "li", "developing");
        let about = Value::AnyRef("opportunity".into(), id);
        let activity = world
            .make("li", "activity", draft([("content", "演示了样机".into()), ("regarding", about)]))
            .unwrap()
            .id;
        assert_eq!(world.look("activity", activity).reference("customer"), None);
        world.verb("li", "opportunity", id, "win", Draft::new().set("kind", "person")).unwrap();
        let customer = world.look("opportunity", id).reference("customer");
        assert_eq!(world.look("activity", activity).reference("customer"), customer);
        assert_eq!(world.look("customer", customer.unwrap()).text("kind"), "person");
    });
}

#[test]
fn losing_says_why() {
    story(|world| {
        let id = in_status(world, "li", "developing");
        assert_eq!(why(world.verb("li", "opportunity", id, "lose", Draft::new())), "field.required");
        world
            .verb(
                "li",
                "opportunity",
                id,
                "lose",
                draft([("reason", "competitor".into()), ("note", "价格更低".into())]),
            )
            .unwrap();
        let lost = world.look("opportunity", id);
        assert_eq!((lost.text("status"), lost.text("lost_reason")), ("lost", "competitor"));
        assert_eq!(lost.decimal("probability"), Some(0.into()));
    });
}

#[test]
fn plans_belong_to_the_assignee_and_end_with_the_opportunity() {
    story(|world| {
        for status in STATUSES {
            let opportunity = in_status(world, "li", status);
            let item = || {
                draft([("todo", "上门演示".into()), ("due_on", date("2026-06-20"))])
                    .set("opportunity", opportunity)
            };
            let made = why(world.make("li", "plan_item", item()));
            let old = world.given("plan_item", item());
            let edited = why(world.edit("li", "plan_item", old, Draft::new().set("todo", "改期")));
            let result = || Draft::new().set("result", "客户满意");
            let recorded = why(world.verb("li", "plan_item", old, "record_result", result()));
            let by_manager = why(world.make("manager", "plan_item", item()));
            if matches!(status, "assigned" | "developing") {
                for done in [&made, &edited, &recorded] {
                    assert!(done.starts_with("done"), "{status}: {done}");
                }
                assert_eq!(by_manager, "plan_item.only_assignee");
                let recorded_by_manager =
                    why(world.verb("manager", "plan_item", old, "record_result", result()));
                assert_eq!(recorded_by_manager, "plan_item.only_assignee");
                assert_eq!(world.look("plan_item", old).reference("done_by"), Some(world.id("li")));
            } else {
                for refused in [made, edited, recorded] {
                    assert_eq!(refused, "plan_item.locked", "{status}");
                }
            }
        }
    });
}

#[test]
fn a_plan_item_needs_its_day_and_its_step() {
    story(|world| {
        let opportunity = in_status(world, "li", "developing");
        let bare = world.make("li", "plan_item", Draft::new().set("opportunity", opportunity));
        let Err(guanxi_gate::Error::Invalid(issues)) = bare else { panic!("{bare:?}") };
        let mut fields: Vec<_> = issues.iter().filter_map(|issue| issue.field.clone()).collect();
        fields.sort();
        assert_eq!(fields, ["due_on", "todo"]);
    });
}

#[test]
fn overdue_plan_items_are_reminded_of_once() {
    story(|world| {
        let opportunity = in_status(world, "li", "developing");
        let item = |due: &str| {
            draft([("todo", format!("{due} 回访").into()), ("due_on", date(due))])
                .set("opportunity", opportunity)
        };
        world.given("plan_item", item("2026-06-14"));
        world.given("plan_item", item("2026-06-15"));
        let ended = in_status(world, "li", "lost");
        world.given("plan_item", item("2026-06-01").set("opportunity", ended));
        assert_eq!(world.gate.run_job("plan.remind", world.today()).unwrap(), [("reminded", 1)]);
        assert_eq!(world.gate.run_job("plan.remind", world.today()).unwrap(), [("reminded", 0)]);
        assert_eq!(
            world.notices("li"),
            ["开发计划“2026-06-14 回访”已逾期（计划日期 2026-06-14），请执行后记录效果"]
        );
    });
}
