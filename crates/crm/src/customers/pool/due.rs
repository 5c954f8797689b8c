//! When each customer will be taken back. The date is kept with the customer and follows, in the same
//! transaction, everything it is computed from; the nightly job, the warnings, the list's column and the
//! preview all read that one date.

use super::clocks::{Clock, Facts, Limits, Terms, due};
use guanxi_gate::{Ctx, Gate, JobDef, Record, Result, Rule, Saved, Schedule, Seat, Tx};
use guanxi_model::{RecordId, Value, expr::Expr};
use jiff::{ToSpan, civil::Date};
use std::collections::{BTreeMap, BTreeSet};

/// Customers of which dates are computed in one go.
const BATCH: usize = 5000;

/// The rules of every pool that recycles, and whose customers they hold for.
pub(super) struct Rules {
    terms: BTreeMap<RecordId, Terms>,
    /// For each person asked about, the pool that takes their customers back.
    pools: BTreeMap<RecordId, Option<RecordId>>,
}

impl Rules {
    pub fn load(tx: &mut Tx<'_>) -> Result<Rules> {
        let recycling = Expr::eq("enabled", true).and(Expr::eq("recycles", true));
        let mut terms: BTreeMap<RecordId, Terms> =
            tx.find("pool", &recycling, None)?.iter().map(|pool| (pool.id, terms_of(pool))).collect();
        if !terms.is_empty() {
            for limit in tx.find("pool_limit", &Expr::Bool(true), None)? {
                let pool = limit.reference("pool").and_then(|pool| terms.get_mut(&pool));
                if let Some(terms) = pool {
                    terms.grades.insert(limit.text("grade").to_owned(), Limits::of(&limit));
                }
            }
        }
        Ok(Rules { terms, pools: BTreeMap::new() })
    }

    /// Whether any pool recycles.
    pub fn any(&self) -> bool {
        !self.terms.is_empty()
    }

    /// Learns which pools take back the customers of these people. Of several pools the newest one does.
    pub fn learn(&mut self, tx: &mut Tx<'_>, owners: impl IntoIterator<Item = RecordId>) -> Result<()> {
        let unknown: BTreeSet<RecordId> =
            owners.into_iter().filter(|owner| !self.pools.contains_key(owner)).collect();
        if unknown.is_empty() || !self.any() {
            return Ok(());
        }
        let ids: Vec<RecordId> = unknown.iter().copied().collect();
        let pools = tx.pools()?;
        for user in tx.get_many("user", &ids)? {
            let seats: Vec<Seat> =
                pools.seats(user.id, user.get("roles").as_list(), user.reference("department"));
            self.pools.insert(user.id, seats.first().map(|seat| seat.pool));
        }
        Ok(())
    }

    /// The pool, the date and the clock for a customer of someone.
    pub fn due(&self, owner: Option<RecordId>, facts: &Facts) -> Option<(RecordId, Date, Clock)> {
        let pool = self.pools.get(&owner?).copied().flatten()?;
        let (date, clock) = due(self.terms.get(&pool)?, facts)?;
        Some((pool, date, clock))
    }

    /// The day from which someone is warned.
    fn warned(&self, pool: RecordId, date: Date) -> Option<Date> {
        date.checked_sub(self.terms.get(&pool)?.warn_days.days()).ok()
    }

    /// Everything the dates depend on beside the customers themselves, to notice that it has changed.
    pub fn signature(&mut self, tx: &mut Tx<'_>) -> Result<String> {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let users: Vec<RecordId> =
            tx.find("user", &Expr::Bool(true), None)?.iter().map(|user| user.id).collect();
        self.learn(tx, users)?;
        let mut hasher = DefaultHasher::new();
        format!("{:?} {:?}", self.terms, self.pools).hash(&mut hasher);
        Ok(format!("{:016x}", hasher.finish()))
    }
}

fn terms_of(pool: &Record) -> Terms {
    let yes = |field: &str| pool.get(field).as_bool() == Some(true);
    Terms {
        limits: Limits::of(pool),
        grades: BTreeMap::new(),
        spare_dealt: yes("spare_dealt"),
        spare_open: yes("spare_open"),
        warn_days: pool.decimal("warn_days").and_then(|n| i64::try_from(n.trunc()).ok()).unwrap_or(2),
        since: pool.date("recycle_since"),
    }
}

/// Refreshes the dates of customers as they now stand.
pub(super) fn refresh(tx: &mut Tx<'_>, customers: &[&Record]) -> Result<()> {
    if customers.is_empty() {
        return Ok(());
    }
    let mut rules = Rules::load(tx)?;
    rules.learn(tx, customers.iter().filter_map(|customer| customer.owner()))?;
    let zone = tx.ctx().zone.clone();
    let mut dates = Dates::default();
    for customer in customers {
        let facts = Facts::read(&zone, &|field| customer.get(field).clone());
        let now = (customer.date("recycle_on"), customer.date("recycle_warn_on"));
        dates.add(&rules, customer.id, customer.owner(), &facts, now);
    }
    dates.keep(tx)
}

/// Refreshes the dates of customers by id.
pub(super) fn refresh_ids(tx: &mut Tx<'_>, ids: &[RecordId]) -> Result<()> {
    let customers = tx.get_many("customer", ids)?;
    refresh(tx, &customers.iter().collect::<Vec<_>>())
}

/// Dates that differ from what is kept.
#[derive(Default)]
struct Dates {
    on: Vec<(RecordId, Value)>,
    warn: Vec<(RecordId, Value)>,
}

