//! What keeps a large customer base true: the duplicate check, merging and its undoing, the search through the
//! whole set, and the nights of the pools.

use super::{Bench, CLIENTS, Figures, Goal, Served, http::Client, name, phone};
use serde_json::{Value as Json, json};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::Instant,
};

/// Rows that move with a merge.
const LINKED: u64 = 10_000;
/// Duplicate checks, counted rather than timed because one person may ask 120 times a minute.
const QUESTIONS: u64 = 100;

impl Bench {
    /// Whether what is typed into a form is there already.
    pub(super) fn checks(&self, served: &Served, figures: &mut Figures) {
        let api = format!("Authorization: Bearer {}\r\n", served.key);
        let mut client = Client::connect(served.address, &api).expect("the server listens");
        // Half of the questions are about customers that are there, half about newcomers.
        let mut check = |n: u64| {
            let known = n.wrapping_mul(7919) % self.customers.max(1);
            let called =
                if n.is_multiple_of(2) { format!("{}{known}", name(known)) } else { name(n + 500_000) };
            let body = json!({ "name": called, "phone": phone(known * (n % 2)) }).to_string();
            let began = Instant::now();
            let (status, answer) =
                client.call("POST", "/api/v1/customer/duplicates", "", &body).expect("an answer");
            assert_eq!(status, 200, "{answer}");
            began.elapsed().as_secs_f64() * 1e3
        };
        let mut times: Vec<f64> = (0..QUESTIONS).map(&mut check).collect();
        times.sort_by(f64::total_cmp);
        let p95 = times[(times.len() - 1) * 95 / 100];
        figures.add("duplicate check, p95", p95, "ms", Goal::AtMost(50.0), None);
    }

    /// Two that are one become one, and two again.
    pub(super) fn merges(&self, served: &Served, figures: &mut Figures) {
        let api = format!("Authorization: Bearer {}\r\n", served.key);
        let mut client = Client::connect(served.address, &api).expect("the server listens");
        let run = std::process::id();
        let mut make = |what: &str| {
            let body = json!({ "name": format!("Merged {what} {run}"), "kind": "company" }).to_string();
            let path = "/api/v1/customer?allow_duplicate=true";
            let (status, answer) = client.call("POST", path, "", &body).expect("an answer");
            assert!((200..300).contains(&status), "{status} {answer}");
            let made: Json = serde_json::from_str(&answer).expect("JSON");
            made["id"].as_str().map_or_else(|| made["id"].to_string(), str::to_owned)
        };
        let (main, loser) = (make("main"), make("loser"));
        order(served, &api, &loser);
        let mut act = |verb: &str, body: Json| {
            let began = Instant::now();
            let path = format!("/api/v1/customer/{main}/{verb}");
            let (status, answer) = client.call("POST", &path, "", &body.to_string()).expect("an answer");
            assert!((200..300).contains(&status), "{verb}: {status} {answer}");
            began.elapsed().as_secs_f64()
        };
        let merged = act("merge", json!({ "losers": [loser] }));
        let undone = act("unmerge", json!({}));
        figures.add("merge of two customers with 10,000 orders", merged, "s", Goal::AtMost(1.0), None);
        figures.add("undoing that merge", undone, "s", Goal::AtMost(1.0), None);
    }

    /// What runs at night, without the server.
    pub(super) fn nights(&self, figures: &mut Figures) {
        let (seconds, most) = self.watch(&["job", "run", "duplicates.find"]);
        figures.add("search of all customers for duplicates", seconds, "s", Goal::AtMost(120.0), None);
        figures.add("memory of that search, most", most, "MiB", Goal::AtMost(1024.0), None);
        let (seconds, most) = self.watch(&["job", "run", "grade.review"]);
        figures.add("review of all customers' grades", seconds, "s", Goal::None, None);
        figures.add("memory of that review, most", most, "MiB", Goal::AtMost(250.0), None);
        self.open_pool();
        let (seconds, _) = self.watch(&["job", "run", "pool.recycle"]);
        figures.add("dates of recycling of all customers, after a new rule", seconds, "s", Goal::None, None);
        let (seconds, _) = self.watch(&["job", "run", "pool.recycle"]);
        figures.add("recycling scan of all customers", seconds, "s", Goal::AtMost(10.0), None);
        let (seconds, _) = self.watch(&["job", "run", "cleansing.review"]);
        figures.add("nightly check of all customers' data", seconds, "s", Goal::None, None);
    }

    /// A pool whose clock runs for every owner.
    fn open_pool(&self) {
        let login = format!("pools{}", std::process::id());
        self.run(&["user", "add", &login, "--name", "Pools", "--department", "Bench", "--role", "admin"]);
        let key = self.run(&["key", "create", "--user", &login, "--name", "bench"]).trim().to_owned();
        let (mut child, address, _) = self.spawn();
        let api = format!("Authorization: Bearer {key}\r\n");
        let mut client = Client::connect(address, &api).expect("the server listens");
        let mut post = |path: &str, body: Json| -> Json {
            let (status, answer) = client.call("POST", path, "", &body.to_string()).expect("an answer");
            assert!((200..300).contains(&status), "{path}: {status} {answer}");
            serde_json::from_str(&answer).expect("JSON")
        };
        // Every customer has orders, and none is to be spared for them.
        let pool = json!({ "name": login, "recycles": true, "follow_up_days": 180, "spare_dealt": false });
        let pool = post("/api/v1/pool", pool);
        post("/api/v1/pool_member", json!({ "pool": pool["id"], "role": "account_manager" }));
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// Gives a customer its orders.
fn order(served: &Served, api: &str, customer: &str) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                let mut client = Client::connect(served.address, api).expect("the server listens");
                while next.fetch_add(1, Ordering::Relaxed) < LINKED {
                    let body = json!({ "customer": customer, "ordered_on": "2026-01-31", "total": "12.00" });
                    let (status, answer) =
                        client.call("POST", "/api/v1/order", "", &body.to_string()).expect("an answer");
                    assert!((200..300).contains(&status), "{status} {answer}");
                }
            });
        }
    });
}
