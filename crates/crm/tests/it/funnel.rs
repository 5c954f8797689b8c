use crate::world::{World, draft, story, why, yuan};
use guanxi_gate::{Draft, Record, report::Report};
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

const STAGES: [&str; 5] = ["contact", "need", "proposal", "review", "negotiation"];

fn funnel(world: &World, by: &str, params: &[(&str, &str)]) -> Report {
    let params = params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    world.gate.report(&world.ctx(by), "funnel", &params).unwrap()
}

/// A deal of somebody, begun.
fn begun(world: &World, owner: &str, fen: i64) -> RecordId {
    let made = draft([("title", "漏斗".into()), ("customer_name", format!("客户{fen}").into())])
        .set("amount", Value::Decimal(Decimal::new(fen, 2)));
    let id = world.make(owner, "opportunity", made).unwrap().id;
    world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id(owner))).unwrap();
    world.verb(owner, "opportunity", id, "start", Draft::new()).unwrap();
    id
}

fn end(world: &World, owner: &str, id: RecordId, how: &str) {
    let input = match how {
        "lose" => Draft::new().set("reason", "price"),
        "invalidate" => Draft::new().set("reason", "no_need"),
        _ => Draft::new(),
    };
    world.verb(owner, "opportunity", id, how, input).unwrap();
}

/// Deals of three people over two months, of every kind, by a simple generator.
fn season(world: &World) {
    let mut seed = 20_260_615_u64;
    let mut roll = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    for number in 0..24_u64 {
        let owner = ["li", "wang", "zhao"][usize::try_from(roll(3)).unwrap()];
        let fen = i64::try_from(roll(9_000_000)).unwrap() + 12_345;
        if number % 8 == 7 {
            let noted = draft([("title", "未开始".into()), ("customer_name", format!("新客户{fen}").into())])
                .set("amount", Value::Decimal(Decimal::new(fen, 2)));
            world.make(owner, "opportunity", noted).unwrap();
            continue;
        }
        let id = begun(world, owner, fen);
        let mut at = 0;
        while at < 4 && roll(3) > 0 {
            world.later(i64::try_from(roll(2)).unwrap());
            at = (at + 1 + usize::try_from(roll(2)).unwrap()).min(4);
            world.edit(owner, "opportunity", id, Draft::new().set("stage", STAGES[at])).unwrap();
            if roll(4) == 0 {
                at -= 1;
                world.edit(owner, "opportunity", id, Draft::new().set("stage", STAGES[at])).unwrap();
            }
        }
        world.later(1);
        match roll(6) {
            0 | 1 => end(world, owner, id, "win"),
            2 => end(world, owner, id, "lose"),
            3 => end(world, owner, id, "invalidate"),
            _ => {}
        }
        if roll(5) == 0 && world.look("opportunity", id).text("outcome") == "won" {
            world.verb(owner, "opportunity", id, "archive", Draft::new()).unwrap();
        }
    }
}

/// What a row should say: count, amount, weighted.
fn tally(deals: &[&Record]) -> (Decimal, Decimal, Decimal) {
    let mut sums = (Decimal::ZERO, Decimal::ZERO, Decimal::ZERO);
    for deal in deals {
        let amount = deal.decimal("amount").unwrap_or_default();
        let open = ["unassigned", "assigned", "developing"].contains(&deal.text("status"));
        let rate = if open { deal.decimal("probability").unwrap_or_default() } else { Decimal::ZERO };
        sums = (sums.0 + Decimal::ONE, sums.1 + amount, sums.2 + amount * rate / Decimal::ONE_HUNDRED);
    }
    (sums.0, sums.1, sums.2)
}

fn figure(value: &Value) -> Decimal {
    value.as_decimal().unwrap_or_default()
}

