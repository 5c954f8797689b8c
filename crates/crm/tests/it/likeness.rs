//! 相似客户: who resembles the loyal ones, and why.

use crate::world::{World, draft, story, why, yuan};
use guanxi_gate::{Draft, Record, admin::View, report::Report};
use guanxi_model::{RecordId, Value};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::{BTreeMap, BTreeSet};

fn look(world: &World, person: &str, params: &[(&str, &str)]) -> guanxi_gate::Result<Report> {
    let params = params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    world.gate.report(&world.ctx(person), "look_alikes", &params)
}

fn found(report: &Report) -> Vec<(RecordId, Decimal)> {
    let row = |row: &guanxi_gate::report::ReportRow| {
        (row.cells[0].as_ref().unwrap(), row.cells[1].as_decimal().unwrap())
    };
    report.rows.iter().map(row).collect()
}

fn company(world: &World, name: &str, grade: &str, industry: &str) -> RecordId {
    let customer = draft([("name", name.into()), ("grade", grade.into()), ("owner", world.id("li").into())]);
    world.given("customer", if industry.is_empty() { customer } else { customer.set("industry", industry) })
}

const MAJOR: (&str, &str) = ("filter", r#"grade == "major""#);

/// Four loyal in IT; of ten others one is in IT and nine in retail.
fn ten_and_four(world: &World) -> RecordId {
    for n in 0..4 {
        company(world, &format!("忠诚{n}"), "major", "it");
    }
    let alike = company(world, "像的", "ordinary", "it");
    for n in 0..9 {
        company(world, &format!("其他{n}"), "ordinary", "retail");
    }
    alike
}

#[test]
fn a_value_counts_by_how_much_oftener_the_loyal_have_it() {
    story(|world| {
        let alike = ten_and_four(world);
        let report = look(world, "manager", &[MAJOR]).unwrap();
        // (4+1)/(4+2) against (1+1)/(10+2) is five times; (0+1)/(4+2) against (9+1)/(10+2) is a fifth. That all
        // are companies says nothing.
        assert_eq!(found(&report)[0], (alike, 5.into()));
        assert_eq!(report.rows.len(), 10, "who is loyal already is not listed");
        assert!(found(&report)[1..].iter().all(|(_, times)| *times == Decimal::new(2, 1)));
        assert_eq!(report.rows[0].cells[2], Value::from("所属行业：信息技术（100% 对 10%，5 倍）"));
        assert_eq!(report.rows[1].cells[3], Value::from("所属行业：批发零售（0% 对 90%，0.2 倍）"));
        assert!(report.rows[0].cells[3].as_text().is_none_or(str::is_empty));
        assert_eq!(report.titles.get(alike), Some("像的"));
        // What is not known says nothing, and one who was lost is nobody's target.
        let unknown = company(world, "没填的", "ordinary", "");
        let lost = draft([("name", "流失的".into()), ("industry", "it".into()), ("status", "lost".into())]);
        let gone = world.given("customer", lost.set("owner", world.id("li")));
        let report = look(world, "manager", &[MAJOR]).unwrap();
        assert!(found(&report).contains(&(unknown, 1.into())));
        assert!(found(&report).iter().all(|(id, _)| *id != gone));
    });
}

#[test]
fn products_bought_make_customers_alike() {
    story(|world| {
        let product = |name: &str, category: &str| {
            let price = draft([("name", name.into()), ("category", category.into()), ("price", yuan("10"))]);
            world.given("product", price)
        };
        let (soft, hard) = (product("软", "software"), product("硬", "hardware"));
        let buys = |customer: RecordId, product: RecordId| {
            let order = world.order(customer, "2026-06-01", "0");
            let line = draft([("order", order.into()), ("product", product.into()), ("quantity", 1.into())]);
            world.given("order_line", line);
        };
        for n in 0..2 {
            buys(company(world, &format!("忠诚{n}"), "major", ""), soft);
        }
        let alike = company(world, "也买软件", "ordinary", "");
        buys(alike, soft);
        buys(company(world, "买硬件", "ordinary", ""), hard);
        let never = company(world, "没买过", "ordinary", "");
        let report = look(world, "manager", &[MAJOR]).unwrap();
        // (2+1)/(2+2) against (1+1)/(2+2).
        assert_eq!(found(&report)[0], (alike, Decimal::new(15, 1)));
        assert_eq!(found(&report)[1], (never, 1.into()));
        assert_eq!(report.rows[0].cells[2], Value::from("买过的产品：软件（100% 对 50%，1.5 倍）"));
    });
}

#[test]
fn a_ranking_is_that_of_scoring_everybody() {
    story(|world| {
        let mut seed = 7_u64;
        let mut dice = |sides: usize| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(seed >> 33).unwrap() % sides
        };
        let industries = ["it", "retail", "finance", "education", "health", ""];
        let regions = ["330102", "330203", "310101", "110101", "440106", ""];
        let sources = ["website", "referral", "exhibition", ""];
        for n in 0..240 {
            let loyal = dice(6) == 0;
            // The loyal lean to the first values.
            let mut pick = |some: &[&'static str]| {
                some[if loyal { dice(some.len()).min(dice(some.len())) } else { dice(some.len()) }]
            };
            let grade = if loyal { "major" } else { "ordinary" };
            let mut customer = draft([
                ("name", format!("客户{n}").into()),
                ("grade", grade.into()),
                ("owner", world.id("li").into()),
            ]);
            for (field, value) in
                [("industry", pick(&industries)), ("region", pick(&regions)), ("source", pick(&sources))]
            {
                if !value.is_empty() {
                    customer = customer.set(field, value);
                }
            }
            let staff = [5, 19, 20, 299, 300, 1000][dice(6)];
            world.given("customer", customer.set("staff", staff));
        }
        let all = world.all("customer", "true");
        let value = |record: &Record, field: &str| -> Option<String> {
            match field {
                "staff" => {
                    let n = record.decimal("staff")?;
                    Some([20, 300, 1000].iter().filter(|edge| n >= Decimal::from(**edge)).count().to_string())
                }
                "region" => record.get("region").as_text().map(|code| code[..2].to_owned()),
                field => record.get(field).as_text().map(str::to_owned),
            }
        };
        let (loyal, others): (Vec<&Record>, Vec<&Record>) =
            all.iter().partition(|record| record.text("grade") == "major");
        let mut times: BTreeMap<(&str, String), Decimal> = BTreeMap::new();
        for field in ["industry", "region", "source", "staff", "kind"] {
            let count = |side: &[&Record]| {
                let mut counted: BTreeMap<String, i64> = BTreeMap::new();
                side.iter()
                    .filter_map(|record| value(record, field))
                    .for_each(|v| *counted.entry(v).or_default() += 1);
                counted
            };
            let (ours, theirs) = (count(&loyal), count(&others));
            let values: BTreeSet<String> = ours.keys().chain(theirs.keys()).cloned().collect();
            for v in &values {
                let share = |side: &BTreeMap<String, i64>| {
                    let known = side.values().sum::<i64>() + i64::try_from(values.len()).unwrap();
                    Decimal::from(side.get(v).copied().unwrap_or(0) + 1) / Decimal::from(known)
                };
                let ratio = (share(&ours) / share(&theirs))
                    .round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
                times.insert((field, v.clone()), ratio);
            }
        }
        let mut expected: Vec<(Decimal, RecordId)> = others
            .iter()
            .map(|record| {
                let each = ["kind", "industry", "region", "source", "staff"]
                    .into_iter()
                    .filter_map(|field| Some(times[&(field, value(record, field)?)]));
                (each.product(), record.id)
            })
            .collect();
        expected.sort_by_key(|(score, id)| (std::cmp::Reverse(*score), *id));
        for limit in [3, 20, 150] {
            let told = found(&look(world, "manager", &[MAJOR, ("limit", &limit.to_string())]).unwrap());
            let naive: Vec<(RecordId, Decimal)> =
                expected.iter().take(limit).map(|(score, id)| (*id, score.round_dp(2))).collect();
            assert_eq!(told, naive, "the first {limit}");
        }
    });
}

