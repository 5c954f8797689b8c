//! Review 审核 of what commits money: handed in, passed or rejected by who has the right, or withdrawn. Whoever may
//! decide decides by handing in. Whatever passes through it has the same five fields, so that one step looks the
//! same everywhere.

use guanxi_gate::{Change, Channel, Draft, Record, Result, Saved, Tx};
use guanxi_model::{Message, Query, RecordId, Value, expr::Expr};
use std::collections::BTreeSet;

/// Waits for a decision.
pub(crate) const SUBMITTED: &str = "submitted";
/// Decided for.
pub(crate) const APPROVED: &str = "approved";
/// Decided against.
const REJECTED: &str = "rejected";
/// Taken back by who handed it in.
const WITHDRAWN: &str = "withdrawn";

/// The fields that say who handed in what is handed in now.
pub(crate) fn handed_in(tx: &Tx<'_>) -> Draft {
    let (by, now) = (tx.ctx().subject.user, tx.ctx().now);
    Draft::new()
        .set("status", SUBMITTED)
        .set("submitted_by", (by.0 > 0).then_some(by))
        .set("submitted_at", now)
        .set("reviewed_by", Value::Null)
        .set("reviewed_at", Value::Null)
        .set("review_note", Value::Null)
}

/// Hands a record in. Answers with it when the caller may decide about it, who has thereby decided; otherwise
/// whoever does is told.
pub(crate) fn submit(tx: &mut Tx<'_>, record: &Record) -> Result<Option<Record>> {
    let draft = handed_in(tx);
    let after = tx.update(record, draft)?;
    Ok(begin(tx, vec![after])?.pop())
}

/// The verb `submit` of what passes with nothing else to follow: handed in anew after it was rejected or withdrawn.
pub(crate) fn hand_in(tx: &mut Tx<'_>, record: &Record, _input: &Draft) -> Result<()> {
    match submit(tx, record)? {
        Some(own) => pass(tx, &own, &Draft::new()),
        None => Ok(()),
    }
}

/// The verb `approve` of the same.
pub(crate) fn pass(tx: &mut Tx<'_>, record: &Record, input: &Draft) -> Result<()> {
    approve(tx, record, input, Draft::new()).map(drop)
}

/// What is handed in by being entered says by whom and when.
pub(crate) fn sign(change: &mut Change, fresh: &Draft) {
    for field in ["submitted_by", "submitted_at"] {
        if change.value(field).is_null() {
            change.set(field, fresh.get(field).clone());
        }
    }
}

/// Begins the review of what was handed in by being entered.
pub(crate) fn entered(tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
    let fresh = saved.iter().filter(|saved| saved.before.is_none()).map(|saved| &saved.after);
    let fresh: Vec<Record> = fresh.filter(|record| record.text("status") == SUBMITTED).cloned().collect();
    for own in begin(tx, fresh)? {
        pass(tx, &own, &Draft::new())?;
    }
    Ok(())
}

/// Of records that were handed in just now, those that the caller may decide about. About the others whoever
/// does is told, unless they are history that is brought in.
pub(crate) fn begin(tx: &mut Tx<'_>, records: Vec<Record>) -> Result<Vec<Record>> {
    let own = decidable(tx, &records)?;
    let (own, others): (Vec<Record>, Vec<Record>) =
        records.into_iter().partition(|record| own.contains(&record.id));
    if tx.ctx().channel != Channel::Import {
        for record in &others {
            ask(tx, record)?;
        }
    }
    Ok(own)
}

fn decidable(tx: &mut Tx<'_>, records: &[Record]) -> Result<BTreeSet<RecordId>> {
    let Some(object) = records.first().map(|record| record.object.name.clone()) else {
        return Ok(BTreeSet::new());
    };
    if !tx.ctx().rights.may(&object, "approve") {
        return Ok(BTreeSet::new());
    }
    let mut own = BTreeSet::new();
    for some in records.chunks(200) {
        let ids: Vec<RecordId> = some.iter().map(|record| record.id).collect();
        let query = Query::of(&object).filter(Expr::ids("id", &ids)).limit(ids.len());
        own.extend(tx.seen(&query)?.rows.iter().filter(|row| row.may.act("approve")).map(|row| row.id));
    }
    Ok(own)
}

/// Tells who decides about it: the superior of who hands it in, or every sales manager where there is none.
fn ask(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    let me = tx.ctx().subject.user;
    let superior = match tx.get_many("user", &[me])?.pop() {
        Some(user) => user.reference("superior"),
        None => None,
    };
    let deciders: Vec<RecordId> = match superior {
        Some(superior) => vec![superior],
        None => tx.users_with_role("sales_manager")?.iter().map(|user| user.id).collect(),
    };
    for decider in deciders {
        tx.notify(decider, record, about("review.notice.asked", record))?;
    }
    Ok(())
}

/// Decides for it. `more` is what follows from that on the record.
pub(crate) fn approve(tx: &mut Tx<'_>, record: &Record, input: &Draft, more: Draft) -> Result<Record> {
    decide(tx, record, APPROVED, input.get("note"), more)
}

/// Decides against it, with a reason.
pub(crate) fn reject(tx: &mut Tx<'_>, record: &Record, input: &Draft) -> Result<()> {
    decide(tx, record, REJECTED, input.get("reason"), Draft::new()).map(drop)
}

/// Takes it back to be changed.
pub(crate) fn withdraw(tx: &mut Tx<'_>, record: &Record, _input: &Draft) -> Result<()> {
    tx.update(record, Draft::new().set("status", WITHDRAWN)).map(drop)
}

/// Whether people may change it: not while somebody decides about it, nor afterwards.
pub(crate) fn is_open(record: &Record) -> bool {
    matches!(record.text("status"), "draft" | REJECTED | WITHDRAWN)
}

fn decide(tx: &mut Tx<'_>, record: &Record, status: &str, note: &Value, more: Draft) -> Result<Record> {
    let (by, now) = (tx.ctx().subject.user, tx.ctx().now);
    let draft = more
        .set("status", status)
        .set("reviewed_by", (by.0 > 0).then_some(by))
        .set("reviewed_at", now)
        .set("review_note", note.clone());
    let after = tx.update(record, draft)?;
    let message = if status == APPROVED {
        about("review.notice.passed", &after)
    } else {
        about("review.notice.rejected", &after).with("reason", note.as_text().unwrap_or_default())
    };
    if let Some(submitter) = after.reference("submitted_by") {
        tx.notify(submitter, &after, message)?;
    }
    Ok(after)
}

fn about(key: &'static str, record: &Record) -> Message {
    Message::new(key).with_label("object", &record.object.label).with("title", record.title())
}
