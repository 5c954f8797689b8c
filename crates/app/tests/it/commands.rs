//! What people type, and what comes back: answers, exit status, and reasons on standard error.

use crate::program::Place;
use std::process::Output;

fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn wrong_usage_is_status_2_and_refusal_status_1_in_the_language_of_the_terminal() {
    let place = Place::sqlite();
    for (language, word) in [("en_GB.UTF-8", "option"), ("zh_CN.UTF-8", "选项"), ("", "选项"), ("C", "选项")]
    {
        let wrong = place.command(&["set", "list", "--nonsense"]).env("LANG", language).output().unwrap();
        assert_eq!(wrong.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&wrong.stderr).contains(word), "{language}");
    }
    assert!(refused(&place.run(&["user", "list"])).contains("There is no account set \"main\""));
    assert_eq!(place.run(&["--help"]).status.code(), Some(0));
    assert!(place.ok(&["version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn account_sets_are_made_listed_backed_up_restored_and_dropped() {
    let place = Place::sqlite();
    assert_eq!(place.json(&["set", "list"]), serde_json::json!([]));
    place.ok(&["set", "create", "main"]);
    assert!(refused(&place.run(&["set", "create", "main"])).contains("exists already"));
    std::fs::write(place.path().join("two.csv"), "external_id,name,kind\n1,Ada,person\n2,Grace,person\n")
        .unwrap();
    let file = place.path().join("two.csv");
    place.ok(&["import", "customer", file.to_str().unwrap(), "--match", "external_id"]);

    let backup = place.path().join("main.backup");
    let backup = backup.to_str().unwrap();
    place.ok(&["set", "backup", "main", "-o", backup]);
    assert_eq!(place.json(&["set", "verify", backup])["set"], "main");
    place.ok(&["set", "restore", "trial", backup]);
    assert_eq!(place.json(&["set", "list"]), serde_json::json!([{ "name": "main" }, { "name": "trial" }]));
    place.ok(&["set", "create", "copy", "--template", backup]);
    place.ok(&["set", "drop", "main"]);
    assert_eq!(place.json(&["set", "list"]), serde_json::json!([{ "name": "copy" }, { "name": "trial" }]));
    assert!(refused(&place.run(&["set", "drop", "main"])).contains("no account set"));

    let mut bytes = std::fs::read(backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(backup, bytes).unwrap();
    refused(&place.run(&["set", "verify", backup]));
}

#[test]
fn people_and_keys_come_and_go() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let added = place.json(&[
        "user",
        "add",
        "wang",
        "--name",
        "王芳",
        "--role",
        "admin",
        "--department",
        "总部/华东",
    ]);
    assert!(added["password"].as_str().unwrap().len() >= 10);
    assert!(
        refused(&place.run(&["user", "add", "li", "--name", "李雷", "--role", "king"]))
            .contains("account_manager")
    );
    place.ok(&["user", "add", "li", "--name", "李雷", "--role", "sales_manager", "--superior", "wang"]);
    let users = place.json(&["user", "list"]);
    assert_eq!(users.as_array().unwrap().len(), 2);
    assert_eq!(users[0]["department"], "华东");
    let again = place.json(&["user", "password", "li"]);
    assert_ne!(again["password"], added["password"]);

    let key = place.ok(&["key", "create", "--user", "wang", "--name", "script"]);
    assert!(key.trim().starts_with("gx_"), "the key alone stands on standard output: {key}");
    let keys = place.json(&["key", "list"]);
    assert_eq!(keys.as_array().unwrap().len(), 1);
    place.ok(&["key", "revoke", &keys[0]["id"].to_string()]);
    place.ok(&["user", "disable", "li"]);
    assert_eq!(place.json(&["user", "list"])[1]["active"], false);
    assert!(refused(&place.run(&["user", "disable", "nobody"])).contains("nobody"));
}

#[test]
fn an_import_with_problems_changes_nothing_and_names_them_all() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let file = place.path().join("客户.csv");
    let path = file.to_str().unwrap();
    let text = "客户编号,外部编号,客户名称,客户性质,电话,最爱的颜色\n\
                ,A1,甲公司,企业,13800138000,红\n\
                ,A2,,企业,13800138001,红\n\
                ,A3,丙公司,仙人,12,蓝\n\
                ,A1,丁公司,企业,13800138003,蓝\n";
    std::fs::write(&file, text).unwrap();
    let output = place.run(&["import", "customer", path, "--match", "external_id"]);
    let problems = refused(&output);
    for line in ["Line 3: name", "Line 4: kind", "Line 4: phone", "Line 5: external_id"] {
        assert!(problems.contains(line), "{line} is not among\n{problems}");
    }
    assert!(place.export("customer", "name").is_empty());
    let rejected = std::fs::read_to_string(place.path().join("客户.rejected.csv")).unwrap();
    let lines: Vec<&str> = rejected.lines().collect();
    assert_eq!(lines.len(), 4, "{rejected}");
    assert!(lines[0].starts_with('\u{feff}') && lines[0].ends_with("Why not imported"), "{}", lines[0]);

    let report = place.json(&["import", "customer", path, "--match", "external_id", "--keep-good"]);
    assert_eq!((&report["created"], &report["rejected"]), (&1.into(), &3.into()));
    assert_eq!(report["ignored_columns"], serde_json::json!(["最爱的颜色"]));
    assert_eq!(place.export("customer", "name")[0]["name"], "甲公司");
}

#[test]
fn a_rule_that_refuses_late_puts_everything_back() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let customers = place.path().join("customers.csv");
    std::fs::write(&customers, "external_id,name,kind\nC1,甲公司,company\n").unwrap();
    place.ok(&["import", "customer", customers.to_str().unwrap(), "--match", "external_id"]);
    let before = place.export("customer", "external_id,name,phone,grade");
    // The first thousand rows are good and go in; the last row names a record that another row made impossible.
    let mut text = "external_id,name,kind,phone\nC1,甲公司改名,company,13900139000\n".to_owned();
    for n in 0..1500 {
        text.push_str(&format!("N{n},第{n}号公司,company,\n"));
    }
    text.push_str("X1,,,\n");
    std::fs::write(&customers, &text).unwrap();
    let path = customers.to_str().unwrap();
    refused(&place.run(&["import", "customer", path, "--match", "external_id"]));
    assert_eq!(place.export("customer", "external_id,name,phone,grade"), before);

    // The same name twice is a likely duplicate, which only the door can see, row by row.
    std::fs::write(
        &customers,
        format!(
            "name,kind\n{}甲公司,company\n",
            (0..1200).map(|n| format!("新{n}号店,company\n")).collect::<String>()
        ),
    )
    .unwrap();
    let problems = refused(&place.run(&["import", "customer", path]));
    assert!(problems.contains("甲公司"), "{problems}");
    assert_eq!(place.export("customer", "external_id,name,phone,grade"), before);
    let skipped = place.json(&["import", "customer", path, "--on-duplicate", "skip"]);
    assert_eq!((&skipped["created"], &skipped["skipped"]), (&1200.into(), &1.into()));
}

