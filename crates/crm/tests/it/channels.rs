//! 渠道能力: the table of channels, and which of them is suggested for the next contact.

use crate::world::{World, date, draft, story, why};
use guanxi_crm::customers::channel::{Matter, Occasion, Suggestion, occasion, suggest};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};

fn customer(world: &World, changes: Draft) -> RecordId {
    let whole = draft([
        ("name", "明德".into()),
        ("phone", "13900001111".into()),
        ("email", "a@example.com".into()),
        ("address", "文三路 1 号".into()),
        ("owner", world.id("li").into()),
    ]);
    let whole = changes.values.into_iter().fold(whole, |whole, (field, value)| whole.set(&field, value));
    world.given("customer", whole)
}

fn of(world: &World, customer: RecordId, urgent: bool, matter: Matter) -> Vec<Suggestion> {
    let ctx = world.ctx("li");
    let record = world.gate.get(&ctx, "customer", customer).unwrap();
    suggest(&world.gate, &ctx, &record, None, Occasion { urgent, matter }).unwrap()
}

fn first(world: &World, customer: RecordId, urgent: bool, matter: Matter) -> String {
    of(world, customer, urgent, matter)[0].channel.clone()
}

#[test]
fn the_table_compares_five_channels_and_an_administrator_keeps_it() {
    story(|world| {
        world.gate.run_job("channel.provide", world.today()).unwrap();
        let row = |channel: &str| {
            let found = world.all("channel", &format!("channel == \"{channel}\""));
            ["cost", "speed", "richness", "interactivity"].map(|field| found[0].text(field).to_owned())
        };
        assert_eq!(row("face_to_face"), ["high", "slowish", "very_rich", "strong"]);
        assert_eq!(row("letter"), ["medium", "slow", "rich", "weak"]);
        assert_eq!(row("email"), ["low", "fast", "rich", "weakish"]);
        assert_eq!(row("website"), ["low", "fast", "rich", "weakish"]);
        assert_eq!(row("phone"), ["high", "very_fast", "poor", "strongish"]);
        let phone = world.all("channel", r#"channel == "phone""#)[0].id;
        let cheap = Draft::new().set("cost", "low");
        assert_eq!(why(world.edit("li", "channel", phone, cheap.clone())), "forbidden");
        world.edit("admin", "channel", phone, cheap).unwrap();
        // What someone changed or left out is not put back.
        world.gate.run_job("channel.provide", world.today()).unwrap();
        assert_eq!(row("phone")[0], "low");
        assert_eq!(world.all("channel", "true").len(), 5);
        let again = draft([("name", "电话二".into()), ("channel", "phone".into()), ("cost", "low".into())]);
        let again = again.set("speed", "fast").set("richness", "poor").set("interactivity", "strong");
        assert_ne!(why(world.make("admin", "channel", again)), "done", "a channel stands in the table once");
    });
}

#[test]
fn the_next_channel_follows_urgency_matter_cost_and_reach() {
    story(|world| {
        world.gate.run_job("channel.provide", world.today()).unwrap();
        let plain = customer(world, Draft::new());
        assert_eq!(first(world, plain, false, Matter::Brief), "email", "what is cheap and fast enough");
        assert_eq!(first(world, plain, true, Matter::Brief), "phone", "what cannot wait is told by phone");
        assert_eq!(first(world, plain, false, Matter::Details), "email");
        assert_eq!(first(world, plain, false, Matter::Talk), "face_to_face");
        // Speed 3, nothing else asked, cost 2 weighed twice without a grade.
        let phone = of(world, plain, false, Matter::Brief);
        let phone = phone.iter().find(|one| one.channel == "phone").unwrap();
        assert_eq!((phone.points, phone.way.as_deref()), (3 - 2 * 2, Some("call")));
        let best = &of(world, plain, true, Matter::Brief)[0];
        assert_eq!(
            (best.label.as_str(), best.reasons.as_slice()),
            ("电话", ["事情急，速度很快".to_owned()].as_slice())
        );
        let quiet = customer(world, draft([("name", "安静".into()), ("privacy_tolerance", "low".into())]));
        assert_eq!(
            first(world, quiet, true, Matter::Talk),
            "email",
            "who dislikes to be disturbed is written to"
        );
        let barred = of(world, quiet, true, Matter::Talk);
        let barred = barred.iter().find(|one| one.channel == "phone").unwrap();
        assert_eq!(barred.barred.as_deref(), Some("客户不喜欢被打扰，没有约定不用"));
        let mute = customer(world, draft([("name", "没邮箱".into()), ("email", Value::Null)]));
        assert_ne!(first(world, mute, false, Matter::Brief), "email");
        let online = draft([("name", "网上".into()), ("buying_way", Value::List(vec!["online".to_owned()]))]);
        let online = customer(world, online);
        assert!(
            of(world, online, false, Matter::Brief)
                .iter()
                .any(|one| one.channel == "website" && one.barred.is_none())
        );
        let email = world.all("channel", r#"channel == "email""#)[0].id;
        world.edit("admin", "channel", email, Draft::new().set("offered", false)).unwrap();
        assert!(of(world, plain, false, Matter::Brief).iter().all(|one| one.channel != "email"));
    });
}

#[test]
fn a_learned_wish_leads_the_suggestion_until_a_newer_word() {
    story(|world| {
        world.gate.run_job("channel.provide", world.today()).unwrap();
        let id = customer(world, Draft::new());
        let learn = |channel: &str, on: &str| {
            let word =
                draft([("value", channel.into()), ("channel", channel.into()), ("customer", id.into())]);
            world.make("li", "preference", word.set("learned_on", date(on))).unwrap().id
        };
        learn("phone", "2026-05-01");
        assert_eq!(world.look("customer", id).text("preferred_channel"), "phone");
        let best = &of(world, id, false, Matter::Brief)[0];
        assert_eq!(best.channel, "phone");
        assert_eq!(best.reasons[0], "客户喜欢这种方式（2026-05-01 了解）");
        let newer = learn("letter", "2026-06-01");
        assert_eq!(world.look("customer", id).text("preferred_channel"), "letter");
        assert_eq!(first(world, id, false, Matter::Brief), "letter");
        world.gate.delete(&world.operator(), "preference", newer, None).unwrap();
        assert_eq!(
            world.look("customer", id).text("preferred_channel"),
            "phone",
            "the word before it holds again"
        );
    });
}

#[test]
fn the_occasion_is_read_from_the_data() {
    story(|world| {
        let id = customer(world, Draft::new());
        let now = || {
            let ctx = world.ctx("li");
            let record = world.gate.get(&ctx, "customer", id).unwrap();
            occasion(&world.gate, &ctx, &record).unwrap()
        };
        assert_eq!(now(), Occasion { urgent: false, matter: Matter::Brief });
        let deal =
            draft([("title", "扩容".into()), ("customer_name", "明德".into()), ("customer", id.into())]);
        let deal = world.given("opportunity", deal.set("status", "assigned").set("owner", world.id("li")));
        assert_eq!(now().matter, Matter::Details);
        world.verb("li", "opportunity", deal, "start", Draft::new()).unwrap();
        assert_eq!(now().matter, Matter::Talk);
        let complaint =
            draft([("title", "漏水".into()), ("kind", "complaint".into()), ("customer", id.into())]);
        world.given("service_request", complaint);
        assert!(now().urgent);
    });
}
