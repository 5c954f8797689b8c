//! A company of four on a fixed day, each with an API key.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request},
};
use guanxi_gate::{Clock, Draft, Gate};
use guanxi_model::{RecordId, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use tower::ServiceExt;

pub struct World {
    pub gate: Gate,
    router: Router,
    keys: BTreeMap<&'static str, String>,
    ids: BTreeMap<&'static str, RecordId>,
    runtime: tokio::runtime::Runtime,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    /// The body, after the status was what the story expects.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    pub fn json(&self) -> Json {
        if self.text.is_empty() { Json::Null } else { serde_json::from_str(&self.text).unwrap() }
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

impl World {
    pub fn new() -> World {
        let clock = Clock::fixed("2026-06-15T02:00:00Z".parse().unwrap());
        let gate = Gate::for_test(guanxi_crm::domain(), clock, false).unwrap();
        let operator = gate.operator();
        let ids = gate
            .write(&operator, |tx| {
                let head = tx.create("department", Draft::new().set("name", "总部"))?.id;
                let first =
                    tx.create("department", Draft::new().set("name", "销售一部").set("parent", head))?.id;
                let mut ids = BTreeMap::new();
                for (login, name, role, department) in [
                    ("admin", "管理员", "admin", head),
                    ("manager", "陈主管", "sales_manager", head),
                    ("li", "李经理", "account_manager", first),
                    ("wang", "王经理", "account_manager", first),
                ] {
                    let draft = Draft::new()
                        .set("login", login)
                        .set("name", name)
                        .set("roles", Value::List(vec![role.to_owned()]))
                        .set("department", department);
                    ids.insert(login, tx.create("user", draft)?.id);
                }
                Ok(ids)
            })
            .unwrap();
        let keys = ids
            .iter()
            .map(|(login, id)| (*login, gate.create_key(&operator, *id, "tests", None).unwrap()))
            .collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        World { router: guanxi_api::router(gate.clone()), gate, keys, ids, runtime }
    }

    pub fn id(&self, person: &str) -> RecordId {
        self.ids[person]
    }

    /// One request; `who` is a log-in, or empty for a stranger.
    pub fn call(&self, who: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.call_under(None, who, method, path, headers, body)
    }

    /// The same, where the address of the program is known.
    pub fn call_under(
        &self,
        origin: Option<guanxi_api::Origin>,
        who: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let path = if path.starts_with("/api") || path.ends_with('z') || path == "/metrics" {
            path.to_owned()
        } else {
            format!("/api/v1{path}")
        };
        let mut request = Request::builder().method(method).uri(path.replace(' ', "%20"));
        if !who.is_empty() {
            request = request.header("authorization", format!("Bearer {}", self.keys[who]));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(origin) = origin {
            request = request.extension(origin);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            Answer { status: parts.status.as_u16(), headers: parts.headers, text }
        })
    }

    pub fn get(&self, who: &str, path: &str) -> Answer {
        self.call(who, "GET", path, &[], "")
    }

    pub fn post(&self, who: &str, path: &str, body: &Json) -> Answer {
        self.call(who, "POST", path, &[], &body.to_string())
    }

    pub fn patch(&self, who: &str, path: &str, body: &Json) -> Answer {
        self.call(who, "PATCH", path, &[], &body.to_string())
    }

    /// A customer made over REST; its id.
    pub fn customer(&self, who: &str, name: &str) -> String {
        let made = self.post(who, "/customer", &serde_json::json!({ "name": name })).expect(201);
        made["id"].as_str().unwrap().to_owned()
    }
}

/// What is in `issues`, as `field code`.
pub fn issues(problem: &Json) -> Vec<String> {
    let issues = problem["issues"].as_array().unwrap_or_else(|| panic!("no issues in {problem}"));
    let mut found: Vec<String> = issues
        .iter()
        .map(|issue| {
            format!("{} {}", issue["field"].as_str().unwrap_or("-"), issue["code"].as_str().unwrap())
        })
        .collect();
    found.sort();
    found
}
