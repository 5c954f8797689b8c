//! Checked writes: what people and programs may do through pages, REST and imports. Each function proves the
//! caller's right and hands over to the pipeline; the whole request is one transaction.

use crate::{
    BatchOptions, Cells, Ctx, Draft, DuplicateHit, Error, Gate, Outcome, Record, Result, Visible,
    access::{self, Deciding, Policy, Shared},
    domain::Change,
    duplicates::{self, Twin},
    imports::{self, Journal},
    save,
    tx::Tx,
};
use guanxi_model::{
    Field, FieldLevel, Issue, Message, Object, Query, RecordId, Value, access::action, expr::Expr,
};
use guanxi_store::{
    idempotency::{self, Answer},
    records::{self, Life},
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Checked writes inside one transaction.
pub struct Door<'t, 'a>(pub(crate) &'t mut Tx<'a>);

impl Gate {
    /// Checked writes in one transaction.
    pub fn door<T: Send + 'static>(
        &self,
        ctx: &Ctx,
        mut f: impl FnMut(&mut Door<'_, '_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let once = ctx.once.clone().filter(|once| !once.is_taken());
        let key = once.as_ref().map(|once| once.key.clone());
        let done = self.write(ctx, move |tx| {
            if let Some(key) = &key {
                take_key(tx, key)?;
            }
            f(&mut Door(tx))
        });
        if let (Ok(_), Some(once)) = (&done, once) {
            once.take();
        }
        done.map_err(|error| self.denied(ctx, error, "", None))
    }

    /// Makes a record. A likely duplicate refuses it unless the caller has seen it and insists.
    pub fn create(&self, ctx: &Ctx, object: &str, draft: Draft, allow_duplicate: bool) -> Result<Visible> {
        let name = object.to_owned();
        let id = self.door(ctx, move |door| Ok(door.create(&name, draft.clone(), allow_duplicate)?.id))?;
        self.after(ctx, object, id)
    }

    /// Changes a record; a version that is no longer current is [`Error::Stale`].
    pub fn update(
        &self,
        ctx: &Ctx,
        object: &str,
        id: RecordId,
        version: Option<i64>,
        draft: Draft,
    ) -> Result<Visible> {
        let name = object.to_owned();
        self.door(ctx, move |door| door.update(&name, id, version, draft.clone()).map(drop))?;
        self.after(ctx, object, id)
    }

    /// Puts a record into the recycle bin, with what belongs to it.
    pub fn delete(&self, ctx: &Ctx, object: &str, id: RecordId, version: Option<i64>) -> Result<()> {
        let name = object.to_owned();
        self.door(ctx, move |door| door.delete(&name, id, version))
    }

    /// Takes a record out of the recycle bin, with what went in with it.
    pub fn restore(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Visible> {
        let name = object.to_owned();
        self.door(ctx, move |door| door.restore(&name, id).map(drop))?;
        self.after(ctx, object, id)
    }

    /// Erases a record from the recycle bin.
    pub fn purge(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<()> {
        let name = object.to_owned();
        self.door(ctx, move |door| door.purge(&name, id))
    }

    /// Gives a record to another owner.
    pub fn transfer(&self, ctx: &Ctx, object: &str, id: RecordId, to: RecordId) -> Result<Visible> {
        let name = object.to_owned();
        self.door(ctx, move |door| door.transfer(&name, id, to).map(drop))?;
        self.after(ctx, object, id)
    }

    /// A verb on one record; `input` holds the values of its form.
    pub fn verb(&self, ctx: &Ctx, object: &str, id: RecordId, verb: &str, input: Draft) -> Result<Visible> {
        let (name, verb) = (object.to_owned(), verb.to_owned());
        self.door(ctx, move |door| door.verb(&name, id, &verb, input.clone()).map(drop))?;
        self.after(ctx, object, id)
    }

    /// Many changes of one object, each reported; a change without id makes a record.
    pub fn batch(
        &self,
        ctx: &Ctx,
        object: &str,
        changes: Vec<(Option<RecordId>, Option<i64>, Draft)>,
        options: BatchOptions,
    ) -> Result<Vec<Outcome>> {
        let name = object.to_owned();
        self.door(ctx, move |door| door.batch(&name, changes.clone(), &options))
    }

    /// Whether any grant lets the caller do this to some record of the object.
    pub fn may(&self, ctx: &Ctx, object: &str, action: &str) -> bool {
        ctx.rights.may(object, action)
    }

    /// The fields a caller fills in when making a record, with their levels.
    pub fn form_fields(&self, ctx: &Ctx, object: &str) -> Result<BTreeMap<String, FieldLevel>> {
        Ok(access::create_levels(ctx, &*self.object(object)?))
    }

    /// A masked value in clear. The reason stands in the audit.
    pub fn reveal(&self, ctx: &Ctx, object: &str, id: RecordId, field: &str, reason: &str) -> Result<Value> {
        let (name, field, reason) = (object.to_owned(), field.to_owned(), reason.trim().to_owned());
        if reason.is_empty() {
            return Err(Error::invalid("reason", "required", Message::new("gate.reveal_reason")));
        }
        self.door(ctx, move |door| door.reveal(&name, id, &field, &reason))
    }

    /// Runs `f` once for a key. Its answer (status, body) is kept for 72 hours when it succeeded, in the
    /// transaction of its effect, and given to every repeat; another body under the same key is refused.
    /// A status of 300 and more undoes everything `f` did.
    pub fn idempotent(
        &self,
        ctx: &Ctx,
        key: &str,
        body: &[u8],
        mut f: impl FnMut(&mut Door<'_, '_>) -> (u16, String) + Send + 'static,
    ) -> Result<(u16, String)> {
        if key.is_empty() || key.len() > 200 {
            return Err(Error::Malformed(Message::new("gate.idempotency_key")));
        }
        let (key, hash) = (key.to_owned(), crate::auth::hex(&Sha256::digest(body)));
        let done = self.write(ctx, move |tx| {
            let subject = tx.ctx.subject.user;
            if let Some(answer) = idempotency::find(&mut tx.conn, subject, &key)? {
                if answer.body_hash != hash {
                    return Err(Error::refused("gate.idempotency_body"));
                }
                return Ok((u16::try_from(answer.status).unwrap_or(500), answer.response));
            }
            let (status, response) = f(&mut Door(tx));
            if status >= 300 {
                return Err(Error::Internal(Box::new(Undone(status, response))));
            }
            let answer =
                Answer { body_hash: hash.clone(), status: i64::from(status), response: response.clone() };
            let now = tx.ctx.now.as_millisecond();
            idempotency::save(&mut tx.conn, subject, &key, &answer, now)?;
            Ok((status, response))
        });
        match done {
            Err(Error::Internal(error)) => match error.downcast::<Undone>() {
                Ok(undone) => {
                    if undone.0 == 403 {
                        self.denied(ctx, Error::forbidden("gate.no_action"), "", None);
                    }
                    Ok((undone.0, undone.1))
                }
                Err(error) => Err(Error::Internal(error)),
            },
            done => done,
        }
    }

    /// The record as the caller sees it after a write; one that left their sight is shown as an empty shell,
    /// because the write itself was allowed.
    fn after(&self, ctx: &Ctx, object: &str, id: RecordId) -> Result<Visible> {
        match self.get(ctx, object, id) {
            Err(Error::NotFound) => Ok(Visible {
                object: self.object(object)?,
                id,
                version: 0,
                cells: Cells::default(),
                may: crate::May::default(),
            }),
            seen => seen,
        }
    }
}

impl Tx<'_> {
    /// Whether a user may see a record, by their own roles and what is shared with them.
    pub fn sees(&mut self, user: RecordId, record: &Record) -> Result<bool> {
        let Ok(mut ctx) = self.gate.person_ctx(user, self.ctx.channel) else { return Ok(false) };
        (ctx.now, ctx.today) = (self.ctx.now, self.ctx.today);
        let (object, id) = (record.object.name.clone(), record.id);
        self.acting(&ctx, |tx| match Door(tx).get(&object, id) {
            Ok(_) => Ok(true),
            Err(Error::NotFound | Error::Forbidden(_)) => Ok(false),
            Err(error) => Err(error),
        })
    }
}

/// An answer whose effects were undone; it travels as an error so that the transaction rolls back.
#[derive(Debug, thiserror::Error)]
#[error("status {0}")]
struct Undone(u16, String);

impl<'a> Door<'_, 'a> {
    /// The transaction underneath, for trusted code.
    pub fn tx(&mut self) -> &mut Tx<'a> {
        self.0
    }

    /// A record the caller may see, as they see it.
    pub fn get(&mut self, object: &str, id: RecordId) -> Result<Visible> {
        let registry = self.0.registry.clone();
        let object = self.0.object(object)?;
        let query = Query::of(&object.name).filter(Expr::eq("id", Expr::Id(id))).limit(1);
        let (gate, ctx) = (self.0.gate, self.0.ctx);
        let listing = crate::read::Listing::new(gate, ctx, &mut self.0.conn, &registry, &object, &query)?;
        listing.page(&mut self.0.conn, &query)?.rows.into_iter().next().ok_or(Error::NotFound)
    }

    /// Makes a record.
    pub fn create(&mut self, object: &str, draft: Draft, allow_duplicate: bool) -> Result<Record> {
        let object = self.0.object(object)?;
        self.may_create(&object)?;
        if !allow_duplicate && draft.issues.is_empty() && !object.duplicates.is_empty() {
            let hits = duplicates::find(self.0, &object, &draft)?;
            let likely: Vec<DuplicateHit> = hits.into_iter().filter(|hit| !hit.similar).collect();
            if !likely.is_empty() {
                return Err(Error::Duplicate(likely));
            }
        }
        let change = Change { object: object.clone(), before: None, draft, by_program: false };
        let change = self.check_new_fields(change);
        let saved = one(save::each(self.0, &object, vec![change])?)?;
        self.inside_scope(&saved, action::CREATE)?;
        Ok(saved)
    }

    /// Changes a record.
    pub fn update(
        &mut self,
        object: &str,
        id: RecordId,
        version: Option<i64>,
        draft: Draft,
    ) -> Result<Record> {
        let before = self.record(object, id, action::EDIT)?;
        let change = self.change_of(before, version, draft)?;
        let object = change.object.clone();
        let saved = one(save::each(self.0, &object, vec![change])?)?;
        self.inside_scope(&saved, action::EDIT)?;
        Ok(saved)
    }

    /// Puts a record into the recycle bin.
    pub fn delete(&mut self, object: &str, id: RecordId, version: Option<i64>) -> Result<()> {
        let before = self.record(object, id, action::DELETE)?;
        if version.is_some_and(|version| version != before.version) {
            return Err(save::stale_against(self.0, &before, std::iter::empty(), None));
        }
        for rule in self.0.gate.domain().rules.get(&before.object.name).cloned().unwrap_or_default() {
            rule.before_delete(self.0, &before)?;
        }
        save::delete(self.0, &before)
    }

    /// Takes a record out of the recycle bin.
    pub fn restore(&mut self, object: &str, id: RecordId) -> Result<Record> {
        let record = self.trashed(object, id, action::RESTORE)?;
        crate::merge::may_restore(self.0, &record)?;
        save::restore(self.0, &record)
    }

    /// Erases a record from the recycle bin.
    pub fn purge(&mut self, object: &str, id: RecordId) -> Result<()> {
        let record = self.trashed(object, id, action::PURGE)?;
        let (object, title) = (record.object.clone(), record.title());
        records::purge(&mut self.0.conn, &object, id)?;
        self.0.note(&object.name, Some(id), "purged", serde_json::json!({ "title": title }))
    }

    /// Gives a record to another owner.
    pub fn transfer(&mut self, object: &str, id: RecordId, to: RecordId) -> Result<Record> {
        let before = self.record(object, id, action::TRANSFER)?;
        let active = self.0.gate.people().user(to).is_some_and(|person| person.active);
        if !active {
            return Err(Error::invalid("to", "reference", Message::new("gate.transfer_to")));
        }
        let from = before.owner();
        let after = self.0.update(&before, Draft::new().set("owner", to))?;
        self.0.event(&after, "transferred", serde_json::json!({ "from": from, "to": to }))?;
        let message = Message::new("gate.transferred")
            .with("title", after.title())
            .with("by", &self.0.ctx.subject.name);
        self.0.notify(to, &after, message)?;
        Ok(after)
    }

    /// A verb on one record.
    pub fn verb(&mut self, object: &str, id: RecordId, verb: &str, input: Draft) -> Result<Record> {
        if self.0.object(object)?.verb(verb).is_none() {
            return Err(Error::NotFound);
        }
        let record = self.record(object, id, verb)?;
        self.0.verb(&record, verb, input)
    }

    /// Many changes of one object.
    pub fn batch(
        &mut self,
        object: &str,
        changes: Vec<(Option<RecordId>, Option<i64>, Draft)>,
        options: &BatchOptions,
    ) -> Result<Vec<Outcome>> {
        self.0.journal = options.import.map(|_| Journal::default());
        let object = self.0.object(object)?;
        let ids: Vec<RecordId> = changes.iter().filter_map(|(id, _, _)| *id).collect();
        let found: BTreeMap<RecordId, Record> =
            self.0.get_many(&object.name, &ids)?.into_iter().map(|record| (record.id, record)).collect();
        let mut outcomes: Vec<Option<Outcome>> = changes.iter().map(|_| None).collect();
        let mut rows = Vec::new();
        let mut ready = Vec::new();
        let creates: Vec<usize> = (0..changes.len()).filter(|i| changes[*i].0.is_none()).collect();
        if !creates.is_empty() {
            self.may_create(&object)?;
        }
        let twins = if options.allow_duplicates || object.duplicates.is_empty() {
            vec![None; creates.len()]
        } else {
            let drafts: Vec<&Draft> = creates.iter().map(|i| &changes[*i].2).collect();
            duplicates::likely_in_batch(self.0, &object, &drafts)?
        };
        let twins: BTreeMap<usize, Twin> =
            creates.iter().zip(twins).filter_map(|(i, twin)| Some((*i, twin?))).collect();
        for (row, (id, version, draft)) in changes.into_iter().enumerate() {
            let change = match (id, twins.get(&row)) {
                (None, None) => {
                    let change = Change { object: object.clone(), before: None, draft, by_program: false };
                    Ok(self.check_new_fields(change))
                }
                (None, Some(Twin::Record)) => match duplicates::find(self.0, &object, &draft) {
                    Ok(hits) => Err(Error::Duplicate(hits)),
                    Err(error) => Err(error),
                },
                (None, Some(Twin::Row(first))) => {
                    let first = creates.get(*first).map_or(0, |row| row + 1);
                    let message = Message::new("gate.same_in_batch").with("row", first);
                    Err(Error::Invalid(vec![Issue::record("duplicate", message)]))
                }
                (Some(id), _) => match found.get(&id) {
                    None => Err(Error::NotFound),
                    Some(before) => match self.allowed(before, action::EDIT) {
                        Ok(()) => self.change_of(before.clone(), version, draft),
                        Err(error) => Err(error),
                    },
                },
            };
            match change {
                Ok(change) => {
                    rows.push(row);
                    ready.push(change);
                }
                Err(error) if options.all_or_nothing => return Err(error),
                Err(error) => outcomes[row] = Some(Outcome::Failed(error)),
            }
        }
        let later = std::mem::replace(&mut self.0.facts_later, options.facts_later.clone());
        let saved = save::each(self.0, &object, ready);
        self.0.facts_later = later;
        for (row, saved) in rows.into_iter().zip(saved?) {
            let outcome = match saved {
                Ok(saved) => {
                    let action = if saved.before.is_none() { action::CREATE } else { action::EDIT };
                    self.inside_scope(&saved.after, action)?;
                    match &saved.before {
                        None => Outcome::Created(saved.after.id),
                        Some(before) if before.version == saved.after.version => {
                            Outcome::Unchanged(saved.after.id)
                        }
                        Some(_) => Outcome::Updated(saved.after.id),
                    }
                }
                Err(error) if options.all_or_nothing => return Err(error),
                Err(error) => Outcome::Failed(error),
            };
            outcomes[row] = Some(outcome);
        }
        if let (Some(batch), Some(journal)) = (&options.import, self.0.journal.take()) {
            imports::keep(self.0, batch, &journal)?;
        }
        Ok(outcomes.into_iter().map(|o| o.unwrap_or(Outcome::Failed(Error::NotFound))).collect())
    }

    /// A masked value in clear.
    pub fn reveal(&mut self, object: &str, id: RecordId, field: &str, reason: &str) -> Result<Value> {
        let record = self.record(object, id, action::REVEAL)?;
        let visible = self.get(object, id)?;
        if visible.cell(field).is_none() {
            return Err(Error::NotFound);
        }
        self.0.event(&record, "revealed", serde_json::json!({ "field": field, "reason": reason }))?;
        Ok(record.get(field).clone())
    }

    fn may_create(&self, object: &Object) -> Result<()> {
        if object.access.program_only && !self.0.ctx.rights.everything {
            return Err(Error::forbidden("gate.program_only"));
        }
        access::require(self.0.ctx, object, action::CREATE)
    }

    /// A live record on which the caller may do something: not found when they may not see it, forbidden
    /// when they may see it but not do this.
    fn record(&mut self, object: &str, id: RecordId, action: &str) -> Result<Record> {
        let record = self.0.get(object, id)?;
        self.allowed(&record, action)?;
        Ok(record)
    }

    fn trashed(&mut self, object: &str, id: RecordId, action: &str) -> Result<Record> {
        let record = self.0.fetch(object, &[id], Life::Trash)?.pop().ok_or(Error::NotFound)?;
        self.allowed(&record, action)?;
        Ok(record)
    }

    pub(crate) fn allowed(&mut self, record: &Record, action: &str) -> Result<()> {
        if self.0.ctx.rights.everything {
            return Ok(());
        }
        let object = &record.object;
        let shared = crate::read::shared_with(self.0, object)?;
        let deciding = self.deciding(record)?;
        if access::may_act(self.0.ctx, &object.name, action, deciding, &shared) {
            return Ok(());
        }
        // Two reach for the same record of a pool: the later one is told that it is taken, which is no news
        // to someone who saw it there a moment ago.
        if access::came_too_late(self.0.ctx, record, action, deciding) {
            return Err(Error::refused("gate.taken"));
        }
        if !access::may_act(self.0.ctx, &object.name, action::READ, deciding, &shared) {
            return Err(Error::NotFound);
        }
        if !access::may_act(self.0.ctx, &object.name, action, deciding, &shared) {
            return Err(Error::Forbidden(
                Message::new("gate.not_on_this").with_label("object", &object.label),
            ));
        }
        Ok(())
    }

    pub(crate) fn deciding(&mut self, record: &Record) -> Result<Deciding> {
        let registry = self.0.registry.clone();
        let title = records::titles(&mut self.0.conn, &registry, &record.object, &[record.id])?;
        Ok(title.first().map_or(Deciding::default(), crate::read::deciding_by))
    }

    /// After a write the record must still lie inside the scope of the right that wrote it: nobody moves
    /// records out of their own reach, or makes them for a department that is not theirs.
    fn inside_scope(&mut self, record: &Record, action: &str) -> Result<()> {
        if self.0.ctx.rights.everything {
            return Ok(());
        }
        let shared = crate::read::shared_with(self.0, &record.object)?;
        let deciding = self.deciding(record)?;
        if access::may_act(self.0.ctx, &record.object.name, action, deciding, &shared) {
            return Ok(());
        }
        Err(Error::Forbidden(Message::new("gate.outside_scope").with_label("object", &record.object.label)))
    }

    fn check_new_fields(&self, mut change: Change) -> Change {
        let object = change.object.clone();
        let levels = access::create_levels(self.0.ctx, &object);
        let names: Vec<String> = change.draft.values.keys().cloned().collect();
        for name in names {
            let Some(field) = object.field(&name) else { continue };
            if levels.contains_key(&name) {
                continue;
            }
            // A field that is only shown may come back as it was shown; anything else is refused.
            let imported = self.0.ctx.channel == crate::Channel::Import
                && matches!(name.as_str(), "created_at" | "created_by");
            if imported
                || change.draft.get(&name).is_null()
                || self.0.ctx.rights.everything && !field.is_computed()
            {
                continue;
            }
            if field.read_only || field.is_computed() {
                change.draft.issues.push(not_editable(field));
            } else {
                change.draft.issues.push(no_right(field));
            }
        }
        change
    }

    fn change_of(&mut self, before: Record, version: Option<i64>, draft: Draft) -> Result<Change> {
        let object = before.object.clone();
        let seen = version.filter(|version| *version != before.version);
        if self.0.ctx.rights.everything {
            return match seen {
                Some(seen) => Err(self.stale(&before, seen, draft, |_| true)?),
                None => Ok(Change { object, before: Some(before), draft, by_program: false }),
            };
        }
        let shared: Shared = crate::read::shared_with(self.0, &object)?;
        let deciding = self.deciding(&before)?;
        let status =
            object.status.as_deref().map(|status| before.text(status).to_owned()).unwrap_or_default();
        let may = Policy::new(self.0.ctx, &object, &shared).may(deciding, &status).ok_or(Error::NotFound)?;
        if let Some(seen) = seen {
            let reads = |field: &str| may.fields.get(field).is_some_and(|level| *level >= FieldLevel::Read);
            return Err(self.stale(&before, seen, draft, reads)?);
        }
        let mut change = Change { object: object.clone(), before: Some(before), draft, by_program: false };
        let names: Vec<String> =
            change.draft.values.keys().filter(|name| change.changes(name)).cloned().collect();
        for name in names {
            let Some(field) = object.field(&name) else { continue };
            if matches!(name.as_str(), "owner" | "department") {
                if !may.act(action::TRANSFER) {
                    let message = Message::new("gate.owner_by_transfer").with_label("label", &field.label);
                    change.draft.issues.push(Issue::field(&name, "forbidden", message));
                }
                continue;
            }
            if !(may.edit(&name) || field.fixed || field.read_only) {
                change.draft.issues.push(no_right(field));
            } else if field.read_only {
                change.draft.issues.push(not_editable(field));
            }
        }
        Ok(change)
    }

    /// A conflict, told by what the caller may read of it.
    fn stale(
        &mut self,
        now: &Record,
        seen: i64,
        draft: Draft,
        reads: impl Fn(&str) -> bool,
    ) -> Result<Error> {
        let mut meanwhile = save::changed_since(self.0, now, seen)?;
        if let Some(changes) = &mut meanwhile {
            changes.retain(|change| reads(&change.field));
        }
        let wanted = draft.values.into_iter().filter(|(name, _)| reads(name));
        Ok(save::stale_against(self.0, now, wanted, meanwhile))
    }
}

