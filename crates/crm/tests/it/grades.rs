use crate::world::{World, date, draft, instant, story, why, yuan};
use guanxi_gate::{Draft, report::Report};
use guanxi_model::{Query, RecordId, Value, expr};
use rust_decimal::Decimal;

fn review(world: &World) -> Vec<(&'static str, i64)> {
    world.gate.run_job("grade.review", world.today()).unwrap()
}

fn grade(world: &World, id: RecordId) -> String {
    world.look("customer", id).text("value_grade").to_owned()
}

fn treatment(world: &World, grade: &str) -> RecordId {
    world.all("treatment", &format!("grade == \"{grade}\"")).pop().unwrap().id
}

fn report(world: &World, person: &str, name: &str, params: &[(&str, &str)]) -> Report {
    let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    world.gate.report(&world.ctx(person), name, &params).unwrap()
}

/// Five customers: 600, 250, 100, 50 and nothing, of 1,000 in all.
fn five(world: &World) -> Vec<RecordId> {
    let ids: Vec<RecordId> =
        ["甲", "乙", "丙", "丁", "戊"].iter().map(|name| world.customer("li", name)).collect();
    for (id, total) in ids.iter().zip(["600", "250", "100", "50"]) {
        world.order(*id, "2026-05-01", total);
    }
    ids
}

#[test]
fn grades_follow_the_share_of_sales_that_the_largest_make() {
    story(|world| {
        let ids = five(world);
        assert_eq!(review(world), [("reviewed", 5), ("changed", 5)]);
        // 600 make 60 %, 850 make 85 % and pass 80; 950 reach 95; the rest had an order; the last had none.
        let grades: Vec<String> = ids.iter().map(|id| grade(world, *id)).collect();
        assert_eq!(grades, ["a", "a", "b", "c", "d"]);
        assert_eq!(review(world)[1], ("changed", 0), "the same night again changes nothing");
        world.order(ids[4], "2026-06-01", "9000");
        review(world);
        assert_eq!(grade(world, ids[4]), "a");
        assert_eq!(grade(world, ids[0]), "b", "whoever else grows makes others smaller");
        let log = world.all("grade_change", "before == \"a\" && after == \"b\"");
        assert_eq!(log[0].reference("customer"), Some(ids[0]));
        assert_eq!((log[0].text("cause"), log[0].decimal("basis")), ("rule", Some(600.into())));
    });
}

#[test]
fn a_least_amount_goes_before_the_share_and_months_limit_what_counts() {
    story(|world| {
        let ids = five(world);
        world.order(ids[3], "2024-01-01", "5000");
        review(world);
        assert_eq!(grade(world, ids[3]), "a");
        world.gate.set_setting(&world.operator(), "grade.months", "12").unwrap();
        review(world);
        assert_eq!(grade(world, ids[3]), "c", "an order of two years ago no longer counts");
        world.edit("manager", "treatment", treatment(world, "a"), draft([("amount", yuan("500"))])).unwrap();
        review(world);
        assert_eq!(grade(world, ids[0]), "a");
        assert_eq!(grade(world, ids[1]), "b");
        let wrong =
            world.edit("manager", "treatment", treatment(world, "b"), draft([("amount", yuan("500"))]));
        assert_eq!(why(wrong), "grade.amount_order");
        let wrong = world.edit("manager", "treatment", treatment(world, "b"), draft([("share", yuan("80"))]));
        assert_eq!(why(wrong), "grade.share_order");
    });
}

#[test]
fn a_grade_set_by_hand_outlives_reviews_until_its_day() {
    story(|world| {
        let ids = five(world);
        review(world);
        let by_hand = |person: &str, until: &str| {
            let input = draft([("grade", "a".into()), ("reason", "样板客户".into()), ("until", date(until))]);
            why(world.verb(person, "customer", ids[4], "fix_grade", input))
        };
        assert_eq!(by_hand("li", "2026-07-01"), "forbidden");
        assert_eq!(by_hand("manager", "2026-06-14"), "grade.until_past");
        assert!(by_hand("manager", "2026-06-20").starts_with("done"));
        assert_eq!(review(world)[1], ("changed", 0));
        assert_eq!(grade(world, ids[4]), "a");
        assert_eq!(world.all("grade_change", "cause == \"hand\"")[0].text("reason"), "样板客户");
        assert_eq!(
            why(world.edit("manager", "customer", ids[4], draft([("value_grade", "b".into())]))),
            "gate.read_only"
        );
        world.later(6);
        review(world);
        assert_eq!(grade(world, ids[4]), "d");
        assert_eq!(world.look("customer", ids[4]).get("grade_fixed"), &Value::Null);
        assert_eq!(world.all("grade_change", "cause == \"ended\"").len(), 1);
        assert_eq!(
            why(world.verb("manager", "customer", ids[4], "free_grade", Draft::new())),
            "grade.not_fixed"
        );
    });
}

