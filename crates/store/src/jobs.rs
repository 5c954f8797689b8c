//! Work for later, enqueued in the transaction that causes it and done at least once.

use crate::{columns::Columns, conn::Conn, conn::Row, dialect::Dialect, error::Result, settings, sql::Sql};
use guanxi_model::RecordId;
use jiff::civil::Date;

/// The setting that holds the queues: a restored set sends nothing until a person releases it.
const HELD: &str = "jobs.held";

/// Work to be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct NewJob {
    /// The queue, which names the code that does it.
    pub queue: String,
    /// What that code needs to know.
    pub payload: serde_json::Value,
    /// For whom; their rights are asked when it runs.
    pub subject: Option<RecordId>,
    /// Two jobs of a queue with the same key are one.
    pub unique_key: Option<String>,
    /// Not before this moment, in milliseconds.
    pub run_at: i64,
    /// When it was asked for.
    pub created_at: i64,
}

/// Work that is waiting, being done, or given up.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Its id, which stays the same when it is done again.
    pub id: i64,
    /// What to do.
    pub job: NewJob,
    /// How often it was begun.
    pub attempts: i64,
    /// Until when a worker has it.
    pub leased_until: Option<i64>,
    /// When it was given up.
    pub dead_at: Option<i64>,
    /// Why it failed the last time.
    pub problem: Option<String>,
}

/// What to do with a job that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// Try again at this moment, in milliseconds.
    Retry(i64),
    /// Keep it for people to look at; this is now.
    GiveUp(i64),
}

const COLUMNS: &str =
    "id, queue, payload, subject, unique_key, run_at, created_at, attempts, leased_until, dead_at, problem";

/// Asks for work. Returns its id; none when a waiting job has the same key.
pub fn enqueue(conn: &mut Conn, job: &NewJob) -> Result<Option<i64>> {
    let text = "INSERT INTO gx_job (queue, payload, subject, unique_key, run_at, created_at, attempts) \
                VALUES ($1, $2, $3, $4, $5, $6, 0) ON CONFLICT DO NOTHING RETURNING id";
    let row = conn.query_one(&sql!(
        text,
        job.queue.as_str(),
        job.payload.to_string(),
        job.subject,
        job.unique_key.as_deref(),
        job.run_at,
        job.created_at
    ))?;
    row.map(|row| Columns::new(row).int()).transpose()
}

/// Takes the oldest job that is due in one of the queues, until `leased_until`. A worker that dies loses
/// it at that moment, and another takes it again. None while the queues are held.
pub fn claim(conn: &mut Conn, queues: &[&str], now: i64, leased_until: i64) -> Result<Option<Job>> {
    if is_held(conn)? {
        return Ok(None);
    }
    let skip = match conn.dialect() {
        Dialect::Sqlite => "",
        Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
    };
    let mut sql = Sql::new("UPDATE gx_job SET attempts = attempts + 1, leased_until = ");
    sql.bind(leased_until).push(" WHERE id = (SELECT id FROM gx_job WHERE dead_at IS NULL AND queue IN ");
    sql.bind_list(queues.iter().copied()).push(" AND run_at <= ").bind(now);
    sql.push(" AND (leased_until IS NULL OR leased_until <= ").bind(now);
    sql.push(") ORDER BY run_at, id LIMIT 1").push(skip).push(") RETURNING ").push(COLUMNS);
    conn.query_one(&sql)?.map(job).transpose()
}

/// Ends a job that was done.
pub fn finish(conn: &mut Conn, id: i64) -> Result<()> {
    conn.execute(&sql!("DELETE FROM gx_job WHERE id = $1", id)).map(drop)
}

