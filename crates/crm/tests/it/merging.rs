//! Several records of one customer become one, and can become several again.

use crate::world::{World, date, story, why, yuan};
use guanxi_gate::{Draft, Error, Result, Visible, admin::Share};
use guanxi_model::{Field, FieldKind, Label, Query, RecordId, Value};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

fn merge(world: &World, person: &str, main: RecordId, losers: &[RecordId]) -> Result<Visible> {
    choosing(world, person, main, losers, &[])
}

fn choosing(
    world: &World,
    person: &str,
    main: RecordId,
    losers: &[RecordId],
    choices: &[(&str, RecordId)],
) -> Result<Visible> {
    world.verb(person, "customer", main, "merge", input(losers, choices))
}

fn input(losers: &[RecordId], choices: &[(&str, RecordId)]) -> Draft {
    let choices: BTreeMap<&str, RecordId> = choices.iter().copied().collect();
    Draft::new()
        .set("losers", Value::List(losers.iter().map(ToString::to_string).collect()))
        .set("choices", serde_json::to_string(&choices).unwrap())
}

fn unmerge(world: &World, person: &str, main: RecordId) -> Result<Visible> {
    world.verb(person, "customer", main, "unmerge", Draft::new())
}

/// Every record of every object, live or deleted, by object and id, without what says when it was last touched.
fn everything(world: &World) -> BTreeMap<(String, RecordId), BTreeMap<String, String>> {
    let mut all = BTreeMap::new();
    let operator = world.operator();
    // What happened stays in the history of owners, stages and mended data, although it was taken back.
    let history = ["owner_change", "life_change", "cleansing"];
    for object in world.gate.registry().objects().filter(|object| !history.contains(&object.name.as_str())) {
        for trash in [false, true] {
            let mut query = Query::of(&object.name).limit(1000);
            query.trash = trash;
            for row in world.gate.list(&operator, &query).unwrap().rows {
                let cells = row
                    .cells
                    .iter()
                    .filter(|(name, _)| !matches!(name.as_ref(), "version" | "updated_at" | "updated_by"));
                let cells = cells.map(|(name, cell)| (name.to_string(), format!("{cell:?}")));
                let cells = cells.chain([("in the bin".to_owned(), trash.to_string())]).collect();
                all.insert((object.name.clone(), row.id), cells);
            }
        }
    }
    all
}

fn facts_are_proved(world: &World) {
    let proved = world.gate.run_job("facts.prove", world.today()).unwrap();
    assert_eq!(proved[1], ("differing", 0));
}

/// The contribution report by customer: the top ten, with names and sums.
fn top_ten(world: &World) -> Vec<(String, String)> {
    let params = [("limit".to_owned(), "10".to_owned())].into();
    let report = world.gate.report(&world.ctx("boss"), "contribution", &params).unwrap();
    let name = |row: &guanxi_gate::report::ReportRow| {
        report.titles.get(row.cells[0].as_ref().unwrap()).unwrap().to_owned()
    };
    report
        .rows
        .iter()
        .map(|row| (name(row), row.cells[2].as_decimal().unwrap().normalize().to_string()))
        .collect()
}

#[test]
fn merging_duplicates_changes_who_contributes_most() {
    story(|world| {
        let whole = world.customer("li", "整体公司");
        world.order(whole, "2026-03-01", "100");
        let one = world.customer("wang", "明德科技有限公司");
        world.order(one, "2026-02-01", "60");
        let twin = world.customer("li", "明德科技");
        world.order(twin, "2026-04-01", "55.50");
        let rows = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
            pairs.iter().map(|(name, sum)| ((*name).to_owned(), (*sum).to_owned())).collect()
        };
        let before = rows(&[("整体公司", "100"), ("明德科技有限公司", "60"), ("明德科技", "55.5")]);
        assert_eq!(top_ten(world), before, "taken apart, neither of the two comes first");
        merge(world, "manager", one, &[twin]).unwrap();
        assert_eq!(top_ten(world), rows(&[("明德科技有限公司", "115.5"), ("整体公司", "100")]));
        let main = world.look("customer", one);
        assert_eq!(main.decimal("order_count"), Some(2.into()));
        assert_eq!(main.decimal("order_total"), Some("115.5".parse().unwrap()));
        assert_eq!(main.date("first_order_on").unwrap().to_string(), "2026-02-01");
        assert_eq!(main.date("last_order_on").unwrap().to_string(), "2026-04-01");
        facts_are_proved(world);
        unmerge(world, "manager", one).unwrap();
        assert_eq!(top_ten(world), before);
        facts_are_proved(world);
    });
}

