//! Real data, end to end: every order of 23,570 people over eighteen months comes in, comes in again without
//! changing anything, and gives the warnings and reports that the file itself gives.

use crate::program::Place;
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

/// A line of the orders file.
struct Order {
    customer: String,
    on: String,
    fen: i64,
}

/// The files, and what they say.
struct Data {
    customers: PathBuf,
    orders: PathBuf,
    numbers: BTreeSet<String>,
    lines: Vec<Order>,
}

impl Data {
    fn read() -> Option<Data> {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
        let (customers, orders) = (folder.join("cdnow_customers.csv"), folder.join("cdnow_orders.csv"));
        if !customers.exists() || !orders.exists() {
            eprintln!("NOT RUN: the CDNOW files are not in {}", folder.display());
            return None;
        }
        let numbers = std::fs::read_to_string(&customers).unwrap();
        let numbers =
            numbers.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect();
        let lines = std::fs::read_to_string(&orders).unwrap();
        let lines = lines.lines().skip(1).map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            Order { customer: cells[1].to_owned(), on: cells[2].to_owned(), fen: fen(cells[4]) }
        });
        Some(Data { customers, orders, numbers, lines: lines.collect() })
    }

    /// Each customer's last order on or before a date.
    fn last_orders(&self, as_of: &str) -> BTreeMap<&str, &str> {
        let mut last = BTreeMap::new();
        for order in self.lines.iter().filter(|order| order.on.as_str() <= as_of) {
            let entry = last.entry(order.customer.as_str()).or_insert(order.on.as_str());
            *entry = (*entry).max(order.on.as_str());
        }
        last
    }

    fn total(&self) -> i64 {
        self.lines.iter().map(|order| order.fen).sum()
    }
}

fn fen(yuan: &str) -> i64 {
    let (whole, fraction) = yuan.split_once('.').unwrap_or((yuan, "0"));
    whole.parse::<i64>().unwrap() * 100 + format!("{fraction:0<2}").parse::<i64>().unwrap()
}

fn amount(json: &Json) -> i64 {
    fen(json["amount"].as_str().unwrap_or_else(|| panic!("{json} is not an amount")))
}

#[test]
fn real_orders_on_sqlite() {
    let Some(data) = Data::read() else { return };
    whole_story(&data, &Place::sqlite());
}

#[test]
fn real_orders_on_postgresql() {
    let Some(data) = Data::read() else { return };
    let Some(place) = Place::postgres("cdnow") else { return };
    whole_story(&data, &place);
}

fn whole_story(data: &Data, place: &Place) {
    place.ok(&["set", "create", place.set(), "--template", "empty"]);
    comes_in(data, place);
    comes_in_again_without_a_trace(data, place);
    warns_of_those_who_stay_away(data, place);
    reports_what_the_file_says(data, place);
}

fn import(place: &Place, object: &str, file: &std::path::Path) -> Json {
    place.json(&["import", object, file.to_str().unwrap(), "--match", "external_id"])
}

fn comes_in(data: &Data, place: &Place) {
    let customers = import(place, "customer", &data.customers);
    assert_eq!(customers["created"], 23_570);
    assert_eq!(customers["created"], data.numbers.len());
    let orders = import(place, "order", &data.orders);
    assert_eq!(orders["created"], 69_659);
    assert_eq!(orders["created"], data.lines.len());
    assert_eq!(orders["ignored_columns"], serde_json::json!([]));

    let stored = place.export("order", "external_id,customer.external_id,ordered_on,total");
    assert_eq!(stored.len(), data.lines.len());
    let total: i64 = stored.iter().map(|order| amount(&order["total"])).sum();
    assert_eq!(total, data.total());
    assert_eq!(total, 250_031_563, "the sum that everyone knows of this file");
    let zero = stored.iter().filter(|order| amount(&order["total"]) == 0).count();
    assert_eq!(zero, data.lines.iter().filter(|order| order.fen == 0).count());
}

