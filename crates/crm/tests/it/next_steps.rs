use crate::world::{World, date, draft, story, yuan};
use guanxi_crm::sales::next_step::suggest;
use guanxi_gate::Draft;
use guanxi_model::{Locale, RecordId};

fn deal(world: &World, more: Draft) -> RecordId {
    let mut made = draft([("title", "园区门禁".into()), ("customer_name", "青禾园区".into())]);
    made.values.extend(more.values);
    let id = world.make("li", "opportunity", made).unwrap().id;
    world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id("li"))).unwrap();
    world.verb("li", "opportunity", id, "start", Draft::new()).unwrap();
    id
}

fn rules(world: &World, id: RecordId) -> Vec<&'static str> {
    let ctx = world.ctx("li");
    let record = world.gate.get(&ctx, "opportunity", id).unwrap();
    suggest(&world.gate, &ctx, &record).unwrap().iter().map(|one| one.rule).collect()
}

fn plan(world: &World, id: RecordId, due: &str) {
    let item = draft([("todo", "演示".into()), ("due_on", date(due))]).set("opportunity", id);
    world.make("li", "plan_item", item).unwrap();
}

#[test]
fn each_suggestion_follows_from_a_rule_over_the_records_and_names_its_reason() {
    story(|world| {
        let customer = world.customer("li", "青禾园区");
        let id = deal(world, Draft::new().set("customer", customer));
        assert_eq!(rules(world, id), ["no_plan", "no_amount", "who_decides"]);
        world.edit("li", "opportunity", id, Draft::new().set("amount", yuan("80000"))).unwrap();
        let boss =
            draft([("name", "钱总".into()), ("decision_role", "decides".into())]).set("customer", customer);
        let boss = world.make("li", "contact", boss).unwrap().id;
        plan(world, id, "2026-06-20");
        assert_eq!(rules(world, id), ["meet_decider"]);
        world.later(7);
        assert_eq!(rules(world, id), ["plan_late", "meet_decider"], "a week without a word is in good time");
        world.later(1);
        assert_eq!(rules(world, id), ["quiet", "plan_late", "meet_decider"]);
        world.later(7);
        assert!(rules(world, id).contains(&"stale"), "fifteen days in a stage of fourteen");

        let ctx = world.ctx("li");
        let record = world.gate.get(&ctx, "opportunity", id).unwrap();
        let said: Vec<String> = suggest(&world.gate, &ctx, &record)
            .unwrap()
            .iter()
            .map(|one| world.gate.phrases().say(Locale::Zh, &one.text))
            .collect();
        assert!(said[0].contains("初步接触") && said[0].contains("1 天"), "{said:?}");
        assert!(said.iter().any(|text| text.contains("15 天")), "{said:?}");
        assert!(said.iter().any(|text| text.contains("钱总")), "{said:?}");

        let call = draft([("content", "与钱总通话".into())]).set("customer", customer);
        let call = call.set("opportunity", id).set("contact", boss);
        world.make("li", "activity", call).unwrap();
        assert!(!rules(world, id).contains(&"quiet") && !rules(world, id).contains(&"meet_decider"));

        let rival = world.make("li", "competitor", Draft::new().set("name", "云盾科技")).unwrap().id;
        let meets = Draft::new().set("opportunity", id).set("competitor", rival).set("threat", "high");
        let meets = world.make("li", "deal_competitor", meets).unwrap().id;
        assert!(rules(world, id).contains(&"answer_rival"));
        world.edit("li", "deal_competitor", meets, Draft::new().set("note", "谈服务")).unwrap();
        assert!(!rules(world, id).contains(&"answer_rival"));
        world.edit("li", "opportunity", id, Draft::new().set("expected_on", date("2026-06-20"))).unwrap();
        assert!(rules(world, id).contains(&"expected_past"));
        world.verb("li", "opportunity", id, "win", Draft::new()).unwrap();
        assert!(rules(world, id).is_empty(), "what has ended needs no step");
    });
}
