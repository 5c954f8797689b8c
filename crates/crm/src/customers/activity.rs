//! A follow-up finds its customer, and says when to speak again.

use guanxi_gate::{Change, Channel, Draft, Record, Result, Rule, Saved, Tx, date_of};
use guanxi_model::{Message, RecordId, Value};
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// What a follow-up is about: whoever writes one on an opportunity need not name its customer again.
pub(crate) struct About;

impl Rule for About {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        fill_customers(tx, changes)?;
        let now = tx.ctx().now;
        // Forms round to minutes, and clocks of devices differ a little.
        let soon = now.checked_add(5.minutes()).unwrap_or(now);
        let history = tx.ctx().channel == Channel::Import;
        for change in changes {
            if change.changes("happened_at")
                && change.value("happened_at").as_instant().is_some_and(|at| at > soon)
            {
                change.refuse("happened_at", Message::new("activity.not_yet"));
            }
            if !history
                && change.changes("next_contact_at")
                && change.value("next_contact_at").as_instant().is_some_and(|at| at <= now)
            {
                change.refuse("next_contact_at", Message::new("activity.next_in_past"));
            }
            if change.value("customer").is_null() && change.value("regarding").is_null() && !change.by_program
            {
                change.refuse("customer", Message::new("activity.about_whom"));
            }
        }
        Ok(())
    }
}

/// Takes the customer from what the follow-up is about; one read for each kind of record.
fn fill_customers(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    let mut wanted: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
    for change in changes.iter().filter(|change| change.value("customer").is_null()) {
        for (object, id) in sources(change) {
            wanted.entry(object).or_default().push(id);
        }
    }
    let mut customers: BTreeMap<RecordId, RecordId> = BTreeMap::new();
    for (object, mut ids) in wanted {
        ids.sort_unstable();
        ids.dedup();
        for record in tx.get_many(&object, &ids)? {
            let customer = if object == "customer" { Some(record.id) } else { record.reference("customer") };
            if let Some(customer) = customer {
                customers.insert(record.id, customer);
            }
        }
    }
    for change in changes {
        if let Value::AnyRef(object, id) = change.value("regarding").clone()
            && object == "contact"
            && change.value("contact").is_null()
        {
            change.set("contact", id);
        }
        if change.value("customer").is_null() {
            let found = sources(change).into_iter().find_map(|(_, id)| customers.get(&id).copied());
            if let Some(customer) = found {
                change.set("customer", customer);
            }
        }
    }
    Ok(())
}

/// Records that may tell the customer, the most telling first.
fn sources(change: &Change) -> Vec<(String, RecordId)> {
    let mut sources = Vec::new();
    if let Value::AnyRef(object, id) = change.value("regarding") {
        sources.push((object.clone(), *id));
    }
    if let Some(contact) = change.value("contact").as_ref() {
        sources.push(("contact".to_owned(), contact));
    }
    sources
}

/// The next contact agreed on becomes that of the customer and the opportunity. A follow-up without one
/// keeps an appointment that was due, so that it no longer stands among those to be made.
pub(crate) struct NextContact;

impl Rule for NextContact {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let mut agreed: BTreeMap<(String, RecordId), &Record> = BTreeMap::new();
        for activity in saved.iter().filter(|a| a.before.is_none() || a.changed("next_contact_at")) {
            for about in parties(&activity.after) {
                let latest = agreed.entry(about).or_insert(&activity.after);
                if latest.instant("happened_at") < activity.after.instant("happened_at") {
                    *latest = &activity.after;
                }
            }
        }
        for object in ["customer", "opportunity"] {
            let ids: Vec<RecordId> = agreed.keys().filter(|(o, _)| o == object).map(|(_, id)| *id).collect();
            let mut changes = Vec::new();
            for record in tx.get_many(object, &ids)? {
                let activity = agreed[&(object.to_owned(), record.id)];
                if let Some(next) = next_contact(tx, &record, activity) {
                    changes.push((record, Draft::new().set("next_contact_at", next)));
                }
            }
            tx.update_many(changes)?;
        }
        Ok(())
    }
}

fn parties(activity: &Record) -> Vec<(String, RecordId)> {
    let mut parties = Vec::new();
    if let Some(customer) = activity.reference("customer") {
        parties.push(("customer".to_owned(), customer));
    }
    if let Value::AnyRef(object, id) = activity.get("regarding")
        && object == "opportunity"
    {
        parties.push((object.clone(), *id));
    }
    parties
}

/// The new value of a record's next contact; none when it stays.
fn next_contact(tx: &Tx<'_>, record: &Record, activity: &Record) -> Option<Option<Timestamp>> {
    let ctx = tx.ctx();
    let planned = record.instant("next_contact_at");
    match activity.instant("next_contact_at") {
        Some(next) if next > ctx.now => (planned != Some(next)).then_some(Some(next)),
        Some(_) => None,
        None => {
            let day = |at: Timestamp| date_of(at, &ctx.zone);
            let kept = day(planned?) <= day(activity.instant("happened_at")?);
            kept.then_some(None)
        }
    }
}
