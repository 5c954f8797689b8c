use crate::world::{World, date, draft, instant, story, why};
use guanxi_gate::{Draft, report::Report};
use guanxi_model::{Query, RecordId, Value, expr};
use rust_decimal::Decimal;

fn report(world: &World, person: &str, name: &str, params: &[(&str, &str)]) -> guanxi_gate::Result<Report> {
    let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    world.gate.report(&world.ctx(person), name, &params)
}

fn column(report: &Report, i: usize) -> Vec<Value> {
    report.rows.iter().map(|row| row.cells[i].clone()).collect()
}

fn number(value: &Value) -> Decimal {
    value.as_decimal().unwrap_or_default()
}

/// Every drill-down lists, for the same person, exactly the records the row counts.
fn drills_agree(world: &World, person: &str, report: &Report, counted: usize) {
    for row in &report.rows {
        let drill = row.drill.as_ref().unwrap();
        let query = Query::of(&drill.object).filter(expr::parse(&drill.filter).unwrap());
        let n = world.gate.count(&world.ctx(person), &query).unwrap();
        assert_eq!(Decimal::from(n), number(&row.cells[counted]), "{}", drill.filter);
    }
}

fn sold(world: &World) -> [RecordId; 3] {
    let ids = [("li", "甲"), ("wang", "乙"), ("zhao", "丙")].map(|(owner, name)| world.customer(owner, name));
    for (i, on, total) in [
        (0, "2025-03-01", "100"),
        (0, "2026-02-01", "250.50"),
        (1, "2026-03-01", "400"),
        (1, "2026-04-01", "0"),
        (2, "2026-05-01", "50"),
    ] {
        world.order(ids[i], on, total);
    }
    ids
}

#[test]
fn contribution_sums_orders_by_customer() {
    story(|world| {
        let [a, b, c] = sold(world);
        let all = report(world, "boss", "contribution", &[]).unwrap();
        assert_eq!(column(&all, 0), [b, a, c].map(Value::Ref));
        assert_eq!(
            column(&all, 2).iter().map(number).collect::<Vec<_>>(),
            ["400", "350.5", "50"].map(|n| n.parse().unwrap())
        );
        assert_eq!(number(&all.totals[2]), "800.5".parse().unwrap());
        assert_eq!(number(&all.rows[0].cells[3]), "49.97".parse().unwrap());
        assert_eq!(all.titles.get(a), Some("甲"));
        drills_agree(world, "boss", &all, 1);
        let year = report(world, "boss", "contribution", &[("year", "2026")]).unwrap();
        assert_eq!(number(&year.totals[2]), "700.5".parse().unwrap());
        drills_agree(world, "boss", &year, 1);
        let before = report(world, "boss", "contribution", &[("as_of", "2026-02-28")]).unwrap();
        assert_eq!(number(&before.totals[2]), "350.5".parse().unwrap());
        let first = report(world, "boss", "contribution", &[("limit", "1")]).unwrap();
        assert_eq!(first.rows.len(), 1);
        assert_eq!(number(&first.totals[1]), 5.into(), "totals are of all, not of those shown");
        let of_li = report(world, "boss", "contribution", &[("owner", "li")]).unwrap();
        assert_eq!(column(&of_li, 0), [Value::Ref(a)]);
        assert_eq!(why(report(world, "boss", "contribution", &[("year", "last")])), "field.whole_number");
        assert_eq!(why(report(world, "boss", "contribution", &[("owner", "nobody")])), "field.reference");
    });
}

#[test]
fn everyone_reports_on_what_is_theirs_to_report_on() {
    story(|world| {
        let [a, b, c] = sold(world);
        let customers = |person: &str| column(&report(world, person, "contribution", &[]).unwrap(), 0);
        assert_eq!(customers("li"), [Value::Ref(a)], "colleagues' customers are seen, not reported on");
        assert_eq!(customers("manager"), [b, a, c].map(Value::Ref));
        for name in ["contribution", "composition", "churn"] {
            assert_eq!(why(report(world, "agent", name, &[])), "forbidden", "{name}");
        }
        for name in ["contribution", "composition", "churn", "service"] {
            assert_eq!(why(report(world, "admin", name, &[])), "forbidden", "{name}");
            report(world, "boss", name, &[]).unwrap();
        }
        let mine = report(world, "li", "contribution", &[]).unwrap();
        drills_agree(world, "li", &mine, 1);
    });
}

