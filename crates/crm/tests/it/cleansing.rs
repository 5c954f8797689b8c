//! Where information comes from, and how it is put right.

use crate::world::{World, date, draft, story, why};
use guanxi_gate::{Draft, report::Params};
use guanxi_model::{RecordId, Value};
use rust_decimal::Decimal;

/// A valid code of Shanghai: its check digit was computed by hand after GB 32100-2015.
const CODE: &str = "91310000775785552L";

fn sound(name: &str) -> Draft {
    draft([
        ("name", name.into()),
        ("phone", "13816278350".into()),
        ("credit_code", CODE.into()),
        ("region", "310115".into()),
        ("industry", "it".into()),
    ])
}

fn customer(world: &World, fields: Draft) -> RecordId {
    world.given("customer", fields.set("owner", world.id("li")))
}

fn flaws(world: &World, id: RecordId) -> Vec<String> {
    world.look("customer", id).get("flaws").as_list().to_vec()
}

fn settled(world: &World) -> Vec<(String, String)> {
    let rows = world.all("cleansing", "true");
    rows.iter().map(|row| (row.text("flaw").to_owned(), row.text("outcome").to_owned())).collect()
}

fn words(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
}

#[test]
fn what_is_wrong_is_found_in_the_data_as_they_are_saved() {
    story(|world| {
        assert!(flaws(world, customer(world, sound("明德科技"))).is_empty());
        let bare = draft([("name", "甲乙商贸".into())]);
        assert_eq!(flaws(world, customer(world, bare)), ["no_reach", "no_code", "no_region", "no_industry"]);
        let with =
            |field: &str, value: &str| flaws(world, customer(world, sound("云帆制造").set(field, value)));
        assert_eq!(with("phone", "13888888888"), ["bad_phone"]);
        assert_eq!(with("phone", "13881234567"), ["bad_phone"], "counting up");
        assert_eq!(with("phone", "13881234576"), [""; 0]);
        assert_eq!(with("email", "test@yunfan.cn"), ["bad_email"]);
        assert_eq!(with("email", "li@example.com"), ["bad_email"]);
        assert_eq!(with("region", "440300"), ["bad_code"], "a code of Shanghai, a customer of Guangdong");
        assert_eq!(with("name", "ＸＸ"), ["bad_name"]);
        assert_eq!(with("name", "12345"), ["bad_name"]);
        // A person has neither code nor industry.
        let person =
            draft([("name", "王芳".into()), ("kind", "person".into()), ("phone", "13816278351".into())]);
        assert_eq!(flaws(world, customer(world, person.set("region", "310115"))), [""; 0]);
    });
}

#[test]
fn putting_right_is_written_down_for_whoever_did_it() {
    story(|world| {
        let id = customer(world, draft([("name", "甲乙商贸".into()), ("phone", "13800000000".into())]));
        assert_eq!(flaws(world, id), ["bad_phone", "no_code", "no_region", "no_industry"]);
        world
            .edit("li", "customer", id, draft([("phone", "13816278350".into()), ("region", "310115".into())]))
            .unwrap();
        assert_eq!(flaws(world, id), ["no_code", "no_industry"]);
        assert_eq!(settled(world), words(&[("bad_phone", "fixed"), ("no_region", "fixed")]));
        let by: Vec<_> = world.all("cleansing", "true").iter().map(|row| row.reference("by")).collect();
        assert_eq!(by, [Some(world.id("li")); 2]);
    });
}

#[test]
fn what_was_accepted_is_looked_at_again_when_the_data_change() {
    story(|world| {
        let id = customer(world, sound("明德科技").set("phone", "13888888888"));
        let accept = |flaw: &str, reason: Value| {
            let which = Value::List(vec![flaw.to_owned()]);
            world.verb("li", "customer", id, "accept_flaw", draft([("flaws", which), ("reason", reason)]))
        };
        assert_eq!(why(accept("bad_phone", Value::Null)), "field.required", "with a reason");
        assert_eq!(why(accept("no_region", "没有".into())), "cleansing.none_of_these");
        accept("bad_phone", "客户自选的靓号，已拨通".into()).unwrap();
        assert_eq!(flaws(world, id), [""; 0]);
        assert_eq!(settled(world), words(&[("bad_phone", "accepted")]));
        world.edit("li", "customer", id, draft([("note", "老客户".into())])).unwrap();
        assert_eq!(flaws(world, id), [""; 0], "another field changes nothing");
        world.edit("li", "customer", id, draft([("phone", "13899999999".into())])).unwrap();
        assert_eq!(flaws(world, id), ["bad_phone"], "another phone, another question");
    });
}

