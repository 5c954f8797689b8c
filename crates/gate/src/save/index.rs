//! What a record is found under, by search and as a duplicate of another.

use crate::{Result, record::Record, tx::Tx};
use guanxi_model::{Field, FieldKind, Object, RecordId, Value};
use guanxi_store::{
    duplicates,
    search::{self, Document},
};
use std::sync::Arc;

/// Makes records findable, by search and as duplicates.
pub(super) fn add(tx: &mut Tx<'_>, object: &Arc<Object>, records: &[&Record]) -> Result<()> {
    if is_searchable(object) {
        let documents = records.iter().map(|record| (record.id, document(object, record))).collect();
        search::insert(&mut tx.conn, &object.name, documents)?;
    }
    if !object.duplicates.is_empty() {
        let keys = |record: &&Record| {
            (record.id, crate::duplicates::keys(object, &|field| record.get(field).clone()))
        };
        duplicates::insert(&mut tx.conn, &object.name, records.iter().map(keys).collect())?;
    }
    Ok(())
}

/// Makes a record findable under what it has become, where that follows from the fields that changed.
pub(super) fn refresh(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    changed: &[&Field],
    after: &Record,
) -> Result<()> {
    if changed.iter().any(|field| field.search || field.name == object.title) {
        search::remove(&mut tx.conn, after.id)?;
        search::insert(&mut tx.conn, &object.name, vec![(after.id, document(object, after))])?;
    }
    if changed.iter().any(|field| object.duplicates.iter().any(|key| key.field == field.name)) {
        let keys = crate::duplicates::keys(object, &|name| after.get(name).clone());
        duplicates::remove(&mut tx.conn, after.id)?;
        duplicates::insert(&mut tx.conn, &object.name, vec![(after.id, keys)])?;
    }
    Ok(())
}

/// Takes a record out: it is found no more.
pub(super) fn remove(tx: &mut Tx<'_>, record: RecordId) -> Result<()> {
    search::remove(&mut tx.conn, record)?;
    duplicates::remove(&mut tx.conn, record)?;
    Ok(())
}

/// Whether any field is searched.
pub(crate) fn is_searchable(object: &Object) -> bool {
    object.active_fields().any(|field| field.search)
}

/// Whether a field's tokens are kept apart because some people see it only masked.
pub(crate) fn is_guarded(field: &Field) -> bool {
    field.mask.is_some() || matches!(field.value_kind(), FieldKind::Phone | FieldKind::Email)
}

/// What a record is found under.
fn document(object: &Object, record: &Record) -> Document {
    let mut document = Document::default();
    for field in object.active_fields().filter(|field| field.search) {
        let text = match record.get(&field.name) {
            Value::Text(text) => text.clone(),
            Value::List(items) => items.join(" "),
            Value::Address { detail, .. } => detail.clone(),
            _ => continue,
        };
        let tokens = match field.value_kind() {
            FieldKind::Phone | FieldKind::CreditCode | FieldKind::AutoNumber { .. } => {
                guanxi_text::tokens::digits(&text)
            }
            _ => guanxi_text::tokens::index(&text),
        };
        if is_guarded(field) { &mut document.guarded } else { &mut document.open }.extend(tokens);
    }
    for tokens in [&mut document.open, &mut document.guarded] {
        tokens.sort_unstable();
        tokens.dedup();
    }
    document
}