#[test]
fn the_preview_tells_what_a_review_then_does() {
    story(|world| {
        let ids = five(world);
        review(world);
        world.order(ids[4], "2026-06-01", "9000");
        let before = report(world, "manager", "grade_preview", &[]);
        let told: Vec<(Value, Value, Value)> = before
            .rows
            .iter()
            .map(|row| (row.cells[0].clone(), row.cells[1].clone(), row.cells[2].clone()))
            .collect();
        let expected: Vec<_> = [("a", "b", 1), ("a", "c", 1), ("b", "c", 1), ("d", "a", 1)]
            .map(|(from, to, n)| (Value::from(from), Value::from(to), Value::from(n)))
            .into();
        assert_eq!(told, expected);
        assert_eq!(grade(world, ids[4]), "d", "telling changes nothing");
        assert_eq!(review(world)[1], ("changed", 4));
        assert!(report(world, "manager", "grade_preview", &[]).rows.is_empty());
    });
}

#[test]
fn grades_of_sales_people_follow_when_the_site_wants_it() {
    story(|world| {
        let ids = five(world);
        let partner = world.given("customer", draft([("name", "伙伴".into()), ("grade", "partner".into())]));
        world.order(partner, "2026-05-01", "2000");
        review(world);
        assert_eq!(world.look("customer", ids[0]).text("grade"), "ordinary");
        world.gate.set_setting(&world.operator(), "grade.levels", "true").unwrap();
        review(world);
        assert_eq!(world.look("customer", ids[0]).text("grade"), "major");
        assert_eq!(world.look("customer", partner).text("grade"), "partner", "partners stay what was agreed");
    });
}

#[test]
fn the_next_visit_is_due_by_the_treatment_of_the_grade() {
    story(|world| {
        let ids = five(world);
        review(world);
        let due = || world.look("customer", ids[0]).date("visit_due_on").unwrap().to_string();
        assert_eq!(due(), "2026-06-29", "fourteen days after it was entered");
        let visited = draft([
            ("customer", ids[0].into()),
            ("happened_at", instant("2026-06-10T02:00:00Z")),
            ("content", "拜访".into()),
        ]);
        world.make("li", "activity", visited.set("kind", "visit")).unwrap();
        assert_eq!(due(), "2026-06-24");
        assert_eq!(world.look("customer", ids[0]).reference("treatment"), Some(treatment(world, "a")));
        world.edit("manager", "treatment", treatment(world, "a"), Draft::new().set("visit_days", 3)).unwrap();
        review(world);
        assert_eq!(due(), "2026-06-13", "the new interval counts from the next night");
        let todos = guanxi_crm::office::todo::todos(&world.gate, &world.ctx("li")).unwrap();
        assert_eq!(todos.iter().find(|todo| todo.name == "visit_due").unwrap().open(), 1);
    });
}

fn stage(world: &World, id: RecordId) -> (String, String) {
    let customer = world.look("customer", id);
    (customer.text("life_stage").to_owned(), customer.text("state_class").to_owned())
}

#[test]
fn the_stage_of_the_life_cycle_follows_orders_silence_and_losses() {
    story(|world| {
        let is = |id: RecordId, stage_now: &str, state: &str| {
            assert_eq!(stage(world, id), (stage_now.to_owned(), state.to_owned()))
        };
        let id = world.customer("li", "明德");
        is(id, "acquired", "new");
        let first = world.order(id, "2025-06-01", "1");
        world.gate.run_job("life.review", world.today()).unwrap();
        is(id, "declining", "fading");
        for on in ["2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01"] {
            world.order(id, on, "1");
        }
        is(id, "growing", "regular");
        world.order(id, "2026-06-01", "1");
        is(id, "mature", "loyal");
        world.gate.delete(&world.ctx("manager"), "order", first, None).unwrap();
        is(id, "growing", "regular");
        world.later(130);
        world.gate.run_job("life.review", world.today()).unwrap();
        is(id, "declining", "fading");
        let lost = world.look("customer", id);
        world
            .gate
            .write(&world.operator(), move |tx| {
                tx.update(&lost, Draft::new().set("status", "lost")).map(drop)
            })
            .unwrap();
        is(id, "lost", "lost");
        let log: Vec<(String, String)> = world
            .all("life_change", "true")
            .iter()
            .map(|change| (change.text("before").to_owned(), change.text("after").to_owned()))
            .collect();
        let told = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(log.first(), Some(&told("acquired", "declining")));
        assert_eq!(log.last(), Some(&told("declining", "lost")));
        let stages = report(world, "boss", "lifecycle", &[]);
        let counted: Vec<&Value> = stages.rows.iter().map(|row| &row.cells[1]).collect();
        assert_eq!(
            counted,
            [&Value::from(0), &Value::from(0), &Value::from(0), &Value::from(0), &Value::from(1)]
        );
        let moves = report(world, "boss", "lifecycle", &[("show", "moves")]);
        assert_eq!(moves.rows.len(), 12);
        for ((row, column), drill) in &moves.cells {
            let query = Query::of(&drill.object).filter(expr::parse(&drill.filter).unwrap());
            let n = world.gate.count(&world.ctx("boss"), &query).unwrap();
            assert_eq!(Value::from(n), moves.rows[*row].cells[*column]);
        }
        let sum: Decimal = moves.totals.iter().filter_map(Value::as_decimal).sum();
        assert_eq!(sum, Decimal::from(log.len()));
    });
}

