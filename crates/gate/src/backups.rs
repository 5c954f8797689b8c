//! Backups that are kept beside the account sets, and restoring one of them while the program runs.
//!
//! What is known about a backup stands beside it and not in the set, because a restore takes the set back to a
//! day on which nobody knew of it.

use crate::{Ctx, Error, Gate, JobDef, Result, Schedule, auth::may_set, sets};
use guanxi_model::{Issue, Message, RecordId};
use guanxi_store::{Error as StoreError, auth::sessions, jobs, sets::Shelf};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, path::PathBuf};

pub use guanxi_store::sets::{Kept, Note, Reason};

/// The setting in which an account set keeps its plan.
const PLAN: &str = "backup.plan";
/// The setting that says from which backup a set was restored, until someone has read it.
const RESTORED: &str = "backup.restored";
/// Most backups that a plan may keep.
const MOST_KEPT: u32 = 400;

/// On which days a backup is made by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Never.
    #[default]
    Off,
    /// Every night.
    Day,
    /// One night a week.
    Week,
}

/// When backups are made by themselves, and how many of those are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Plan {
    /// On which days.
    pub every: Every,
    /// The day of the week, 1 for Monday, when it is one a week.
    pub weekday: i8,
    /// At which hour, 0 to 23.
    pub hour: i8,
    /// How many of them are kept; older ones are removed. Backups made for another reason stay.
    pub keep: u32,
    /// Whether each is restored elsewhere and compared at once.
    pub prove: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Plan { every: Every::Off, weekday: 7, hour: 2, keep: 14, prove: true }
    }
}

/// Someone who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user.
    pub user: RecordId,
    /// Their name.
    pub name: String,
    /// In how many browsers.
    pub browsers: usize,
    /// When one of them was last used.
    pub seen_at: Timestamp,
}

/// A set that is to be replaced by one of its backups while the program runs.
#[derive(Debug, Clone)]
pub struct RestoreOrder {
    /// The archive.
    pub path: PathBuf,
    /// Its name on the shelf.
    pub name: String,
    /// Who wants it.
    pub by: String,
}

/// From what a set was restored.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Restored {
    /// The backup's name.
    pub name: String,
    /// Who wanted it.
    pub by: String,
    /// When, in milliseconds.
    pub at: i64,
    /// Why the set is still what it was, when it could not be restored.
    pub problem: Option<String>,
}

impl Gate {
    /// The backups that are kept of this set, the newest first.
    pub fn backups(&self, ctx: &Ctx) -> Result<Vec<Kept>> {
        may_set(ctx, "sets")?;
        Ok(self.shelf()?.list()?)
    }

    /// One of them.
    pub fn backup_kept(&self, ctx: &Ctx, name: &str) -> Result<Kept> {
        may_set(ctx, "sets")?;
        self.shelf()?.find(name)?.ok_or(Error::NotFound)
    }

    /// Makes a backup and keeps it.
    pub fn keep_backup(&self, ctx: &Ctx, reason: Reason) -> Result<Kept> {
        may_set(ctx, "sets")?;
        let at = ctx.now.to_zoned(ctx.zone.clone());
        let stem = format!("{}-{}", self.set_name(), at.strftime("%Y%m%d-%H%M%S"));
        let now = ctx.now.as_millisecond();
        let kept = self.shelf()?.keep(&self.0.store, &stem, reason, &ctx.subject.name, now)?;
        let data = json!({ "file": kept.name, "reason": reason, "digest": kept.digest });
        self.write(ctx, move |tx| tx.note("account_set", None, "backed_up", data.clone()))?;
        Ok(kept)
    }

