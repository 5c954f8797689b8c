use crate::world::{World, draft, story, why, yuan};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};

fn alert(world: &World, name: &str, threshold: &str, more: Draft) -> RecordId {
    let mut made = Draft::new().set("name", name).set("threshold", yuan(threshold));
    made.values.extend(more.values);
    world.make("admin", "deal_alert", made).unwrap().id
}

fn deal(world: &World, owner: &str, amount: Value) -> RecordId {
    let made = draft([("title", "总部改造".into()), ("customer_name", "青禾集团".into())]);
    world.make(owner, "opportunity", made.set("amount", amount)).unwrap().id
}

fn large(world: &World, person: &str) -> Vec<String> {
    world.notices(person).into_iter().filter(|text| text.starts_with("大单")).collect()
}

#[test]
fn a_superior_hears_of_a_large_deal_once_each_time_it_passes_the_threshold() {
    story(|world| {
        alert(world, "五十万", "500000", Draft::new());
        let id = deal(world, "li", yuan("499999.99"));
        assert!(large(world, "manager").is_empty(), "just below");
        let set = |amount: &str| {
            drop(world.edit("li", "opportunity", id, Draft::new().set("amount", yuan(amount))).unwrap())
        };
        set("500000");
        assert_eq!(large(world, "manager").len(), 1, "reaching it is passing it");
        set("800000");
        assert_eq!(large(world, "manager").len(), 1, "what stays above is no news");
        set("100000");
        set("600000");
        assert_eq!(large(world, "manager").len(), 2, "down and up again is");
        assert!(large(world, "manager")[0].contains("总部改造"), "{:?}", large(world, "manager"));
        assert!(large(world, "boss").is_empty(), "only whom the alert names");
        deal(world, "li", yuan("900000"));
        assert_eq!(large(world, "manager").len(), 3, "also from the first moment");
    });
}

#[test]
fn of_several_thresholds_the_largest_is_told_and_each_to_whom_it_names() {
    story(|world| {
        alert(world, "十万", "100000", Draft::new());
        alert(world, "五十万", "500000", Draft::new());
        alert(world, "高管", "300000", draft([("tell", "role".into()), ("role", "executive".into())]));
        let second = world.departments["second"];
        alert(
            world,
            "二部",
            "1",
            draft([("tell", "role".into()), ("role", "admin".into())]).set("for_department", second),
        );
        alert(world, "停用", "1", Draft::new().set("enabled", false));
        deal(world, "li", yuan("550000"));
        assert_eq!(large(world, "manager").len(), 1);
        assert!(large(world, "manager")[0].contains("¥500,000"), "{:?}", large(world, "manager"));
        assert_eq!(large(world, "boss").len(), 1);
        assert!(large(world, "admin").is_empty(), "another department");
        deal(world, "zhao", yuan("20"));
        assert_eq!(large(world, "admin").len(), 1);
        assert_eq!(large(world, "manager").len(), 1, "a disabled alert is silent");
    });
}

#[test]
fn who_sets_alerts_and_what_they_must_say() {
    story(|world| {
        let made = || Draft::new().set("name", "试").set("threshold", yuan("1"));
        assert_eq!(why(world.make("li", "deal_alert", made())), "forbidden");
        assert_eq!(why(world.make("admin", "deal_alert", made().set("tell", "role"))), "field.required");
        assert_eq!(why(world.make("admin", "deal_alert", made().set("threshold", yuan("0")))), "gate.rule");
        assert_eq!(why(world.make("manager", "deal_alert", made())), "done");
    });
}
