//! What a record must satisfy before it is written. Every problem of every change is found before any is
//! refused, so that people mend their input once.

use crate::{Error, Result, domain::Change, draft_value, tx::Tx};
use guanxi_model::{
    Field, FieldKind, Issue, Message, Object, RecordId, Stored, Value,
    expr::{self, Source},
};
use guanxi_store::records::{self, Life};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// A change as expressions see it: its new values over the old ones. Paths through references end at null,
/// because a record's own rules speak of its own fields.
struct Changed<'a>(&'a Change);

impl Source for Changed<'_> {
    fn get(&self, path: &[String]) -> Value {
        match path {
            [field] => self.0.value(field).clone(),
            _ => Value::Null,
        }
    }

    fn related(&self, _relation: &str) -> Vec<Box<dyn Source + '_>> {
        Vec::new()
    }
}

/// Computes formula fields from the values after the change.
pub(crate) fn compute_formulas(tx: &mut Tx<'_>, change: &mut Change) {
    let object = change.object.clone();
    for field in object.active_fields() {
        let FieldKind::Formula { expr: source, .. } = &field.kind else { continue };
        let value = tx
            .expression(&object, source)
            .and_then(|expr| expr::evaluate(&expr, &Changed(change), &tx.env()).ok())
            .unwrap_or_default();
        change.set(&field.name, value);
    }
}

/// Computes how complete each face of the record is: the filled ones among the fields that its groups want, in
/// whole percent.
pub(crate) fn compute_faces(tx: &mut Tx<'_>, change: &mut Change) {
    let object = change.object.clone();
    for face in &object.record.faces {
        let wanted = object.wanted(&face.name, |when| holds(tx, change, when));
        let filled = wanted.iter().filter(|field| !change.value(&field.name).is_null()).count();
        let percent = if wanted.is_empty() { 100 } else { filled * 100 / wanted.len() };
        change.set(&face.field, i64::try_from(percent).unwrap_or(100));
    }
}

fn holds(tx: &mut Tx<'_>, change: &Change, source: &str) -> bool {
    let Some(expr) = tx.expression(&change.object, source) else { return false };
    expr::holds(&expr, &Changed(change), &tx.env()).unwrap_or(false)
}

/// Checks every change and adds what is wrong to its draft.
pub(crate) fn check(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    for change in changes.iter_mut() {
        check_fields(tx, object, change);
    }
    check_references(tx, object, changes)?;
    check_unique(tx, object, changes)?;
    for change in changes.iter_mut() {
        for rule in &object.rules {
            if holds(tx, change, &rule.check) {
                continue;
            }
            let message = Message::new("gate.rule").with_label("message", &rule.message);
            match &rule.field {
                Some(field) => change.refuse(field, message),
                None => change.refuse_record(message),
            }
        }
    }
    Ok(())
}

/// What a person may not give: fields that only the program changes, and those fixed since the beginning.
/// Runs before the rules, whose own values for such fields are the program's.
pub(crate) fn check_given(object: &Object, change: &mut Change) {
    if change.by_program || change.before.is_none() {
        return;
    }
    let mut issues = Vec::new();
    for field in object.active_fields().filter(|field| !field.is_computed() && change.changes(&field.name)) {
        if change.draft.issues.iter().any(|issue| issue.field.as_deref() == Some(&field.name)) {
            continue;
        }
        if field.read_only {
            issues.push(Issue::field(&field.name, "read_only", named("gate.read_only", field)));
        }
        if field.fixed && !matches!(field.kind, FieldKind::AutoNumber { .. }) {
            issues.push(Issue::field(&field.name, "fixed", named("field.fixed", field)));
        }
    }
    change.draft.issues.extend(issues);
}

