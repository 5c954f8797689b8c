//! Imports and their journals: what each transaction of an import changed, packed into one text and written in
//! that transaction, so that an import can be played backwards after a failure, a crash or a change of mind.

use crate::{columns::Columns, conn::Conn, conn::Row, dialect::Dialect, error::Result, ids, sql::Sql};
use guanxi_model::{Object, RecordId};

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Its id; ignored when it is made.
    pub id: RecordId,
    /// The object whose records come in.
    pub object: String,
    /// The file's name.
    pub file_name: String,
    /// `judging`, `applying`, `done`, `failed`, `undoing`, `undone`, `interrupted`.
    pub state: String,
    /// Columns, match key and whatever else was chosen.
    pub options: serde_json::Value,
    /// Counts and problems, for people.
    pub report: serde_json::Value,
    /// Rows done in this state.
    pub done: i64,
    /// Rows in all, once they are counted.
    pub total: Option<i64>,
    /// Someone asked it to stop.
    pub cancelled: bool,
    /// The file of rejected rows.
    pub rejects: Option<String>,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// Who made it.
    pub created_by: Option<RecordId>,
    /// When it ended, one way or another.
    pub finished_at: Option<i64>,
    /// When its undoing began.
    pub undone_at: Option<i64>,
    /// Who wanted it undone.
    pub undone_by: Option<RecordId>,
    /// Whether its journal is still there.
    pub journal: bool,
}

const COLUMNS: &str = "id, object, file_name, state, options, report, done, total, cancelled, rejects, \
    created_at, created_by, finished_at, undone_at, undone_by";

fn select() -> Sql {
    Sql::new(&format!(
        "SELECT {COLUMNS}, (SELECT count(*) FROM gx_import_part p WHERE p.import = i.id AND p.undone = 0) \
         FROM gx_import i"
    ))
}

/// Makes an import.
pub fn create(conn: &mut Conn, import: &Import) -> Result<RecordId> {
    let id = ids::next_id(conn)?;
    conn.execute(&sql!(
        format!(
            "INSERT INTO gx_import ({COLUMNS}) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
        ),
        id,
        import.object.as_str(),
        import.file_name.as_str(),
        import.state.as_str(),
        import.options.to_string(),
        import.report.to_string(),
        import.done,
        import.total,
        import.cancelled,
        import.rejects.as_deref(),
        import.created_at,
        import.created_by,
        import.finished_at,
        import.undone_at,
        import.undone_by
    ))?;
    Ok(id)
}

/// An import by id.
pub fn get(conn: &mut Conn, import: RecordId) -> Result<Option<Import>> {
    let mut sql = select();
    sql.push(" WHERE id = ").bind(import);
    conn.query_one(&sql)?.map(import_of).transpose()
}

