//! The door of an account set: opening it, who is asking, and transactions. Reads are in `read.rs`,
//! checked writes in `door.rs`, the pipeline every write passes in `save.rs`.

use crate::{
    Channel, Clock, Config, Ctx, Error, Result,
    ctx::{OPERATOR, Rights, SCHEDULER, Subject},
    domain::Domain,
    people::People,
    tx::Tx,
};
use arc_swap::ArcSwap;
use guanxi_model::{Grant, Locale, Message, Object, RecordId, Registry, Scope, phrases::Phrases};
use guanxi_store::{Conn, Dialect, Store, meta};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::broadcast;

/// The one door of an account set. Cheap to clone.
#[derive(Clone)]
pub struct Gate(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) domain: Domain,
    pub(crate) phrases: Phrases,
    pub(crate) clock: Clock,
    registry: ArcSwap<Registry>,
    people: ArcSwap<People>,
    pub(crate) people_changed: AtomicBool,
    callers: Mutex<Callers>,
    /// When another process may have changed metadata or people, they are compared at most once a second.
    compared_at: Mutex<jiff::Timestamp>,
    /// None once the door closes.
    pub(crate) live: Mutex<Option<broadcast::Sender<Live>>>,
    /// Tells this door from others that are open on the same set.
    pub(crate) name: String,
    /// When sessions end by themselves, unless the account set says otherwise.
    pub(crate) session_times: Mutex<crate::auth::SessionTimes>,
    /// Hears what other programs change.
    pub(crate) listener: Mutex<Option<guanxi_store::tell::Listener>>,
    /// The program that serves this door, which can close it and open it again.
    pub(crate) server: Mutex<Option<Server>>,
    pub(crate) checks: crate::duplicates::check::Checks,
}

/// Takes orders to restore the set.
pub(crate) type Server = Box<dyn Fn(crate::backups::RestoreOrder) + Send>;

/// Callers as they were worked out last, for as long as the metadata and the organisation stay the same.
#[derive(Default)]
struct Callers {
    from: Option<(Arc<Registry>, Arc<People>)>,
    known: HashMap<RecordId, Caller>,
}

#[derive(Clone)]
struct Caller {
    subject: Subject,
    rights: Arc<Rights>,
    locale: Option<Locale>,
}

/// A change that others may want to see, sent after its commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Live {
    /// API name of the object.
    pub object: String,
    /// The record.
    pub record: RecordId,
    /// What happened: `created`, `updated`, `deleted`, a verb's name.
    pub name: String,
    /// Who did it.
    pub actor: RecordId,
    /// The record's version now.
    pub version: i64,
}

impl Gate {
    /// Opens an existing account set.
    pub fn open(config: &Config, domain: Domain, clock: Clock) -> Result<Gate> {
        Gate::on(Store::open(config)?, domain, clock)
    }

    /// Makes a new account set.
    pub fn create_set(config: &Config, domain: Domain, clock: Clock) -> Result<Gate> {
        Gate::on(Store::create(config)?, domain, clock)
    }

    /// A set that vanishes with the last clone: on the embedded engine, or on PostgreSQL at the address in
    /// `GUANXI_TEST_POSTGRES`.
    pub fn for_test(domain: Domain, clock: Clock, postgres: bool) -> Result<Gate> {
        let url = if postgres { std::env::var("GUANXI_TEST_POSTGRES").ok() } else { None };
        if postgres && url.is_none() {
            return Err(Error::internal("GUANXI_TEST_POSTGRES is not set"));
        }
        Gate::on(Store::temporary(url.as_deref())?, domain, clock)
    }

    fn on(store: Store, domain: Domain, clock: Clock) -> Result<Gate> {
        let (layers, version) = store.read::<_, Error>(|conn| Ok(meta::layers(conn)?))?;
        let (registry, problems) = Registry::build(domain.shipped.clone(), &layers, version);
        for problem in &problems {
            tracing::warn!(problem, "a document is left out");
        }
        store.sync_schema(&registry)?;
        let people = store.read::<_, Error>(|conn| People::load(conn, &registry))?;
        let phrases = Phrases::model().and(crate::phrases()).and(domain.phrases.clone());
        let gate = Gate(Arc::new(Inner {
            store,
            phrases,
            compared_at: Mutex::new(clock.now()),
            clock,
            domain,
            registry: ArcSwap::from_pointee(registry),
            people: ArcSwap::from_pointee(people),
            people_changed: AtomicBool::new(false),
            callers: Mutex::default(),
            live: Mutex::new(Some(crate::live::channel())),
            server: Mutex::default(),
            name: crate::live::name(),
            session_times: Mutex::default(),
            listener: Mutex::default(),
            checks: Default::default(),
        }));
        gate.mend_imports()?;
        Ok(gate)
    }

    /// All metadata.
    pub fn registry(&self) -> Arc<Registry> {
        self.0.registry.load_full()
    }

