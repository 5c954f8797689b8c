//! What one transaction of an import changed, and its packed form.

use crate::domain::Saved;
use guanxi_model::{RecordId, Stored};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a transaction changed so far, whoever changed it: rules change other records than those of the file.
#[derive(Debug, Default)]
pub(crate) struct Journal(BTreeMap<String, BTreeMap<RecordId, Entry>>);

#[derive(Debug)]
struct Entry {
    made: bool,
    /// Versions before and after the transaction.
    from: i64,
    to: i64,
    /// Fields that were changed, with what they held before.
    before: BTreeMap<String, Stored>,
}

impl Journal {
    /// Notes a record that was saved. What it held before the first change of the transaction counts.
    pub fn note(&mut self, saved: &Saved) {
        let object = &saved.after.object;
        let records = match self.0.get_mut(&object.name) {
            Some(records) => records,
            None => self.0.entry(object.name.clone()).or_default(),
        };
        let entry = records.entry(saved.after.id).or_insert_with(|| Entry {
            made: saved.before.is_none(),
            from: saved.before.as_ref().map_or(0, |before| before.version),
            to: 0,
            before: BTreeMap::new(),
        });
        entry.to = saved.after.version;
        let (Some(before), false) = (&saved.before, entry.made) else { return };
        for (i, field) in object.fields.iter().enumerate() {
            // The stamps of the last change move on when it is put back; facts are computed from their rows.
            let stamp = matches!(field.name.as_str(), "id" | "version" | "updated_at" | "updated_by");
            let fact = matches!(field.kind, guanxi_model::FieldKind::RollUp { .. });
            if !stamp && !fact && before.values[i] != saved.after.values[i] {
                entry.before.entry(field.name.clone()).or_insert_with(|| field.store(&before.values[i]));
            }
        }
    }

    /// The version a record has after the transaction.
    pub fn version(&self, object: &str, id: RecordId) -> Option<i64> {
        Some(self.0.get(object)?.get(&id)?.to)
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The journal as it is stored.
    pub fn pack(&self) -> String {
        let packed: Packed = self.0.iter().map(|(object, records)| (object.clone(), pack(records))).collect();
        serde_json::to_string(&packed).expect("a journal is names, numbers and texts")
    }
}

fn pack(records: &BTreeMap<RecordId, Entry>) -> Part {
    let mut part = Part::default();
    for (id, entry) in records {
        if entry.made {
            // New records have consecutive ids and mostly the same version: a thousand of them are one run.
            match part.made.last_mut() {
                Some((first, count, version)) if *first + *count == id.0 && *version == entry.to => {
                    *count += 1
                }
                _ => part.made.push((id.0, 1, entry.to)),
            }
            continue;
        }
        let before = entry.before.iter().map(|(name, stored)| {
            let place = part.fields.iter().position(|field| field == name).unwrap_or_else(|| {
                part.fields.push(name.clone());
                part.fields.len() - 1
            });
            (place, to_json(stored))
        });
        let before = before.collect();
        part.changed.push((id.0, entry.from, entry.to, before));
    }
    part
}

/// A stored journal: what happened to the records of each object.
pub(super) type Packed = BTreeMap<String, Part>;

/// What happened to the records of an object.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Part {
    /// New records: the first of a run of ids, how many, and their version.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub made: Vec<(i64, i64, i64)>,
    /// Names of the fields that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Changed records: id, versions before and after, places of fields with what they held.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<(i64, i64, i64, Held)>,
}

/// Places of fields with what they held.
pub(crate) type Held = Vec<(usize, Json)>;

fn to_json(stored: &Stored) -> Json {
    match stored {
        Stored::Null => Json::Null,
        Stored::Int(number) => Json::from(*number),
        Stored::Text(text) => Json::from(text.as_str()),
    }
}

/// A packed value.
pub(super) fn stored(json: &Json) -> Stored {
    match json {
        Json::Number(number) => number.as_i64().map_or(Stored::Null, Stored::Int),
        Json::String(text) => Stored::from(text.as_str()),
        _ => Stored::Null,
    }
}
