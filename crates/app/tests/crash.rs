//! The program is killed a hundred times in the middle of work. Whatever it answered with success is there
//! afterwards, exactly once; whatever it did not answer is there once after it is asked again under the same key.
//!
//! `GUANXI_CRASH_KILLS` and `GUANXI_CRASH_SEED` say how often and in which order.

#![expect(clippy::unwrap_used, reason = "a test fails where it stands")]

#[path = "http/mod.rs"]
mod http;

use http::{Client, free_port};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const CLIENTS: usize = 6;

struct Program {
    data: tempfile::TempDir,
    key: String,
}

impl Program {
    fn new() -> Program {
        let mut program = Program { data: tempfile::tempdir().unwrap(), key: String::new() };
        program.run(&["set", "create", "main"]);
        program.run(&[
            "user",
            "add",
            "boss",
            "--name",
            "Boss",
            "--role",
            "sales_manager",
            "--department",
            "Sales",
        ]);
        program.key = program.run(&["key", "create", "--user", "boss", "--name", "crash"]).trim().to_owned();
        program
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        command
            .args(arguments)
            .arg("--data")
            .arg(self.data.path())
            .env_remove("GUANXI_DATABASE")
            .env("LANG", "en");
        command
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().unwrap();
        let problems = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "guanxi {} failed: {problems}", arguments.join(" "));
        String::from_utf8(output.stdout).unwrap()
    }

    fn serve(&self) -> (Child, SocketAddr) {
        let address = free_port();
        let mut child = self
            .command(&["serve", "--listen", &address.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            let answer =
                Client::connect(address, "").and_then(|mut client| client.call("GET", "/readyz", "", ""));
            if answer.is_ok_and(|(status, _)| status == 200) {
                return (child, address);
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
        panic!("the program did not come up again");
    }

    fn client(&self, address: SocketAddr) -> std::io::Result<Client> {
        Client::connect(address, &format!("Authorization: Bearer {}\r\n", self.key))
    }
}

/// An import of thirty batches, killed again and again while it writes.
#[test]
fn an_import_that_was_killed_leaves_nothing() {
    let program = Program::new();
    let file = program.data.path().join("customers.csv");
    let rows: Vec<String> = (0..30_000).map(|n| format!("{n:06},Customer {n}")).collect();
    std::fs::write(&file, format!("external_id,name\n000000,Known\n{}\n", rows[1..].join("\n"))).unwrap();
    let known = program.data.path().join("known.csv");
    std::fs::write(&known, "external_id,name\n000000,As it was\n").unwrap();
    let (file, known) = (file.to_str().unwrap(), known.to_str().unwrap());
    program.run(&["import", "customer", known, "--match", "external_id"]);
    let export = || {
        let out = program.data.path().join("out.jsonl");
        program.run(&["export", "customer", "--keys", "-o", out.to_str().unwrap()]);
        let text = std::fs::read_to_string(out).unwrap();
        let mut rows: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for row in &mut rows {
            let row = row.as_object_mut().unwrap();
            row.retain(|name, _| !matches!(name.as_str(), "version" | "updated_at" | "updated_by"));
        }
        rows
    };
    let before = export();
    assert_eq!(before.len(), 1);
    let mut killed = 0;
    for round in 0..3 {
        let mut child = program
            .command(&["import", "customer", file, "--match", "external_id"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Killed when it has written some batches; another look at the file of the set would disturb nothing, but
        // the write-ahead log says it without opening the set.
        let log = program.data.path().join("sets/main/1/guanxi.sqlite-wal");
        let deadline = Instant::now() + Duration::from_secs(120);
        let size = || std::fs::metadata(&log).map_or(0, |log| log.len());
        let start = size();
        while size() < start.max(1 << 20) + (2 << 20) * (round + 1) && child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "the import writes nothing");
            thread::sleep(Duration::from_millis(2));
        }
        if child.try_wait().unwrap().is_none() {
            child.kill().unwrap();
            killed += 1;
        }
        child.wait().unwrap();
        assert_eq!(export(), before, "round {round}");
    }
    assert!(killed > 0, "no import was caught in the act");
    let list: Json = serde_json::from_str(&program.run(&["import", "--list", "--format", "json"])).unwrap();
    let interrupted = list.as_array().unwrap().iter().filter(|line| line["state"] == "interrupted").count();
    assert_eq!(interrupted, killed);
    let report = program.run(&["import", "customer", file, "--match", "external_id", "--format", "json"]);
    let report: Json = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["created"], &report["updated"]), (&json!(29_999), &json!(1)));
    let id = report["import"].as_str().unwrap().to_owned();
    program.run(&["import", "--undo", &id]);
    assert_eq!(export(), before);
}

