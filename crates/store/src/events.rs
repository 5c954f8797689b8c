//! What happened, written once and never changed: timelines, audit, notices and webhooks read it.

mod chain;

pub(crate) use chain::hash_row;
pub use chain::{prune, seal, verify_chain};

use crate::{
    columns::Columns, conn::Conn, conn::Row, dialect::Dialect, error::Result, insert::Insert, sql::Sql,
};
use guanxi_model::RecordId;

/// The lock that orders writers of events and the sealer on PostgreSQL.
const LOCK: i64 = 1_096_367;

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Grows with time; two events of one transaction keep their order.
    pub id: i64,
    /// What happened.
    pub event: NewEvent,
}

/// Something that happens in this transaction.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// When, in milliseconds.
    pub at: i64,
    /// Who did it; none before anyone logged in.
    pub actor: Option<RecordId>,
    /// Through which door: page, API, job, command line, …
    pub channel: String,
    /// The object of the record, or the part of the program.
    pub object: String,
    /// The record it happened to.
    pub record: Option<RecordId>,
    /// What: `created`, `updated`, a verb.
    pub name: String,
    /// What changed, and whatever its sentence mentions.
    pub data: serde_json::Value,
    /// The record in whose timeline it stands too: the customer of an order.
    pub root: Option<RecordId>,
}

/// Which events; everything that is set must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Of this object.
    pub object: Option<String>,
    /// Of this record.
    pub record: Option<RecordId>,
    /// In this record's timeline: its own and those of the records below it.
    pub timeline: Option<RecordId>,
    /// Records merged into that one, whose events stand in its timeline too.
    pub merged: Vec<RecordId>,
    /// Records whose events stand in that timeline too.
    pub also: Vec<RecordId>,
    /// By this person.
    pub actor: Option<RecordId>,
    /// With this name.
    pub name: Option<String>,
    /// At or after this moment.
    pub from: Option<i64>,
    /// Before this moment.
    pub to: Option<i64>,
    /// Older than this event, to continue a page.
    pub before: Option<i64>,
}

const COLUMNS: &str = "at, actor, channel, object, record, name, data, root";

/// Writes events in order.
pub fn append(conn: &mut Conn, events: Vec<NewEvent>) -> Result<()> {
    if conn.dialect() == Dialect::Postgres && !events.is_empty() {
        conn.query(&sql!("SELECT pg_advisory_xact_lock_shared($1)", LOCK))?;
    }
    let rows = events.into_iter().map(|event| {
        vec![
            event.at.into(),
            event.actor.into(),
            event.channel.into(),
            event.object.into(),
            event.record.into(),
            event.name.into(),
            event.data.to_string().into(),
            event.root.into(),
        ]
    });
    Insert::plain("gx_event", COLUMNS.split(", ")).rows(conn, rows.collect())
}

/// A record's own events, newest first.
pub fn of_record(
    conn: &mut Conn,
    object: &str,
    record: RecordId,
    before: Option<i64>,
    limit: usize,
) -> Result<Vec<Event>> {
    let filter = EventFilter {
        object: Some(object.to_owned()),
        record: Some(record),
        before,
        ..EventFilter::default()
    };
    list(conn, &filter, limit)
}

/// Events, newest first.
pub fn list(conn: &mut Conn, filter: &EventFilter, limit: usize) -> Result<Vec<Event>> {
    let mut sql = Sql::new(&format!("SELECT id, {COLUMNS} FROM gx_event WHERE 1 = 1"));
    if let Some(record) = filter.record {
        sql.push(" AND record = ").bind(record);
    }
    if let Some(root) = filter.timeline {
        let records = || filter.merged.iter().copied().chain([root]);
        sql.push(" AND (record IN ").bind_list(records()).push(" OR root IN ").bind_list(records());
        if !filter.also.is_empty() {
            sql.push(" OR record IN ").bind_list(filter.also.iter().copied());
        }
        sql.push(")");
    }
    if let Some(actor) = filter.actor {
        sql.push(" AND actor = ").bind(actor);
    }
    if let Some(object) = &filter.object {
        sql.push(" AND object = ").bind(object.as_str());
    }
    if let Some(name) = &filter.name {
        sql.push(" AND name = ").bind(name.as_str());
    }
    if let Some(from) = filter.from {
        sql.push(" AND at >= ").bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND at < ").bind(to);
    }
    if let Some(before) = filter.before {
        sql.push(" AND id < ").bind(before);
    }
    sql.push(" ORDER BY id DESC LIMIT ").bind(i64::try_from(limit).unwrap_or(i64::MAX));
    conn.query(&sql)?.into_iter().map(event).collect()
}

/// Events after `after`, oldest first, for those who follow them.
pub fn after(conn: &mut Conn, after: i64, limit: usize) -> Result<Vec<Event>> {
    let text = format!("SELECT id, {COLUMNS} FROM gx_event WHERE id > $1 ORDER BY id LIMIT $2");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    conn.query(&sql!(text, after, limit))?.into_iter().map(event).collect()
}

/// The id of the newest event; 0 when there is none.
pub fn last_id(conn: &mut Conn) -> Result<i64> {
    let row = conn.query_one(&sql!("SELECT coalesce(max(id), 0) FROM gx_event"))?;
    row.map_or(Ok(0), |row| Columns::new(row).int())
}

fn event(row: Row) -> Result<Event> {
    let mut row = Columns::new(row);
    let id = row.int()?;
    let event = NewEvent {
        at: row.int()?,
        actor: row.maybe_int()?.map(RecordId),
        channel: row.text()?,
        object: row.text()?,
        record: row.maybe_int()?.map(RecordId),
        name: row.text()?,
        data: row.json()?,
        root: row.maybe_int()?.map(RecordId),
    };
    Ok(Event { id, event })
}