#[test]
fn time_alone_makes_customers_mature() {
    story(|world| {
        let id = world.customer("li", "稳定");
        for month in 1..=6 {
            world.order(id, &format!("2026-0{month}-10"), "1");
        }
        assert_eq!(stage(world, id).0, "growing");
        world.later(120);
        let late = world.order(id, "2026-10-01", "1");
        assert_eq!(stage(world, id).0, "growing", "nine months are not a year");
        world.later(100);
        world.gate.run_job("life.review", world.today()).unwrap();
        assert_eq!(stage(world, id).0, "mature");
        let _ = late;
    });
}

#[test]
fn the_first_per_cents_make_what_they_make() {
    story(|world| {
        five(world);
        let all = report(world, "manager", "pareto", &[("top", "25")]);
        let row = all.rows.iter().find(|row| row.cells[0] == Value::from(25)).unwrap();
        assert_eq!(row.cells[1..], [Value::from(1), yuan("600"), yuan("600"), yuan("60")]);
        assert_eq!(all.totals[1], Value::from(4), "who ordered nothing does not count");
        let drill = row.drill.as_ref().unwrap();
        let query = Query::of(&drill.object).filter(expr::parse(&drill.filter).unwrap());
        assert_eq!(world.gate.count(&world.ctx("manager"), &query).unwrap(), 1);
        let none = report(world, "manager", "pareto", &[("year", "2020")]);
        assert!(none.rows.is_empty());
        let year = report(world, "manager", "pareto", &[("year", "2026"), ("top", "50")]);
        let row = year.rows.iter().find(|row| row.cells[0] == Value::from(50)).unwrap();
        assert_eq!(row.cells[4], yuan("85"));
        assert!(report(world, "zhao", "pareto", &[]).rows.is_empty(), "everyone ranks their own");
    });
}

#[test]
fn the_first_per_cents_make_what_profit_they_make() {
    story(|world| {
        // Sales and costs: the one who buys most is not the one with whom most is earned.
        for (name, orders) in [
            ("甲", vec![("1000", Some("950"))]),
            ("乙", vec![("300", Some("100")), ("200", Some("80"))]),
            ("丙", vec![("90", Some("60"))]),
            ("丁", vec![("50", Some("70"))]),
            ("戊", vec![("800", None)]),
        ] {
            let customer = world.customer("li", name);
            for (total, cost) in orders {
                let order = Draft::new().set("customer", customer).set("total", yuan(total));
                world.given("order", order.set("cost", cost.map(yuan)).set("ordered_on", world.today()));
            }
        }
        // By hand: 320, 50, 30 and -20 make 380; of four customers the first quarter is one.
        for period in [vec![], vec![("year", "2026")]] {
            let chosen = [vec![("measure", "profit"), ("top", "25")], period].concat();
            let profit = report(world, "manager", "pareto", &chosen);
            let row = |percent: i64| {
                profit.rows.iter().find(|row| row.cells[0] == Value::from(percent)).unwrap().cells[1..]
                    .to_vec()
            };
            assert_eq!(row(25), [Value::from(1), yuan("320"), yuan("320"), yuan("84.21")], "{chosen:?}");
            assert_eq!(row(50), [Value::from(2), yuan("50"), yuan("370"), yuan("97.37")]);
            assert_eq!(row(75), [Value::from(3), yuan("30"), yuan("400"), yuan("105.26")]);
            assert_eq!(row(100), [Value::from(4), yuan("-20"), yuan("380"), yuan("100")]);
            assert_eq!(profit.totals[1], Value::from(4), "an order of unknown cost does not count");
        }
        let sales = report(world, "manager", "pareto", &[("top", "20")]);
        let first = sales.rows.iter().find(|row| row.cells[0] == Value::from(20)).unwrap();
        assert_eq!(first.cells[3], yuan("1000"));
        let params = [("measure".to_owned(), "profit".to_owned())].into();
        let refused = world.gate.report(&world.ctx("li"), "pareto", &params);
        assert_eq!(why(refused), "report.pareto.no_profit");
    });
}
