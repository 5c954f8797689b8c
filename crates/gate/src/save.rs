//! The pipeline every write passes, in this order: complete → rules → compute → validate → write → index →
//! roll-ups → audit → what follows. It takes slices, because imports and bulk edits are first class.

mod complete;
mod facts;
mod follow;
mod index;
mod stale;
mod trash;
mod write;

pub(crate) use facts::{refresh_facts, refresh_roll_ups};
pub(crate) use follow::record_events;
pub(crate) use index::{is_guarded, is_searchable};
pub(crate) use stale::{changed_since, stale_against};
pub(crate) use trash::{delete, restore, set_deleted};
pub(crate) use write::update;

use crate::{
    Error, Result,
    domain::{Change, Saved},
    record::Record,
    tx::Tx,
    validate,
};
use guanxi_model::{Message, Object};
use std::sync::Arc;

/// Saves changes of one object; one bad change refuses all.
pub(crate) fn all(tx: &mut Tx<'_>, object: &Arc<Object>, changes: Vec<Change>) -> Result<Vec<Record>> {
    let several = changes.len() > 1;
    let mut saved = Vec::with_capacity(changes.len());
    for (row, outcome) in each(tx, object, changes)?.into_iter().enumerate() {
        match outcome {
            Ok(done) => saved.push(done.after),
            Err(Error::Invalid(mut issues)) if several => {
                for issue in &mut issues {
                    issue.message =
                        std::mem::replace(&mut issue.message, Message::new("")).with("row", row + 1);
                }
                return Err(Error::Invalid(issues));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(saved)
}

/// Saves changes of one object, each on its own: a bad one is reported and the others are saved.
pub(crate) fn each(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    mut changes: Vec<Change>,
) -> Result<Vec<Result<Saved>>> {
    complete::all(tx, object, &mut changes)?;
    for change in &mut changes {
        validate::check_given(object, change);
    }
    for rule in rules_of(tx, object) {
        rule.before(tx, &mut changes)?;
    }
    for change in &mut changes {
        validate::compute_formulas(tx, change);
        validate::compute_faces(tx, change);
    }
    validate::check(tx, object, &mut changes)?;
    let saved = write::all(tx, object, changes)?;
    follow::all(tx, object, &saved.done)?;
    Ok(saved.outcomes())
}

fn rules_of(tx: &Tx<'_>, object: &Object) -> Vec<Arc<dyn crate::Rule>> {
    tx.gate.domain().rules.get(&object.name).cloned().unwrap_or_default()
}
