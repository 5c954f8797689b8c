//! What rules, verbs and jobs work with inside one transaction.

use crate::{
    Ctx, Departments, DuplicateHit, Error, FactsLater, Gate, Live, Page, Result,
    domain::Change,
    imports::Journal,
    record::{Draft, Record},
    save,
    visible::Table,
};
use guanxi_model::{
    Aggregate, Message, Object, RecordId, Registry, Stored, Value,
    expr::{self, Expr},
    query::{Cursor, Query, Sort},
};
use guanxi_store::{
    Conn,
    events::{self, NewEvent},
    jobs,
    list::{self, Plan},
    notices,
    records::{self, Life},
    scope::RowScope,
    shares,
};
use std::{collections::HashMap, sync::Arc};

/// One transaction. Everything written through it is validated, ruled and audited like a person's change,
/// but needs no right of its own: the verb, job or gate function that opened it proved that.
pub struct Tx<'a> {
    pub(crate) conn: Conn<'a>,
    pub(crate) gate: &'a Gate,
    pub(crate) ctx: &'a Ctx,
    pub(crate) registry: Arc<Registry>,
    pub(crate) effects: Effects,
    /// What the transaction changed, when that is to be kept.
    pub(crate) journal: Option<Journal>,
    /// Where facts that are put off are noted.
    pub(crate) facts_later: Option<FactsLater>,
    /// Expressions of documents, checked once for all records of the transaction.
    expressions: HashMap<(String, String), Option<Arc<Expr>>>,
    depth: usize,
    /// What the running verb wants its event to say instead of its form.
    pub(crate) told: Option<serde_json::Value>,
    /// Records go from someone who leaves to others.
    pub(crate) handing_over: bool,
}

/// What happens after the commit.
#[derive(Default)]
pub(crate) struct Effects {
    pub(crate) live: Vec<Live>,
    pub(crate) people: bool,
}

/// How a batch treats each of its changes.
#[derive(Debug, Clone, Default)]
pub struct BatchOptions {
    /// Records with a likely duplicate are made anyway.
    pub allow_duplicates: bool,
    /// One bad change refuses the whole batch.
    pub all_or_nothing: bool,
    /// The import this belongs to: what the batch changes is noted in its journal, in the same transaction.
    pub import: Option<ImportBatch>,
    /// The original author and time of imported history.
    pub keep_authorship: bool,
    /// Facts of other records that depend on these are noted here instead of being worked out, for
    /// [`Gate::catch_up`].
    pub facts_later: Option<FactsLater>,
}

/// The place of a batch in an import.
#[derive(Debug, Clone, Copy)]
pub struct ImportBatch {
    /// The import.
    pub import: RecordId,
    /// Rows of the file that are done with this batch.
    pub done: u64,
    /// Rows of the file in all.
    pub total: u64,
}

/// What became of one change of a batch.
#[derive(Debug)]
pub enum Outcome {
    /// A new record.
    Created(RecordId),
    /// A changed record.
    Updated(RecordId),
    /// Nothing differed; the version stays.
    Unchanged(RecordId),
    /// Refused.
    Failed(Error),
}

impl<'a> Tx<'a> {
    pub(crate) fn new(conn: Conn<'a>, gate: &'a Gate, ctx: &'a Ctx) -> Self {
        Tx {
            conn,
            gate,
            ctx,
            registry: gate.registry(),
            effects: Effects::default(),
            journal: None,
            facts_later: None,
            expressions: HashMap::new(),
            depth: 0,
            told: None,
            handing_over: false,
        }
    }

    pub(crate) fn into_effects(self) -> Effects {
        self.effects
    }