    /// An object by API name; not found when there is none.
    pub fn object(&self, name: &str) -> Result<Arc<Object>> {
        self.0.registry.load().object(name).cloned().ok_or(Error::NotFound)
    }

    /// The phrases of all rooms below.
    pub fn phrases(&self) -> &Phrases {
        &self.0.phrases
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    /// What the business rooms declared.
    pub fn domain(&self) -> &Domain {
        &self.0.domain
    }

    /// The account set's name.
    pub fn set_name(&self) -> &str {
        self.0.store.set()
    }

    /// `sqlite` or `postgres`, for people who look after the program.
    pub fn engine(&self) -> &'static str {
        match self.0.store.dialect() {
            Dialect::Sqlite => "sqlite",
            Dialect::Postgres => "postgres",
        }
    }

    /// The operator on the command line: full grants, every use audited.
    pub fn operator(&self) -> Ctx {
        self.service(OPERATOR, "operator", Channel::Cli)
    }

    /// The service that runs jobs.
    pub fn scheduler(&self) -> Ctx {
        self.service(SCHEDULER, "scheduler", Channel::Job)
    }

    fn service(&self, id: RecordId, name: &str, channel: Channel) -> Ctx {
        let subject = Subject {
            user: id,
            login: name.to_owned(),
            name: name.to_owned(),
            department: None,
            team: vec![id],
            departments: Vec::new(),
            seats: Vec::new(),
        };
        self.ctx(subject, Arc::new(Rights::everything()), Locale::Zh, channel)
    }

    fn ctx(&self, subject: Subject, rights: Arc<Rights>, locale: Locale, channel: Channel) -> Ctx {
        let now = self.0.clock.now();
        let zone = crate::zone();
        let today = crate::date_of(now, &zone);
        Ctx { subject, rights, now, today, zone, locale, channel, ip: None, once: None }
    }

    /// The context of a user, after log-in was proved or for a job that acts for them. Refused when the user
    /// is no longer active.
    pub fn ctx_of(&self, user: RecordId, channel: Channel) -> Result<Ctx> {
        self.refresh()?;
        self.person_ctx(user, channel)
    }

    /// The same with the organisation as it is known, for use inside a transaction.
    pub(crate) fn person_ctx(&self, user: RecordId, channel: Channel) -> Result<Ctx> {
        let caller = self.caller(user)?;
        Ok(self.ctx(caller.subject, caller.rights, caller.locale.unwrap_or_default(), channel))
    }

    /// Who a user is and what they may do: worked out once, because every request asks and grants are many.
    fn caller(&self, user: RecordId) -> Result<Caller> {
        match self.known_caller(user) {
            // Someone the command line has just added is not among those read before.
            Err(Error::Unauthenticated(_)) => {
                self.reload_people()?;
                self.known_caller(user)
            }
            known => known,
        }
    }

    fn known_caller(&self, user: RecordId) -> Result<Caller> {
        let (registry, people) = (self.registry(), self.people());
        let mut callers = self.0.callers.lock();
        let current =
            callers.from.as_ref().is_some_and(|(r, p)| Arc::ptr_eq(r, &registry) && Arc::ptr_eq(p, &people));
        if !current {
            *callers = Callers { from: Some((registry.clone(), people.clone())), known: HashMap::new() };
        }
        if let Some(caller) = callers.known.get(&user) {
            return Ok(caller.clone());
        }
        let caller = work_out(&registry, &people, user)?;
        callers.known.insert(user, caller.clone());
        Ok(caller)
    }

    /// The name of a colleague or department, which everyone who may log in knows.
    pub fn name_of(&self, id: RecordId) -> Option<String> {
        self.people().name(id).map(str::to_owned)
    }

    pub(crate) fn people(&self) -> Arc<People> {
        self.0.people.load_full()
    }

    /// Reads the organisation again after a change, and metadata after a change by another process.
    pub(crate) fn refresh(&self) -> Result<()> {
        if self.0.people_changed.swap(false, Ordering::AcqRel) {
            self.reload_people()?;
        }
        if self.0.store.dialect() == Dialect::Postgres {
            let now = self.0.clock.now();
            let mut compared = self.0.compared_at.lock();
            if now.as_millisecond() - compared.as_millisecond() < 1000 {
                return Ok(());
            }
            *compared = now;
            drop(compared);
            let version = self.0.store.read::<_, Error>(|conn| Ok(meta::version(conn)?))?;
            if version != self.registry().version {
                self.reload()?;
            }
        }
        Ok(())
    }

    /// Builds the registry again from the stored layers.
    pub(crate) fn reload(&self) -> Result<()> {
        let (layers, version) = self.0.store.read::<_, Error>(|conn| Ok(meta::layers(conn)?))?;
        let (registry, problems) = Registry::build(self.0.domain.shipped.clone(), &layers, version);
        for problem in &problems {
            tracing::warn!(problem, "a document is left out");
        }
        self.0.store.sync_schema(&registry)?;
        self.0.registry.store(Arc::new(registry));
        self.reload_people()
    }

