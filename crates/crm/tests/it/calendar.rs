use crate::world::{World, date, draft, instant, story, why};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};

fn meeting(title: &str, starts: &str) -> Draft {
    draft([("title", title.into()), ("starts_at", instant(starts))])
}

fn starts(world: &World, filter: &str) -> Vec<String> {
    let mut all: Vec<String> = world
        .all("appointment", filter)
        .iter()
        .map(|a| a.instant("starts_at").unwrap().to_string())
        .collect();
    all.sort();
    all
}

/// The clock moves to a moment, and the jobs of the minute run.
fn at(world: &World, moment: &str) {
    world.clock.set(moment.parse().unwrap());
    world.gate.run_due_jobs().unwrap();
}

fn reminders(world: &World, person: &str) -> Vec<String> {
    world.notices(person).into_iter().filter(|n| n.contains("开始")).collect()
}

#[test]
fn a_reminder_is_told_once_to_everybody_who_takes_part() {
    story(|world| {
        let with =
            meeting("评审会", "2026-06-15T06:00:00Z").set("remind_number", 2).set("remind_unit", "hours");
        let id = world.make("li", "appointment", with.set("place", "二楼")).unwrap().id;
        let ask = |user: &str| Draft::new().set("appointment", id).set("user", world.id(user));
        for user in ["wang", "zhao"] {
            world.make("li", "participant", ask(user)).unwrap();
        }
        let zhao = world.all("participant", r#"name == "赵经理""#)[0].id;
        world.verb("zhao", "participant", zhao, "decline", Draft::new()).unwrap();
        at(world, "2026-06-15T03:59:00Z");
        assert_eq!(reminders(world, "li"), [""; 0]);
        for minute in ["2026-06-15T04:00:00Z", "2026-06-15T04:01:00Z", "2026-06-15T05:00:00Z"] {
            at(world, minute);
            assert_eq!(reminders(world, "li"), ["“评审会”将于 06-15 14:00 开始 · 二楼"], "{minute}");
        }
        assert_eq!((reminders(world, "wang").len(), reminders(world, "zhao").len()), (1, 0));
        // Moved, it is told again at its new time.
        world.edit("li", "appointment", id, meeting("评审会", "2026-06-16T06:00:00Z")).unwrap();
        assert!(world.notices("wang").iter().any(|n| n.contains("改到 06-16 14:00")));
        at(world, "2026-06-16T04:00:00Z");
        assert_eq!(reminders(world, "li").len(), 2);
    });
}

#[test]
fn reminders_wait_for_the_end_of_the_night_and_missed_ones_are_told_as_missed() {
    story(|world| {
        let remind = |title: &str, starts: &str, days: i64| {
            let with = meeting(title, starts).set("remind_number", days).set("remind_unit", "days");
            world.make("li", "appointment", with).unwrap();
        };
        // The day before at 23:00 in Shanghai falls into the quiet hours.
        remind("夜里到期", "2026-06-17T15:00:00Z", 1);
        at(world, "2026-06-16T15:00:00Z");
        assert_eq!(reminders(world, "li"), [""; 0]);
        at(world, "2026-06-16T23:00:00Z");
        assert_eq!(reminders(world, "li").len(), 1, "told at seven");
        // The program did not run for hours, or for days.
        remind("睡过头", "2026-06-18T02:00:00Z", 0);
        remind("早已过去", "2026-06-17T02:00:00Z", 0);
        at(world, "2026-06-18T05:00:00Z");
        let missed: Vec<String> = world.notices("li").into_iter().filter(|n| n.contains("错过")).collect();
        assert_eq!(missed.len(), 1, "{missed:?}");
        assert!(missed[0].contains("睡过头"));
        at(world, "2026-06-18T05:01:00Z");
        assert_eq!(world.notices("li").len(), 2, "nothing is told twice");
    });
}

#[test]
fn a_series_is_made_of_meetings_of_their_own() {
    story(|world| {
        let weekly = meeting("周会", "2026-06-15T01:00:00Z").set("repeat", "weekly");
        assert_eq!(why(world.make("li", "appointment", weekly.clone())), "field.required", "until when");
        let early = weekly.clone().set("repeat_until", date("2026-06-01"));
        assert_eq!(why(world.make("li", "appointment", early)), "appointment.until");
        let daily = meeting("晨会", "2026-06-15T01:00:00Z")
            .set("repeat", "daily")
            .set("repeat_until", date("2028-01-01"));
        assert_eq!(why(world.make("li", "appointment", daily)), "appointment.many");
        let head =
            world.make("li", "appointment", weekly.set("repeat_until", date("2026-07-06"))).unwrap().id;
        let all =
            ["2026-06-15T01:00:00Z", "2026-06-22T01:00:00Z", "2026-06-29T01:00:00Z", "2026-07-06T01:00:00Z"];
        assert_eq!(starts(world, "true"), all);
        world
            .make("li", "participant", Draft::new().set("appointment", head).set("user", world.id("wang")))
            .unwrap();
        assert_eq!(world.all("participant", "true").len(), 4, "asked to the first, asked to all");
        assert_eq!(world.notices("wang").len(), 1, "with one message");
        let second = world
            .all("appointment", "starts_at > date(\"2026-06-20\") && starts_at < date(\"2026-06-25\")")[0]
            .id;
        world.verb("li", "appointment", second, "cancel", Draft::new().set("later_ones", true)).unwrap();
        assert_eq!(starts(world, r#"status == "planned""#), all[..1]);
        let monthly = meeting("月结", "2026-08-31T01:00:00Z").set("repeat", "monthly");
        world.make("wang", "appointment", monthly.set("repeat_until", date("2026-10-31"))).unwrap();
        let ends = ["2026-08-31T01:00:00Z", "2026-09-30T01:00:00Z", "2026-10-31T01:00:00Z"];
        assert_eq!(starts(world, r#"title == "月结""#), ends, "the 31st comes back");
    });
}

#[test]
fn whoever_is_asked_sees_the_appointment_and_answers_for_themselves() {
    story(|world| {
        let id = world.make("li", "appointment", meeting("评审会", "2026-06-16T06:00:00Z")).unwrap().id;
        let ask = |by: &str, user: &str| {
            world.make(by, "participant", Draft::new().set("appointment", id).set("user", world.id(user)))
        };
        assert_eq!(why(world.gate.get(&world.ctx("zhao"), "appointment", id)), "not found");
        assert_eq!(why(ask("wang", "wang")), "participant.only_organiser");
        let zhao = ask("li", "zhao").unwrap().id;
        assert!(world.gate.get(&world.ctx("zhao"), "appointment", id).is_ok());
        assert_eq!(
            why(world.edit("zhao", "appointment", id, Draft::new().set("title", "别的"))),
            "forbidden"
        );
        assert_eq!(why(ask("li", "zhao")), "participant.already");
        assert_eq!(why(ask("li", "li")), "participant.already");
        assert_eq!(why(world.verb("wang", "participant", zhao, "accept", Draft::new())), "forbidden");
        world.verb("zhao", "participant", zhao, "accept", Draft::new()).unwrap();
        assert!(world.notices("li").iter().any(|n| n.contains("赵经理接受了")));
        world.gate.delete(&world.ctx("li"), "participant", zhao, None).unwrap();
        assert_eq!(why(world.gate.get(&world.ctx("zhao"), "appointment", id)), "not found");
    });
}

fn clashing(world: &World, by: &str, id: RecordId) -> Vec<(String, Option<String>)> {
    let found = guanxi_crm::office::clashes(&world.gate, &world.ctx(by), id).unwrap();
    found.into_iter().map(|clash| (clash.person, clash.title)).collect()
}

#[test]
fn clashes_are_told_without_telling_secrets() {
    story(|world| {
        let mine = world.make("li", "appointment", meeting("拜访", "2026-06-16T06:00:00Z")).unwrap().id;
        let other = meeting("例会", "2026-06-16T06:30:00Z").set("ends_at", instant("2026-06-16T07:30:00Z"));
        world.make("li", "appointment", other).unwrap();
        world.make("li", "appointment", meeting("之后", "2026-06-16T07:00:00Z")).unwrap();
        world.make("wang", "appointment", meeting("私事", "2026-06-16T05:30:00Z")).unwrap();
        let seen = |title: &str| ("李经理".to_owned(), Some(title.to_owned()));
        assert_eq!(clashing(world, "li", mine), [seen("例会")], "what begins when this ends does not clash");
        world
            .make("li", "participant", Draft::new().set("appointment", mine).set("user", world.id("wang")))
            .unwrap();
        assert_eq!(clashing(world, "li", mine), [seen("例会"), ("王经理".to_owned(), None)]);
    });
}

#[test]
fn checking_in_becomes_a_follow_up_at_the_customer() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        let visit = meeting("拜访明德", "2026-06-15T06:00:00Z").set("type", "visit");
        let visit = visit.set("regarding", Value::AnyRef("customer".to_owned(), customer));
        let id = world.make("li", "appointment", visit).unwrap().id;
        let input = Draft::new()
            .set("place", "张江路 1 号")
            .set("latitude", crate::world::yuan("31.2304"))
            .set("longitude", crate::world::yuan("121.4737"));
        world.verb("li", "appointment", id, "check_in", input).unwrap();
        let written = &world.all("activity", r#"type == "check_in""#)[0];
        assert_eq!(written.reference("customer"), Some(customer));
        assert_eq!((written.text("place"), written.text("content")), ("张江路 1 号", "拜访明德"));
        assert_eq!(written.decimal("latitude").unwrap().to_string(), "31.230400");
        let stamped = world.look("appointment", id);
        assert_eq!(stamped.get("checked_in_at"), &instant(crate::world::NOW));
        assert_eq!(world.look("customer", customer).text("last_contact"), "拜访明德");
    });
}

#[test]
fn whole_days_reach_from_midnight_to_midnight() {
    story(|world| {
        let fair = meeting("展会", "2026-06-16T06:00:00Z")
            .set("ends_at", instant("2026-06-17T06:00:00Z"))
            .set("all_day", true);
        let id = world.make("li", "appointment", fair).unwrap().id;
        let kept = world.look("appointment", id);
        assert_eq!(kept.get("starts_at"), &instant("2026-06-15T16:00:00Z"));
        assert_eq!(kept.get("ends_at"), &instant("2026-06-17T15:59:00Z"));
    });
}
