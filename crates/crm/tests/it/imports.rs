//! Imports that can be undone: what they leave when they fail, are stopped or die, and what an undoing restores.

use crate::world::{story, why, yuan};
use guanxi_crm::admin::exchange::{self, ImportOptions, ImportReport, Source, Stage};
use guanxi_gate::{
    Channel, Clock, Config, Ctx, Draft, Gate, ImportBatch, ImportLine, KEPT_DAYS, NewImport, Result,
};
use guanxi_model::{Query, RecordId};
use std::{fmt::Write, path::PathBuf};

/// A file that is gone with the test.
struct Sheet {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

fn sheet(text: &str) -> Sheet {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("名单.csv");
    std::fs::write(&path, text).unwrap();
    Sheet { path, _folder: folder }
}

fn import(gate: &Gate, ctx: &Ctx, object: &str, text: &str, by: Option<&str>) -> Result<ImportReport> {
    let options = ImportOptions {
        object: object.to_owned(),
        match_by: by.map(str::to_owned),
        ..ImportOptions::default()
    };
    exchange::import(gate, ctx, &Source::open(&sheet(text).path)?, &options, &mut |_| true)
}

/// Every live record with every value, but for the stamps of its last change: a digest of the business that shares
/// nothing with the journal.
fn business(gate: &Gate) -> String {
    let mut text = String::new();
    let names: Vec<String> = gate.registry().objects().map(|object| object.name.clone()).collect();
    gate.read(&gate.operator(), |tx| {
        for name in &names {
            for record in tx.find(name, &guanxi_model::expr::Expr::Bool(true), None)? {
                for (field, value) in record.object.fields.iter().zip(&record.values) {
                    if !matches!(field.name.as_str(), "version" | "updated_at" | "updated_by") {
                        writeln!(text, "{name} {} {} {:?}", record.id, field.name, field.store(value))
                            .unwrap();
                    }
                }
            }
        }
        Ok(())
    })
    .unwrap();
    text
}

fn found(gate: &Gate, words: &str) -> usize {
    let mut query = Query::of("customer");
    query.search = Some(words.to_owned());
    gate.list(&gate.operator(), &query).unwrap().rows.len()
}

fn undo(gate: &Gate, ctx: &Ctx, report: &ImportReport) -> Result<ImportLine> {
    gate.undo_import(ctx, report.import.unwrap(), &mut |_, _| {})
}

/// Two thousand five hundred customers, which are three batches, the first of them known already.
fn many() -> String {
    let mut text = "external_id,name,phone,remark\n".to_owned();
    for n in 1..=2500 {
        writeln!(text, "{n:05},南山第{n}商行,1380000{n:04},批次").unwrap();
    }
    text
}

#[test]
fn undoing_an_import_restores_every_record() {
    story(|w| {
        let known = w.given(
            "customer",
            Draft::new().set("name", "老客户").set("external_id", "00001").set("owner", w.id("li")),
        );
        w.order(known, "2026-01-05", "80");
        let (before, operator) = (business(&w.gate), w.operator());

        let report = import(&w.gate, &operator, "customer", &many(), Some("external_id")).unwrap();
        assert_eq!((report.created, report.updated), (2499, 1));
        let orders = "external_id,customer.external_id,ordered_on,total\n\
                      A1,00001,2026-02-01,100\nA2,00007,2026-02-02,200\nA3,00007,2026-02-03,300\n";
        let middle = business(&w.gate);
        let bought = import(&w.gate, &operator, "order", orders, Some("external_id")).unwrap();
        assert_eq!(bought.created, 3);
        let buyer = &w.all("customer", "external_id == \"00007\"")[0];
        assert_eq!(buyer.text("customer_type"), "existing", "a rule changed another object");
        assert_eq!(buyer.decimal("order_total"), yuan("500").as_decimal());

        let line = undo(&w.gate, &operator, &bought).unwrap();
        let undone = line.undone.unwrap();
        // Three orders, and the move that two of them made their customer take in its life.
        assert_eq!((undone.erased, undone.left), (4, 0), "{undone:?}");
        assert!(middle == business(&w.gate), "what rules did to customers is put back with the orders");

        let line = undo(&w.gate, &operator, &report).unwrap();
        let undone = line.undone.clone().unwrap();
        assert_eq!((undone.erased, undone.restored, undone.left), (2499, 1, 0), "{undone:?}");
        assert!(before == business(&w.gate), "the business is as it was before the import");
        assert_eq!((line.state.as_str(), line.undo_until), ("undone", None));
        assert_eq!(found(&w.gate, "南山第7商行"), 0, "nothing is found that is not there");
        assert_eq!(found(&w.gate, "老客户"), 1, "and what is there is found by its former name");

        let again = undo(&w.gate, &operator, &report).unwrap();
        assert_eq!(again.undone, line.undone, "asking again changes nothing");
        let report = import(&w.gate, &operator, "customer", &many(), Some("external_id")).unwrap();
        assert_eq!(report.created, 2499, "the file can be imported again");
        let again = import(&w.gate, &operator, "customer", &many(), Some("external_id")).unwrap();
        assert_eq!(again.unchanged, 2500);
    });
}

#[test]
fn what_was_changed_since_is_left_and_named() {
    story(|w| {
        let old = w.given("customer", Draft::new().set("name", "旧名").set("external_id", "E1"));
        let other = w.given("customer", Draft::new().set("name", "旧名二").set("external_id", "E2"));
        let text = "external_id,name\nE1,新名\nE2,新名二\nE3,改过\nE4,有单\nE5,删掉\nE6,照旧\n";
        let report = import(&w.gate, &w.operator(), "customer", text, Some("external_id")).unwrap();
        assert_eq!((report.created, report.updated), (4, 2));
        let id = |key: &str| w.all("customer", &format!("external_id == \"{key}\""))[0].id;
        let (changed, used, binned, plain) = (id("E3"), id("E4"), id("E5"), id("E6"));
        let operator = w.operator();
        w.gate.update(&operator, "customer", old, None, Draft::new().set("name", "又改")).unwrap();
        w.gate.update(&operator, "customer", changed, None, Draft::new().set("name", "又改二")).unwrap();
        w.order(used, "2026-06-01", "10");
        w.gate.delete(&operator, "customer", binned, None).unwrap();

        let line = undo(&w.gate, &operator, &report).unwrap();
        let undone = line.undone.unwrap();
        let mut left: Vec<(RecordId, &str)> =
            undone.records.iter().map(|left| (left.id, left.why.as_str())).collect();
        left.sort();
        let mut expected =
            vec![(old, "changed"), (changed, "changed"), (used, "changed"), (binned, "deleted")];
        expected.sort();
        // The order's rule has touched its customer, so that it counts as changed as well as used.
        assert_eq!(left, expected);
        assert_eq!((undone.erased, undone.restored, undone.left), (1, 1, 4));
        assert!(undone.records.iter().any(|left| left.title.as_deref() == Some("又改")));
        assert_eq!(w.look("customer", old).text("name"), "又改");
        assert_eq!(w.look("customer", other).text("name"), "旧名二");
        assert_eq!(why(w.gate.get(&operator, "customer", plain)), "not found");
    });
}

#[test]
fn what_others_use_or_have_taken_stays() {
    story(|w| {
        let operator = w.operator();
        let first = w.given("customer", Draft::new().set("name", "甲").set("external_id", "K1"));
        let text = "id,external_id,name\n".to_owned() + &format!("{first},K9,甲\n");
        let report = import(&w.gate, &operator, "customer", &text, Some("id")).unwrap();
        assert_eq!(report.updated, 1, "{report:?}");
        w.given("customer", Draft::new().set("name", "乙").set("external_id", "K1"));
        let undone = undo(&w.gate, &operator, &report).unwrap().undone.unwrap();
        assert_eq!(undone.records[0].why, "taken", "{undone:?}");

        let text = "name,external_id\n丙,K5\n";
        let report = import(&w.gate, &operator, "customer", text, Some("external_id")).unwrap();
        let made = w.all("customer", "external_id == \"K5\"")[0].id;
        w.given("contact", Draft::new().set("name", "联系人").set("customer", made));
        let undone = undo(&w.gate, &operator, &report).unwrap().undone.unwrap();
        assert_eq!(
            (undone.erased, undone.left, undone.records[0].why.as_str()),
            (0, 1, "used"),
            "{undone:?}"
        );
        assert_eq!(w.look("customer", made).text("name"), "丙");
    });
}

#[test]
fn a_failed_or_stopped_import_leaves_nothing() {
    story(|w| {
        w.given("customer", Draft::new().set("name", "已有").set("phone", "13900000001"));
        let before = business(&w.gate);
        // Row 2,000 is refused by the door only when it is applied, after a batch has been committed.
        let mut text = "name,phone\n".to_owned();
        for n in 1..=2100 {
            let phone = if n == 2000 { "13900000001".to_owned() } else { format!("1370000{n:04}") };
            writeln!(text, "新客户{n},{phone}").unwrap();
        }
        let report = import(&w.gate, &w.operator(), "customer", &text, None).unwrap();
        assert!(!report.applied && report.rejected == 1, "{:?}", report.problems);
        assert!(before == business(&w.gate));
        let line = w.gate.import_line(&w.operator(), report.import.unwrap()).unwrap();
        assert_eq!((line.state.as_str(), line.undo_until), ("failed", None));
        assert_eq!(why(undo(&w.gate, &w.operator(), &report)), "gate.import_put_back");

        let options = ImportOptions { object: "customer".to_owned(), ..ImportOptions::default() };
        let file = sheet(&many());
        let source = Source::open(&file.path).unwrap();
        let (gate, operator) = (w.gate.clone(), w.operator());
        let mut asked = false;
        let report = exchange::import(&w.gate, &operator, &source, &options, &mut |progress| {
            if progress.stage == Stage::Applying && !asked {
                // Someone else presses the button meanwhile.
                asked = true;
                let running = gate.imports(&operator, None, None, 1).unwrap();
                gate.cancel_import(&operator, running[0].id).unwrap();
            }
            true
        })
        .unwrap();
        assert!(asked && report.stopped && !report.applied);
        assert!(before == business(&w.gate));
        let line = w.gate.import_line(&w.operator(), report.import.unwrap()).unwrap();
        assert_eq!((line.state.as_str(), line.cancelled), ("failed", true));
    });
}

#[test]
fn an_import_is_undone_by_its_author_or_who_administers_it() {
    story(|w| {
        let text = "name,owner.login\n东山商行,li\n";
        let report = import(&w.gate, &w.ctx("manager"), "customer", text, None).unwrap();
        let id = report.import.unwrap();
        for other in ["li", "agent", "boss"] {
            assert_eq!(why(w.gate.import_line(&w.ctx(other), id).map(|line| line.id)), "not found");
            assert!(w.gate.imports(&w.ctx(other), None, None, 9).unwrap().is_empty());
            assert_eq!(why(undo(&w.gate, &w.ctx(other), &report).map(|line| line.id)), "not found");
        }
        let line = undo(&w.gate, &w.ctx("admin"), &report).unwrap();
        assert_eq!(line.undone_by.as_deref(), Some("系统管理员"));
        let events = w.gate.audit(&w.operator(), &guanxi_gate::admin::AuditFilter::default()).unwrap();
        assert!(events.iter().any(|line| line.name == "import_undone"));

        let report = import(&w.gate, &w.ctx("manager"), "customer", text, None).unwrap();
        w.gate
            .update(
                &w.operator(),
                "user",
                w.id("manager"),
                None,
                Draft::new().set("roles", guanxi_model::Value::List(vec!["account_manager".to_owned()])),
            )
            .unwrap();
        assert_eq!(why(undo(&w.gate, &w.ctx("manager"), &report).map(|line| line.id)), "forbidden");
    });
}

#[test]
fn journals_are_kept_for_thirty_days() {
    story(|w| {
        let report = import(&w.gate, &w.operator(), "customer", "name\n西山商行\n", None).unwrap();
        w.later(KEPT_DAYS - 1);
        w.gate.run_job("house.clean", w.today()).unwrap();
        assert!(w.gate.import_line(&w.operator(), report.import.unwrap()).unwrap().undo_until.is_some());
        w.later(2);
        w.gate.run_job("house.clean", w.today()).unwrap();
        assert_eq!(why(undo(&w.gate, &w.operator(), &report).map(|line| line.id)), "gate.import_forgotten");
        assert_eq!(w.all("customer", "name == \"西山商行\"").len(), 1);
    });
}

#[test]
fn an_import_whose_program_died_is_put_back_when_the_set_is_opened() {
    let url = std::env::var("GUANXI_TEST_POSTGRES").ok();
    for database in [None].into_iter().chain(url.map(Some)) {
        let data = tempfile::tempdir().unwrap();
        let config = Config {
            data: data.path().to_owned(),
            database,
            set: format!("interrupted_{}", std::process::id()),
        };
        let clock = || Clock::fixed(crate::world::NOW.parse().unwrap());
        let gate = Gate::create_set(&config, guanxi_crm::domain(), clock()).unwrap();
        let operator = gate.operator();
        gate.write(&operator, |tx| {
            tx.create("customer", Draft::new().set("name", "早就在").set("external_id", "1"))
        })
        .unwrap();
        let before = business(&gate);
        let new = NewImport {
            object: "customer".to_owned(),
            file_name: "a.csv".to_owned(),
            options: serde_json::json!({}),
        };
        let importing = gate.begin_import(&operator, new).unwrap();
        let id = importing.id;
        gate.import_applies(&operator, &importing).unwrap();
        for batch in 0..3u64 {
            let changes =
                (0..100).map(|n| (None, None, Draft::new().set("name", format!("半途{batch}-{n}"))));
            let options = guanxi_gate::BatchOptions {
                import: Some(ImportBatch { import: id, done: (batch + 1) * 100, total: 500 }),
                ..guanxi_gate::BatchOptions::default()
            };
            gate.batch(&operator.clone().via(Channel::Import), "customer", changes.collect(), options)
                .unwrap();
        }
        let line = gate.import_line(&operator, id).unwrap();
        assert_eq!((line.state.as_str(), line.done, line.total), ("applying", 300, Some(500)));

        // While the program lives, another one that opens the set leaves its import alone.
        let other = Gate::open(&config, guanxi_crm::domain(), clock()).unwrap();
        assert_eq!(other.import_line(&operator, id).unwrap().state, "applying");
        drop(other);
        // Its end frees the claim, whether or not it had time to say so.
        drop(importing);
        drop(gate);
        let mut opened = Gate::open(&config, guanxi_crm::domain(), clock()).unwrap();
        for _ in 0..50 {
            if opened.import_line(&operator, id).unwrap().state == "interrupted" {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
            opened = Gate::open(&config, guanxi_crm::domain(), clock()).unwrap();
        }
        assert_eq!(opened.import_line(&operator, id).unwrap().state, "interrupted");
        assert!(before == business(&opened));
        drop(opened);
        guanxi_gate::sets::drop(&config).unwrap();
    }
}
