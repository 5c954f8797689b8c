//! The ready roles, cell by cell, through the pages and through REST. The table below is written from the
//! decision "Ready roles", not from the roles' documents, so that a slip in either shows.

use axum::{Router, body::Body, http::Request};
use guanxi_gate::{Clock, Draft, Gate, auth::NewUser};
use guanxi_model::{RecordId, Value};
use std::collections::BTreeMap;
use tower::ServiceExt;

const ROLES: [&str; 5] = ["account_manager", "sales_manager", "service_agent", "executive", "admin"];

/// What a role may do with an object: make one, read, change.
type Marks = (&'static str, &'static str, &'static str);

/// For each object and role: may make one; may read; may change. The three marks of reading and changing are
/// the record of the account manager, of a colleague in the department, and of another department. `?` is
/// decided by a rule of the business, so only the access answers (403, 404) are ruled out.
const TABLE: &[(&str, [Marks; 5])] = &[
    (
        "customer",
        [
            ("y", "yyn", "ynn"),
            ("y", "yyn", "yyn"),
            ("n", "yyy", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "contact",
        [
            ("y", "yyn", "ynn"),
            ("y", "yyn", "yyn"),
            ("n", "yyy", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "activity",
        [
            ("y", "yyn", "ynn"),
            ("y", "yyn", "yyn"),
            ("y", "yyy", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "order",
        [
            ("y", "yyn", "ynn"),
            ("y", "yyn", "yyn"),
            ("n", "yyy", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "opportunity",
        [
            ("y", "ynn", "?nn"),
            ("y", "yyn", "??n"),
            ("n", "nnn", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "churn_warning",
        [
            ("n", "ynn", "nnn"),
            ("n", "yyn", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "service_request",
        [
            ("y", "ynn", "nnn"),
            ("n", "yyy", "nnn"),
            ("y", "yyy", "???"),
            ("n", "yyy", "nnn"),
            ("n", "nnn", "nnn"),
        ],
    ),
    (
        "product",
        [
            ("n", "yyy", "nnn"),
            ("y", "yyy", "yyy"),
            ("n", "yyy", "nnn"),
            ("n", "yyy", "nnn"),
            ("y", "yyy", "yyy"),
        ],
    ),
];

/// Pages and calls that belong to administrators alone.
const SETTINGS: &[&str] = &["/settings/users", "/settings/roles", "/settings/objects", "/settings/audit"];

/// Reports: contribution, composition, service, churn.
const REPORTS: [(&str, &str); 5] = [
    ("account_manager", "yyyy"),
    ("sales_manager", "yyyy"),
    ("service_agent", "nnyn"),
    ("executive", "yyyy"),
    ("admin", "nnnn"),
];

struct World {
    api: Router,
    web: Router,
    keys: BTreeMap<&'static str, String>,
    cookies: BTreeMap<&'static str, String>,
    records: BTreeMap<(&'static str, usize), RecordId>,
    customer: RecordId,
    runtime: tokio::runtime::Runtime,
}

impl World {
    fn new(postgres: bool) -> World {
        let clock = Clock::fixed("2026-06-15T02:00:00Z".parse().unwrap());
        let gate = Gate::for_test(guanxi_crm::domain(), clock, postgres).unwrap();
        let operator = gate.operator();
        let add = |login: &str, role: &str, department: &str| {
            let user = NewUser {
                login: login.to_owned(),
                name: login.to_owned(),
                roles: vec![role.to_owned()],
                department: Some(department.to_owned()),
                password: Some("matrix-2026".to_owned()),
                ..NewUser::default()
            };
            gate.add_user(&operator, user).unwrap().0
        };
        let people: BTreeMap<&'static str, RecordId> = ROLES
            .iter()
            .map(|role| {
                let department = if matches!(*role, "account_manager" | "sales_manager") {
                    "总部/华东"
                } else {
                    "总部/综合"
                };
                (*role, add(role, role, department))
            })
            .collect();
        let colleague = add("colleague", "account_manager", "总部/华东");
        let stranger = add("stranger", "account_manager", "总部/华西");
        let owners = [people["account_manager"], colleague, stranger];
        let records = gate.write(&operator, move |tx| given(tx, owners)).unwrap();
        let keys =
            people.iter().map(|(role, id)| (*role, gate.create_key(&operator, *id, "matrix", None).unwrap()));
        let cookies = people.keys().map(|role| {
            (*role, format!("gx_session={}", gate.log_in(role, "matrix-2026", None, "").unwrap().token))
        });
        World {
            customer: records[&("customer", 0)],
            keys: keys.collect(),
            cookies: cookies.collect(),
            records,
            api: guanxi_api::router(gate.clone()),
            web: guanxi_web::router(guanxi_web::App::new(gate)),
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    fn status(&self, router: &Router, request: Request<Body>) -> u16 {
        self.runtime.block_on(async { router.clone().oneshot(request).await.unwrap().status().as_u16() })
    }

    fn rest(&self, role: &str, method: &str, path: &str, body: &serde_json::Value) -> u16 {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header("authorization", format!("Bearer {}", self.keys[role]))
            .header("content-type", "application/json");
        let body = if method == "GET" { Body::empty() } else { Body::from(body.to_string()) };
        self.status(&self.api, request.body(body).unwrap())
    }

    fn page(&self, role: &str, path: &str) -> u16 {
        let request = Request::builder().uri(path).header("cookie", &self.cookies[role]);
        self.status(&self.web, request.body(Body::empty()).unwrap())
    }

    /// A body with which someone who may make such a record gets past access.
    fn body(&self, object: &str) -> serde_json::Value {
        let customer = self.customer.to_string();
        match object {
            "customer" => serde_json::json!({ "name": "矩阵新客户", "kind": "company" }),
            "contact" => serde_json::json!({ "name": "联系人", "customer": customer }),
            "activity" => serde_json::json!({ "content": "电话沟通", "customer": customer }),
            "order" => {
                serde_json::json!({ "customer": customer, "ordered_on": "2026-06-01", "total": "1.00" })
            }
            "opportunity" => serde_json::json!({ "title": "新商机", "customer_name": "某公司" }),
            "service_request" => {
                serde_json::json!({ "title": "咨询", "kind": "consult", "customer": customer })
            }
            "churn_warning" => serde_json::json!({ "customer": customer }),
            _ => serde_json::json!({ "name": "新产品" }),
        }
    }
}

fn given(
    tx: &mut guanxi_gate::Tx<'_>,
    owners: [RecordId; 3],
) -> guanxi_gate::Result<BTreeMap<(&'static str, usize), RecordId>> {
    let mut records = BTreeMap::new();
    for (i, owner) in owners.into_iter().enumerate() {
        let owned = || Draft::new().set("owner", owner);
        let customer =
            tx.create("customer", owned().set("name", format!("客户{i}")).set("kind", "company"))?.id;
        let mut keep = |object: &'static str, id: RecordId| {
            records.insert((object, i), id);
        };
        keep("customer", customer);
        let of = || owned().set("customer", customer);
        keep("contact", tx.create("contact", of().set("name", "联系人"))?.id);
        keep("activity", tx.create("activity", of().set("content", "拜访"))?.id);
        let on: jiff::civil::Date = "2025-01-01".parse().expect("a date");
        keep("order", tx.create("order", of().set("ordered_on", on).set("total", Value::from(1)))?.id);
        keep(
            "opportunity",
            tx.create("opportunity", owned().set("title", "商机").set("customer_name", "某公司"))?.id,
        );
        keep("churn_warning", tx.create("churn_warning", of().set("status", "open"))?.id);
        let request = of().set("title", "咨询").set("kind", "consult");
        keep("service_request", tx.create("service_request", request)?.id);
        keep("product", tx.create("product", Draft::new().set("name", format!("产品{i}")))?.id);
    }
    Ok(records)
}

/// What is wrong with a cell, if anything.
fn wrong(cell: &str, mark: char, status: u16, visible: bool) -> Option<String> {
    let right = match mark {
        'y' => matches!(status, 200..=204 | 409 | 422),
        '?' => !matches!(status, 401 | 404 | 500..),
        _ if visible => status == 403,
        _ => matches!(status, 403 | 404),
    };
    (!right).then(|| format!("{cell}: {status} where the table says {mark}"))
}

fn every_cell(world: &World) -> Vec<String> {
    let mut faults = Vec::new();
    for (object, roles) in TABLE {
        for (role, (make, read, change)) in ROLES.iter().zip(roles) {
            let readable = read.contains('y');
            let list = if readable { 'y' } else { 'n' };
            faults.extend(wrong(
                &format!("{role} lists {object} by URL"),
                list,
                world.page(role, &format!("/{object}")),
                readable,
            ));
            faults.extend(wrong(
                &format!("{role} lists {object} by API"),
                list,
                world.rest(role, "GET", &format!("/{object}"), &serde_json::Value::Null),
                readable,
            ));
            let made = make.chars().next().unwrap_or('n');
            let body = world.body(object);
            faults.extend(wrong(
                &format!("{role} makes {object} by API"),
                made,
                world.rest(role, "POST", &format!("/{object}"), &body),
                readable,
            ));
            faults.extend(wrong(
                &format!("{role} makes {object} by URL"),
                made,
                world.page(role, &format!("/{object}/new")),
                readable,
            ));
            for (i, (seen, changed)) in read.chars().zip(change.chars()).enumerate() {
                let id = world.records[&(*object, i)];
                let visible = seen == 'y';
                let cell = |what: &str| {
                    format!(
                        "{role} {what} {object} {}",
                        ["own", "of a colleague", "of another department"][i]
                    )
                };
                let path = format!("/{object}/{id}");
                let null = serde_json::Value::Null;
                let (page, rest) = (world.page(role, &path), world.rest(role, "GET", &path, &null));
                if visible {
                    faults.extend(wrong(&cell("reads by URL"), 'y', page, true));
                    faults.extend(wrong(&cell("reads by API"), 'y', rest, true));
                } else {
                    // What one may not see is not there.
                    for (what, status) in [("reads by URL", page), ("reads by API", rest)] {
                        if !(status == 404 || (status == 403 && !readable)) {
                            faults.push(format!("{}: {status} where the table hides it", cell(what)));
                        }
                    }
                }
                let patched = world.rest(role, "PATCH", &path, &serde_json::json!({ "version": 1 }));
                faults.extend(wrong(&cell("changes by API"), changed, patched, visible));
                let form = world.page(role, &format!("{path}/edit"));
                faults.extend(wrong(&cell("changes by URL"), changed, form, visible));
            }
        }
    }
    for (role, marks) in REPORTS {
        for (report, mark) in ["contribution", "composition", "service", "churn"].iter().zip(marks.chars()) {
            let null = serde_json::Value::Null;
            faults.extend(wrong(
                &format!("{role} opens {report} by URL"),
                mark,
                world.page(role, &format!("/report/{report}")),
                true,
            ));
            faults.extend(wrong(
                &format!("{role} opens {report} by API"),
                mark,
                world.rest(role, "GET", &format!("/reports/{report}"), &null),
                true,
            ));
        }
    }
    for role in ROLES {
        let mark = if role == "admin" { 'y' } else { 'n' };
        for page in SETTINGS {
            faults.extend(wrong(&format!("{role} opens {page}"), mark, world.page(role, page), true));
        }
        let object = serde_json::json!({ "name": format!("made_by_{role}"), "label": { "zh": "对象", "en": "Object" } });
        faults.extend(wrong(
            &format!("{role} makes an object"),
            mark,
            world.rest(role, "POST", "/objects", &object),
            true,
        ));
    }
    faults
}

#[test]
fn every_cell_of_the_role_matrix_holds_by_url_and_by_api() {
    for postgres in [false, true] {
        if postgres && std::env::var("GUANXI_TEST_POSTGRES").is_err() {
            eprintln!("GUANXI_TEST_POSTGRES is not set: tried on the embedded engine only");
            continue;
        }
        let faults = every_cell(&World::new(postgres));
        assert!(faults.is_empty(), "{} cells differ:\n{}", faults.len(), faults.join("\n"));
    }
}
