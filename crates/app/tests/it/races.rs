//! Twenty clients want the same thing at the same instant. One gets it, the others are told so, on both engines.
//!
//! `GUANXI_RACE_ROUNDS` says how often each race is run (100).

use crate::{
    http::{Client, free_port},
    program::Place,
};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    net::SocketAddr,
    process::{Child, Stdio},
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

const CLIENTS: usize = 20;

fn rounds() -> usize {
    std::env::var("GUANXI_RACE_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}

struct Served<'p> {
    child: Child,
    address: SocketAddr,
    headers: String,
    administrator: String,
    place: &'p Place,
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl<'p> Served<'p> {
    fn on(place: &'p Place) -> Served<'p> {
        place.ok(&["set", "create", place.set()]);
        place.ok(&[
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
        let key = place.ok(&["key", "create", "--user", "boss", "--name", "race"]);
        place.ok(&["user", "add", "root", "--name", "Root", "--role", "admin"]);
        let administrator = place.ok(&["key", "create", "--user", "root", "--name", "race"]);
        let bearer = |key: &str| format!("Authorization: Bearer {}\r\n", key.trim());
        let address = free_port();
        let mut command = place.command(&["serve", "--listen", &address.to_string()]);
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let (headers, administrator) = (bearer(&key), bearer(&administrator));
        let served = Served { child, address, headers, administrator, place };
        let deadline = Instant::now() + Duration::from_secs(30);
        while Instant::now() < deadline {
            let ready =
                Client::connect(address, "").and_then(|mut client| client.call("GET", "/readyz", "", ""));
            if ready.is_ok_and(|(status, _)| status == 200) {
                return served;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the program did not start");
    }

    /// A client of someone who may change objects.
    fn administrator(&self) -> Client {
        Client::connect(self.address, &self.administrator).unwrap()
    }

    fn client(&self) -> Client {
        Client::connect(self.address, &self.headers).unwrap()
    }

    /// So many sales managers, each by the headers of a key of their own.
    fn colleagues(&self, how_many: usize) -> Vec<String> {
        (0..how_many)
            .map(|n| {
                let login = format!("seller{n}");
                let name = format!("Seller {n}");
                self.place.ok(&[
                    "user",
                    "add",
                    &login,
                    "--name",
                    &name,
                    "--role",
                    "sales_manager",
                    "--department",
                    "Sales",
                ]);
                let key = self.place.ok(&["key", "create", "--user", &login, "--name", "race"]);
                format!("Authorization: Bearer {}\r\n", key.trim())
            })
            .collect()
    }

    /// Every client asks once, at once; the answers by status.
    fn race_once(
        &self,
        keys: &[String],
        ask: impl Fn(&mut Client, usize) -> (u16, String) + Sync,
    ) -> BTreeMap<u16, Vec<String>> {
        let start = Barrier::new(keys.len());
        let mut by_status: BTreeMap<u16, Vec<String>> = BTreeMap::new();
        let answers: Vec<(u16, String)> = thread::scope(|scope| {
            let one = |(number, key): (usize, &String)| {
                let mut client = Client::connect(self.address, key).unwrap();
                let (start, ask) = (&start, &ask);
                scope.spawn(move || {
                    start.wait();
                    ask(&mut client, number)
                })
            };
            let running: Vec<_> = keys.iter().enumerate().map(one).collect();
            running.into_iter().map(|client| client.join().unwrap()).collect()
        });
        for (status, body) in answers {
            by_status.entry(status).or_default().push(body);
        }
        by_status
    }

    /// The same in every round.
    fn race_as(
        &self,
        keys: &[String],
        ask: impl Fn(&mut Client, usize, usize) -> (u16, String) + Sync,
    ) -> Vec<BTreeMap<u16, Vec<String>>> {
        (0..rounds()).map(|round| self.race_once(keys, |client, number| ask(client, round, number))).collect()
    }

    /// Every client asks at once, in every round; the answers of each round by status.
    fn race(
        &self,
        ask: impl Fn(&mut Client, usize, usize) -> (u16, String) + Sync,
    ) -> Vec<BTreeMap<u16, Vec<String>>> {
        let start = Barrier::new(CLIENTS);
        let answers: Vec<Vec<(u16, String)>> = thread::scope(|scope| {
            let one = |number: usize| {
                let mut client = self.client();
                let (start, ask) = (&start, &ask);
                move || {
                    (0..rounds())
                        .map(|round| {
                            start.wait();
                            ask(&mut client, round, number)
                        })
                        .collect()
                }
            };
            let running: Vec<_> = (0..CLIENTS).map(|number| scope.spawn(one(number))).collect();
            running.into_iter().map(|client| client.join().unwrap()).collect()
        });
        let mut by_round: Vec<BTreeMap<u16, Vec<String>>> = (0..rounds()).map(|_| BTreeMap::new()).collect();
        for (round, (status, body)) in answers.into_iter().flat_map(|answers| answers.into_iter().enumerate())
        {
            by_round[round].entry(status).or_default().push(body);
        }
        by_round
    }
}

fn shape(answers: &BTreeMap<u16, Vec<String>>) -> Vec<(u16, usize)> {
    answers.iter().map(|(status, bodies)| (*status, bodies.len())).collect()
}

fn everywhere(name: &str, story: fn(&Served<'_>)) {
    story(&Served::on(&Place::sqlite()));
    if let Some(place) = Place::postgres(name) {
        story(&Served::on(&place));
    }
}

#[test]
fn one_number_is_given_to_one_customer() {
    everywhere("race_unique", |served| {
        let answers = served.race(|client, round, number| {
            let body = json!({ "name": format!("R{round}-{number}-{}", number * 7919), "kind": "person", "external_id": format!("E{round}") });
            client.call("POST", "/api/v1/customer", "", &body.to_string()).unwrap()
        });
        for answers in answers {
            assert_eq!(answers.get(&201).map(Vec::len), Some(1), "{:?}", shape(&answers));
            let refused: usize =
                [409, 422].iter().filter_map(|status| answers.get(status)).map(Vec::len).sum();
            assert_eq!(refused, CLIENTS - 1, "{:?}", shape(&answers));
        }
    });
}

/// A phone that the site declared unique: the late check of a form is no guard, the database is.
#[test]
fn one_unique_phone_leaves_one_customer() {
    everywhere("race_phone", |served| {
        let mut admin = served.administrator();
        let unique = json!({ "unique": true }).to_string();
        let (status, body) =
            admin.call("PATCH", "/api/v1/objects/customer/fields/phone", "", &unique).unwrap();
        assert_eq!(status, 200, "{body}");
        let phone = |round: usize| format!("138{round:08}");
        let answers = served.race(|client, round, number| {
            // Each writes the number in a way of their own, and insists that it is no duplicate.
            let phone = phone(round);
            let phone = match number % 3 {
                0 => phone,
                1 => format!("+86 {} {}", &phone[..3], &phone[3..]),
                _ => format!("{}-{}-{}", &phone[..3], &phone[3..7], &phone[7..]),
            };
            let body = json!({ "name": format!("P{round}-{number}"), "kind": "person", "phone": phone });
            client.call("POST", "/api/v1/customer?allow_duplicate=true", "", &body.to_string()).unwrap()
        });
        for answers in answers {
            assert_eq!(shape(&answers), [(201, 1), (422, CLIENTS - 1)]);
        }
        let mut client = served.client();
        let (_, body) = client.call("GET", "/api/v1/customer?limit=1&count=true", "", "").unwrap();
        assert_eq!(serde_json::from_str::<Json>(&body).unwrap()["total"], rounds());
    });
}

/// Not unique, only a likely duplicate: of twenty who were told of none, one may be first.
#[test]
fn one_of_twenty_equal_names_is_made_without_a_warning() {
    everywhere("race_name", |served| {
        let answers = served.race(|client, round, _| {
            let body = json!({ "name": format!("Race {round} Ltd."), "kind": "company" }).to_string();
            let mut answer = client.call("POST", "/api/v1/customer", "", &body).unwrap();
            // The server may ask to try again when it cannot tell who was first.
            while answer.0 == 503 {
                answer = client.call("POST", "/api/v1/customer", "", &body).unwrap();
            }
            answer
        });
        for answers in answers {
            assert_eq!(shape(&answers), [(201, 1), (409, CLIENTS - 1)]);
        }
    });
}

#[test]
fn one_change_of_a_version_wins() {
    everywhere("race_version", |served| {
        let mut client = served.client();
        let body = json!({ "name": "One of many", "kind": "person" }).to_string();
        let (status, body) = client.call("POST", "/api/v1/customer", "", &body).unwrap();
        assert_eq!(status, 201, "{body}");
        let made: Json = serde_json::from_str(&body).unwrap();
        let path = format!("/api/v1/customer/{}", made["id"].as_str().unwrap());
        let first = made["version"].as_i64().unwrap();
        let answers = served.race(|client, round, number| {
            let version = first + i64::try_from(round).unwrap();
            let body = json!({ "version": version, "address": format!("{round}/{number}") });
            client.call("PATCH", &path, "", &body.to_string()).unwrap()
        });
        for answers in answers {
            assert_eq!(shape(&answers), [(200, 1), (409, CLIENTS - 1)]);
        }
    });
}

#[test]
fn one_key_has_one_effect() {
    everywhere("race_key", |served| {
        let mut client = served.client();
        let body = json!({ "name": "Buyer", "kind": "person" }).to_string();
        let (_, body) = client.call("POST", "/api/v1/customer", "", &body).unwrap();
        let customer = serde_json::from_str::<Json>(&body).unwrap()["id"].clone();
        let answers = served.race(|client, round, _| {
            let body = json!({ "customer": customer, "ordered_on": "2026-01-31", "total": "1.00" });
            let key = format!("Idempotency-Key: round-{round}\r\n");
            let mut answer = client.call("POST", "/api/v1/order", &key, &body.to_string()).unwrap();
            // One that is still at work says so; the answer is there for whoever asks again.
            while answer.0 == 409 {
                answer = client.call("POST", "/api/v1/order", &key, &body.to_string()).unwrap();
            }
            answer
        });
        for answers in answers {
            let bodies: Vec<&String> = answers.values().flatten().collect();
            assert!(answers.keys().all(|status| matches!(status, 200 | 201)), "{:?}", shape(&answers));
            assert!(bodies.iter().all(|body| *body == bodies[0]), "the same key was answered in two ways");
        }
        let path = format!("/api/v1/customer/{}", customer.as_str().unwrap());
        let (_, body) = client.call("GET", &path, "", "").unwrap();
        assert_eq!(serde_json::from_str::<Json>(&body).unwrap()["order_count"], rounds());
        let other = json!({ "customer": customer, "ordered_on": "2026-01-31", "total": "2.00" }).to_string();
        let (status, body) =
            client.call("POST", "/api/v1/order", "Idempotency-Key: round-0\r\n", &other).unwrap();
        assert_eq!(status, 422, "{body}");
    });
}

/// Customers that lie in a pool of which the caller is a member: the pool's id, and theirs.
fn pooled(served: &Served<'_>, how_many: usize, settings: Json) -> (String, Vec<String>) {
    let mut client = served.client();
    let mut administrator = Client::connect(served.address, &served.administrator).unwrap();
    let post = |client: &mut Client, path: &str, body: &Json| -> Json {
        let (status, answer) = client.call("POST", path, "", &body.to_string()).unwrap();
        assert!(matches!(status, 200 | 201), "{path}: {status} {answer}");
        serde_json::from_str(&answer).unwrap()
    };
    let pool = post(&mut administrator, "/api/v1/pool", &settings)["id"].as_str().unwrap().to_owned();
    post(&mut administrator, "/api/v1/pool_member", &json!({ "pool": pool, "role": "sales_manager" }));
    let mut made = |path: &str, body: &Json| post(&mut client, path, body);
    let customers = (0..how_many)
        .map(|n| {
            let body = json!({ "name": format!("P{n}-{}", n * 7919), "kind": "person" });
            let id = made("/api/v1/customer", &body)["id"].as_str().unwrap().to_owned();
            made(&format!("/api/v1/customer/{id}/release"), &json!({ "reason": "other", "pool": pool }));
            id
        })
        .collect();
    (pool, customers)
}

fn count(served: &Served<'_>, object: &str, filter: &str) -> u64 {
    let mut client = served.client();
    let body = json!({ "filter": filter, "measures": [{ "fn": "count" }] }).to_string();
    let (status, body) = client.call("POST", &format!("/api/v1/{object}/aggregate"), "", &body).unwrap();
    assert_eq!(status, 200, "{body}");
    let answer: Json = serde_json::from_str(&body).unwrap();
    answer["items"][0]["count"].as_u64().unwrap_or_default()
}

#[test]
fn one_customer_of_a_pool_is_claimed_by_one() {
    everywhere("race_claim", |served| {
        let (pool, customers) = pooled(served, rounds(), json!({ "name": "Race" }));
        let keys = served.colleagues(CLIENTS);
        let answers = served.race_as(&keys, |client, round, _| {
            let body = json!({ "customer": customers[round] }).to_string();
            let mut answer = client.call("POST", &format!("/api/v1/pool/{pool}/claim"), "", &body).unwrap();
            // Whoever was put off by too much of a crowd asks again.
            while answer.0 == 503 {
                answer = client.call("POST", &format!("/api/v1/pool/{pool}/claim"), "", &body).unwrap();
            }
            answer
        });
        for answers in answers {
            assert_eq!(shape(&answers), [(200, 1), (422, CLIENTS - 1)], "{answers:?}");
            assert!(answers[&422].iter().all(|body| body.contains("占用") || body.contains("faster")));
        }
        assert_eq!(count(served, "owner_change", r#"kind == "claim""#), rounds() as u64, "a row for each");
    });
}

#[test]
fn neither_the_daily_limit_nor_the_quota_is_exceeded_by_a_crowd() {
    everywhere("race_limit", |served| {
        let limit = 7;
        let (pool, customers) = pooled(served, CLIENTS * 2, json!({ "name": "Race", "daily_limit": limit }));
        // Twenty clients of one person, each for a customer of its own.
        let keys = vec![served.colleagues(1).remove(0); CLIENTS];
        let ask = |client: &mut Client, customer: &str| {
            let body = json!({ "customer": customer }).to_string();
            let mut answer = client.call("POST", &format!("/api/v1/pool/{pool}/claim"), "", &body).unwrap();
            while answer.0 == 503 {
                answer = client.call("POST", &format!("/api/v1/pool/{pool}/claim"), "", &body).unwrap();
            }
            answer
        };
        let first = served.race_once(&keys, |client, number| ask(client, &customers[number]));
        assert_eq!(shape(&first), [(200, limit), (422, CLIENTS - limit)]);
        let mut client = Client::connect(served.address, &served.administrator).unwrap();
        let quota = json!({ "role": "sales_manager", "capacity": 12 }).to_string();
        let (status, body) = client.call("POST", "/api/v1/customer_quota", "", &quota).unwrap();
        assert_eq!(status, 201, "{body}");
        let path = format!("/api/v1/pool/{pool}");
        let (_, body) = client.call("GET", &path, "", "").unwrap();
        let version = serde_json::from_str::<Json>(&body).unwrap()["version"].clone();
        let free = json!({ "version": version, "daily_limit": null }).to_string();
        assert_eq!(client.call("PATCH", &path, "", &free).unwrap().0, 200);
        let then = served.race_once(&keys, |client, number| ask(client, &customers[CLIENTS + number]));
        assert_eq!(shape(&then), [(200, 12 - limit), (422, CLIENTS - 12 + limit)]);
    });
}

/// Contracts that passed review, one for each round.
fn contracts(served: &Served<'_>, total: &str) -> Vec<String> {
    let mut client = served.client();
    let mut post = |path: &str, body: Json| -> String {
        let (status, answer) = client.call("POST", path, "", &body.to_string()).unwrap();
        assert!(matches!(status, 200 | 201), "{path}: {status} {answer}");
        let answer: Json = serde_json::from_str(&answer).unwrap();
        answer["id"].as_str().unwrap_or_default().to_owned()
    };
    let customer = post("/api/v1/customer", json!({ "name": "Race", "kind": "person" }));
    let title = json!({ "customer": customer, "kind": "person", "name": "Race" });
    post("/api/v1/invoice_title", title);
    (0..rounds())
        .map(|round| {
            let body = json!({ "customer": customer, "title": format!("C{round}"), "total": total });
            let contract = post("/api/v1/contract", body);
            // Whoever may decide decides by handing in.
            post(&format!("/api/v1/contract/{contract}/submit"), json!({}));
            contract
        })
        .collect()
}

/// A record as the program answers it.
fn look(client: &mut Client, path: &str) -> Json {
    let (status, body) = client.call("GET", path, "", "").unwrap();
    assert_eq!(status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}

/// Asks until the program has time for it.
fn insist(client: &mut Client, path: &str, body: &Json) -> (u16, String) {
    loop {
        let answer = client.call("POST", path, "", &body.to_string()).unwrap();
        if answer.0 != 503 {
            return answer;
        }
    }
}

#[test]
fn receipts_of_a_crowd_never_exceed_the_contract_and_no_number_is_given_twice() {
    everywhere("race_receipt", |served| {
        let contracts = contracts(served, "1000.00");
        let answers = served.race(|client, round, _| {
            insist(client, "/api/v1/payment", &json!({ "contract": contracts[round], "amount": "70.00" }))
        });
        let mut numbers = std::collections::BTreeSet::new();
        for answers in &answers {
            // Fourteen times 70 are 980, and the refusals name the 20 that are left.
            assert_eq!(shape(answers), [(201, 14), (422, CLIENTS - 14)], "{answers:?}");
            assert!(
                answers[&422].iter().all(|body| body.contains("¥20 ") || body.contains("¥20\"")),
                "{answers:?}"
            );
            for body in &answers[&201] {
                let receipt: Json = serde_json::from_str(body).unwrap();
                numbers.insert(receipt["number"].as_str().unwrap().to_owned());
            }
        }
        assert_eq!(numbers.len(), 14 * rounds(), "no number twice");
        let mut client = served.client();
        for contract in &contracts {
            let contract = look(&mut client, &format!("/api/v1/contract/{contract}"));
            assert_eq!(contract["reserved"]["amount"], "980.00");
        }
    });
}

#[test]
fn invoices_of_a_crowd_never_exceed_what_is_not_invoiced() {
    everywhere("race_invoice", |served| {
        let contracts = contracts(served, "500.00");
        let title = look(&mut served.client(), "/api/v1/invoice_title")["items"][0]["id"].clone();
        let answers = served.race(|client, round, _| {
            let body = json!({ "contract": contracts[round], "invoice_title": title, "amount": "33.34" });
            insist(client, "/api/v1/invoice", &body)
        });
        for answers in &answers {
            assert_eq!(shape(answers), [(201, 14), (422, CLIENTS - 14)], "{answers:?}");
        }
        let mut client = served.client();
        for contract in &contracts {
            let contract = look(&mut client, &format!("/api/v1/contract/{contract}"));
            assert_eq!(contract["invoicing"]["amount"], "466.76");
            assert_eq!(contract["uninvoiced"]["amount"], "33.24");
        }
    });
}

#[test]
fn of_many_decisions_about_one_contract_one_holds() {
    everywhere("race_decide", |served| {
        let place = served.place;
        place.ok(&[
            "user",
            "add",
            "li",
            "--name",
            "Li",
            "--role",
            "account_manager",
            "--department",
            "Sales",
        ]);
        let key = place.ok(&["key", "create", "--user", "li", "--name", "race"]);
        let headers = format!("Authorization: Bearer {}\r\n", key.trim());
        let mut seller = Client::connect(served.address, &headers).unwrap();
        let mut post = |path: &str, body: Json| -> String {
            let (status, answer) = seller.call("POST", path, "", &body.to_string()).unwrap();
            assert!(matches!(status, 200 | 201), "{path}: {status} {answer}");
            let answer: Json = serde_json::from_str(&answer).unwrap();
            answer["id"].as_str().unwrap_or_default().to_owned()
        };
        let customer = post("/api/v1/customer", json!({ "name": "Race", "kind": "person" }));
        let contracts: Vec<String> = (0..rounds())
            .map(|round| {
                let body = json!({ "customer": customer, "title": format!("C{round}"), "total": "100.00" });
                let contract = post("/api/v1/contract", body);
                post(&format!("/api/v1/contract/{contract}/submit"), json!({}));
                contract
            })
            .collect();
        let answers = served.race(|client, round, number| {
            let verb = if number % 2 == 0 { "approve" } else { "reject" };
            let path = format!("/api/v1/contract/{}/{verb}", contracts[round]);
            insist(client, &path, &json!({ "reason": "race" }))
        });
        for answers in &answers {
            assert_eq!(answers[&200].len(), 1, "{answers:?}");
        }
    });
}
