use crate::world::{World, date, draft, story, why, yuan};
use guanxi_gate::{Draft, report::Report};
use guanxi_model::{Query, RecordId, Value, expr};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

fn report(world: &World, person: &str, name: &str, params: &[(&str, &str)]) -> guanxi_gate::Result<Report> {
    let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    world.gate.report(&world.ctx(person), name, &params)
}

fn count(world: &World, person: &str, object: &str, filter: &str) -> Value {
    let query = Query::of(object).filter(expr::parse(filter).unwrap());
    Value::from(world.gate.count(&world.ctx(person), &query).unwrap())
}

/// Six customers of li: kinds, industries, tags and births that differ.
fn people(world: &World) -> Vec<RecordId> {
    let tags = |tags: &[&str]| Value::List(tags.iter().map(|tag| (*tag).to_owned()).collect());
    [
        ("甲", "company", "it", "", tags(&["连锁"])),
        ("乙", "company", "it", "", tags(&["连锁", "信创"])),
        ("丙", "company", "retail", "", Value::Null),
        ("丁", "person", "", "1990-05-05", tags(&["信创"])),
        ("戊", "person", "", "2004-01-01", Value::Null),
        ("己", "company", "retail", "", Value::Null),
    ]
    .into_iter()
    .map(|(name, kind, industry, born, tags)| {
        let mut customer = draft([
            ("name", name.into()),
            ("kind", kind.into()),
            ("tags", tags),
            ("owner", world.id("li").into()),
        ]);
        if !industry.is_empty() {
            customer = customer.set("industry", industry);
        }
        if !born.is_empty() {
            customer = customer.set("birthday", date(born)).set("occupation", "教师");
        }
        world.given("customer", customer)
    })
    .collect()
}

