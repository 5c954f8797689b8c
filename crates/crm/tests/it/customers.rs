use crate::world::{story, why};
use guanxi_gate::Draft;

#[test]
fn a_locked_customer_is_neither_transferred_nor_deleted() {
    story(|world| {
        let id = world.customer("li", "华新钢构");
        world.verb("li", "customer", id, "lock", Draft::new()).unwrap();
        assert_eq!(why(world.verb("li", "customer", id, "lock", Draft::new())), "customer.locked_already");
        let manager = world.ctx("manager");
        assert_eq!(why(world.gate.transfer(&manager, "customer", id, world.id("wang"))), "customer.locked");
        assert_eq!(why(world.gate.delete(&manager, "customer", id, None)), "customer.locked");
        world.verb("li", "customer", id, "unlock", Draft::new()).unwrap();
        assert_eq!(why(world.verb("li", "customer", id, "unlock", Draft::new())), "customer.not_locked");
        world.gate.transfer(&manager, "customer", id, world.id("wang")).unwrap();
        assert_eq!(world.look("customer", id).owner(), Some(world.id("wang")));
        assert_eq!(world.look("customer", id).reference("department"), Some(world.departments["first"]));
    });
}

#[test]
fn a_customer_with_business_is_not_deleted() {
    story(|world| {
        let manager = world.ctx("manager");
        let id = world.customer("li", "有订单的客户");
        world.order(id, "2026-06-01", "100");
        assert_eq!(why(world.gate.delete(&manager, "customer", id, None)), "customer.has_business");
        let id = world.customer("li", "有服务的客户");
        world.given("service_request", Draft::new().set("title", "咨询").set("customer", id));
        assert_eq!(why(world.gate.delete(&manager, "customer", id, None)), "customer.has_business");
        let id = world.customer("li", "没有往来的客户");
        world.given("contact", Draft::new().set("name", "孙丽").set("customer", id));
        world.gate.delete(&manager, "customer", id, None).unwrap();
        assert!(world.all("contact", "true").is_empty(), "its contacts go with it");
    });
}

#[test]
fn customers_carry_the_facts_of_their_dealings() {
    story(|world| {
        let id = world.customer("li", "明德科技");
        world.given("contact", Draft::new().set("name", "孙丽").set("customer", id));
        world.order(id, "2026-03-01", "100.50");
        world.order(id, "2026-05-01", "0");
        world.given(
            "opportunity",
            Draft::new()
                .set("title", "续约")
                .set("customer_name", "明德科技")
                .set("customer", id)
                .set("amount", 900),
        );
        let customer = world.look("customer", id);
        assert!(customer.text("number").starts_with("KH-202606-"));
        assert_eq!(customer.decimal("contact_count"), Some(1.into()));
        assert_eq!(customer.decimal("order_count"), Some(2.into()));
        assert_eq!(customer.decimal("order_total"), Some("100.5".parse().unwrap()));
        assert_eq!(customer.date("first_order_on").unwrap().to_string(), "2026-03-01");
        assert_eq!(customer.date("last_order_on").unwrap().to_string(), "2026-05-01");
        assert_eq!(customer.decimal("open_opportunity_count"), Some(1.into()));
        assert_eq!(customer.decimal("open_opportunity_amount"), Some(900.into()));
    });
}

#[test]
fn an_order_makes_a_potential_customer_an_existing_one() {
    story(|world| {
        let potential = world.customer("li", "潜在");
        let dealer = world.given(
            "customer",
            Draft::new().set("name", "分销").set("customer_type", "distributor").set("owner", world.id("li")),
        );
        assert_eq!(world.look("customer", potential).text("customer_type"), "potential");
        world.order(potential, "2026-06-01", "1");
        world.order(dealer, "2026-06-01", "1");
        assert_eq!(world.look("customer", potential).text("customer_type"), "existing");
        assert_eq!(world.look("customer", dealer).text("customer_type"), "distributor");
    });
}

#[test]
fn the_same_name_or_phone_is_found_before_a_second_customer_is_made() {
    story(|world| {
        world
            .make(
                "li",
                "customer",
                Draft::new().set("name", "上海明德科技有限公司").set("phone", "13800001024"),
            )
            .unwrap();
        let again = |name: &str, phone: &str| {
            why(world.make("zhao", "customer", Draft::new().set("name", name).set("phone", phone)))
        };
        assert_eq!(again("另一家", "138-0000-1024"), "1 duplicates");
        assert!(again("无关公司", "13900001111").starts_with("done"));
    });
}
