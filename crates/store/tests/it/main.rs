//! One suite for both engines: SQLite always, PostgreSQL when `GUANXI_TEST_POSTGRES` names a server.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod files;
mod schema;
mod sets;
mod tables;
mod transactions;

use guanxi_model::Stored;
use guanxi_store::{Error, Sql, Store};

/// A new set on every engine at hand.
fn stores() -> Vec<Store> {
    let mut stores = vec![Store::in_memory().unwrap()];
    if let Ok(url) = std::env::var("GUANXI_TEST_POSTGRES") {
        stores.push(Store::temporary(Some(&url)).unwrap());
    }
    stores
}

/// A statement with parameters.
fn sql(text: &str, params: &[Stored]) -> Sql {
    Sql { text: text.to_owned(), params: params.to_vec() }
}

fn set_setting(store: &Store, key: &str, value: &str) -> Result<(), Error> {
    let insert = sql("INSERT INTO gx_setting (value, key) VALUES ($2, $1)", &[key.into(), value.into()]);
    store.write(move |conn| conn.execute(&insert).map(drop))
}

fn settings(store: &Store) -> i64 {
    store.read(|conn| conn.query_one(&sql("SELECT count(*) FROM gx_setting", &[]))).unwrap().unwrap()[0]
        .int()
        .unwrap()
}
