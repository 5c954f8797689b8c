//! What happens, to whom and when, written down in any order and played in the order of time, so that every
//! record, every event and every message stands where it would have stood if people had really worked.
//!
//! Records are named by keys until they exist. Some hundred steps share a transaction, each in the name and
//! at the time of whoever took it.

use guanxi_gate::{Channel, Ctx, Draft, Error, Gate, Result, SCHEDULER, Tx, date_of};
use guanxi_model::{RecordId, Value, expr::Expr};
use jiff::Timestamp;
use std::collections::HashMap;

/// Rows in one transaction at most, so that other writers are never kept waiting long.
const BATCH: usize = 500;

/// A record that will exist when its step was played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key(usize);

/// A field that refers to a record of the story.
#[derive(Debug, Clone)]
pub(super) struct Link {
    field: &'static str,
    to: Key,
    /// Whether the field may refer to several objects.
    any: bool,
}

/// A reference.
pub(super) fn to(field: &'static str, to: Key) -> Link {
    Link { field, to, any: false }
}

/// What a record is about.
pub(super) fn about(to: Key) -> Link {
    Link { field: "regarding", to, any: true }
}

#[derive(Debug, Clone)]
enum What {
    Create { key: Key, object: &'static str, draft: Draft, links: Vec<Link> },
    Edit { key: Key, draft: Draft, links: Vec<Link> },
    Verb { key: Key, verb: &'static str, input: Draft, links: Vec<Link>, gives: Option<(&'static str, Key)> },
    OnWarning { customer: Key, verb: &'static str, input: Draft },
    Job { name: &'static str },
}

struct Step {
    at: Timestamp,
    by: RecordId,
    what: What,
}

/// The story so far.
#[derive(Default)]
pub(super) struct Script {
    steps: Vec<Step>,
    keys: usize,
}

impl Script {
    /// A name for a record to come.
    pub(super) fn key(&mut self) -> Key {
        self.keys += 1;
        Key(self.keys)
    }

    /// Somebody makes a record.
    pub(super) fn create(
        &mut self,
        at: Timestamp,
        by: RecordId,
        object: &'static str,
        draft: Draft,
        links: Vec<Link>,
    ) -> Key {
        let key = self.key();
        self.steps.push(Step { at, by, what: What::Create { key, object, draft, links } });
        key
    }

    /// Somebody changes a record.
    pub(super) fn edit(&mut self, at: Timestamp, by: RecordId, key: Key, draft: Draft) {
        self.edit_with(at, by, key, draft, Vec::new());
    }

    /// The same with references.
    pub(super) fn edit_with(
        &mut self,
        at: Timestamp,
        by: RecordId,
        key: Key,
        draft: Draft,
        links: Vec<Link>,
    ) {
        self.steps.push(Step { at, by, what: What::Edit { key, draft, links } });
    }

    /// Somebody acts on a record.
    pub(super) fn verb(&mut self, at: Timestamp, by: RecordId, key: Key, verb: &'static str, input: Draft) {
        self.steps.push(Step {
            at,
            by,
            what: What::Verb { key, verb, input, links: Vec::new(), gives: None },
        });
    }

    /// The same with references in the form.
    pub(super) fn verb_with(
        &mut self,
        at: Timestamp,
        by: RecordId,
        key: Key,
        verb: &'static str,
        input: Draft,
        links: Vec<Link>,
    ) {
        self.steps.push(Step { at, by, what: What::Verb { key, verb, input, links, gives: None } });
    }

    /// Somebody wins a deal; the key names its customer from then on.
    pub(super) fn win(
        &mut self,
        at: Timestamp,
        by: RecordId,
        key: Key,
        input: Draft,
        links: Vec<Link>,
    ) -> Key {
        let customer = self.key();
        let what = What::Verb { key, verb: "win", input, links, gives: Some(("customer", customer)) };
        self.steps.push(Step { at, by, what });
        customer
    }

    /// Somebody acts on the warning about a customer that waits at that time.
    pub(super) fn on_warning(
        &mut self,
        at: Timestamp,
        by: RecordId,
        customer: Key,
        verb: &'static str,
        input: Draft,
    ) {
        self.steps.push(Step { at, by, what: What::OnWarning { customer, verb, input } });
    }

    /// A nightly job runs.
    pub(super) fn job(&mut self, at: Timestamp, name: &'static str) {
        self.steps.push(Step { at, by: SCHEDULER, what: What::Job { name } });
    }

    /// Plays it up to the present. Messages older than `read_until` have been read by then.
    pub(super) fn play(mut self, gate: &Gate, people: &[RecordId], read_until: Timestamp) -> Result<()> {
        // The sort is stable: of what happens at one moment, what was written first happens first.
        self.steps.sort_by_key(|step| step.at);
        for moment in self.steps.chunk_by_mut(|one, other| (one.at, one.by) == (other.at, other.by)) {
            moment.sort_by_key(|step| rank(&step.what));
        }
        let mut stage =
            Stage { gate, known: HashMap::new(), callers: HashMap::new(), waiting: Vec::new(), rows: 0 };
        let mut read = false;
        let mut steps = self.steps.into_iter().peekable();
        while let Some(step) = steps.next() {
            if !read && step.at > read_until {
                stage.commit()?;
                stage.read_messages(people, read_until)?;
                read = true;
            }
            if let What::Job { name } = step.what {
                stage.commit()?;
                stage.run(name, step.at)?;
                continue;
            }
            let (at, by) = (step.at, step.by);
            let mut together = vec![step.what];
            while let Some(next) = steps.next_if(|next| (next.at, next.by) == (at, by)) {
                together.push(next.what);
            }
            stage.add(at, by, together)?;
        }
        stage.commit()
    }
}

/// Owners come before what belongs to them, and records before what is done with them. Records of one object
/// stand together, so that they are written together.
fn rank(what: &What) -> usize {
    const OBJECTS: [&str; 19] = [
        "product",
        "competitor",
        "pipeline",
        "pipeline_stage",
        "pool",
        "pool_member",
        "pool_limit",
        "customer_quota",
        "lead",
        "customer",
        "contact",
        "opportunity",
        "order",
        "order_line",
        "plan_item",
        "service_request",
        "activity",
        "task",
        "appointment",
    ];
    match what {
        What::Create { object, .. } => OBJECTS.iter().position(|o| o == object).unwrap_or(OBJECTS.len()),
        What::Edit { .. } => OBJECTS.len() + 1,
        What::Verb { .. } | What::OnWarning { .. } => OBJECTS.len() + 2,
        What::Job { .. } => OBJECTS.len() + 3,
    }
}

struct Stage<'a> {
    gate: &'a Gate,
    known: HashMap<Key, (&'static str, RecordId)>,
    callers: HashMap<RecordId, Ctx>,
    /// What people did since the last commit, in order.
    waiting: Vec<(Ctx, Vec<What>)>,
    rows: usize,
}

impl Stage<'_> {
    /// A person as they stood at a moment.
    fn caller(&mut self, by: RecordId, at: Timestamp) -> Result<Ctx> {
        if !self.callers.contains_key(&by) {
            let ctx = if by.0 < 0 { self.gate.operator() } else { self.gate.ctx_of(by, Channel::Import)? };
            self.callers.insert(by, ctx);
        }
        Ok(at_time(self.callers[&by].clone(), at))
    }

    fn run(&self, name: &str, at: Timestamp) -> Result<()> {
        let job = self.gate.jobs().into_iter().find(|job| job.name == name).ok_or(Error::NotFound)?;
        let ctx = at_time(self.gate.scheduler(), at);
        let date = ctx.today;
        (job.run)(self.gate, &ctx, date)?;
        Ok(())
    }

    fn read_messages(&mut self, people: &[RecordId], at: Timestamp) -> Result<()> {
        for person in people {
            let ctx = self.caller(*person, at)?;
            self.gate.read_notices(&ctx, None)?;
        }
        Ok(())
    }

    fn add(&mut self, at: Timestamp, by: RecordId, steps: Vec<What>) -> Result<()> {
        let ctx = self.caller(by, at)?;
        self.rows += steps.len();
        self.waiting.push((ctx, steps));
        if self.rows >= BATCH { self.commit() } else { Ok(()) }
    }

    fn commit(&mut self) -> Result<()> {
        let waiting = std::mem::take(&mut self.waiting);
        self.rows = 0;
        if waiting.is_empty() {
            return Ok(());
        }
        // Only the keys these steps speak of travel into the transaction.
        let mut known = HashMap::new();
        for key in waiting.iter().flat_map(|(_, steps)| steps).flat_map(keys) {
            if let Some(found) = self.known.get(&key) {
                known.insert(key, *found);
            }
        }
        let made = self.gate.write(&self.gate.operator(), move |tx| {
            let mut cast = Cast { known: known.clone(), made: Vec::new() };
            for (ctx, steps) in &waiting {
                tx.acting(ctx, |tx| cast.play(tx, steps))?;
            }
            Ok(cast.made)
        })?;
        self.known.extend(made);
        Ok(())
    }
}

fn at_time(mut ctx: Ctx, at: Timestamp) -> Ctx {
    ctx.now = at;
    ctx.today = date_of(at, &ctx.zone);
    ctx
}

fn keys(what: &What) -> Vec<Key> {
    let linked = |links: &[Link]| links.iter().map(|link| link.to).collect::<Vec<_>>();
    match what {
        What::Create { links, .. } => linked(links),
        What::Verb { key, links, .. } | What::Edit { key, links, .. } => [vec![*key], linked(links)].concat(),
        What::OnWarning { customer: key, .. } => vec![*key],
        What::Job { .. } => Vec::new(),
    }
}

/// The records that one transaction knows.
struct Cast {
    known: HashMap<Key, (&'static str, RecordId)>,
    made: Vec<(Key, (&'static str, RecordId))>,
}

impl Cast {
    fn play(&mut self, tx: &mut Tx<'_>, steps: &[What]) -> Result<()> {
        let mut at = 0;
        while at < steps.len() {
            let alike = alike(&steps[at..]);
            if alike > 0 {
                self.create(tx, &steps[at..at + alike])?;
                at += alike;
            } else {
                self.act(tx, &steps[at])?;
                at += 1;
            }
        }
        Ok(())
    }

    fn create(&mut self, tx: &mut Tx<'_>, steps: &[What]) -> Result<()> {
        let (mut drafts, mut names) = (Vec::with_capacity(steps.len()), Vec::with_capacity(steps.len()));
        let mut of = "";
        for step in steps {
            let What::Create { key, object, draft, links } = step else { continue };
            drafts.push(self.linked(draft.clone(), links)?);
            names.push(*key);
            of = object;
        }
        for (record, key) in tx.create_many(of, drafts)?.iter().zip(names) {
            self.learn(key, object_of(steps), record.id);
        }
        Ok(())
    }

    fn act(&mut self, tx: &mut Tx<'_>, step: &What) -> Result<()> {
        match step {
            What::Edit { key, draft, links } => {
                let (object, id) = self.find(*key)?;
                let record = tx.get(object, id)?;
                tx.update(&record, self.linked(draft.clone(), links)?)?;
            }
            What::Verb { key, verb, input, links, gives } => {
                let (object, id) = self.find(*key)?;
                let record = tx.get(object, id)?;
                let input = self.linked(input.clone(), links)?;
                let done = tx.verb(&record, verb, input)?;
                if let Some((field, key)) = gives {
                    self.learn(*key, field, done.reference(field).ok_or(Error::NotFound)?);
                }
            }
            What::OnWarning { customer, verb, input } => {
                let (_, customer) = self.find(*customer)?;
                let waiting =
                    Expr::eq("customer", customer).and(Expr::one_of("status", ["open", "deferred"]));
                // A warning that an order has already answered needs no measure any more.
                if let Some(warning) = tx.first("churn_warning", &waiting)? {
                    tx.verb(&warning, verb, input.clone())?;
                }
            }
            What::Create { .. } | What::Job { .. } => {}
        }
        Ok(())
    }

    fn learn(&mut self, key: Key, object: &'static str, id: RecordId) {
        self.known.insert(key, (object, id));
        self.made.push((key, (object, id)));
    }

    fn find(&self, key: Key) -> Result<(&'static str, RecordId)> {
        let unknown = || Error::internal(format!("the story speaks of {key:?} before it exists"));
        self.known.get(&key).copied().ok_or_else(unknown)
    }

    fn linked(&self, mut draft: Draft, links: &[Link]) -> Result<Draft> {
        for link in links {
            let (object, id) = self.find(link.to)?;
            let value = if link.any { Value::AnyRef(object.to_owned(), id) } else { Value::Ref(id) };
            draft.values.insert(link.field.to_owned(), value);
        }
        Ok(draft)
    }
}

/// How many steps from the first on make records of one object.
fn alike(steps: &[What]) -> usize {
    let first = object_of(steps);
    steps.iter().take_while(|step| matches!(step, What::Create { object, .. } if *object == first)).count()
}

fn object_of(steps: &[What]) -> &'static str {
    match steps.first() {
        Some(What::Create { object, .. }) => object,
        _ => "",
    }
}
