//! A record's timeline: what happened to it and to what belongs to it, read from the events, cut down to
//! what the caller may see.

use crate::{Ctx, Entry, Gate, Result, Titles, Tx, Visible};
use guanxi_model::{Field, FieldKind, Object, Query, RecordId, Value, expr::Expr};
use guanxi_store::events::{self, Event, EventFilter};
use jiff::Timestamp;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

impl Gate {
    /// What happened to a record, newest first, before an event.
    pub fn timeline(
        &self,
        ctx: &Ctx,
        object: &str,
        id: RecordId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        self.timeline_of(ctx, &self.get(ctx, object, id)?, before, limit)
    }

    /// The same for a record that was read already, with all its fields.
    pub fn timeline_of(
        &self,
        ctx: &Ctx,
        page: &Visible,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>> {
        let id = page.id;
        let also = self.read(ctx, |tx| told_of(tx, &page.object.name, id))?;
        let events = self.0.store.read::<_, crate::Error>(|conn| {
            let merged = guanxi_store::merges::merged_into(conn, &page.object, id)?;
            let filter = EventFilter { timeline: Some(id), merged, also, before, ..EventFilter::default() };
            let mut events = events::list(conn, &filter, limit)?;
            // What happened to a record that was merged into this one happened to this one.
            for event in events.iter_mut().filter(|e| e.event.object == page.object.name) {
                if event.event.record.is_some_and(|record| filter.merged.contains(&record)) {
                    event.event.record = Some(id);
                }
            }
            Ok(events)
        })?;
        self.entries(ctx, events, Some(page))
    }

    /// Events as a caller may see them. Those of records out of their sight are left out.
    pub(crate) fn entries(
        &self,
        ctx: &Ctx,
        events: Vec<Event>,
        page: Option<&Visible>,
    ) -> Result<Vec<Entry>> {
        let registry = self.registry();
        let mut records: BTreeMap<String, BTreeSet<RecordId>> = BTreeMap::new();
        let own = |record: RecordId| page.filter(|page| page.id == record);
        for event in &events {
            if let Some(record) = event.event.record.filter(|record| own(*record).is_none()) {
                records.entry(event.event.object.clone()).or_default().insert(record);
            }
        }
        let mut seen: HashMap<RecordId, Visible> = HashMap::new();
        for (name, ids) in records {
            if registry.object(&name).is_none() || !ctx.rights.may(&name, guanxi_model::access::action::READ)
            {
                continue;
            }
            let ids: Vec<RecordId> = ids.into_iter().collect();
            let query = Query::of(&name).filter(Expr::ids("id", &ids)).limit(ids.len().max(1));
            seen.extend(self.list(ctx, &query)?.rows.into_iter().map(|row| (row.id, row)));
        }
        let people = self.people();
        let titles = self.titles_in(ctx, &events, seen.values().chain(page))?;
        let told: BTreeSet<(i64, Option<RecordId>)> = events
            .iter()
            .filter(|event| registry.object(&event.event.object).is_some_and(|o| !o.told_on.is_empty()))
            .map(|event| (event.event.at, event.event.actor))
            .collect();
        Ok(events
            .into_iter()
            .filter(|event| {
                // The audit tells everything; a page leaves out what the program notes for itself.
                let noted = told.contains(&(event.event.at, event.event.actor))
                    || event.event.actor.is_none_or(|actor| actor == crate::SCHEDULER);
                !(page.is_some() && noted && is_quiet(&registry, event))
            })
            .filter_map(|event| {
                let record = event.event.record?;
                let own = own(record);
                let visible = own.or_else(|| seen.get(&record))?;
                let object = registry.object(&event.event.object)?;
                let actor_id = event.event.actor.unwrap_or(crate::SCHEDULER);
                Some(Entry {
                    id: event.id,
                    at: Timestamp::from_millisecond(event.event.at).unwrap_or_default(),
                    actor: people.name(actor_id).unwrap_or_default().to_owned(),
                    actor_id,
                    changes: changes_in_words(object, visible, &event, &titles, ctx),
                    notes: notes_in_words(object, &event, &titles, ctx),
                    card: (own.is_none() && event.event.name == "created").then(|| visible.clone()),
                    object: event.event.object.clone(),
                    record,
                    title: visible.title(),
                    name: event.event.name,
                })
            })
            .collect())
    }

    fn titles_in<'a>(
        &self,
        ctx: &Ctx,
        events: &[Event],
        seen: impl Iterator<Item = &'a Visible>,
    ) -> Result<Titles> {
        let registry = self.registry();
        let mut wanted: HashMap<String, BTreeSet<RecordId>> = HashMap::new();
        let mut want = |field: &Field, value: &Value| match value {
            Value::Ref(id) => {
                if let Some(target) = field.target() {
                    wanted.entry(target.to_owned()).or_default().insert(*id);
                }
            }
            Value::AnyRef(target, id) => drop(wanted.entry(target.clone()).or_default().insert(*id)),
            _ => {}
        };
        for event in events {
            let Some(object) = registry.object(&event.event.object) else { continue };
            for (field, before, after) in changes_of(object, event) {
                want(field, &before);
                want(field, &after);
            }
            for (field, value) in notes_of(object, event) {
                want(&field, &value);
            }
        }
        for visible in seen {
            for (path, cell) in visible.cells.iter() {
                if let (Some(field), crate::Cell::Value(value)) = (visible.object.field(path), cell) {
                    want(field, value);
                }
            }
        }
        self.0.store.read(|conn| crate::read::titles_of(self, ctx, conn, &registry, wanted))
    }
}

