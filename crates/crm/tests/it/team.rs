use crate::world::{World, date, draft, instant, story, why};
use guanxi_crm::office::{
    team::{self, Span},
    todays_report,
};
use guanxi_gate::Draft;
use guanxi_model::{Query, expr};

/// A person's numbers, each proved by the list behind it.
fn figures(world: &World, by: &str, of: &str, span: Span) -> Vec<i64> {
    let ctx = world.ctx(by);
    let members = team::team(&world.gate, &ctx, span).unwrap();
    let member = members.iter().find(|m| m.id == world.id(of)).unwrap();
    member
        .figures
        .iter()
        .map(|figure| {
            let figure = figure.as_ref().unwrap();
            let query = Query::of(figure.object).filter(expr::parse(&figure.filter).unwrap()).limit(1000);
            let listed = world.gate.list(&ctx, &query).unwrap().rows.len();
            assert_eq!(i64::try_from(listed).unwrap(), figure.count);
            figure.count
        })
        .collect()
}

#[test]
fn a_manager_sees_each_persons_day_and_week() {
    story(|world| {
        let li = world.id("li");
        let customer = world.customer("li", "明德科技");
        let due = |name: &str, at: &str| {
            world.given(
                "customer",
                draft([("name", name.into()), ("next_contact_at", instant(at))]).set("owner", li),
            );
        };
        due("今天", "2026-06-15T08:00:00Z");
        due("周五", "2026-06-19T08:00:00Z");
        due("昨天", "2026-06-14T08:00:00Z");
        let silent = draft([("name", "沉默".into()), ("created_at", instant("2026-01-01T00:00:00Z"))]);
        world.given("customer", silent.set("owner", li));
        world.make("li", "activity", Draft::new().set("content", "电话").set("customer", customer)).unwrap();
        let late = draft([("title", "报价".into()), ("due_on", date("2026-06-10"))]);
        world.given("task", late.set("owner", li));
        // Followed up, due, overdue, stalled, tasks done, tasks late. The 15th is a Monday.
        assert_eq!(figures(world, "manager", "li", Span::Day), [1, 1, 1, 1, 0, 1]);
        assert_eq!(figures(world, "manager", "li", Span::Week), [1, 2, 1, 1, 0, 1]);
        world.later(1);
        assert_eq!(figures(world, "manager", "li", Span::Day)[0], 0, "yesterday's call");
        assert_eq!(figures(world, "manager", "li", Span::Week)[0], 1);
        assert!(team::team(&world.gate, &world.ctx("li"), Span::Day).unwrap().is_empty(), "li leads nobody");
    });
}

#[test]
fn a_report_is_filled_in_handed_in_and_answered() {
    story(|world| {
        let customer = world.customer("li", "明德科技");
        world
            .make("li", "activity", Draft::new().set("content", "谈妥续约").set("customer", customer))
            .unwrap();
        let task = world.make("li", "task", draft([("title", "寄样机".into())])).unwrap().id;
        world.verb("li", "task", task, "finish", Draft::new()).unwrap();
        let next = draft([("next_contact_at", instant("2026-06-16T02:00:00Z"))]);
        world.edit("li", "customer", customer, next).unwrap();
        let id = todays_report(&world.gate, &world.ctx("li"), "day").unwrap();
        let report = world.look("work_report", id);
        assert_eq!(report.text("done"), "· 明德科技: 谈妥续约\n· 寄样机");
        assert_eq!(report.text("plan"), "· 明德科技");
        assert!(report.text("figures").contains("跟进 1"), "{}", report.text("figures"));
        assert!(report.title().contains("李经理"));
        assert_eq!(todays_report(&world.gate, &world.ctx("li"), "day").unwrap(), id, "one a day");
        assert_eq!(
            why(world.make("li", "work_report", Draft::new().set("kind", "day"))),
            "work_report.twice"
        );
        let missing = |by: &str| {
            let members = team::team(&world.gate, &world.ctx(by), Span::Day).unwrap();
            members.iter().filter(|m| m.report.is_none()).count()
        };
        assert_eq!(missing("manager"), 3);
        world.edit("li", "work_report", id, Draft::new().set("trouble", "缺样机")).unwrap();
        assert_eq!(why(world.verb("wang", "work_report", id, "submit", Draft::new())), "not found");
        world.verb("li", "work_report", id, "submit", Draft::new()).unwrap();
        assert_eq!(missing("manager"), 2);
        assert!(
            world.notices("manager").iter().any(|n| n.contains("李经理")),
            "{:?}",
            world.notices("manager")
        );
        assert_eq!(
            why(world.edit("li", "work_report", id, Draft::new().set("done", "改"))),
            "work_report.handed_in"
        );
        let answer =
            |by: &str| why(world.verb(by, "work_report", id, "review", Draft::new().set("review", "好")));
        assert_eq!(answer("li"), "forbidden");
        assert_eq!(answer("manager"), "done");
        assert!(world.notices("li").iter().any(|n| n.contains("陈主管")));
        world.verb("li", "work_report", id, "reply", Draft::new().set("text", "收到")).unwrap();
        let told = world.gate.timeline(&world.ctx("manager"), "work_report", id, None, 20).unwrap();
        assert!(told.iter().any(|entry| entry.notes.iter().any(|(_, text)| text == "收到")));
        let week = todays_report(&world.gate, &world.ctx("li"), "week").unwrap();
        assert_eq!(world.look("work_report", week).get("on"), &date("2026-06-15"), "Monday");
    });
}