#[test]
fn files_of_every_format_and_encoding_say_the_same() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let write = |name: &str, bytes: &[u8]| {
        let file = place.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        file.to_str().unwrap().to_owned()
    };
    // "external_id,name,kind" and a Chinese name as Chinese Windows saves them.
    let gb = [&b"external_id,name,kind\r\nG1,"[..], &[0xBC, 0xD7, 0xB9, 0xAB, 0xCB, 0xBE], b",company\r\n"]
        .concat();
    let marked = "\u{feff}external_id;name;kind\nG2;乙公司;company\n";
    let lines = "{\"external_id\":\"G3\",\"name\":\"丙公司\",\"kind\":\"company\"}\n{\"external_id\":\"G4\",\"name\":\"丁公司\",\"kind\":\"company\",\"phone\":null}\n";
    for file in [write("a.csv", &gb), write("b.csv", marked.as_bytes()), write("c.jsonl", lines.as_bytes())] {
        place.ok(&["import", "customer", &file, "--match", "external_id"]);
    }
    let names = |place: &Place| -> Vec<String> {
        place.export("customer", "name").iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&place), ["甲公司", "乙公司", "丙公司", "丁公司"]);
    // What goes out comes in again unchanged, in every format.
    for format in ["csv", "xlsx", "jsonl"] {
        let file = place.path().join(format!("out.{format}"));
        let file = file.to_str().unwrap();
        place.ok(&["export", "customer", "--fields", "external_id,name,kind,phone,grade", "-o", file]);
        let report = place.json(&["import", "customer", file, "--match", "external_id"]);
        assert_eq!((&report["unchanged"], &report["rejected"]), (&4.into(), &0.into()), "{format}");
    }
    let template = place.path().join("template.xlsx");
    place.ok(&["template", "customer", "-o", template.to_str().unwrap()]);
    assert!(std::fs::read(template).unwrap().starts_with(b"PK"));
}

