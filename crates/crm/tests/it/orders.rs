use crate::world::{World, draft, story, why, yuan};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;

fn order(world: &World) -> RecordId {
    let customer = world.customer("li", "明德科技");
    world.make("li", "order", Draft::new().set("customer", customer)).unwrap().id
}

fn line(world: &World, order: RecordId, quantity: &str, price: &str) -> RecordId {
    let line = draft([("name", "耗材".into()), ("quantity", yuan(quantity)), ("unit_price", yuan(price))]);
    world.make("li", "order_line", line.set("order", order)).unwrap().id
}

fn total(world: &World, order: RecordId) -> Decimal {
    world.look("order", order).decimal("total").unwrap()
}

fn nets(world: &World) -> Vec<Decimal> {
    world.all("order_line", "true").iter().map(|line| line.decimal("net").unwrap()).collect()
}

#[test]
fn lines_make_the_total_rounded_line_by_line() {
    story(|world| {
        let order = order(world);
        line(world, order, "0.335", "3");
        let second = line(world, order, "0.5", "10.01");
        // 1.005 and 5.005, each half up.
        assert_eq!(total(world, order), "6.02".parse().unwrap());
        assert_eq!(world.look("order", order).decimal("quantity"), Some("0.835".parse().unwrap()));
        world.edit("li", "order_line", second, Draft::new().set("quantity", yuan("1"))).unwrap();
        assert_eq!(total(world, order), "11.02".parse().unwrap());
        world.gate.delete(&world.ctx("li"), "order_line", second, None).unwrap();
        assert_eq!(total(world, order), "1.01".parse().unwrap());
        world.gate.restore(&world.ctx("manager"), "order_line", second).unwrap();
        assert_eq!(total(world, order), "11.02".parse().unwrap());
        let customer = world.look("order", order).reference("customer").unwrap();
        assert_eq!(world.look("customer", customer).decimal("order_total"), Some("11.02".parse().unwrap()));
    });
}

#[test]
fn a_discount_is_shared_so_that_lines_sum_to_the_total() {
    story(|world| {
        let order = order(world);
        for _ in 0..3 {
            line(world, order, "1", "33.33");
        }
        world.edit("li", "order", order, Draft::new().set("discount", yuan("10.00"))).unwrap();
        assert_eq!(total(world, order), "89.99".parse().unwrap());
        assert_eq!(nets(world), ["29.99", "30.00", "30.00"].map(|net| net.parse::<Decimal>().unwrap()));
        line(world, order, "1", "0.01");
        assert_eq!(nets(world).iter().sum::<Decimal>(), total(world, order));
        let refused = why(world.edit("li", "order", order, Draft::new().set("discount", yuan("100.01"))));
        assert_eq!(refused, "order.discount_too_large");
        assert_eq!(total(world, order), "90.00".parse().unwrap());
    });
}

#[test]
fn a_total_that_lines_make_is_not_typed() {
    story(|world| {
        let order = order(world);
        world.edit("li", "order", order, Draft::new().set("total", yuan("0"))).unwrap();
        world.edit("li", "order", order, Draft::new().set("total", yuan("12.34"))).unwrap();
        line(world, order, "1", "5");
        for field in ["total", "quantity"] {
            let refused = why(world.edit("li", "order", order, Draft::new().set(field, yuan("12.34"))));
            assert_eq!(refused, "order.made_by_lines", "{field}");
        }
        assert_eq!(total(world, order), 5.into());
    });
}

#[test]
fn a_product_brings_its_name_unit_and_price() {
    story(|world| {
        let order = order(world);
        let product = |name: &str, price: Value| {
            world.given("product", Draft::new().set("name", name).set("unit", "box").set("price", price))
        };
        let paper = product("A4 纸", yuan("25.50"));
        let made = world
            .make(
                "li",
                "order_line",
                draft([("quantity", yuan("2"))]).set("order", order).set("product", paper),
            )
            .unwrap();
        let line = world.look("order_line", made.id);
        assert_eq!((line.text("name"), line.text("unit")), ("A4 纸", "box"));
        assert_eq!(line.decimal("amount"), Some(51.into()));
        let toner = product("硒鼓", yuan("300"));
        world.edit("li", "order_line", made.id, Draft::new().set("product", toner)).unwrap();
        assert_eq!(world.look("order_line", made.id).decimal("amount"), Some(600.into()));
        let free = product("赠品", Value::Null);
        let bare = |d: Draft| why(world.make("li", "order_line", d.set("order", order)));
        assert_eq!(bare(Draft::new().set("product", free)), "order_line.price");
        assert_eq!(bare(Draft::new().set("unit_price", yuan("1"))), "order_line.what");
    });
}

