//! Who owned a customer or contact, from when to when: written by a rule, so that every way an owner
//! changes (a claim, a transfer, a hand-over, the API) leaves its row.

use super::due;
use guanxi_gate::{Change, Channel, Draft, Record, Result, Rule, SCHEDULER, Saved, Tx};
use guanxi_model::{RecordId, Value};
use std::collections::BTreeMap;

/// Claim dates, pools and their dates follow the owner; each change of owner leaves a row.
pub(crate) struct Ownership;

impl Rule for Ownership {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ctx = tx.ctx();
        for change in changes {
            let owned = !change.value("owner").is_null();
            let had = change.before.as_ref().and_then(Record::owner).is_some();
            if change.changes("owner") && owned {
                // A transfer between colleagues does not restart the clocks; a hand-over, which says so, does.
                if !had && !change.draft.values.contains_key("claimed_on") {
                    change.set("claimed_on", ctx.today);
                }
                let pool = change.before.as_ref().map(|b| b.get("pool").clone()).unwrap_or_default();
                if !pool.is_null() {
                    change.set("last_pool", pool);
                    for field in ["pool", "pooled_at", "pool_reason", "pool_note"] {
                        change.set(field, Value::Null);
                    }
                }
            }
            // The moment it came in, which no later edit moves.
            if change.changes("pool")
                && !change.value("pool").is_null()
                && !change.draft.values.contains_key("pooled_at")
            {
                change.set("pooled_at", ctx.now);
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let moved: Vec<&Saved> = saved
            .iter()
            .filter(|s| s.before.is_some() && (s.changed("owner") || s.changed("pool")))
            .collect();
        if !moved.is_empty() {
            let names = names(tx, &moved)?;
            let rows = moved.iter().map(|s| row(tx, s, &names)).collect();
            tx.create_many("owner_change", rows)?;
        }
        let told: Vec<&Record> = saved
            .iter()
            .filter(|s| ["owner", "claimed_on", "grade", "locked", "pool"].iter().any(|f| s.changed(f)))
            .map(|s| &s.after)
            .collect();
        due::refresh(tx, &told)
    }
}

/// The row of a customer's change of owner.
fn row(tx: &Tx<'_>, saved: &Saved, names: &BTreeMap<RecordId, String>) -> Draft {
    let (before, after) = (saved.before.as_ref().unwrap_or(&saved.after), &saved.after);
    let (from, to) = (before.owner(), after.owner());
    let (was_in, is_in) = (before.reference("pool"), after.reference("pool"));
    let kind = match (was_in, is_in) {
        (_, Some(_)) if tx.ctx().channel == Channel::Job && tx.ctx().subject.user == SCHEDULER => "recycle",
        (_, Some(_)) => "release",
        (Some(_), None) if to == Some(tx.ctx().subject.user) => "claim",
        (Some(_), None) => "assign",
        (None, None) => "transfer",
    };
    let name = |id: Option<RecordId>| id.and_then(|id| names.get(&id)).cloned().unwrap_or_default();
    let draft = base(tx, kind, from, to).set("path", path(&name(from.or(was_in)), &name(to.or(is_in))));
    let draft = draft.set("customer", after.id).set("pool", is_in.or(was_in));
    match is_in {
        Some(_) => {
            draft.set("reason", after.get("pool_reason").clone()).set("note", after.get("pool_note").clone())
        }
        None => draft,
    }
}

fn base(tx: &Tx<'_>, kind: &str, from: Option<RecordId>, to: Option<RecordId>) -> Draft {
    Draft::new()
        .set("kind", kind)
        .set("from_owner", from)
        .set("to_owner", to)
        .set("happened_at", tx.ctx().now)
        .set("happened_on", tx.ctx().today)
        .set("owner", Value::Null)
}

fn path(from: &str, to: &str) -> String {
    format!("{from} \u{2192} {to}").trim().to_owned()
}

/// Names of the people and pools of these changes.
fn names(tx: &mut Tx<'_>, saved: &[&Saved]) -> Result<BTreeMap<RecordId, String>> {
    let mut names = BTreeMap::new();
    for (object, field) in [("user", "owner"), ("pool", "pool")] {
        let mut ids: Vec<RecordId> = saved
            .iter()
            .flat_map(|s| [s.after.reference(field), s.before.as_ref().and_then(|b| b.reference(field))])
            .flatten()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        names.extend(tx.get_many(object, &ids)?.into_iter().map(|record| (record.id, record.title())));
    }
    Ok(names)
}

/// A contact's change of owner leaves its row too.
pub(crate) struct Contacts;

impl Rule for Contacts {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let moved: Vec<&Saved> = saved.iter().filter(|s| s.before.is_some() && s.changed("owner")).collect();
        if moved.is_empty() {
            return Ok(());
        }
        let names = names(tx, &moved)?;
        let customers: Vec<RecordId> = moved.iter().filter_map(|s| s.after.reference("customer")).collect();
        let pools: BTreeMap<RecordId, (Option<RecordId>, Value)> = tx
            .get_many("customer", &customers)?
            .into_iter()
            .map(|c| (c.id, (c.reference("pool"), c.get("pool_reason").clone())))
            .collect();
        let mut rows = Vec::with_capacity(moved.len());
        for s in moved {
            let from = s.before.as_ref().and_then(Record::owner);
            let to = s.after.owner();
            let Some(customer) = s.after.reference("customer") else { continue };
            let (pool, reason) = pools.get(&customer).cloned().unwrap_or((None, Value::Null));
            let job = tx.ctx().channel == Channel::Job;
            let kind = match (from, to) {
                (_, None) if pool.is_some() && job => "recycle",
                (_, None) if pool.is_some() => "release",
                (None, Some(to)) if to == tx.ctx().subject.user => "claim",
                (None, Some(_)) => "assign",
                _ => "transfer",
            };
            let name = |id: Option<RecordId>| id.and_then(|id| names.get(&id)).cloned().unwrap_or_default();
            rows.push(
                base(tx, kind, from, to)
                    .set("path", path(&name(from), &name(to)))
                    .set("customer", customer)
                    .set("contact", s.after.id)
                    .set("pool", pool)
                    .set("reason", if to.is_none() { reason } else { Value::Null }),
            );
        }
        tx.create_many("owner_change", rows)?;
        Ok(())
    }
}
