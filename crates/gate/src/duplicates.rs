//! Duplicate check: normal forms under which the same customer is found again, the same on forms, imports,
//! the API and when an opportunity is won.

use crate::{Draft, DuplicateHit, Result, access::Deciding, tx::Tx};
use guanxi_model::{Field, FieldKind, Object, RecordId, Value, access::action};
use guanxi_store::{
    duplicates,
    records::{self, Life},
};
use std::{collections::BTreeMap, sync::Arc};

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
fn key_name(field: &str, similar: bool) -> String {
    if similar { format!("{field}~") } else { field.to_owned() }
}

fn normal_form(field: &Field, value: &Value, similar: bool) -> Option<String> {
    let text = value.as_text()?;
    let normal = match field.value_kind() {
        FieldKind::Phone => guanxi_text::phone::normalise(text)?,
        FieldKind::Email => guanxi_text::email::normalise(text)?,
        FieldKind::CreditCode => text.to_owned(),
        _ if similar => guanxi_text::company::sound_key(text),
        _ => guanxi_text::company::key(text),
    };
    (!normal.is_empty()).then_some(normal)
}

/// Live records that share a key with a draft, likely ones first.
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
    describe(tx, object, found)
}

/// For a batch: for each draft, whether a likely duplicate exists. One statement for each key field.
pub(crate) fn likely_in_batch(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    drafts: &[&Draft],
) -> Result<Vec<Option<RecordId>>> {
    let mut answers = vec![None; drafts.len()];
    for key in object.duplicates.iter().filter(|key| !key.similar) {
        let Some(field) = object.field(&key.field) else { continue };
        let normals: Vec<Option<String>> =
            drafts.iter().map(|draft| normal_form(field, draft.get(&key.field), false)).collect();
        let wanted: Vec<&str> = normals.iter().flatten().map(String::as_str).collect();
        if wanted.is_empty() {
            continue;
        }
        let known: BTreeMap<String, RecordId> =
            duplicates::find(&mut tx.conn, &object.name, &key.field, &wanted)?.into_iter().collect();
        for (answer, normal) in answers.iter_mut().zip(&normals) {
            if answer.is_none() {
                *answer = normal.as_ref().and_then(|normal| known.get(normal)).copied();
            }
        }
    }
    Ok(answers)
}

fn describe(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    found: BTreeMap<RecordId, (String, bool)>,
) -> Result<Vec<DuplicateHit>> {
    let ids: Vec<RecordId> = found.keys().copied().collect();
    let registry = tx.registry.clone();
    let titles = records::titles(&mut tx.conn, &registry, object, &ids)?;
    let rows = tx.fetch(&object.name, &ids, Life::Live)?;
    let people = tx.gate.people();
    let shared = crate::read::shared_with(tx, object)?;
    let mut hits: Vec<DuplicateHit> = rows
        .iter()
        .map(|row| {
            let (field, similar) = found[&row.id].clone();
            let title = titles.iter().find(|title| title.id == row.id);
            let deciding = title.map_or(Deciding::default(), |title| Deciding {
                owner: title.owner,
                department: title.department,
                record: title.deciding,
            });
            let visible = crate::access::may_act(tx.ctx, &object.name, action::READ, deciding, &shared);
            DuplicateHit {
                object: object.name.clone(),
                id: row.id,
                title: visible.then(|| row.title()),
                field,
                similar,
                owner: row.owner().and_then(|id| people.name(id)).map(str::to_owned),
                department: row.reference("department").and_then(|id| people.name(id)).map(str::to_owned),
                created_at: row.instant("created_at"),
                visible,
            }
        })
        .collect();
    hits.sort_by_key(|hit| (hit.similar, hit.id));
    hits.truncate(20);
    Ok(hits)
}
