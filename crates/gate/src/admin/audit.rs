//! Reading the audit: the same events as the timeline, for those who hold the right, all objects together.

use super::may_set;
use crate::{Ctx, Error, Gate, Result};
use guanxi_model::RecordId;
use guanxi_store::events::{self, EventFilter};
use jiff::{Timestamp, civil::Date};

/// A line of the audit.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// The event's id.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who, by name.
    pub actor: String,
    /// Through which door: `web`, `api`, `cli`, `job`, `import`.
    pub channel: String,
    /// From which address; empty when there was none.
    pub ip: String,
    /// The object, or the part of the program.
    pub object: String,
    /// The record.
    pub record: Option<RecordId>,
    /// What was done.
    pub name: String,
    /// For changes: field, before, after. Values of fields that the reader may not see in clear are masked.
    pub changes: Vec<(String, String, String)>,
    /// The reason that was given, where one is asked for.
    pub reason: String,
}

/// Which lines; everything that is set must hold.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Of this object.
    pub object: Option<String>,
    /// Of this record.
    pub record: Option<RecordId>,
    /// By this person.
    pub actor: Option<RecordId>,
    /// With this name.
    pub name: Option<String>,
    /// On or after this date.
    pub from: Option<Date>,
    /// On or before this date.
    pub to: Option<Date>,
    /// Older than this line, to continue a page.
    pub before: Option<i64>,
    /// At most this many.
    pub limit: usize,
}

impl Gate {
    /// Lines of the audit, newest first. Values of records that the reader may not see are left out: reading
    /// the audit is no way around the rights to records.
    pub fn audit(&self, ctx: &Ctx, filter: &AuditFilter) -> Result<Vec<AuditLine>> {
        may_set(ctx, "audit")?;
        let start = |date: Date| date.to_zoned(ctx.zone.clone()).map(|z| z.timestamp().as_millisecond()).ok();
        let wanted = EventFilter {
            object: filter.object.clone(),
            record: filter.record,
            timeline: None,
            merged: Vec::new(),
            also: Vec::new(),
            actor: filter.actor,
            name: filter.name.clone(),
            from: filter.from.and_then(start),
            to: filter.to.and_then(|date| date.tomorrow().ok()).and_then(start),
            before: filter.before,
        };
        let limit = filter.limit.clamp(1, 500);
        let rows = self.0.store.read::<_, Error>(|conn| Ok(events::list(conn, &wanted, limit)?))?;
        let mut entries = self.entries(ctx, rows.clone(), None)?.into_iter().peekable();
        let people = self.people();
        Ok(rows
            .into_iter()
            .map(|row| {
                let shown = entries.next_if(|entry| entry.id == row.id);
                let actor = row.event.actor.unwrap_or(crate::SCHEDULER);
                let said = |key: &str| {
                    row.event.data.get(key).and_then(|text| text.as_str()).unwrap_or_default().to_owned()
                };
                // Only what was asked for to be logged; the reason of a verb may be a field that is not for every reader.
                let reason = if row.event.name == "revealed" { said("reason") } else { String::new() };
                AuditLine {
                    id: row.id,
                    at: Timestamp::from_millisecond(row.event.at).unwrap_or_default(),
                    actor: people.name(actor).map_or_else(|| service_name(actor), str::to_owned),
                    channel: row.event.channel,
                    ip: said("ip"),
                    object: row.event.object,
                    record: row.event.record,
                    name: row.event.name,
                    changes: shown.map(|entry| entry.changes).unwrap_or_default(),
                    reason,
                }
            })
            .collect())
    }

    /// Seals what is open and checks the whole chain; the first bad event if there is one.
    pub fn verify_audit(&self, ctx: &Ctx) -> Result<Option<i64>> {
        may_set(ctx, "audit")?;
        self.write(ctx, |tx| tx.seal_audit())?;
        self.0.store.read(|conn| Ok(events::verify_chain(conn)?))
    }
}

fn service_name(id: RecordId) -> String {
    match id {
        crate::OPERATOR => "operator".to_owned(),
        crate::SCHEDULER => "scheduler".to_owned(),
        id => format!("#{id}"),
    }
}
