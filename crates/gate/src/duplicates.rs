//! Duplicate check: normal forms under which the same customer is found again, the same on forms, imports,
//! the API and when an opportunity is won. `check` asks before anything is typed into a form, `search` walks
//! the whole set.

pub mod check;
pub mod search;

use crate::{Draft, DuplicateHit, Record, Result, access::Deciding, tx::Tx};
use guanxi_model::{Field, FieldKind, Object, RecordId, Value, access::action};
use guanxi_store::{
    duplicates,
    records::{self, Life},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The match keys of a record: field name and normal form.
pub(crate) fn keys(object: &Object, get: &dyn Fn(&str) -> Value) -> Vec<(String, String)> {
    let mut keys = Vec::new();
    for key in &object.duplicates {
        let Some(field) = object.field(&key.field) else { continue };
        if let Some(normal) = normal_form(field, &get(&key.field), key.similar) {
            keys.push((key_name(&key.field, key.similar), normal));
        }
    }
    keys
}

/// A field may serve twice: exactly, and by sound.
pub(crate) fn key_name(field: &str, similar: bool) -> String {
    if similar { format!("{field}~") } else { field.to_owned() }
}

pub(crate) fn normal_form(field: &Field, value: &Value, similar: bool) -> Option<String> {
    let text = value.as_text()?;
    let normal = match field.value_kind() {
        FieldKind::Phone => guanxi_text::phone::normalise(text)?,
        FieldKind::Email => guanxi_text::email::normalise(text)?,
        FieldKind::CreditCode => text.to_owned(),
        _ if similar => guanxi_text::company::near_key(text),
        _ => guanxi_text::company::key(text),
    };
    (!normal.is_empty()).then_some(normal)
}

/// How many names that begin alike are compared with a name; more would only be further from it.
const NEIGHBOURS: i64 = 300;

/// Live records that share a key with a draft, likely ones first, and those of nearly the same name.
pub(crate) fn find(tx: &mut Tx<'_>, object: &Arc<Object>, draft: &Draft) -> Result<Vec<DuplicateHit>> {
    let mut found: BTreeMap<RecordId, (String, bool)> = BTreeMap::new();
    for (name, key) in keys(object, &|field| draft.get(field).clone()) {
        let similar = name.ends_with('~');
        for (_, record) in duplicates::find(&mut tx.conn, &object.name, &name, &[&key])? {
            let field = name.trim_end_matches('~').to_owned();
            let entry = found.entry(record).or_insert((field.clone(), similar));
            if entry.1 && !similar {
                *entry = (field, false);
            }
        }
    }
    for (field, record) in near(tx, object, &|field| draft.get(field).clone())? {
        found.entry(record).or_insert((field, true));
    }
    describe(tx, object, found, None)
}

/// Records whose name is nearly the same: those that begin with the same sounds are compared one by one.
fn near(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    get: &dyn Fn(&str) -> Value,
) -> Result<Vec<(String, RecordId)>> {
    let mut found = Vec::new();
    for key in object.duplicates.iter().filter(|key| key.similar) {
        let Some(field) = object.field(&key.field).filter(|f| matches!(f.kind, FieldKind::Text)) else {
            continue;
        };
        let value = get(&key.field);
        let Some(text) = value.as_text().filter(|text| !text.trim().is_empty()) else { continue };
        let stem = guanxi_text::company::near_stem(text);
        let length = guanxi_text::company::near_key(text).len();
        // Two characters are at most twelve letters of pinyin.
        let alike = |other: &str| other.len().abs_diff(length) <= 12;
        let name = key_name(&key.field, true);
        let ids: Vec<RecordId> = duplicates::beginning(&mut tx.conn, &object.name, &name, &stem, NEIGHBOURS)?
            .into_iter()
            .filter(|(other, _)| alike(other))
            .map(|(_, record)| record)
            .collect();
        for (id, other) in duplicates::texts(&mut tx.conn, object, field, &ids)? {
            if guanxi_text::company::is_near(text, &other) {
                found.push((key.field.clone(), id));
            }
        }
    }
    Ok(found)
}

/// What a new record of a batch repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twin {
    /// A record that is there.
    Record,
    /// An earlier row of the same batch.
    Row(usize),
}