#[test]
fn the_funnel_agrees_with_counting_the_records_one_by_one() {
    story(|world| {
        season(world);
        let deals = world.all("opportunity", "true");
        let stays = world.all("stage_stay", "true");
        let place = |stage: &str| STAGES.iter().position(|one| *one == stage);
        // How far each came, from its history alone.
        let mut far: BTreeMap<RecordId, usize> = BTreeMap::new();
        for stay in &stays {
            let of = far.entry(stay.reference("opportunity").unwrap()).or_default();
            *of = (*of).max(place(stay.text("stage")).unwrap());
        }
        for deal in deals.iter().filter(|deal| deal.decimal("cycle_days").is_some()) {
            far.insert(deal.id, STAGES.len());
        }
        let reached = |at: usize| far.values().filter(|far| **far >= at).count();
        let report = funnel(world, "boss", &[]);
        let row = |stage: &str| {
            report.rows.iter().find(|row| row.cells[0].as_text() == Some(stage)).unwrap().cells.clone()
        };
        let told = |cells: &[Value]| (figure(&cells[1]), figure(&cells[2]), figure(&cells[3]));
        let rounded = |(n, amount, weighted): (Decimal, Decimal, Decimal)| {
            let strategy = rust_decimal::RoundingStrategy::MidpointAwayFromZero;
            (n, amount, weighted.round_dp_with_strategy(2, strategy))
        };
        for (at, stage) in STAGES.iter().enumerate() {
            let here: Vec<&Record> = deals
                .iter()
                .filter(|deal| deal.text("status") == "developing" && deal.text("stage") == *stage)
                .collect();
            let cells = row(stage);
            assert_eq!(told(&cells), rounded(tally(&here)), "{stage}");
            assert_eq!(figure(&cells[4]), Decimal::from(reached(at)), "{stage}: came this far");
            let onward = Decimal::from(reached(at + 1) * 100) / Decimal::from(reached(at));
            assert_eq!(figure(&cells[5]), onward.round_dp(2), "{stage}: went on");
            let days: Vec<Decimal> = stays
                .iter()
                .filter(|stay| stay.text("stage") == *stage)
                .filter_map(|stay| stay.decimal("days"))
                .collect();
            let mean = days.iter().sum::<Decimal>() / Decimal::from(days.len().max(1));
            assert!((figure(&cells[6]) - mean).abs() <= Decimal::new(5, 2), "{stage}: days");
        }
        // Ends are told apart by their reasons and dates, not by what the report reads.
        let ended: Vec<&Record> = deals.iter().filter(|deal| !deal.get("closed_at").is_null()).collect();
        let which = |test: fn(&Record) -> bool| -> Vec<&Record> {
            ended.iter().copied().filter(|deal| test(deal)).collect()
        };
        let lost = which(|deal| !deal.get("lost_reason").is_null());
        let invalid = which(|deal| !deal.get("invalid_reason").is_null());
        let won = which(|deal| deal.get("lost_reason").is_null() && deal.get("invalid_reason").is_null());
        assert!(won.len() > 2 && !lost.is_empty() && !invalid.is_empty(), "the season has every end");
        for (stage, deals) in [("won", &won), ("lost", &lost), ("invalid", &invalid)] {
            assert_eq!(told(&row(stage)), rounded(tally(deals)), "{stage}");
        }
        let all: Vec<&Record> = deals.iter().collect();
        let total = (figure(&report.totals[1]), figure(&report.totals[2]), figure(&report.totals[3]));
        assert_eq!(total, rounded(tally(&all)), "totals, and with them the weighted forecast");
        let by_row: Decimal = report.rows.iter().map(|row| figure(&row.cells[1])).sum();
        assert_eq!(by_row, Decimal::from(deals.len()), "each opportunity stands in one row");
        let summary = report.summary.clone().unwrap();
        assert_eq!(summary.key, "report.funnel.created");
        let rate = Decimal::from(won.len() * 100) / Decimal::from(deals.len());
        let said = world.gate.phrases().say(guanxi_model::Locale::Zh, &summary);
        assert!(said.contains(&format!("{}%", rate.round_dp(2).normalize())), "{said}");
        assert!(said.contains("赢单 ÷ 期间新建"), "the definition is stated: {said}");
    });
}