    /// Who asks.
    pub fn ctx(&self) -> &'a Ctx {
        self.ctx
    }

    /// Goes on in the same transaction as somebody else or at another time: history is written down in the
    /// names of those who made it, without a commit for each of them. Only trusted code has a transaction.
    pub fn acting<T>(&mut self, ctx: &Ctx, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        let mut inner = Tx {
            conn: self.conn.reborrow(),
            gate: self.gate,
            ctx,
            registry: self.registry.clone(),
            effects: std::mem::take(&mut self.effects),
            journal: self.journal.take(),
            facts_later: self.facts_later.clone(),
            expressions: std::mem::take(&mut self.expressions),
            depth: self.depth,
            told: None,
            handing_over: self.handing_over,
        };
        let done = f(&mut inner);
        self.effects = inner.effects;
        self.journal = inner.journal;
        self.expressions = inner.expressions;
        done
    }

    /// Whether records go from someone who leaves to others: what protects a record from changing hands does
    /// not keep it with someone who is gone.
    pub fn is_handover(&self) -> bool {
        self.handing_over
    }

    /// All metadata.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// An object by API name.
    pub fn object(&self, name: &str) -> Result<Arc<Object>> {
        self.registry.object(name).cloned().ok_or(Error::NotFound)
    }

    /// A live record.
    pub fn get(&mut self, object: &str, id: RecordId) -> Result<Record> {
        self.get_many(object, &[id])?.pop().ok_or(Error::NotFound)
    }

    /// Live records by id, in no particular order; missing ones are left out.
    pub fn get_many(&mut self, object: &str, ids: &[RecordId]) -> Result<Vec<Record>> {
        self.fetch(object, ids, Life::Live)
    }

    pub(crate) fn fetch(&mut self, object: &str, ids: &[RecordId], life: Life) -> Result<Vec<Record>> {
        let object = self.object(object)?;
        let raws = records::fetch(&mut self.conn, &object, ids, life)?;
        Ok(raws.into_iter().map(|raw| record_of(&object, raw)).collect())
    }

    /// Live records that refer to these through a reference field.
    pub fn referring(&mut self, object: &str, via: &str, to: &[RecordId]) -> Result<Vec<Record>> {
        let object = self.object(object)?;
        let raws = records::referring(&mut self.conn, &object, via, to, Life::Live)?;
        Ok(raws.into_iter().map(|raw| record_of(&object, raw)).collect())
    }

    /// Live records for which an expression holds, by id; all of them when `limit` is none.
    pub fn find(&mut self, object: &str, filter: &Expr, limit: Option<usize>) -> Result<Vec<Record>> {
        let mut found = Vec::new();
        let mut after = RecordId(0);
        loop {
            let want = limit.map_or(1000, |limit| (limit - found.len()).min(1000));
            if want == 0 {
                return Ok(found);
            }
            let batch = self.find_after(object, filter, after, want)?;
            let full = batch.len() == want;
            after = batch.last().map_or(after, |record| record.id);
            found.extend(batch);
            if !full {
                return Ok(found);
            }
        }
    }

    /// The same, in id order after a given id, for walking large tables in batches.
    pub fn find_after(
        &mut self,
        object: &str,
        filter: &Expr,
        after: RecordId,
        limit: usize,
    ) -> Result<Vec<Record>> {
        let object = self.object(object)?;
        let filter = self.checked(&object, filter)?;
        let env = self.ctx.env();
        let place = Cursor { value: Stored::Int(after.0), id: after };
        let sort = [Sort { field: "id".to_owned(), descending: false }];
        let registry = self.registry.clone();
        let mut plan = trusted_plan(&registry, &object, &env, &filter, &sort, limit);
        plan.after = Some(&place);
        let ids: Vec<RecordId> = list::list(&mut self.conn, &plan)?.into_iter().map(|row| row.id).collect();
        let mut found = self.fetch(&object.name, &ids, Life::Live)?;
        found.sort_by_key(|record| record.id);
        Ok(found)
    }

    /// The first of them in the order of a field that has an index.
    pub fn find_by(&mut self, object: &str, filter: &Expr, field: &str, limit: usize) -> Result<Vec<Record>> {
        let object = self.object(object)?;
        let filter = self.checked(&object, filter)?;
        let env = self.ctx.env();
        let sort = [Sort { field: field.to_owned(), descending: false }];
        let registry = self.registry.clone();
        let plan = trusted_plan(&registry, &object, &env, &filter, &sort, limit);
        let ids: Vec<RecordId> = list::list(&mut self.conn, &plan)?.into_iter().map(|row| row.id).collect();
        let place: HashMap<RecordId, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
        let mut found = self.fetch(&object.name, &ids, Life::Live)?;
        found.sort_by_key(|record| place.get(&record.id).copied());
        Ok(found)
    }

    /// Some fields of the live records for which an expression holds, in id order after a given id: for
    /// walks over so many records that reading them whole would cost the most.
    pub fn columns(
        &mut self,
        object: &str,
        fields: &[&str],
        filter: &Expr,
        after: RecordId,
        limit: usize,
    ) -> Result<Vec<(RecordId, Vec<Value>)>> {
        let object = self.object(object)?;
        let filter = self.checked(&object, filter)?;
        let env = self.ctx.env();
        let place = Cursor { value: Stored::Int(after.0), id: after };
        let sort = [Sort { field: "id".to_owned(), descending: false }];
        let registry = self.registry.clone();
        let wanted = fields.iter().map(|name| object.field(name).ok_or(Error::NotFound));
        let wanted: Vec<&guanxi_model::Field> = wanted.collect::<Result<_>>()?;
        let mut plan = trusted_plan(&registry, &object, &env, &filter, &sort, limit);
        plan.columns = wanted.iter().map(|field| vec![*field]).collect();
        plan.after = Some(&place);
        let rows = list::list(&mut self.conn, &plan)?;
        let load = |(field, stored): (&&guanxi_model::Field, &Stored)| field.load(stored);
        Ok(rows.into_iter().map(|row| (row.id, wanted.iter().zip(&row.values).map(load).collect())).collect())
    }

    /// The first record for which an expression holds.
    pub fn first(&mut self, object: &str, filter: &Expr) -> Result<Option<Record>> {
        Ok(self.find(object, filter, Some(1))?.pop())
    }

    /// How many records an expression holds for.
    pub fn count(&mut self, object: &str, filter: &Expr) -> Result<i64> {
        let object = self.object(object)?;
        let filter = self.checked(&object, filter)?;
        let env = self.ctx.env();
        let registry = self.registry.clone();
        let plan = trusted_plan(&registry, &object, &env, &filter, &[], 1);
        Ok(list::count(&mut self.conn, &plan, true)?)
    }

    /// Records as whoever acts sees them: a verb that chooses records for somebody chooses among those.
    pub fn seen(&mut self, query: &Query) -> Result<Page> {
        let registry = self.registry.clone();
        let object = self.object(&query.object)?;
        let listing =
            crate::read::Listing::new(self.gate, self.ctx, &mut self.conn, &registry, &object, query)?;
        listing.page(&mut self.conn, query)
    }

    /// Groups and measures over the records that whoever acts sees.
    pub fn tally(&mut self, wanted: &Aggregate) -> Result<Table> {
        let registry = self.registry.clone();
        let object = self.object(&wanted.object)?;
        crate::read::aggregate_in(self.gate, self.ctx, &mut self.conn, &registry, &object, wanted)
    }

    /// An expression of an object's document, checked; none when it is wrong, which the conformance test and
    /// the metadata pages keep from happening.
    pub(crate) fn expression(&mut self, object: &Object, source: &str) -> Option<Arc<Expr>> {
        let registry = &self.registry;
        let parsed = || {
            let expr = expr::parse(source).ok()?;
            expr::check(&expr, &(&**registry, object)).ok().map(|checked| Arc::new(checked.expr))
        };
        let key = (object.name.clone(), source.to_owned());
        self.expressions.entry(key).or_insert_with(parsed).clone()
    }

    fn checked(&self, object: &Object, filter: &Expr) -> Result<Expr> {
        Ok(expr::check(filter, &(&*self.registry, object))?.expr)
    }

    /// Makes a record.
    pub fn create(&mut self, object: &str, draft: Draft) -> Result<Record> {
        self.create_many(object, vec![draft])?.pop().ok_or(Error::NotFound)
    }

    /// Makes a record, or refuses with [`Error::Duplicate`] when a likely duplicate exists.
    pub fn create_unless_duplicate(&mut self, object: &str, draft: Draft) -> Result<Record> {
        let likely: Vec<DuplicateHit> =
            self.duplicates(object, &draft)?.into_iter().filter(|hit| !hit.similar).collect();
        if !likely.is_empty() {
            return Err(Error::Duplicate(likely));
        }
        self.create(object, draft)
    }

    /// Makes records; one bad draft refuses all.
    pub fn create_many(&mut self, object: &str, drafts: Vec<Draft>) -> Result<Vec<Record>> {
        let object = self.object(object)?;
        let changes = drafts
            .into_iter()
            .map(|draft| Change { object: object.clone(), before: None, draft, by_program: true })
            .collect();
        save::all(self, &object, changes)
    }

    /// Changes a record as it was read; a change in between is [`Error::Stale`].
    pub fn update(&mut self, record: &Record, draft: Draft) -> Result<Record> {
        self.update_many(vec![(record.clone(), draft)])?.pop().ok_or(Error::NotFound)
    }

    /// Changes records of one object; one bad draft refuses all.
    pub fn update_many(&mut self, changes: Vec<(Record, Draft)>) -> Result<Vec<Record>> {
        let Some(object) = changes.first().map(|(record, _)| record.object.clone()) else {
            return Ok(Vec::new());
        };
        let changes = changes
            .into_iter()
            .map(|(before, draft)| Change {
                object: object.clone(),
                before: Some(before),
                draft,
                by_program: true,
            })
            .collect();
        save::all(self, &object, changes)
    }

    /// Puts a record into the recycle bin, with the records that belong to it.
    pub fn delete(&mut self, record: &Record) -> Result<()> {
        save::delete(self, record)
    }

    /// Runs a verb without its access check: its status, form and code still decide.
    pub fn verb(&mut self, record: &Record, verb: &str, input: Draft) -> Result<Record> {
        if self.depth >= 8 {
            return Err(Error::internal("verbs call each other in a circle"));
        }
        self.depth += 1;
        let done = crate::verbs::run(self, record, verb, input);
        self.depth -= 1;
        done
    }

    /// Records that may be the same one as a draft.
    pub fn duplicates(&mut self, object: &str, draft: &Draft) -> Result<Vec<DuplicateHit>> {
        let object = self.object(object)?;
        crate::duplicates::find(self, &object, draft)
    }

    /// A message to a user about a record. Nobody is told of what they did themselves.
    pub fn notify(&mut self, user: RecordId, about: &Record, message: Message) -> Result<()> {
        // Whoever takes over a thousand records is told once, at the end.
        if user == self.ctx.subject.user || user.0 < 0 || self.handing_over {
            return Ok(());
        }
        let notice = notices::Notice {
            id: RecordId(0),
            user,
            at: self.ctx.now.as_millisecond(),
            kind: message.key.to_string(),
            object: Some(about.object.name.clone()),
            record: Some(about.id),
            data: serde_json::to_value(&message.args).map_err(Error::internal)?,
            read_at: None,
        };
        notices::send(&mut self.conn, &notice)?;
        self.effects.live.push(Live {
            object: "notice".to_owned(),
            record: user,
            name: "created".to_owned(),
            actor: self.ctx.subject.user,
            version: 0,
        });
        Ok(())
    }

    /// Keeps a fact with records, as roll-ups are kept: neither version nor log tells of it, because it
    /// follows from what they tell already. For fields that only the program changes.
    pub fn keep(&mut self, object: &str, field: &str, facts: &[(RecordId, Value)]) -> Result<()> {
        let object = self.object(object)?;
        let field = object.field(field).filter(|field| field.read_only).ok_or(Error::NotFound)?;
        Ok(records::keep(&mut self.conn, &object, field, facts)?)
    }

    /// The departments as they stand inside this transaction.
    pub fn departments(&mut self) -> Result<Arc<Departments>> {
        if self.effects.people {
            return Ok(Arc::new(Departments::load(&mut self.conn, &self.registry)?));
        }
        Ok(self.gate.people().tree().clone())
    }

    /// The enabled pools and who sits in them, as they stand in this transaction.
    pub fn pools(&mut self) -> Result<crate::Pools> {
        let registry = self.registry.clone();
        self.gate.people().pools_now(&mut self.conn, &registry)
    }

    /// Shares a record with a user, for as long as nobody takes it back.
    pub fn share(&mut self, record: &Record, user: RecordId, edit: bool) -> Result<()> {
        let level = if edit { "edit" } else { "read" };
        let share = shares::NewShare {
            object: record.object.name.clone(),
            record: record.id,
            with: shares::With::User(user),
            level: level.to_owned(),
            until: None,
            created_at: self.ctx.now.as_millisecond(),
            created_by: (self.ctx.subject.user.0 > 0).then_some(self.ctx.subject.user),
        };
        shares::add(&mut self.conn, &share)?;
        self.event(record, "shared", serde_json::json!({ "user": user, "level": level }))
    }

    /// Takes back every sharing of these records.
    pub fn unshare_all(&mut self, records: &[RecordId]) -> Result<()> {
        Ok(shares::forget(&mut self.conn, records)?)
    }

    /// Checks the condition that someone wrote about an object's records.
    pub fn condition(&self, object: &str, source: &str) -> Result<Expr> {
        let object = self.object(object)?;
        let checked = expr::check(&expr::parse(source)?, &(&*self.registry, &*object))?;
        if checked.ty != expr::Type::Bool {
            return Err(Error::Malformed(Message::new("gate.filter_not_bool")));
        }
        Ok(checked.expr)
    }

    /// Active users who hold a role.
    pub fn users_with_role(&mut self, role: &str) -> Result<Vec<Record>> {
        let users = self.find("user", &Expr::Bool(true), None)?;
        Ok(users
            .into_iter()
            .filter(|user| user.get("active").as_bool().unwrap_or(true))
            .filter(|user| user.get("roles").as_list().iter().any(|r| r == role))
            .collect())
    }

    /// A sentence in the caller's language, for texts that people go on writing in.
    pub fn say(&self, message: &Message) -> String {
        self.gate.phrases().say(self.ctx.locale, message)
    }

    /// A setting of the account set.
    pub fn setting(&mut self, key: &str) -> Result<Option<String>> {
        Ok(guanxi_store::settings::get(&mut self.conn, key)?)
    }

    /// Keeps a value of the program's own between runs of a job.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<()> {
        Ok(guanxi_store::settings::set(&mut self.conn, key, value)?)
    }

    /// An event beside those that writing records itself (measures taken, results told).
    pub fn event(&mut self, about: &Record, name: &str, data: serde_json::Value) -> Result<()> {
        let event = self.new_event(&about.object.name, Some(about.id), self.root_of(about), name, data);
        events::append(&mut self.conn, vec![event])?;
        self.effects.live.push(Live {
            object: about.object.name.clone(),
            record: about.id,
            name: name.to_owned(),
            actor: self.ctx.subject.user,
            version: about.version,
        });
        Ok(())
    }

    /// A line of the audit about an object, without a record to show it on.
    pub fn note(
        &mut self,
        object: &str,
        record: Option<RecordId>,
        name: &str,
        data: serde_json::Value,
    ) -> Result<()> {
        let event = self.new_event(object, record, None, name, data);
        events::append(&mut self.conn, vec![event])?;
        Ok(())
    }

    pub(crate) fn new_event(
        &self,
        object: &str,
        record: Option<RecordId>,
        root: Option<RecordId>,
        name: &str,
        data: serde_json::Value,
    ) -> NewEvent {
        let mut data = data;
        if let (Some(ip), Some(map)) = (&self.ctx.ip, data.as_object_mut()) {
            map.insert("ip".to_owned(), serde_json::Value::String(ip.clone()));
        }
        NewEvent {
            at: self.ctx.now.as_millisecond(),
            actor: Some(self.ctx.subject.user),
            channel: self.ctx.channel.word().to_owned(),
            object: object.to_owned(),
            record,
            root,
            name: name.to_owned(),
            data,
        }
    }

    /// The record on whose timeline a record's events stand too: the one it inherits access from.
    pub(crate) fn root_of(&self, record: &Record) -> Option<RecordId> {
        let above = record.object.access.inherit.as_deref().filter(|_| !record.object.untold);
        above.and_then(|field| record.reference(field))
    }

    pub(crate) fn claim_schedule(&mut self, name: &str, date: jiff::civil::Date) -> Result<bool> {
        Ok(jobs::due(&mut self.conn, name, date)?)
    }

    /// Makes a claimed date due again.
    pub(crate) fn release_schedule(&mut self, name: &str, date: jiff::civil::Date) -> Result<()> {
        Ok(jobs::release(&mut self.conn, name, date)?)
    }

    pub(crate) fn seal_audit(&mut self) -> Result<i64> {
        let all = events::last_id(&mut self.conn)?;
        Ok(events::seal(&mut self.conn, all)?)
    }

    pub(crate) fn env(&self) -> expr::Env {
        self.ctx.env()
    }
}

pub(crate) fn record_of(object: &Arc<Object>, raw: records::Raw) -> Record {
    Record { object: object.clone(), id: raw.id, version: raw.version, values: raw.values }
}

/// A plan for trusted code: the whole object, whoever asks.
fn trusted_plan<'p>(
    registry: &'p Registry,
    object: &'p Object,
    env: &'p expr::Env,
    filter: &'p Expr,
    sort: &'p [Sort],
    limit: usize,
) -> Plan<'p> {
    Plan {
        registry,
        object,
        env,
        columns: Vec::new(),
        scope: &RowScope::All,
        filter: Some(filter),
        search: None,
        sort,
        after: None,
        limit,
        life: Life::Live,
    }
}
