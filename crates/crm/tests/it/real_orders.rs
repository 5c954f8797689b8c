//! The job on real purchases: every order of 23,570 people, checked against a plain count over the file.

use guanxi_gate::{Clock, Draft, Gate};
use guanxi_model::{RecordId, Value};
use jiff::{ToSpan, civil::Date};
use rust_decimal::Decimal;
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

/// Customers by what they ordered, and what the first fifth of them makes of the whole, in per cent.
fn first_fifth(orders: &[(String, Date, Value)]) -> (i64, Decimal) {
    let mut sums: BTreeMap<&str, Decimal> = BTreeMap::new();
    for (customer, _, total) in orders {
        *sums.entry(customer).or_default() += total.as_decimal().unwrap();
    }
    let mut sums: Vec<Decimal> = sums.into_values().collect();
    sums.sort_unstable();
    sums.reverse();
    let first = sums.len().div_ceil(5);
    let share = sums[..first].iter().sum::<Decimal>() * Decimal::ONE_HUNDRED / sums.iter().sum::<Decimal>();
    (i64::try_from(first).unwrap(), share.round_dp(2))
}

/// The whole file says 67.8 %, which is what `GUANXI_ALL_ORDERS` loads.
#[test]
fn the_first_fifth_of_real_customers_makes_what_a_plain_sum_says() {
    let Some(whole) = orders() else { return };
    assert_eq!(first_fifth(&whole).1.round_dp(1), "67.8".parse().unwrap());
    let orders = thinned(whole);
    let now = "1998-07-01T02:00:00Z".parse().unwrap();
    let gate = Gate::for_test(guanxi_crm::domain(), Clock::fixed(now), false).unwrap();
    load(&gate, &orders);
    let report =
        gate.report(&gate.operator(), "pareto", &[("top".to_owned(), "20".to_owned())].into()).unwrap();
    let row = report.rows.iter().find(|row| row.cells[0] == Value::from(20)).unwrap();
    let (customers, share) = first_fifth(&orders);
    assert_eq!((&row.cells[1], &row.cells[4]), (&Value::from(customers), &Value::from(share)));
    let dated = [("top".to_owned(), "20".to_owned()), ("to".to_owned(), "1998-06-30".to_owned())].into();
    let dated = gate.report(&gate.operator(), "pareto", &dated).unwrap();
    let row = dated.rows.iter().find(|row| row.cells[0] == Value::from(20)).unwrap();
    assert_eq!(row.cells[4], Value::from(share), "summed up order by order it is the same");
}
