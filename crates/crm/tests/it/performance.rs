use crate::world::{World, date, draft, instant, story, why, yuan};
use guanxi_crm::insight::performance;
use guanxi_gate::{Draft, report::Report};
use guanxi_model::{Query, RecordId, Value, expr};
use rust_decimal::Decimal;

fn report(world: &World, person: &str, params: &[(&str, &str)]) -> guanxi_gate::Result<Report> {
    let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    world.gate.report(&world.ctx(person), "performance", &params)
}

fn person(world: &World, who: &str, month: i64, base: &str) -> Draft {
    draft([
        ("level", "person".into()),
        ("person", world.id(who).into()),
        ("measure", "order_amount".into()),
        ("year", 2026.into()),
        ("span", "month".into()),
        ("part", month.into()),
        ("base", yuan(base)),
    ])
}

fn department(world: &World, which: &str, base: &str) -> Draft {
    person(world, "li", 6, base)
        .set("level", "department")
        .set("person", Value::Null)
        .set("whose_department", world.departments[which])
}

/// An order that somebody owns, whoever its customer belongs to now.
fn sold(world: &World, owner: &str, customer: RecordId, on: &str, total: &str) {
    let order = Draft::new()
        .set("customer", customer)
        .set("owner", world.id(owner))
        .set("ordered_on", date(on))
        .set("total", yuan(total));
    world.given("order", order);
}

