//! Winning makes the customer, in the same transaction and never twice.

use guanxi_gate::{Draft, Error, Record, Result, Tx};
use guanxi_model::{RecordId, expr::Expr};

/// Ends the opportunity with a deal: links the customer that is already there, or makes it with its contact.
pub(crate) fn win(tx: &mut Tx<'_>, opportunity: &Record, input: &Draft) -> Result<()> {
    let mut given = Draft::new();
    for field in ["amount", "customer"] {
        if !input.get(field).is_null() {
            given = given.set(field, input.get(field).clone());
        }
    }
    super::stages::pass_all(tx, opportunity, &given)?;
    let named = input.get("customer").as_ref().or_else(|| opportunity.reference("customer"));
    let customer = match named {
        Some(id) => tx.get("customer", id)?,
        None => match known_customer(tx, opportunity)? {
            Some(customer) => customer,
            None => tx.create("customer", new_customer(opportunity, input))?,
        },
    };
    raise_grade(tx, &customer)?;
    make_contact(tx, opportunity, &customer)?;
    adopt_follow_ups(tx, opportunity.id, customer.id)?;
    let mut draft = Draft::new()
        .set("customer", customer.id)
        .set("status", "won")
        .set("closed_at", tx.ctx().now)
        .set("probability", 100);
    if !input.get("amount").is_null() {
        draft = draft.set("amount", input.get("amount").clone());
    }
    tx.update(opportunity, draft)?;
    Ok(())
}

/// The customer that the duplicate check finds by name or phone, when there is no doubt: a single one, and
/// the assignee's own. Otherwise the person must choose, so the win is refused with what was found.
fn known_customer(tx: &mut Tx<'_>, opportunity: &Record) -> Result<Option<Record>> {
    let likely: Vec<_> =
        tx.duplicates("customer", &identity(opportunity))?.into_iter().filter(|hit| !hit.similar).collect();
    match likely.as_slice() {
        [] => Ok(None),
        [only] => {
            let customer = tx.get("customer", only.id)?;
            if customer.owner().is_some() && customer.owner() == opportunity.owner() {
                Ok(Some(customer))
            } else {
                Err(Error::Duplicate(likely))
            }
        }
        _ => Err(Error::Duplicate(likely)),
    }
}

fn identity(opportunity: &Record) -> Draft {
    Draft::new()
        .set("name", opportunity.get("customer_name").clone())
        .set("phone", opportunity.get("contact_phone").clone())
}

fn new_customer(opportunity: &Record, input: &Draft) -> Draft {
    let kind = input.get("kind").as_text().unwrap_or("company");
    identity(opportunity)
        .set("kind", kind)
        .set("grade", "key_development")
        .set("source", opportunity.get("source").clone())
        .set("tags", opportunity.get("tags").clone())
        .set("next_contact_at", opportunity.get("next_contact_at").clone())
        .set("owner", opportunity.get("owner").clone())
        .set("department", opportunity.get("department").clone())
}

/// A won deal makes an ordinary customer one to develop; higher grades stay.
fn raise_grade(tx: &mut Tx<'_>, customer: &Record) -> Result<()> {
    if matches!(customer.text("grade"), "" | "ordinary") {
        tx.update(customer, Draft::new().set("grade", "key_development"))?;
    }
    Ok(())
}

/// The opportunity's contact, unless the customer has a contact of that name or phone.
fn make_contact(tx: &mut Tx<'_>, opportunity: &Record, customer: &Record) -> Result<()> {
    let name = opportunity.text("contact_name");
    if name.is_empty() || (customer.text("kind") == "person" && customer.text("name") == name) {
        return Ok(());
    }
    let mut same = Expr::eq("name", name);
    let phone = opportunity.text("contact_phone");
    if !phone.is_empty() {
        same = same.or(Expr::eq("phone", phone));
    }
    if tx.first("contact", &Expr::eq("customer", customer.id).and(same))?.is_some() {
        return Ok(());
    }
    tx.create(
        "contact",
        Draft::new()
            .set("name", name)
            .set("phone", opportunity.get("contact_phone").clone())
            .set("customer", customer.id)
            .set("is_main", true)
            .set("owner", customer.get("owner").clone())
            .set("department", customer.get("department").clone()),
    )?;
    Ok(())
}

/// Follow-ups written while there was no customer belong to it now, so that its page tells the whole story.
fn adopt_follow_ups(tx: &mut Tx<'_>, opportunity: RecordId, customer: RecordId) -> Result<()> {
    let orphans = Expr::eq("regarding", opportunity).and(Expr::is_empty("customer"));
    let changes = tx
        .find("activity", &orphans, None)?
        .into_iter()
        .map(|activity| (activity, Draft::new().set("customer", customer)))
        .collect();
    tx.update_many(changes)?;
    Ok(())
}
