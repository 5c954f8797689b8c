//! 公海: customers without an owner. They come by release or by the nightly recycling and go by a claim or
//! an assignment; who owned them when is kept.

mod claim;
mod clocks;
mod due;
mod history;
mod members;
mod quota;
mod recycle;
mod release;
mod words;

pub(crate) use claim::{assign, assign_from, claim, claim_from};
pub(crate) use due::{Dealings, RESTATE, Settings as Restated, Staff};
pub(crate) use history::{Contacts, Ownership};
pub(crate) use members::{Limits, Members};
pub(crate) use quota::{Quotas, may_lock};
pub(crate) use recycle::RECYCLE;
pub use recycle::{Due, Preview, preview};
pub(crate) use release::release;
pub use words::rules;

use guanxi_gate::{Change, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};

/// What holds for every pool: it shows two columns at least, one pool stays enabled, and none that still
/// holds customers is closed. Switching recycling off and on again restarts its clocks.
pub(crate) struct Kept;

impl Rule for Kept {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let today = tx.ctx().today;
        for change in changes {
            if change.value("columns").as_list().len() < 2 {
                change.refuse("columns", Message::new("pool.two_columns"));
            }
            let Some(before) = change.before.clone() else { continue };
            let on = |value: &guanxi_model::Value| value.as_bool() == Some(true);
            if change.changes("enabled")
                && !on(change.value("enabled"))
                && let Some(message) = why_open(tx, &before)?
            {
                change.refuse("enabled", message);
            }
            let runs = on(change.value("recycles")) && on(change.value("enabled"));
            let ran = on(before.get("recycles")) && on(before.get("enabled"));
            // The day it stopped is kept, so that the next start is known to be a second one.
            if ran != runs && (ran || !before.get("recycle_since").is_null()) {
                change.set("recycle_since", today);
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, pool: &Record) -> Result<()> {
        match why_open(tx, pool)? {
            Some(message) => Err(Error::Refused(message)),
            None => Ok(()),
        }
    }
}

/// Why a pool can be neither disabled nor deleted.
fn why_open(tx: &mut Tx<'_>, pool: &Record) -> Result<Option<Message>> {
    let held = tx.count("customer", &Expr::eq("pool", pool.id))?;
    if held > 0 {
        return Ok(Some(Message::new("pool.has_customers").with("n", held)));
    }
    let others = Expr::eq("enabled", true).and(Expr::eq("id", pool.id).not());
    if pool.get("enabled").as_bool() == Some(true) && tx.count("pool", &others)? == 0 {
        return Ok(Some(Message::new("pool.last_enabled")));
    }
    Ok(None)
}

/// Someone's places in pools as they stand in this transaction, the newest pool first.
fn seats(tx: &mut Tx<'_>, user: RecordId) -> Result<Vec<guanxi_gate::Seat>> {
    let Some(person) = tx.get_many("user", &[user])?.pop() else { return Ok(Vec::new()) };
    Ok(tx.pools()?.seats(user, person.get("roles").as_list(), person.reference("department")))
}

/// The customer's contacts.
fn contacts(tx: &mut Tx<'_>, customer: &Record) -> Result<Vec<Record>> {
    tx.referring("contact", "customer", &[customer.id])
}
