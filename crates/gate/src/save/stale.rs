//! A change that was made on what has since become something else: the error that shows both values.

use crate::{Error, Meanwhile, Result, Stale, record::Record, tx::Tx};
use guanxi_model::{Object, Value};
use guanxi_store::{events, records::Life};
use std::{collections::BTreeMap, sync::Arc};

/// The record as it stands now beside what was wanted; not found when it is gone.
pub(super) fn stale(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    before: &Record,
    changed: &[(usize, Value)],
) -> Result<Error> {
    let Some(now) = tx.fetch(&object.name, &[before.id], Life::Live)?.pop() else {
        return Ok(Error::NotFound);
    };
    let wanted = changed.iter().map(|(i, v)| (object.fields[*i].name.clone(), v.clone()));
    Ok(stale_against(tx, &now, wanted, None))
}

/// The error that shows both values of a conflict.
pub(crate) fn stale_against(
    tx: &Tx<'_>,
    now: &Record,
    wanted: impl Iterator<Item = (String, Value)>,
    meanwhile: Option<Vec<Meanwhile>>,
) -> Error {
    let people = tx.gate.people();
    // Stored forms are compared: 12.5 and 12.50 are one number.
    let same = |name: &str, one: &Value, other: &Value| match now.object.field(name) {
        Some(field) => field.store(one) == field.store(other),
        None => one == other,
    };
    let unchanged = |name: &str, value: &Value| {
        let seen = meanwhile.iter().flatten().find(|change| change.field == name);
        same(name, now.get(name), value) || seen.is_some_and(|change| same(name, &change.before, value))
    };
    let fields = wanted
        .filter(|(name, value)| !unchanged(name, value))
        .map(|(name, value)| (name.clone(), now.get(&name).clone(), value))
        .collect();
    Error::Stale(Box::new(Stale {
        object: now.object.name.clone(),
        id: now.id,
        version: now.version,
        updated_by: now.reference("updated_by").and_then(|id| people.name(id)).map(str::to_owned),
        updated_at: now.instant("updated_at"),
        fields,
        meanwhile,
    }))
}

/// What changed since a version, read from the record's events: each version is one event. None when they
/// are not all there any more, or the version never was.
pub(crate) fn changed_since(tx: &mut Tx<'_>, now: &Record, version: i64) -> Result<Option<Vec<Meanwhile>>> {
    // A page that stood open for longer than this is asked about every difference.
    const MOST: usize = 200;
    let Some(steps) = usize::try_from(now.version - version).ok().filter(|steps| *steps <= MOST) else {
        return Ok(None);
    };
    let object = now.object.clone();
    // Verbs tell events of their own between those of the versions.
    let events = events::of_record(&mut tx.conn, &object.name, now.id, None, steps * 4)?;
    let versions = events
        .iter()
        .filter(|event| matches!(event.event.name.as_str(), "updated" | "deleted" | "restored"))
        .take(steps)
        .collect::<Vec<_>>();
    if versions.len() < steps {
        return Ok(None);
    }
    let mut before: BTreeMap<String, Value> = BTreeMap::new();
    // From the newest to the oldest, so that the oldest value is the one that stays.
    for event in versions {
        for (field, old, _) in crate::timeline::changes_of(&object, event) {
            if !field.is_computed() && field.name != "deleted_at" {
                before.insert(field.name.clone(), old);
            }
        }
    }
    let changes = before.into_iter().map(|(field, before)| {
        let now = now.get(&field).clone();
        Meanwhile { field, before, now }
    });
    Ok(Some(changes.filter(|change| change.before != change.now).collect()))
}