fn check_fields(tx: &mut Tx<'_>, object: &Object, change: &mut Change) {
    let mut issues = Vec::new();
    for field in object.active_fields() {
        let value = change.value(&field.name);
        let touched = change.draft.values.contains_key(&field.name);
        let checked = change.before.is_none() || touched;
        let asked = checked && value.is_null() && !field.is_computed();
        if asked
            && (field.required || field.require_when.as_deref().is_some_and(|when| holds(tx, change, when)))
            && field.show_when.as_deref().is_none_or(|when| holds(tx, change, when))
        {
            let known = change.draft.issues.iter().any(|issue| issue.field.as_deref() == Some(&field.name));
            if !known {
                issues.push(Issue::field(&field.name, "required", named("field.required", field)));
            }
        }
        if let (FieldKind::Choice, Value::Text(text), true) = (field.value_kind(), value, touched)
            && field.option(text).is_none_or(|option| option.inactive)
            && change.changes(&field.name)
        {
            issues.push(Issue::field(
                &field.name,
                "choice",
                Message::new("field.choice").with("value", text),
            ));
        }
    }
    change.draft.issues.extend(issues);
}

/// A message that names the field in the reader's language.
fn named(key: &'static str, field: &Field) -> Message {
    Message::new(key).with_label("label", &field.label)
}

/// That records with this value exist already.
pub(crate) fn unique_issue(field: &Field) -> Error {
    Error::Invalid(vec![Issue::field(&field.name, "duplicate", named("field.unique", field))])
}

/// Every reference must name a live record; one statement for each target object.
fn check_references(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    let mut wanted: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
    for change in changes.iter() {
        for (field, target, id) in references(object, change) {
            if change.changes(&field.name) {
                wanted.entry(target).or_default().insert(id);
            }
        }
    }
    let mut known: HashMap<String, BTreeSet<RecordId>> = HashMap::new();
    for (target, ids) in wanted {
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let found = match tx.registry.object(&target).cloned() {
            Some(target) => records::existing(&mut tx.conn, &target, &ids, Life::Live)?,
            None => Vec::new(),
        };
        known.insert(target, found.into_iter().collect());
    }
    for change in changes.iter_mut() {
        let missing: Vec<(String, RecordId)> = references(object, change)
            .filter(|(field, target, id)| {
                change.changes(&field.name) && !known.get(target).is_some_and(|ids| ids.contains(id))
            })
            .map(|(field, _, id)| (field.name.clone(), id))
            .collect();
        for (field, id) in missing {
            let message = Message::new("field.reference").with("value", id);
            change.draft.issues.push(Issue::field(field, "reference", message));
        }
    }
    Ok(())
}

fn references<'a>(
    object: &'a Object,
    change: &'a Change,
) -> impl Iterator<Item = (&'a Field, String, RecordId)> + 'a {
    change.draft.values.iter().filter_map(move |(name, value)| {
        let field = object.field(name)?;
        match value {
            Value::Ref(id) if !matches!(field.kind, FieldKind::Id) => {
                Some((field, field.target()?.to_owned(), *id))
            }
            Value::AnyRef(target, id) => Some((field, target.clone(), *id)),
            _ => None,
        }
    })
}

/// Unique fields, against what is stored and within the batch. The database's index is the last guard under
/// races; this check is what people read.
fn check_unique(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    for field in object.active_fields().filter(|field| field.unique || field.name == "external_id") {
        let wanted: Vec<Stored> = changes
            .iter()
            .filter(|change| change.changes(&field.name))
            .map(|change| field.store(change.value(&field.name)))
            .filter(|stored| !stored.is_null())
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let mut taken: HashMap<Stored, Option<RecordId>> =
            records::by_key(&mut tx.conn, object, &field.name, &wanted)?
                .into_iter()
                .map(|(stored, id)| (stored, Some(id)))
                .collect();
        for change in changes.iter_mut() {
            let stored = field.store(draft_value(&change.draft, change.before.as_ref(), &field.name));
            if stored.is_null() || !change.changes(&field.name) {
                continue;
            }
            let own = change.before.as_ref().map(|record| record.id);
            match taken.get(&stored) {
                Some(holder) if holder.is_none() || *holder != own => {
                    change.draft.issues.push(Issue::field(
                        &field.name,
                        "duplicate",
                        named("field.unique", field),
                    ));
                }
                _ => {
                    taken.insert(stored, own);
                }
            }
        }
    }
    Ok(())
}
