//! Playing an import backwards: the journal's parts from the last to the first, each in a transaction that also
//! marks it as put back, so that an undoing that is interrupted goes on where it was.
//!
//! Former values are written as they were, without rules: what rules did during the import stands in the journal
//! too and is put back by itself.

use super::{
    Left, NAMED, Undone,
    journal::{Journal, Packed, Part, stored},
};
use crate::{
    Ctx, Error, Gate, Live, Record, Result,
    domain::Saved,
    save,
    tx::{Tx, record_of},
};
use guanxi_model::{FieldKind, Object, RecordId, Stored, Value};
use guanxi_store::{
    events, imports,
    records::{self, Life},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

/// A record: its object and its id.
type Key = (String, RecordId);

/// What came of one part; kept in its place.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
struct Step {
    erased: u64,
    restored: u64,
    left: Vec<Left>,
    /// Restored records with their version before the part and now: an earlier part that left them at the first
    /// finds them at the second.
    back: Vec<(String, RecordId, i64, i64)>,
}

/// What the parts so far mean for the next one.
#[derive(Default, Clone)]
struct Past {
    back: HashMap<Key, (i64, i64)>,
    left: HashSet<Key>,
}

impl Past {
    fn add(&mut self, step: &Step, undone: &mut Undone) {
        undone.erased += step.erased;
        undone.restored += step.restored;
        for left in &step.left {
            if self.left.insert((left.object.clone(), left.id)) {
                undone.left += 1;
                if undone.records.len() < NAMED {
                    undone.records.push(left.clone());
                }
            }
        }
        self.returned(step);
    }

    fn returned(&mut self, step: &Step) {
        for (object, id, from, now) in &step.back {
            self.back.insert((object.clone(), *id), (*from, *now));
        }
    }

    /// Whether a record is as the import left it at version `to`.
    fn is_untouched(&self, key: &Key, to: i64, record: &Record) -> bool {
        record.version == to || self.back.get(key) == Some(&(to, record.version))
    }
}

impl Gate {
    /// Plays an import's journal backwards. The caller holds its claim.
    pub(super) fn play_back(
        &self,
        ctx: &Ctx,
        id: RecordId,
        watch: &mut dyn FnMut(u64, u64),
    ) -> Result<Undone> {
        let (since, parts, kept, later) = self.0.store.read::<_, Error>(|conn| {
            let since = imports::get(conn, id)?.map_or(0, |import| import.created_at);
            let kept = imports::undone_parts(conn, id)?;
            Ok((since, imports::count_parts(conn, id)?, kept, imports::later_undone(conn, id)?))
        })?;
        let (mut undone, mut past) = (Undone::default(), Past::default());
        // A record that a later import changed and gave back is as this one left it.
        for text in later {
            let step: Step = serde_json::from_str(&text).map_err(Error::internal)?;
            past.returned(&step);
        }
        for text in kept {
            let step: Step = serde_json::from_str(&text).map_err(Error::internal)?;
            past.add(&step, &mut undone);
        }
        let (total, mut done) = (u64::try_from(parts.0).unwrap_or(0), 0);
        let mut past = Arc::new(past);
        loop {
            let known = past.clone();
            let (at, all) = (super::int(done + 1), super::int(total));
            let step = self.write(ctx, move |tx| {
                let Some((part, text)) = imports::last_part(&mut tx.conn, id)? else { return Ok(None) };
                let packed: Packed = serde_json::from_str(&text).map_err(Error::internal)?;
                tx.journal = Some(Journal::default());
                let step = put_back(tx, &known, &packed, id, since)?;
                imports::progress(&mut tx.conn, id, "undoing", at, Some(all))?;
                let kept = serde_json::to_string(&step).map_err(Error::internal)?;
                imports::part_undone(&mut tx.conn, id, part, &kept)?;
                Ok(Some(step))
            })?;
            let Some(step) = step else { return Ok(undone) };
            Arc::make_mut(&mut past).add(&step, &mut undone);
            done += 1;
            watch(done, total);
        }
    }
}

fn put_back(tx: &mut Tx<'_>, past: &Past, packed: &Packed, import: RecordId, since: i64) -> Result<Step> {
    let mut step = Step::default();
    let mut made: BTreeMap<Key, Record> = BTreeMap::new();
    let mut changed = Vec::new();
    for (name, part) in packed {
        let found = find(tx, name, part)?;
        let mut leave = |id: RecordId, why: &str| {
            if !past.left.contains(&(name.clone(), id)) {
                step.left.push(left(name, id, why));
            }
        };
        for (first, count, version) in &part.made {
            for id in (*first..first + count).map(RecordId) {
                let key = (name.clone(), id);
                // One that was erased since is gone as it should be.
                let Some(record) = found.get(&id) else { continue };
                if past.is_untouched(&key, *version, record) && !past.left.contains(&key) {
                    made.insert(key, record.clone());
                } else {
                    leave(id, why_not(record));
                }
            }
        }
        for (id, from, to, before) in &part.changed {
            let id = RecordId(*id);
            let key = (name.clone(), id);
            match found.get(&id) {
                Some(record) if past.is_untouched(&key, *to, record) && !past.left.contains(&key) => {
                    let named = before
                        .iter()
                        .filter_map(|(place, json)| Some((part.fields.get(*place)?.clone(), stored(json))));
                    changed.push((record.clone(), *from, named.collect::<Vec<_>>()));
                }
                Some(record) => leave(id, why_not(record)),
                None => leave(id, "deleted"),
            }
        }
    }
    restore(tx, changed, &mut step)?;
    keep_used(tx, &mut made, &mut step)?;
    erase(tx, made, import, since, &mut step)?;
    // Rules may have changed a restored record once more.
    if let Some(journal) = tx.journal.take() {
        for (object, id, _, now) in &mut step.back {
            *now = journal.version(object, *id).unwrap_or(*now);
        }
    }
    Ok(step)
}

fn left(object: &str, id: RecordId, why: &str) -> Left {
    Left { object: object.to_owned(), id, why: why.to_owned(), title: None }
}

fn why_not(record: &Record) -> &'static str {
    if record.get("deleted_at").is_null() { "changed" } else { "deleted" }
}