#[test]
fn text_that_a_spreadsheet_would_run_is_made_harmless() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let file = place.path().join("evil.jsonl");
    std::fs::write(&file, "{\"external_id\":\"E1\",\"name\":\"=cmd|' /C calc'!A0\",\"kind\":\"company\"}\n")
        .unwrap();
    place.ok(&["import", "customer", file.to_str().unwrap(), "--match", "external_id"]);
    let out = place.path().join("out.csv");
    place.ok(&["export", "customer", "--fields", "external_id,name", "-o", out.to_str().unwrap()]);
    assert!(std::fs::read_to_string(&out).unwrap().contains("'=cmd"));
    let report = place.json(&["import", "customer", out.to_str().unwrap(), "--match", "external_id"]);
    assert_eq!(report["unchanged"], 1);
}

#[test]
fn a_trial_changes_nothing_and_finds_what_rules_refuse() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let file = place.path().join("one.csv");
    std::fs::write(&file, "external_id,name,kind\nT1,甲公司,company\n").unwrap();
    let path = file.to_str().unwrap();
    let report = place.json(&["import", "customer", path, "--match", "external_id", "--dry-run"]);
    assert_eq!((&report["created"], &report["applied"]), (&1.into(), &false.into()));
    assert!(place.export("customer", "name").is_empty());
}

#[test]
fn the_doctor_finds_a_new_set_sound() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let findings = place.json(&["doctor"]);
    let wrong: Vec<_> =
        findings.as_array().unwrap().iter().filter(|f| f["ok"] != true && f["name"] != "space").collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn the_doctor_names_stray_files_and_the_last_proof() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let finding = |name: &str| {
        let output = place.run(&["doctor", "--format", "json"]);
        let findings: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        findings.as_array().unwrap().iter().find(|finding| finding["name"] == name).unwrap().clone()
    };
    let safety = finding("safety");
    assert_eq!(safety["ok"], true, "{safety}");
    for promise in ["journal_mode = wal", "synchronous = 2", "foreign_keys = 1", "sqlite = 3."] {
        assert!(safety["detail"].as_str().unwrap().contains(promise), "{safety}");
    }
    assert_eq!(finding("files")["ok"], true);
    assert!(finding("backup")["detail"].as_str().unwrap().contains("No backup was proved yet"));
    let files = place.path().join("data/sets/main/1/files");
    std::fs::create_dir_all(&files).unwrap();
    std::fs::write(files.join("notes.txt"), "left here").unwrap();
    let found = finding("files");
    assert!(found["ok"] == false && found["detail"].as_str().unwrap().contains("notes.txt"), "{found}");
    refused(&place.run(&["doctor"]));
    place.ok(&["job", "run", "backup.verify"]);
    assert!(finding("backup")["detail"].as_str().unwrap().contains("Last proved: 20"));
}

/// The machine of the tests has a Chinese font, because the browser stories need one.
#[test]
fn a_report_is_drawn_as_a_picture() {
    let place = Place::sqlite();
    place.ok(&["set", "create", "main"]);
    let file = place.path().join("customers.csv");
    std::fs::write(&file, "external_id,name,grade\n1,\u{534e}\u{4e3a},ordinary\n").unwrap();
    place.ok(&["import", "customer", file.to_str().unwrap(), "--match", "external_id"]);
    let out = place.path().join("composition.png");
    place.ok(&["report", "composition", "--format", "png", "-o", out.to_str().unwrap()]);
    let png = std::fs::read(&out).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!(u32::from_be_bytes(png[16..20].try_into().unwrap()), 1920, "twice as wide as it is drawn");
    // Redirected, it is the same picture.
    assert_eq!(place.run(&["report", "composition", "--format", "png"]).stdout, png);
    let wrong = place.run(&["report", "composition", "--format", "json", "-o", out.to_str().unwrap()]);
    assert_eq!(wrong.status.code(), Some(2));
}
