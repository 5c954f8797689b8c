use crate::world::{World, draft, story, why, yuan};
use guanxi_gate::Draft;
use guanxi_model::RecordId;
use rust_decimal::Decimal;

fn competitor(world: &World, name: &str) -> RecordId {
    world.make("li", "competitor", Draft::new().set("name", name)).unwrap().id
}

fn deal(world: &World, owner: &str, amount: &str) -> RecordId {
    let made = draft([("title", "交锋".into()), ("customer_name", format!("客户{amount}").into())])
        .set("amount", yuan(amount));
    let id = world.make(owner, "opportunity", made).unwrap().id;
    world.verb("manager", "opportunity", id, "assign", Draft::new().set("to", world.id(owner))).unwrap();
    world.verb(owner, "opportunity", id, "start", Draft::new()).unwrap();
    id
}

fn meets(world: &World, by: &str, deal: RecordId, who: RecordId, threat: &str) -> String {
    let row = Draft::new().set("opportunity", deal).set("competitor", who).set("threat", threat);
    why(world.make(by, "deal_competitor", row))
}

fn lose(world: &World, deal: RecordId, to: RecordId) {
    let input = Draft::new().set("reason", "competitor").set("lost_to", to);
    world.verb("li", "opportunity", deal, "lose", input).unwrap();
}

#[test]
fn a_competitor_stands_in_a_deal_once_and_while_it_is_alive() {
    story(|world| {
        let (rival, other) = (competitor(world, "云盾科技"), competitor(world, "远景安防"));
        let id = deal(world, "li", "1000");
        assert_eq!(meets(world, "li", id, rival, "high"), "done");
        assert_eq!(meets(world, "li", id, rival, "low"), "competitor.twice");
        assert_eq!(world.look("opportunity", id).decimal("competitor_count"), Some(Decimal::ONE));
        assert_eq!(world.all("deal_competitor", "true")[0].text("name"), "云盾科技");
        // Deals of others are none of one's business.
        let theirs = deal(world, "zhao", "2000");
        assert_ne!(meets(world, "li", theirs, rival, "high"), "done");
        world.verb("li", "opportunity", id, "win", Draft::new()).unwrap();
        assert_eq!(meets(world, "li", id, other, "high"), "competitor.deal_ended");
    });
}

#[test]
fn whoever_a_deal_was_lost_to_was_in_it() {
    story(|world| {
        let (rival, other) = (competitor(world, "云盾科技"), competitor(world, "远景安防"));
        let id = deal(world, "li", "1000");
        assert_eq!(meets(world, "li", id, other, "medium"), "done");
        lose(world, id, rival);
        let lost = world.look("opportunity", id);
        assert_eq!(
            (lost.reference("lost_to"), lost.decimal("competitor_count")),
            (Some(rival), Some(2.into()))
        );
        let mut told: Vec<(String, String)> = world
            .all("deal_competitor", "true")
            .iter()
            .map(|one| (one.text("name").to_owned(), one.text("result").to_owned()))
            .collect();
        told.sort();
        assert_eq!(told, [("云盾科技".into(), "lost_to".into()), ("远景安防".into(), "lost".into())]);
        assert_eq!(world.look("competitor", rival).decimal("lost_count"), Some(Decimal::ONE));
    });
}

#[test]
fn wins_and_losses_against_each_competitor_are_counted_with_their_amounts() {
    story(|world| {
        let (rival, other) = (competitor(world, "云盾科技"), competitor(world, "远景安防"));
        for (amount, how) in
            [("100", "win"), ("250.5", "win"), ("400", "lose"), ("70", "other"), ("9", "open")]
        {
            let id = deal(world, "li", amount);
            assert_eq!(meets(world, "li", id, rival, "high"), "done");
            match how {
                "win" => drop(world.verb("li", "opportunity", id, "win", Draft::new()).unwrap()),
                "lose" => lose(world, id, rival),
                "other" => lose(world, id, other),
                _ => {}
            }
        }
        let id = deal(world, "li", "31");
        meets(world, "li", id, rival, "low");
        world.verb("li", "opportunity", id, "invalidate", Draft::new().set("reason", "no_need")).unwrap();
        let report = world.gate.report(&world.ctx("boss"), "competitors", &[].into()).unwrap();
        let row = |who: RecordId| -> Vec<Decimal> {
            let row = report.rows.iter().find(|row| row.cells[0].as_ref() == Some(who)).unwrap();
            row.cells[1..].iter().map(|cell| cell.as_decimal().unwrap_or_default().normalize()).collect()
        };
        let n = |text: &str| text.parse::<Decimal>().unwrap();
        // Open, high, won, amount, lost to them, amount, lost to others, 2 ÷ 3.
        let expected = ["1", "1", "2", "350.5", "1", "400", "1", "66.67"].map(n);
        assert_eq!(row(rival), expected);
        assert_eq!(row(other), ["0", "0", "0", "0", "1", "70", "0", "0"].map(n));
        let agent = world.gate.report(&world.ctx("agent"), "competitors", &[].into());
        assert_eq!(why(agent), "forbidden");
        let none = world.gate.report(&world.ctx("zhao"), "competitors", &[].into()).unwrap();
        assert!(none.rows.is_empty(), "an account manager reports on their own deals");
    });
}

#[test]
fn a_reopened_deal_is_open_again_for_its_competitors() {
    story(|world| {
        let made = Draft::new().set("name", "可重启").set("back_after_end", true);
        world.make("manager", "pipeline", made).unwrap();
        let rival = competitor(world, "云盾科技");
        let id = deal(world, "li", "1000");
        lose(world, id, rival);
        world.verb("li", "opportunity", id, "reopen", Draft::new().set("note", "对方毁约")).unwrap();
        assert_eq!(world.all("deal_competitor", "true")[0].text("result"), "open");
        assert!(world.look("opportunity", id).get("lost_to").is_null());
        assert_eq!(world.look("competitor", rival).decimal("lost_count"), Some(Decimal::ZERO));
    });
}