    /// Restores a backup elsewhere and compares every table and file with its manifest. What came of it is noted
    /// beside the backup, also when it is damaged, and in the audit.
    pub fn prove_backup(&self, ctx: &Ctx, name: &str) -> Result<Kept> {
        may_set(ctx, "sets")?;
        let shelf = self.shelf()?;
        let mut kept = shelf.find(name)?.ok_or(Error::NotFound)?;
        let path = shelf.path(name).ok_or(Error::NotFound)?;
        match guanxi_store::sets::verify(&path) {
            Ok(manifest) => {
                kept.note.engine = manifest.engine.clone();
                kept.note.tables = manifest.tables.len();
                kept.note.files = manifest.files.len();
                kept.note.problem = None;
                self.note_verified(ctx, &manifest)?;
            }
            Err(failure @ (StoreError::Busy | StoreError::DiskFull)) => return Err(failure.into()),
            Err(failure) => {
                let problem = failure.to_string();
                kept.note.problem = Some(problem.clone());
                let data = json!({ "file": name, "reason": problem });
                self.write(ctx, move |tx| tx.note("account_set", None, "backup_unsound", data.clone()))?;
            }
        }
        kept.note.proved_at = Some(ctx.now.as_millisecond());
        shelf.note(name, &kept.note)?;
        Ok(kept)
    }

    /// Removes a backup for good.
    pub fn forget_backup(&self, ctx: &Ctx, name: &str) -> Result<()> {
        may_set(ctx, "sets")?;
        if !self.shelf()?.remove(name)? {
            return Err(Error::NotFound);
        }
        let data = json!({ "file": name });
        self.write(ctx, move |tx| tx.note("account_set", None, "backup_removed", data.clone()))
    }

    /// Where a backup lies, for someone who carries it away.
    pub fn fetch_backup(&self, ctx: &Ctx, name: &str) -> Result<PathBuf> {
        let kept = self.backup_kept(ctx, name)?;
        let data = json!({ "file": name, "digest": kept.digest });
        self.write(ctx, move |tx| tx.note("account_set", None, "backup_fetched", data.clone()))?;
        self.shelf()?.path(name).ok_or(Error::NotFound)
    }

