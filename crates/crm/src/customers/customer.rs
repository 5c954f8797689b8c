//! What customers are protected from, and what an order says about them.

use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{
    Message, RecordId,
    expr::{self, Expr},
};

/// Protects the customer from transfer and deletion.
pub(crate) fn lock(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    if is_locked(customer) {
        return Err(Error::refused("customer.locked_already"));
    }
    if let Some(owner) = customer.owner() {
        super::pool::may_lock(tx, owner)?;
    }
    tx.update(customer, Draft::new().set("locked", true))?;
    Ok(())
}

/// Lifts the protection.
pub(crate) fn unlock(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    if !is_locked(customer) {
        return Err(Error::refused("customer.not_locked"));
    }
    tx.update(customer, Draft::new().set("locked", false))?;
    Ok(())
}

/// The contact that was due has been made; what was said may follow.
pub(crate) fn contacted(tx: &mut Tx<'_>, customer: &Record, _input: &Draft) -> Result<()> {
    let now = tx.ctx().now;
    tx.update(
        customer,
        Draft::new().set("next_contact_at", guanxi_model::Value::Null).set("contacted_at", now),
    )?;
    Ok(())
}

fn is_locked(customer: &Record) -> bool {
    customer.get("locked").as_bool() == Some(true)
}

/// A locked customer keeps its owner; a customer with business is not deleted.
pub(crate) struct Kept;

/// What keeps a customer from being deleted. Contacts, follow-ups and warnings go with it.
const BUSINESS: [&str; 4] = ["order", "contract", "opportunity", "service_request"];

impl Rule for Kept {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        if tx.is_handover() {
            return Ok(());
        }
        for change in changes {
            let locked = change.before.as_ref().is_some_and(is_locked);
            if locked && change.changes("owner") {
                change.refuse("owner", Message::new("customer.locked"));
            }
        }
        Ok(())
    }

    fn before_merge(&self, _tx: &mut Tx<'_>, main: &Record, losers: &[Record]) -> Result<()> {
        // The fields of one have no place in the other, and nobody is both.
        if let Some(loser) = losers.iter().find(|loser| loser.text("kind") != main.text("kind")) {
            let message = Message::new("customer.kinds_merge");
            return Err(Error::Refused(message.with("name", loser.title()).with("main", main.title())));
        }
        match losers.iter().find(|loser| is_locked(loser)) {
            Some(loser) => {
                Err(Error::Refused(Message::new("customer.locked_merge").with("name", loser.title())))
            }
            None => Ok(()),
        }
    }

    /// A customer is lost only when all of it was, and no longer potential once any part of it has bought.
    fn after_merge(&self, tx: &mut Tx<'_>, main: &Record, losers: &[Record]) -> Result<()> {
        let mut draft = Draft::new();
        if main.text("status") == "lost" && losers.iter().any(|loser| loser.text("status") != "lost") {
            draft = draft.set("status", "normal");
        }
        if matches!(main.text("customer_type"), "" | "potential")
            && main.decimal("order_count").is_some_and(|n| !n.is_zero())
        {
            draft = draft.set("customer_type", "existing");
        }
        tx.update(main, draft).map(drop)
    }

    fn before_delete(&self, tx: &mut Tx<'_>, customer: &Record) -> Result<()> {
        if is_locked(customer) {
            return Err(Error::refused("customer.locked"));
        }
        for object in BUSINESS {
            let n = tx.count(object, &Expr::eq("customer", customer.id))?;
            if n > 0 {
                let label = tx.object(object)?.label.clone();
                let message = Message::new("customer.has_business").with("n", n).with_label("object", &label);
                return Err(Error::Refused(message));
            }
        }
        Ok(())
    }
}

/// Whoever has ordered is no longer only a potential customer.
pub(crate) struct Buying;

impl Rule for Buying {
    fn facts(&self, tx: &mut Tx<'_>, because_of: &str, customers: &[RecordId]) -> Result<()> {
        if because_of != "order" {
            return Ok(());
        }
        let ordered = Expr::ids("id", customers).and(expr::parse(POTENTIAL_BUYER)?);
        let changes = tx
            .find("customer", &ordered, None)?
            .into_iter()
            .map(|customer| (customer, Draft::new().set("customer_type", "existing")))
            .collect();
        tx.update_many(changes)?;
        Ok(())
    }
}

const POTENTIAL_BUYER: &str =
    r#"order_count > 0 && (is_empty(customer_type) || customer_type == "potential")"#;
