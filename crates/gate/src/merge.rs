//! Merging: several records of one customer become one, and can become several again.
//!
//! A merge is generic over the registry. Whatever refers to a loser, by a reference or by one of several
//! objects, shipped or made by the site, live or in the recycle bin, refers to the main record afterwards; so
//! do its sharings and files. The losers go to the recycle bin marked `merged_into`. Links move set by set:
//! ten thousand of them are a few statements, one event and one line of the audit that lists them.
//!
//! The journal keeps what was moved and which values the main record took over. Taking a merge back returns
//! exactly these, as far as they still stand where the merge put them: a link or value that someone changed
//! meanwhile stays, and so does what was written on the main record after the merge.

use crate::{Draft, Error, Record, Result, access::Policy, door::Door, save, tx::Tx};
use guanxi_model::{
    Field, FieldKind, FieldLevel, Issue, Message, Object, RecordId, Stored, Value, access::action,
};
use guanxi_store::{
    ids,
    merges::{self, Merge, Stamp},
    records::{self, Life},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The verb that merges.
pub const MERGE: &str = "merge";
/// The verb that takes a merge back.
pub const UNMERGE: &str = "unmerge";
/// Most records that one merge makes one.
pub const MOST: usize = 10;
/// The field that says what a record was merged into.
const INTO: &str = "merged_into";
/// The field that counts what was merged into a record.
const COUNT: &str = "merged_count";

/// What it takes to take a merge back.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Journal {
    losers: Vec<RecordId>,
    /// Fields of the main record that the merge changed: stored value before and after.
    fields: BTreeMap<String, (serde_json::Value, serde_json::Value)>,
    links: Vec<Link>,
    shares: Vec<(RecordId, Vec<i64>)>,
    files: Vec<(RecordId, Vec<String>)>,
    /// Rows that stood between two of the records and went to the recycle bin with the merge.
    #[serde(default)]
    between: Vec<(String, RecordId)>,
}

/// Rows whose reference moved from one loser to the main record.
#[derive(Debug, Serialize, Deserialize)]
struct Link {
    object: String,
    field: String,
    loser: RecordId,
    rows: Vec<RecordId>,
}

/// The code of the verb `merge`: `losers` names the records, `choices` the values to take over, as an object
/// of field names and the ids of the records they come from.
///
/// # Errors
/// When the input does not name 1 to 9 other records the caller may merge, or a rule refuses.
pub fn merge(tx: &mut Tx<'_>, main: &Record, input: &Draft) -> Result<()> {
    let mut issues = Vec::new();
    let mut losers: Vec<RecordId> = Vec::new();
    for text in input.get("losers").as_list() {
        match text.parse() {
            Ok(id) if id == main.id => issues.push(wrong("losers", "merge.itself", text)),
            Ok(id) if losers.contains(&id) => {}
            Ok(id) => losers.push(id),
            Err(_) => issues.push(wrong("losers", "field.reference", text)),
        }
    }
    if losers.is_empty() && issues.is_empty() || losers.len() >= MOST {
        issues.push(Issue::field("losers", "range", Message::new("merge.how_many").with("most", MOST)));
    }
    let choices = read_choices(&main.object, input.get("choices"), &mut issues);
    for (field, from) in &choices {
        if *from != main.id && !losers.contains(from) {
            issues.push(wrong("choices", "merge.choice_of_none", field));
        }
    }
    if !issues.is_empty() {
        return Err(Error::Invalid(issues));
    }
    run(tx, main, &losers, &choices)
}

fn wrong(field: &str, key: &'static str, value: &str) -> Issue {
    Issue::field(field, "reference", Message::new(key).with("value", value))
}

fn read_choices(object: &Object, value: &Value, issues: &mut Vec<Issue>) -> BTreeMap<String, RecordId> {
    let Some(text) = value.as_text() else { return BTreeMap::new() };
    let Ok(choices) = serde_json::from_str::<BTreeMap<String, RecordId>>(text) else {
        issues.push(Issue::field("choices", "format", Message::new("merge.choices")));
        return BTreeMap::new();
    };
    for name in choices.keys() {
        if !object.field(name).is_some_and(is_choosable) {
            issues.push(wrong("choices", "merge.not_choosable", name));
        }
    }
    choices
}