#[test]
fn each_row_of_the_funnel_opens_its_records() {
    story(|world| {
        season(world);
        // By end the open ones are not among them, which the lists behind people and departments must know too.
        for (show, basis) in ["stages", "person", "department"]
            .into_iter()
            .flat_map(|show| ["created", "closed"].map(|basis| (show, basis)))
        {
            let report = funnel(world, "manager", &[("show", show), ("basis", basis)]);
            assert!(report.rows.len() >= 2, "{show} {basis}");
            for row in &report.rows {
                let drill = row.drill.as_ref().unwrap();
                let filter = guanxi_model::expr::parse(&drill.filter).unwrap();
                let query = guanxi_model::Query::of(&drill.object).filter(filter);
                let n = world.gate.count(&world.ctx("manager"), &query).unwrap();
                assert_eq!(Decimal::from(n), figure(&row.cells[1]), "{show} {basis}: {}", drill.filter);
            }
        }
    });
}

#[test]
fn counting_by_creation_and_by_end_are_two_answers_and_say_so() {
    story(|world| {
        // Noted in June, won in July: by creation June's, by end July's.
        let early = begun(world, "li", 100_000);
        let other = begun(world, "li", 50_000);
        world.later(20);
        end(world, "li", early, "win");
        end(world, "li", other, "lose");
        let late = begun(world, "li", 70_000);
        end(world, "li", late, "invalidate");
        let count = |basis: &str, from: &str, to: &str, stage: &str| {
            let report = funnel(world, "li", &[("basis", basis), ("from", from), ("to", to)]);
            let row = report.rows.iter().find(|row| row.cells[0].as_text() == Some(stage)).unwrap();
            (figure(&row.cells[1]), report.summary.unwrap())
        };
        let june = ("2026-06-01", "2026-06-30");
        let july = ("2026-07-01", "2026-07-31");
        assert_eq!(count("created", june.0, june.1, "won").0, Decimal::ONE);
        assert_eq!(count("created", july.0, july.1, "won").0, Decimal::ZERO);
        assert_eq!(count("closed", june.0, june.1, "won").0, Decimal::ZERO);
        let (won, summary) = count("closed", july.0, july.1, "won");
        assert_eq!(won, Decimal::ONE);
        let said = world.gate.phrases().say(guanxi_model::Locale::Zh, &summary);
        assert!(said.contains("50%") && said.contains("赢单 ÷（赢单 + 输单）"), "invalid ones aside: {said}");
    });
}

#[test]
fn the_funnel_is_narrowed_by_person_department_and_pipeline_and_by_rights() {
    story(|world| {
        begun(world, "li", 10_000);
        begun(world, "zhao", 20_000);
        let total = |by: &str, params: &[(&str, &str)]| figure(&funnel(world, by, params).totals[1]);
        let (first, head) = (world.departments["first"].to_string(), world.departments["head"].to_string());
        assert_eq!(total("boss", &[]), Decimal::from(2));
        assert_eq!(total("boss", &[("owner", "li")]), Decimal::ONE);
        assert_eq!(total("boss", &[("department", first.as_str())]), Decimal::ONE);
        assert_eq!(total("boss", &[("department", head.as_str())]), Decimal::from(2), "with those below");
        assert_eq!(total("li", &[]), Decimal::ONE, "an account manager reports on their own");
        let made = Draft::new().set("name", "短").set("start_from", "short");
        let short = world.make("manager", "pipeline", made).unwrap().id.to_string();
        begun(world, "zhao", 30_000);
        let report = funnel(world, "boss", &[("pipeline", short.as_str())]);
        assert_eq!(figure(&report.totals[1]), Decimal::ONE);
        let order: Vec<&str> = report.rows.iter().filter_map(|row| row.cells[0].as_text()).collect();
        assert_eq!(order, ["not_started", "contact", "need", "proposal", "won", "lost", "invalid"]);
        // 300 yuan at 20 %.
        assert_eq!(report.totals[3], yuan("60"));
        let params = [("basis".to_owned(), "sometime".to_owned())].into();
        assert_eq!(why(world.gate.report(&world.ctx("boss"), "funnel", &params)), "field.choice");
        assert_eq!(why(world.gate.report(&world.ctx("agent"), "funnel", &[].into())), "forbidden");
    });
}
