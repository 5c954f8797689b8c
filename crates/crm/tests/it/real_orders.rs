//! The job on real purchases: every order of 23,570 people, checked against a plain count over the file.

use guanxi_gate::{Clock, Draft, Gate};
use guanxi_model::{RecordId, Value};
use jiff::{ToSpan, civil::Date};
use std::{collections::BTreeMap, path::Path, time::Instant};

const ORDERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/cdnow_orders.csv");

/// Customer, date and total of every order.
fn orders() -> Option<Vec<(String, Date, Value)>> {
    if !Path::new(ORDERS).exists() {
        eprintln!("SKIPPED: {ORDERS} is not there, so churn.warn was NOT checked against real orders");
        return None;
    }
    let text = std::fs::read_to_string(ORDERS).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let cells: Vec<&str> = line.split(',').collect();
        (cells[1].to_owned(), cells[2].parse().unwrap(), Value::Decimal(cells[4].parse().unwrap()))
    });
    Some(rows.collect())
}

/// One customer in `thin`, so that the debug build stays quick; all of them with `GUANXI_ALL_ORDERS`.
fn thinned(orders: Vec<(String, Date, Value)>) -> Vec<(String, Date, Value)> {
    let thin = if std::env::var_os("GUANXI_ALL_ORDERS").is_some() { 1 } else { 20 };
    orders.into_iter().filter(|(customer, ..)| customer.parse::<u32>().unwrap() % thin == 0).collect()
}

fn load(gate: &Gate, orders: &[(String, Date, Value)]) -> usize {
    let operator = gate.operator();
    let mut ids: BTreeMap<String, RecordId> = BTreeMap::new();
    let mut names: Vec<String> = orders.iter().map(|(customer, ..)| customer.clone()).collect();
    names.sort();
    names.dedup();
    for names in names.chunks(1000) {
        let names = names.to_vec();
        let made = gate.write(&operator, move |tx| {
            let drafts = names
                .iter()
                .map(|name| {
                    Draft::new()
                        .set("name", format!("CDNOW {name}"))
                        .set("kind", "person")
                        .set("external_id", name.as_str())
                })
                .collect();
            Ok(tx
                .create_many("customer", drafts)?
                .iter()
                .map(|c| (c.text("external_id").to_owned(), c.id))
                .collect::<Vec<_>>())
        });
        ids.extend(made.unwrap());
    }
    for batch in orders.chunks(1000) {
        let drafts: Vec<Draft> = batch
            .iter()
            .map(|(customer, on, total)| {
                Draft::new().set("customer", ids[customer]).set("ordered_on", *on).set("total", total.clone())
            })
            .collect();
        gate.write(&operator, move |tx| tx.create_many("order", drafts.clone()).map(drop)).unwrap();
    }
    ids.len()
}

/// Customers whose last order up to the date lies strictly before six calendar months earlier.
fn expected(orders: &[(String, Date, Value)], as_of: Date) -> i64 {
    let mut last: BTreeMap<&str, Date> = BTreeMap::new();
    for (customer, on, _) in orders.iter().filter(|(_, on, _)| *on <= as_of) {
        let known = last.entry(customer).or_insert(*on);
        *known = (*known).max(*on);
    }
    let cutoff = as_of.checked_sub(6.months()).unwrap();
    i64::try_from(last.values().filter(|on| **on < cutoff).count()).unwrap()
}

#[test]
fn warnings_agree_with_a_plain_count_over_real_orders() {
    let Some(orders) = orders().map(thinned) else { return };
    for (at, as_of) in [("1998-07-01T02:00:00Z", "1998-06-30"), ("1998-07-01T02:00:00Z", "1997-12-31")] {
        let gate = Gate::for_test(guanxi_crm::domain(), Clock::fixed(at.parse().unwrap()), false).unwrap();
        let customers = load(&gate, &orders);
        let as_of: Date = as_of.parse().unwrap();
        let begun = Instant::now();
        let warned = gate.run_job("churn.warn", as_of).unwrap()[0].1;
        eprintln!(
            "{customers} customers, {} orders, as of {as_of}: {warned} warned in {:?}",
            orders.len(),
            begun.elapsed()
        );
        assert_eq!(warned, expected(&orders, as_of));
        assert!(warned > 0);
        assert_eq!(gate.run_job("churn.warn", as_of).unwrap()[0].1, 0);
        let proof = gate.run_job("facts.prove", as_of).unwrap();
        assert_eq!(proof.iter().find(|(name, _)| *name == "differing"), Some(&("differing", 0)));
    }
}