#[test]
fn the_stage_of_life_follows_a_merge_and_its_undoing_at_once() {
    story(|world| {
        let one = world.customer("li", "明德科技有限公司");
        let twin = world.customer("li", "明德科技");
        world.order(one, "2026-05-02", "10");
        world.order(twin, "2026-06-01", "10");
        let stage = || world.look("customer", one).text("life_stage").to_owned();
        assert_eq!(stage(), "acquired", "one order alone");
        merge(world, "manager", one, &[twin]).unwrap();
        assert_eq!(stage(), "growing", "two orders now, before any night has passed");
        unmerge(world, "manager", one).unwrap();
        assert_eq!(stage(), "acquired");
        assert_eq!(world.look("customer", twin).text("life_stage"), "acquired");
        facts_are_proved(world);
    });
}

#[test]
fn leads_are_merged_with_what_was_said_and_come_apart_again() {
    story(|world| {
        let lead = |name: &str, status: &str, phone: &str| {
            let draft = Draft::new().set("name", name).set("status", status).set("phone", phone);
            world.given("lead", draft.set("owner", world.id("li")))
        };
        let main = lead("云帆科技", "new", "13800000001");
        let twin = lead("云帆科技有限公司", "new", "13800000002");
        let said =
            Draft::new().set("content", "来电问价").set("regarding", Value::AnyRef("lead".into(), twin));
        let said = world.make("li", "activity", said).unwrap().id;
        world.verb("li", "lead", twin, "qualify", Draft::new()).unwrap();
        let before = everything(world);
        let merge = |who: &str, main: RecordId, twin: RecordId, choices: &[(&str, RecordId)]| {
            world.verb(who, "lead", main, "merge", input(&[twin], choices))
        };
        assert_eq!(why(merge("li", main, twin, &[])), "forbidden", "managers merge");
        merge("manager", main, twin, &[("phone", twin)]).unwrap();
        let one = world.look("lead", main);
        assert_eq!(
            (one.text("status"), one.text("phone")),
            ("qualified", "13800000002"),
            "the furthest of both"
        );
        assert!(one.instant("last_contact_at").is_some());
        assert_eq!(world.look("activity", said).get("regarding"), &Value::AnyRef("lead".into(), main));
        assert!(world.all("lead", "true").iter().all(|lead| lead.id != twin));
        world.verb("manager", "lead", main, "unmerge", Draft::new()).unwrap();
        assert_eq!(everything(world), before);
        // What became a customer is not taken over by another lead, but takes others over.
        world.verb("li", "lead", twin, "convert", Draft::new()).unwrap();
        assert_eq!(why(merge("manager", main, twin, &[])), "lead.converted_merge");
        merge("manager", twin, main, &[]).unwrap();
        assert_eq!(world.look("lead", twin).text("status"), "converted");
    });
}

