//! Checklists that count what has been done: the preparation of a call, the five steps of an objection, the
//! three of closing a deal.

use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{RecordId, Value};

/// Counts the filled items of a checklist into a field.
pub(crate) struct Counted {
    /// The items.
    pub items: &'static [&'static str],
    /// Where the number stands.
    pub into: &'static str,
}

/// The six items of a call.
pub(crate) const CALL: Counted =
    Counted { items: &["purpose", "goal", "questions", "materials", "topic", "attitude"], into: "ready" };
/// The five steps of an objection.
pub(crate) const OBJECTION: Counted =
    Counted { items: &["listened", "understood", "asked", "demonstrated", "price_talk"], into: "steps_done" };
/// The three of closing.
pub(crate) const CLOSING: Counted =
    Counted { items: &["signals", "assurance", "agreement"], into: "steps_done" };

impl Rule for Counted {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let filled = |item: &&&str| match change.value(item) {
                Value::Null | Value::Bool(false) => false,
                Value::Text(text) => !text.trim().is_empty(),
                Value::List(items) => !items.is_empty(),
                _ => true,
            };
            let n = self.items.iter().filter(filled).count();
            change.set(self.into, i64::try_from(n).unwrap_or(0));
        }
        Ok(())
    }
}

/// A call that was prepared keeps its preparation, which then is done with.
pub(crate) struct Called;

impl Rule for Called {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let calls: Vec<(RecordId, RecordId)> = saved
            .iter()
            .filter(|s| s.changed("preparation"))
            .filter_map(|s| Some((s.after.reference("preparation")?, s.after.id)))
            .collect();
        let ids: Vec<RecordId> = calls.iter().map(|(id, _)| *id).collect();
        let mut changes = Vec::new();
        for preparation in tx.get_many("call_preparation", &ids)? {
            let call = calls.iter().find(|(id, _)| *id == preparation.id).map(|(_, call)| *call);
            changes.push((preparation, Draft::new().set("activity", call).set("status", "used")));
        }
        tx.update_many(changes)?;
        Ok(())
    }
}

/// An objection that nobody listened to is not resolved.
pub(crate) fn resolve(tx: &mut Tx<'_>, objection: &Record, input: &Draft) -> Result<()> {
    if objection.text("listened").is_empty() || objection.text("understood").is_empty() {
        return Err(Error::refused("objection.listen_first"));
    }
    end(tx, objection, input, "resolved")
}

/// The customer stays with it.
pub(crate) fn give_up(tx: &mut Tx<'_>, objection: &Record, input: &Draft) -> Result<()> {
    end(tx, objection, input, "unresolved")
}

fn end(tx: &mut Tx<'_>, objection: &Record, input: &Draft, status: &str) -> Result<()> {
    let draft = Draft::new().set("status", status).set("outcome", input.get("outcome").clone());
    tx.update(objection, draft)?;
    Ok(())
}
