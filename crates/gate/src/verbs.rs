//! Running a verb: its status and form are checked, its code runs, and the event is recorded, in one
//! transaction. Whether the caller may was decided at the door.

use crate::{Draft, Error, Record, Result, tx::Tx};
use guanxi_model::{Field, Issue, Message, Object, RecordId, Value, VerbDef};
use std::sync::Arc;

/// Runs a verb on a record as it was read.
pub(crate) fn run(tx: &mut Tx<'_>, record: &Record, verb: &str, mut input: Draft) -> Result<Record> {
    let object = record.object.clone();
    let def = object.verb(verb).ok_or(Error::NotFound)?.clone();
    check_status(&object, &def, record)?;
    read_form(tx, &def, &mut input)?;
    match tx.gate.domain().verbs.get(&(object.name.clone(), verb.to_owned())).copied() {
        Some(code) => code(tx, record, &input)?,
        None => move_status(tx, &object, &def, record)?,
    }
    let after = tx
        .fetch(&object.name, &[record.id], guanxi_store::records::Life::Any)?
        .pop()
        .ok_or(Error::NotFound)?;
    let mut notes = serde_json::Map::new();
    for field in &def.form {
        let value = input.get(&field.name);
        if !value.is_null() {
            notes.insert(field.name.clone(), field.to_json(value));
        }
    }
    let notes = tx.told.take().unwrap_or(serde_json::Value::Object(notes));
    tx.event(&after, verb, serde_json::json!({ "input": notes }))?;
    Ok(after)
}

/// Refuses when the record's status is not one the verb starts from, and says which status it is in.
fn check_status(object: &Object, def: &VerbDef, record: &Record) -> Result<()> {
    let Some(status) = object.status.as_deref() else { return Ok(()) };
    let now = record.text(status);
    if def.from.is_empty() || def.from.iter().any(|from| from == now) {
        return Ok(());
    }
    let label = |value: &str| {
        let choice = object.field(status).and_then(|field| field.option(value));
        choice.map_or_else(|| value.to_owned(), |c| format!("#{}|{}", c.label.zh, c.label.en))
    };
    let allowed: Vec<(String, String)> = def
        .from
        .iter()
        .filter_map(|from| object.field(status)?.option(from))
        .map(|choice| (choice.label.zh.clone(), choice.label.en.clone()))
        .collect();
    let zh: Vec<&str> = allowed.iter().map(|(zh, _)| zh.as_str()).collect();
    let en: Vec<&str> = allowed.iter().map(|(_, en)| en.as_str()).collect();
    Err(Error::Refused(
        Message::new("gate.wrong_status")
            .with_label("verb", &def.label)
            .with("status", label(now))
            .with("allowed", format!("#{}|{}", zh.join("\u{3001}"), en.join(", "))),
    ))
}

/// Defaults and requirements of the verb's form; all problems at once.
fn read_form(tx: &mut Tx<'_>, def: &VerbDef, input: &mut Draft) -> Result<()> {
    for field in &def.form {
        resolve_lookup(tx, field, input)?;
        if field.required && input.get(&field.name).is_null() && input.issues.is_empty() {
            let message = Message::new("field.required").with_label("label", &field.label);
            input.issues.push(Issue::field(&field.name, "required", message));
        }
        if let (Some(target), Value::Ref(id)) = (field.target(), input.get(&field.name)) {
            let id: RecordId = *id;
            if tx.get_many(target, &[id])?.is_empty() {
                let message = Message::new("field.reference").with("value", id);
                input.issues.push(Issue::field(&field.name, "reference", message));
            }
        }
    }
    if input.issues.is_empty() { Ok(()) } else { Err(Error::Invalid(std::mem::take(&mut input.issues))) }
}

fn resolve_lookup(tx: &mut Tx<'_>, field: &Field, input: &mut Draft) -> Result<()> {
    let Some(Value::Lookup(lookup)) = input.values.get(&field.name).cloned() else { return Ok(()) };
    let Some(target) = field.target().and_then(|target| tx.registry.object(target)).cloned() else {
        return Ok(());
    };
    let keys = [guanxi_model::Stored::from(lookup.1.as_str())];
    let found = guanxi_store::records::by_key(&mut tx.conn, &target, &lookup.0, &keys)?;
    match found.first() {
        Some((_, id)) => drop(input.values.insert(field.name.clone(), Value::Ref(*id))),
        None => {
            let message = Message::new("field.reference").with("value", &lookup.1);
            input.issues.push(Issue::field(&field.name, "reference", message));
        }
    }
    Ok(())
}

/// A verb without code: the status it leads to, and the form's fields of the same names.
fn move_status(tx: &mut Tx<'_>, object: &Arc<Object>, def: &VerbDef, record: &Record) -> Result<()> {
    let (Some(status), Some(to)) = (&object.status, &def.to) else {
        return Err(Error::internal(format!(
            "{}.{} has neither code nor a status to lead to",
            object.name, def.name
        )));
    };
    tx.update(record, Draft::new().set(status, to.as_str()))?;
    Ok(())
}