#[test]
fn everything_that_names_a_merged_customer_moves_and_goes_back() {
    story(|world| {
        let operator = world.operator();
        world.gate.add_object(&operator, "store", Label::new("门店", "Store")).unwrap();
        let of = FieldKind::Reference { to: "customer".into() };
        world.gate.add_field(&operator, "store", Field::new("of", Label::new("所属客户", "Of"), of)).unwrap();
        let main = world.customer("li", "明德科技");
        let loser = world.given(
            "customer",
            Draft::new()
                .set("name", "明德")
                .set("owner", world.id("wang"))
                .set("tags", list(&["华东", "老客户"])),
        );
        let contact = world.given("contact", Draft::new().set("name", "孙丽").set("customer", loser));
        let written = world.given(
            "activity",
            Draft::new().set("content", "来电").set("customer", loser).set("contact", contact),
        );
        let regarding = Value::AnyRef("customer".into(), loser);
        let task = world.given("task", Draft::new().set("title", "回电").set("regarding", regarding.clone()));
        let store = world.given("store", Draft::new().set("name", "徐汇店").set("of", loser));
        let order = world.order(loser, "2026-06-01", "10");
        let binned = world.order(loser, "2026-06-02", "20");
        world.gate.delete(&operator, "order", binned, None).unwrap();
        let share = Share { user: Some(world.id("zhao")), department: None, edit: true, until: None };
        world.gate.share(&operator, "customer", loser, share.clone()).unwrap();
        let before = everything(world);

        merge(world, "manager", main, &[loser]).unwrap();
        for (object, id) in [("contact", contact), ("activity", written), ("order", order)] {
            assert_eq!(world.look(object, id).reference("customer"), Some(main), "{object}");
        }
        assert_eq!(world.look("store", store).reference("of"), Some(main), "objects of the site too");
        assert_eq!(world.look("task", task).get("regarding"), &Value::AnyRef("customer".into(), main));
        assert_eq!(world.look("customer", main).get("tags"), &list(&["华东", "老客户"]), "tags unite");
        assert_eq!(world.gate.shares(&operator, "customer", main).unwrap(), std::slice::from_ref(&share));
        let lying = world.gate.get_deleted(&operator, "order", binned).unwrap().0;
        assert_eq!(lying.get("customer"), &Value::Ref(main), "what lies in the bin too");
        let gone = world.gate.get_deleted(&world.ctx("manager"), "customer", loser).unwrap().0;
        assert_eq!(
            gone.get("merged_into"),
            &Value::Ref(main),
            "the loser is in the bin and says where it went"
        );
        assert_eq!(world.gate.merged_into(&world.ctx("li"), "customer", loser).unwrap(), Some(main));
        let told = world.gate.timeline(&world.ctx("li"), "customer", main, None, 50).unwrap();
        assert!(
            told.iter().any(|e| e.name == "merge" && e.notes.iter().any(|(_, text)| text.contains("明德")))
        );
        assert!(told.iter().any(|e| e.record == written), "its history is read here");

        unmerge(world, "manager", main).unwrap();
        let after = everything(world);
        assert_eq!(after, before);
        assert_eq!(world.gate.shares(&operator, "customer", loser).unwrap(), [share]);
        assert!(world.gate.shares(&operator, "customer", main).unwrap().is_empty());
        assert_eq!(world.gate.merged_into(&world.ctx("li"), "customer", loser).unwrap(), None);
        facts_are_proved(world);
    });
}

fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| (*item).to_owned()).collect())
}

#[test]
fn values_are_taken_from_the_record_that_was_chosen() {
    story(|world| {
        let given = |name: &str, phone: &str, note: &str| {
            world.given("customer", Draft::new().set("name", name).set("phone", phone).set("note", note))
        };
        let main = given("明德科技", "13800001024", "主");
        let second = given("明德", "13800001025", "次");
        let third = given("明德科技（上海）", "13800001026", "三");
        choosing(
            world,
            "manager",
            main,
            &[second, third],
            &[("phone", second), ("note", third), ("name", main)],
        )
        .unwrap();
        let merged = world.look("customer", main);
        assert_eq!(
            (merged.text("name"), merged.text("phone"), merged.text("note")),
            ("明德科技", "13800001025", "三")
        );
        assert_eq!(merged.decimal("merged_count"), Some(2.into()));
        assert!(world.gate.search(&world.ctx("manager"), "13800001025", None, 10).unwrap().len() == 1);
        unmerge(world, "manager", main).unwrap();
        assert_eq!(world.look("customer", main).text("phone"), "13800001024");
        assert_eq!(world.look("customer", second).text("phone"), "13800001025");
        let refused =
            |choices: &[(&str, RecordId)]| why(choosing(world, "manager", main, &[second], choices));
        assert_eq!(refused(&[("phone", third)]), "merge.choice_of_none");
        assert_eq!(refused(&[("order_total", second)]), "merge.not_choosable");
        assert_eq!(why(merge(world, "manager", main, &[main])), "merge.itself");
        assert_eq!(why(merge(world, "manager", main, &[])), "merge.how_many");
        let many: Vec<RecordId> = (0..10).map(|n| given(&format!("客户{n}"), "", "")).collect();
        assert_eq!(why(merge(world, "manager", main, &many)), "merge.how_many");
        assert!(merge(world, "manager", main, &many[..9]).is_ok(), "ten become one");
    });
}

