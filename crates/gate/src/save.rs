//! The pipeline every write passes, in this order: complete → rules → compute → validate → write → index →
//! roll-ups → audit → what follows. It takes slices, because imports and bulk edits are first class.

use crate::{
    Error, Live, Meanwhile, Result, Stale,
    domain::{Change, Saved},
    record::Record,
    tx::{Tx, record_of},
    validate,
};
use guanxi_model::{
    Field, FieldKind, Issue, Message, Object, RecordId, Stored, Value, field, registry::RollUpTarget,
};
use guanxi_store::{
    duplicates, events, files, ids,
    records::{self, Life},
    roll_up,
    search::{self, Document},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Saves changes of one object; one bad change refuses all.
pub(crate) fn all(tx: &mut Tx<'_>, object: &Arc<Object>, changes: Vec<Change>) -> Result<Vec<Record>> {
    let several = changes.len() > 1;
    let mut saved = Vec::with_capacity(changes.len());
    for (row, outcome) in each(tx, object, changes)?.into_iter().enumerate() {
        match outcome {
            Ok(done) => saved.push(done.after),
            Err(Error::Invalid(mut issues)) if several => {
                for issue in &mut issues {
                    issue.message =
                        std::mem::replace(&mut issue.message, Message::new("")).with("row", row + 1);
                }
                return Err(Error::Invalid(issues));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(saved)
}

/// Saves changes of one object, each on its own: a bad one is reported and the others are saved.
pub(crate) fn each(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    mut changes: Vec<Change>,
) -> Result<Vec<Result<Saved>>> {
    complete(tx, object, &mut changes)?;
    for change in &mut changes {
        validate::check_given(object, change);
    }
    for rule in rules_of(tx, object) {
        rule.before(tx, &mut changes)?;
    }
    for change in &mut changes {
        validate::compute_formulas(tx, change);
        validate::compute_faces(tx, change);
    }
    validate::check(tx, object, &mut changes)?;
    let saved = write(tx, object, changes)?;
    follow(tx, object, &saved.done)?;
    Ok(saved.outcomes())
}

/// What became of the changes of a batch: those that were written, and where each of the others was refused.
struct Written {
    done: Vec<Saved>,
    /// For every change the problem that refused it, if any.
    refused: Vec<Option<Error>>,
}

impl Written {
    fn outcomes(self) -> Vec<Result<Saved>> {
        let mut done = self.done.into_iter();
        let next = |problem: Option<Error>| match problem {
            Some(problem) => Err(problem),
            None => done.next().ok_or_else(|| Error::internal("a change was neither written nor refused")),
        };
        self.refused.into_iter().map(next).collect()
    }
}

/// What follows from saved records: audit, roll-ups, rules.
fn follow(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[Saved]) -> Result<()> {
    let real: Vec<&Saved> = saved.iter().filter(|s| is_real(s)).collect();
    if real.is_empty() {
        return Ok(());
    }
    if let Some(journal) = &mut tx.journal {
        real.iter().for_each(|saved| journal.note(saved));
    }
    record_events(tx, object, &real)?;
    refresh_roll_ups(tx, object, &real)?;
    if crate::people::are_told_by(&object.name) {
        tx.effects.people = true;
    }
    let rules = rules_of(tx, object);
    // The usual batch changes everything it names, and is handed on without a copy.
    let some: Vec<Saved>;
    let real = if real.len() == saved.len() || rules.is_empty() {
        saved
    } else {
        some = real.into_iter().cloned().collect();
        &some
    };
    for rule in rules {
        rule.after(tx, real)?;
    }
    Ok(())
}

fn is_real(saved: &Saved) -> bool {
    saved.before.as_ref().is_none_or(|before| before.version != saved.after.version)
}

fn rules_of(tx: &Tx<'_>, object: &Object) -> Vec<Arc<dyn crate::Rule>> {
    tx.gate.domain().rules.get(&object.name).cloned().unwrap_or_default()
}

/// Looks up references given by key, and gives new records their defaults, owner and numbers.
fn complete(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    resolve_lookups(tx, object, changes)?;
    let ctx = tx.ctx;
    let people = tx.gate.people();
    let mut unnumbered: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (row, change) in changes.iter_mut().enumerate() {
        if change.before.is_some() {
            // The department of a record is its owner's, and moves with it.
            if change.changes("owner") && !change.draft.values.contains_key("department") {
                let owner = change.draft.get("owner").as_ref();
                let department = owner.and_then(|owner| people.user(owner)).and_then(|p| p.department);
                if department.is_some() || owner.is_none() {
                    change.set("department", department);
                }
            }
            continue;
        }
        let person = ctx.subject.user.0 > 0;
        if person
            && !object.access.ownerless
            && ctx.channel != crate::Channel::Import
            && !change.draft.values.contains_key("owner")
        {
            change.set("owner", ctx.subject.user);
        }
        if !change.draft.values.contains_key("department") {
            let owner = change.draft.get("owner").as_ref();
            let department = owner.and_then(|owner| people.user(owner)).and_then(|p| p.department);
            change.set("department", department);
        }
        for field in object.active_fields() {
            if !change.draft.get(&field.name).is_null()
                || change.draft.issues.iter().any(|i| i.field.as_deref() == Some(&field.name))
            {
                continue;
            }
            if let FieldKind::AutoNumber { .. } = &field.kind {
                unnumbered.entry(field.name.clone()).or_default().push(row);
            } else if let Some(default) = &field.default
                && !change.draft.values.contains_key(&field.name)
            {
                let value = default_value(ctx, field, default);
                change.set(&field.name, value);
            } else if let FieldKind::RollUp { function, .. } = &field.kind {
                use field::RollUpFunction::{Count, Sum};
                if matches!(function, Count | Sum) {
                    change.set(&field.name, Value::from(0));
                }
            }
        }
    }
    for (field, rows) in unnumbered {
        let field = object.field(&field).ok_or_else(|| Error::internal("a field that has gone"))?;
        for (row, number) in rows.iter().zip(next_numbers(tx, object, field, rows.len())?) {
            changes[*row].set(&field.name, number);
        }
    }
    Ok(())
}

fn next_numbers(tx: &mut Tx<'_>, object: &Object, field: &Field, n: usize) -> Result<Vec<Value>> {
    let FieldKind::AutoNumber { pattern } = &field.kind else { return Ok(Vec::new()) };
    let (before, width, after) = field::render_auto_number(pattern, tx.ctx.today);
    let key = format!("{}.{}/{before}{after}", object.name, field.name);
    let n = i64::try_from(n).map_err(|_| Error::internal("too many numbers at once"))?;
    let first = ids::next_numbers(&mut tx.conn, &key, n)?;
    Ok((first..first + n).map(|number| Value::Text(format!("{before}{number:0width$}{after}"))).collect())
}

fn default_value(ctx: &crate::Ctx, field: &Field, default: &serde_json::Value) -> Value {
    match (default.as_str(), field.value_kind()) {
        (Some("today"), FieldKind::Date) => Value::Date(ctx.today),
        (Some("now"), FieldKind::Instant) => Value::Instant(ctx.now),
        (Some("me"), FieldKind::User) if ctx.subject.user.0 > 0 => Value::Ref(ctx.subject.user),
        (Some("me"), FieldKind::User) => Value::Null,
        _ => field.parse_json(default).unwrap_or_default(),
    }
}

/// Turns `{"external_id": "00001"}` and `owner.login` into ids, one statement for each key field.
fn resolve_lookups(tx: &mut Tx<'_>, object: &Arc<Object>, changes: &mut [Change]) -> Result<()> {
    let mut wanted: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for change in changes.iter() {
        for (name, value) in &change.draft.values {
            if let Value::Lookup(lookup) = value {
                wanted.entry((name.clone(), lookup.0.clone())).or_default().insert(lookup.1.clone());
            }
        }
    }
    for ((name, key), texts) in wanted {
        let target = object.field(&name).and_then(Field::target).and_then(|t| tx.registry.object(t)).cloned();
        let found: BTreeMap<String, RecordId> = match &target {
            Some(target)
                if target
                    .field(&key)
                    .is_some_and(|f| f.unique || key == "external_id" || key == target.title) =>
            {
                let keys: Vec<Stored> = texts.iter().map(|text| Stored::from(text.as_str())).collect();
                records::by_key(&mut tx.conn, target, &key, &keys)?
                    .into_iter()
                    .filter_map(|(stored, id)| Some((stored.text()?.to_owned(), id)))
                    .collect()
            }
            _ => BTreeMap::new(),
        };
        for change in changes.iter_mut() {
            let Some(Value::Lookup(lookup)) = change.draft.values.get(&name) else { continue };
            if lookup.0 != key {
                continue;
            }
            match found.get(&lookup.1) {
                Some(id) => change.set(&name, *id),
                None => {
                    let message = Message::new("field.reference").with("value", &lookup.1);
                    change.draft.issues.push(Issue::field(&name, "reference", message));
                    change.set(&name, Value::Null);
                }
            }
        }
    }
    Ok(())
}

/// Writes the changes that passed every check: what is new in one go, what was there one by one.
fn write(tx: &mut Tx<'_>, object: &Arc<Object>, changes: Vec<Change>) -> Result<Written> {
    let good = |change: &Change| change.draft.issues.is_empty();
    let new = changes.iter().filter(|change| change.before.is_none() && good(change)).count();
    let mut fresh_ids = ids::next_ids(&mut tx.conn, new)?.into_iter();
    let mut written =
        Written { done: Vec::with_capacity(changes.len()), refused: Vec::with_capacity(changes.len()) };
    for change in changes {
        let saved = match change.before {
            _ if !change.draft.issues.is_empty() => Err(Error::Invalid(change.draft.issues)),
            Some(before) => update(tx, object, before, change.draft.values),
            None => match fresh_ids.next() {
                Some(id) => Ok(Saved { before: None, after: completed(tx, object, change.draft.values, id) }),
                None => Err(Error::internal("a new record without an id")),
            },
        };
        match saved {
            Ok(saved) => {
                written.done.push(saved);
                written.refused.push(None);
            }
            Err(error) => written.refused.push(Some(error)),
        }
    }
    insert(tx, object, &written.done)?;
    for saved in &written.done {
        attach_files(tx, object, saved)?;
    }
    Ok(written)
}

/// Gives the files that a record names to it: whoever sees the field sees them from then on.
fn attach_files(tx: &mut Tx<'_>, object: &Object, saved: &Saved) -> Result<()> {
    for field in object.active_fields().filter(|f| matches!(f.kind, FieldKind::File | FieldKind::Image)) {
        if !saved.changed(&field.name) {
            continue;
        }
        for file in saved.after.get(&field.name).as_list() {
            let row = files::find(&mut tx.conn, file)?;
            let here = row.as_ref().is_some_and(|row| row.record == Some(saved.after.id));
            // A file that someone else brought, or that stands on another record, cannot be had by naming it.
            let mine = row.is_some_and(|row| {
                let brought = row.created_by == Some(tx.ctx.subject.user) || tx.ctx.rights.everything;
                row.record.is_none() && brought
            });
            if !here && !mine {
                return Err(Error::invalid(&field.name, "reference", Message::new("field.file")));
            }
            files::attach(&mut tx.conn, file, &object.name, saved.after.id)?;
        }
    }
    Ok(())
}

/// A new record with its id and stamps.
fn completed(tx: &Tx<'_>, object: &Arc<Object>, mut values: BTreeMap<String, Value>, id: RecordId) -> Record {
    let ctx = tx.ctx;
    let actor = Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user));
    values.insert("id".to_owned(), Value::Ref(id));
    values.insert("version".to_owned(), Value::from(1));
    // History that is imported keeps its author and time.
    values.entry("created_at".to_owned()).or_insert(Value::Instant(ctx.now));
    values.entry("created_by".to_owned()).or_insert_with(|| actor.clone());
    values.insert("updated_at".to_owned(), Value::Instant(ctx.now));
    values.insert("updated_by".to_owned(), actor);
    let row = object.fields.iter().map(|field| values.remove(&field.name).unwrap_or_default()).collect();
    Record { object: object.clone(), id, version: 1, values: row }
}

/// Puts the new ones of saved records into the table, the search index and the match keys.
fn insert(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[Saved]) -> Result<()> {
    let new: Vec<&Record> =
        saved.iter().filter(|saved| saved.before.is_none()).map(|saved| &saved.after).collect();
    if new.is_empty() {
        return Ok(());
    }
    let rows = new.iter().map(|record| (&record.values[..], guanxi_text::pinyin::sort_key(&record.title())));
    records::insert(&mut tx.conn, object, rows).map_err(|e| unique_error(object, e))?;
    index(tx, object, &new)
}

/// Makes records findable, by search and as duplicates.
fn index(tx: &mut Tx<'_>, object: &Arc<Object>, records: &[&Record]) -> Result<()> {
    if is_searchable(object) {
        let documents = records.iter().map(|record| (record.id, document(object, record))).collect();
        search::insert(&mut tx.conn, &object.name, documents)?;
    }
    if !object.duplicates.is_empty() {
        let keys = |record: &&Record| {
            (record.id, crate::duplicates::keys(object, &|field| record.get(field).clone()))
        };
        duplicates::insert(&mut tx.conn, &object.name, records.iter().map(keys).collect())?;
    }
    Ok(())
}

pub(crate) fn update(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    before: Record,
    values: BTreeMap<String, Value>,
) -> Result<Saved> {
    let changed: Vec<(usize, Value)> = values
        .into_iter()
        .filter_map(|(name, value)| object.index.get(&name).map(|i| (*i, value)))
        .filter(|(i, value)| {
            // Stored forms are compared: 12.5 and 12.50 are one number.
            let field = &object.fields[*i];
            field.store(&before.values[*i]) != field.store(value)
        })
        .collect();
    if changed.is_empty() {
        return Ok(Saved { after: before.clone(), before: Some(before) });
    }
    let ctx = tx.ctx;
    let mut after = before.clone();
    after.version += 1;
    for (i, value) in &changed {
        after.values[*i] = value.clone();
    }
    let stamps = [
        ("version", Value::from(after.version)),
        ("updated_at", Value::Instant(ctx.now)),
        ("updated_by", Value::from((ctx.subject.user.0 > 0).then_some(ctx.subject.user))),
    ];
    for (name, value) in stamps {
        after.values[object.index[name]] = value;
    }
    let mut writes: Vec<(usize, &Value)> = changed.iter().map(|(i, value)| (*i, value)).collect();
    for name in ["updated_at", "updated_by"] {
        let i = object.index[name];
        writes.push((i, &after.values[i]));
    }
    let title_changed = changed.iter().any(|(i, _)| object.fields[*i].name == object.title);
    let title_key = title_changed.then(|| guanxi_text::pinyin::sort_key(&after.title()));
    let done =
        records::update(&mut tx.conn, object, before.id, before.version, &writes, title_key.as_deref())
            .map_err(|e| unique_error(object, e))?;
    if !done {
        return Err(stale(tx, object, &before, &changed)?);
    }
    if changed.iter().any(|(i, _)| object.fields[*i].search || title_changed) {
        search::remove(&mut tx.conn, before.id)?;
        let documents = vec![(before.id, document(object, &after))];
        search::insert(&mut tx.conn, &object.name, documents)?;
    }
    if changed.iter().any(|(i, _)| object.duplicates.iter().any(|key| key.field == object.fields[*i].name)) {
        duplicates::remove(&mut tx.conn, before.id)?;
        let keys = crate::duplicates::keys(object, &|f| after.get(f).clone());
        duplicates::insert(&mut tx.conn, &object.name, vec![(before.id, keys)])?;
    }
    Ok(Saved { before: Some(before), after })
}

/// The record as it stands now beside what was wanted; not found when it is gone.
fn stale(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    before: &Record,
    changed: &[(usize, Value)],
) -> Result<Error> {
    let Some(now) = tx.fetch(&object.name, &[before.id], Life::Live)?.pop() else {
        return Ok(Error::NotFound);
    };
    let wanted = changed.iter().map(|(i, v)| (object.fields[*i].name.clone(), v.clone()));
    Ok(stale_against(tx, &now, wanted, None))
}

/// The error that shows both values of a conflict.
pub(crate) fn stale_against(
    tx: &Tx<'_>,
    now: &Record,
    wanted: impl Iterator<Item = (String, Value)>,
    meanwhile: Option<Vec<Meanwhile>>,
) -> Error {
    let people = tx.gate.people();
    // Stored forms are compared: 12.5 and 12.50 are one number.
    let same = |name: &str, one: &Value, other: &Value| match now.object.field(name) {
        Some(field) => field.store(one) == field.store(other),
        None => one == other,
    };
    let unchanged = |name: &str, value: &Value| {
        let seen = meanwhile.iter().flatten().find(|change| change.field == name);
        same(name, now.get(name), value) || seen.is_some_and(|change| same(name, &change.before, value))
    };
    let fields = wanted
        .filter(|(name, value)| !unchanged(name, value))
        .map(|(name, value)| (name.clone(), now.get(&name).clone(), value))
        .collect();
    Error::Stale(Box::new(Stale {
        object: now.object.name.clone(),
        id: now.id,
        version: now.version,
        updated_by: now.reference("updated_by").and_then(|id| people.name(id)).map(str::to_owned),
        updated_at: now.instant("updated_at"),
        fields,
        meanwhile,
    }))
}

/// What changed since a version, read from the record's events: each version is one event. None when they
/// are not all there any more, or the version never was.
pub(crate) fn changed_since(tx: &mut Tx<'_>, now: &Record, version: i64) -> Result<Option<Vec<Meanwhile>>> {
    // A page that stood open for longer than this is asked about every difference.
    const MOST: usize = 200;
    let Some(steps) = usize::try_from(now.version - version).ok().filter(|steps| *steps <= MOST) else {
        return Ok(None);
    };
    let object = now.object.clone();
    // Verbs tell events of their own between those of the versions.
    let events = events::of_record(&mut tx.conn, &object.name, now.id, None, steps * 4)?;
    let versions = events
        .iter()
        .filter(|event| matches!(event.event.name.as_str(), "updated" | "deleted" | "restored"))
        .take(steps)
        .collect::<Vec<_>>();
    if versions.len() < steps {
        return Ok(None);
    }
    let mut before: BTreeMap<String, Value> = BTreeMap::new();
    // From the newest to the oldest, so that the oldest value is the one that stays.
    for event in versions {
        for (field, old, _) in crate::timeline::changes_of(&object, event) {
            if !field.is_computed() && field.name != "deleted_at" {
                before.insert(field.name.clone(), old);
            }
        }
    }
    let changes = before.into_iter().map(|(field, before)| {
        let now = now.get(&field).clone();
        Meanwhile { field, before, now }
    });
    Ok(Some(changes.filter(|change| change.before != change.now).collect()))
}

fn unique_error(object: &Object, error: guanxi_store::Error) -> Error {
    match &error {
        guanxi_store::Error::Conflict { constraint } => {
            // Index and column names contain the column of the field that clashed.
            let field = object
                .active_fields()
                .filter(|field| field.unique || field.name == "external_id")
                .find(|field| constraint.contains(&field.column));
            match field {
                Some(field) => validate::unique_issue(field),
                None => Error::from(error),
            }
        }
        _ => Error::from(error),
    }
}

/// Whether any field is searched.
pub(crate) fn is_searchable(object: &Object) -> bool {
    object.active_fields().any(|field| field.search)
}

/// Whether a field's tokens are kept apart because some people see it only masked.
pub(crate) fn is_guarded(field: &Field) -> bool {
    field.mask.is_some() || matches!(field.value_kind(), FieldKind::Phone | FieldKind::Email)
}

/// What a record is found under.
pub(crate) fn document(object: &Object, record: &Record) -> Document {
    let mut document = Document::default();
    for field in object.active_fields().filter(|field| field.search) {
        let text = match record.get(&field.name) {
            Value::Text(text) => text.clone(),
            Value::List(items) => items.join(" "),
            Value::Address { detail, .. } => detail.clone(),
            _ => continue,
        };
        let tokens = match field.value_kind() {
            FieldKind::Phone | FieldKind::CreditCode | FieldKind::AutoNumber { .. } => {
                guanxi_text::tokens::digits(&text)
            }
            _ => guanxi_text::tokens::index(&text),
        };
        if is_guarded(field) { &mut document.guarded } else { &mut document.open }.extend(tokens);
    }
    for tokens in [&mut document.open, &mut document.guarded] {
        tokens.sort_unstable();
        tokens.dedup();
    }
    document
}

pub(crate) fn record_events(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[&Saved]) -> Result<()> {
    let mut new = Vec::with_capacity(saved.len());
    for done in saved {
        let name = if done.before.is_none() { "created" } else { "updated" };
        let data = match &done.before {
            None => serde_json::json!({}),
            Some(before) => serde_json::json!({ "changes": differences(object, before, &done.after) }),
        };
        new.push(tx.new_event(&object.name, Some(done.after.id), tx.root_of(&done.after), name, data));
        tx.effects.live.push(Live {
            object: object.name.clone(),
            record: done.after.id,
            name: name.to_owned(),
            actor: tx.ctx.subject.user,
            version: done.after.version,
        });
    }
    events::append(&mut tx.conn, new)?;
    Ok(())
}

/// Fields that differ, each with its value before and after in the wire form.
fn differences(object: &Object, before: &Record, after: &Record) -> serde_json::Value {
    let mut changes = serde_json::Map::new();
    for (i, field) in object.fields.iter().enumerate() {
        if matches!(field.name.as_str(), "version" | "updated_at" | "updated_by") {
            continue;
        }
        if before.values[i] != after.values[i] {
            changes.insert(
                field.name.clone(),
                serde_json::json!([field.to_json(&before.values[i]), field.to_json(&after.values[i])]),
            );
        }
    }
    serde_json::Value::Object(changes)
}

/// Refreshes the facts of every record that these refer to, or referred to before.
pub(crate) fn refresh_roll_ups(tx: &mut Tx<'_>, object: &Arc<Object>, saved: &[&Saved]) -> Result<()> {
    let registry = tx.registry.clone();
    let mut lines: Vec<(&str, &str)> =
        registry.roll_ups(&object.name).iter().map(|t| (t.object.as_str(), t.via.as_str())).collect();
    lines.sort_unstable();
    lines.dedup();
    for (parent, via) in lines {
        let mut records: Vec<RecordId> = saved
            .iter()
            .flat_map(|s| [s.after.reference(via), s.before.as_ref().and_then(|b| b.reference(via))])
            .flatten()
            .collect();
        records.sort_unstable();
        records.dedup();
        match &tx.facts_later {
            Some(later) => later.note(&object.name, parent, via, &records),
            None => refresh_facts(tx, &object.name, parent, via, &records)?,
        }
    }
    Ok(())
}

/// Works out the facts of `records` that depend on a kind of record, and lets the rules of their object follow.
pub(crate) fn refresh_facts(
    tx: &mut Tx<'_>,
    child: &str,
    parent: &str,
    via: &str,
    records: &[RecordId],
) -> Result<()> {
    let (registry, env) = (tx.registry.clone(), tx.env());
    roll_up::refresh(&mut tx.conn, &registry, child, parent, via, records, &env)?;
    refresh_above(tx, child, parent, records)?;
    let Some(parent) = registry.object(parent) else { return Ok(()) };
    for rule in rules_of(tx, parent) {
        rule.facts(tx, child, records)?;
    }
    Ok(())
}

/// Roll-ups over roll-ups: what a record's facts add up to on the records that it refers to in turn. The
/// documents nest them once (the orders of those whom a customer brought), so one level is followed.
pub(crate) fn refresh_above(tx: &mut Tx<'_>, child: &str, parent: &str, records: &[RecordId]) -> Result<()> {
    let registry = tx.registry.clone();
    let refreshed: BTreeSet<&str> = registry
        .roll_ups(child)
        .iter()
        .filter(|target| target.object == parent)
        .map(|target| target.field.as_str())
        .collect();
    let over = |target: &RollUpTarget| match registry.object(&target.object)?.field(&target.field)?.kind {
        FieldKind::RollUp { ref field, .. } => field.clone(),
        _ => None,
    };
    let mut lines: Vec<(&str, &str)> = registry
        .roll_ups(parent)
        .iter()
        .filter(|target| over(target).is_some_and(|field| refreshed.contains(field.as_str())))
        .map(|target| (target.object.as_str(), target.via.as_str()))
        .collect();
    if lines.is_empty() {
        return Ok(());
    }
    lines.sort_unstable();
    lines.dedup();
    let children = tx.get_many(parent, records)?;
    let env = tx.env();
    for (above, via) in lines {
        let mut ids: Vec<RecordId> = children.iter().filter_map(|record| record.reference(via)).collect();
        ids.sort_unstable();
        ids.dedup();
        roll_up::refresh(&mut tx.conn, &registry, parent, above, via, &ids, &env)?;
    }
    Ok(())
}

/// Into the recycle bin, with the records that belong to it.
pub(crate) fn delete(tx: &mut Tx<'_>, record: &Record) -> Result<()> {
    set_deleted(tx, record, Value::Instant(tx.ctx.now), &[], "deleted")?;
    for relation in tx.registry.clone().children(&record.object.name) {
        let Some(child) = tx.registry.object(&relation.object).cloned() else { continue };
        if !child.field(&relation.field).is_some_and(|field| field.cascade) {
            continue;
        }
        for belonging in tx.referring(&relation.object, &relation.field, &[record.id])? {
            delete(tx, &belonging)?;
        }
    }
    Ok(())
}

/// Out of the recycle bin, with the records that went in with it.
pub(crate) fn restore(tx: &mut Tx<'_>, record: &Record) -> Result<Record> {
    let deleted_at = record.instant("deleted_at");
    let restored = set_deleted(tx, record, Value::Null, &[("merged_into", Value::Null)], "restored")?;
    for relation in tx.registry.clone().children(&record.object.name) {
        let Some(child) = tx.registry.object(&relation.object).cloned() else { continue };
        if !child.field(&relation.field).is_some_and(|field| field.cascade) {
            continue;
        }
        let raws = records::referring(&mut tx.conn, &child, &relation.field, &[record.id], Life::Trash)?;
        for raw in raws {
            let belonging = record_of(&child, raw);
            // What was deleted by itself before stays where it is.
            if belonging.instant("deleted_at") == deleted_at {
                restore(tx, &belonging)?;
            }
        }
    }
    Ok(restored)
}

/// Into the recycle bin, or out of it, with what else changes by that. What belongs to it stays where it is.
pub(crate) fn set_deleted(
    tx: &mut Tx<'_>,
    record: &Record,
    value: Value,
    also: &[(&str, Value)],
    event: &str,
) -> Result<Record> {
    let object = record.object.clone();
    let i = object.index["deleted_at"];
    let gone = !value.is_null();
    let also = also.iter().filter_map(|(name, value)| Some((*object.index.get(*name)?, value)));
    let writes: Vec<(usize, &Value)> = also.chain([(i, &value)]).collect();
    let done = records::update(&mut tx.conn, &object, record.id, record.version, &writes, None)
        .map_err(|e| unique_error(&object, e))?;
    if !done {
        return Err(stale(tx, &object, record, &[])?);
    }
    let mut after = record.clone();
    after.version += 1;
    for (i, value) in writes {
        after.values[i] = value.clone();
    }
    after.values[object.index["version"]] = Value::from(after.version);
    search::remove(&mut tx.conn, record.id)?;
    duplicates::remove(&mut tx.conn, record.id)?;
    if !gone {
        index(tx, &object, &[&after])?;
    }
    let title = after.title();
    tx.event(&after, event, serde_json::json!({ "title": title }))?;
    let saved = Saved { before: Some(record.clone()), after: after.clone() };
    if let Some(journal) = &mut tx.journal {
        journal.note(&saved);
    }
    refresh_roll_ups(tx, &object, &[&saved])?;
    if crate::people::are_told_by(&object.name) {
        tx.effects.people = true;
    }
    for rule in rules_of(tx, &object) {
        rule.after_delete(tx, &saved)?;
    }
    Ok(after)
}