    fn reload_people(&self) -> Result<()> {
        let registry = self.registry();
        let people = self.0.store.read::<_, Error>(|conn| People::load(conn, &registry))?;
        self.0.people.store(Arc::new(people));
        Ok(())
    }

    /// Trusted code in one transaction: jobs, demo data, verbs over several records. No access check; the
    /// caller's name stands in the audit. `f` may run more than once, so it must have no effect but through
    /// the transaction.
    pub fn write<T: Send + 'static>(
        &self,
        ctx: &Ctx,
        mut f: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let gate = self.clone();
        let ctx = ctx.clone();
        let (value, effects) = self.0.store.write::<_, Error>(move |conn: &mut Conn<'_>| {
            let mut tx = Tx::new(conn.reborrow(), &gate, &ctx);
            let value = f(&mut tx)?;
            Ok((value, tx.into_effects()))
        })?;
        if effects.people {
            self.0.people_changed.store(true, Ordering::Release);
            self.refresh()?;
        }
        self.announce(effects.live);
        Ok(value)
    }

    /// Trusted reading in one snapshot.
    pub fn read<T>(&self, ctx: &Ctx, f: impl FnOnce(&mut Tx<'_>) -> Result<T>) -> Result<T> {
        self.0.store.read(|conn| f(&mut Tx::new(conn.reborrow(), self, ctx)))
    }

    /// Runs `f`, whose reads all come from one snapshot until it writes. A page that asks many questions shows
    /// one moment, and costs one transaction.
    pub fn on_snapshot<T>(&self, f: impl FnOnce() -> T) -> T {
        self.0.store.on_snapshot(f)
    }

    /// Says that this program does one large piece of work and nothing else; it may then use more memory for it.
    pub fn expect_bulk(&self) -> Result<()> {
        Ok(self.0.store.expect_bulk()?)
    }

    /// A job, now, for a business date.
    pub fn run_job(&self, name: &str, as_of: jiff::civil::Date) -> Result<Vec<(&'static str, i64)>> {
        let job = crate::jobs::find(self, name)?;
        let ctx = self.scheduler().as_of(as_of);
        (job.run)(self, &ctx, as_of)
    }

    /// A report, for the caller.
    pub fn report(
        &self,
        ctx: &Ctx,
        name: &str,
        params: &crate::report::Params,
    ) -> Result<crate::report::Report> {
        let report = self.0.domain.reports.iter().find(|r| r.name == name).ok_or(Error::NotFound)?;
        if !ctx.rights.may_report(name) {
            return Err(self.denied(ctx, Error::forbidden("gate.no_report"), "report", None));
        }
        (report.run)(self, ctx, params)
    }

    /// Notes a refusal in the audit and hands the error on.
    pub(crate) fn denied(&self, ctx: &Ctx, error: Error, object: &str, record: Option<RecordId>) -> Error {
        if !matches!(error, Error::Forbidden(_)) {
            return error;
        }
        let Error::Forbidden(message) = &error else { return error };
        let (object, reason) = (object.to_owned(), message.key.to_string());
        let noted = self.write(ctx, move |tx| {
            tx.note(&object, record, "denied", serde_json::json!({ "reason": reason }))
        });
        if let Err(failure) = noted {
            tracing::error!(%failure, "a refusal could not be noted in the audit");
        }
        error
    }
}

/// Refused when the user is no longer active.
fn work_out(registry: &Registry, people: &People, user: RecordId) -> Result<Caller> {
    let person = people
        .user(user)
        .filter(|person| person.active)
        .ok_or_else(|| Error::Unauthenticated(Message::new("gate.user_disabled")))?;
    let mut rights =
        Rights::of(person.roles.iter().filter_map(|role| registry.role(role)).map(|role| &**role));
    // Who designs objects can use their own at once; other roles are granted them in the roles' settings.
    let custom = registry.objects().filter(|object| object.custom).map(|object| object.name.clone());
    let custom: Vec<String> = if rights.may_set("objects") { custom.collect() } else { Vec::new() };
    if !custom.is_empty() {
        rights.grants.push(Grant {
            objects: custom,
            actions: vec!["*".to_owned()],
            scope: Scope::All,
            fields: BTreeMap::new(),
        });
    }
    let subject = Subject {
        user,
        login: person.login.clone(),
        name: person.name.clone(),
        department: person.department,
        team: people.team(user),
        departments: person.department.map(|d| people.tree().tree(d)).unwrap_or_default(),
        seats: people.pools.seats(user, &person.roles, person.department),
    };
    Ok(Caller { subject, rights: Arc::new(rights), locale: person.locale })
}
