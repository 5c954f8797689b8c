//! Facts: what the records that refer to another add up to on it, kept true by each write.

use super::rules_of;
use crate::{Result, domain::Saved, tx::Tx};
use guanxi_model::{FieldKind, Object, RecordId, registry::RollUpTarget};
use guanxi_store::roll_up;
use std::{collections::BTreeSet, sync::Arc};

/// Refreshes the facts of every record that these refer to, or referred to before.
pub(crate) fn refresh_roll_ups(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[&Saved]) -> Result<()> {
    let registry = tx.registry.clone();
    let mut lines: Vec<(&str, &str)> =
        registry.roll_ups(&object.name).iter().map(|t| (t.object.as_str(), t.via.as_str())).collect();
    lines.sort_unstable();
    lines.dedup();
    for (parent, via) in lines {
        let mut records: Vec<RecordId> = saved
            .iter()
            .flat_map(|s| [s.after.reference(via), s.before.as_ref().and_then(|b| b.reference(via))])
            .flatten()
            .collect();
        records.sort_unstable();
        records.dedup();
        match &tx.facts_later {
            Some(later) => later.note(&object.name, parent, via, &records),
            None => refresh_facts(tx, &object.name, parent, via, &records)?,
        }
    }
    Ok(())
}

/// Works out the facts of `records` that depend on a kind of record, and lets the rules of their object follow.
pub(crate) fn refresh_facts(
    tx: &mut Tx<'_>,
    child: &str,
    parent: &str,
    via: &str,
    records: &[RecordId],
) -> Result<()> {
    let (registry, env) = (tx.registry.clone(), tx.env());
    roll_up::refresh(&mut tx.conn, &registry, child, parent, via, records, &env)?;
    refresh_above(tx, child, parent, records)?;
    let Some(parent) = registry.object(parent) else { return Ok(()) };
    for rule in rules_of(tx, parent) {
        rule.facts(tx, child, records)?;
    }
    Ok(())
}

/// Roll-ups over roll-ups: what a record's facts add up to on the records that it refers to in turn. The
/// documents nest them once (the orders of those whom a customer brought), so one level is followed.
fn refresh_above(tx: &mut Tx<'_>, child: &str, parent: &str, records: &[RecordId]) -> Result<()> {
    let registry = tx.registry.clone();
    let refreshed: BTreeSet<&str> = registry
        .roll_ups(child)
        .iter()
        .filter(|target| target.object == parent)
        .map(|target| target.field.as_str())
        .collect();
    let over = |target: &RollUpTarget| match registry.object(&target.object)?.field(&target.field)?.kind {
        FieldKind::RollUp { ref field, .. } => field.clone(),
        _ => None,
    };
    let mut lines: Vec<(&str, &str)> = registry
        .roll_ups(parent)
        .iter()
        .filter(|target| over(target).is_some_and(|field| refreshed.contains(field.as_str())))
        .map(|target| (target.object.as_str(), target.via.as_str()))
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    lines.sort_unstable();
    lines.dedup();
    let children = tx.get_many(parent, records)?;
    let env = tx.env();
    for (above, via) in lines {
        let mut ids: Vec<RecordId> = children.iter().filter_map(|record| record.reference(via)).collect();
        ids.sort_unstable();
        ids.dedup();
        roll_up::refresh(&mut tx.conn, &registry, parent, above, via, &ids, &env)?;
    }
    Ok(())
}
