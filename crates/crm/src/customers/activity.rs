//! A follow-up finds its customer, belongs to whoever wrote it, and says when to speak again.

use guanxi_gate::{Change, Channel, Ctx, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Scope, Value, access::action};
use jiff::{Timestamp, ToSpan};
use std::collections::BTreeMap;

/// Hours within which an author changes or deletes what they wrote, unless the setting says otherwise.
const DEFAULT_HOURS: i64 = 24;
/// The setting of that name.
pub const EDIT_HOURS: &str = "activity.edit_hours";

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

/// Takes the customer from what the follow-up is about; one read for each kind of record. A contact or an
/// opportunity of another customer is a slip of the hand and is refused.
fn fill_customers(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    for change in changes.iter_mut() {
        if let Value::AnyRef(object, id) = change.value("regarding").clone() {
            for field in ["contact", "opportunity"] {
                if object == field && change.value(field).is_null() {
                    change.set(field, id);
                }
            }
        }
    }
    let mut wanted: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
    for change in changes.iter() {
        for (object, id) in sources(change).into_iter().chain(prepared(change)) {
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
        if change.value("customer").is_null() {
            let found = sources(change).into_iter().find_map(|(_, id)| customers.get(&id).copied());
            if let Some(customer) = found {
                change.set("customer", customer);
            }
        }
        let customer = change.value("customer").as_ref();
        for field in ["contact", "opportunity", "preparation"] {
            let other = change.value(field).as_ref().and_then(|id| customers.get(&id).copied());
            if change.changes(field) && other.is_some() && other != customer {
                change.refuse(field, Message::new("activity.other_customer"));
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
    for object in ["contact", "opportunity"] {
        if let Some(id) = change.value(object).as_ref() {
            sources.push((object.to_owned(), id));
        }
    }
    sources
}

fn prepared(change: &Change) -> Option<(String, RecordId)> {
    change.value("preparation").as_ref().map(|id| ("call_preparation".to_owned(), id))
}

/// What was written is its author's: they mend it while it is fresh, and nobody rewrites it but those who
/// answer for others' customers.
pub(crate) struct Words(pub &'static str);

impl Rule for Words {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let by_people = |change: &&mut Change| !change.by_program && change.before.is_some();
        if !changes.iter_mut().any(|change| by_people(&change)) || answers_for_others(tx.ctx(), self.0) {
            return Ok(());
        }
        let hours = edit_hours(tx)?;
        let ctx = tx.ctx();
        for change in changes.iter_mut().filter(by_people) {
            let changed = change.draft.values.keys().any(|field| change.changes(field));
            let refusal = change.before.as_ref().and_then(|before| refusal(ctx, before, hours));
            if let Some(message) = refusal.filter(|_| changed) {
                change.refuse_record(message);
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, record: &Record) -> Result<()> {
        if answers_for_others(tx.ctx(), self.0) {
            return Ok(());
        }
        let hours = edit_hours(tx)?;
        refusal(tx.ctx(), record, hours).map_or(Ok(()), |message| Err(Error::Refused(message)))
    }
}

fn refusal(ctx: &Ctx, record: &Record, hours: i64) -> Option<Message> {
    if record.reference("created_by") != Some(ctx.subject.user) {
        return Some(Message::new("activity.only_author"));
    }
    let fresh = record.instant("created_at").is_some_and(|at| is_fresh(ctx, at, hours));
    (!fresh).then(|| Message::new("activity.too_late").with("n", hours))
}

fn is_fresh(ctx: &Ctx, written: Timestamp, hours: i64) -> bool {
    written.checked_add(hours.hours()).is_ok_and(|end| ctx.now <= end)
}

fn edit_hours(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(hours_of(tx.setting(EDIT_HOURS)?.as_deref()))
}

fn hours_of(setting: Option<&str>) -> i64 {
    setting
        .and_then(|text| text.trim().parse().ok())
        .filter(|hours| (0..=24 * 366).contains(hours))
        .unwrap_or(DEFAULT_HOURS)
}

/// Whether the caller may change records of an object beyond those of their own customers.
fn answers_for_others(ctx: &Ctx, object: &str) -> bool {
    let wide = |scope: &Scope| !matches!(scope, Scope::Own | Scope::Department);
    ctx.rights.everything
        || ctx.rights.grants.iter().any(|grant| grant.covers(object, action::TRANSFER) && wide(&grant.scope))
}

/// Whether the caller may still mend or delete what was written, for the page that offers it.
pub fn may_mend(
    ctx: &Ctx,
    object: &str,
    by: Option<RecordId>,
    at: Option<Timestamp>,
    setting: Option<&str>,
) -> bool {
    answers_for_others(ctx, object)
        || (by == Some(ctx.subject.user) && at.is_some_and(|at| is_fresh(ctx, at, hours_of(setting))))
}

/// Characters of a follow-up that the record it is about repeats.
const REPEATED: usize = 200;

/// What a follow-up leaves on the records it is about: the last words and their time, the state of the
/// contact, and the next contact agreed on. A follow-up without a next one keeps an appointment that was due,
/// so that it no longer stands among those to be made.
pub(crate) struct Traces;

/// Fields whose change leaves other traces.
const TRACED: [&str; 6] =
    ["content", "happened_at", "next_contact_at", "follow_up_status", "customer", "opportunity"];

impl Rule for Traces {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let mut latest: BTreeMap<(String, RecordId), &Saved> = BTreeMap::new();
        for activity in saved.iter().filter(|a| a.before.is_none() || TRACED.iter().any(|f| a.changed(f))) {
            for about in parties(tx, &activity.after) {
                let known = latest.entry(about).or_insert(activity);
                if known.after.instant("happened_at") < activity.after.instant("happened_at") {
                    *known = activity;
                }
            }
            // A follow-up that moves to another day or customer leaves the place to the one before it.
            if let Some(before) = activity.before.as_ref().filter(|_| moved(activity)) {
                for (object, id) in parties(tx, before) {
                    retell(tx, &object, id)?;
                }
            }
        }
        let mut objects: Vec<&str> = latest.keys().map(|(object, _)| object.as_str()).collect();
        objects.dedup();
        for object in objects {
            let ids: Vec<RecordId> = latest.keys().filter(|(o, _)| o == object).map(|(_, id)| *id).collect();
            let mut changes = Vec::new();
            for record in tx.get_many(object, &ids)? {
                let activity = latest[&(object.to_owned(), record.id)];
                let draft = traces(tx, &record, activity);
                if !draft.values.is_empty() {
                    changes.push((record, draft));
                }
            }
            tx.update_many(changes)?;
        }
        Ok(())
    }

    fn after_delete(&self, tx: &mut Tx<'_>, activity: &Saved) -> Result<()> {
        for (object, id) in parties(tx, &activity.after) {
            retell(tx, &object, id)?;
        }
        Ok(())
    }
}

fn moved(activity: &Saved) -> bool {
    ["happened_at", "customer", "opportunity", "contact", "regarding"]
        .iter()
        .any(|field| activity.changed(field))
}

/// The records a follow-up is about, those of them that keep the next contact.
fn parties(tx: &Tx<'_>, activity: &Record) -> Vec<(String, RecordId)> {
    let mut parties = Vec::new();
    for field in ["customer", "opportunity", "contact"] {
        parties.extend(activity.reference(field).map(|id| (field.to_owned(), id)));
    }
    if let Value::AnyRef(object, id) = activity.get("regarding") {
        parties.push((object.clone(), *id));
    }
    parties.sort();
    parties.dedup();
    parties.retain(|(object, _)| tx.object(object).is_ok_and(|o| o.field("next_contact_at").is_some()));
    parties
}

fn traces(tx: &Tx<'_>, record: &Record, saved: &Saved) -> guanxi_gate::Draft {
    let activity = &saved.after;
    let mut draft = guanxi_gate::Draft::new();
    let mut set = |field: &str, value: Value| {
        let writable = record.object.field(field).is_some_and(|f| !f.is_computed());
        if writable && record.get(field) != &value {
            draft.values.insert(field.to_owned(), value);
        }
    };
    // The fact was refreshed before rules run, so the latest follow-up is the one of that moment.
    let is_last =
        record.instant("last_contact_at").is_none_or(|last| activity.instant("happened_at") >= Some(last));
    if is_last {
        set("last_contact_at", activity.get("happened_at").clone());
        set("last_contact", words(activity));
        let status = match (activity.text("follow_up_status"), record.text("follow_up_status")) {
            ("", "" | "none") => Value::text("following"),
            ("", known) => Value::text(known),
            (told, _) => Value::text(told),
        };
        set("follow_up_status", status);
    }
    if (saved.before.is_none() || saved.changed("next_contact_at"))
        && let Some(next) = next_contact(tx, record, activity)
    {
        set("next_contact_at", Value::from(next));
    }
    draft
}

fn words(activity: &Record) -> Value {
    let words: String = activity.text("content").split_whitespace().collect::<Vec<_>>().join(" ");
    Value::Text(words.chars().take(REPEATED).collect())
}

/// Tells a record's last words anew from the follow-ups that are left.
fn retell(tx: &mut Tx<'_>, object: &str, id: RecordId) -> Result<()> {
    let Some(record) = tx.get_many(object, &[id])?.pop() else { return Ok(()) };
    let field = match object {
        "customer" | "opportunity" | "contact" => object,
        _ => "regarding",
    };
    let about = guanxi_model::expr::Expr::eq(field, id);
    let last =
        tx.find("activity", &about, None)?.into_iter().max_by_key(|a| (a.instant("happened_at"), a.id));
    let mut draft = guanxi_gate::Draft::new();
    let told = [
        ("last_contact", last.as_ref().map_or(Value::Null, words)),
        ("last_contact_at", last.as_ref().map_or(Value::Null, |last| last.get("happened_at").clone())),
    ];
    for (name, value) in told {
        let writable = record.object.field(name).is_some_and(|f| !f.is_computed());
        if writable && record.get(name) != &value {
            draft.values.insert(name.to_owned(), value);
        }
    }
    if !draft.values.is_empty() {
        tx.update(&record, draft)?;
    }
    Ok(())
}

/// The new value of a record's next contact; none when it stays.
fn next_contact(tx: &Tx<'_>, record: &Record, activity: &Record) -> Option<Option<Timestamp>> {
    let ctx = tx.ctx();
    let planned = record.instant("next_contact_at");
    match activity.instant("next_contact_at") {
        Some(next) if next > ctx.now => (planned != Some(next)).then_some(Some(next)),
        Some(_) => None,
        None => {
            let day = |at: Timestamp| guanxi_gate::date_of(at, &ctx.zone);
            let kept = day(planned?) <= day(activity.instant("happened_at")?);
            kept.then_some(None)
        }
    }
}