/// How many records of an object are told on another's page, the latest of them.
const TOLD: usize = 400;

/// Records that say they are told on the page of this one.
fn told_of(tx: &mut Tx<'_>, object: &str, id: RecordId) -> Result<Vec<RecordId>> {
    let mut told = Vec::new();
    let registry = tx.registry.clone();
    for child in registry.objects().filter(|child| !child.told_on.is_empty()) {
        let target = |name: &String| child.field(name).and_then(Field::target);
        // What hangs below the record stands on its timeline already.
        if child.access.inherit.as_ref().and_then(target) == Some(object) {
            continue;
        }
        let refers = |name: &&String| {
            child.field(name).is_some_and(|field| match field.value_kind() {
                FieldKind::AnyReference { to } => to.iter().any(|to| to == object),
                _ => field.target() == Some(object),
            })
        };
        let parts: Vec<Expr> =
            child.told_on.iter().filter(refers).map(|name| Expr::eq(name, Expr::Id(id))).collect();
        if !parts.is_empty() {
            let mut found = tx.find(&child.name, &Expr::any_of(parts), None)?;
            let rest = found.len().saturating_sub(TOLD);
            told.extend(found.drain(..).skip(rest).map(|record| record.id));
        }
    }
    Ok(told)
}

/// Whether a change touched only fields that the program keeps for itself or computes.
fn is_quiet(registry: &guanxi_model::Registry, event: &Event) -> bool {
    if event.event.name != "updated" {
        return false;
    }
    let Some(object) = registry.object(&event.event.object) else { return false };
    let changes = event.event.data.get("changes").and_then(|c| c.as_object());
    changes.is_some_and(|changes| {
        changes.keys().all(|name| object.field(name).is_some_and(|field| field.quiet || field.is_computed()))
    })
}

/// Field, value before, value after.
pub(crate) fn changes_of<'a>(object: &'a Object, event: &Event) -> Vec<(&'a Field, Value, Value)> {
    let Some(changes) = event.event.data.get("changes").and_then(|c| c.as_object()) else {
        return Vec::new();
    };
    changes
        .iter()
        .filter_map(|(name, pair)| {
            let field = object.field(name)?;
            let value = |i: usize| pair.get(i).map(|json| read(field, json)).unwrap_or_default();
            Some((field, value(0), value(1)))
        })
        .collect()
}

/// A verb's form values.
fn notes_of(object: &Object, event: &Event) -> Vec<(Field, Value)> {
    let form = object.verb(&event.event.name).map(|verb| verb.form.clone()).unwrap_or_default();
    let Some(input) = event.event.data.get("input").and_then(|input| input.as_object()) else {
        return Vec::new();
    };
    form.into_iter()
        .filter_map(|field| {
            let value = input.get(&field.name).map(|json| read(&field, json))?;
            Some((field, value))
        })
        .collect()
}

/// Values in events were valid when they were written; an option that is gone since stays as its word.
fn read(field: &Field, json: &serde_json::Value) -> Value {
    field.parse_json(json).unwrap_or_else(|_| json.as_str().map_or(Value::Null, Value::text))
}

fn changes_in_words(
    object: &Arc<Object>,
    visible: &Visible,
    event: &Event,
    titles: &Titles,
    ctx: &Ctx,
) -> Vec<(String, String, String)> {
    use guanxi_model::FieldLevel::{Edit, Hidden, Masked, Read};
    changes_of(object, event)
        .into_iter()
        .filter(|(field, ..)| !field.is_computed() && !matches!(field.kind, FieldKind::AutoNumber { .. }))
        .filter_map(|(field, before, after)| {
            let say = |value: &Value| match visible.may.fields.get(&field.name).copied().unwrap_or(Hidden) {
                Hidden => None,
                Masked => Some(field.masked(value)),
                Read | Edit => Some(crate::words::value(field, value, titles, ctx.locale)),
            };
            Some((field.label.get(ctx.locale).to_owned(), say(&before)?, say(&after)?))
        })
        .collect()
}

fn notes_in_words(object: &Object, event: &Event, titles: &Titles, ctx: &Ctx) -> Vec<(String, String)> {
    notes_of(object, event)
        .into_iter()
        .map(|(field, value)| {
            let text = crate::words::value(&field, &value, titles, ctx.locale);
            (field.label.get(ctx.locale).to_owned(), text)
        })
        .collect()
}
