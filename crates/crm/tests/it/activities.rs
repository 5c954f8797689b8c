use crate::world::{World, draft, instant, story, why};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};

#[test]
fn a_follow_up_finds_its_customer() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", customer));
        let opportunity = world.given(
            "opportunity",
            Draft::new()
                .set("title", "续约")
                .set("customer_name", "明德")
                .set("customer", customer)
                .set("owner", world.id("li")),
        );
        for (object, id) in [("customer", customer), ("contact", contact), ("opportunity", opportunity)] {
            let about = Value::AnyRef(object.to_owned(), id);
            let made = world
                .make("li", "activity", draft([("content", "电话".into()), ("regarding", about)]))
                .unwrap();
            let activity = world.look("activity", made.id);
            assert_eq!(activity.reference("customer"), Some(customer), "{object}");
            let with = (object == "contact").then_some(contact);
            assert_eq!(activity.reference("contact"), with);
        }
        assert_eq!(
            why(world.make("li", "activity", Draft::new().set("content", "谁？"))),
            "activity.about_whom"
        );
    });
}

#[test]
fn the_next_contact_lies_in_the_future_and_the_follow_up_does_not() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let follow_up = |field: &str, at: &str| {
            why(world.make(
                "li",
                "activity",
                draft([("content", "电话".into()), (field, instant(at))]).set("customer", customer),
            ))
        };
        assert_eq!(follow_up("next_contact_at", "2026-06-15T02:00:00Z"), "activity.next_in_past");
        assert_eq!(follow_up("happened_at", "2026-06-15T03:00:00Z"), "activity.not_yet");
        assert!(follow_up("next_contact_at", "2026-06-15T02:01:00Z").starts_with("done"));
        assert!(follow_up("happened_at", "2026-06-01T02:01:00Z").starts_with("done"));
    });
}

#[test]
fn the_customer_keeps_last_and_next_contact() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let base = || Draft::new().set("content", "电话").set("customer", customer);
        world.make("li", "activity", base().set("next_contact_at", instant("2026-06-18T02:00:00Z"))).unwrap();
        let known = world.look("customer", customer);
        assert_eq!(known.get("last_contact_at"), &instant(crate::world::NOW));
        assert_eq!(known.get("next_contact_at"), &instant("2026-06-18T02:00:00Z"));
        // A call the day before leaves the appointment; the call on the day keeps it.
        world.later(2);
        world.make("li", "activity", base()).unwrap();
        assert_eq!(world.look("customer", customer).get("next_contact_at"), &instant("2026-06-18T02:00:00Z"));
        world.later(1);
        world.make("li", "activity", base()).unwrap();
        assert_eq!(world.look("customer", customer).get("next_contact_at"), &Value::Null);
    });
}

fn wrote(world: &World, person: &str, about: Value, content: &str) -> RecordId {
    world.make(person, "activity", draft([("content", content.into()), ("regarding", about)])).unwrap().id
}

fn on(object: &str, id: RecordId) -> Value {
    Value::AnyRef(object.to_owned(), id)
}

#[test]
fn a_follow_up_leaves_its_traces_on_everything_it_is_about() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", customer));
        let deal = Draft::new().set("title", "续约").set("customer_name", "明德").set("customer", customer);
        let deal = world.given("opportunity", deal.set("owner", world.id("li")));
        assert_eq!(world.look("customer", customer).text("follow_up_status"), "none");
        let base = |content: &str| {
            let with = Draft::new().set("content", content).set("customer", customer);
            with.set("contact", contact).set("opportunity", deal)
        };
        let next = instant("2026-06-20T02:00:00Z");
        let first = base("谈了价格\n约好下周").set("next_contact_at", next.clone());
        let first = world.make("li", "activity", first).unwrap().id;
        for (object, id) in [("customer", customer), ("contact", contact), ("opportunity", deal)] {
            let record = world.look(object, id);
            assert_eq!(record.get("last_contact_at"), &instant(crate::world::NOW), "{object}");
            assert_eq!(record.text("last_contact"), "谈了价格 约好下周", "{object}");
            assert_eq!(record.text("follow_up_status"), "following", "{object}");
            assert_eq!(record.get("next_contact_at"), &next, "{object}");
        }
        // What is written down later about an earlier day is not the last word, but may say where they stand.
        let earlier = base("上月的拜访").set("happened_at", instant("2026-05-01T02:00:00Z"));
        world.make("li", "activity", earlier.set("follow_up_status", "declined")).unwrap();
        let known = world.look("customer", customer);
        assert_eq!(
            (known.text("last_contact"), known.text("follow_up_status")),
            ("谈了价格 约好下周", "following")
        );
        world.make("li", "activity", base("有意向").set("follow_up_status", "interested")).unwrap();
        assert_eq!(world.look("contact", contact).text("follow_up_status"), "interested");
        // Mended words are told anew, and deleted ones give way to those before.
        let last = world.all("activity", r#"content == "有意向""#)[0].id;
        world.edit("li", "activity", last, Draft::new().set("content", "很有意向")).unwrap();
        assert_eq!(world.look("opportunity", deal).text("last_contact"), "很有意向");
        world.gate.delete(&world.ctx("li"), "activity", last, None).unwrap();
        assert_eq!(world.look("opportunity", deal).text("last_contact"), "谈了价格 约好下周");
        world.gate.delete(&world.ctx("li"), "activity", first, None).unwrap();
        assert_eq!(world.look("customer", customer).text("last_contact"), "上月的拜访");
        world.gate.restore(&world.ctx("li"), "activity", last).unwrap();
        assert_eq!(world.look("customer", customer).text("last_contact"), "很有意向");
    });
}