/// Whether people choose between the values of a field when they merge: what they fill in, and the owner.
pub fn is_choosable(field: &Field) -> bool {
    let owner = field.system && field.name == "owner";
    let filled_in = !field.system && !field.read_only && !field.is_computed();
    (owner || filled_in)
        && !field.inactive
        && !matches!(field.kind, FieldKind::AutoNumber { .. })
        && !unites(field)
}

/// Whether the values of a field are put together instead of chosen.
pub fn unites(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Tags | FieldKind::Choices | FieldKind::File | FieldKind::Image)
        && !field.system
        && !field.read_only
}

fn run(
    tx: &mut Tx<'_>,
    main: &Record,
    losers: &[RecordId],
    choices: &BTreeMap<String, RecordId>,
) -> Result<()> {
    let object = main.object.clone();
    if object.field(INTO).is_none() {
        return Err(Error::internal(format!("{} cannot be merged: it has no field {INTO}", object.name)));
    }
    let mut found = tx.get_many(&object.name, losers)?;
    found.sort_by_key(|record| losers.iter().position(|id| *id == record.id));
    let missing: Vec<Issue> = losers
        .iter()
        .filter(|id| !found.iter().any(|record| record.id == **id))
        .map(|id| wrong("losers", "field.reference", &id.to_string()))
        .collect();
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    for loser in &found {
        Door(tx).allowed(loser, MERGE)?;
    }
    let rules = tx.gate.domain().rules.get(&object.name).cloned().unwrap_or_default();
    for rule in &rules {
        rule.before_merge(tx, main, &found)?;
    }
    let values = chosen(tx, main, &found, choices)?;
    let mut journal = Journal { losers: losers.to_vec(), ..Journal::default() };
    put_between_away(tx, main, losers, &mut journal)?;
    move_links(tx, main, losers, &mut journal)?;
    for loser in &found {
        let shares = merges::move_shares(&mut tx.conn, loser.id, main.id)?;
        let files = merges::move_files(&mut tx.conn, loser.id, main.id)?;
        journal.shares.push((loser.id, shares));
        journal.files.push((loser.id, files));
        // Gone before the main record takes over a value that must be unique.
        let gone = Value::Instant(tx.ctx.now);
        save::set_deleted(tx, loser, gone, &[(INTO, Value::Ref(main.id))], "merged_away")?;
    }
    refresh_facts(tx, &object, main.id, &journal)?;
    let now = tx.get(&object.name, main.id)?;
    tx.update(&now, values)?;
    let now = tx.get(&object.name, main.id)?;
    for rule in &rules {
        rule.after_merge(tx, &now, &found)?;
    }
    let now = tx.get(&object.name, main.id)?;
    journal.fields = differing(main, &now);
    keep(tx, main, &found, &journal)
}

/// The values the main record takes over: what was chosen, and the tags and files of all.
fn chosen(
    tx: &mut Tx<'_>,
    main: &Record,
    losers: &[Record],
    choices: &BTreeMap<String, RecordId>,
) -> Result<Draft> {
    let object = &main.object;
    let mut draft = Draft::new();
    for (name, from) in choices.iter().filter(|(_, from)| **from != main.id) {
        let (Some(field), Some(loser)) = (object.field(name), losers.iter().find(|l| l.id == *from)) else {
            continue;
        };
        may_take(tx, main, loser, field)?;
        draft = draft.set(name, loser.get(name).clone());
    }
    for field in object.active_fields().filter(|field| unites(field)) {
        let mut all = main.get(&field.name).as_list().to_vec();
        for item in losers.iter().flat_map(|loser| loser.get(&field.name).as_list()) {
            if !all.contains(item) {
                all.push(item.clone());
            }
        }
        if all.len() > main.get(&field.name).as_list().len() {
            draft = draft.set(&field.name, Value::List(all));
        }
    }
    // A record never refers to itself: what named a record that is now this one names nothing.
    let ids: BTreeSet<RecordId> = losers.iter().map(|loser| loser.id).chain([main.id]).collect();
    for field in object.active_fields().filter(|field| field.target() == Some(&object.name)) {
        let wanted = draft.values.get(&field.name).unwrap_or(main.get(&field.name));
        if field.name != INTO && wanted.as_ref().is_some_and(|id| ids.contains(&id)) {
            draft = draft.set(&field.name, Value::Null);
        }
    }
    if object.field(COUNT).is_some() {
        let own = |record: &Record| record.decimal(COUNT).unwrap_or_default();
        let merged =
            losers.iter().fold(own(main), |sum, loser| sum + own(loser) + rust_decimal::Decimal::ONE);
        draft = draft.set(COUNT, Value::from(merged));
    }
    Ok(draft)
}