#[test]
fn a_portrait_tells_what_stands_out_among_some() {
    story(|world| {
        people(world);
        let portrait = report(world, "manager", "portrait", &[("filter", r#"industry == "it""#)]).unwrap();
        let row = |words: &str| portrait.rows.iter().find(|row| row.cells[1] == Value::from(words)).unwrap();
        // Both of the two are in IT, two of six in all: three times as often. One tag is on both, the other on one.
        assert_eq!(row("信息技术").cells[2..], [2.into(), 100.into(), 2.into(), yuan("33.33"), 300.into()]);
        assert_eq!(row("连锁").cells[2..], [2.into(), 100.into(), 2.into(), yuan("33.33"), 300.into()]);
        assert_eq!(row("信创").cells[2..], [1.into(), 50.into(), 2.into(), yuan("33.33"), 150.into()]);
        for row in &portrait.rows {
            let drill = row.drill.as_ref().unwrap();
            assert_eq!(
                count(world, "manager", &drill.object, &drill.filter),
                row.cells[2],
                "{}",
                drill.filter
            );
        }
        assert!(report(world, "manager", "portrait", &[("filter", "nonsense ==")]).is_err());
        assert!(report(world, "zhao", "portrait", &[]).unwrap().rows.is_empty(), "everyone draws their own");
    });
}

#[test]
fn composition_counts_ages_and_occupations() {
    story(|world| {
        people(world);
        let ages = report(world, "manager", "composition", &[("by", "age")]).unwrap();
        let told: Vec<(&Value, &Value)> =
            ages.rows.iter().map(|row| (&row.cells[0], &row.cells[1])).collect();
        assert_eq!(
            told[..2],
            [(&Value::from("< 25"), &Value::from(1)), (&Value::from("35\u{2013}44"), &Value::from(1))]
        );
        assert_eq!(told[2], (&Value::Null, &Value::from(4)));
        for row in &ages.rows {
            let drill = row.drill.as_ref().unwrap();
            assert_eq!(
                count(world, "manager", &drill.object, &drill.filter),
                row.cells[1],
                "{}",
                drill.filter
            );
        }
        let jobs = report(world, "manager", "composition", &[("by", "occupation")]).unwrap();
        assert_eq!(
            jobs.rows.iter().find(|row| row.cells[0] == Value::from("教师")).unwrap().cells[1],
            Value::from(2)
        );
    });
}

#[test]
fn two_classes_cross_and_each_number_has_its_list() {
    story(|world| {
        let ids = people(world);
        world.order(ids[0], "2026-06-01", "100");
        world.order(ids[0], "2026-06-02", "100");
        world.given("customer", draft([("name", "经销".into()), ("customer_type", "distributor".into())]));
        let cross = report(world, "boss", "cross", &[("rows", "relation_class"), ("columns", "state_class")])
            .unwrap();
        let names: Vec<&str> = cross.columns.iter().map(|column| column.field.name.as_str()).collect();
        assert_eq!(names, ["relation_class", "new", "regular", "total"]);
        let rows: Vec<Vec<Value>> = cross.rows.iter().map(|row| row.cells.clone()).collect();
        let row = |name: &str, numbers: [i64; 3]| {
            std::iter::once(Value::from(name)).chain(numbers.map(Value::from)).collect::<Vec<_>>()
        };
        assert_eq!(
            rows,
            [row("consumer", [2, 0, 2]), row("enterprise", [3, 1, 4]), row("channel", [1, 0, 1])]
        );
        for ((at, column), drill) in &cross.cells {
            assert_eq!(
                count(world, "boss", &drill.object, &drill.filter),
                rows[*at][*column],
                "{}",
                drill.filter
            );
        }
        let twice = report(world, "boss", "cross", &[("rows", "state_class")]);
        assert_eq!(why(twice), "report.cross.same");
    });
}

#[test]
fn the_four_steps_count_what_their_lists_show() {
    story(|world| {
        let ids = people(world);
        world.order(ids[0], "2026-06-01", "100");
        world.gate.run_job("grade.review", world.today()).unwrap();
        let steps = report(world, "li", "identification", &[]).unwrap();
        let names: Vec<&Value> = steps.rows.iter().map(|row| &row.cells[0]).collect();
        let mut order = names.clone();
        order.dedup();
        assert_eq!(order.len(), 4, "the four steps in their order");
        for row in &steps.rows {
            let drill = row.drill.as_ref().unwrap();
            assert_eq!(count(world, "li", &drill.object, &drill.filter), row.cells[2], "{}", drill.filter);
        }
        assert_eq!(steps.rows[0].cells[2..], [Value::from(1), yuan("100")]);
    });
}

#[test]
fn growth_comes_from_old_and_new_customers_and_business() {
    story(|world| {
        let product = |name: &str| {
            world.given(
                "product",
                draft([("name", name.into()), ("price", yuan("10")), ("on_sale", true.into())]),
            )
        };
        let (known, fresh) = (product("老产品"), product("新产品"));
        let (old, new) = (world.customer("li", "老客户"), world.customer("li", "新客户"));
        let buy = |customer: RecordId, on: &str, product: RecordId, quantity: i64| {
            let order = world.order(customer, on, "0");
            let line = draft([
                ("order", order.into()),
                ("product", product.into()),
                ("quantity", Value::from(quantity)),
            ]);
            world.given("order_line", line);
        };
        buy(old, "2025-03-01", known, 9);
        buy(old, "2026-02-01", known, 3);
        buy(old, "2026-02-01", fresh, 2);
        buy(new, "2026-03-01", known, 5);
        buy(new, "2026-03-01", fresh, 7);
        let matrix = report(world, "manager", "growth_matrix", &[]).unwrap();
        let sums: Vec<&[Value]> = matrix.rows.iter().map(|row| &row.cells[1..4]).collect();
        assert_eq!(sums, [&[yuan("30"), yuan("20"), yuan("50")], &[yuan("50"), yuan("70"), yuan("120")]]);
        assert_eq!(matrix.totals[3], yuan("170"));
        let said = matrix.summary.unwrap().args;
        let said = |name: &str| said.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        // 120 and 90 of 170.
        assert_eq!((said("customers"), said("business")), (Some("70.59"), Some("52.94")));
        let drill = &matrix.cells[&(1, 2)];
        assert_eq!(count(world, "manager", &drill.object, &drill.filter), Value::from(1));
    });
}

#[test]
fn each_customer_has_its_way_of_marketing() {
    story(|world| {
        let ids = people(world);
        world.order(ids[0], "2026-06-01", "900");
        world.order(ids[1], "2026-06-01", "100");
        world.gate.run_job("grade.review", world.today()).unwrap();
        let mode = |n: usize| world.look("customer", ids[n]).text("marketing_mode").to_owned();
        assert_eq!(mode(0), "", "nothing is said while the need is not known");
        for (n, need) in [(0, "high"), (1, "low"), (2, "low"), (3, "high")] {
            world.edit("li", "customer", ids[n], Draft::new().set("individuality", need)).unwrap();
        }
        assert_eq!([mode(0), mode(2), mode(3)], ["custom", "mass", "none"]);
        let matrix = report(world, "li", "marketing_matrix", &[]).unwrap();
        for ((row, column), drill) in &matrix.cells {
            assert_eq!(count(world, "li", &drill.object, &drill.filter), matrix.rows[*row].cells[*column]);
        }
        let all: Decimal = matrix.totals[1..4].iter().filter_map(Value::as_decimal).sum();
        assert_eq!(all, Decimal::from(6));
    });
}

#[test]
fn our_share_of_what_a_customer_spends_follows_its_orders() {
    story(|world| {
        let id = world.customer("li", "明德");
        world.order(id, "2026-03-01", "300");
        world.order(id, "2025-03-01", "999");
        let entry = |spend: &str, to: &str| {
            draft([
                ("customer", id.into()),
                ("from", date("2026-01-01")),
                ("to", date(to)),
                ("spend", yuan(spend)),
            ])
        };
        let made = world.make("li", "wallet", entry("1200", "2026-12-31")).unwrap().id;
        let share = |id: RecordId| world.look("wallet", id).decimal("share").unwrap();
        assert_eq!(share(made), 25.into());
        assert_eq!(world.look("customer", id).decimal("wallet_share"), Some(25.into()));
        world.order(id, "2026-05-01", "1200");
        assert_eq!(share(made), 125.into(), "more than all is possible and warned about, not refused");
        assert_eq!(why(world.make("li", "wallet", entry("0", "2026-12-31"))), "wallet.spend");
        assert_eq!(why(world.make("li", "wallet", entry("10", "2025-12-31"))), "wallet.period");
        let category = world.given(
            "product",
            draft([("name", "软件".into()), ("category", "software".into()), ("price", yuan("60"))]),
        );
        let order = world.order(id, "2026-06-01", "0");
        let line = draft([("order", order.into()), ("product", category.into()), ("quantity", 1.into())]);
        let of_software = entry("240", "2026-11-30").set("category", "software");
        let made = world.make("li", "wallet", of_software).unwrap().id;
        assert_eq!(share(made), Decimal::ZERO);
        let line = world.given("order_line", line);
        assert_eq!(share(made), 25.into(), "a line moves the share of its category");
        let device = world.given(
            "product",
            draft([("name", "主机".into()), ("category", "hardware".into()), ("price", yuan("60"))]),
        );
        world.edit("li", "order_line", line, Draft::new().set("product", device)).unwrap();
        assert_eq!(share(made), Decimal::ZERO, "also when its order comes to the same");
    });
}

#[test]
fn a_target_list_is_the_head_of_a_ranking() {
    story(|world| {
        let ids: Vec<RecordId> = (1..=10)
            .map(|n| {
                let id = world.customer(if n == 10 { "zhao" } else { "li" }, &format!("客户{n}"));
                world.order(id, "2026-06-01", &format!("{}", n * 100));
                id
            })
            .collect();
        let list = |cut: &str, at: i64| {
            let name = format!("{cut} {at}");
            let list = draft([("name", name.as_str().into()), ("cut", cut.into()), ("cut_at", at.into())]);
            let id = world.make("li", "target_list", list).unwrap().id;
            world.verb("li", "target_list", id, "build", Draft::new()).unwrap();
            id
        };
        let members = |list: RecordId| -> Vec<RecordId> {
            let mut found = world.all("target_member", &format!("target_list == {list}"));
            found.sort_by_key(|member| member.decimal("place"));
            found.iter().filter_map(|member| member.reference("customer")).collect()
        };
        let first = list("top_n", 3);
        assert_eq!(members(first), [ids[8], ids[7], ids[6]], "whom the builder does not see is not ranked");
        assert_eq!(members(list("top_percent", 20)), [ids[8], ids[7]]);
        assert_eq!(members(list("above", 850)), [ids[8]]);
        let by_hand = Draft::new().set("list", first);
        world.verb("li", "customer", ids[0], "add_to_list", by_hand.clone()).unwrap();
        world.verb("li", "customer", ids[0], "add_to_list", by_hand).unwrap();
        world.order(ids[5], "2026-06-02", "5000");
        world.verb("li", "target_list", first, "build", Draft::new()).unwrap();
        let mut now = members(first);
        now.sort_unstable();
        let mut expected = vec![ids[0], ids[5], ids[8], ids[7]];
        expected.sort_unstable();
        assert_eq!(now, expected, "added by hand stays, pushed out leaves");
        assert_eq!(world.look("target_list", first).decimal("member_count"), Some(4.into()));
        let filter = format!("any(target_member.customer, target_list == {first})");
        assert_eq!(count(world, "li", "customer", &filter), Value::from(4), "a list is a filter");
        let wrong = draft([("name", "错".into()), ("own_field", "phone".into())]);
        assert_eq!(why(world.make("li", "target_list", wrong)), "target_list.field");
        let wrong = draft([("name", "错".into()), ("filter", "industry ==".into())]);
        assert!(why(world.make("li", "target_list", wrong)).starts_with("expr."));
    });
}

#[test]
fn of_an_exclusive_group_a_customer_carries_one_tag() {
    story(|world| {
        let tags = |tags: &[&str]| Value::List(tags.iter().map(|tag| (*tag).to_owned()).collect());
        let group = |name: &str, of: &[&str], exclusive: bool| {
            why(world.make(
                "manager",
                "tag_group",
                draft([("name", name.into()), ("tags", tags(of)), ("exclusive", exclusive.into())]),
            ))
        };
        assert!(group("意向", &["高意向", "低意向"], true).starts_with("done"));
        assert!(group("场景", &["连锁", "新厂区"], false).starts_with("done"));
        assert_eq!(group("又一组", &["连锁"], false), "tag_group.taken");
        let id = world.customer("li", "明德");
        let tag = |of: &[&str]| why(world.edit("li", "customer", id, Draft::new().set("tags", tags(of))));
        assert_eq!(tag(&["高意向", "低意向"]), "tag_group.exclusive");
        assert!(tag(&["高意向", "连锁", "新厂区"]).starts_with("done"));
    });
}

#[test]
fn idic_counts_how_far_each_step_is_and_leads_to_both_lists() {
    story(|world| {
        world.gate.run_job("channel.provide", world.today()).unwrap();
        let [known, called, visited, rest] =
            ["已知", "常打电话", "只见过面", "其余"].map(|name| world.customer("li", name));
        world.edit("li", "customer", known, Draft::new().set("individuality", "high")).unwrap();
        for (customer, way) in [(called, "call"), (visited, "visit")] {
            let wish = draft([
                ("value", "打电话".into()),
                ("channel", "phone".into()),
                ("customer", customer.into()),
            ]);
            world.make("li", "preference", wish).unwrap();
            let talk =
                draft([("content", "聊了聊".into()), ("type", way.into()), ("customer", customer.into())]);
            world.make("li", "activity", talk).unwrap();
        }
        world.given("contact", draft([("name", "联系人".into()), ("customer", rest.into())]));
        world.given(
            "customer",
            draft([("name", "流失".into()), ("status", "lost".into())]).set("owner", world.id("li")),
        );
        let board = report(world, "li", "idic", &[("by", "kind")]).unwrap();
        let steps: BTreeSet<String> =
            board.rows.iter().filter_map(|row| row.cells[0].as_text().map(str::to_owned)).collect();
        assert_eq!(steps.len(), 4, "identify, differentiate, interact, customise");
        let row = |words: &str| {
            let found = board.rows.iter().find(|row| row.cells[1] == Value::from(words)).unwrap();
            [&found.cells[2], &found.cells[3], &found.cells[4]].map(|cell| cell.as_decimal().unwrap())
        };
        let of = |share: i64, done: i64, open: i64| [share, done, open].map(Decimal::from);
        assert_eq!(row("期间联系过"), of(50, 2, 2));
        assert_eq!(row("期间用客户喜欢的渠道联系过"), of(25, 1, 3), "a visit is no call");
        assert_eq!(row("期间了解到新的喜好"), of(50, 2, 2));
        assert_eq!(row("了解个性化需求的高低"), of(25, 1, 3));
        assert_eq!(row("知道找谁（个人，或有联系人）"), of(25, 1, 3));
        for ((at, column), drill) in &board.cells {
            let listed = count(world, "li", "customer", &drill.filter);
            let cells = &board.rows[*at].cells;
            let told = if *column == 4 { &cells[4] } else { &cells[3] };
            assert_eq!(&listed, told, "{}", drill.filter);
        }
        assert!(report(world, "li", "idic", &[("by", "phone")]).is_err());
        world.later(100);
        let later = report(world, "li", "idic", &[("days", "90")]).unwrap();
        let talked = later.rows.iter().find(|row| row.cells[1] == Value::from("期间联系过")).unwrap();
        assert_eq!(talked.cells[3], Value::from(0), "what is longer ago is outside of the period");
    });
}