#[test]
fn a_follow_up_stands_on_the_page_of_its_opportunity_and_contact() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", customer));
        let deal = Draft::new()
            .set("title", "新机会")
            .set("customer_name", "还没有客户")
            .set("owner", world.id("li"));
        let deal = world.given("opportunity", deal);
        wrote(world, "li", on("opportunity", deal), "先通了电话");
        wrote(world, "li", on("contact", contact), "见了孙丽");
        let told = |object: &str, id: RecordId| -> Vec<String> {
            let entries = world.gate.timeline(&world.ctx("li"), object, id, None, 50).unwrap();
            let cards = entries.iter().filter(|e| e.object == "activity").filter_map(|e| e.card.as_ref());
            cards.map(|card| card.title()).collect()
        };
        assert_eq!(told("opportunity", deal), ["先通了电话"]);
        assert_eq!(told("contact", contact), ["见了孙丽"]);
        assert_eq!(told("customer", customer), ["见了孙丽"]);
        // The facts kept with it are not told a second time.
        let entries = world.gate.timeline(&world.ctx("li"), "customer", customer, None, 50).unwrap();
        assert!(entries.iter().all(|entry| entry.name != "updated"), "{entries:?}");
        world.later(1);
        world
            .edit("li", "customer", customer, draft([("next_contact_at", instant("2026-07-01T02:00:00Z"))]))
            .unwrap();
        let entries = world.gate.timeline(&world.ctx("li"), "customer", customer, None, 50).unwrap();
        assert_eq!(entries[0].name, "updated", "a change by hand is told");
    });
}

#[test]
fn a_contact_of_another_customer_is_refused() {
    story(|world| {
        let (one, two) = (world.customer("li", "明德科技"), world.customer("li", "云帆制造"));
        let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", two));
        let mixed = Draft::new().set("content", "电话").set("customer", one).set("contact", contact);
        assert_eq!(why(world.make("li", "activity", mixed)), "activity.other_customer");
        let right = Draft::new().set("content", "电话").set("customer", two).set("contact", contact);
        assert!(why(world.make("li", "activity", right)).starts_with("done"));
    });
}

#[test]
fn authors_mend_their_words_while_they_are_fresh_and_nobody_else_does() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let mine = wrote(world, "li", on("customer", customer), "谈了价格");
        let agents = wrote(world, "agent", on("customer", customer), "客户来电咨询");
        let times = std::cell::Cell::new(0);
        let mend = |person: &str, id: RecordId| {
            times.set(times.get() + 1);
            why(world.edit(
                person,
                "activity",
                id,
                Draft::new().set("content", format!("第{}次", times.get())),
            ))
        };
        assert!(mend("li", mine).starts_with("done"));
        assert_eq!(mend("li", agents), "activity.only_author", "not even the customer's owner");
        assert_eq!(
            why(world.gate.delete(&world.ctx("li"), "activity", agents, None)),
            "activity.only_author"
        );
        world.clock.set("2026-06-16T02:00:00Z".parse().unwrap());
        assert!(mend("li", mine).starts_with("done"), "24 hours to the second");
        world.clock.set("2026-06-16T02:00:01Z".parse().unwrap());
        assert_eq!(mend("li", mine), "activity.too_late");
        assert_eq!(why(world.gate.delete(&world.ctx("li"), "activity", mine, None)), "activity.too_late");
        world.gate.set_setting(&world.operator(), "activity.edit_hours", "48").unwrap();
        assert!(mend("li", mine).starts_with("done"), "the hours are a setting");
        assert!(mend("manager", agents).starts_with("done"), "a manager answers for the department");
    });
}

#[test]
fn whoever_is_named_hears_of_it_if_they_may_see_it() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let id = wrote(world, "li", on("customer", customer), "@王经理 请一起拜访，@赵经理 也来，@周客服");
        let named = |person: &str| world.notices(person).iter().filter(|n| n.contains("提到了你")).count();
        assert_eq!(
            (named("wang"), named("agent"), named("zhao")),
            (1, 1, 0),
            "赵 sits in another department"
        );
        let unseen =
            guanxi_crm::customers::mention::out_of_sight(&world.gate, &world.ctx("li"), "activity", id);
        assert_eq!(unseen.unwrap(), ["赵经理"]);
        // Mending the words tells nobody twice; a new name is told.
        world
            .edit("li", "activity", id, Draft::new().set("content", "@王经理 请一起拜访，@manager 知悉"))
            .unwrap();
        assert_eq!((named("wang"), named("manager")), (1, 1));
        // A share opens the eyes.
        let share = guanxi_gate::admin::Share {
            user: Some(world.id("zhao")),
            department: None,
            edit: false,
            until: None,
        };
        world.gate.share(&world.ctx("manager"), "customer", customer, share).unwrap();
        wrote(world, "li", on("customer", customer), "再请 @赵经理");
        assert_eq!(named("zhao"), 1);
    });
}