#[test]
fn composition_counts_customers_by_what_is_chosen() {
    story(|world| {
        for (name, grade, credit, region) in
            [("甲", "major", 5, "310101"), ("乙", "ordinary", 3, "310104"), ("丙", "ordinary", 5, "440305")]
        {
            let customer = draft([
                ("name", name.into()),
                ("grade", grade.into()),
                ("credit", Value::from(credit)),
                ("region", region.into()),
            ]);
            world.given("customer", customer.set("owner", world.id("li")));
        }
        world.given("customer", Draft::new().set("name", "丁").set("owner", world.id("li")));
        let by = |by: &str| report(world, "boss", "composition", &[("by", by)]).unwrap();
        let grade = by("grade");
        assert_eq!(column(&grade, 0), [Value::from("ordinary"), Value::from("major")]);
        assert_eq!(column(&grade, 1).iter().map(number).collect::<Vec<_>>(), [3.into(), Decimal::ONE]);
        assert_eq!(number(&grade.rows[0].cells[2]), 75.into());
        let credit = by("credit");
        assert_eq!(column(&credit, 0), [Value::from(5), Value::from(3), Value::Null]);
        let region = by("region");
        assert_eq!(column(&region, 0), [Value::from("310000"), Value::from("440000"), Value::Null]);
        for by_field in ["grade", "credit", "satisfaction", "kind", "customer_type", "region", "status"] {
            let report = by(by_field);
            assert_eq!(number(&report.totals[1]), 4.into(), "{by_field}");
            drills_agree(world, "boss", &report, 1);
        }
        assert_eq!(why(report(world, "boss", "composition", &[("by", "phone")])), "field.choice");
    });
}

#[test]
fn service_counts_kinds_by_year() {
    story(|world| {
        let customer = world.customer("li", "甲");
        for (kind, at, stars) in [
            ("consult", "2024-12-31T15:59:00Z", Some(4)),
            ("consult", "2024-12-31T16:00:00Z", None),
            ("complaint", "2025-05-01T00:00:00Z", Some(1)),
        ] {
            let request = draft([
                ("title", kind.into()),
                ("kind", kind.into()),
                ("created_at", instant(at)),
                ("satisfaction", stars.into()),
            ]);
            world.given("service_request", request.set("customer", customer));
        }
        let all = report(world, "agent", "service", &[]).unwrap();
        let names: Vec<&str> = all.columns.iter().map(|c| c.field.name.as_str()).collect();
        assert_eq!(
            names,
            ["kind", "y2024", "y2025", "total", "satisfaction"],
            "years begin at midnight in Shanghai"
        );
        assert_eq!(column(&all, 0), ["consult", "complaint", "suggestion"].map(Value::from));
        assert_eq!(
            column(&all, 3).iter().map(number).collect::<Vec<_>>(),
            [2.into(), Decimal::ONE, Decimal::ZERO]
        );
        assert_eq!(number(&all.rows[0].cells[4]), 4.into());
        assert_eq!(number(&all.totals[3]), 3.into());
        drills_agree(world, "agent", &all, 3);
        let year = report(world, "agent", "service", &[("year", "2025")]).unwrap();
        assert_eq!(number(&year.totals[2]), 2.into());
    });
}

#[test]
fn churn_lists_confirmed_losses() {
    story(|world| {
        for (owner, name, status, confirmed) in [
            ("li", "甲", "lost", "2026-01-10T00:00:00Z"),
            ("zhao", "乙", "lost", "2026-05-10T00:00:00Z"),
            ("li", "丙", "open", ""),
        ] {
            let customer = world.customer(owner, name);
            world.order(customer, "2025-01-01", "100");
            let confirmed = if confirmed.is_empty() { Value::Null } else { instant(confirmed) };
            let warning =
                draft([("customer", customer.into()), ("status", status.into()), ("reason", "price".into())]);
            let id = world.given(
                "churn_warning",
                warning.set("confirmed_at", confirmed).set("last_order_on", date("2025-01-01")),
            );
            world.given("churn_measure", draft([("churn_warning", id.into()), ("measure", "回访".into())]));
        }
        let all = report(world, "boss", "churn", &[]).unwrap();
        assert_eq!(all.rows.len(), 2);
        assert_eq!(all.rows[0].cells[1], Value::Ref(world.id("zhao")), "the latest first");
        assert_eq!(all.rows[0].cells[2], Value::from("price"));
        assert_eq!(all.rows[0].cells[5], Value::from(1));
        assert_eq!(number(&all.totals[4]), 200.into());
        let of = |params: &[(&str, &str)]| report(world, "boss", "churn", params).unwrap().rows.len();
        assert_eq!(of(&[("owner", "li")]), 1);
        assert_eq!(of(&[("as_of", "2026-01-10")]), 1);
        assert_eq!(of(&[("year", "2025")]), 0);
        assert_eq!(of(&[("reason", "competitor")]), 0);
        assert_eq!(report(world, "li", "churn", &[]).unwrap().rows.len(), 1);
    });
}
