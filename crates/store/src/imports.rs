//! Imports: rows staged and judged before any record changes, and what is needed to undo them after.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result, ids, sql::Sql};
use guanxi_model::RecordId;

/// An import.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    /// Its id; ignored when it is made.
    pub id: RecordId,
    /// The object whose records come in.
    pub object: String,
    /// `staged`, `applying`, `finished`, `failed`, `undone`.
    pub state: String,
    /// The file's name.
    pub file_name: String,
    /// Columns, match key and whatever else was chosen.
    pub options: serde_json::Value,
    /// Counts and problems, for people.
    pub report: serde_json::Value,
    /// Number of staged rows.
    pub total: i64,
    /// When it was made, in milliseconds.
    pub created_at: i64,
    /// Who made it.
    pub created_by: Option<RecordId>,
    /// When it ended, one way or another.
    pub finished_at: Option<i64>,
}

/// A staged row.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportRow {
    /// Line in the file.
    pub line: i64,
    /// What the line says.
    pub data: serde_json::Value,
    /// What is wrong with it.
    pub problems: Option<serde_json::Value>,
    /// What it became, once applied.
    pub applied: Option<Applied>,
}

/// What a row became.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// Line in the file.
    pub line: i64,
    /// `created`, `updated`, `same`, …
    pub outcome: String,
    /// The record.
    pub record: Option<RecordId>,
    /// What the record held before, when it existed; undoing puts it back.
    pub before: Option<serde_json::Value>,
}

const COLUMNS: &str =
    "id, object, state, file_name, options, report, total, created_at, created_by, finished_at";

/// Makes an import.
pub fn create(conn: &mut Conn, import: &Import) -> Result<RecordId> {
    let id = ids::next_id(conn)?;
    conn.execute(&sql!(
        format!("INSERT INTO gx_import ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        id,
        import.object.as_str(),
        import.state.as_str(),
        import.file_name.as_str(),
        import.options.to_string(),
        import.report.to_string(),
        import.total,
        import.created_at,
        import.created_by,
        import.finished_at
    ))?;
    Ok(id)
}

/// Stages rows.
pub fn add_rows(conn: &mut Conn, import: RecordId, rows: &[ImportRow]) -> Result<()> {
    let mut sql =
        Sql::new("INSERT INTO gx_import_row (import, line, data, problems) VALUES ($1, $2, $3, $4)");
    for row in rows {
        let problems = row.problems.as_ref().map(serde_json::Value::to_string);
        sql.params = vec![import.into(), row.line.into(), row.data.to_string().into(), problems.into()];
        conn.execute(&sql)?;
    }
    let count = rows.len() as i64;
    conn.execute(&sql!("UPDATE gx_import SET total = total + $2 WHERE id = $1", import, count)).map(drop)
}

/// Staged rows after the line `after`, in order.
pub fn rows(conn: &mut Conn, import: RecordId, after: i64, limit: usize) -> Result<Vec<ImportRow>> {
    let text = "SELECT line, data, problems, outcome, record, before FROM gx_import_row \
                WHERE import = $1 AND line > $2 ORDER BY line LIMIT $3";
    conn.query(&sql!(text, import, after, limit as i64))?.into_iter().map(import_row).collect()
}

/// Staged rows that have problems, in order.
pub fn problems(conn: &mut Conn, import: RecordId, after: i64, limit: usize) -> Result<Vec<ImportRow>> {
    let text = "SELECT line, data, problems, outcome, record, before FROM gx_import_row \
                WHERE import = $1 AND line > $2 AND problems IS NOT NULL ORDER BY line LIMIT $3";
    conn.query(&sql!(text, import, after, limit as i64))?.into_iter().map(import_row).collect()
}

/// Notes what is wrong with rows found to be wrong only when they were applied.
pub fn set_problems(
    conn: &mut Conn,
    import: RecordId,
    line: i64,
    problems: Option<&serde_json::Value>,
) -> Result<()> {
    let problems = problems.map(serde_json::Value::to_string);
    let sql = sql!(
        "UPDATE gx_import_row SET problems = $3 WHERE import = $1 AND line = $2",
        import,
        line,
        problems
    );
    conn.execute(&sql).map(drop)
}

/// Notes what rows became, in the transaction that made them so.
pub fn applied(conn: &mut Conn, import: RecordId, rows: &[Applied]) -> Result<()> {
    let text =
        "UPDATE gx_import_row SET outcome = $3, record = $4, before = $5 WHERE import = $1 AND line = $2";
    let mut sql = Sql::new(text);
    for row in rows {
        let before = row.before.as_ref().map(serde_json::Value::to_string);
        let outcome = row.outcome.as_str();
        sql.params = vec![import.into(), row.line.into(), outcome.into(), row.record.into(), before.into()];
        conn.execute(&sql)?;
    }
    Ok(())
}

/// Moves an import on. `finished_at` ends it.
pub fn set_state(
    conn: &mut Conn,
    import: RecordId,
    state: &str,
    report: &serde_json::Value,
    finished_at: Option<i64>,
) -> Result<()> {
    let text = "UPDATE gx_import SET state = $2, report = $3, finished_at = $4 WHERE id = $1";
    conn.execute(&sql!(text, import, state, report.to_string(), finished_at)).map(drop)
}

/// Ends an import well.
pub fn finish(conn: &mut Conn, import: RecordId, report: &serde_json::Value, now: i64) -> Result<()> {
    set_state(conn, import, "finished", report, Some(now))
}

/// An import by id.
pub fn get(conn: &mut Conn, import: RecordId) -> Result<Option<Import>> {
    let row = conn.query_one(&sql!(format!("SELECT {COLUMNS} FROM gx_import WHERE id = $1"), import))?;
    row.map(import_of).transpose()
}

/// Imports, newest first.
pub fn list(conn: &mut Conn, before: Option<RecordId>, limit: usize) -> Result<Vec<Import>> {
    let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM gx_import"));
    if let Some(before) = before {
        sql.push(" WHERE id < ").bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit as i64);
    conn.query(&sql)?.into_iter().map(import_of).collect()
}

/// Forgets the rows of imports that ended before `before`, which can then no longer be undone.
pub fn prune(conn: &mut Conn, before: i64) -> Result<u64> {
    conn.execute(&sql!(
        "DELETE FROM gx_import_row WHERE import IN (SELECT id FROM gx_import WHERE finished_at < $1)",
        before
    ))
}

fn import_of(row: Row) -> Result<Import> {
    let mut row = Columns::new(row);
    Ok(Import {
        id: RecordId(row.int()?),
        object: row.text()?,
        state: row.text()?,
        file_name: row.text()?,
        options: row.json()?,
        report: row.json()?,
        total: row.int()?,
        created_at: row.int()?,
        created_by: row.maybe_int()?.map(RecordId),
        finished_at: row.maybe_int()?,
    })
}

fn import_row(row: Row) -> Result<ImportRow> {
    let mut row = Columns::new(row);
    let line = row.int()?;
    let data = row.json()?;
    let problems = row.maybe_json()?;
    let outcome = row.maybe_text()?;
    let record = row.maybe_int()?.map(RecordId);
    let before = row.maybe_json()?;
    let applied = outcome.map(|outcome| Applied { line, outcome, record, before });
    Ok(ImportRow { line, data, problems, applied })
}