    /// When backups are made by themselves.
    pub fn backup_plan(&self) -> Result<Plan> {
        Ok(self.setting(PLAN)?.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
    }

    /// Changes it.
    pub fn set_backup_plan(&self, ctx: &Ctx, plan: Plan) -> Result<()> {
        may_set(ctx, "sets")?;
        let mut issues = Vec::new();
        let mut bound = |field: &str, value: i64, min: i64, max: i64| {
            if !(min..=max).contains(&value) {
                let message = Message::new("gate.plan_bounds").with("min", min).with("max", max);
                issues.push(Issue::field(field, "range", message));
            }
        };
        bound("keep", i64::from(plan.keep), 1, i64::from(MOST_KEPT));
        bound("hour", i64::from(plan.hour), 0, 23);
        bound("weekday", i64::from(plan.weekday), 1, 7);
        if !issues.is_empty() {
            return Err(Error::Invalid(issues));
        }
        let text = serde_json::to_string(&plan).map_err(Error::internal)?;
        self.write(ctx, move |tx| {
            let before = tx.setting(PLAN)?;
            tx.set_setting(PLAN, &text)?;
            let data = json!({ "key": PLAN, "before": before, "after": text });
            tx.note("setting", None, "setting_changed", data)
        })
    }

    /// Who is logged in, the last seen first.
    pub fn signed_in(&self, ctx: &Ctx) -> Result<Vec<SignedIn>> {
        may_set(ctx, "sets")?;
        let now = ctx.now.as_millisecond();
        let sessions = self.0.store.read::<_, Error>(|conn| Ok(sessions::all(conn, now)?))?;
        let mut people: Vec<SignedIn> = Vec::new();
        for session in sessions {
            match people.iter_mut().find(|person| person.user == session.user) {
                Some(person) => person.browsers += 1,
                None => people.push(SignedIn {
                    user: session.user,
                    name: self.name_of(session.user).unwrap_or_default(),
                    browsers: 1,
                    seen_at: Timestamp::from_millisecond(session.seen_at).unwrap_or_default(),
                }),
            }
        }
        Ok(people)
    }

    /// Replaces this set by one of its backups while the program runs. The backup is proved before anything is
    /// touched, and what is there now is backed up, so that the way back is the same as the way there. Then the
    /// server that holds this door closes it, restores and opens it again; until then everyone is told to wait.
    /// Answers with the backup of what is there now.
    pub fn order_restore(&self, ctx: &Ctx, name: &str) -> Result<Kept> {
        may_set(ctx, "sets")?;
        if !self.is_served() {
            return Err(Error::refused("gate.not_served"));
        }
        let running = self.0.store.read::<_, Error>(|conn| Ok(guanxi_store::imports::unfinished(conn)?))?;
        if !running.is_empty() {
            return Err(Error::refused("gate.import_running"));
        }
        let kept = self.prove_backup(ctx, name)?;
        if let Some(problem) = kept.note.problem {
            return Err(Error::Refused(Message::new("gate.backup_unsound").with("reason", problem)));
        }
        if kept.note.engine != self.engine() {
            return Err(Error::refused("gate.backup_other_engine"));
        }
        let before = self.keep_backup(ctx, Reason::BeforeRestore)?;
        let data = json!({ "file": name, "digest": kept.digest, "kept": before.name });
        self.write(ctx, move |tx| tx.note("account_set", None, "restore_ordered", data.clone()))?;
        let path = self.shelf()?.path(name).ok_or(Error::NotFound)?;
        let order = RestoreOrder { path, name: name.to_owned(), by: ctx.subject.name.clone() };
        let server = self.0.server.lock();
        let server = server.as_ref().ok_or_else(|| Error::refused("gate.not_served"))?;
        server(order);
        Ok(before)
    }

    /// Whether a program serves this door that can close and open it again.
    pub fn is_served(&self) -> bool {
        self.0.server.lock().is_some()
    }

    /// From now on orders to restore this set go to `server`.
    pub fn serve_with(&self, server: impl Fn(RestoreOrder) + Send + 'static) {
        *self.0.server.lock() = Some(Box::new(server));
    }

    /// Lets go of the set once everything else that holds this door has: streams are told that it closes, and
    /// requests are waited for. Gives the door back when they take longer than `patience`.
    pub fn close(self, patience: std::time::Duration) -> std::result::Result<(), Gate> {
        self.hush();
        *self.0.listener.lock() = None;
        *self.0.server.lock() = None;
        let mut inner = self.0;
        let step = std::time::Duration::from_millis(20);
        let mut waited = std::time::Duration::ZERO;
        loop {
            match std::sync::Arc::try_unwrap(inner) {
                Ok(alone) => {
                    drop(alone);
                    return Ok(());
                }
                Err(shared) if waited >= patience => {
                    let gate = Gate(shared);
                    gate.tell_again();
                    return Err(gate);
                }
                Err(shared) => inner = shared,
            }
            std::thread::sleep(step);
            waited += step;
        }
    }

    /// Notes in the set, as it is after a restore or as it stayed, what came of it.
    pub fn note_restored(&self, order: &RestoreOrder, problem: Option<String>) -> Result<()> {
        let ctx = self.operator();
        let at = ctx.now.as_millisecond();
        let restored =
            Restored { name: order.name.clone(), by: order.by.clone(), at, problem: problem.clone() };
        let text = serde_json::to_string(&restored).map_err(Error::internal)?;
        let name = if problem.is_none() { "restored_set" } else { "restore_failed" };
        let data = json!({ "file": order.name, "by": order.by, "reason": problem });
        self.write(&ctx, move |tx| {
            tx.set_setting(RESTORED, &text)?;
            tx.note("account_set", None, name, data.clone())
        })
    }

    /// From what this set was restored, or why it was not, until someone has read it.
    pub fn restored(&self) -> Result<Option<Restored>> {
        Ok(self.setting(RESTORED)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Whether messages and other work for later are held, as after a restore.
    pub fn is_held(&self) -> Result<bool> {
        self.0.store.read(|conn| Ok(jobs::is_held(conn)?))
    }

    /// Lets held work go on, and forgets what was told about the restore.
    pub fn release_held(&self, ctx: &Ctx) -> Result<()> {
        may_set(ctx, "sets")?;
        self.write(ctx, |tx| {
            jobs::hold(&mut tx.conn, false)?;
            guanxi_store::settings::remove(&mut tx.conn, RESTORED)?;
            tx.note("account_set", None, "released", json!({}))
        })
    }

    pub(crate) fn shelf(&self) -> Result<Shelf> {
        Ok(Shelf::of(&self.0.store.config())?)
    }
}

/// The job that makes the backups of the plan. It is due when the plan says so.
pub(crate) fn job(gate: &Gate) -> JobDef {
    // What cannot be read now is read again in a minute.
    let plan = gate.backup_plan().unwrap_or_default();
    let schedule = match plan.every {
        Every::Off => Schedule::Never,
        Every::Day | Every::Week => Schedule::Nightly { hour: plan.hour },
    };
    JobDef { name: "backup.make", schedule, run: make }
}

/// Makes a backup if the plan wants one on this date, proves it, and removes those that are more than it keeps.
fn make(gate: &Gate, ctx: &Ctx, date: Date) -> Result<Vec<(&'static str, i64)>> {
    let plan = gate.backup_plan()?;
    if plan.every == Every::Week && date.weekday().to_monday_one_offset() != plan.weekday {
        return Ok(vec![("made", 0)]);
    }
    let made = gate.keep_backup(ctx, Reason::Schedule)?;
    if plan.prove {
        let proved = gate.prove_backup(ctx, &made.name)?;
        if let Some(problem) = proved.note.problem {
            // The older ones are the better ones now, so none of them goes.
            return Err(Error::internal(problem));
        }
    }
    let shelf = gate.shelf()?;
    let of_plan = shelf.list()?.into_iter().filter(|kept| kept.note.reason == Reason::Schedule);
    let mut removed = 0;
    for old in of_plan.skip(plan.keep.max(1) as usize) {
        gate.forget_backup(ctx, &old.name)?;
        removed += 1;
    }
    Ok(vec![("made", 1), ("removed", removed)])
}

/// An account set in the same place, as people who look after them see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetInfo {
    /// Its name.
    pub name: String,
    /// Whether it is the one that is asked.
    pub here: bool,
    /// What its rows and attachments take.
    pub bytes: u64,
    /// When it was last backed up, and how many backups are kept.
    pub last_backup: Option<i64>,
    /// How many backups are kept.
    pub backups: usize,
}

/// A set that was put away: the backup that is left of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAway {
    /// The set's name.
    pub set: String,
    /// What is left.
    pub kept: Kept,
}

impl Gate {
    /// All sets of the place that this one is in.
    pub fn sets(&self, ctx: &Ctx) -> Result<Vec<SetInfo>> {
        may_set(ctx, "sets")?;
        let config = self.0.store.config();
        let describe = |name: String| {
            let config = sets::another(&config, &name);
            let kept = Shelf::of(&config)?.list()?;
            Ok(SetInfo {
                here: name == self.set_name(),
                bytes: guanxi_store::sets::size(&config)?,
                last_backup: kept.first().map(|kept| kept.note.made_at),
                backups: kept.len(),
                name,
            })
        };
        guanxi_store::sets::list(&config)?.into_iter().map(describe).collect()
    }