#[test]
fn whom_to_resemble_is_a_group_a_view_or_a_filter() {
    story(|world| {
        let alike = ten_and_four(world);
        world.order(alike, "2026-06-01", "100");
        assert!(look(world, "manager", &[]).unwrap().rows.is_empty(), "there are no loyal customers yet");
        let never = look(world, "manager", &[MAJOR, ("among", "never")]).unwrap();
        assert_eq!(never.rows.len(), 9);
        let view = View {
            filter: MAJOR.1.to_owned(),
            label: "大客户".to_owned(),
            audience: "own".to_owned(),
            ..View::default()
        };
        let view = world.gate.save_view(&world.ctx("manager"), "customer", view).unwrap();
        let report = look(world, "manager", &[("loyal", &format!("view:{}", view.name))]).unwrap();
        assert_eq!(found(&report)[0], (alike, 5.into()));
        assert_eq!(why(look(world, "manager", &[("loyal", "view:999")])), "report.look_alikes.view");
        assert_eq!(why(look(world, "manager", &[("loyal", "nonsense")])), "field.choice");
        assert!(look(world, "manager", &[("filter", "grade ==")]).is_err());
        assert!(look(world, "wang", &[MAJOR]).unwrap().rows.is_empty(), "everyone compares their own");
        assert_eq!(why(look(world, "agent", &[MAJOR])), "forbidden");
    });
}

