//! The changes themselves: hand over, tag, set a field, delete, take back, and the verbs that can be done to many.

use super::{MOST, chosen::Chosen, outcome::Done};
use crate::{
    pages::form::input,
    session::{Params, Visit},
};
use guanxi_gate::{BatchOptions, Draft, Error, Outcome, Visible};
use guanxi_model::{
    Field, FieldKind, FieldLevel, Issue, Label, Message, Object, RecordId, Value, VerbDef, access::action,
};

pub(super) fn run(visit: &Visit, chosen: &Chosen, params: &Params) -> Result<Done, Error> {
    let object = &chosen.object;
    let what = params.get("do").unwrap_or_default();
    let mut done = Done::default();
    prove(visit, object, what)?;
    match what {
        "transfer" => {
            let to = read_one(&transfer_field(visit), params)?;
            let to = to.as_ref().ok_or(Error::NotFound)?;
            chosen.each(visit, &[], |rows| {
                for row in rows {
                    let result = visit.gate().transfer(visit.ctx(), &object.name, row.id, to).map(drop);
                    done.note(visit, row.id, &row.title(), result);
                }
                Ok(())
            })?;
        }
        "tag" => {
            let field = object.field("tags").ok_or(Error::NotFound)?;
            let wanted = read_one(field, params)?;
            chosen.each(visit, &["tags"], |rows| {
                let changes = rows.iter().map(|row| {
                    let mut tags = row.get("tags").as_list().to_vec();
                    tags.extend(
                        wanted
                            .as_list()
                            .iter()
                            .filter(|tag| !row.get("tags").as_list().contains(tag))
                            .cloned(),
                    );
                    (Some(row.id), Some(row.version), Draft::new().set("tags", Value::List(tags)))
                });
                batch(visit, object, changes.collect(), &rows, &mut done)
            })?;
        }
        "edit" => {
            let field = editable(visit, object)
                .find(|field| Some(field.name.as_str()) == params.get("field"))
                .ok_or(Error::NotFound)?;
            let draft = input::read([field], params, "");
            if !draft.issues.is_empty() {
                return Err(Error::Invalid(draft.issues));
            }
            chosen.each(visit, &[], |rows| {
                let changes = rows.iter().map(|row| (Some(row.id), Some(row.version), draft.clone()));
                batch(visit, object, changes.collect(), &rows, &mut done)
            })?;
        }
        "delete" => chosen.each(visit, &[], |rows| {
            for row in rows {
                let result = visit.gate().delete(visit.ctx(), &object.name, row.id, Some(row.version));
                done.note(visit, row.id, &row.title(), result);
            }
            Ok(())
        })?,
        "restore" => {
            let ids: Vec<RecordId> =
                params.get("ids").unwrap_or_default().split(',').filter_map(|id| id.parse().ok()).collect();
            for id in ids.into_iter().take(MOST) {
                let result = visit.gate().restore(visit.ctx(), &object.name, id).map(drop);
                done.note(visit, id, &format!("#{id}"), result);
            }
        }
        what => {
            let verb = verb(object, what)?;
            let draft = input::read(&verb.form, params, "");
            let unfilled =
                verb.form.iter().filter(|field| field.required && draft.get(&field.name).is_null());
            let mut issues = draft.issues.clone();
            issues.extend(unfilled.map(missing));
            if !issues.is_empty() {
                return Err(Error::Invalid(issues));
            }
            chosen.each(visit, &[], |rows| {
                for row in rows {
                    let result = visit
                        .gate()
                        .verb(visit.ctx(), &object.name, row.id, &verb.name, draft.clone())
                        .map(drop);
                    done.note(visit, row.id, &row.title(), result);
                }
                Ok(())
            })?;
        }
    }
    Ok(done)
}

/// The right that a change asks for, beside those for each record.
pub(super) fn prove(visit: &Visit, object: &Object, what: &str) -> Result<(), Error> {
    let may = |action: &str| visit.may(&object.name, action);
    let allowed = match what {
        "transfer" => may(action::TRANSFER),
        "tag" | "edit" => may(action::BULK) && may(action::EDIT),
        "delete" => may(action::DELETE),
        // Whoever deleted may take it back at once.
        "restore" => may(action::DELETE) || may(action::RESTORE),
        "export" => may(action::EXPORT),
        what => may(&verb(object, what)?.name),
    };
    if allowed { Ok(()) } else { Err(Error::forbidden("error.no_action")) }
}

pub(super) fn verb<'o>(object: &'o Object, what: &str) -> Result<&'o VerbDef, Error> {
    what.strip_prefix("verb.")
        .and_then(|name| object.verb(name))
        .filter(|verb| verb.bulk)
        .ok_or(Error::NotFound)
}

fn batch(
    visit: &Visit,
    object: &Object,
    changes: Vec<(Option<RecordId>, Option<i64>, Draft)>,
    rows: &[Visible],
    done: &mut Done,
) -> Result<(), Error> {
    let outcomes = visit.gate().batch(visit.ctx(), &object.name, changes, BatchOptions::default())?;
    for (row, outcome) in rows.iter().zip(outcomes) {
        let result = match outcome {
            Outcome::Failed(error) => Err(error),
            Outcome::Created(_) | Outcome::Updated(_) | Outcome::Unchanged(_) => Ok(()),
        };
        done.note(visit, row.id, &row.title(), result);
    }
    Ok(())
}

fn read_one(field: &Field, params: &Params) -> Result<Value, Error> {
    let mut draft = input::read([field], params, "");
    if draft.get(&field.name).is_null() && draft.issues.is_empty() {
        draft.issues.push(missing(field));
    }
    if draft.issues.is_empty() {
        Ok(draft.get(&field.name).clone())
    } else {
        Err(Error::Invalid(draft.issues))
    }
}

fn missing(field: &Field) -> Issue {
    Issue::field(&field.name, "required", Message::new("field.required"))
}

/// Who gets them.
pub(super) fn transfer_field(visit: &Visit) -> Field {
    let label = visit.t("bulk.transfer_to");
    let mut field = Field::new("to", Label::new(label, label), FieldKind::User);
    field.required = true;
    field
}

/// The fields that can be given one value for many records.
pub(super) fn editable<'o>(visit: &'o Visit, object: &'o Object) -> impl Iterator<Item = &'o Field> {
    let rights = &visit.ctx().rights;
    object.active_fields().filter(move |field| {
        input::is_input(field)
            && !field.system
            && !field.fixed
            && !field.unique
            && field.name != object.title
            && !matches!(field.value_kind(), FieldKind::File | FieldKind::Image)
            && (rights.everything
                || rights
                    .grants
                    .iter()
                    .filter(|grant| grant.covers(&object.name, action::EDIT))
                    .any(|grant| grant.level(&field.name) == FieldLevel::Edit))
    })
}
