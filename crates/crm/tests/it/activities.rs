use crate::world::{draft, instant, story, why};
use guanxi_gate::Draft;
use guanxi_model::Value;

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