impl Dates {
    fn add(
        &mut self,
        rules: &Rules,
        id: RecordId,
        owner: Option<RecordId>,
        facts: &Facts,
        now: (Option<Date>, Option<Date>),
    ) {
        let due = rules.due(owner, facts);
        let on = due.map(|(_, date, _)| date);
        let warn = due.and_then(|(pool, date, _)| rules.warned(pool, date));
        if on != now.0 {
            self.on.push((id, Value::from(on)));
        }
        if warn != now.1 {
            self.warn.push((id, Value::from(warn)));
        }
    }

    fn keep(&self, tx: &mut Tx<'_>) -> Result<()> {
        tx.keep("customer", "recycle_on", &self.on)?;
        tx.keep("customer", "recycle_warn_on", &self.warn)
    }
}

/// Refreshes the dates of the customers of some people, or of everyone, after a place in the order of ids.
/// Returns where to go on; none at the end. Only the columns that matter are read: a whole record is a
/// hundred of them.
pub(super) fn restate(
    tx: &mut Tx<'_>,
    owners: Option<&[RecordId]>,
    after: RecordId,
) -> Result<Option<RecordId>> {
    let mut rules = Rules::load(tx)?;
    let mut filter = match owners {
        Some(owners) => Expr::ids("owner", owners),
        None => Expr::is_empty("owner").not(),
    };
    if !rules.any() {
        // Without rules no date may stay; those that have none need no look.
        filter = Expr::is_empty("recycle_on").not();
    }
    let fields: Vec<&str> =
        ["owner", "recycle_on", "recycle_warn_on"].into_iter().chain(Facts::FIELDS).collect();
    let rows = tx.columns("customer", &fields, &filter, after, BATCH)?;
    let value = |row: &[Value], field: &str| {
        let place = fields.iter().position(|name| *name == field);
        place.and_then(|place| row.get(place)).cloned().unwrap_or_default()
    };
    rules.learn(tx, rows.iter().filter_map(|(_, row)| value(row, "owner").as_ref()))?;
    let zone = tx.ctx().zone.clone();
    let mut dates = Dates::default();
    for (id, row) in &rows {
        let facts = Facts::read(&zone, &|field| value(row, field));
        let now = (value(row, "recycle_on").as_date(), value(row, "recycle_warn_on").as_date());
        dates.add(&rules, *id, value(row, "owner").as_ref(), &facts, now);
    }
    dates.keep(tx)?;
    Ok(if rows.len() < BATCH { None } else { rows.last().map(|(id, _)| *id) })
}

/// Where the dates of everyone's customers still have to be refreshed from; empty when they are right.
const UNFINISHED: &str = "pool.restate_after";

/// The first of them at once, which in most companies is all; the rest is left to the minute's job, because a
/// transaction over a million customers would hold the only writer for seconds.
fn begin(tx: &mut Tx<'_>, owners: Option<&[RecordId]>) -> Result<()> {
    let Some(next) = restate(tx, owners, RecordId(0))? else { return Ok(()) };
    // Customers of some people are found again among those of everyone.
    let from = if owners.is_some() { RecordId(0) } else { next };
    tx.set_setting(UNFINISHED, &from.to_string())
}

/// Goes on where a change of settings left off, a batch a transaction.
pub(crate) const RESTATE: JobDef =
    JobDef { name: "pool.restate", schedule: Schedule::EveryMinute, run: go_on };

fn go_on(gate: &Gate, ctx: &Ctx, _as_of: Date) -> Result<Vec<(&'static str, i64)>> {
    let mut batches = 0;
    while gate.write(ctx, step)? {
        batches += 1;
    }
    Ok(vec![("batches", batches)])
}

/// One batch. The place is read and kept with it, so that rules changed meanwhile start over.
fn step(tx: &mut Tx<'_>) -> Result<bool> {
    let place = tx.setting(UNFINISHED)?.filter(|place| !place.is_empty());
    let Some(from) = place.and_then(|place| place.parse().ok()) else { return Ok(false) };
    let next = restate(tx, None, from)?.map(|next| next.to_string());
    tx.set_setting(UNFINISHED, &next.unwrap_or_default())?;
    Ok(true)
}

/// Follow-ups, opportunities and orders move the dates of their customers.
pub(crate) struct Dealings;

impl Rule for Dealings {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let mut ids: Vec<RecordId> = saved
            .iter()
            .flat_map(|s| {
                [s.after.reference("customer"), s.before.as_ref().and_then(|b| b.reference("customer"))]
            })
            .flatten()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        refresh_ids(tx, &ids)
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        let ids: Vec<RecordId> = moved.after.reference("customer").into_iter().collect();
        refresh_ids(tx, &ids)
    }
}

/// Rules of pools, their members and limits: a change of any moves the dates of everyone's customers, at once or
/// within the minute.
pub(crate) struct Settings;

impl Rule for Settings {
    fn after(&self, tx: &mut Tx<'_>, _saved: &[Saved]) -> Result<()> {
        begin(tx, None)
    }

    fn after_delete(&self, tx: &mut Tx<'_>, _moved: &Saved) -> Result<()> {
        begin(tx, None)
    }
}

/// A colleague in another department or role may sit in other pools.
pub(crate) struct Staff;

impl Rule for Staff {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        let moved: Vec<RecordId> = saved
            .iter()
            .filter(|s| s.before.is_some() && (s.changed("department") || s.changed("roles")))
            .map(|s| s.after.id)
            .collect();
        if moved.is_empty() { Ok(()) } else { begin(tx, Some(&moved)) }
    }
}
