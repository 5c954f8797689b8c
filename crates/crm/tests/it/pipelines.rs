use crate::world::{World, date, draft, story, why, yuan};
use guanxi_gate::{Draft, Error, Visible};
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;

/// A pipeline without stages.
fn pipeline(world: &World, name: &str, more: Draft) -> RecordId {
    let mut draft = Draft::new().set("name", name).set("start_from", "none");
    draft.values.extend(more.values);
    world.make("manager", "pipeline", draft).unwrap().id
}

fn stage(world: &World, pipeline: RecordId, stage: &str, position: i64, rate: i64, more: Draft) -> RecordId {
    let mut draft = Draft::new()
        .set("pipeline", pipeline)
        .set("stage", stage)
        .set("position", position)
        .set("rate", rate);
    draft.values.extend(more.values);
    world.make("manager", "pipeline_stage", draft).unwrap().id
}

fn asks(fields: &[&str]) -> Draft {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    Draft::new().set("requires", Value::List(fields))
}

/// An opportunity that somebody develops.
fn deal(world: &World, owner: &str, more: Draft) -> RecordId {
    let mut draft = Draft::new().set("title", "园区门禁").set("customer_name", "青禾园区");
    draft.values.extend(more.values);
    let id = world.make(owner, "opportunity", draft).unwrap().id;
    world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id(owner))).unwrap();
    world.verb(owner, "opportunity", id, "start", Draft::new()).unwrap();
    id
}

fn to(world: &World, by: &str, id: RecordId, stage: &str) -> guanxi_gate::Result<Visible> {
    world.edit(by, "opportunity", id, Draft::new().set("stage", stage))
}

