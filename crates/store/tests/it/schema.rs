//! Tables of objects.

use crate::{sql, stores};
use guanxi_model::{
    Field, FieldKind, Label, Object, Registry, Stored,
    registry::{LayerDoc, Shipped},
};
use guanxi_store::{Config, Error, Store};
use serde_json::json;

fn label() -> Label {
    Label::new("客户", "Customer")
}

fn customer() -> Object {
    let mut object: Object = serde_json::from_value(json!({
        "name": "customer",
        "label": { "zh": "客户", "en": "Customer" },
        "title": "name",
        "list": { "columns": ["name"], "sort": ["-last_order"] },
    }))
    .unwrap();
    let mut code = Field::new("code", label(), FieldKind::Text);
    code.unique = true;
    let amount = Field::new("amount", label(), FieldKind::Money { negative: false });
    let last = Field::new("last_order", label(), FieldKind::Date);
    object.fields = vec![Field::new("name", label(), FieldKind::Text), code, amount, last];
    object
}

fn registry(object: Object, layers: &[LayerDoc]) -> Registry {
    let shipped = Shipped { objects: vec![object], ..Shipped::default() };
    Registry::build(shipped, layers, 1).0
}

fn insert(store: &Store, id: i64, code: &str, deleted_at: Option<i64>) -> Result<u64, Error> {
    let insert = sql(
        r#"INSERT INTO "customer" ("id", "code", "deleted_at") VALUES ($1, $2, $3)"#,
        &[id.into(), code.into(), deleted_at.into()],
    );
    store.write(move |conn| conn.execute(&insert))
}

#[test]
fn an_object_gets_its_table_and_later_its_new_fields() {
    for store in stores() {
        store.sync_schema(&registry(customer(), &[])).unwrap();
        store.sync_schema(&registry(customer(), &[])).unwrap();
        insert(&store, 1, "A", None).unwrap();
        let field = LayerDoc {
            kind: "field".into(),
            name: "customer.visits".into(),
            patch: json!({ "name": "visits", "label": { "zh": "拜访", "en": "Visits" }, "kind": "number", "indexed": true }),
        };
        store.sync_schema(&registry(customer(), &[field])).unwrap();
        let row = store.read(|conn| conn.query_one(&sql(r#"SELECT "code", "visits" FROM "customer""#, &[])));
        assert_eq!(row.unwrap().unwrap(), [Stored::from("A"), Stored::Null]);
    }
}

#[test]
fn live_records_do_not_share_a_unique_value() {
    for store in stores() {
        store.sync_schema(&registry(customer(), &[])).unwrap();
        insert(&store, 1, "A", Some(5)).unwrap();
        insert(&store, 2, "A", None).unwrap();
        match insert(&store, 3, "A", None) {
            Err(Error::Conflict { constraint }) => assert_eq!(constraint, "customer.code"),
            other => panic!("{other:?}"),
        }
        let relaxed = LayerDoc {
            kind: "field".into(),
            name: "customer.code".into(),
            patch: json!({ "unique": false }),
        };
        store.sync_schema(&registry(customer(), &[relaxed])).unwrap();
        insert(&store, 3, "A", None).unwrap();
    }
}

#[test]
fn a_list_by_its_default_sort_uses_an_index() {
    let store = Store::in_memory().unwrap();
    store.sync_schema(&registry(customer(), &[])).unwrap();
    for (condition, sort, index) in [
        ("owner = 5 AND deleted_at IS NULL", "id", "gx_ix.customer.owner"),
        ("deleted_at IS NULL", "last_order", "gx_ix.customer.last_order"),
        ("deleted_at IS NULL", "title_key", "gx_ix.customer.title_key"),
        ("deleted_at IS NOT NULL", "deleted_at", "gx_ix.customer.deleted_at"),
    ] {
        let plan = sql(
            &format!(
                "EXPLAIN QUERY PLAN SELECT id FROM customer WHERE {condition} ORDER BY {sort} DESC, id DESC LIMIT 50"
            ),
            &[],
        );
        let plan = store.read(|conn| conn.query(&plan)).unwrap();
        let text = format!("{plan:?}");
        assert!(text.contains(index) && !text.contains("B-TREE"), "{text}");
    }
}

#[test]
fn reserved_names_are_refused() {
    for store in stores() {
        let mut object = customer();
        object.table = "gx_event".into();
        assert!(store.sync_schema(&registry(object, &[])).is_err());
    }
}

#[test]
fn a_newer_schema_is_refused() {
    let data = tempfile::tempdir().unwrap();
    let mut configs = vec![Config { data: data.path().join("s"), database: None, set: "newer".into() }];
    if let Ok(url) = std::env::var("GUANXI_TEST_POSTGRES") {
        let set = format!("newer{}", std::process::id());
        configs.push(Config { data: data.path().join("p"), database: Some(url), set });
    }
    for config in configs {
        assert!(Store::open(&config).is_err());
        let store = Store::create(&config).unwrap();
        assert!(Store::create(&config).is_err());
        store.write(|conn| conn.execute(&sql("UPDATE gx_schema SET version = 999", &[]))).unwrap();
        drop(store);
        assert!(matches!(Store::open(&config), Err(Error::NewerSchema)));
        guanxi_store::sets::drop(&config).unwrap();
        assert!(Store::open(&config).is_err());
    }
}
