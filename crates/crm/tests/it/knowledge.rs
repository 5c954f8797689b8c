use crate::world::{World, date, draft, story, why};
use guanxi_crm::service;
use guanxi_gate::{Draft, report::Report};
use guanxi_model::{Query, RecordId, Value, expr};
use rust_decimal::Decimal;

fn write(world: &World, by: &str, title: &str) -> RecordId {
    let article = draft([
        ("title", title.into()),
        ("category", "fault".into()),
        ("body", "先断电，再取出纸张，最后清洁搓纸轮。".into()),
    ]);
    world.make(by, "article", article).unwrap().id
}

fn published(world: &World, by: &str, title: &str, more: Draft) -> RecordId {
    let id = write(world, by, title);
    world.edit(by, "article", id, more).unwrap();
    world.verb(by, "article", id, "submit", Draft::new()).unwrap();
    world.verb("manager", "article", id, "publish", Draft::new()).unwrap();
    id
}

fn request(world: &World, title: &str, more: Draft) -> RecordId {
    let customer = world.customer("li", title);
    let draft = more.set("title", title).set("customer", customer);
    world.make("agent", "service_request", draft).unwrap().id
}

fn number(value: &Value) -> Decimal {
    value.as_decimal().unwrap_or_default()
}

fn report(world: &World, person: &str, name: &str) -> Report {
    world.gate.report(&world.ctx(person), name, &Default::default()).unwrap()
}

#[test]
fn an_article_is_published_by_whoever_reviews_it_and_every_edition_is_kept() {
    story(|world| {
        let id = write(world, "agent", "打印机卡纸怎么办");
        assert!(world.look("article", id).text("number").starts_with("ZS-202606-"));
        assert_eq!(why(world.verb("wang", "article", id, "submit", Draft::new())), "forbidden");
        world.verb("agent", "article", id, "submit", Draft::new()).unwrap();
        assert_eq!(world.notices("manager"), ["知识“打印机卡纸怎么办”等待审核"]);
        let reworded = || Draft::new().set("body", "改过的正文");
        assert_eq!(why(world.edit("agent", "article", id, reworded())), "article.in_review");
        assert_eq!(why(world.verb("agent", "article", id, "publish", Draft::new())), "forbidden");
        let back = Draft::new().set("remark", "补充图片");
        world.verb("manager", "article", id, "send_back", back).unwrap();
        assert_eq!(world.look("article", id).text("remark"), "补充图片");
        world.edit("agent", "article", id, reworded()).unwrap();
        world.verb("agent", "article", id, "submit", Draft::new()).unwrap();
        let past = Draft::new().set("valid_until", date("2026-06-14"));
        assert_eq!(why(world.verb("manager", "article", id, "publish", past)), "article.ran_out");
        world.verb("manager", "article", id, "publish", Draft::new()).unwrap();
        let article = world.look("article", id);
        assert_eq!((article.text("status"), article.decimal("edition")), ("published", Some(1.into())));
        assert_eq!(article.reference("published_by"), Some(world.id("manager")));
        // Whoever wants to change it, the reviewer too, revises it.
        let edit = Draft::new().set("body", "第二版正文");
        assert_eq!(why(world.edit("manager", "article", id, edit.clone())), "article.published");
        assert_eq!(why(world.gate.delete(&world.ctx("manager"), "article", id, None)), "article.retire_it");
        world.verb("agent", "article", id, "revise", Draft::new()).unwrap();
        world.edit("agent", "article", id, edit).unwrap();
        world.verb("agent", "article", id, "submit", Draft::new()).unwrap();
        world.verb("manager", "article", id, "publish", Draft::new()).unwrap();
        let kept: Vec<(String, String)> = world
            .all("article_edition", "true")
            .iter()
            .map(|e| (e.text("name").to_owned(), e.text("body").to_owned()))
            .collect();
        let edition = |n: &str, body: &str| (format!("V{n} 打印机卡纸怎么办"), body.to_owned());
        assert_eq!(kept, [edition("1", "改过的正文"), edition("2", "第二版正文")]);
        let reason = Draft::new().set("remark", "机型停产");
        assert_eq!(why(world.verb("agent", "article", id, "retire", reason.clone())), "forbidden");
        world.verb("manager", "article", id, "retire", reason).unwrap();
        assert_eq!(world.look("article", id).text("status"), "retired");
    });
}