/// Whoever takes a value over must be able to write it here and to read it there.
fn may_take(tx: &mut Tx<'_>, main: &Record, loser: &Record, field: &Field) -> Result<()> {
    if tx.ctx.rights.everything {
        return Ok(());
    }
    if field.name == "owner" {
        return Door(tx).allowed(main, action::TRANSFER);
    }
    let object = main.object.clone();
    let shared = crate::read::shared_with(tx, &object)?;
    let mut level = |record: &Record| -> Result<FieldLevel> {
        let deciding = Door(tx).deciding(record)?;
        let status = object.status.as_deref().map(|s| record.text(s).to_owned()).unwrap_or_default();
        let may = Policy::new(tx.ctx, &object, &shared).may(deciding, &status).ok_or(Error::NotFound)?;
        Ok(may.fields.get(&field.name).copied().unwrap_or(FieldLevel::Hidden))
    };
    if level(main)? == FieldLevel::Edit && level(loser)? >= FieldLevel::Read {
        return Ok(());
    }
    let message = Message::new("gate.field_right").with_label("label", &field.label);
    Err(Error::invalid("choices", "forbidden", message))
}

/// Every field of every object that may name such a record; deactivated fields keep their data and move too.
fn links(tx: &Tx<'_>, target: &str) -> Vec<(Arc<Object>, Field)> {
    let mut links = Vec::new();
    for object in tx.registry.objects() {
        for field in object.fields.iter().filter(|field| !field.system && merges::refers(field, target)) {
            links.push((object.clone(), field.clone()));
        }
    }
    links
}

/// What belongs to two of the records at once (how one customer stands to another) has no meaning once they are
/// one: it waits in the recycle bin, as it is.
fn put_between_away(
    tx: &mut Tx<'_>,
    main: &Record,
    losers: &[RecordId],
    journal: &mut Journal,
) -> Result<()> {
    let target = main.object.name.clone();
    let merged: Vec<RecordId> = losers.iter().copied().chain([main.id]).collect();
    for object in tx.registry.clone().objects().filter(|object| object.name != target) {
        let ends: Vec<&Field> =
            object.active_fields().filter(|f| f.cascade && f.target() == Some(&target)).collect();
        let [first, others @ ..] = ends.as_slice() else { continue };
        if others.is_empty() {
            continue;
        }
        for row in tx.referring(&object.name, &first.name, &merged)? {
            let within = |field: &&&Field| row.reference(&field.name).is_some_and(|id| merged.contains(&id));
            if others.iter().any(|field| within(&field)) {
                save::set_deleted(tx, &row, Value::Instant(tx.ctx.now), &[], "deleted")?;
                journal.between.push((object.name.clone(), row.id));
            }
        }
    }
    Ok(())
}

fn move_links(tx: &mut Tx<'_>, main: &Record, losers: &[RecordId], journal: &mut Journal) -> Result<()> {
    let target = main.object.name.clone();
    let stamp = stamp(tx);
    // Among themselves the merged records keep their links: they are right again when the merge is taken back.
    let own: Vec<RecordId> = losers.iter().copied().chain([main.id]).collect();
    for (object, field) in links(tx, &target) {
        let between = journal.between.iter().filter(|(name, _)| *name == object.name).map(|(_, id)| *id);
        let but: Vec<RecordId> = if object.name == target { own.clone() } else { between.collect() };
        let moved = merges::move_links(&mut tx.conn, &object, &field, &target, losers, main.id, &but, stamp)?;
        for (loser, rows) in moved {
            let (object, field) = (object.name.clone(), field.name.clone());
            journal.links.push(Link { object, field, loser, rows });
        }
    }
    Ok(())
}

