//! What follows from saved records: the line in the log, the facts of others, the rules of the business.

use super::{facts::refresh_roll_ups, rules_of};
use crate::{Live, Result, domain::Saved, record::Record, tx::Tx};
use guanxi_model::Object;
use guanxi_store::events;
use std::sync::Arc;

/// What follows from saved records: audit, roll-ups, rules.
pub(super) fn all(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[Saved]) -> Result<()> {
    let real: Vec<&Saved> = saved.iter().filter(|s| is_real(s)).collect();
    if real.is_empty() {
        return Ok(());
    }
    if let Some(journal) = &mut tx.journal {
        real.iter().for_each(|saved| journal.note(saved));
    }
    record_events(tx, object, &real)?;
    refresh_roll_ups(tx, object, &real)?;
    if crate::people::are_told_by(&object.name) {
        tx.effects.people = true;
    }
    let rules = rules_of(tx, object);
    // The usual batch changes everything it names, and is handed on without a copy.
    let some: Vec<Saved>;
    let real = if real.len() == saved.len() || rules.is_empty() {
        saved
    } else {
        some = real.into_iter().cloned().collect();
        &some
    };
    for rule in rules {
        rule.after(tx, real)?;
    }
    Ok(())
}

fn is_real(saved: &Saved) -> bool {
    saved.before.as_ref().is_none_or(|before| before.version != saved.after.version)
}

/// Tells the log and those who watch what happened to each record.
pub(crate) fn record_events(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[&Saved]) -> Result<()> {
    let mut new = Vec::with_capacity(saved.len());
    for done in saved {
        let name = if done.before.is_none() { "created" } else { "updated" };
        let data = match &done.before {
            None => serde_json::json!({}),
            Some(before) => serde_json::json!({ "changes": differences(object, before, &done.after) }),
        };
        new.push(tx.new_event(&object.name, Some(done.after.id), tx.root_of(&done.after), name, data));
        tx.effects.live.push(Live {
            object: object.name.clone(),
            record: done.after.id,
            name: name.to_owned(),
            actor: tx.ctx.subject.user,
            version: done.after.version,
        });
    }
    events::append(&mut tx.conn, new)?;
    Ok(())
}

/// Fields that differ, each with its value before and after in the wire form.
fn differences(object: &Object, before: &Record, after: &Record) -> serde_json::Value {
    let mut changes = serde_json::Map::new();
    for (i, field) in object.fields.iter().enumerate() {
        if matches!(field.name.as_str(), "version" | "updated_at" | "updated_by") {
            continue;
        }
        if before.values[i] != after.values[i] {
            changes.insert(
                field.name.clone(),
                serde_json::json!([field.to_json(&before.values[i]), field.to_json(&after.values[i])]),
            );
        }
    }
    serde_json::Value::Object(changes)
}
