//! What a change leaves unsaid: references given by a key, and the defaults, owner, department and numbers of
//! new records.

use crate::{Channel, Ctx, Error, Result, domain::Change, tx::Tx};
use guanxi_model::{
    Field, FieldKind, Issue, Message, Object, RecordId, Stored, Value,
    field::{self, RollUpFunction},
};
use guanxi_store::{ids, records};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Looks up references given by key, and gives new records their defaults, owner and numbers.
pub(super) fn all(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    resolve_lookups(tx, object, changes)?;
    let ctx = tx.ctx;
    let people = tx.gate.people();
    let mut unnumbered: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row, change) in changes.iter_mut().enumerate() {
        if change.before.is_some() {
            // The department of a record is its owner's, and moves with it.
            if change.changes("owner") && !change.draft.values.contains_key("department") {
                let owner = change.draft.get("owner").as_ref();
                let department = owner.and_then(|owner| people.user(owner)).and_then(|p| p.department);
                if department.is_some() || owner.is_none() {
                    change.set("department", department);
                }
            }
            continue;
        }
        let person = ctx.subject.user.0 > 0;
        if person
            && !object.access.ownerless
            && ctx.channel != Channel::Import
            && !change.draft.values.contains_key("owner")
        {
            change.set("owner", ctx.subject.user);
        }
        if !change.draft.values.contains_key("department") {
            let owner = change.draft.get("owner").as_ref();
            let department = owner.and_then(|owner| people.user(owner)).and_then(|p| p.department);
            change.set("department", department);
        }
        for field in object.active_fields() {
            if !change.draft.get(&field.name).is_null()
                || change.draft.issues.iter().any(|i| i.field.as_deref() == Some(&field.name))
            {
                continue;
            }
            if let FieldKind::AutoNumber { .. } = &field.kind {
                unnumbered.entry(field.name.clone()).or_default().push(row);
            } else if let Some(default) = &field.default
                && !change.draft.values.contains_key(&field.name)
            {
                let value = default_value(ctx, field, default);
                change.set(&field.name, value);
            } else if let FieldKind::RollUp { function, .. } = &field.kind {
                use RollUpFunction::{Count, Sum};
                if matches!(function, Count | Sum) {
                    change.set(&field.name, Value::from(0));
                }
            }
        }
    }
    for (field, rows) in unnumbered {
        let field = object.field(&field).ok_or_else(|| Error::internal("a field that has gone"))?;
        for (row, number) in rows.iter().zip(next_numbers(tx, object, field, rows.len())?) {
            changes[*row].set(&field.name, number);
        }
    }
    Ok(())
}

fn next_numbers(tx: &mut Tx<'_>, object: &Object, field: &Field, n: usize) -> Result<Vec<Value>> {
    let FieldKind::AutoNumber { pattern } = &field.kind else { return Ok(Vec::new()) };
    let (before, width, after) = field::render_auto_number(pattern, tx.ctx.today);
    let key = format!("{}.{}/{before}{after}", object.name, field.name);
    let n = i64::try_from(n).map_err(|_| Error::internal("too many numbers at once"))?;
    let first = ids::next_numbers(&mut tx.conn, &key, n)?;
    Ok((first..first + n).map(|number| Value::Text(format!("{before}{number:0width$}{after}"))).collect())
}

fn default_value(ctx: &Ctx, field: &Field, default: &serde_json::Value) -> Value {
    match (default.as_str(), field.value_kind()) {
        (Some("today"), FieldKind::Date) => Value::Date(ctx.today),
        (Some("now"), FieldKind::Instant) => Value::Instant(ctx.now),
        (Some("me"), FieldKind::User) if ctx.subject.user.0 > 0 => Value::Ref(ctx.subject.user),
        (Some("me"), FieldKind::User) => Value::Null,
        _ => field.parse_json(default).unwrap_or_default(),
    }
}

/// Turns `{"external_id": "00001"}` and `owner.login` into ids, one statement for each key field.
fn resolve_lookups(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    let mut wanted: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for change in changes.iter() {
        for (name, value) in &change.draft.values {
            if let Value::Lookup(lookup) = value {
                wanted.entry((name.clone(), lookup.0.clone())).or_default().insert(lookup.1.clone());
            }
        }
    }
    for ((name, key), texts) in wanted {
        let target = object.field(&name).and_then(Field::target).and_then(|t| tx.registry.object(t)).cloned();
        let found: BTreeMap<String, RecordId> = match &target {
            Some(target)
                if target
                    .field(&key)
                    .is_some_and(|f| f.unique || key == "external_id" || key == target.title) =>
            {
                let keys: Vec<Stored> = texts.iter().map(|text| Stored::from(text.as_str())).collect();
                records::by_key(&mut tx.conn, target, &key, &keys)?
                    .into_iter()
                    .filter_map(|(stored, id)| Some((stored.text()?.to_owned(), id)))
                    .collect()
            }
            _ => BTreeMap::new(),
        };
        for change in changes.iter_mut() {
            let Some(Value::Lookup(lookup)) = change.draft.values.get(&name) else { continue };
            if lookup.0 != key {
                continue;
            }
            match found.get(&lookup.1) {
                Some(id) => change.set(&name, *id),
                None => {
                    let message = Message::new("field.reference").with("value", &lookup.1);
                    change.draft.issues.push(Issue::field(&name, "reference", message));
                    change.set(&name, Value::Null);
                }
            }
        }
    }
    Ok(())
}