    /// The sets that were put away and are not there under their name.
    pub fn sets_put_away(&self, ctx: &Ctx) -> Result<Vec<PutAway>> {
        may_set(ctx, "sets")?;
        let config = self.0.store.config();
        let there = guanxi_store::sets::list(&config)?;
        let mut latest: BTreeMap<String, Kept> = BTreeMap::new();
        for set in Shelf::sets(&config)? {
            // A folder that somebody else put there may have a name that no set has.
            let Ok(shelf) = Shelf::of(&sets::another(&config, &set)) else { continue };
            let archived = shelf.list()?.into_iter().find(|kept| kept.note.reason == Reason::Archived);
            if let Some(kept) = archived.filter(|_| !there.contains(&set)) {
                latest.insert(set, kept);
            }
        }
        Ok(latest.into_iter().map(|(set, kept)| PutAway { set, kept }).collect())
    }

    /// Gives another set of the place another name. Refused while it is in use.
    pub fn rename_set(&self, ctx: &Ctx, set: &str, to: &str) -> Result<()> {
        let config = self.neighbour(ctx, set)?;
        sets::check_new(&config, to)?;
        guanxi_store::sets::rename(&config, to).map_err(in_use)?;
        let data = json!({ "set": set, "to": to });
        self.write(ctx, move |tx| tx.note("account_set", None, "set_renamed", data.clone()))
    }