/// Imports of some objects, newest first; of one person when they are named.
pub fn list(
    conn: &mut Conn,
    objects: &[&str],
    by: Option<RecordId>,
    before: Option<RecordId>,
    limit: usize,
) -> Result<Vec<Import>> {
    let mut sql = select();
    sql.push(" WHERE object IN ").bind_list(objects.iter().copied());
    if let Some(by) = by {
        sql.push(" AND created_by = ").bind(by);
    }
    if let Some(before) = before {
        sql.push(" AND id < ").bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    conn.query(&sql)?.into_iter().map(import_of).collect()
}

/// Imports that have not ended, and undoings that have not: they are at work, or their program died.
pub fn unfinished(conn: &mut Conn) -> Result<Vec<Import>> {
    let mut sql = select();
    sql.push(" WHERE finished_at IS NULL ORDER BY id DESC");
    conn.query(&sql)?.into_iter().map(import_of).collect()
}

/// Notes how far an import has come. False when it is no longer in this state: someone else has ended it.
pub fn progress(
    conn: &mut Conn,
    import: RecordId,
    state: &str,
    done: i64,
    total: Option<i64>,
) -> Result<bool> {
    let text = "UPDATE gx_import SET done = $3, total = $4 WHERE id = $1 AND state = $2";
    Ok(conn.execute(&sql!(text, import, state, done, total))? == 1)
}

/// Moves an import on to a state in which it is at work.
pub fn begin(conn: &mut Conn, import: RecordId, state: &str) -> Result<()> {
    let text = "UPDATE gx_import SET state = $2, done = 0, finished_at = NULL WHERE id = $1";
    conn.execute(&sql!(text, import, state)).map(drop)
}

/// Ends an import.
pub fn finish(
    conn: &mut Conn,
    import: RecordId,
    state: &str,
    report: &serde_json::Value,
    now: i64,
) -> Result<()> {
    let text = "UPDATE gx_import SET state = $2, report = $3, finished_at = $4 WHERE id = $1";
    conn.execute(&sql!(text, import, state, report.to_string(), now)).map(drop)
}

/// Asks a running import to stop.
pub fn cancel(conn: &mut Conn, import: RecordId) -> Result<()> {
    conn.execute(&sql!("UPDATE gx_import SET cancelled = 1 WHERE id = $1", import)).map(drop)
}

/// Names the file of rejected rows.
pub fn set_rejects(conn: &mut Conn, import: RecordId, file: &str) -> Result<()> {
    conn.execute(&sql!("UPDATE gx_import SET rejects = $2 WHERE id = $1", import, file)).map(drop)
}

/// Notes who wants it undone.
pub fn undo_wanted(conn: &mut Conn, import: RecordId, by: Option<RecordId>, now: i64) -> Result<()> {
    let text = "UPDATE gx_import SET undone_at = $2, undone_by = $3 WHERE id = $1";
    conn.execute(&sql!(text, import, now, by)).map(drop)
}

/// Adds what one transaction changed.
pub fn add_part(conn: &mut Conn, import: RecordId, changes: &str) -> Result<()> {
    let last = sql!("SELECT coalesce(max(part), 0) FROM gx_import_part WHERE import = $1", import);
    let last = conn.query_one(&last)?.map_or(Ok(0), |row| Columns::new(row).int())?;
    let text = "INSERT INTO gx_import_part (import, part, undone, changes) VALUES ($1, $2, 0, $3)";
    conn.execute(&sql!(text, import, last + 1, changes)).map(drop)
}

/// The latest part that has not been put back.
pub fn last_part(conn: &mut Conn, import: RecordId) -> Result<Option<(i64, String)>> {
    let text = "SELECT part, changes FROM gx_import_part WHERE import = $1 AND undone = 0 \
                ORDER BY part DESC LIMIT 1";
    conn.query_one(&sql!(text, import))?
        .map(|row| {
            let mut row = Columns::new(row);
            Ok((row.int()?, row.text()?))
        })
        .transpose()
}

/// How many parts wait to be put back, and how many have been.
pub fn count_parts(conn: &mut Conn, import: RecordId) -> Result<(i64, i64)> {
    let text =
        "SELECT count(*), count(CASE WHEN undone = 1 THEN 1 END) FROM gx_import_part WHERE import = $1";
    let Some(row) = conn.query_one(&sql!(text, import))? else { return Ok((0, 0)) };
    let mut row = Columns::new(row);
    let (all, undone) = (row.int()?, row.int()?);
    Ok((all - undone, undone))
}

/// Marks a part as put back, and keeps what the rest of the undoing needs to know of it.
pub fn part_undone(conn: &mut Conn, import: RecordId, part: i64, kept: &str) -> Result<()> {
    let text = "UPDATE gx_import_part SET undone = 1, changes = $3 WHERE import = $1 AND part = $2";
    conn.execute(&sql!(text, import, part, kept)).map(drop)
}

/// What was kept of the parts that have been put back, latest first.
pub fn undone_parts(conn: &mut Conn, import: RecordId) -> Result<Vec<String>> {
    let text = "SELECT changes FROM gx_import_part WHERE import = $1 AND undone = 1 ORDER BY part DESC";
    conn.query(&sql!(text, import))?.into_iter().map(|row| Columns::new(row).text()).collect()
}

/// What was kept of the parts of later imports that have been put back, in the order in which they were.
pub fn later_undone(conn: &mut Conn, import: RecordId) -> Result<Vec<String>> {
    let text = "SELECT p.changes FROM gx_import_part p JOIN gx_import i ON i.id = p.import \
                WHERE p.import > $1 AND p.undone = 1 ORDER BY i.finished_at, i.id DESC, p.part DESC";
    conn.query(&sql!(text, import))?.into_iter().map(|row| Columns::new(row).text()).collect()
}

/// Drops the journals of imports that ended before `before`, which can then no longer be undone, and the rows of
/// their files of rejected rows.
pub fn prune(conn: &mut Conn, before: i64) -> Result<u64> {
    let removed = conn.execute(&sql!(
        "DELETE FROM gx_import_part WHERE import IN (SELECT id FROM gx_import WHERE finished_at < $1)",
        before
    ))?;
    conn.execute(&sql!(
        "DELETE FROM gx_file WHERE id IN (SELECT rejects FROM gx_import WHERE finished_at < $1)",
        before
    ))?;
    conn.execute(&sql!(
        "UPDATE gx_import SET rejects = NULL WHERE finished_at < $1 AND rejects IS NOT NULL",
        before
    ))?;
    Ok(removed)
}

/// Erases records at once, with what the program keeps beside them: search index, match keys, and notices sent
/// since `since` (in milliseconds), when the records were made.
pub fn erase(conn: &mut Conn, object: &Object, ids: &[RecordId], since: i64) -> Result<()> {
    for ids in ids.chunks(500) {
        let search = match conn.dialect() {
            Dialect::Sqlite => "DELETE FROM gx_search WHERE rowid IN ",
            Dialect::Postgres => "DELETE FROM gx_search WHERE record IN ",
        };
        for start in [search, "DELETE FROM gx_match WHERE record IN "] {
            let mut sql = Sql::new(start);
            sql.bind_list(ids.iter().copied());
            conn.execute(&sql)?;
        }
        let mut sql = Sql::new("DELETE FROM ");
        sql.name(&object.table).push(" WHERE \"id\" IN ").bind_list(ids.iter().copied());
        conn.execute(&sql)?;
    }
    // Notices have no index on the record, so few of them are looked at: those of this object since the import.
    let mut first = Sql::new("SELECT id, record FROM gx_notice WHERE object = ");
    first.bind(object.name.as_str()).push(" AND at >= ").bind(since);
    let gone: std::collections::HashSet<i64> = ids.iter().map(|id| id.0).collect();
    for row in conn.query(&first)? {
        let mut row = Columns::new(row);
        let (notice, record) = (row.int()?, row.maybe_int()?);
        if record.is_some_and(|record| gone.contains(&record)) {
            conn.execute(&sql!("DELETE FROM gx_notice WHERE id = $1", notice))?;
        }
    }
    Ok(())
}

fn import_of(row: Row) -> Result<Import> {
    let mut row = Columns::new(row);
    Ok(Import {
        id: RecordId(row.int()?),
        object: row.text()?,
        file_name: row.text()?,
        state: row.text()?,
        options: row.json()?,
        report: row.json()?,
        done: row.int()?,
        total: row.maybe_int()?,
        cancelled: row.int()? != 0,
        rejects: row.maybe_text()?,
        created_at: row.int()?,
        created_by: row.maybe_int()?.map(RecordId),
        finished_at: row.maybe_int()?,
        undone_at: row.maybe_int()?,
        undone_by: row.maybe_int()?.map(RecordId),
        journal: row.int()? > 0,
    })
}
