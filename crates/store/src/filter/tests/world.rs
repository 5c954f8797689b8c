//! Objects and random rows over them.

use super::random::Random;
use guanxi_model::{
    Field, FieldKind, Object, RecordId, Registry, Stored, Value,
    expr::{Env, Source},
    registry::Shipped,
};
use jiff::{Timestamp, ToSpan, civil::date, tz::TimeZone};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

pub fn registry() -> Registry {
    let field = |name: &str, kind: &str| json!({ "name": name, "label": { "en": name }, "kind": kind });
    let with = |mut field: Json, key: &str, value: Json| {
        field[key] = value;
        field
    };
    let object = |name: &str, title: &str, fields: Vec<Json>| json!({ "name": name, "label": { "en": name }, "title": title, "field": fields });
    let to_customer = || with(field("customer", "reference"), "to", json!("customer"));
    let objects = json!([
        object("user", "name", vec![field("name", "text")]),
        object("department", "name", vec![field("name", "text")]),
        object(
            "customer",
            "name",
            vec![
                field("name", "text"),
                field("grade", "choice"),
                field("tags", "tags"),
                field("credit", "rating"),
                with(field("revenue", "money"), "negative", json!(true)),
                with(field("score", "number"), "scale", json!(3)),
                field("large", "number"),
                field("since", "date"),
                field("seen_at", "instant"),
                field("vip", "yes_no"),
                field("place", "address"),
                with(field("parent", "reference"), "to", json!("customer")),
            ]
        ),
        object(
            "order",
            "number",
            vec![
                with(field("number", "text"), "column", json!("f_number")),
                with(to_customer(), "column", json!("f_12")),
                field("total", "money"),
                field("day", "date"),
                field("paid", "yes_no"),
            ]
        ),
        object(
            "task",
            "subject",
            vec![
                field("subject", "text"),
                with(field("about", "any_reference"), "to", json!(["customer", "order"])),
                to_customer(),
                with(field("hours", "number"), "scale", json!(1)),
            ]
        ),
    ]);
    let objects: Vec<Object> = serde_json::from_value(objects).unwrap();
    let (registry, problems) = Registry::build(Shipped { objects, ..Shipped::default() }, &[], 1);
    assert_eq!(problems, Vec::<String>::new());
    registry
}

pub fn env() -> Env {
    Env {
        today: date(2026, 3, 31),
        now: "2026-03-31T02:30:00.123456Z".parse::<Timestamp>().unwrap(),
        me: RecordId(1),
        my_team: vec![RecordId(1), RecordId(2)],
        my_department: None,
        my_departments: vec![RecordId(11)],
        zone: TimeZone::get("Asia/Shanghai").unwrap(),
    }
}

/// One record.
#[derive(Debug, Clone)]
pub struct Row {
    pub id: i64,
    values: BTreeMap<String, Value>,
}

impl Row {
    pub fn value(&self, field: &str) -> Value {
        self.values.get(field).cloned().unwrap_or_default()
    }
}

/// All records.
#[derive(Debug, Default)]
pub struct World {
    rows: BTreeMap<String, Vec<Row>>,
}

/// Ids of each object; one sequence, as in an account set.
pub fn ids(object: &str) -> std::ops::Range<i64> {
    match object {
        "user" => 1..4,
        "department" => 11..13,
        "customer" => 101..113,
        "order" => 201..226,
        _ => 301..313,
    }
}

impl World {
    pub fn random(registry: &Registry, random: &mut Random) -> World {
        let mut world = World::default();
        for object in registry.objects() {
            let rows = ids(&object.name)
                .map(|id| {
                    let mut values: BTreeMap<String, Value> = object
                        .fields
                        .iter()
                        .map(|field| (field.name.clone(), random_value(field, random)))
                        .collect();
                    values.insert("id".to_owned(), RecordId(id).into());
                    Row { id, values }
                })
                .collect();
            world.rows.insert(object.name.clone(), rows);
        }
        world
    }

