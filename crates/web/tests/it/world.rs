//! A small company with a browser: one person for each ready role, a few records, and requests as a browser
//! makes them.

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode, header},
};
use guanxi_gate::{Clock, Draft, Gate, auth::NewUser};
use guanxi_model::{RecordId, Value};
use guanxi_web::App;
use rust_decimal::Decimal;
use scraper::{Html, Selector};
use std::collections::BTreeMap;
use tower::ServiceExt as _;

pub const ROLES: [&str; 5] = ["account_manager", "sales_manager", "service_agent", "executive", "admin"];
pub const PASSWORD: &str = "correct horse 42";

pub struct World {
    pub gate: Gate,
    pub router: Router,
    pub people: BTreeMap<&'static str, RecordId>,
    /// One visible record of each object that pages are looked at with.
    pub records: BTreeMap<&'static str, RecordId>,
}

/// Someone at the screen: what the browser keeps, and the language it asks for.
#[derive(Clone, Default)]
pub struct Browser {
    pub cookie: Option<String>,
    pub csrf: String,
    pub lang: &'static str,
}

/// An answer, read.
pub struct Seen {
    pub status: StatusCode,
    pub headers: axum::http::HeaderMap,
    pub body: String,
}

impl Seen {
    pub fn html(&self) -> Html {
        Html::parse_document(&self.body)
    }

    /// Texts of all elements that match.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        let words = |e: scraper::ElementRef<'_>| {
            e.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
        };
        self.html().select(&selector).map(words).collect()
    }

    pub fn attrs(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.html().select(&selector).filter_map(|e| e.value().attr(name).map(str::to_owned)).collect()
    }

    pub fn has(&self, selector: &str) -> bool {
        self.html().select(&Selector::parse(selector).unwrap()).next().is_some()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// What the toast says.
    pub fn toast(&self) -> String {
        let raw = self.header("x-toast").to_owned();
        let bytes = raw.as_bytes();
        let mut out = Vec::new();
        let mut at = 0;
        while at < bytes.len() {
            if bytes[at] == b'%' {
                out.push(u8::from_str_radix(&raw[at + 1..at + 3], 16).unwrap());
                at += 3;
            } else {
                out.push(bytes[at]);
                at += 1;
            }
        }
        String::from_utf8(out).unwrap()
    }
}

impl World {
    pub fn new() -> World {
        let clock = Clock::fixed("2026-06-15T02:00:00Z".parse().unwrap());
        let gate = Gate::for_test(guanxi_crm::domain(), clock, false).unwrap();
        let admin = gate.set_up("明德教育集团", "系统管理员", "admin", PASSWORD).unwrap();
        let operator = gate.operator();
        let mut people = BTreeMap::from([("admin", admin)]);
        let mut superior = None;
        for (role, name) in [
            ("sales_manager", "陈主管"),
            ("account_manager", "李经理"),
            ("service_agent", "周客服"),
            ("executive", "何总"),
        ] {
            let user = NewUser {
                login: role.to_owned(),
                name: name.to_owned(),
                roles: vec![role.to_owned()],
                department: Some("总部".to_owned()),
                superior,
                password: Some(PASSWORD.to_owned()),
                ..NewUser::default()
            };
            let (id, _) = gate.add_user(&operator, user).unwrap();
            // A password given by someone else is changed first; these people have done so.
            gate.set_password(&operator, id, PASSWORD, false).unwrap();
            if role == "sales_manager" {
                superior = Some(id);
            }
            people.insert(role, id);
        }
        let owner = people["account_manager"];
        let records = gate.write(&gate.operator(), move |tx| made(tx, owner)).unwrap();
        let router = guanxi_web::router(App::new(gate.clone()));
        World { gate, router, people, records }
    }