/// What one client has been promised, and what it does not know.
#[derive(Default)]
struct Worker {
    number: usize,
    customer: Option<(String, i64)>,
    /// A request without an answer: it is sent again, unchanged, before anything else.
    open: Option<Request>,
    sent: u64,
    /// Orders acknowledged, by the note that only they carry: id and amount, or none once deleted.
    orders: BTreeMap<String, Option<(String, u64)>>,
    /// The last text acknowledged on the customer.
    address: Option<String>,
    unanswered: u64,
}

#[derive(Clone)]
enum Request {
    Customer { key: String },
    Order { key: String, note: String, fen: u64 },
    Address { text: String },
    Delete { note: String, id: String },
}

impl Worker {
    /// Works until the program dies.
    fn work(&mut self, program: &Program, address: SocketAddr) {
        let Ok(mut client) = program.client(address) else { return };
        loop {
            let request = self.open.clone().unwrap_or_else(|| self.next());
            let again = self.open.replace(request.clone()).is_some();
            if self.send(&mut client, &request, again).is_err() {
                self.unanswered += 1;
                return;
            }
            self.open = None;
        }
    }

    fn next(&mut self) -> Request {
        self.sent += 1;
        let key = format!("w{}-{}", self.number, self.sent);
        if self.customer.is_none() {
            return Request::Customer { key };
        }
        match self.sent % 5 {
            0 => Request::Address { text: key },
            1 if self.sent % 10 == 1 => {
                match self.orders.iter().find_map(|(note, order)| Some((note, order.as_ref()?))) {
                    Some((note, (id, _))) => Request::Delete { note: note.clone(), id: id.clone() },
                    None => Request::Order { note: key.clone(), key, fen: 1 },
                }
            }
            _ => Request::Order { note: key.clone(), key, fen: self.sent * 7 + 1 },
        }
    }

    fn send(&mut self, client: &mut Client, request: &Request, again: bool) -> std::io::Result<()> {
        let keyed = |key: &str| format!("Idempotency-Key: {key}\r\n");
        let yuan = |fen: u64| format!("{}.{:02}", fen / 100, fen % 100);
        match request {
            Request::Customer { key } => {
                let body = json!({ "name": format!("Customer of worker {}", self.number), "kind": "person" });
                let (status, body) =
                    client.call("POST", "/api/v1/customer", &keyed(key), &body.to_string())?;
                assert!(status == 201 || status == 200, "{status} {body}");
                let made: Json = serde_json::from_str(&body).unwrap();
                self.customer =
                    Some((made["id"].as_str().unwrap().to_owned(), made["version"].as_i64().unwrap()));
            }
            Request::Order { key, note, fen } => {
                let customer = &self.customer.as_ref().unwrap().0;
                let body = json!({ "customer": customer, "ordered_on": "2026-01-31", "total": yuan(*fen), "note": note });
                let (status, body) = client.call("POST", "/api/v1/order", &keyed(key), &body.to_string())?;
                assert!(status == 201 || status == 200, "{status} {body}");
                let made: Json = serde_json::from_str(&body).unwrap();
                self.orders.insert(note.clone(), Some((made["id"].as_str().unwrap().to_owned(), *fen)));
            }
            Request::Address { text } => {
                let id = self.customer.as_ref().unwrap().0.clone();
                let path = format!("/api/v1/customer/{id}");
                let (_, body) = client.call("GET", &path, "", "")?;
                let now: Json = serde_json::from_str(&body).unwrap();
                if now["address"] != text.as_str() {
                    let body = json!({ "version": now["version"], "address": text }).to_string();
                    let (status, body) = client.call("PATCH", &path, "", &body)?;
                    assert_eq!(status, 200, "{body}");
                }
                self.address = Some(text.clone());
            }
            Request::Delete { note, id } => {
                let path = format!("/api/v1/order/{id}");
                let (status, body) = client.call("GET", &path, "", "")?;
                if status == 200 {
                    let now: Json = serde_json::from_str(&body).unwrap();
                    let body = json!({ "version": now["version"] }).to_string();
                    let (status, body) = client.call("DELETE", &path, "", &body)?;
                    assert!(status == 200 || status == 204, "{status} {body}");
                } else {
                    assert!(again, "an acknowledged order is gone: {status} {body}");
                }
                self.orders.insert(note.clone(), None);
            }
        }
        Ok(())
    }
}