    /// Puts another set of the place away: it is backed up, the backup proved, and the set removed. Refused while it
    /// is in use.
    pub fn put_set_away(&self, ctx: &Ctx, set: &str) -> Result<Kept> {
        let config = self.neighbour(ctx, set)?;
        let domain = self.0.domain.clone();
        // Nobody may open it between its backup and its end; `drop` finds out, and then the backup is one too many.
        let theirs = Gate::open(&config, domain, self.0.clock.clone())?;
        let operator = theirs.operator();
        let kept = theirs.keep_backup(&operator, Reason::Archived)?;
        let proved = theirs.prove_backup(&operator, &kept.name)?;
        let shelf = theirs.shelf()?;
        let problem = proved.note.problem.clone();
        let gone = match (problem, theirs.close(std::time::Duration::from_secs(2))) {
            (Some(problem), _) => Err(Error::internal(problem)),
            (None, Err(_)) => Err(Error::Unavailable),
            (None, Ok(())) => guanxi_store::sets::drop(&config).map_err(in_use),
        };
        if let Err(failure) = gone {
            shelf.remove(&kept.name)?;
            return Err(failure);
        }
        let data = json!({ "set": set, "file": kept.name, "digest": kept.digest });
        self.write(ctx, move |tx| tx.note("account_set", None, "set_archived", data.clone()))?;
        Ok(proved)
    }

    /// Takes a set out again that was put away.
    pub fn take_set_out(&self, ctx: &Ctx, set: &str) -> Result<()> {
        let away =
            self.sets_put_away(ctx)?.into_iter().find(|away| away.set == set).ok_or(Error::NotFound)?;
        let config = sets::another(&self.0.store.config(), set);
        let path = Shelf::of(&config)?.path(&away.kept.name).ok_or(Error::NotFound)?;
        sets::restore(&config, &path, &self.0.clock)?;
        let data = json!({ "set": set, "file": away.kept.name });
        self.write(ctx, move |tx| tx.note("account_set", None, "set_taken_out", data.clone()))
    }

    /// Where a new set of the same place would be; refused when its name is none or taken.
    pub fn place_for(&self, ctx: &Ctx, set: &str) -> Result<crate::Config> {
        may_set(ctx, "sets")?;
        let config = sets::another(&self.0.store.config(), set);
        sets::check_new(&config, set)?;
        Ok(config)
    }

    /// Notes that a set was made from here.
    pub fn note_set_made(&self, ctx: &Ctx, set: &str, template: &str) -> Result<()> {
        let data = json!({ "set": set, "template": template });
        self.write(ctx, move |tx| tx.note("account_set", None, "set_created", data.clone()))
    }

    /// A set of the place that is not this one.
    fn neighbour(&self, ctx: &Ctx, set: &str) -> Result<crate::Config> {
        may_set(ctx, "sets")?;
        if set == self.set_name() {
            return Err(Error::refused("gate.set_is_this"));
        }
        let config = self.0.store.config();
        if !guanxi_store::sets::list(&config)?.iter().any(|known| known == set) {
            return Err(Error::NotFound);
        }
        Ok(sets::another(&config, set))
    }
}

fn in_use(failure: StoreError) -> Error {
    match failure {
        StoreError::Busy => Error::refused("gate.set_in_use"),
        other => other.into(),
    }
}
