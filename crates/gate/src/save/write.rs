//! Records into their table, with what makes them findable and the files that they name.

use super::{
    index::{add, refresh},
    stale::stale,
};
use crate::{
    Error, Result,
    domain::{Change, Saved},
    record::Record,
    tx::Tx,
    validate,
};
use guanxi_model::{Field, FieldKind, Message, Object, RecordId, Value};
use guanxi_store::{files, ids, records};
use std::{collections::BTreeMap, sync::Arc};

/// What became of the changes of a batch: those that were written, and where each of the others was refused.
pub(super) struct Written {
    pub(super) done: Vec<Saved>,
    /// For every change the problem that refused it, if any.
    refused: Vec<Option<Error>>,
}

impl Written {
    pub(super) fn outcomes(self) -> Vec<Result<Saved>> {
        let mut done = self.done.into_iter();
        let next = |problem: Option<Error>| match problem {
            Some(problem) => Err(problem),
            None => done.next().ok_or_else(|| Error::internal("a change was neither written nor refused")),
        };
        self.refused.into_iter().map(next).collect()
    }
}

/// Writes the changes that passed every check: what is new in one go, what was there one by one.
pub(super) fn all(tx: &mut Tx<'_>, object: &Arc<Object>, changes: Vec<Change>) -> Result<Written> {
    let good = |change: &Change| change.draft.issues.is_empty();
    let new = changes.iter().filter(|change| change.before.is_none() && good(change)).count();
    let mut fresh_ids = ids::next_ids(&mut tx.conn, new)?.into_iter();
    let mut written =
        Written { done: Vec::with_capacity(changes.len()), refused: Vec::with_capacity(changes.len()) };
    for change in changes {
        let saved = match change.before {
            _ if !change.draft.issues.is_empty() => Err(Error::Invalid(change.draft.issues)),
            Some(before) => update(tx, object, before, change.draft.values),
            None => match fresh_ids.next() {
                Some(id) => Ok(Saved { before: None, after: completed(tx, object, change.draft.values, id) }),
                None => Err(Error::internal("a new record without an id")),
            },
        };
        match saved {
            Ok(saved) => {
                written.done.push(saved);
                written.refused.push(None);
            }
            Err(error) => written.refused.push(Some(error)),
        }
    }
    insert(tx, object, &written.done)?;
    for saved in &written.done {
        attach_files(tx, object, saved)?;
    }
    Ok(written)
}

/// A new record with its id and stamps.
fn completed(tx: &Tx<'_>, object: &Arc<Object>, mut values: BTreeMap<String, Value>, id: RecordId) -> Record {
    let ctx = tx.ctx;
    let actor = Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user));
    values.insert("id".to_owned(), Value::Ref(id));
    values.insert("version".to_owned(), Value::from(1));
    // History that is imported keeps its author and time.
    values.entry("created_at".to_owned()).or_insert(Value::Instant(ctx.now));
    values.entry("created_by".to_owned()).or_insert_with(|| actor.clone());
    values.insert("updated_at".to_owned(), Value::Instant(ctx.now));
    values.insert("updated_by".to_owned(), actor);
    let row = object.fields.iter().map(|field| values.remove(&field.name).unwrap_or_default()).collect();
    Record { object: object.clone(), id, version: 1, values: row }
}

/// Puts the new ones of saved records into the table, the search index and the match keys.
fn insert(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[Saved]) -> Result<()> {
    let new: Vec<&Record> =
        saved.iter().filter(|saved| saved.before.is_none()).map(|saved| &saved.after).collect();
    if new.is_empty() {
        return Ok(());
    }
    let rows = new.iter().map(|record| (&record.values[..], guanxi_text::pinyin::sort_key(&record.title())));
    records::insert(&mut tx.conn, object, rows).map_err(|e| unique_error(object, e))?;
    add(tx, object, &new)
}

pub(crate) fn update(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    before: Record,
    values: BTreeMap<String, Value>,
) -> Result<Saved> {
    let changed: Vec<(usize, Value)> = values
        .into_iter()
        .filter_map(|(name, value)| object.index.get(&name).map(|i| (*i, value)))
        .filter(|(i, value)| {
            // Stored forms are compared: 12.5 and 12.50 are one number.
            let field = &object.fields[*i];
            field.store(&before.values[*i]) != field.store(value)
        })
        .collect();
    if changed.is_empty() {
        return Ok(Saved { after: before.clone(), before: Some(before) });
    }
    let ctx = tx.ctx;
    let mut after = before.clone();
    after.version += 1;
    for (i, value) in &changed {
        after.values[*i] = value.clone();
    }
    let stamps = [
        ("version", Value::from(after.version)),
        ("updated_at", Value::Instant(ctx.now)),
        ("updated_by", Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user))),
    ];
    for (name, value) in stamps {
        after.values[object.index[name]] = value;
    }
    let mut writes: Vec<(usize, &Value)> = changed.iter().map(|(i, value)| (*i, value)).collect();
    for name in ["updated_at", "updated_by"] {
        let i = object.index[name];
        writes.push((i, &after.values[i]));
    }
    let title_changed = changed.iter().any(|(i, _)| object.fields[*i].name == object.title);
    let title_key = title_changed.then(|| guanxi_text::pinyin::sort_key(&after.title()));
    let done =
        records::update(&mut tx.conn, object, before.id, before.version, &writes, title_key.as_deref())
            .map_err(|e| unique_error(object, e))?;
    if !done {
        return Err(stale(tx, object, &before, &changed)?);
    }
    let fields: Vec<&Field> = changed.iter().map(|(i, _)| &object.fields[*i]).collect();
    refresh(tx, object, &fields, &after)?;
    Ok(Saved { before: Some(before), after })
}

pub(super) fn unique_error(object: &Object, error: guanxi_store::Error) -> Error {
    match &error {
        guanxi_store::Error::Conflict { constraint } => {
            // Index and column names contain the column of the field that clashed.
            let field = object
                .active_fields()
                .filter(|field| field.unique || field.name == "external_id")
                .find(|field| constraint.contains(&field.column));
            match field {
                Some(field) => validate::unique_issue(field),
                None => Error::from(error),
            }
        }
        _ => Error::from(error),
    }
}

/// Gives the files that a record names to it: whoever sees the field sees them from then on.
fn attach_files(tx: &mut Tx<'_>, object: &Object, saved: &Saved) -> Result<()> {
    for field in object.active_fields().filter(|f| matches!(f.kind, FieldKind::File | FieldKind::Image)) {
        if !saved.changed(&field.name) {
            continue;
        }
        for file in saved.after.get(&field.name).as_list() {
            let row = files::find(&mut tx.conn, file)?;
            let here = row.as_ref().is_some_and(|row| row.record == Some(saved.after.id));
            // A file that someone else brought, or that stands on another record, cannot be had by naming it.
            let mine = row.is_some_and(|row| {
                let brought = row.created_by == Some(tx.ctx.subject.user) || tx.ctx.rights.everything;
                row.record.is_none() && brought
            });
            if !here && !mine {
                return Err(Error::invalid(&field.name, "reference", Message::new("field.file")));
            }
            files::attach(&mut tx.conn, file, &object.name, saved.after.id)?;
        }
    }
    Ok(())
}
