//! 库容: how many customers someone may own and lock. A rule for the user goes before one for a department
//! (the nearest first), that before one for a role; of several alike the newest holds.

use super::members::name_who;
use guanxi_gate::{Change, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};

/// Refuses when someone owns as many customers as they may.
pub(super) fn has_room(tx: &mut Tx<'_>, user: RecordId) -> Result<()> {
    let Some(quota) = quota_of(tx, user)? else { return Ok(()) };
    let Some(capacity) = number(&quota, "capacity") else { return Ok(()) };
    let owned = owned(tx, user, &quota)?;
    if owned < capacity {
        return Ok(());
    }
    let name = tx.get("user", user)?.title();
    let message = Message::new("pool.full").with("n", capacity).with("owned", owned).with("name", name);
    Err(Error::Refused(message))
}

/// Refuses when someone has locked as many customers as they may.
pub(crate) fn may_lock(tx: &mut Tx<'_>, user: RecordId) -> Result<()> {
    let Some(quota) = quota_of(tx, user)? else { return Ok(()) };
    let Some(limit) = number(&quota, "lock_limit") else { return Ok(()) };
    let locked = tx.count("customer", &Expr::eq("owner", user).and(Expr::eq("locked", true)))?;
    if locked < limit {
        return Ok(());
    }
    Err(Error::Refused(Message::new("pool.lock_limit").with("n", limit)))
}

/// The customers that take up room: all they own but those that are spared.
fn owned(tx: &mut Tx<'_>, user: RecordId, quota: &Record) -> Result<i64> {
    let mut counted = Expr::eq("owner", user);
    if quota.get("spare_dealt").as_bool() == Some(true) {
        counted = counted.and(Expr::eq("order_count", 0));
    }
    if !quota.text("spare_when").is_empty() {
        counted = counted.and(tx.condition("customer", quota.text("spare_when"))?.not());
    }
    tx.count("customer", &counted)
}

fn quota_of(tx: &mut Tx<'_>, user: RecordId) -> Result<Option<Record>> {
    let quotas = tx.find("customer_quota", &Expr::Bool(true), None)?;
    if quotas.is_empty() {
        return Ok(None);
    }
    let person = tx.get("user", user)?;
    let newest = |fits: &dyn Fn(&Record) -> bool| quotas.iter().rev().find(|quota| fits(quota)).cloned();
    if let Some(own) = newest(&|quota| quota.reference("user") == Some(user)) {
        return Ok(Some(own));
    }
    let mut seen = Vec::new();
    let mut unit = person.reference("department");
    while let Some(department) = unit.filter(|unit| !seen.contains(unit)) {
        if let Some(found) = newest(&|quota| quota.reference("unit") == Some(department)) {
            return Ok(Some(found));
        }
        seen.push(department);
        unit = tx.get_many("department", &[department])?.pop().and_then(|d| d.reference("parent"));
    }
    let roles = person.get("roles").as_list();
    Ok(newest(&|quota| roles.iter().any(|role| quota.text("role") == role)))
}

fn number(quota: &Record, field: &str) -> Option<i64> {
    quota.decimal(field).and_then(|n| i64::try_from(n.trunc()).ok())
}

/// A quota says for whom it is, and its condition can be read.
pub(crate) struct Quotas;

impl Rule for Quotas {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        name_who(tx, changes)?;
        for change in changes {
            let source = change.value("spare_when").as_text().unwrap_or_default().to_owned();
            if !source.is_empty()
                && change.changes("spare_when")
                && tx.condition("customer", &source).is_err()
            {
                change.refuse("spare_when", Message::new("pool.bad_condition"));
            }
        }
        Ok(())
    }
}