fn find(tx: &mut Tx<'_>, name: &str, part: &Part) -> Result<HashMap<RecordId, Record>> {
    let made = part.made.iter().flat_map(|(first, count, _)| *first..first + count);
    let ids: Vec<RecordId> = made.chain(part.changed.iter().map(|(id, ..)| *id)).map(RecordId).collect();
    Ok(tx.fetch(name, &ids, Life::Any)?.into_iter().map(|record| (record.id, record)).collect())
}

/// Fields with their former values.
type Former = Vec<(String, Stored)>;

/// Gives changed records their former values.
fn restore(tx: &mut Tx<'_>, changed: Vec<(Record, i64, Former)>, step: &mut Step) -> Result<()> {
    let mut saved: BTreeMap<String, (Arc<Object>, Vec<Saved>)> = BTreeMap::new();
    for (mut record, from, before) in changed {
        let object = record.object.clone();
        if let Some(why) = obstacle(tx, &object, record.id, &before)? {
            step.left.push(left(&object.name, record.id, why));
            continue;
        }
        let mut values: BTreeMap<String, Value> = BTreeMap::new();
        for (name, stored) in &before {
            if let Some(field) = object.field(name) {
                values.insert(name.clone(), field.load(stored));
            }
        }
        if let Some(deleted) = values.remove("deleted_at") {
            let event = if deleted.is_null() { "restored" } else { "deleted" };
            record = save::set_deleted(tx, &record, deleted, &[], event)?;
        }
        let done = save::update(tx, &object, record, values)?;
        step.restored += 1;
        step.back.push((object.name.clone(), done.after.id, from, done.after.version));
        saved.entry(object.name.clone()).or_insert_with(|| (object, Vec::new())).1.push(done);
    }
    for (object, saved) in saved.into_values() {
        let real: Vec<&Saved> =
            saved.iter().filter(|s| s.before.as_ref().is_none_or(|b| b.version != s.after.version)).collect();
        save::record_events(tx, &object, &real)?;
        save::refresh_roll_ups(tx, &object, &real)?;
        tx.effects.people |= matches!(object.name.as_str(), "user" | "department");
    }
    Ok(())
}

/// Why former values cannot be given back: another record has taken one that must be unique, or one refers to a
/// record that is no longer there.
fn obstacle(
    tx: &mut Tx<'_>,
    object: &Object,
    id: RecordId,
    before: &[(String, Stored)],
) -> Result<Option<&'static str>> {
    for (name, stored) in before.iter().filter(|(_, stored)| !stored.is_null()) {
        let Some(field) = object.field(name) else { continue };
        if field.unique || name == "external_id" {
            let holders = records::by_key(&mut tx.conn, object, name, std::slice::from_ref(stored))?;
            if holders.iter().any(|(_, holder)| *holder != id) {
                return Ok(Some("taken"));
            }
        }
        let (target, reference) = match field.load(stored) {
            Value::Ref(reference) => (field.target().map(str::to_owned), reference),
            Value::AnyRef(target, reference) => (Some(target), reference),
            _ => continue,
        };
        let target = target.and_then(|target| tx.registry.object(&target).cloned());
        if let Some(target) = target
            && records::existing(&mut tx.conn, &target, &[reference], Life::Any)?.is_empty()
        {
            return Ok(Some("gone"));
        }
    }
    Ok(None)
}