    pub fn ask(&self, request: Request<Body>) -> Seen {
        let router = self.router.clone();
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async move {
            let response = router.oneshot(request).await.unwrap();
            let (parts, body) = response.into_parts();
            let body =
                if parts.headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "text/event-stream") {
                    axum::body::Bytes::new()
                } else {
                    axum::body::to_bytes(body, usize::MAX).await.unwrap()
                };
            Seen {
                status: parts.status,
                headers: parts.headers,
                body: String::from_utf8_lossy(&body).into_owned(),
            }
        })
    }

    /// Signs in through the log-in page, as everyone does.
    pub fn signs_in(&self, login: &str, lang: &'static str) -> Browser {
        let browser = Browser { lang, ..Browser::default() };
        let seen = self.post(&browser, "/login", &[("login", login), ("password", PASSWORD)]);
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{login} could not sign in: {}", seen.body);
        let cookie = seen.header("set-cookie").split(';').next().unwrap().to_owned();
        let mut browser = Browser { cookie: Some(cookie), lang, csrf: String::new() };
        let home = self.get(&browser, "/");
        browser.csrf = home.attrs("meta[name=csrf]", "content").pop().unwrap_or_default();
        browser
    }

    fn request(
        &self,
        browser: &Browser,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Seen {
        let mut request = Request::builder().method(method).uri(path).header("host", "crm.test");
        if let Some(cookie) = &browser.cookie {
            request = request.header("cookie", cookie);
        }
        if !browser.lang.is_empty() {
            request = request.header("accept-language", browser.lang);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.ask(request.body(Body::from(body)).unwrap())
    }

    pub fn get(&self, browser: &Browser, path: &str) -> Seen {
        self.request(browser, "GET", path, &[], String::new())
    }

    /// As an island or htmx asks for a part of a page.
    pub fn part(&self, browser: &Browser, path: &str) -> Seen {
        self.request(browser, "GET", path, &[("hx-request", "true")], String::new())
    }

    /// As a boosted link asks for the sheet.
    pub fn boosted(&self, browser: &Browser, path: &str) -> Seen {
        let headers = [("hx-request", "true"), ("hx-boosted", "true"), ("hx-target", "main#main")];
        self.request(browser, "GET", path, &headers, String::new())
    }

    pub fn post(&self, browser: &Browser, path: &str, form: &[(&str, &str)]) -> Seen {
        let mut pairs = form.to_vec();
        if !browser.csrf.is_empty() {
            pairs.push(("csrf", &browser.csrf));
        }
        self.post_as(browser, path, &pairs, &[("origin", "http://crm.test")])
    }

    /// As an island sends a change.
    pub fn send(&self, browser: &Browser, path: &str, form: &[(&str, &str)], current: &str) -> Seen {
        let headers =
            [("hx-request", "true"), ("x-csrf-token", browser.csrf.as_str()), ("hx-current-url", current)];
        self.post_as(browser, path, form, &headers)
    }

    pub fn post_as(
        &self,
        browser: &Browser,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.request(browser, "POST", path, &all, body)
    }
}

fn made(
    tx: &mut guanxi_gate::Tx<'_>,
    owner: RecordId,
) -> guanxi_gate::Result<BTreeMap<&'static str, RecordId>> {
    let today = tx.ctx().today;
    let mut first = BTreeMap::new();
    for (n, name) in
        ["上海云帆智能制造", "南京锦绣纺织有限公司", "苏州翠湖国际酒店集团"].into_iter().enumerate()
    {
        let draft = Draft::new()
            .set("name", name)
            .set("owner", owner)
            .set("phone", format!("1380000102{n}"))
            .set("grade", if n == 0 { "key_development" } else { "ordinary" })
            .set("tags", Value::List(vec!["重点".to_owned()]));
        let draft = if tx.object("customer")?.field("next_contact_at").is_some() {
            draft.set("next_contact_at", tx.ctx().now)
        } else {
            draft
        };
        let customer = tx.create("customer", draft)?;
        first.entry("customer").or_insert(customer.id);
        let order = Draft::new()
            .set("customer", customer.id)
            .set("ordered_on", today)
            .set("total", Decimal::from(1000 * (n + 1)));
        let order = tx.create("order", order)?;
        first.entry("order").or_insert(order.id);
    }
    let customer = first["customer"];
    for (n, title) in ["私有化部署", "三校区扩容"].into_iter().enumerate() {
        let draft = Draft::new()
            .set("title", title)
            .set("customer_name", "上海云帆智能制造")
            .set("amount", Decimal::from(268_000))
            .set("probability", Decimal::from(30))
            .set("status", if n == 0 { "developing" } else { "unassigned" })
            .set("owner", owner);
        let deal = tx.create("opportunity", draft)?;
        first.entry("opportunity").or_insert(deal.id);
    }
    let task = Draft::new().set("title", "回访客户").set("due_on", today).set("owner", owner);
    first.insert("task", tx.create("task", task)?.id);
    let contact = Draft::new().set("name", "张雅婷").set("customer", customer).set("owner", owner);
    first.insert("contact", tx.create("contact", contact)?.id);
    let request = Draft::new()
        .set("customer", customer)
        .set("kind", "consult")
        .set("title", "咨询开票")
        .set("summary", "咨询开票")
        .set("request", "怎样开具发票");
    let object = tx.object("service_request")?;
    let request = Draft {
        values: request.values.into_iter().filter(|(name, _)| object.field(name).is_some()).collect(),
        ..Draft::new()
    };
    first.insert("service_request", tx.create("service_request", request)?.id);
    Ok(first)
}