#[test]
fn the_night_finds_what_time_and_twins_make_wrong() {
    story(|world| {
        let one = customer(world, sound("明德科技有限公司"));
        let review = || world.gate.run_job("cleansing.review", world.today()).unwrap();
        assert_eq!(review(), [("unverified", 0), ("stale", 0), ("duplicate", 0)]);
        world.later(366);
        assert_eq!(review(), [("unverified", 1), ("stale", 1), ("duplicate", 0)]);
        assert_eq!(flaws(world, one), ["unverified", "stale"]);
        assert_eq!(review()[0], ("unverified", 0), "once");
        world.verb("li", "customer", one, "verify", draft([("note", "电话核对".into())])).unwrap();
        assert_eq!(flaws(world, one), ["stale"]);
        world.make("li", "activity", Draft::new().set("content", "拜访").set("customer", one)).unwrap();
        assert_eq!(flaws(world, one), [""; 0], "a follow-up ends the silence");
        assert_eq!(settled(world), words(&[("unverified", "verified"), ("stale", "fixed")]));
        // A twin, found by the search of the night, is marked until both are one.
        let twin =
            customer(world, sound("明德科技").set("phone", "13816278351").set("credit_code", Value::Null));
        world.gate.run_job("duplicates.find", world.today()).unwrap();
        assert_eq!(review()[2], ("duplicate", 2));
        assert_eq!(flaws(world, one), ["duplicate"]);
        let losers = Value::List(vec![twin.to_string()]);
        world.verb("manager", "customer", one, "merge", Draft::new().set("losers", losers)).unwrap();
        assert_eq!(flaws(world, one), [""; 0]);
    });
}

#[test]
fn the_figure_of_the_month_is_kept_for_each_owner() {
    story(|world| {
        customer(world, sound("明德科技"));
        let bad = customer(world, draft([("name", "甲乙商贸".into())]));
        let review = || world.gate.run_job("cleansing.review", world.today()).unwrap();
        let figures = || -> Vec<(String, Option<Decimal>)> {
            let rows = world.all("quality_month", "true");
            rows.iter().map(|row| (row.text("month").to_owned(), row.decimal("rate"))).collect()
        };
        review();
        let june = |rate: i64| ("2026-06".to_owned(), Some(Decimal::from(rate)));
        assert_eq!(figures(), [june(50)]);
        world.edit("li", "customer", bad, sound("甲乙商贸").set("phone", "13816278352")).unwrap();
        review();
        assert_eq!(figures(), [june(100)], "the month so far, not another row");
        world.later(20);
        customer(world, draft([("name", "丙丁商贸".into())]));
        review();
        assert_eq!(figures().len(), 2, "July has its own");
        let report = |by: &str| {
            let params: Params = [("by".to_owned(), by.to_owned())].into();
            world.gate.report(&world.ctx("li"), "data_quality", &params).unwrap()
        };
        let n = |report: &guanxi_gate::report::Report, row: usize, cell: usize| {
            report.rows[row].cells[cell].as_decimal().unwrap_or_default()
        };
        // Three customers, two sound; nothing was put right in July.
        let owners = report("owner");
        assert_eq!(
            (1..=5).map(|cell| n(&owners, 0, cell).round().to_string()).collect::<Vec<_>>(),
            ["3", "2", "1", "67", "0"]
        );
        let months = report("month");
        assert_eq!(
            (n(&months, 0, 4).round(), n(&months, 1, 4).round()),
            (Decimal::from(100), Decimal::from(67))
        );
        let flaws = report("flaw");
        let row = flaws.rows.iter().find(|row| row.cells[0] == Value::from("no_code")).unwrap();
        assert_eq!(row.cells[1], Value::from(1));
        let drill = &row.drill.as_ref().unwrap().filter;
        assert_eq!(world.all("customer", drill.replace("owner == me", "true").as_str()).len(), 1);
    });
}

