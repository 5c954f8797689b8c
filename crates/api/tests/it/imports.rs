//! An import as a job: sent, followed, asked for again, undone.

use crate::world::{Answer, World, issues};
use serde_json::{Value as Json, json};
use std::time::Duration;

const FILE: &str = "name,external_id,owner.login\n东山商行,N1,li\n西山商行,N2,li\n";

fn form(fields: &[(&str, &str)], file: Option<&str>) -> String {
    let mut body = String::new();
    for (name, value) in fields {
        body += &format!("--gx\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
    }
    if let Some(file) = file {
        body += &format!(
            "--gx\r\nContent-Disposition: form-data; name=\"file\"; filename=\"名单.csv\"\r\n\
             Content-Type: text/csv\r\n\r\n{file}\r\n"
        );
    }
    body + "--gx--\r\n"
}

fn send(world: &World, who: &str, key: &str, fields: &[(&str, &str)], file: Option<&str>) -> Answer {
    let headers = [("content-type", "multipart/form-data; boundary=gx"), ("idempotency-key", key)];
    world.call(who, "POST", "/imports", &headers, &form(fields, file))
}

fn ended(world: &World, who: &str, id: &str) -> Json {
    for _ in 0..600 {
        let import = world.get(who, &format!("/imports/{id}")).expect(200);
        if !matches!(import["state"].as_str(), Some("judging" | "applying" | "undoing")) {
            return import;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("the import does not end");
}

fn total(world: &World) -> Json {
    world.get("manager", "/customer?count=true").expect(200)["total"].clone()
}

#[test]
fn a_file_is_imported_as_a_job_and_undone() {
    let world = World::new();
    let fields = [("object", "customer"), ("match", "external_id")];
    let begun = send(&world, "manager", "first", &fields, Some(FILE));
    let id = begun.expect(202)["id"].as_str().unwrap().to_owned();
    assert_eq!(begun.header("location"), format!("/api/v1/imports/{id}"));
    let import = ended(&world, "manager", &id);
    assert_eq!(
        (&import["state"], &import["created"], &import["rows"], &import["file_name"]),
        (&json!("done"), &json!(2), &json!(2), &json!("名单.csv"))
    );
    assert_eq!(import["created_by"]["title"], "陈主管");
    assert_eq!(total(&world), 2);

    let repeat = send(&world, "manager", "first", &fields, Some(FILE)).expect(202);
    assert_eq!(repeat["id"], json!(id), "the same key is the same import");
    let list = world.get("manager", "/imports?object=customer").expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let second = send(&world, "manager", "second", &fields, Some(FILE)).expect(202);
    let second = ended(&world, "manager", second["id"].as_str().unwrap());
    assert_eq!((&second["unchanged"], &second["created"]), (&json!(2), &json!(0)), "nothing changes");
    let page = world.get("manager", "/imports?limit=1").expect(200);
    let rest = world.get("manager", &format!("/imports?cursor={}", page["next_cursor"].as_str().unwrap()));
    assert_eq!(rest.expect(200)["items"][0]["id"], json!(id));

    for who in ["li", "wang"] {
        world.get(who, &format!("/imports/{id}")).expect(404);
        world.post(who, &format!("/imports/{id}/undo"), &json!({})).expect(404);
    }
    let undone = world.post("manager", &format!("/imports/{id}/undo"), &json!({})).expect(200);
    assert_eq!(undone["state"], "undone");
    assert_eq!(undone["undone"], json!({ "erased": 2, "restored": 0, "left": 0, "records": [] }));
    assert_eq!(total(&world), 0);
    let again = world.post("manager", &format!("/imports/{id}/undo"), &json!({})).expect(200);
    assert_eq!(again, undone);
}

#[test]
fn rows_come_in_as_json_and_what_stays_is_named() {
    let world = World::new();
    let body = json!({ "object": "customer", "rows": [
        { "name": "一号", "owner.login": "li" }, { "name": "二号", "owner.login": "li" },
    ] });
    let trial = {
        let mut body = body.clone();
        body["dry_run"] = json!(true);
        world.post("manager", "/imports", &body).expect(200)
    };
    assert_eq!(
        (&trial["state"], &trial["created"], &trial["id"]),
        (&json!("judged"), &json!(2), &Json::Null)
    );
    assert_eq!(total(&world), 0, "a trial changes nothing");
    let id = world.post("manager", "/imports", &body).expect(202)["id"].as_str().unwrap().to_owned();
    assert_eq!(ended(&world, "manager", &id)["state"], "done");
    let one = world.get("manager", "/customer?q=一号").expect(200)["items"][0].clone();
    let path = format!("/customer/{}", one["id"].as_str().unwrap());
    world.patch("manager", &path, &json!({ "version": one["version"], "name": "一号改" })).expect(200);
    let undone = world.post("manager", &format!("/imports/{id}/undo"), &json!({})).expect(200);
    assert_eq!(undone["undone"]["erased"], 1);
    let left = &undone["undone"]["records"][0];
    assert_eq!(
        (&left["id"], &left["why"], &left["title"]),
        (&one["id"], &json!("changed"), &json!("一号改"))
    );
}

#[test]
fn rejected_rows_can_be_fetched_with_their_reasons() {
    let world = World::new();
    let file = "name,phone\n好的,13800000001\n,13800000002\n";
    let id = send(&world, "manager", "k", &[("object", "customer")], Some(file)).expect(202)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let import = ended(&world, "manager", &id);
    assert_eq!((&import["state"], &import["rejected"]), (&json!("failed"), &json!(1)));
    assert_eq!(
        (&import["problems"][0]["line"], &import["problems"][0]["field"]),
        (&json!(3), &json!("name"))
    );
    let rejects = world.get("manager", import["rejects"].as_str().unwrap());
    assert_eq!(rejects.status, 200);
    assert!(
        rejects.text.contains("13800000002") && !rejects.text.contains("13800000001"),
        "{}",
        rejects.text
    );
    world.get("wang", import["rejects"].as_str().unwrap()).expect(404);
}

#[test]
fn what_cannot_be_imported_is_said_at_once() {
    let world = World::new();
    let wrong = json!({ "on_duplicate": "merge", "map": 3, "dry_run": "perhaps", "more": 1 });
    let problem = world.post("manager", "/imports", &wrong).expect(422);
    assert_eq!(
        issues(&problem),
        [
            "dry_run format",
            "file required",
            "map format",
            "more unknown",
            "object required",
            "on_duplicate choice"
        ]
    );
    send(&world, "li", "k", &[("object", "customer")], Some(FILE)).expect(403);
    let unknown = [("object", "customer"), ("match", "shoe_size")];
    send(&world, "manager", "k2", &unknown, Some(FILE)).expect(400);
    send(&world, "manager", "k3", &[("object", "nothing")], Some(FILE)).expect(404);
}