/// Takes the key of a request that may be repeated, in the transaction of its effect.
fn take_key(tx: &mut Tx<'_>, key: &str) -> Result<()> {
    if key.is_empty() || key.len() > 200 {
        return Err(Error::Malformed(Message::new("gate.idempotency_key")));
    }
    let subject = tx.ctx.subject.user;
    if idempotency::find(&mut tx.conn, subject, key)?.is_some() {
        return Err(Error::Repeated);
    }
    let answer = Answer { body_hash: String::new(), status: 200, response: String::new() };
    let now = tx.ctx.now.as_millisecond();
    match idempotency::save(&mut tx.conn, subject, key, &answer, now) {
        // Another attempt was quicker by a moment.
        Err(guanxi_store::Error::Conflict { .. }) => Err(Error::Repeated),
        done => Ok(done?),
    }
}

fn no_right(field: &Field) -> Issue {
    Issue::field(&field.name, "forbidden", Message::new("gate.field_right").with_label("label", &field.label))
}

fn not_editable(field: &Field) -> Issue {
    Issue::field(&field.name, "read_only", Message::new("gate.read_only").with_label("label", &field.label))
}

fn one(mut outcomes: Vec<Result<crate::Saved>>) -> Result<Record> {
    outcomes.pop().unwrap_or(Err(Error::NotFound)).map(|saved| saved.after)
}