fn stages(world: &World, pipeline: RecordId) -> Vec<(String, Decimal, Option<Decimal>)> {
    let mut stages = world.all("pipeline_stage", &format!(r#"pipeline == "{pipeline}""#));
    stages.sort_by_key(|stage| stage.decimal("position"));
    let tell = |stage: &guanxi_gate::Record| {
        (stage.text("stage").to_owned(), stage.decimal("rate").unwrap(), stage.decimal("limit_days"))
    };
    stages.iter().map(tell).collect()
}

#[test]
fn a_new_pipeline_begins_with_the_stages_that_were_asked_for() {
    story(|world| {
        let made = |start: &str| {
            let draft = Draft::new().set("name", format!("组{start}")).set("start_from", start);
            let id = world.make("manager", "pipeline", draft).unwrap().id;
            let told: Vec<String> = stages(world, id)
                .iter()
                .map(|(stage, rate, _)| format!("{stage} {}", rate.normalize()))
                .collect();
            told.join(", ")
        };
        assert_eq!(made("standard"), "contact 10, need 30, proposal 50, review 70, negotiation 90");
        assert_eq!(made("short"), "contact 20, need 30, proposal 80");
        assert_eq!(made("none"), "");
    });
}

#[test]
fn the_nearest_departments_pipeline_is_followed_from_the_start() {
    story(|world| {
        let plain = deal(world, "li", Draft::new());
        assert_eq!(world.look("opportunity", plain).reference("pipeline"), None, "nobody set one up");
        assert_eq!(world.look("opportunity", plain).text("stage"), "contact");

        let company = pipeline(world, "全公司", Draft::new());
        let first = pipeline(world, "一部", Draft::new().set("for_department", world.departments["first"]));
        let empty = pipeline(world, "空的", Draft::new().set("position", 1));
        stage(world, company, "need", 1, 25, Draft::new());
        stage(world, first, "proposal", 1, 45, Draft::new());
        let of = |id| {
            let deal = world.look("opportunity", id);
            (deal.reference("pipeline"), deal.text("stage").to_owned(), deal.decimal("probability"))
        };
        let li = deal(world, "li", Draft::new());
        assert_eq!(of(li), (Some(first), "proposal".to_owned(), Some(45.into())));
        let zhao = deal(world, "zhao", Draft::new());
        assert_eq!(of(zhao), (Some(company), "need".to_owned(), Some(25.into())));
        let chosen = deal(world, "li", Draft::new().set("pipeline", company));
        assert_eq!(of(chosen).0, Some(company), "a person's choice goes first");
        assert_ne!(of(zhao).0, Some(empty), "a pipeline without stages leads nowhere");

        world.edit("manager", "pipeline", first, Draft::new().set("enabled", false)).unwrap();
        assert_eq!(of(deal(world, "li", Draft::new())).0, Some(company), "a disabled one takes no new ones");
        to(world, "li", li, "proposal").unwrap();
        let switch = world.edit("zhao", "opportunity", zhao, Draft::new().set("pipeline", first));
        assert_eq!(why(switch), "pipeline.disabled");
    });
}

#[test]
fn an_opportunity_moves_only_among_the_stages_of_its_pipeline() {
    story(|world| {
        let one = pipeline(world, "一", Draft::new());
        stage(world, one, "need", 1, 20, Draft::new());
        stage(world, one, "negotiation", 2, 80, Draft::new());
        let other = pipeline(world, "二", Draft::new().set("position", 20));
        stage(world, other, "contact", 1, 5, Draft::new());
        let id = deal(world, "li", Draft::new());
        assert_eq!(why(to(world, "li", id, "review")), "opportunity.stage_of_another_pipeline");
        to(world, "li", id, "negotiation").unwrap();
        assert_eq!(world.look("opportunity", id).decimal("probability"), Some(80.into()));
        // Another pipeline does not know the stage, so it begins at its beginning.
        world.edit("li", "opportunity", id, Draft::new().set("pipeline", other)).unwrap();
        let moved = world.look("opportunity", id);
        assert_eq!((moved.text("stage"), moved.decimal("probability")), ("contact", Some(5.into())));
    });
}

#[test]
fn stages_of_a_pipeline_in_use_stand_still() {
    story(|world| {
        let used = pipeline(world, "在用", Draft::new());
        let first = stage(world, used, "contact", 1, 10, Draft::new());
        let second = stage(world, used, "need", 2, 30, Draft::new());
        let id = deal(world, "li", Draft::new());
        let edit = |field: &str, value: i64| {
            why(world.edit("manager", "pipeline_stage", second, Draft::new().set(field, value)))
        };
        assert_eq!(edit("position", 5), "pipeline.in_use");
        assert_eq!(edit("rate", 35), "pipeline.in_use");
        let delete = |id| why(world.gate.delete(&world.ctx("manager"), "pipeline_stage", id, None));
        assert_eq!(delete(second), "pipeline.in_use", "also one in which nothing stands");
        let more =
            Draft::new().set("pipeline", used).set("stage", "review").set("position", 3).set("rate", 60);
        assert_eq!(why(world.make("manager", "pipeline_stage", more)), "pipeline.in_use");
        // What does not change where deals stand may change.
        assert_eq!(edit("limit_days", 9), "done");
        let drop = |id| why(world.gate.delete(&world.ctx("manager"), "pipeline", id, None));
        assert_eq!(drop(used), "pipeline.has_opportunities");

        world.verb("manager", "pipeline", used, "copy", Draft::new().set("name", "改版")).unwrap();
        let copy = world.all("pipeline", r#"name == "改版""#).pop().unwrap();
        assert_eq!(stages(world, copy.id), stages(world, used));
        assert_eq!(copy.get("enabled").as_bool(), Some(false), "nothing follows it until somebody says so");

        world.verb("li", "opportunity", id, "lose", Draft::new().set("reason", "price")).unwrap();
        assert_eq!(edit("rate", 35), "done", "a pipeline whose deals have ended is free again");
        assert_eq!(delete(first), "done");
    });
}

#[test]
fn a_pipeline_has_each_stage_and_each_place_once() {
    story(|world| {
        let id = pipeline(world, "次序", Draft::new());
        stage(world, id, "contact", 1, 10, Draft::new());
        let again = |stage: &str, position: i64| {
            let draft = Draft::new()
                .set("pipeline", id)
                .set("stage", stage)
                .set("position", position)
                .set("rate", 20);
            why(world.make("manager", "pipeline_stage", draft))
        };
        assert_eq!(again("contact", 2), "pipeline.stage_twice");
        assert_eq!(again("need", 1), "pipeline.position_twice");
        assert_eq!(again("need", 2), "done");
    });
}

#[test]
fn a_stage_asks_for_everything_it_wants_at_once() {
    story(|world| {
        let id = pipeline(world, "有门槛", Draft::new());
        stage(world, id, "contact", 1, 10, Draft::new());
        stage(world, id, "need", 2, 30, asks(&["amount", "contact_name"]));
        stage(world, id, "proposal", 3, 50, asks(&["expected_on", "plan_count"]));
        let deal = deal(world, "li", Draft::new());
        let missing = |result: guanxi_gate::Result<Visible>| -> Vec<String> {
            let Err(Error::Invalid(issues)) = result else { return vec![why(result)] };
            assert!(issues.iter().all(|issue| issue.code == "gate"));
            issues.iter().filter_map(|issue| issue.field.clone()).collect()
        };
        // Passing a stage asks for what it wants too.
        let all = ["amount", "contact_name", "expected_on", "plan_count"];
        assert_eq!(missing(to(world, "li", deal, "proposal")), all);
        assert_eq!(missing(to(world, "li", deal, "need")), all[..2]);
        assert_eq!(world.look("opportunity", deal).text("stage"), "contact");
        // What is missing can be given in the same step.
        let given = draft([("stage", "need".into()), ("amount", yuan("80000"))]).set("contact_name", "孙丽");
        world.edit("li", "opportunity", deal, given).unwrap();
        // Winning passes the stages that are left.
        assert_eq!(missing(world.verb("li", "opportunity", deal, "win", Draft::new())), all[2..]);
        world.edit("li", "opportunity", deal, Draft::new().set("expected_on", date("2026-07-01"))).unwrap();
        assert_eq!(missing(to(world, "li", deal, "proposal")), ["plan_count"]);
        let item = draft([("todo", "演示".into()), ("due_on", date("2026-06-20"))]).set("opportunity", deal);
        world.make("li", "plan_item", item).unwrap();
        to(world, "li", deal, "proposal").unwrap();
        world.edit("li", "opportunity", deal, Draft::new().set("amount", Value::Null)).unwrap();
        to(world, "li", deal, "contact").unwrap();
        assert!(
            why(world.verb("li", "opportunity", deal, "win", Draft::new())).starts_with("opportunity.gate")
        );
        let won = world.verb("li", "opportunity", deal, "win", Draft::new().set("amount", yuan("80000")));
        assert_eq!(why(won), "done", "the form of the verb may give it");
    });
}

#[test]
fn the_pipeline_says_whether_there_is_a_way_back() {
    story(|world| {
        let id = pipeline(world, "单行", Draft::new().set("back_while_open", false));
        stage(world, id, "contact", 1, 10, Draft::new());
        stage(world, id, "need", 2, 30, Draft::new());
        let deal = deal(world, "li", Draft::new());
        to(world, "li", deal, "need").unwrap();
        assert_eq!(why(to(world, "li", deal, "contact")), "opportunity.no_way_back");
        world.edit("manager", "pipeline", id, Draft::new().set("back_while_open", true)).unwrap();
        to(world, "li", deal, "contact").unwrap();
        let back = world.all("stage_stay", "back == true");
        assert_eq!(back.len(), 1);
        assert_eq!(back[0].text("stage"), "contact");

        to(world, "li", deal, "need").unwrap();
        world.verb("li", "opportunity", deal, "lose", Draft::new().set("reason", "budget")).unwrap();
        let reopen = |world: &World| {
            world.verb("li", "opportunity", deal, "reopen", Draft::new().set("note", "预算恢复"))
        };
        assert_eq!(why(reopen(world)), "opportunity.no_reopening");
        world.edit("manager", "pipeline", id, Draft::new().set("back_after_end", true)).unwrap();
        reopen(world).unwrap();
        let again = world.look("opportunity", deal);
        assert_eq!((again.text("status"), again.text("stage")), ("developing", "need"));
        assert_eq!(again.decimal("probability"), Some(30.into()));
        for field in ["lost_reason", "lost_note", "closed_at", "outcome"] {
            assert!(again.get(field).is_null(), "{field}");
        }
    });
}

#[test]
fn a_won_deal_that_an_order_rests_on_is_not_reopened() {
    story(|world| {
        let id = pipeline(world, "可重启", Draft::new().set("back_after_end", true));
        stage(world, id, "contact", 1, 10, Draft::new());
        let deal = deal(world, "li", Draft::new());
        world.verb("li", "opportunity", deal, "win", Draft::new()).unwrap();
        let customer = world.look("opportunity", deal).reference("customer").unwrap();
        let order = world.order(customer, "2026-06-15", "100");
        let reopen =
            || why(world.verb("li", "opportunity", deal, "reopen", Draft::new().set("note", "录错了")));
        world
            .gate
            .write(&world.operator(), move |tx| {
                let order = tx.get("order", order)?;
                tx.update(&order, Draft::new().set("opportunity", deal)).map(drop)
            })
            .unwrap();
        assert_eq!(reopen(), "opportunity.has_orders");
    });
}

#[test]
fn each_stay_in_a_stage_is_history_with_its_days() {
    story(|world| {
        let id = deal(world, "li", Draft::new());
        world.later(3);
        to(world, "li", id, "need").unwrap();
        world.later(10);
        // A change of something else is no move.
        world.edit("li", "opportunity", id, Draft::new().set("amount", yuan("1000"))).unwrap();
        to(world, "li", id, "review").unwrap();
        world.later(2);
        world.verb("li", "opportunity", id, "lose", Draft::new().set("reason", "price")).unwrap();
        let mut stays = world.all("stage_stay", "true");
        stays.sort_by_key(|stay| stay.id);
        let told: Vec<(String, Option<Decimal>)> =
            stays.iter().map(|stay| (stay.text("stage").to_owned(), stay.decimal("days"))).collect();
        let days = |n: i64| Some(Decimal::from(n));
        assert_eq!(
            told,
            [("contact".into(), days(3)), ("need".into(), days(10)), ("review".into(), days(2))]
        );
        assert!(stays.iter().all(|stay| stay.reference("entered_by") == Some(world.id("li"))));
        assert!(stays.iter().all(|stay| stay.instant("left_at").is_some()));
        assert_eq!(stays[1].instant("entered_at"), stays[0].instant("left_at"));
        let ended = world.look("opportunity", id);
        assert_eq!((ended.text("furthest_stage"), ended.text("outcome")), ("review", "lost"));
        // The history is told once: on the opportunity, by its own change.
        let timeline = world.gate.timeline(&world.ctx("li"), "opportunity", id, None, 50).unwrap();
        assert!(timeline.iter().all(|entry| entry.object != "stage_stay"));
    });
}

#[test]
fn a_deal_is_stale_the_day_after_its_stages_limit() {
    story(|world| {
        let pipe = pipeline(world, "限期", Draft::new());
        let slow = stage(world, pipe, "contact", 1, 10, Draft::new().set("limit_days", 5));
        let id = deal(world, "li", Draft::new());
        let stale = |world: &World| {
            world.all("opportunity", r#"status == "developing" && stage_due_on < today"#).len()
        };
        assert_eq!(world.look("opportunity", id).date("stage_due_on"), Some("2026-06-20".parse().unwrap()));
        world.later(5);
        assert_eq!(stale(world), 0, "the last day is in good time");
        world.later(1);
        assert_eq!(stale(world), 1);
        // A new limit holds at once for what stands there.
        world.edit("manager", "pipeline_stage", slow, Draft::new().set("limit_days", 30)).unwrap();
        assert_eq!(stale(world), 0);
        world.verb("li", "opportunity", id, "lose", Draft::new().set("reason", "price")).unwrap();
        assert!(world.look("opportunity", id).get("stage_due_on").is_null());
    });
}

#[test]
fn what_never_was_a_chance_is_invalid_and_says_why() {
    story(|world| {
        let id = world
            .make("li", "opportunity", draft([("title", "误录".into()), ("customer_name", "某公司".into())]))
            .unwrap()
            .id;
        let end = |input: Draft| why(world.verb("li", "opportunity", id, "invalidate", input));
        assert_eq!(end(Draft::new()), "field.required");
        assert_eq!(end(draft([("reason", "twice".into()), ("note", "与另一条相同".into())])), "done");
        let ended = world.look("opportunity", id);
        assert_eq!((ended.text("status"), ended.text("outcome")), ("invalid", "invalid"));
        assert_eq!(ended.text("invalid_reason"), "twice");
        assert_eq!(ended.decimal("probability"), Some(0.into()));
        let edit = world.edit("li", "opportunity", id, Draft::new().set("title", "改名"));
        assert_eq!(why(edit), "opportunity.closed");
        world.verb("li", "opportunity", id, "archive", Draft::new()).unwrap();
        assert_eq!(
            world.look("opportunity", id).text("outcome"),
            "invalid",
            "put away, it still tells how it ended"
        );
        let reopen = world.verb("li", "opportunity", id, "reopen", Draft::new().set("note", "再试"));
        assert_eq!(why(reopen), "gate.wrong_status");
    });
}

#[test]
fn the_sales_cycle_is_the_calendar_days_from_note_to_win() {
    story(|world| {
        let id = deal(world, "li", Draft::new());
        world.later(33);
        world.verb("li", "opportunity", id, "win", Draft::new()).unwrap();
        assert_eq!(world.look("opportunity", id).decimal("cycle_days"), Some(33.into()));
    });
}

#[test]
fn only_managers_and_administrators_set_up_pipelines() {
    story(|world| {
        let draft = || Draft::new().set("name", "自建").set("start_from", "none");
        assert_eq!(why(world.make("li", "pipeline", draft())), "forbidden");
        assert_eq!(why(world.make("agent", "pipeline", draft())), "forbidden");
        assert_eq!(why(world.make("admin", "pipeline", draft())), "done");
        let id = world.all("pipeline", "true")[0].id;
        assert!(world.gate.get(&world.ctx("li"), "pipeline", id).is_ok(), "everybody who sells reads them");
        assert_eq!(why(world.edit("li", "pipeline", id, Draft::new().set("enabled", false))), "forbidden");
    });
}