    pub fn rows(&self, object: &str) -> &[Row] {
        self.rows.get(object).map_or(&[], Vec::as_slice)
    }

    pub fn source<'a>(&'a self, row: &'a Row) -> In<'a> {
        In { world: self, row }
    }

    fn row(&self, id: RecordId) -> Option<&Row> {
        self.rows.values().flatten().find(|row| row.id == id.0)
    }
}

/// A record among the others.
pub struct In<'a> {
    world: &'a World,
    row: &'a Row,
}

impl Source for In<'_> {
    fn get(&self, path: &[String]) -> Value {
        let mut row = self.row;
        for step in &path[..path.len() - 1] {
            let Some(next) = row.value(step).as_ref().and_then(|id| self.world.row(id)) else {
                return Value::Null;
            };
            row = next;
        }
        row.value(&path[path.len() - 1])
    }

    fn related(&self, relation: &str) -> Vec<Box<dyn Source + '_>> {
        let (child, via) = relation.split_once('.').unwrap();
        let rows = self.world.rows(child).iter();
        rows.filter(|row| {
            row.value(via).as_ref() == Some(RecordId(self.row.id)) && row.value("deleted_at").is_null()
        })
        .map(|row| Box::new(self.world.source(row)) as Box<dyn Source>)
        .collect()
    }
}

fn random_value(field: &Field, random: &mut Random) -> Value {
    if field.name != "deleted_at" && random.below(4) == 0
        || field.name == "deleted_at" && random.below(4) != 0
    {
        return Value::Null;
    }
    match field.value_kind() {
        FieldKind::YesNo => (random.below(2) == 0).into(),
        FieldKind::Number { .. } if field.name == "large" => {
            field.load(&Stored::Int(random.pick(&[i64::MAX / 2, -i64::MAX / 2, 0, 1, 1_000_000_007])))
        }
        FieldKind::Number { .. } | FieldKind::Money { .. } | FieldKind::Rating { .. } => {
            let units = random.below(8) as i64 * 125 - 250;
            field.load(&Stored::Int(units))
        }
        FieldKind::Date => random.date().into(),
        FieldKind::Instant => random.instant().into(),
        FieldKind::Choice => random.pick(&["a", "b", "C"]).into(),
        FieldKind::Tags => {
            let tags = ["a", "A", "b\"c", "\u{91cd}\u{70b9}", "b", "a\\", ","];
            let kept: Vec<String> =
                tags.into_iter().filter(|_| random.below(3) == 0).map(str::to_owned).collect();
            if kept.is_empty() { Value::Null } else { Value::List(kept) }
        }
        FieldKind::User => RecordId(random.id("user")).into(),
        FieldKind::Department => RecordId(random.id("department")).into(),
        FieldKind::Reference { to } => RecordId(random.id(to)).into(),
        FieldKind::AnyReference { to } => {
            let object = random.pick(to);
            let id = RecordId(random.id(&object));
            Value::AnyRef(object, id)
        }
        FieldKind::Address => Value::Address { region: "310000".to_owned(), detail: "x".to_owned() },
        _ => random.pick(&super::random::TEXTS).into(),
    }
}

impl Random {
    /// A day near today.
    pub fn date(&mut self) -> jiff::civil::Date {
        let days = self.below(9) as i64 * 20 - 120;
        env().today.checked_add(days.days()).unwrap()
    }

    /// A moment at or near a midnight in the zone.
    pub fn instant(&mut self) -> Timestamp {
        let midnight = self.date().to_zoned(env().zone).unwrap().timestamp();
        let shift = self.pick(&[-1_i64, 0, 0, 1, 3_600_000]);
        midnight.checked_add(shift.milliseconds()).unwrap()
    }

    /// The id of a record that exists.
    pub fn id(&mut self, object: &str) -> i64 {
        let ids = ids(object);
        ids.start + self.below((ids.end - ids.start) as u64) as i64
    }
}