/// Notes that a job failed, and what becomes of it.
pub fn fail(conn: &mut Conn, id: i64, problem: &str, next: Failed) -> Result<()> {
    let sql = match next {
        Failed::Retry(at) => {
            sql!(
                "UPDATE gx_job SET leased_until = NULL, problem = $2, run_at = $3 WHERE id = $1",
                id,
                problem,
                at
            )
        }
        Failed::GiveUp(now) => {
            sql!(
                "UPDATE gx_job SET leased_until = NULL, problem = $2, dead_at = $3 WHERE id = $1",
                id,
                problem,
                now
            )
        }
    };
    conn.execute(&sql).map(drop)
}

/// Takes up again a job that was given up. A `Conflict` means that another has its key by now.
pub fn revive(conn: &mut Conn, id: i64, now: i64) -> Result<bool> {
    let text =
        "UPDATE gx_job SET dead_at = NULL, attempts = 0, run_at = $2 WHERE id = $1 AND dead_at IS NOT NULL";
    Ok(conn.execute(&sql!(text, id, now))? > 0)
}

/// Jobs, newest first: those given up, or the others.
pub fn list(conn: &mut Conn, dead: bool, before: Option<i64>, limit: usize) -> Result<Vec<Job>> {
    let state = if dead { "IS NOT NULL" } else { "IS NULL" };
    let mut sql = Sql::new(&format!("SELECT {COLUMNS} FROM gx_job WHERE dead_at {state}"));
    if let Some(before) = before {
        sql.push(" AND id < ").bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").bind(limit as i64);
    conn.query(&sql)?.into_iter().map(job).collect()
}

/// How many jobs wait or are being done.
pub fn pending_count(conn: &mut Conn) -> Result<i64> {
    let row = conn.query_one(&sql!("SELECT count(*) FROM gx_job WHERE dead_at IS NULL"))?;
    row.map_or(Ok(0), |row| Columns::new(row).int())
}

/// Stops or releases all queues.
pub fn hold(conn: &mut Conn, held: bool) -> Result<()> {
    if held { settings::set(conn, HELD, "1") } else { settings::remove(conn, HELD).map(drop) }
}

/// Whether the queues are held.
pub fn is_held(conn: &mut Conn) -> Result<bool> {
    Ok(settings::get(conn, HELD)?.is_some())
}

/// Claims a dated job: true once for every name and date. A date before the last one is never due.
pub fn due(conn: &mut Conn, name: &str, date: Date) -> Result<bool> {
    let text = "INSERT INTO gx_schedule (name, last_date) VALUES ($1, $2) \
                ON CONFLICT (name) DO UPDATE SET last_date = excluded.last_date \
                WHERE gx_schedule.last_date < excluded.last_date";
    Ok(conn.execute(&sql!(text, name, date.to_string()))? > 0)
}

/// Gives a claimed date back, because the job failed.
pub fn release(conn: &mut Conn, name: &str, date: Date) -> Result<()> {
    let before = date.yesterday().unwrap_or(date).to_string();
    let text = "UPDATE gx_schedule SET last_date = $1 WHERE name = $2 AND last_date = $3";
    conn.execute(&sql!(text, before, name, date.to_string()))?;
    Ok(())
}

/// The latest date for which each dated job was claimed.
pub fn schedules(conn: &mut Conn) -> Result<Vec<(String, String)>> {
    let rows = conn.query(&sql!("SELECT name, last_date FROM gx_schedule ORDER BY name"))?;
    rows.into_iter()
        .map(|row| {
            let mut row = Columns::new(row);
            Ok((row.text()?, row.text()?))
        })
        .collect()
}

fn job(row: Row) -> Result<Job> {
    let mut row = Columns::new(row);
    let id = row.int()?;
    let job = NewJob {
        queue: row.text()?,
        payload: row.json()?,
        subject: row.maybe_int()?.map(RecordId),
        unique_key: row.maybe_text()?,
        run_at: row.int()?,
        created_at: row.int()?,
    };
    Ok(Job {
        id,
        job,
        attempts: row.int()?,
        leased_until: row.maybe_int()?,
        dead_at: row.maybe_int()?,
        problem: row.maybe_text()?,
    })
}
