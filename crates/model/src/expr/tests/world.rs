//! A small registry of customers and orders, and records over it.

use crate::{
    Object, RecordId, Registry, Value,
    expr::{Env, Expr, Source, check, evaluate, parse},
    registry::Shipped,
};
use jiff::{Timestamp, civil::date, tz::TimeZone};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

pub fn registry() -> Registry {
    let objects: Vec<Object> = [
        r#"
        name = "user"
        label = { zh = "用户", en = "User" }
        title = "name"
        field = [{ name = "name", label = { en = "Name" }, kind = "text" }]
        "#,
        r#"
        name = "department"
        label = { zh = "部门", en = "Department" }
        title = "name"
        field = [{ name = "name", label = { en = "Name" }, kind = "text" }]
        "#,
        r#"
        name = "customer"
        label = { zh = "客户", en = "Customer" }
        title = "name"
        field = [
          { name = "name", label = { en = "Name" }, kind = "text" },
          { name = "grade", label = { en = "Grade" }, kind = "choice" },
          { name = "tags", label = { en = "Tags" }, kind = "tags" },
          { name = "credit", label = { en = "Credit" }, kind = "rating" },
          { name = "revenue", label = { en = "Revenue" }, kind = "money" },
          { name = "score", label = { en = "Score" }, kind = "number", scale = 3 },
          { name = "since", label = { en = "Since" }, kind = "date" },
          { name = "vip", label = { en = "VIP" }, kind = "yes_no" },
          { name = "place", label = { en = "Place" }, kind = "address" },
          { name = "parent", label = { en = "Parent" }, kind = "reference", to = "customer" },
        ]
        "#,
        r#"
        name = "order"
        label = { zh = "订单", en = "Order" }
        title = "number"
        field = [
          { name = "number", label = { en = "Number" }, kind = "text" },
          { name = "customer", label = { en = "Customer" }, kind = "reference", to = "customer" },
          { name = "total", label = { en = "Total" }, kind = "money" },
          { name = "day", label = { en = "Day" }, kind = "date" },
        ]
        "#,
        r#"
        name = "task"
        label = { zh = "任务", en = "Task" }
        title = "subject"
        field = [
          { name = "subject", label = { en = "Subject" }, kind = "text" },
          { name = "about", label = { en = "About" }, kind = "any_reference", to = ["customer", "order"] },
          { name = "first", label = { en = "First" }, kind = "reference", to = "customer" },
          { name = "second", label = { en = "Second" }, kind = "reference", to = "customer" },
        ]
        "#,
    ]
    .map(|text| toml::from_str(text).unwrap())
    .into();
    let (registry, problems) = Registry::build(Shipped { objects, ..Shipped::default() }, &[], 1);
    assert_eq!(problems, Vec::<String>::new());
    registry
}

pub fn env() -> Env {
    Env {
        today: date(2026, 3, 31),
        now: "2026-03-31T02:30:00.123456Z".parse::<Timestamp>().unwrap(),
        me: RecordId(7),
        my_team: vec![RecordId(7), RecordId(8)],
        my_department: Some(RecordId(70)),
        my_departments: vec![RecordId(70), RecordId(71)],
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    }
}

#[derive(Clone, Default)]
pub struct Record {
    pub values: BTreeMap<String, Value>,
    pub related: BTreeMap<String, Vec<Record>>,
}

impl Record {
    pub fn with(mut self, path: &str, value: impl Into<Value>) -> Record {
        self.values.insert(path.to_owned(), value.into());
        self
    }
}

impl Source for Record {
    fn get(&self, path: &[String]) -> Value {
        self.values.get(&path.join(".")).cloned().unwrap_or_default()
    }

    fn related(&self, relation: &str) -> Vec<Box<dyn Source + '_>> {
        let records = self.related.get(relation).map_or(&[][..], Vec::as_slice);
        records.iter().map(|record| Box::new(record.clone()) as Box<dyn Source>).collect()
    }
}

pub fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A customer with three orders.
pub fn customer() -> Record {
    let order = |total: Option<&str>, day| {
        Record::default().with("total", total.map(decimal)).with("day", day).with("number", "SO-1")
    };
    let mut record = Record::default()
        .with("id", RecordId(1))
        .with("name", "Acme 上海")
        .with("grade", "key")
        .with("revenue", decimal("1234.50"))
        .with("score", decimal("0.125"))
        .with("since", date(2020, 2, 29))
        .with("vip", true)
        .with("owner", RecordId(8))
        .with("department", RecordId(71))
        .with("created_at", "2025-12-31T16:00:00Z".parse::<Timestamp>().unwrap())
        .with("tags", Value::List(vec!["a".into(), "重点".into()]))
        .with("parent.name", "Group");
    let orders = vec![
        order(Some("100"), date(2026, 1, 5)),
        order(Some("250.25"), date(2026, 3, 1)),
        order(None, date(2026, 3, 2)),
    ];
    record.related.insert("order.customer".to_owned(), orders);
    record
}

/// Parses, checks against the customer and evaluates.
pub fn run(source: &str) -> Value {
    let registry = registry();
    let object = registry.object("customer").unwrap();
    let checked =
        check(&parse(source).unwrap_or_else(|e| panic!("{source}: {e:?}")), &(&registry, &**object))
            .unwrap_or_else(|e| panic!("{source}: {e:?}"));
    evaluate(&checked.expr, &customer(), &env()).unwrap_or_else(|e| panic!("{source}: {e:?}"))
}

/// Evaluates a tree as it stands.
pub fn run_unchecked(expr: &Expr) -> Value {
    evaluate(expr, &customer(), &env()).unwrap_or_else(|e| panic!("{expr}: {e:?}"))
}