fn export(program: &Program, object: &str, fields: &str) -> Vec<Json> {
    let file = program.data.path().join("out.jsonl");
    program.run(&["export", object, "--fields", fields, "-o", file.to_str().unwrap()]);
    lines(&file)
}

fn lines(file: &Path) -> Vec<Json> {
    std::fs::read_to_string(file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn what_was_acknowledged_survives_a_hundred_kills() {
    let (kills, mut seed) = (number("GUANXI_CRASH_KILLS", 100), number("GUANXI_CRASH_SEED", 20_261_122));
    let began = Instant::now();
    let program = Program::new();
    let mut workers: Vec<Worker> =
        (0..CLIENTS).map(|number| Worker { number, ..Worker::default() }).collect();
    for _ in 0..kills {
        let (mut child, address) = program.serve();
        thread::scope(|scope| {
            let running: Vec<_> =
                workers.iter_mut().map(|worker| scope.spawn(|| worker.work(&program, address))).collect();
            // From three to three hundred milliseconds, by a generator that can be repeated.
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            thread::sleep(Duration::from_millis(3 + (seed >> 33) % 298));
            child.kill().unwrap();
            child.wait().unwrap();
            for worker in running {
                worker.join().unwrap();
            }
        });
    }
    // One more start, in which every open request gets its answer.
    let (mut child, address) = program.serve();
    for worker in &mut workers {
        let mut client = program.client(address).unwrap();
        if let Some(open) = worker.open.take() {
            worker.send(&mut client, &open, true).unwrap();
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let mut found: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for order in export(&program, "order", "id,note,total") {
        let amount = order["total"]["amount"].as_str().unwrap().replace('.', "").parse().unwrap();
        let note = order["note"].as_str().unwrap().to_owned();
        found.entry(note).or_default().push((order["id"].as_str().unwrap().to_owned(), amount));
    }
    let mut promised: BTreeMap<String, Vec<(String, u64)>> = BTreeMap::new();
    for (note, order) in workers.iter().flat_map(|worker| &worker.orders) {
        if let Some(order) = order {
            promised.insert(note.clone(), vec![order.clone()]);
        }
    }
    let (kept, open): (usize, u64) = (promised.len(), workers.iter().map(|worker| worker.unanswered).sum());
    assert!(
        kept > 100 && open > 0,
        "nothing was interrupted, so nothing was proved: {kept} kept, {open} open"
    );
    assert!(found == promised, "what is stored differs from what was acknowledged");

    let customers: BTreeMap<String, Json> =
        export(&program, "customer", "id,address,order_count,order_total")
            .into_iter()
            .map(|customer| (customer["id"].as_str().unwrap().to_owned(), customer))
            .collect();
    assert_eq!(customers.len(), CLIENTS, "each worker made one customer, whatever happened");
    for worker in &workers {
        let customer = &customers[&worker.customer.as_ref().unwrap().0];
        assert_eq!(customer["address"].as_str(), worker.address.as_deref());
        let orders: Vec<u64> = worker.orders.values().flatten().map(|(_, fen)| *fen).collect();
        assert_eq!(customer["order_count"], orders.len());
        let total: u64 =
            customer["order_total"]["amount"].as_str().unwrap().replace('.', "").parse().unwrap();
        assert_eq!(total, orders.iter().sum::<u64>());
    }
    let findings: Json = serde_json::from_str(&program.run(&["doctor", "--format", "json"])).unwrap();
    assert!(findings.as_array().unwrap().iter().all(|finding| finding["ok"] == true), "{findings}");
    let seconds = began.elapsed().as_secs();
    eprintln!(
        "{kills} kills in {seconds} s: {kept} orders kept, {open} requests interrupted, none lost, none doubled"
    );
}
