//! Releasing (退回): the customer goes into a pool, with a reason, and its contacts lose their owner with it.

use super::seats;
use guanxi_gate::{Draft, Error, Record, Result, Tx};
use guanxi_model::{Message, RecordId, Value};

/// `customer.release {reason, pool, note}`
pub(crate) fn release(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    if customer.get("locked").as_bool() == Some(true) {
        return Err(Error::refused("pool.locked"));
    }
    if !customer.get("pool").is_null() {
        return Err(Error::refused("pool.already"));
    }
    let pool = match input.get("pool").as_ref() {
        Some(pool) => tx.get("pool", pool)?,
        None => usual_pool(tx, customer)?,
    };
    if pool.get("enabled").as_bool() == Some(false) {
        return Err(Error::invalid("pool", "rule", Message::new("pool.disabled")));
    }
    let former = customer.owner();
    let back = Return {
        customer: customer.clone(),
        pool: pool.id,
        reason: input.get("reason").clone(),
        note: input.get("note").clone(),
    };
    let released = put_back(tx, vec![back])?.pop().ok_or(Error::NotFound)?;
    if let Some(former) = former {
        let message = Message::new("pool.notice.released")
            .with("title", released.title())
            .with("pool", pool.title())
            .with("by", &tx.ctx().subject.name);
        tx.notify(former, &released, message)?;
    }
    Ok(())
}

/// The newest pool of its owner, else that of whoever releases it.
fn usual_pool(tx: &mut Tx<'_>, customer: &Record) -> Result<Record> {
    let me = tx.ctx().subject.user;
    for user in customer.owner().into_iter().chain([me]) {
        if let Some(seat) = seats(tx, user)?.first() {
            return tx.get("pool", seat.pool);
        }
    }
    Err(Error::invalid("pool", "rule", Message::new("pool.which")))
}

/// A customer on its way into a pool.
pub(super) struct Return {
    pub customer: Record,
    pub pool: RecordId,
    pub reason: Value,
    pub note: Value,
}

/// Puts customers into pools. Shares end: whoever helped with one has no part in it any more.
pub(super) fn put_back(tx: &mut Tx<'_>, returns: Vec<Return>) -> Result<Vec<Record>> {
    let now = tx.ctx().now;
    let changes = returns
        .into_iter()
        .map(|back| {
            let draft = Draft::new()
                .set("owner", Value::Null)
                .set("department", Value::Null)
                .set("former_owner", back.customer.get("owner").clone())
                .set("pool", back.pool)
                .set("pooled_at", now)
                .set("pool_reason", back.reason)
                .set("pool_note", back.note)
                .set("claimed_on", Value::Null);
            (back.customer, draft)
        })
        .collect();
    let released = tx.update_many(changes)?;
    let ids: Vec<RecordId> = released.iter().map(|customer| customer.id).collect();
    tx.unshare_all(&ids)?;
    let changes = tx
        .referring("contact", "customer", &ids)?
        .into_iter()
        .filter(|contact| contact.owner().is_some())
        .map(|contact| (contact, Draft::new().set("owner", Value::Null).set("department", Value::Null)))
        .collect();
    tx.update_many(changes)?;
    Ok(released)
}
