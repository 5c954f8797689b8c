//! Into the recycle bin and out of it, with the records that belong to a record.

use super::{facts::refresh_roll_ups, index, rules_of, stale::stale, write::unique_error};
use crate::{
    Result,
    domain::Saved,
    record::Record,
    tx::{Tx, record_of},
};
use guanxi_model::Value;
use guanxi_store::records::{self, Life};

/// Into the recycle bin, with the records that belong to it.
pub(crate) fn delete(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    set_deleted(tx, record, Value::Instant(tx.ctx.now), &[], "deleted")?;
    for relation in tx.registry.clone().children(&record.object.name) {
        let Some(child) = tx.registry.object(&relation.object).cloned() else { continue };
        if !child.field(&relation.field).is_some_and(|field| field.cascade) {
            continue;
        }
        for belonging in tx.referring(&relation.object, &relation.field, &[record.id])? {
            delete(tx, &belonging)?;
        }
    }
    Ok(())
}

/// Out of the recycle bin, with the records that went in with it.
pub(crate) fn restore(tx: &mut Tx<'_>, record: &Record) -> Result<Record> {
    let deleted_at = record.instant("deleted_at");
    let restored = set_deleted(tx, record, Value::Null, &[("merged_into", Value::Null)], "restored")?;
    for relation in tx.registry.clone().children(&record.object.name) {
        let Some(child) = tx.registry.object(&relation.object).cloned() else { continue };
        if !child.field(&relation.field).is_some_and(|field| field.cascade) {
            continue;
        }
        let raws = records::referring(&mut tx.conn, &child, &relation.field, &[record.id], Life::Trash)?;
        for raw in raws {
            let belonging = record_of(&child, raw);
            // What was deleted by itself before stays where it is.
            if belonging.instant("deleted_at") == deleted_at {
                restore(tx, &belonging)?;
            }
        }
    }
    Ok(restored)
}

/// Into the recycle bin, or out of it, with what else changes by that. What belongs to it stays where it is.
pub(crate) fn set_deleted(
    tx: &mut Tx<'_>,
    record: &Record,
    value: Value,
    also: &[(&str, Value)],
    event: &str,
) -> Result<Record> {
    let object = record.object.clone();
    let i = object.index["deleted_at"];
    let gone = !value.is_null();
    let also = also.iter().filter_map(|(name, value)| Some((*object.index.get(*name)?, value)));
    let writes: Vec<(usize, &Value)> = also.chain([(i, &value)]).collect();
    let done = records::update(&mut tx.conn, &object, record.id, record.version, &writes, None)
        .map_err(|e| unique_error(&object, e))?;
    if !done {
        return Err(stale(tx, &object, record, &[])?);
    }
    let mut after = record.clone();
    after.version += 1;
    for (i, value) in writes {
        after.values[i] = value.clone();
    }
    after.values[object.index["version"]] = Value::from(after.version);
    index::remove(tx, record.id)?;
    if !gone {
        index::add(tx, &object, &[&after])?;
    }
    let title = after.title();
    tx.event(&after, event, serde_json::json!({ "title": title }))?;
    let saved = Saved { before: Some(record.clone()), after: after.clone() };
    if let Some(journal) = &mut tx.journal {
        journal.note(&saved);
    }
    refresh_roll_ups(tx, &object, &[&saved])?;
    if crate::people::are_told_by(&object.name) {
        tx.effects.people = true;
    }
    for rule in rules_of(tx, &object) {
        rule.after_delete(tx, &saved)?;
    }
    Ok(after)
}
