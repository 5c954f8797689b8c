//! Converting makes the customer, and with it contact and opportunity if one wants them: all or nothing, in
//! one transaction, and once.

use guanxi_gate::{Draft, DuplicateHit, Error, Record, Result, Tx};
use guanxi_model::{RecordId, Value, expr::Expr};

/// `lead.convert {customer, with_contact, with_opportunity, title, amount}`
pub(crate) fn convert(tx: &mut Tx<'_>, lead: &Record, input: &Draft) -> Result<()> {
    // The status was checked as it was read; the version below refuses a second conversion in a race.
    if !lead.get("customer").is_null() {
        return Err(Error::refused("lead.converted_already"));
    }
    let known = match input.get("customer").as_ref() {
        Some(id) => Some(tx.get("customer", id)?),
        None => same_name(tx, lead)?,
    };
    let linked = known.is_some();
    let customer = match known {
        Some(customer) => customer,
        None => tx.create("customer", new_customer(lead))?,
    };
    if linked {
        help_with(tx, lead, &customer)?;
    }
    let asked = |field: &str| input.get(field).as_bool() == Some(true);
    if asked("with_contact") || input.get("with_contact").is_null() {
        make_contact(tx, lead, &customer)?;
    }
    let opportunity = if asked("with_opportunity") {
        Some(tx.create("opportunity", new_opportunity(tx, lead, &customer, input))?.id)
    } else {
        None
    };
    take_along(tx, lead.id, customer.id)?;
    let now = tx.ctx().now;
    tx.update(
        lead,
        Draft::new()
            .set("status", "converted")
            .set("customer", customer.id)
            .set("opportunity", opportunity)
            .set("linked", linked)
            .set("converted_at", now)
            .set("next_contact_at", Value::Null),
    )?;
    Ok(())
}

/// The customer of that name, brackets and suffixes aside. One that only shares the phone or the code may be
/// another: the person has to choose, so the conversion is refused with what was found.
fn same_name(tx: &mut Tx<'_>, lead: &Record) -> Result<Option<Record>> {
    let likely: Vec<DuplicateHit> =
        tx.duplicates("customer", &identity(lead))?.into_iter().filter(|hit| !hit.similar).collect();
    if let Some(same) = likely.iter().find(|hit| hit.field == "name") {
        return tx.get("customer", same.id).map(Some);
    }
    if likely.is_empty() { Ok(None) } else { Err(Error::Duplicate(likely)) }
}

fn identity(lead: &Record) -> Draft {
    let mut draft = Draft::new();
    for field in ["name", "phone", "email"] {
        draft = draft.set(field, lead.get(field).clone());
    }
    draft
}

fn new_customer(lead: &Record) -> Draft {
    let mut draft = identity(lead);
    for field in [
        "kind",
        "wechat",
        "source",
        "industry",
        "region",
        "address",
        "tags",
        "next_contact_at",
        "owner",
        "department",
    ] {
        draft = draft.set(field, lead.get(field).clone());
    }
    draft.set("note", lead.get("needs").clone())
}

/// Whoever brought the lead helps with the customer that somebody else has.
fn help_with(tx: &mut Tx<'_>, lead: &Record, customer: &Record) -> Result<()> {
    match lead.owner() {
        Some(owner) if customer.owner() != Some(owner) => tx.share(customer, owner, true),
        _ => Ok(()),
    }
}

/// The lead's contact, unless the customer has one of that name or phone.
fn make_contact(tx: &mut Tx<'_>, lead: &Record, customer: &Record) -> Result<()> {
    let name = lead.text("contact_name");
    if name.is_empty() || (lead.text("kind") == "person" && lead.text("name") == name) {
        return Ok(());
    }
    let mut same = Expr::eq("name", name);
    if !lead.text("phone").is_empty() {
        same = same.or(Expr::eq("phone", lead.text("phone")));
    }
    if tx.first("contact", &Expr::eq("customer", customer.id).and(same))?.is_some() {
        return Ok(());
    }
    let first = tx.count("contact", &Expr::eq("customer", customer.id))? == 0;
    let mut draft = Draft::new().set("name", name).set("customer", customer.id).set("is_main", first);
    for field in ["job_title", "phone", "email", "wechat"] {
        draft = draft.set(field, lead.get(field).clone());
    }
    for field in ["owner", "department"] {
        draft = draft.set(field, customer.get(field).clone());
    }
    tx.create("contact", draft)?;
    Ok(())
}

/// The opportunity is its owner's to develop from the start.
fn new_opportunity(tx: &Tx<'_>, lead: &Record, customer: &Record, input: &Draft) -> Draft {
    let title = input.get("title").as_text().unwrap_or(lead.text("name")).to_owned();
    let draft = Draft::new()
        .set("title", title)
        .set("customer_name", customer.title())
        .set("customer", customer.id)
        .set("contact_name", lead.get("contact_name").clone())
        .set("contact_phone", lead.get("phone").clone())
        .set("source", lead.get("source").clone())
        .set("description", lead.get("needs").clone())
        .set("amount", input.get("amount").clone())
        .set("owner", lead.get("owner").clone())
        .set("department", lead.get("department").clone());
    match lead.owner() {
        Some(_) => draft
            .set("status", "assigned")
            .set("assigned_at", tx.ctx().now)
            .set("assigned_by", super::super::opportunity::acting(tx.ctx())),
        None => draft,
    }
}

/// Follow-ups written on the lead belong to the customer too, so that its page tells the whole story.
fn take_along(tx: &mut Tx<'_>, lead: RecordId, customer: RecordId) -> Result<()> {
    let written = Expr::eq("regarding", lead).and(Expr::is_empty("customer"));
    let changes = tx
        .find("activity", &written, None)?
        .into_iter()
        .map(|activity| (activity, Draft::new().set("customer", customer)))
        .collect();
    tx.update_many(changes)?;
    Ok(())
}