/// Leaves new records to which others refer that stay: an order that someone entered keeps its customer.
fn keep_used(tx: &mut Tx<'_>, made: &mut BTreeMap<Key, Record>, step: &mut Step) -> Result<()> {
    let mut by_object: BTreeMap<String, Vec<RecordId>> = BTreeMap::new();
    for (object, id) in made.keys() {
        by_object.entry(object.clone()).or_default().push(*id);
    }
    let registry = tx.registry.clone();
    let mut uses: Vec<(Key, Key)> = Vec::new();
    for (name, ids) in &by_object {
        for relation in registry.children(name) {
            let Some(child) = registry.object(&relation.object) else { continue };
            for raw in records::referring(&mut tx.conn, child, &relation.field, ids, Life::Any)? {
                let record = record_of(child, raw);
                if let Some(parent) = record.reference(&relation.field) {
                    uses.push(((child.name.clone(), record.id), (name.clone(), parent)));
                }
            }
        }
        for child in registry.objects() {
            for field in child.active_fields() {
                if !matches!(&field.kind, FieldKind::AnyReference { to } if to.contains(name)) {
                    continue;
                }
                let named = |id: &RecordId| field.store(&Value::AnyRef(name.clone(), *id));
                let keys: Vec<Stored> = ids.iter().map(named).collect();
                let parents: HashMap<&Stored, RecordId> = keys.iter().zip(ids.iter().copied()).collect();
                for (key, user) in records::by_key(&mut tx.conn, child, &field.name, &keys)? {
                    if let Some(parent) = parents.get(&key) {
                        uses.push(((child.name.clone(), user), (name.clone(), *parent)));
                    }
                }
            }
        }
    }
    // One that is left may itself refer to another, which is then left too.
    loop {
        let used: HashSet<Key> = uses
            .iter()
            .filter(|(user, parent)| made.contains_key(parent) && !made.contains_key(user))
            .map(|(_, parent)| parent.clone())
            .collect();
        if used.is_empty() {
            return Ok(());
        }
        for key in used {
            made.remove(&key);
            step.left.push(left(&key.0, key.1, "used"));
        }
    }
}

/// Erases new records.
fn erase(
    tx: &mut Tx<'_>,
    made: BTreeMap<Key, Record>,
    import: RecordId,
    since: i64,
    step: &mut Step,
) -> Result<()> {
    let mut by_object: BTreeMap<String, (Arc<Object>, Vec<Saved>)> = BTreeMap::new();
    for record in made.into_values() {
        let object = record.object.clone();
        let group = by_object.entry(object.name.clone()).or_insert_with(|| (object, Vec::new()));
        group.1.push(Saved { before: None, after: record });
    }
    for (object, gone) in by_object.values() {
        let ids: Vec<RecordId> = gone.iter().map(|saved| saved.after.id).collect();
        imports::erase(&mut tx.conn, object, &ids, since)?;
        step.erased += ids.len() as u64;
        let mut log = Vec::with_capacity(gone.len());
        for Saved { after, .. } in gone {
            let data = serde_json::json!({ "title": after.title(), "import": import });
            log.push(tx.new_event(&object.name, Some(after.id), tx.root_of(after), "purged", data));
            tx.effects.live.push(Live {
                object: object.name.clone(),
                record: after.id,
                name: "deleted".to_owned(),
                actor: tx.ctx.subject.user,
                version: after.version,
            });
        }
        events::append(&mut tx.conn, log)?;
        tx.effects.people |= matches!(object.name.as_str(), "user" | "department");
    }
    for (object, gone) in by_object.values() {
        save::refresh_roll_ups(tx, object, &gone.iter().collect::<Vec<_>>())?;
    }
    if step.left.is_empty() {
        return Ok(());
    }
    // What rules derived from the erased records has been put back, except on records that were left: there the
    // rules have to see that something is gone.
    for (object, gone) in by_object.into_values() {
        for rule in tx.gate.domain().rules.get(&object.name).cloned().unwrap_or_default() {
            for saved in &gone {
                match rule.after_delete(tx, saved) {
                    Ok(()) | Err(Error::NotFound) => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
    Ok(())
}