#[test]
fn what_was_written_after_a_merge_stays_when_it_is_taken_back() {
    story(|world| {
        let main = world.customer("li", "明德科技");
        let loser = world
            .given("customer", Draft::new().set("name", "明德").set("note", "次").set("tags", list(&["旧"])));
        let (moved, given_away) =
            (world.order(loser, "2026-05-01", "10"), world.order(loser, "2026-05-02", "20"));
        let third = world.customer("li", "第三家");
        choosing(world, "manager", main, &[loser], &[("note", loser)]).unwrap();
        let newer = world.order(main, "2026-06-10", "40");
        world.edit("manager", "order", given_away, Draft::new().set("customer", third)).unwrap();
        let draft = Draft::new().set("note", "后来写的").set("tags", list(&["旧", "新"]));
        world.edit("manager", "customer", main, draft).unwrap();
        unmerge(world, "manager", main).unwrap();
        let of = |order: RecordId| world.look("order", order).reference("customer");
        assert_eq!(of(moved), Some(loser), "what the merge moved goes back");
        assert_eq!(of(newer), Some(main), "what came later stays");
        assert_eq!(of(given_away), Some(third), "what went elsewhere stays there");
        assert_eq!(world.look("customer", main).text("note"), "后来写的");
        assert_eq!(world.look("customer", main).get("tags"), &list(&["新"]));
        assert_eq!(world.look("customer", loser).get("tags"), &list(&["旧"]));
        facts_are_proved(world);
    });
}

#[test]
fn merges_are_taken_back_one_by_one_the_newest_first() {
    story(|world| {
        let [a, b, c] = ["甲", "乙", "丙"].map(|name| world.customer("li", name));
        for id in [a, b, c] {
            world.order(id, "2026-06-01", "1");
        }
        let before = everything(world);
        merge(world, "manager", b, &[c]).unwrap();
        let middle = everything(world);
        merge(world, "manager", a, &[b]).unwrap();
        let into = |id| world.gate.merged_into(&world.ctx("li"), "customer", id).unwrap();
        assert_eq!((into(b), into(c)), (Some(a), Some(a)), "an address leads to where the customer is now");
        assert_eq!(world.look("customer", a).decimal("merged_count"), Some(2.into()));
        assert_eq!(why(unmerge(world, "manager", b)), "not found", "it is part of another by now");
        unmerge(world, "manager", a).unwrap();
        assert_eq!(everything(world), middle);
        unmerge(world, "manager", b).unwrap();
        assert_eq!(everything(world), before);
        assert_eq!(why(unmerge(world, "manager", b)), "merge.none");
    });
}

#[test]
fn a_merge_is_not_taken_back_over_a_value_that_was_taken_meanwhile() {
    story(|world| {
        let main = world.customer("li", "明德科技");
        let loser = world.given("customer", Draft::new().set("name", "明德").set("external_id", "K-1"));
        merge(world, "manager", main, &[loser]).unwrap();
        let third = world.given("customer", Draft::new().set("name", "第三家").set("external_id", "K-1"));
        let Err(Error::Refused(message)) = unmerge(world, "manager", main) else { panic!() };
        let said = world.gate.phrases().say(guanxi_model::Locale::Zh, &message);
        assert_eq!(said, "不能撤销合并：“明德”的外部编号已被“第三家”使用，请先修改后者");
        world
            .gate
            .update(&world.operator(), "customer", third, None, Draft::new().set("external_id", Value::Null))
            .unwrap();
        unmerge(world, "manager", main).unwrap();
        assert_eq!(world.look("customer", loser).text("external_id"), "K-1");
    });
}

#[test]
fn a_merged_customer_comes_back_only_by_taking_the_merge_back() {
    story(|world| {
        let main = world.customer("li", "明德科技");
        let loser = world.customer("li", "明德");
        merge(world, "manager", main, &[loser]).unwrap();
        assert_eq!(why(world.gate.restore(&world.ctx("manager"), "customer", loser)), "merge.restore");
        world.gate.purge(&world.operator(), "customer", loser).unwrap();
        assert_eq!(why(unmerge(world, "manager", main)), "merge.gone");
    });
}

#[test]
fn whoever_merges_may_merge_every_one_of_them() {
    story(|world| {
        let (mine, twin) = (world.customer("li", "明德科技"), world.customer("li", "明德"));
        assert_eq!(why(merge(world, "li", mine, &[twin])), "forbidden");
        assert_eq!(why(merge(world, "agent", mine, &[twin])), "forbidden");
        assert_eq!(why(merge(world, "admin", mine, &[twin])), "not found");
        let second = world.departments["second"];
        let chief = world.given(
            "user",
            Draft::new()
                .set("login", "chief")
                .set("name", "二部主管")
                .set("roles", list(&["sales_manager"]))
                .set("department", second),
        );
        let theirs = world.customer("zhao", "二部客户");
        let chief = world.gate.ctx_of(chief, guanxi_gate::Channel::Api).unwrap();
        let tried = world.gate.verb(&chief, "customer", theirs, "merge", input(&[mine], &[]));
        assert_eq!(why(tried), "not found", "a customer of another department is not there to be merged");
        assert!(merge(world, "manager", mine, &[twin, theirs]).is_ok());
    });
}

