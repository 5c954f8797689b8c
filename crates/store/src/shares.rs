//! Records that were shared with a person or a department beyond what roles allow.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result, ids};
use guanxi_model::RecordId;

/// One sharing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its id.
    pub id: RecordId,
    /// What is shared.
    pub share: NewShare,
}

/// A sharing to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewShare {
    /// The object of the record.
    pub object: String,
    /// The record.
    pub record: RecordId,
    /// With whom.
    pub with: With,
    /// `read` or `edit`.
    pub level: String,
    /// When it ends, in milliseconds; none is until it is taken back.
    pub until: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// Who made it.
    pub created_by: Option<RecordId>,
}

/// With whom a record is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// A person.
    User(RecordId),
    /// Everyone in a department.
    Department(RecordId),
}

const COLUMNS: &str = "id, object, record, to_user, to_department, level, until, created_at, created_by";

/// Shares a record. An older sharing of the record with the same person or department is replaced.
pub fn add(conn: &mut Conn, share: &NewShare) -> Result<RecordId> {
    let (user, department) = match share.with {
        With::User(user) => (Some(user), None),
        With::Department(department) => (None, Some(department)),
    };
    conn.execute(&sql!(
        "DELETE FROM gx_share WHERE record = $1 AND (to_user = $2 OR to_department = $3)",
        share.record,
        user,
        department
    ))?;
    let id = ids::next_id(conn)?;
    conn.execute(&sql!(
        format!("INSERT INTO gx_share ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"),
        id,
        share.object.as_str(),
        share.record,
        user,
        department,
        share.level.as_str(),
        share.until,
        share.created_at,
        share.created_by
    ))?;
    Ok(id)
}

/// Takes a sharing back.
pub fn remove(conn: &mut Conn, id: RecordId) -> Result<bool> {
    Ok(conn.execute(&sql!("DELETE FROM gx_share WHERE id = $1", id))? > 0)
}

/// A sharing by id.
pub fn find(conn: &mut Conn, id: RecordId) -> Result<Option<Share>> {
    conn.query_one(&sql!(format!("SELECT {COLUMNS} FROM gx_share WHERE id = $1"), id))?.map(share).transpose()
}

/// The sharings of a record that have not ended.
pub fn of_record(conn: &mut Conn, record: RecordId, now: i64) -> Result<Vec<Share>> {
    let text = format!(
        "SELECT {COLUMNS} FROM gx_share WHERE record = $1 AND (until IS NULL OR until > $2) ORDER BY id"
    );
    conn.query(&sql!(text, record, now))?.into_iter().map(share).collect()
}

/// The sharings with a person or one of the departments they are in that have not ended.
pub fn with(conn: &mut Conn, user: RecordId, departments: &[RecordId], now: i64) -> Result<Vec<Share>> {
    conn.shares_with(user, |conn| read_with(conn, user, departments, now))
}

fn read_with(conn: &mut Conn, user: RecordId, departments: &[RecordId], now: i64) -> Result<Vec<Share>> {
    let mut sql =
        sql!(format!("SELECT {COLUMNS} FROM gx_share WHERE (to_user = $1 OR to_department IN "), user);
    sql.bind_list(departments.iter().copied()).push(") AND (until IS NULL OR until > ");
    sql.bind(now).push(") ORDER BY id");
    conn.query(&sql)?.into_iter().map(share).collect()
}

/// Forgets sharings that ended before `now`.
pub fn prune(conn: &mut Conn, now: i64) -> Result<u64> {
    conn.execute(&sql!("DELETE FROM gx_share WHERE until <= $1", now))
}

/// Forgets every sharing of these records.
pub fn forget(conn: &mut Conn, records: &[RecordId]) -> Result<()> {
    for chunk in records.chunks(500) {
        let mut sql = sql!("DELETE FROM gx_share WHERE record IN ");
        sql.bind_list(chunk.iter().copied());
        conn.execute(&sql)?;
    }
    Ok(())
}

/// Gives the sharings of one record to another, for merges; forgets them when there is no other.
pub fn move_record(conn: &mut Conn, from: RecordId, to: Option<RecordId>) -> Result<u64> {
    match to {
        Some(to) => conn.execute(&sql!("UPDATE gx_share SET record = $2 WHERE record = $1", from, to)),
        None => conn.execute(&sql!("DELETE FROM gx_share WHERE record = $1", from)),
    }
}

fn share(row: Row) -> Result<Share> {
    let mut row = Columns::new(row);
    let id = RecordId(row.int()?);
    let (object, record) = (row.text()?, RecordId(row.int()?));
    let (user, department) = (row.maybe_int()?, row.maybe_int()?);
    let with = match user {
        Some(user) => With::User(RecordId(user)),
        None => With::Department(RecordId(department.unwrap_or_default())),
    };
    let share = NewShare {
        object,
        record,
        with,
        level: row.text()?,
        until: row.maybe_int()?,
        created_at: row.int()?,
        created_by: row.maybe_int()?.map(RecordId),
    };
    Ok(Share { id, share })
}