fn number(value: &Value) -> Decimal {
    value.as_decimal().unwrap_or_default()
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Name, target, reached, percent and place of each row.
fn told(report: &Report) -> Vec<(String, Decimal, Decimal, Decimal, Decimal)> {
    let row = |cells: &[Value]| {
        let name = cells[0].as_text().unwrap_or_default().to_owned();
        (name, number(&cells[2]), number(&cells[5]), number(&cells[6]), number(&cells[9]))
    };
    report.rows.iter().map(|r| row(&r.cells)).collect()
}

fn line(
    name: &str,
    base: &str,
    actual: &str,
    ratio: &str,
    rank: &str,
) -> (String, Decimal, Decimal, Decimal, Decimal) {
    (name.to_owned(), dec(base), dec(actual), dec(ratio), dec(rank))
}

/// June: Li sold 300.50, Wang 900, Zhao 100 of an order that names nobody.
fn june(world: &World) {
    let [a, b, c] = [("li", "甲"), ("wang", "乙"), ("zhao", "丙")].map(|(o, name)| world.customer(o, name));
    sold(world, "li", a, "2026-05-31", "5000");
    sold(world, "li", a, "2026-06-01", "200.25");
    sold(world, "li", b, "2026-06-30", "100.25");
    sold(world, "li", a, "2026-07-01", "7000");
    sold(world, "wang", b, "2026-06-10", "900");
    world.order(c, "2026-06-10", "100");
}

#[test]
fn people_and_departments_reach_what_their_orders_sum_to() {
    story(|world| {
        june(world);
        for (who, base) in [("li", "1000"), ("wang", "600"), ("zhao", "200")] {
            world.make("manager", "sales_target", person(world, who, 6, base)).unwrap();
        }
        for (which, base) in [("first", "1600"), ("second", "200"), ("head", "2000")] {
            world.make("manager", "sales_target", department(world, which, base)).unwrap();
        }
        let people = report(world, "boss", &[("year", "2026"), ("part", "6")]).unwrap();
        assert_eq!(
            told(&people),
            [
                line("王经理", "600", "900", "150", "1"),
                line("赵经理", "200", "100", "50", "2"),
                line("李经理", "1000", "300.50", "30.1", "3"),
            ]
        );
        assert_eq!(number(&people.totals[5]), dec("1300.50"));
        assert_eq!(number(&people.rows[2].cells[7]), dec("699.50"), "what is missing");
        let departments = report(world, "boss", &[("by", "department")]).unwrap();
        assert_eq!(
            told(&departments),
            [
                line("公司", "0", "1300.50", "0", "0"),
                line("销售一部", "1600", "1200.50", "75", "1"),
                line("总部", "2000", "1300.50", "65", "2"),
                line("销售二部", "200", "100", "50", "3"),
            ]
        );
        for report in [&people, &departments] {
            for row in &report.rows {
                let drill = row.drill.as_ref().unwrap();
                let filter = expr::parse(&drill.filter).unwrap();
                let page =
                    world.gate.list(&world.ctx("boss"), &Query::of("order").fields(["total"]).filter(filter));
                let sum: Decimal = page.unwrap().rows.iter().map(|order| number(order.get("total"))).sum();
                assert_eq!(sum, number(&row.cells[5]), "{}", drill.filter);
            }
        }
        let tiers = |row: usize| people.rows[row].cells[8].as_text().unwrap_or_default().to_owned();
        assert_eq!((tiers(0), tiers(2)), ("base".to_owned(), "below".to_owned()));
    });
}

#[test]
fn a_seller_sees_their_own_numbers_and_only_their_place_among_others() {
    story(|world| {
        june(world);
        for (who, base) in [("li", "1000"), ("wang", "600"), ("zhao", "200")] {
            world.make("manager", "sales_target", person(world, who, 6, base)).unwrap();
        }
        let own = report(world, "li", &[]).unwrap();
        assert_eq!(told(&own), [line("李经理", "1000", "300.50", "30.1", "3")]);
        let said = own.summary.unwrap();
        assert_eq!(said.key, "report.performance.own");
        let days = world.gate.phrases().say(guanxi_model::Locale::Zh, &said);
        assert_eq!(days, "2026-06：你已完成 30.1%，在全公司排第 3 位，还剩 15 天。");
        assert_eq!(report(world, "li", &[("by", "department")]).unwrap().rows.len(), 0);
        let targets = world.gate.list(&world.ctx("li"), &Query::of("sales_target")).unwrap();
        assert_eq!(targets.rows.len(), 1);
        let (period, mine) = performance::mine(&world.gate, &world.ctx("li")).unwrap().unwrap();
        assert_eq!((period.name().as_str(), period.days_left(world.today())), ("2026-06", Some(15)));
        let [(measure, standing)] = mine.as_slice() else { panic!("{mine:?}") };
        assert_eq!(
            (*measure, standing.attained(), standing.rank),
            ("order_amount", Some(dec("30.1")), Some(3))
        );
        assert_eq!(performance::mine(&world.gate, &world.ctx("agent")).unwrap(), None);
        assert_eq!(why(report(world, "agent", &[])), "forbidden");
    });
}

#[test]
fn only_managers_set_targets_and_only_for_those_below_them() {
    story(|world| {
        let target = person(world, "li", 6, "1000");
        assert_eq!(why(world.make("li", "sales_target", target.clone())), "forbidden");
        assert_eq!(why(world.make("boss", "sales_target", target.clone())), "forbidden");
        let id = world.make("manager", "sales_target", target.clone()).unwrap().id;
        assert_eq!(why(world.make("admin", "sales_target", target)), "sales_target.twice");
        assert_eq!(world.look("sales_target", id).text("name"), "2026-06 李经理 订单金额");
        assert_eq!(world.look("sales_target", id).owner(), Some(world.id("li")));
        let raise = || Draft::new().set("base", yuan("1200"));
        assert_eq!(why(world.edit("li", "sales_target", id, raise())), "forbidden");
        world.edit("manager", "sales_target", id, raise()).unwrap();
        // Whoever leads one department sets no targets of another and none of the company.
        let lead = Draft::new()
            .set("login", "lead")
            .set("name", "孙主管")
            .set("roles", Value::List(vec!["sales_manager".to_owned()]))
            .set("department", world.departments["first"]);
        let lead = world.given("user", lead);
        let lead = world.gate.ctx_of(lead, guanxi_gate::Channel::Api).unwrap();
        let set =
            |draft: Draft| why(world.gate.create(&lead, "sales_target", draft, false).map(|done| done.id));
        assert_eq!(set(person(world, "zhao", 6, "1000")), "forbidden");
        assert_eq!(set(person(world, "wang", 6, "1000")), "done");
        let company = person(world, "li", 6, "9000").set("level", "company").set("person", Value::Null);
        assert_eq!(set(company.clone()), "sales_target.company_only");
        assert_eq!(why(world.make("manager", "sales_target", company)), "done");
    });
}

#[test]
fn a_target_is_possible_and_its_amounts_rise() {
    story(|world| {
        let make = |draft: Draft| why(world.make("manager", "sales_target", draft));
        let base = || person(world, "li", 6, "1000");
        assert_eq!(make(base().set("base", yuan("0"))), "sales_target.positive");
        assert_eq!(make(base().set("stretch", yuan("999.99"))), "sales_target.rising");
        let sinking = base().set("stretch", yuan("1200")).set("challenge", yuan("1100"));
        assert_eq!(make(sinking), "sales_target.rising");
        assert_eq!(make(base().set("challenge", yuan("900"))), "sales_target.rising");
        assert_eq!(make(base().set("span", "quarter").set("part", 5)), "sales_target.part");
        assert_eq!(make(base().set("part", Value::Null)), "field.required");
        assert_eq!(make(base().set("person", Value::Null)), "field.required");
        let fine = base().set("stretch", yuan("1000")).set("challenge", yuan("1300"));
        assert_eq!(make(fine), "done");
    });
}

#[test]
fn a_year_is_spread_over_its_months_and_adds_up_to_the_fen() {
    story(|world| {
        let year = person(world, "li", 6, "1000000.01").set("span", "year").set("stretch", yuan("1100000"));
        let id = world.make("manager", "sales_target", year).unwrap().id;
        let months = || {
            let all = world.all("sales_target", "span == \"month\"");
            let mut months: Vec<(Decimal, Decimal)> =
                all.iter().map(|m| (m.decimal("part").unwrap(), m.decimal("base").unwrap())).collect();
            months.sort();
            months.into_iter().map(|(_, base)| base).collect::<Vec<_>>()
        };
        let by = |how: &str| Draft::new().set("by", how);
        let empty = world.verb("manager", "sales_target", id, "spread", by("last_year"));
        assert_eq!(why(empty), "sales_target.no_last_year");
        world.verb("manager", "sales_target", id, "spread", by("evenly")).unwrap();
        let mut even = vec![dec("83333.33"); 11];
        even.push(dec("83333.38"));
        assert_eq!(months(), even);
        assert_eq!(world.look("sales_target", id).decimal("month_base"), Some(dec("1000000.01")));

        // Last year: a third in March, the rest in November; of others and of this year nothing.
        let customer = world.customer("wang", "甲");
        sold(world, "li", customer, "2025-03-31", "100");
        sold(world, "li", customer, "2025-11-01", "200");
        sold(world, "wang", customer, "2025-05-01", "999");
        sold(world, "li", customer, "2026-05-01", "999");
        world.verb("manager", "sales_target", id, "spread", by("last_year")).unwrap();
        let mut shares = vec![Decimal::ZERO; 12];
        shares[2] = dec("333333.33");
        shares[10] = dec("666666.67");
        shares[11] = dec("0.01");
        assert_eq!(months(), shares);
        assert_eq!(months().iter().sum::<Decimal>(), dec("1000000.01"));
        assert_eq!(world.look("sales_target", id).decimal("month_count"), Some(12.into()));

        // A quarter without a target of its own has that of its months.
        let first =
            report(world, "manager", &[("span", "quarter"), ("part", "1"), ("year", "2026")]).unwrap();
        assert_eq!(number(&first.rows[0].cells[2]), dec("333333.33"));
        assert_eq!(why(world.verb("li", "sales_target", id, "spread", by("evenly"))), "forbidden");
    });
}

#[test]
fn every_measure_counts_its_own_records_of_the_month() {
    story(|world| {
        let customer = world.customer("li", "甲");
        world.given(
            "customer",
            Draft::new()
                .set("name", "旧")
                .set("owner", world.id("li"))
                .set("created_at", instant("2026-05-31T15:59:59Z")),
        );
        sold(world, "li", customer, "2026-06-02", "10");
        sold(world, "li", customer, "2026-06-03", "20");
        for at in ["2026-05-31T16:00:00Z", "2026-06-10T02:00:00Z", "2026-05-31T15:59:59Z"] {
            let note = draft([
                ("customer", customer.into()),
                ("content", "电话".into()),
                ("happened_at", instant(at)),
                ("created_by", world.id("li").into()),
            ]);
            world.given("activity", note);
        }
        for (status, reason, at) in [
            ("won", None, "2026-06-05T02:00:00Z"),
            ("archived", None, "2026-06-06T02:00:00Z"),
            ("archived", Some("price"), "2026-06-06T02:00:00Z"),
            ("lost", Some("price"), "2026-06-07T02:00:00Z"),
            ("won", None, "2026-07-01T02:00:00Z"),
        ] {
            let deal = draft([
                ("customer_name", "甲".into()),
                ("title", "机房改造".into()),
                ("status", status.into()),
                ("owner", world.id("li").into()),
                ("lost_reason", reason.into()),
                ("closed_at", instant(at)),
            ]);
            world.given("opportunity", deal);
        }
        for (measure, reached) in [
            ("order_amount", "30"),
            ("order_count", "2"),
            ("new_customers", "1"),
            ("follow_ups", "2"),
            ("won_opportunities", "2"),
        ] {
            let told = report(world, "li", &[("measure", measure)]).unwrap();
            assert_eq!(told.rows.len(), 1, "{measure}");
            assert_eq!(number(&told.rows[0].cells[5]), dec(reached), "{measure}");
        }
        assert_eq!(why(report(world, "li", &[("measure", "smiles")])), "field.choice");
        assert_eq!(why(report(world, "li", &[("span", "quarter"), ("part", "5")])), "sales_target.part");
    });
}