#[test]
fn whoever_sees_a_customer_sees_and_hears_what_others_add_under_it() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let id = wrote(world, "agent", on("customer", customer), "客户来电咨询");
        assert!(
            world.gate.get(&world.ctx("li"), "activity", id).is_ok(),
            "the owner sees what an agent added"
        );
        assert!(world.gate.get(&world.ctx("wang"), "activity", id).is_ok(), "so does the department");
        assert_eq!(why(world.gate.get(&world.ctx("zhao"), "activity", id)), "not found");
        assert!(world.notices("li").iter().any(|n| n.contains("周客服") && n.contains("明德科技")));
        let said = |person: &str, text: &str| {
            world.make(person, "comment", Draft::new().set("content", text).set("activity", id))
        };
        let comment = said("manager", "请今天回复 @王经理").unwrap().id;
        assert_eq!(why(said("zhao", "我看不到")), "forbidden");
        assert!(
            world.notices("agent").iter().any(|n| n.contains("陈主管") && n.contains("评论")),
            "its author"
        );
        assert!(world.notices("wang").iter().any(|n| n.contains("提到了你")), "whoever is named");
        said("agent", "已回复").unwrap();
        assert!(world.notices("manager").iter().any(|n| n.contains("周客服")), "whoever spoke before");
        assert_eq!(world.look("activity", id).decimal("comment_count"), Some(2.into()));
        assert_eq!(why(world.gate.get(&world.ctx("zhao"), "comment", comment)), "not found");
        assert!(world.gate.get(&world.ctx("li"), "comment", comment).is_ok());
        assert_eq!(
            why(world.edit("li", "comment", comment, Draft::new().set("content", "改"))),
            "activity.only_author"
        );
    });
}

#[test]
fn company_phrases_are_changed_by_those_who_publish_them() {
    story(|world| {
        let phrase = |person: &str| {
            let draft = Draft::new().set("title", "未接").set("content", "电话未接，改日再联系");
            world.make(person, "quick_phrase", draft).unwrap().id
        };
        let mine = phrase("li");
        assert_eq!(why(world.verb("li", "quick_phrase", mine, "publish", Draft::new())), "forbidden");
        world.verb("manager", "quick_phrase", mine, "publish", Draft::new()).unwrap();
        let edit =
            |person: &str, id| why(world.edit(person, "quick_phrase", id, Draft::new().set("title", "没接")));
        assert_eq!(edit("li", mine), "quick_phrase.published");
        assert!(edit("manager", mine).starts_with("done"));
        assert_eq!(
            why(world.gate.delete(&world.ctx("li"), "quick_phrase", mine, None)),
            "quick_phrase.published"
        );
        let own = phrase("wang");
        assert!(edit("wang", own).starts_with("done"));
        assert_eq!(edit("li", own), "forbidden", "another's own");
    });
}

#[test]
fn imported_follow_ups_keep_their_author_and_their_time() {
    use guanxi_crm::admin::exchange::{ImportOptions, Source, import};
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("follow_ups.csv");
        let rows = "跟进内容,客户,跟进方式,跟进时间,创建人,创建时间\n\
                    首次拜访,明德科技,见面拜访,2025-03-01 10:00,王经理,2025-03-01 18:30\n\
                    电话回访,明德科技,打电话,2025-04-02 09:15,李经理,2025-04-02 09:20\n";
        std::fs::write(&file, rows).unwrap();
        let options = ImportOptions { object: "activity".to_owned(), ..ImportOptions::default() };
        let source = Source::open(&file).unwrap();
        let report = import(&world.gate, &world.ctx("manager"), &source, &options, &mut |_| true).unwrap();
        assert_eq!((report.created, report.rejected), (2, 0), "{:?}", report.problems);
        let visit = &world.all("activity", r#"content == "首次拜访""#)[0];
        assert_eq!(visit.reference("created_by"), Some(world.id("wang")));
        assert_eq!(visit.get("happened_at"), &instant("2025-03-01T02:00:00Z"));
        assert_eq!(visit.get("created_at"), &instant("2025-03-01T10:30:00Z"));
        assert_eq!(visit.text("type"), "visit");
        let known = world.look("customer", customer);
        assert_eq!(known.get("last_contact_at"), &instant("2025-04-02T01:15:00Z"));
        assert_eq!(known.text("last_contact"), "电话回访");
        assert_eq!(world.notices("li").len(), 0, "history tells nobody anything");
    });
}