/// For a batch: for each draft, whether it repeats a record or an earlier draft. One statement for each key
/// field.
pub(crate) fn likely_in_batch(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    drafts: &[&Draft],
) -> Result<Vec<Option<Twin>>> {
    let mut answers = vec![None; drafts.len()];
    for key in object.duplicates.iter().filter(|key| !key.similar) {
        let Some(field) = object.field(&key.field) else { continue };
        let normals: Vec<Option<String>> =
            drafts.iter().map(|draft| normal_form(field, draft.get(&key.field), false)).collect();
        let wanted: Vec<&str> = normals.iter().flatten().map(String::as_str).collect();
        if wanted.is_empty() {
            continue;
        }
        let known: BTreeSet<String> = duplicates::find(&mut tx.conn, &object.name, &key.field, &wanted)?
            .into_iter()
            .map(|(key, _)| key)
            .collect();
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        for (row, (answer, normal)) in answers.iter_mut().zip(&normals).enumerate() {
            let Some(normal) = normal else { continue };
            if known.contains(normal) {
                *answer = Some(Twin::Record);
            } else if let Some(first) = seen.get(normal.as_str()) {
                answer.get_or_insert(Twin::Row(*first));
            } else {
                seen.insert(normal, row);
            }
        }
    }
    Ok(answers)
}

pub(crate) fn describe(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    found: BTreeMap<RecordId, (String, bool)>,
    typed: Option<&str>,
) -> Result<Vec<DuplicateHit>> {
    let ids: Vec<RecordId> = found.keys().copied().collect();
    let registry = tx.registry.clone();
    let titles = records::titles(&mut tx.conn, &registry, object, &ids)?;
    let rows = tx.fetch(&object.name, &ids, Life::Live)?;
    let people = tx.gate.people();
    let shared = crate::read::shared_with(tx, object)?;
    let pools = pools(tx, object, &rows)?;
    let mut hits: Vec<DuplicateHit> = rows
        .iter()
        .map(|row| {
            let (field, similar) = found[&row.id].clone();
            let title = titles.iter().find(|title| title.id == row.id);
            let deciding = title.map_or(Deciding::default(), crate::read::deciding_by);
            let visible = crate::access::may_act(tx.ctx, &object.name, action::READ, deciding, &shared);
            DuplicateHit {
                object: object.name.clone(),
                id: row.id,
                title: match (visible, typed) {
                    (true, _) => Some(row.title()),
                    (false, Some(typed)) => Some(check::only_typed(&row.title(), typed)),
                    (false, None) => None,
                },
                field,
                similar,
                owner: row.owner().and_then(|id| people.name(id)).map(str::to_owned),
                department: row.reference("department").and_then(|id| people.name(id)).map(str::to_owned),
                pool: row.reference("pool").and_then(|pool| pools.get(&pool)).cloned(),
                created_at: row.instant("created_at"),
                visible,
            }
        })
        .collect();
    hits.sort_by_key(|hit| (hit.similar, hit.id));
    hits.truncate(20);
    Ok(hits)
}

/// Names of the pools that records lie in, for objects that have such a field.
fn pools(tx: &mut Tx<'_>, object: &Object, rows: &[Record]) -> Result<BTreeMap<RecordId, String>> {
    let Some(target) = object.field("pool").and_then(Field::target) else { return Ok(BTreeMap::new()) };
    let mut ids: Vec<RecordId> = rows.iter().filter_map(|row| row.reference("pool")).collect();
    ids.sort_unstable();
    ids.dedup();
    Ok(tx.get_many(target, &ids)?.into_iter().map(|pool| (pool.id, pool.title())).collect())
}