#[test]
fn sources_from_outside_say_on_what_lawful_basis() {
    story(|world| {
        let source = |origin: &str, basis: Value| {
            let fields = draft([
                ("name", format!("来源{origin}").into()),
                ("origin", origin.into()),
                ("channel", "rented_list".into()),
                ("lawful_basis", basis),
            ]);
            world.make("manager", "information_source", fields)
        };
        assert_eq!(why(source("external", Value::Null)), "field.required");
        assert!(source("internal", Value::Null).is_ok());
        assert!(source("external", "consent".into()).is_ok());
        assert_eq!(
            why(world.make("li", "information_source", Draft::new().set("name", "私自"))),
            "forbidden"
        );
    });
}

#[test]
fn no_customer_is_taken_from_a_source_that_expired_or_was_stopped() {
    story(|world| {
        let fields = draft([
            ("name", "租用名单".into()),
            ("channel", "rented_list".into()),
            ("lawful_basis", "consent".into()),
            ("valid_until", date("2026-06-15")),
        ]);
        let source = world.make("manager", "information_source", fields).unwrap().id;
        let take = |name: &str| {
            let from = sound(name).set("information_source", source).set("credit_code", Value::Null);
            world.gate.create(&world.ctx("li"), "customer", from, true)
        };
        let first = take("甲科技").unwrap().id;
        assert_eq!(world.look("information_source", source).decimal("customer_count"), Some(Decimal::ONE));
        world.later(1);
        assert_eq!(why(take("乙科技")), "information_source.expired");
        world
            .edit("manager", "information_source", source, draft([("valid_until", date("2027-01-01"))]))
            .unwrap();
        world
            .verb("manager", "information_source", source, "stop", draft([("reason", "投诉多".into())]))
            .unwrap();
        assert_eq!(why(take("丙科技")), "information_source.stopped");
        assert!(
            world.edit("li", "customer", first, draft([("note", "照旧".into())])).is_ok(),
            "who came before stays"
        );
        world.verb("manager", "information_source", source, "resume", Draft::new()).unwrap();
        assert_eq!(why(take("丁科技")), "done");
    });
}

#[test]
fn refreshing_a_source_costs_and_sets_the_next_time() {
    story(|world| {
        let fields = draft([
            ("name", "工商数据".into()),
            ("channel", "data_company".into()),
            ("lawful_basis", "published".into()),
            ("frequency", "quarter".into()),
            ("cost", Value::from(1200)),
            ("owner", world.id("manager").into()),
        ]);
        let id = world.make("manager", "information_source", fields).unwrap().id;
        let refresh = |input: Draft| why(world.verb("manager", "information_source", id, "refresh", input));
        assert_eq!(refresh(draft([("on", date("2026-06-16"))])), "information_source.not_yet");
        assert_eq!(refresh(draft([("on", date("2026-05-31"))])), "done");
        assert_eq!(refresh(draft([("on", date("2026-03-01")), ("cost", Value::from(300))])), "done");
        let source = world.look("information_source", id);
        // A quarter after the last of May is the last of August, and what was noted late moves nothing.
        assert_eq!(source.date("next_refresh_on").unwrap().to_string(), "2026-08-31");
        assert_eq!(source.decimal("total_cost"), Some(Decimal::from(1500)));
        let told = |day: &str| {
            world.gate.run_job("information_source.remind", day.parse().unwrap()).unwrap();
            world.notices("manager").iter().filter(|notice| notice.contains("工商数据")).count()
        };
        assert_eq!((told("2026-08-30"), told("2026-08-31"), told("2026-09-01")), (0, 1, 1));
    });
}