#[test]
fn everybody_finds_an_article_by_its_text_and_has_one_vote() {
    story(|world| {
        let id = published(world, "agent", "打印机卡纸怎么办", Draft::new());
        let hits = world.gate.search(&world.ctx("zhao"), "搓纸轮", None, 10).unwrap();
        assert_eq!(hits.iter().map(|hit| hit.id).collect::<Vec<_>>(), [id]);
        for person in ["li", "wang", "zhao"] {
            world.verb(person, "article", id, "useful", Draft::new()).unwrap();
        }
        world.verb("li", "article", id, "useful", Draft::new()).unwrap();
        let missing = Draft::new().set("missing", "缺照片");
        world.verb("wang", "article", id, "useless", missing).unwrap();
        let article = world.look("article", id);
        assert_eq!(
            (article.decimal("useful_count"), article.decimal("useless_count")),
            (Some(2.into()), Some(1.into()))
        );
        assert_eq!(why(world.verb("agent", "article", id, "useful", Draft::new())), "article.own_vote");
        // What is missing is for those who review, not for every colleague.
        let readers = world.gate.list(&world.ctx("li"), &Query::of("article_reader"));
        assert_eq!(why(readers.map(|page| page.rows.len())), "forbidden");
    });
}

#[test]
fn a_reader_counts_once_a_day_and_the_author_never() {
    story(|world| {
        let id = published(world, "agent", "打印机卡纸怎么办", Draft::new());
        let open = |person: &str| service::article::opened(&world.gate, &world.ctx(person), id).unwrap();
        let reads = || world.look("article", id).decimal("read_count");
        open("li");
        open("li");
        open("agent");
        assert_eq!(reads(), Some(1.into()));
        open("wang");
        world.later(1);
        open("li");
        assert_eq!(reads(), Some(3.into()));
        world.verb("li", "article", id, "useful", Draft::new()).unwrap();
        assert_eq!(reads(), Some(3.into()), "a vote is no reading");
    });
}

#[test]
fn owners_are_reminded_before_an_article_runs_out_and_once_when_it_has() {
    story(|world| {
        let until = Draft::new().set("valid_until", date("2026-06-30"));
        let id = published(world, "agent", "春节值班安排", until);
        let run = || world.gate.run_job("article.remind", world.today()).unwrap();
        assert_eq!(run(), [("soon", 0), ("over", 0)], "fifteen days before");
        world.later(1);
        assert_eq!(run(), [("soon", 1), ("over", 0)]);
        assert_eq!(run(), [("soon", 0), ("over", 0)]);
        assert_eq!(world.notices("agent")[0], "知识“春节值班安排”将于 2026-06-30 到期，请复审后延长有效期");
        world.later(14);
        assert_eq!(run(), [("soon", 0), ("over", 0)], "on its last day");
        world.later(1);
        assert_eq!(run(), [("soon", 0), ("over", 1)]);
        let longer = Draft::new().set("valid_until", date("2026-07-05"));
        world.edit("agent", "article", id, longer).unwrap();
        assert_eq!(run(), [("soon", 1), ("over", 0)], "a new day is reminded of anew");
    });
}