#[test]
fn a_company_and_a_person_are_not_merged() {
    story(|world| {
        let company = world.customer("li", "明德科技");
        let person = Draft::new().set("name", "王芳").set("kind", "person").set("owner", world.id("li"));
        let person = world.given("customer", person);
        assert_eq!(why(merge(world, "manager", company, &[person])), "customer.kinds_merge");
        assert_eq!(why(merge(world, "manager", person, &[company])), "customer.kinds_merge");
        world.edit("li", "customer", person, Draft::new().set("kind", "company")).unwrap();
        assert_eq!(why(merge(world, "manager", company, &[person])), "done");
    });
}

#[test]
fn a_locked_customer_is_merged_into_no_other() {
    story(|world| {
        let (main, locked) = (world.customer("li", "明德科技"), world.customer("li", "明德"));
        world.verb("li", "customer", locked, "lock", Draft::new()).unwrap();
        assert_eq!(why(merge(world, "manager", main, &[locked])), "customer.locked_merge");
        assert!(merge(world, "manager", locked, &[main]).is_ok());
    });
}

#[test]
fn a_customer_is_lost_only_when_all_of_it_was() {
    story(|world| {
        let lost = world.given("customer", Draft::new().set("name", "流失的").set("status", "lost"));
        let active = world.customer("li", "在买的");
        world.order(active, "2026-06-01", "5");
        world.verb("manager", "customer", lost, "merge", input(&[active], &[])).unwrap();
        let merged = world.look("customer", lost);
        assert_eq!((merged.text("status"), merged.text("customer_type")), ("normal", "existing"));
        unmerge(world, "manager", lost).unwrap();
        let apart = world.look("customer", lost);
        assert_eq!((apart.text("status"), apart.text("customer_type")), ("lost", "potential"));
    });
}

