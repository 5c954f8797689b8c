//! A small company on a fixed day: 15 June 2026, ten in the morning in Shanghai.

use guanxi_gate::{Channel, Clock, Ctx, Draft, Error, Gate, Record, Result, Visible};
use guanxi_model::{RecordId, Value, expr};
use jiff::{Timestamp, civil::Date};
use std::collections::BTreeMap;

pub const NOW: &str = "2026-06-15T02:00:00Z";

/// The company. `manager` (sales manager, head office) is the superior of `li` and `wang` (first sales
/// department) and `zhao` (second); `agent`, `boss` (executive) and `admin` sit in the head office.
pub struct World {
    pub gate: Gate,
    pub clock: Clock,
    pub people: BTreeMap<&'static str, RecordId>,
    pub departments: BTreeMap<&'static str, RecordId>,
}

/// Runs a story on SQLite, and on PostgreSQL when the test run offers one.
pub fn story(tell: impl Fn(&World)) {
    tell(&World::new(false));
    if std::env::var_os("GUANXI_TEST_POSTGRES").is_some() {
        tell(&World::new(true));
    }
}

/// Runs a story on SQLite alone.
pub fn on_sqlite(tell: impl Fn(&World)) {
    tell(&World::new(false));
}

impl World {
    fn new(postgres: bool) -> World {
        let clock = Clock::fixed(NOW.parse().unwrap());
        let gate = Gate::for_test(guanxi_crm::domain(), clock.clone(), postgres).unwrap();
        let (people, departments) = gate.write(&gate.operator(), |tx| Ok(found(tx))).unwrap();
        World { gate, clock, people, departments }
    }

    pub fn id(&self, person: &str) -> RecordId {
        self.people[person]
    }

    pub fn ctx(&self, person: &str) -> Ctx {
        self.gate.ctx_of(self.id(person), Channel::Api).unwrap()
    }

    pub fn operator(&self) -> Ctx {
        self.gate.operator()
    }

    pub fn today(&self) -> Date {
        self.operator().today
    }

    pub fn later(&self, days: i64) {
        let now: Timestamp = self.clock.now();
        self.clock.set(now + jiff::SignedDuration::from_hours(24 * days));
    }

    /// Made by a person through the door.
    pub fn make(&self, person: &str, object: &str, draft: Draft) -> Result<Visible> {
        self.gate.create(&self.ctx(person), object, draft, false)
    }

    /// Made by trusted code, in any state.
    pub fn given(&self, object: &str, draft: Draft) -> RecordId {
        let object = object.to_owned();
        self.gate.write(&self.operator(), move |tx| Ok(tx.create(&object, draft.clone())?.id)).unwrap()
    }

    pub fn edit(&self, person: &str, object: &str, id: RecordId, draft: Draft) -> Result<Visible> {
        self.gate.update(&self.ctx(person), object, id, None, draft)
    }

    pub fn verb(
        &self,
        person: &str,
        object: &str,
        id: RecordId,
        verb: &str,
        input: Draft,
    ) -> Result<Visible> {
        self.gate.verb(&self.ctx(person), object, id, verb, input)
    }

    /// The record in clear.
    pub fn look(&self, object: &str, id: RecordId) -> Record {
        self.gate.read(&self.operator(), |tx| tx.get(object, id)).unwrap()
    }

    pub fn all(&self, object: &str, filter: &str) -> Vec<Record> {
        let filter = expr::parse(filter).unwrap();
        self.gate.read(&self.operator(), |tx| tx.find(object, &filter, None)).unwrap()
    }

    pub fn notices(&self, person: &str) -> Vec<String> {
        self.gate.notices(&self.ctx(person), 100).unwrap().into_iter().map(|notice| notice.text).collect()
    }

    /// A customer of a person.
    pub fn customer(&self, owner: &str, name: &str) -> RecordId {
        self.given("customer", Draft::new().set("name", name).set("owner", self.id(owner)))
    }

    /// An order of a customer, entered by hand by the operator.
    pub fn order(&self, customer: RecordId, on: &str, total: &str) -> RecordId {
        let date: Date = on.parse().unwrap();
        self.given(
            "order",
            Draft::new().set("customer", customer).set("ordered_on", date).set("total", yuan(total)),
        )
    }
}

fn found(
    tx: &mut guanxi_gate::Tx<'_>,
) -> (BTreeMap<&'static str, RecordId>, BTreeMap<&'static str, RecordId>) {
    let mut departments = BTreeMap::new();
    for (name, label, parent) in
        [("head", "总部", None), ("first", "销售一部", Some("head")), ("second", "销售二部", Some("head"))]
    {
        let parent = parent.map(|parent: &str| departments[parent]);
        let made = tx.create("department", Draft::new().set("name", label).set("parent", parent)).unwrap();
        departments.insert(name, made.id);
    }
    let mut people = BTreeMap::new();
    for (login, name, role, department, superior) in [
        ("admin", "系统管理员", "admin", "head", None),
        ("boss", "何总", "executive", "head", None),
        ("manager", "陈主管", "sales_manager", "head", None),
        ("agent", "周客服", "service_agent", "head", None),
        ("li", "李经理", "account_manager", "first", Some("manager")),
        ("wang", "王经理", "account_manager", "first", Some("manager")),
        ("zhao", "赵经理", "account_manager", "second", Some("manager")),
    ] {
        let superior = superior.map(|superior: &str| people[superior]);
        let draft = Draft::new()
            .set("login", login)
            .set("name", name)
            .set("roles", Value::List(vec![role.to_owned()]))
            .set("department", departments[department])
            .set("superior", superior);
        people.insert(login, tx.create("user", draft).unwrap().id);
    }
    (people, departments)
}

/// An amount.
pub fn yuan(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

/// A date.
pub fn date(text: &str) -> Value {
    Value::Date(text.parse().unwrap())
}

/// An instant.
pub fn instant(text: &str) -> Value {
    Value::Instant(text.parse().unwrap())
}

/// The phrase of the first sentence that refuses, or the kind of refusal.
pub fn why<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Ok(_) => "done".to_owned(),
        Err(Error::Refused(message)) => message.key.into_owned(),
        Err(Error::Invalid(issues)) => issues.first().map(|i| i.message.key.to_string()).unwrap_or_default(),
        Err(Error::Forbidden(_)) => "forbidden".to_owned(),
        Err(Error::NotFound) => "not found".to_owned(),
        Err(Error::Duplicate(hits)) => format!("{} duplicates", hits.len()),
        Err(other) => format!("{other:?}"),
    }
}

/// A draft from pairs.
pub fn draft<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Draft {
    pairs.into_iter().fold(Draft::new(), |draft, (field, value)| draft.set(field, value))
}