#[test]
fn a_request_is_offered_what_fits_its_product_its_kind_and_its_words() {
    story(|world| {
        let product = world.given("product", Draft::new().set("name", "激光打印机"));
        let same_words = published(world, "agent", "打印机卡纸的处理", Draft::new());
        let same_product = published(world, "agent", "保修说明", Draft::new().set("product", product));
        let both = published(world, "agent", "激光打印机卡纸", Draft::new().set("product", product));
        published(world, "agent", "门禁离线", Draft::new());
        published(world, "agent", "打印机卡纸建议", Draft::new().set("answers", "suggestion"));
        let old = Draft::new().set("valid_until", date("2026-06-20"));
        let ran_out = published(world, "agent", "打印机卡纸旧办法", old);
        let unpublished = write(world, "agent", "打印机卡纸草稿");
        let id =
            request(world, "打印机卡纸", draft([("product", product.into()), ("kind", "complaint".into())]));
        let offered = || {
            let ctx = world.ctx("agent");
            let request = world.gate.get(&ctx, "service_request", id).unwrap();
            let found = service::fitting(&world.gate, &ctx, &request, 5).unwrap();
            found.into_iter().map(|fit| fit.id).collect::<Vec<_>>()
        };
        let first = offered();
        assert_eq!(first[0], both);
        assert!(first.contains(&same_words) && first.contains(&same_product) && first.contains(&ran_out));
        assert_eq!(first.len(), 4);
        world.later(6);
        assert_eq!(offered().len(), 3, "what has run out is not offered");

        world
            .verb("manager", "service_request", id, "assign", Draft::new().set("to", world.id("li")))
            .unwrap();
        let result = |article: RecordId| Draft::new().set("result", "按知识处理").set("solved_by", article);
        let refused = world.verb("li", "service_request", id, "handle", result(unpublished));
        assert_eq!(why(refused), "service.not_published");
        world.verb("li", "service_request", id, "handle", result(same_words)).unwrap();
        let cite = |person: &str| {
            world.verb(person, "service_request", id, "cite", Draft::new().set("solved_by", both))
        };
        assert_eq!(why(cite("wang")), "not found");
        cite("li").unwrap();
        assert_eq!(world.look("service_request", id).reference("solved_by"), Some(both));
        assert_eq!(world.look("article", both).decimal("solved_count"), Some(1.into()));
        assert_eq!(world.look("article", same_words).decimal("solved_count"), Some(0.into()));
    });
}

#[test]
fn reports_tell_which_articles_solve_most_and_what_has_none() {
    story(|world| {
        let product = world.given("product", Draft::new().set("name", "激光打印机"));
        let article = published(world, "agent", "卡纸", Draft::new().set("product", product));
        let other = published(world, "agent", "发票", Draft::new());
        let handled = |n: usize, kind: &str, product: Option<RecordId>, by: Option<RecordId>| {
            for i in 0..n {
                let more = Draft::new().set("kind", kind).set("product", product);
                let id = request(world, &format!("{kind}{n}{i}{}", product.is_some()), more);
                let to = Draft::new().set("to", world.id("agent"));
                world.verb("manager", "service_request", id, "assign", to).unwrap();
                let result = Draft::new().set("result", "好").set("solved_by", by);
                world.verb("agent", "service_request", id, "handle", result).unwrap();
            }
        };
        handled(3, "complaint", Some(product), Some(article));
        handled(2, "complaint", Some(product), None);
        handled(4, "consult", None, None);
        handled(1, "consult", None, Some(other));
        request(world, "未处理", Draft::new());

        let solutions = report(world, "manager", "solutions");
        let solved: Vec<(Value, Decimal)> =
            solutions.rows.iter().map(|row| (row.cells[0].clone(), number(&row.cells[5]))).collect();
        assert_eq!(solved, [(Value::Ref(article), 3.into()), (Value::Ref(other), 1.into())]);
        assert_eq!(number(&solutions.rows[0].cells[6]), 30.into(), "3 of 10");

        let gaps = report(world, "manager", "knowledge_gaps");
        let row = |at: usize| -> Vec<Decimal> { gaps.rows[at].cells[2..7].iter().map(number).collect() };
        assert_eq!(gaps.rows[0].cells[..2], [Value::Null, "consult".into()]);
        assert_eq!(row(0), [5, 1, 4, 80, 1].map(Decimal::from));
        assert_eq!(gaps.rows[1].cells[..2], [Value::Ref(product), "complaint".into()]);
        assert_eq!(row(1), [5, 3, 2, 40, 2].map(Decimal::from), "the general article answers it too");
        for (report, column) in [(&solutions, 5), (&gaps, 4)] {
            for row in &report.rows {
                let drill = row.drill.as_ref().unwrap();
                let query = Query::of(&drill.object).filter(expr::parse(&drill.filter).unwrap());
                let n = world.gate.count(&world.ctx("manager"), &query).unwrap();
                assert_eq!(Decimal::from(n), number(&row.cells[column]), "{}", drill.filter);
            }
        }
    });
}