#[test]
fn contacts_are_merged_with_what_they_were_told() {
    story(|world| {
        let (one, two) = (world.customer("li", "甲"), world.customer("li", "乙"));
        let main = world.given("contact", Draft::new().set("name", "孙丽").set("customer", one));
        let twin = world.given("contact", Draft::new().set("name", "孙莉").set("customer", two));
        let call = world
            .given("activity", Draft::new().set("content", "来电").set("customer", two).set("contact", twin));
        world.verb("manager", "contact", main, "merge", input(&[twin], &[])).unwrap();
        assert_eq!(world.look("activity", call).reference("contact"), Some(main));
        assert_eq!(world.look("customer", two).decimal("contact_count"), Some(Decimal::ZERO));
        world.verb("manager", "contact", main, "unmerge", Draft::new()).unwrap();
        assert_eq!(world.look("activity", call).reference("contact"), Some(twin));
        assert_eq!(world.look("customer", two).decimal("contact_count"), Some(Decimal::ONE));
    });
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[test]
fn a_merge_and_its_undoing_leave_every_row_as_it_was() {
    story(|world| {
        for seed in 1..=8 {
            let mut dice = Dice(seed);
            let customers: Vec<RecordId> = (0..6)
                .map(|n| {
                    let mut draft = Draft::new()
                        .set("name", format!("客户{seed}-{n}"))
                        .set("owner", world.id(["li", "wang", "zhao"][dice.roll(3)]));
                    for field in ["note", "address", "wechat", "legal_person"] {
                        if dice.roll(2) == 0 {
                            draft = draft.set(field, format!("{field}{n}"));
                        }
                    }
                    if dice.roll(2) == 0 {
                        draft = draft.set("tags", list(&[["甲", "乙", "丙"][dice.roll(3)], "共有"]));
                    }
                    if dice.roll(2) == 0 {
                        draft = draft.set("credit", Value::from(i64::try_from(dice.roll(5)).unwrap() + 1));
                    }
                    world.given("customer", draft)
                })
                .collect();
            for n in 0..24 {
                let customer = customers[dice.roll(6)];
                match dice.roll(6) {
                    0 => drop(world.order(customer, &format!("2026-0{}-11", 1 + dice.roll(5)), "12.34")),
                    1 => drop(world.given(
                        "contact",
                        Draft::new().set("name", format!("人{n}")).set("customer", customer),
                    )),
                    2 => drop(world.given(
                        "activity",
                        Draft::new().set("content", format!("谈{n}")).set("customer", customer),
                    )),
                    3 => drop(
                        world.given(
                            "task",
                            Draft::new()
                                .set("title", format!("事{n}"))
                                .set("regarding", Value::AnyRef("customer".into(), customer)),
                        ),
                    ),
                    4 => drop(world.given(
                        "service_request",
                        Draft::new().set("title", format!("问{n}")).set("customer", customer),
                    )),
                    _ => drop(
                        world.given(
                            "churn_warning",
                            Draft::new()
                                .set("customer", customer)
                                .set("status", "open")
                                .set("last_order_on", date("2025-01-01")),
                        ),
                    ),
                }
            }
            let before = everything(world);
            let losers = 1 + dice.roll(5);
            let mut choices: Vec<(&str, RecordId)> = Vec::new();
            for field in ["note", "address", "wechat", "credit", "owner", "grade"] {
                if dice.roll(2) == 0 {
                    choices.push((field, customers[dice.roll(losers + 1)]));
                }
            }
            choosing(world, "manager", customers[0], &customers[1..=losers], &choices).unwrap();
            facts_are_proved(world);
            assert_ne!(everything(world), before);
            unmerge(world, "manager", customers[0]).unwrap();
            assert_eq!(everything(world), before, "seed {seed}");
            facts_are_proved(world);
        }
    });
}

/// Generous, because tests are built without optimisation; the benchmark holds the real bound of a second.
#[test]
fn ten_thousand_rows_move_as_sets() {
    story(|world| {
        let (main, loser) = (world.customer("li", "明德科技"), world.customer("li", "明德"));
        world
            .gate
            .write(&world.operator(), move |tx| {
                for _ in 0..10 {
                    let order = || {
                        Draft::new()
                            .set("customer", loser)
                            .set("ordered_on", date("2026-01-05"))
                            .set("total", yuan("1"))
                    };
                    tx.create_many("order", (0..1000).map(|_| order()).collect())?;
                }
                Ok(())
            })
            .unwrap();
        let audited = || {
            let filter = guanxi_gate::admin::AuditFilter { limit: 500, ..Default::default() };
            world.gate.audit(&world.operator(), &filter).unwrap()
        };
        let newest = audited()[0].id;
        let begun = std::time::Instant::now();
        merge(world, "manager", main, &[loser]).unwrap();
        let merged = begun.elapsed();
        let events: Vec<_> = audited().into_iter().filter(|line| line.id > newest).collect();
        assert!(events.len() < 10, "a merge is told once, not row by row: {events:?}");
        assert_eq!(world.look("customer", main).decimal("order_count"), Some(10_000.into()));
        let begun = std::time::Instant::now();
        unmerge(world, "manager", main).unwrap();
        let undone = begun.elapsed();
        assert_eq!(world.look("customer", loser).decimal("order_count"), Some(10_000.into()));
        eprintln!("10,000 rows: merged in {merged:?}, taken back in {undone:?}");
        assert!(merged.as_secs() < 5 && undone.as_secs() < 5, "{merged:?} {undone:?}");
    });
}

#[test]
fn a_relation_between_two_that_become_one_waits_in_the_bin() {
    story(|world| {
        let [a, b, c] = ["甲", "乙", "丙"].map(|name| world.customer("li", name));
        let relate = |customer: RecordId, other: RecordId| {
            let draft = Draft::new().set("customer", customer).set("other", other).set("role", "partner");
            world.given("relation", draft)
        };
        let (within, outside) = (relate(a, b), relate(b, c));
        let before = everything(world);
        merge(world, "manager", a, &[b]).unwrap();
        let rows = world.all("relation", "true");
        assert_eq!(rows.len(), 1, "nobody is their own partner");
        let ends = [rows[0].reference("customer"), rows[0].reference("other")];
        assert!(rows[0].id == outside && ends.contains(&Some(a)) && ends.contains(&Some(c)), "{ends:?}");
        unmerge(world, "manager", a).unwrap();
        assert_eq!(everything(world), before);
        assert!(world.look("relation", within).reference("customer").is_some());
    });
}
