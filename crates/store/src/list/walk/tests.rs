use super::*;
use crate::{list, records::Life, scope::RowScope, sql::Sql, store::Store};
use guanxi_model::{
    RecordId, Registry,
    expr::{Env, parse},
    query::Sort,
    registry::Shipped,
};
use serde_json::json;

const ROWS: i64 = 2_600;

/// Every thirteenth is rare, all are the reader's, and `score` runs against the ids.
fn set() -> (Store, Registry) {
    let field = |name: &str, kind: &str| json!({ "name": name, "label": { "en": name }, "kind": kind });
    let indexed = |name: &str, kind: &str| {
        let mut field = field(name, kind);
        field["indexed"] = json!(true);
        field
    };
    let named = |name: &str| json!({ "name": name, "label": { "en": name }, "title": "name", "field": [field("name", "text")] });
    let thing = json!({
        "name": "thing", "label": { "en": "thing" }, "title": "name",
        "field": [field("name", "text"), indexed("kind", "text"), indexed("score", "number"), field("colour", "text")],
    });
    let objects = serde_json::from_value(json!([named("user"), named("department"), thing])).unwrap();
    let (registry, problems) = Registry::build(Shipped { objects, ..Shipped::default() }, &[], 1);
    assert_eq!(problems, Vec::<String>::new());
    let store = Store::in_memory().unwrap();
    store.sync_schema(&registry).unwrap();
    let insert = format!(
        "INSERT INTO thing (id, version, created_at, updated_at, owner, name, title_key, kind, score) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {ROWS}) \
         SELECT i, 1, 0, 0, 1, 'n' || i, 'n' || i, CASE i % 13 WHEN 0 THEN 'rare' ELSE 'common' END, {ROWS} - i FROM n"
    );
    store.write(move |conn| conn.script(&insert)).unwrap();
    (store, registry)
}

fn env() -> Env {
    Env {
        today: jiff::civil::date(2026, 3, 31),
        now: jiff::Timestamp::UNIX_EPOCH,
        me: RecordId(1),
        my_team: Vec::new(),
        my_department: None,
        my_departments: Vec::new(),
        zone: jiff::tz::TimeZone::UTC,
    }
}

/// The first five live things that fulfil a filter, in an order.
fn plan<'a>(registry: &'a Registry, env: &'a Env, filter: &'a Expr, sort: &'a [Sort]) -> Plan<'a> {
    Plan {
        registry,
        object: registry.object("thing").unwrap(),
        env,
        columns: Vec::new(),
        scope: &RowScope::All,
        filter: Some(filter),
        search: None,
        sort,
        after: None,
        limit: 5,
        life: Life::Live,
    }
}

fn page(store: &Store, registry: &Registry, filter: &str, sort: &str) -> (Way, Vec<RecordId>) {
    let (filter, sort, env) = (parse(filter).unwrap(), [Sort::parse(sort)], env());
    let plan = plan(registry, &env, &filter, &sort);
    store
        .read(|conn| {
            let rows = list::list(conn, &plan)?;
            Ok::<_, crate::Error>((Way::of(conn, &plan)?, rows.into_iter().map(|row| row.id).collect()))
        })
        .unwrap()
}

#[test]
fn many_matches_are_met_along_the_order_and_few_are_collected() {
    let (store, registry) = set();
    let ids = |found: [i64; 5]| found.map(RecordId).to_vec();
    // The newest score is that of the first row.
    assert_eq!(page(&store, &registry, r#"kind == "common""#, "-score"), (Way::Walk, ids([1, 2, 3, 4, 5])));
    assert_eq!(
        page(&store, &registry, r#"kind == "rare""#, "-score"),
        (Way::Collect, ids([13, 26, 39, 52, 65]))
    );
    // A bound on the order itself stays with its index.
    let bounded = page(&store, &registry, r#"kind == "common" && score < 2000"#, "-score");
    assert_eq!(bounded, (Way::Walk, ids([601, 602, 603, 604, 605])));
    // Nothing has an index here but the order.
    assert_eq!(page(&store, &registry, r#"name != "n1""#, "-score").0, Way::Collect);
    // Nobody has so many that they would have to be counted first.
    assert_eq!(page(&store, &registry, r#"owner == me && kind == "common""#, "-score").0, Way::Collect);
    // An order without an index cannot be walked.
    assert_eq!(page(&store, &registry, r#"kind == "common""#, "colour").0, Way::Collect);
}

#[test]
fn what_is_empty_is_never_looked_up() {
    let (_, registry) = set();
    let (filter, env) = (parse("is_empty(kind)").unwrap(), env());
    let plan = plan(&registry, &env, &filter, &[]);
    let mut sql = Sql::default();
    conditions(&mut sql, Dialect::Sqlite, &plan, Way::Collect).unwrap();
    assert!(sql.text.contains("CASE WHEN (t.\"kind\" IS NULL) THEN 1 END"), "{}", sql.text);
}
