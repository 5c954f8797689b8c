//! Digests of tables.

use crate::{columns::Columns, sql::Sql};
use crate::{conn::Conn, conn::Row, dialect::Dialect, error::Result, events::hash_row, files::hex, schema};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A digest for every table.
pub type Digests = BTreeMap<String, String>;

/// A digest of every table but the search index, which is computed from the others. Two sets have the
/// same digests when their tables hold the same rows, on whichever engine and in whatever order.
pub fn digest(conn: &mut Conn) -> Result<Digests> {
    tables(conn)?
        .into_iter()
        .map(|table| {
            let columns: Vec<String> = schema::columns(conn, &table)?.into_keys().collect();
            let mut digest = TableDigest::default();
            conn.each(&select(&table, &columns), &mut |row| {
                digest.add(&row);
                Ok(())
            })?;
            Ok((table, digest.finish()))
        })
        .collect()
}

/// The tables that count, in order.
pub fn tables(conn: &mut Conn) -> Result<Vec<String>> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => sql!(
            "SELECT name FROM sqlite_schema WHERE type = 'table' \
             AND name NOT GLOB 'gx_search*' AND name NOT GLOB 'sqlite_*' ORDER BY name"
        ),
        Dialect::Postgres => sql!(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() \
             AND tablename <> 'gx_search' ORDER BY 1"
        ),
    };
    conn.query(&sql)?.into_iter().map(|row| Columns::new(row).text()).collect()
}

fn select(table: &str, columns: &[String]) -> Sql {
    let mut sql = Sql::new("SELECT ");
    for (position, column) in columns.iter().enumerate() {
        sql.push(if position > 0 { ", " } else { "" }).name(column);
    }
    sql.push(" FROM ").name(table);
    sql
}

/// The sum of the digests of a table's rows: it does not depend on their order, so nothing is sorted.
#[derive(Default)]
pub struct TableDigest {
    rows: u64,
    sum: [u64; 4],
}

impl TableDigest {
    /// Adds a row whose columns are in the order of their names.
    pub fn add(&mut self, row: &Row) {
        let mut hasher = Sha256::new();
        hash_row(&mut hasher, row);
        let digest = hasher.finalize();
        for (sum, bytes) in self.sum.iter_mut().zip(digest.chunks_exact(8)) {
            let part = u64::from_be_bytes(bytes.try_into().expect("the chunks have eight bytes"));
            *sum = sum.wrapping_add(part);
        }
        self.rows += 1;
    }

    pub fn finish(self) -> String {
        let bytes: Vec<u8> = self.sum.into_iter().flat_map(u64::to_be_bytes).collect();
        format!("{}:{}", self.rows, hex(&bytes))
    }
}