fn comes_in_again_without_a_trace(data: &Data, place: &Place) {
    let fields = "id,version,updated_at,updated_by,external_id";
    let before = (place.export("customer", fields), place.export("order", fields));
    let customers = import(place, "customer", &data.customers);
    let orders = import(place, "order", &data.orders);
    for (again, rows) in [(customers, data.numbers.len()), (orders, data.lines.len())] {
        assert_eq!(again["unchanged"], rows);
        assert_eq!((&again["created"], &again["updated"]), (&0.into(), &0.into()));
    }
    let after = (place.export("customer", fields), place.export("order", fields));
    assert!(before == after, "an import of what is known changed versions or stamps");
}

fn warns_of_those_who_stay_away(data: &Data, place: &Place) {
    let last = data.last_orders("1998-06-30");
    let before = |cutoff: &str| last.values().filter(|on| **on < cutoff).count();
    let silent: BTreeMap<&str, &str> =
        last.iter().filter(|(_, on)| **on < "1997-12-30").map(|(c, on)| (*c, *on)).collect();
    // The neighbouring readings of "six months" give other numbers, so the count below tells them apart.
    assert_ne!(silent.len(), before("1997-12-31"), "on the day itself is not before it");
    assert_ne!(silent.len(), before("1998-01-01"), "180 days are not six months");

    place.ok(&["job", "run", "churn.warn", "--as-of", "1998-06-30"]);
    let warnings = place.export("churn_warning", "customer.external_id,status,last_order_on");
    assert_eq!(warnings.len(), silent.len());
    let warned: BTreeMap<&str, &str> = warnings
        .iter()
        .map(|warning| {
            assert_eq!(warning["status"], "open");
            (warning["customer.external_id"].as_str().unwrap(), warning["last_order_on"].as_str().unwrap())
        })
        .collect();
    assert!(warned == silent, "the warned customers or their last order dates differ from the file's");

    place.ok(&["job", "run", "churn.warn", "--as-of", "1998-06-30"]);
    assert_eq!(
        place.export("churn_warning", "id").len(),
        silent.len(),
        "the same night again warns nobody twice"
    );
}

fn reports_what_the_file_says(data: &Data, place: &Place) {
    let mut by_customer: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for order in &data.lines {
        let entry = by_customer.entry(format!("CDNOW {}", order.customer)).or_default();
        *entry = (entry.0 + order.fen, entry.1 + 1);
    }
    let report = place.json(&["report", "contribution", "--as-of", "1998-06-30", "--param", "limit=10000"]);
    let names: Vec<&str> =
        report["columns"].as_array().unwrap().iter().map(|c| c["name"].as_str().unwrap()).collect();
    let column =
        |kind: &str| names.iter().copied().find(|name| *name == kind).unwrap_or_else(|| panic!("{names:?}"));
    let (customer, total) = (column("customer"), column("total"));
    assert_eq!(amount(&report["totals"][total]), data.total());
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 10_000);
    let mut shown: Vec<i64> = Vec::new();
    for row in rows {
        let name = row["cells"][customer]["title"].as_str().unwrap();
        let fen = amount(&row["cells"][total]);
        assert_eq!(fen, by_customer[name].0, "{name}");
        shown.push(fen);
    }
    let mut sums: Vec<i64> = by_customer.values().map(|(fen, _)| *fen).collect();
    sums.sort_unstable_by(|a, b| b.cmp(a));
    assert_eq!(shown, sums[..10_000], "the largest come first");

    let year: i64 =
        data.lines.iter().filter(|order| order.on.starts_with("1997")).map(|order| order.fen).sum();
    let report = place.json(&["report", "contribution", "--param", "year=1997"]);
    assert_eq!(amount(&report["totals"][total]), year);

    let report = place.json(&["report", "composition", "--param", "by=kind"]);
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "all are people");
    assert_eq!(rows[0]["cells"]["kind"], "person");
    let numbers: Vec<&Json> = rows[0]["cells"].as_object().unwrap().values().collect();
    assert!(numbers.iter().any(|n| **n == data.numbers.len()), "{numbers:?}");
    let sum = numbers.iter().find(|n| n.get("amount").is_some()).unwrap();
    assert_eq!(amount(sum), data.total());
}