fn stamp(tx: &Tx<'_>) -> Stamp {
    let by = tx.ctx.subject.user;
    Stamp { at: tx.ctx.now.as_millisecond(), by: (by.0 > 0).then_some(by) }
}

/// Computes anew what the main record and the losers know of the rows that moved, and lets the rules follow.
fn refresh_facts(tx: &mut Tx<'_>, object: &Object, main: RecordId, journal: &Journal) -> Result<()> {
    let records: Vec<RecordId> = journal.losers.iter().copied().chain([main]).collect();
    let moved: BTreeSet<(&str, &str)> =
        journal.links.iter().map(|link| (link.object.as_str(), link.field.as_str())).collect();
    for (child, via) in moved {
        save::refresh_facts(tx, child, &object.name, via, &records)?;
    }
    Ok(())
}

/// The fields of a record that another state of it has differently, as stored.
fn differing(before: &Record, after: &Record) -> BTreeMap<String, (serde_json::Value, serde_json::Value)> {
    let kept = |field: &&Field| {
        !field.is_computed() && !matches!(field.name.as_str(), "version" | "updated_at" | "updated_by")
    };
    before
        .object
        .fields
        .iter()
        .filter(kept)
        .filter_map(|field| {
            let (was, is) = (field.store(before.get(&field.name)), field.store(after.get(&field.name)));
            (was != is).then(|| (field.name.clone(), (json(&was), json(&is))))
        })
        .collect()
}

fn json(stored: &Stored) -> serde_json::Value {
    match stored {
        Stored::Null => serde_json::Value::Null,
        Stored::Int(number) => serde_json::json!(number),
        Stored::Text(text) => serde_json::json!(text),
    }
}

fn stored(json: &serde_json::Value) -> Stored {
    match json {
        serde_json::Value::String(text) => Stored::Text(text.clone()),
        other => other.as_i64().map_or(Stored::Null, Stored::Int),
    }
}

fn keep(tx: &mut Tx<'_>, main: &Record, losers: &[Record], journal: &Journal) -> Result<()> {
    let object = &main.object;
    let id = ids::next_id(&mut tx.conn)?;
    let stamp = stamp(tx);
    let text = serde_json::to_value(journal).map_err(Error::internal)?;
    let merge = Merge { id, at: stamp.at, actor: stamp.by, journal: text };
    merges::keep(&mut tx.conn, &object.name, main.id, &merge)?;
    // The list of rows stands in the audit, apart from the timeline, which would read it every time.
    let data = serde_json::json!({ "main": main.id, "links": journal.links });
    tx.note(&object.name, None, "links_moved", data)?;
    let names: Vec<String> = losers.iter().map(Record::title).collect();
    tx.told = Some(serde_json::json!({ "losers": names }));
    Ok(())
}

/// The code of the verb `unmerge`: takes back the newest merge into the record.
///
/// # Errors
/// When there is none, when a merged record is gone for good, or when a value that must be unique was taken
/// meanwhile; the refusal names which.
pub fn unmerge(tx: &mut Tx<'_>, main: &Record, _input: &Draft) -> Result<()> {
    let object = main.object.clone();
    let merge = merges::latest(&mut tx.conn, &object.name, main.id)?;
    let merge = merge.ok_or_else(|| Error::refused("merge.none"))?;
    let journal: Journal = serde_json::from_value(merge.journal.clone()).map_err(Error::internal)?;
    let losers = tx.fetch(&object.name, &journal.losers, Life::Trash)?;
    let there = |id: &RecordId| losers.iter().any(|l| l.id == *id && l.reference(INTO) == Some(main.id));
    let gone = journal.losers.iter().filter(|id| !there(id)).count();
    if gone > 0 {
        return Err(Error::Refused(Message::new("merge.gone").with("n", gone)));
    }
    give_values_back(tx, main, &journal)?;
    let mut names = Vec::new();
    for loser in &losers {
        still_free(tx, loser)?;
        names.push(loser.title());
        save::set_deleted(tx, loser, Value::Null, &[(INTO, Value::Null)], "unmerged")?;
    }
    let stamp = stamp(tx);
    for link in &journal.links {
        // An object or field that the site removed meanwhile has nothing to give back.
        let Some(child) = tx.registry.object(&link.object).cloned() else { continue };
        let Some(field) = child.field(&link.field) else { continue };
        let (rows, loser) = (&link.rows, link.loser);
        merges::link_back(&mut tx.conn, &child, field, &object.name, rows, main.id, loser, stamp)?;
    }
    for (object, row) in &journal.between {
        // One that someone took out of the bin, or erased, stays as they left it.
        if let Some(row) = tx.fetch(object, &[*row], Life::Trash)?.pop() {
            save::set_deleted(tx, &row, Value::Null, &[], "restored")?;
        }
    }
    for (loser, shares) in &journal.shares {
        merges::return_shares(&mut tx.conn, shares, main.id, *loser)?;
    }
    for (loser, files) in &journal.files {
        merges::return_files(&mut tx.conn, files, main.id, *loser)?;
    }
    refresh_facts(tx, &object, main.id, &journal)?;
    merges::undone(&mut tx.conn, merge.id, stamp)?;
    let data = serde_json::json!({ "main": main.id, "merge": merge.id, "losers": journal.losers });
    tx.note(&object.name, None, "links_returned", data)?;
    tx.told = Some(serde_json::json!({ "losers": names }));
    Ok(())
}