#[test]
fn an_order_may_be_worth_nothing_but_not_less() {
    story(|world| {
        let order = order(world);
        assert_eq!(total(world, order), Decimal::ZERO);
        let object = world.gate.object("order").unwrap();
        let below = Draft::from_form(&object, [("total", "-1")]);
        assert_eq!(why(world.edit("li", "order", order, below)), "field.money_negative");
    });
}

fn product(world: &World, name: &str, price: &str, cost: Value) -> RecordId {
    world.given("product", Draft::new().set("name", name).set("price", yuan(price)).set("cost", cost))
}

fn sold(world: &World, order: RecordId, product: RecordId, quantity: &str) -> RecordId {
    let line = draft([("quantity", yuan(quantity))]).set("order", order).set("product", product);
    world.make("li", "order_line", line).unwrap().id
}

#[test]
fn a_line_keeps_what_its_product_cost_when_it_was_sold() {
    story(|world| {
        let order = order(world);
        let lock = product(world, "门锁", "300", yuan("180.50"));
        let first = sold(world, order, lock, "2");
        world.edit("manager", "product", lock, Draft::new().set("cost", yuan("200"))).unwrap();
        let second = sold(world, order, lock, "1");
        assert_eq!(world.look("order_line", first).decimal("cost"), Some(361.into()));
        assert_eq!(world.look("order_line", second).decimal("cost"), Some(200.into()));
        // 900 sold, 361 + 200 spent.
        let head = world.look("order", order);
        assert_eq!((head.decimal("cost"), head.decimal("margin")), (Some(561.into()), Some(339.into())));
        assert_eq!(head.decimal("margin_rate"), Some("37.67".parse().unwrap()));
        world.edit("li", "order_line", first, Draft::new().set("quantity", yuan("4"))).unwrap();
        assert_eq!(world.look("order_line", first).decimal("cost"), Some(722.into()), "at its own cost");
        let refused = world.edit("manager", "order", order, Draft::new().set("cost", yuan("1")));
        assert_eq!(why(refused), "order.made_by_lines");
    });
}

#[test]
fn a_discount_lowers_the_profit_even_below_zero() {
    story(|world| {
        let order = order(world);
        sold(world, order, product(world, "门锁", "300", yuan("180")), "1");
        world.edit("li", "order", order, Draft::new().set("discount", yuan("150"))).unwrap();
        assert_eq!(world.look("order", order).decimal("margin"), Some((-30).into()));
        let customer = world.look("order", order).reference("customer").unwrap();
        assert_eq!(world.look("customer", customer).decimal("order_profit"), Some((-30).into()));
    });
}

#[test]
fn a_line_of_unknown_cost_leaves_the_profit_unknown() {
    story(|world| {
        let order = order(world);
        sold(world, order, product(world, "门锁", "300", yuan("180")), "1");
        let odd = sold(world, order, product(world, "配件", "10", Value::Null), "1");
        let head = world.look("order", order);
        assert_eq!((head.get("cost"), head.get("margin")), (&Value::Null, &Value::Null));
        let customer = head.reference("customer").unwrap();
        assert_eq!(world.look("customer", customer).decimal("costed_order_count"), Some(0.into()));
        world.edit("manager", "order_line", odd, Draft::new().set("unit_cost", yuan("4"))).unwrap();
        assert_eq!(world.look("order", order).decimal("margin"), Some(126.into()));
        assert_eq!(world.look("customer", customer).decimal("order_profit"), Some(126.into()));
    });
}

#[test]
fn costs_are_hidden_from_those_who_bargain() {
    story(|world| {
        let order = order(world);
        let lock = product(world, "门锁", "300", yuan("180"));
        let line = sold(world, order, lock, "1");
        let customer = world.look("order", order).reference("customer").unwrap();
        for (object, id, field) in [
            ("product", lock, "cost"),
            ("order_line", line, "unit_cost"),
            ("order_line", line, "cost"),
            ("order_line", line, "margin"),
            ("order", order, "cost"),
            ("order", order, "margin"),
            ("order", order, "margin_rate"),
            ("customer", customer, "order_profit"),
        ] {
            for (person, seen) in
                [("li", false), ("wang", false), ("agent", false), ("manager", true), ("boss", true)]
            {
                let record = world.gate.get(&world.ctx(person), object, id).unwrap();
                assert_eq!(record.cell(field).is_some(), seen, "{person} {object}.{field}");
            }
        }
    });
}
