//! Account sets in a database: a schema each, and the schema `guanxi` that lists them.

use super::session::{OPEN, connect, error};
use crate::error::{Error, Result};
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

/// Gives a set another name, in one transaction.
pub fn rename(url: &str, set: &str, to: &str) -> Result<()> {
    let mut client = registry(url)?;
    let mut transaction = client.transaction().map_err(error)?;
    let update = "UPDATE guanxi.account_set SET name = $2 WHERE name = $1";
    if transaction.execute(update, &[&set, &to]).map_err(error)? == 0 {
        return Err(Error::other(format!("there is no account set {set}")));
    }
    let rename = format!("ALTER SCHEMA \"{}\" RENAME TO \"{}\"", schema(set), schema(to));
    transaction.batch_execute(&rename).map_err(error)?;
    transaction.commit().map_err(error)
}

/// How many bytes the tables of a set and their indexes take.
pub fn size(url: &str, set: &str) -> Result<u64> {
    let text = "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c \
                JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = $1 AND c.relkind = 'r'";
    let row = connect(url)?.query_one(text, &[&schema(set)]).map_err(error)?;
    let bytes: i64 = row.try_get(0).map_err(error)?;
    Ok(bytes.unsigned_abs())
}

/// Takes a set alone, as long as the connection lives. `Busy` while any machine has it open; a program that has
/// just ended is waited for, because the server notices only afterwards that its connections are gone.
pub fn lock(url: &str, set: &str) -> Result<Client> {
    let mut client = registry(url)?;
    client.batch_execute("SET lock_timeout TO '2s'").map_err(error)?;
    client.execute("SELECT pg_advisory_lock($1, hashtext($2))", &[&OPEN, &schema(set)]).map_err(error)?;
    client.batch_execute("RESET lock_timeout").map_err(error)?;
    Ok(client)
}

/// An empty schema for a restore of the set, in the place of what an earlier one left unfinished.
pub fn begin_restore(url: &str, set: &str) -> Result<String> {
    let new = restoring(set);
    let sql = format!("DROP SCHEMA IF EXISTS \"{new}\" CASCADE; CREATE SCHEMA \"{new}\"");
    registry(url)?.batch_execute(&sql).map_err(error)?;
    Ok(new)
}

/// Lets the restored schema take the set's name, in one transaction.
pub fn end_restore(url: &str, set: &str) -> Result<()> {
    let mut client = registry(url)?;
    let mut transaction = client.transaction().map_err(error)?;
    let insert = "INSERT INTO guanxi.account_set (name) VALUES ($1) ON CONFLICT DO NOTHING";
    if transaction.execute(insert, &[&set]).map_err(error)? == 0 {
        let copies = old(&mut transaction, set)?;
        let number =
            copies.iter().filter_map(|(number, _)| number.parse::<u32>().ok()).max().unwrap_or(0) + 1;
        let rename = format!("ALTER SCHEMA \"{}\" RENAME TO \"old{number}_{set}\"", schema(set));
        transaction.batch_execute(&rename).map_err(error)?;
    }
    let rename = format!("ALTER SCHEMA \"{}\" RENAME TO \"{}\"", restoring(set), schema(set));
    transaction.batch_execute(&rename).map_err(error)?;
    transaction.commit().map_err(error)
}

/// Drops what restores have replaced.
pub fn drop_old(url: &str, set: &str) -> Result<usize> {
    let mut client = registry(url)?;
    let mut transaction = client.transaction().map_err(error)?;
    let copies = old(&mut transaction, set)?;
    for (_, schema) in &copies {
        transaction.batch_execute(&format!("DROP SCHEMA \"{schema}\" CASCADE")).map_err(error)?;
    }
    transaction.commit().map_err(error)?;
    Ok(copies.len())
}

/// The schemas that restores of a set have replaced, with their numbers.
fn old(client: &mut impl ::postgres::GenericClient, set: &str) -> Result<Vec<(String, String)>> {
    let text = "SELECT substring(nspname from '^old([0-9]+)_'), nspname::text FROM pg_namespace \
                WHERE nspname ~ ('^old[0-9]+_' || $1::text || '$')";
    let rows = client.query(text, &[&set]).map_err(error)?;
    rows.iter().map(|row| Ok((row.try_get(0).map_err(error)?, row.try_get(1).map_err(error)?))).collect()
}

fn restoring(set: &str) -> String {
    format!("new_{set}")
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
