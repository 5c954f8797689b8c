//! Ids of records and numbers without gaps.

use crate::{columns::Columns, conn::Conn, dialect::Dialect, error::Error, error::Result};
use guanxi_model::RecordId;

/// The next id of the account set's one sequence.
pub fn next_id(conn: &mut Conn) -> Result<RecordId> {
    next_ids(conn, 1)?.pop().ok_or_else(|| Error::Corrupt("the sequence of ids is missing".to_owned()))
}

/// The next `n` ids, ascending. On PostgreSQL others may lie between them.
pub fn next_ids(conn: &mut Conn, n: usize) -> Result<Vec<RecordId>> {
    let n = i64::try_from(n).map_err(|_| Error::other("too many ids at once"))?;
    match conn.dialect() {
        Dialect::Sqlite => {
            let sql =
                sql!("UPDATE gx_sequence SET value = value + $1 WHERE name = 'record' RETURNING value", n);
            let row = conn.query_one(&sql)?;
            let row = row.ok_or_else(|| Error::Corrupt("the sequence of ids is missing".to_owned()))?;
            let last = Columns::new(row).int()?;
            Ok((last - n + 1..=last).map(RecordId).collect())
        }
        Dialect::Postgres => {
            let sql = sql!("SELECT nextval('gx_record_id') FROM generate_series(1, $1::bigint)", n);
            conn.query(&sql)?.into_iter().map(|row| Ok(RecordId(Columns::new(row).int()?))).collect()
        }
    }
}

/// The next `n` numbers of a counter, from 1, without gaps: they are given back when the transaction fails.
/// Answers with the first of them.
pub fn next_numbers(conn: &mut Conn, key: &str, n: i64) -> Result<i64> {
    let sql = sql!(
        "INSERT INTO gx_counter (key, value) VALUES ($1, $2) \
         ON CONFLICT (key) DO UPDATE SET value = gx_counter.value + $2 RETURNING value",
        key,
        n
    );
    let row = conn.query_one(&sql)?.ok_or_else(|| Error::Corrupt("a counter gave no number".to_owned()))?;
    Ok(Columns::new(row).int()? - n + 1)
}
