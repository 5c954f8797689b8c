//! The hash chain over events. Sealing is a job, so that no writer waits for another; a seal covers a
//! range of ids, and its hash covers the seal before it, so that nothing sealed can be changed, added
//! or removed without the chain showing it.

use super::{COLUMNS, LOCK};
use crate::{
    columns::Columns,
    conn::{Conn, Row},
    dialect::Dialect,
    error::Result,
    files::hex,
    settings,
};
use guanxi_model::Stored;
use sha2::{Digest, Sha256};

/// Ids a seal covers at most: a break is found to this many events, and pruning keeps whole seals.
const RANGE: i64 = 1_000;

/// Logs of less than six calendar months may not be deleted, and six months have up to 184 days.
const KEPT: i64 = 184 * 24 * 3_600_000;

/// Up to which event the ids are final on PostgreSQL, where a transaction may commit after one that
/// took later ids.
const HORIZON: &str = "events.horizon";

struct Seal {
    first: i64,
    last: i64,
    count: i64,
    hash: String,
    pruned: bool,
}

/// Seals the events up to `up_to` that are not sealed yet, and returns how many. On PostgreSQL an event
/// is sealed by the second call after it was written.
pub fn seal(conn: &mut Conn, up_to: i64) -> Result<i64> {
    let up_to = up_to.min(horizon(conn)?);
    let (mut first, mut hash) = match seals(conn, true)?.pop() {
        Some(seal) => (seal.last + 1, seal.hash),
        None => (1, String::new()),
    };
    let mut sealed = 0;
    while first <= up_to {
        let last = (first + RANGE - 1).min(up_to);
        let count;
        (hash, count) = hash_range(conn, &hash, first, last)?;
        let text = "INSERT INTO gx_seal (first, last, count, hash, pruned) VALUES ($1, $2, $3, $4, 0)";
        conn.execute(&sql!(text, first, last, count, hash.as_str()))?;
        sealed += count;
        first = last + 1;
    }
    Ok(sealed)
}

/// The newest event below which no id can appear any more.
///
/// Writers of events share a lock until they commit. Whoever holds it alone knows that all ids given so
/// far are decided, but the snapshot of this transaction may be older than the last of them; so the mark
/// is left for the next call, whose snapshot is newer for certain.
fn horizon(conn: &mut Conn) -> Result<i64> {
    if conn.dialect() == Dialect::Sqlite {
        return super::last_id(conn);
    }
    let marked = settings::get(conn, HORIZON)?.and_then(|mark| mark.parse().ok()).unwrap_or_default();
    conn.query(&sql!("SELECT pg_advisory_xact_lock($1)", LOCK))?;
    let newest = sql!(
        "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('gx_event', 'id')::regclass), 0)"
    );
    let newest = conn.query_one(&newest)?.map_or(Ok(0), |row| Columns::new(row).int())?;
    settings::set(conn, HORIZON, &newest.to_string())?;
    Ok(marked)
}

/// Recomputes the chain and returns the first event of the first range that is not as it was sealed.
pub fn verify_chain(conn: &mut Conn) -> Result<Option<i64>> {
    let mut next = 1;
    let mut hash = String::new();
    for seal in seals(conn, false)? {
        let (found, count) = hash_range(conn, &hash, seal.first, seal.last)?;
        let intact = if seal.pruned { count == 0 } else { count == seal.count && found == seal.hash };
        if seal.first != next || !intact {
            return Ok(Some(seal.first.min(next)));
        }
        next = seal.last + 1;
        hash = seal.hash;
    }
    Ok(None)
}

/// Forgets sealed events that happened before `before`, never younger than 184 days. A range goes as a
/// whole when its last event is old enough; its seal stays, so that the chain goes on.
pub fn prune(conn: &mut Conn, before: i64, now: i64) -> Result<u64> {
    let before = before.min(now - KEPT);
    let mut removed = 0;
    for seal in seals(conn, false)?.into_iter().filter(|seal| !seal.pruned) {
        let young = sql!(
            "SELECT 1 FROM gx_event WHERE id BETWEEN $1 AND $2 AND at >= $3 LIMIT 1",
            seal.first,
            seal.last,
            before
        );
        if conn.query_one(&young)?.is_some() {
            break;
        }
        removed +=
            conn.execute(&sql!("DELETE FROM gx_event WHERE id BETWEEN $1 AND $2", seal.first, seal.last))?;
        conn.execute(&sql!("UPDATE gx_seal SET pruned = 1 WHERE first = $1", seal.first))?;
    }
    Ok(removed)
}

/// The seals in order, or only the newest.
fn seals(conn: &mut Conn, newest: bool) -> Result<Vec<Seal>> {
    let order = if newest { "DESC LIMIT 1" } else { "ASC" };
    let sql = sql!(format!("SELECT first, last, count, hash, pruned FROM gx_seal ORDER BY first {order}"));
    conn.query(&sql)?
        .into_iter()
        .map(|row| {
            let mut row = Columns::new(row);
            Ok(Seal {
                first: row.int()?,
                last: row.int()?,
                count: row.int()?,
                hash: row.text()?,
                pruned: row.bool()?,
            })
        })
        .collect()
}

/// The hash of a range, and how many events it holds.
fn hash_range(conn: &mut Conn, previous: &str, first: i64, last: i64) -> Result<(String, i64)> {
    let mut hasher = Sha256::new();
    hasher.update(format!("{previous}:{first}:{last}\n"));
    let mut count = 0;
    let text = format!("SELECT id, {COLUMNS} FROM gx_event WHERE id BETWEEN $1 AND $2 ORDER BY id");
    conn.each(&sql!(text, first, last), &mut |row| {
        hash_row(&mut hasher, &row);
        count += 1;
        Ok(())
    })?;
    Ok((hex(&hasher.finalize()), count))
}

/// Every column with its type and length, so that no two rows are hashed alike.
pub(crate) fn hash_row(hasher: &mut Sha256, row: &Row) {
    for column in row {
        match column {
            Stored::Null => hasher.update("n;"),
            Stored::Int(number) => hasher.update(format!("i{number};")),
            Stored::Text(text) => {
                hasher.update(format!("t{}:", text.len()));
                hasher.update(text);
            }
        }
    }
    hasher.update("\n");
}