/// Returns the values of the main record that still are what the merge made them. From lists that were put
/// together goes what the merge brought, and what was added since stays.
fn give_values_back(tx: &mut Tx<'_>, main: &Record, journal: &Journal) -> Result<()> {
    let mut draft = Draft::new();
    for (name, (before, after)) in &journal.fields {
        let Some(field) = main.object.field(name).filter(|field| !field.inactive) else { continue };
        let (before, after) = (field.load(&stored(before)), field.load(&stored(after)));
        let now = main.get(name);
        if unites(field) {
            let brought = |item: &String| after.as_list().contains(item) && !before.as_list().contains(item);
            let mut left: Vec<String> = now.as_list().iter().filter(|item| !brought(item)).cloned().collect();
            left.sort_by_key(|item| before.as_list().iter().position(|b| b == item).unwrap_or(usize::MAX));
            draft = draft.set(name, if left.is_empty() { Value::Null } else { Value::List(left) });
        } else if field.store(now) == field.store(&after) {
            draft = draft.set(name, before);
        }
    }
    tx.update(main, draft).map(drop)
}

/// Refuses when a value of the record that must be unique belongs to another by now.
fn still_free(tx: &mut Tx<'_>, loser: &Record) -> Result<()> {
    let object = loser.object.clone();
    for field in object.active_fields().filter(|field| field.unique || field.name == "external_id") {
        let value = field.store(loser.get(&field.name));
        if value.is_null() {
            continue;
        }
        let taken = records::by_key(&mut tx.conn, &object, &field.name, &[value])?;
        let Some((_, holder)) = taken.first() else { continue };
        let holder = tx.get(&object.name, *holder)?;
        let message = Message::new("merge.taken")
            .with("title", loser.title())
            .with_label("label", &field.label)
            .with("holder", holder.title());
        return Err(Error::Refused(message));
    }
    Ok(())
}

/// A merged record comes back by taking the merge back, or its links would stay behind.
pub(crate) fn may_restore(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    let Some(main) = record.reference(INTO) else { return Ok(()) };
    let Some(main) = tx.get_many(&record.object.name, &[main])?.pop() else { return Ok(()) };
    Err(Error::Refused(Message::new("merge.restore").with("title", main.title())))
}

impl crate::Gate {
    /// What a record in the recycle bin was merged into, when the caller may see that.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn merged_into(&self, ctx: &crate::Ctx, object: &str, id: RecordId) -> Result<Option<RecordId>> {
        let found = self.read(ctx, |tx| {
            let mut here = id;
            // A main record may have been merged itself, and so on.
            for _ in 0..100 {
                match tx.fetch(object, &[here], Life::Trash)?.pop().and_then(|r| r.reference(INTO)) {
                    Some(next) => here = next,
                    None => break,
                }
            }
            Ok((here != id).then_some(here))
        });
        let Some(main) = found.or_else(|error| match error {
            Error::NotFound => Ok(None),
            error => Err(error),
        })?
        else {
            return Ok(None);
        };
        match self.get(ctx, object, main) {
            Ok(_) => Ok(Some(main)),
            Err(Error::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
