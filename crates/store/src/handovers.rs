//! Hand-overs: the plan by which a leaver's records go to others, kept until nothing is left.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result, records::Life, sql::Sql};
use guanxi_model::{Object, RecordId, Stored};

/// A hand-over.
#[derive(Debug, Clone, PartialEq)]
pub struct Handover {
    /// Its id.
    pub id: RecordId,
    /// Who leaves.
    pub leaver: RecordId,
    /// Who gets what.
    pub plan: serde_json::Value,
    /// How many records of each object went to whom so far.
    pub moved: serde_json::Value,
    /// When it began, in milliseconds.
    pub created_at: i64,
    /// Who began it.
    pub created_by: Option<RecordId>,
    /// When nothing was left.
    pub finished_at: Option<i64>,
}

const COLUMNS: &str = "id, leaver, plan, moved, created_at, created_by, finished_at";

/// Keeps the plan.
pub fn begin(conn: &mut Conn<'_>, handover: &Handover) -> Result<()> {
    let text = format!("INSERT INTO gx_handover ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7)");
    conn.execute(&sql!(
        text,
        handover.id,
        handover.leaver,
        handover.plan.to_string(),
        handover.moved.to_string(),
        handover.created_at,
        handover.created_by,
        handover.finished_at
    ))
    .map(drop)
}

/// Notes how far it has come.
pub fn advance(
    conn: &mut Conn<'_>,
    id: RecordId,
    moved: &serde_json::Value,
    finished_at: Option<i64>,
) -> Result<()> {
    let text = "UPDATE gx_handover SET moved = $2, finished_at = $3 WHERE id = $1";
    conn.execute(&sql!(text, id, moved.to_string(), finished_at)).map(drop)
}

/// A hand-over by id.
pub fn find(conn: &mut Conn<'_>, id: RecordId) -> Result<Option<Handover>> {
    let text = format!("SELECT {COLUMNS} FROM gx_handover WHERE id = $1");
    conn.query_one(&sql!(text, id))?.map(handover).transpose()
}

/// The newest hand-over of a leaver.
pub fn latest(conn: &mut Conn<'_>, leaver: RecordId) -> Result<Option<Handover>> {
    let text = format!("SELECT {COLUMNS} FROM gx_handover WHERE leaver = $1 ORDER BY id DESC LIMIT 1");
    conn.query_one(&sql!(text, leaver))?.map(handover).transpose()
}

fn handover(row: Row) -> Result<Handover> {
    let mut row = Columns::new(row);
    Ok(Handover {
        id: RecordId(row.int()?),
        leaver: RecordId(row.int()?),
        plan: row.json()?,
        moved: row.json()?,
        created_at: row.int()?,
        created_by: row.maybe_int()?.map(RecordId),
        finished_at: row.maybe_int()?,
    })
}

/// How many records name a person in a field.
pub fn count(
    conn: &mut Conn<'_>,
    object: &Object,
    column: &str,
    person: RecordId,
    life: Life,
) -> Result<i64> {
    let mut sql = Sql::new("SELECT count(*) FROM ");
    named(&mut sql, object, column, person, life);
    Ok(conn.query_one(&sql)?.and_then(|row| row.first().and_then(Stored::int)).unwrap_or(0))
}

/// Ids of records that name a person in a field, the smallest first.
pub fn named_by(
    conn: &mut Conn<'_>,
    object: &Object,
    column: &str,
    person: RecordId,
    life: Life,
    after: RecordId,
    limit: usize,
) -> Result<Vec<RecordId>> {
    let mut sql = Sql::new("SELECT t.\"id\" FROM ");
    named(&mut sql, object, column, person, life);
    sql.push(" AND t.\"id\" > ").bind(after);
    sql.push(" ORDER BY t.\"id\" LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    Ok(conn.query(&sql)?.iter().filter_map(|row| row.first()?.int()).map(RecordId).collect())
}

fn named(sql: &mut Sql, object: &Object, column: &str, person: RecordId, life: Life) {
    sql.name(&object.table).push(" t WHERE ").column("t", column).push(" = ").bind(person).push(" AND ");
    crate::records::life_clause(sql, "t", life);
}

/// Gives what lies in the recycle bin to another person, so that nothing comes back to someone who left.
pub fn give_deleted(
    conn: &mut Conn<'_>,
    object: &Object,
    column: &str,
    from: RecordId,
    to: RecordId,
) -> Result<u64> {
    let mut sql = Sql::new("UPDATE ");
    sql.name(&object.table).push(" SET ").name(column).push(" = ").bind(to);
    sql.push(", \"version\" = \"version\" + 1 WHERE ").name(column).push(" = ").bind(from);
    sql.push(" AND \"deleted_at\" IS NOT NULL");
    conn.execute(&sql)
}

/// Hand-overs with something left to do, the oldest first.
pub fn unfinished(conn: &mut Conn<'_>) -> Result<Vec<RecordId>> {
    let rows = conn.query(&Sql::new("SELECT id FROM gx_handover WHERE finished_at IS NULL ORDER BY id"))?;
    Ok(rows.iter().filter_map(|row| row.first()?.int()).map(RecordId).collect())
}