#[test]
fn look_alikes_are_kept_as_a_target_list() {
    story(|world| {
        let alike = ten_and_four(world);
        let keep = look(world, "li", &[MAJOR, ("limit", "3")]).unwrap().keep.unwrap();
        let list =
            keep.values.into_iter().fold(Draft::new().set("name", "像大客户"), |list, (field, value)| {
                match field {
                    "cut_at" => list.set(field, value.parse::<Decimal>().unwrap()),
                    _ => list.set(field, value),
                }
            });
        let list = world.make("li", keep.object, list).unwrap().id;
        world.verb("li", "target_list", list, "build", Draft::new()).unwrap();
        let members = world.all("target_member", &format!("target_list == {list}"));
        assert_eq!(members.len(), 3);
        let first = members.iter().find(|member| member.decimal("place") == Some(1.into())).unwrap();
        assert_eq!((first.reference("customer"), first.decimal("value")), (Some(alike), Some(5.into())));
        assert_eq!(first.text("reason"), "所属行业：信息技术（100% 对 10%，5 倍）");
        let of = |name: &str, cut: &str, at: i64, resembles: &str| {
            let list = draft([("name", name.into()), ("ranked_by", "likeness".into()), ("cut", cut.into())])
                .set("cut_at", at)
                .set("resembles", resembles);
            world.make("li", "target_list", list).map(|list| list.id)
        };
        let above = of("两倍以上", "above", 2, MAJOR.1).unwrap();
        world.verb("li", "target_list", above, "build", Draft::new()).unwrap();
        assert_eq!(world.look("target_list", above).decimal("member_count"), Some(1.into()));
        let part = of("前五成", "top_percent", 50, MAJOR.1).unwrap();
        world.verb("li", "target_list", part, "build", Draft::new()).unwrap();
        assert_eq!(world.look("target_list", part).decimal("member_count"), Some(5.into()));
        assert!(why(of("写错", "above", 2, "grade ==")).starts_with("expr."));
        let nobody = of("没有人", "top_n", 2, r#"grade == "strategic""#).unwrap();
        assert_eq!(why(world.verb("li", "target_list", nobody, "build", Draft::new())), "target_list.nobody");
    });
}
