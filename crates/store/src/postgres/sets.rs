//! Account sets in a database: a schema each, and the schema `guanxi` that lists them.

use super::session::{connect, error};
use crate::error::Result;
use ::postgres::Client;

/// The schema of a set.
pub fn schema(set: &str) -> String {
    format!("set_{set}")
}

/// The names of all sets, in order.
pub fn list(url: &str) -> Result<Vec<String>> {
    let mut client = registry(url)?;
    let rows = client.query("SELECT name FROM guanxi.account_set ORDER BY name", &[]).map_err(error)?;
    rows.iter().map(|row| row.try_get(0).map_err(error)).collect()
}

/// Whether a set exists.
pub fn exists(url: &str, set: &str) -> Result<bool> {
    let mut client = registry(url)?;
    let row = client.query_opt("SELECT 1 FROM guanxi.account_set WHERE name = $1", &[&set]).map_err(error)?;
    Ok(row.is_some())
}

/// Makes the schema of a new set; false when the set exists.
pub fn create(url: &str, set: &str) -> Result<bool> {
    let mut client = registry(url)?;
    let mut transaction = client.transaction().map_err(error)?;
    let insert = "INSERT INTO guanxi.account_set (name) VALUES ($1) ON CONFLICT DO NOTHING";
    if transaction.execute(insert, &[&set]).map_err(error)? == 0 {
        return Ok(false);
    }
    transaction.batch_execute(&format!("CREATE SCHEMA \"{}\"", schema(set))).map_err(error)?;
    transaction.commit().map_err(error)?;
    Ok(true)
}

/// Drops a set and everything in it.
pub fn drop(url: &str, set: &str) -> Result<()> {
    let mut client = registry(url)?;
    let mut transaction = client.transaction().map_err(error)?;
    transaction.execute("DELETE FROM guanxi.account_set WHERE name = $1", &[&set]).map_err(error)?;
    transaction
        .batch_execute(&format!("DROP SCHEMA IF EXISTS \"{}\" CASCADE", schema(set)))
        .map_err(error)?;
    transaction.commit().map_err(error)
}

/// A connection to a database that has the registry. The lock keeps two processes from making it at
/// once, which `IF NOT EXISTS` alone does not.
fn registry(url: &str) -> Result<Client> {
    let mut client = connect(url)?;
    let known =
        client.query_one("SELECT to_regclass('guanxi.account_set') IS NOT NULL", &[]).map_err(error)?;
    if !known.try_get::<_, bool>(0).map_err(error)? {
        client
            .batch_execute(
                "BEGIN; SELECT pg_advisory_xact_lock(1096368);
                 CREATE SCHEMA IF NOT EXISTS guanxi;
                 CREATE TABLE IF NOT EXISTS guanxi.account_set (name TEXT COLLATE \"C\" PRIMARY KEY);
                 COMMIT",
            )
            .map_err(error)?;
    }
    Ok(client)
}
