//! Hand-over: what a person answers for goes to others, and nothing is left behind.
//!
//! It is generic over the registry: the owner of every object's records, and every field in which people name
//! a person who answers for something (the superior of a colleague, the manager of a department). Fields that
//! only the program writes say who did something, and stay.
//!
//! The plan is kept before the first record moves. Each step is a transaction of its own that takes what still
//! names the person, so a hand-over that was interrupted goes on where it stopped; there is no list that could
//! grow stale. Only when nothing is left is the person disabled, with every session and key ended.

use crate::{Ctx, Draft, Error, Gate, Record, Result, auth::may_set, domain::Change, save, tx::Tx};
use guanxi_model::{Field, FieldKind, Issue, Message, Object, RecordId, Value, access::action};
use guanxi_store::{
    handovers::{self, Handover},
    ids,
    records::{self, Life},
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Records moved in one transaction; on the embedded engine others wait for it.
const STEP: usize = 500;

/// A field in which records of an object name the person.
#[derive(Debug, Clone)]
pub struct Post {
    /// The object.
    pub object: Arc<Object>,
    /// The field: `owner`, or one in which people name who answers for something.
    pub field: Field,
    /// How many live records name the person.
    pub count: i64,
    /// How many in the recycle bin do.
    pub deleted: i64,
}

impl Post {
    /// Its name in a plan: `customer.owner`.
    pub fn name(&self) -> String {
        format!("{}.{}", self.object.name, self.field.name)
    }
}

/// Who gets what.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Successors by post; several share evenly.
    pub posts: BTreeMap<String, Vec<RecordId>>,
    /// Whoever gets what no post names.
    pub others: Vec<RecordId>,
    /// What belongs to a customer goes with the customer, whoever got that.
    pub follow: bool,
    /// The person leaves: is disabled once nothing is left, and logged out everywhere.
    pub leaves: bool,
}

/// How far a hand-over has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// The hand-over; none for a transfer within a team, which keeps no plan.
    pub id: Option<RecordId>,
    /// Who hands over.
    pub person: RecordId,
    /// The plan.
    pub plan: Plan,
    /// Records moved so far, by post and successor.
    pub moved: BTreeMap<String, BTreeMap<RecordId, i64>>,
    /// Records that stay where they are, with the reason of the first: only within a team, where rules hold.
    pub stayed: Option<(i64, Message)>,
    /// When nothing was left.
    pub finished_at: Option<jiff::Timestamp>,
}

impl Progress {
    /// Records moved so far.
    pub fn total(&self) -> i64 {
        self.moved.values().flat_map(BTreeMap::values).sum()
    }
}

impl Gate {
    /// What a person answers for, that is what a hand-over of theirs would move. Whoever looks after users sees
    /// the numbers of everything; others those objects whose records they may transfer, for people below them.
    ///
    /// # Errors
    /// When the person is not the caller's to hand over.
    pub fn posts(&self, ctx: &Ctx, person: RecordId) -> Result<Vec<Post>> {
        let users = may_hand_over(ctx, person)?;
        self.read(ctx, |tx| {
            tx.get("user", person)?;
            let mut posts = Vec::new();
            for (object, field) in duties(tx) {
                if !users && (field.name != "owner" || !ctx.rights.may(&object.name, action::TRANSFER)) {
                    continue;
                }
                let (conn, column) = (&mut tx.conn, &field.column);
                let count = handovers::count(conn, &object, column, person, Life::Live)?;
                let deleted = handovers::count(conn, &object, column, person, Life::Trash)?;
                if count + deleted > 0 {
                    posts.push(Post { object, field, count, deleted });
                }
            }
            Ok(posts)
        })
    }

    /// The newest hand-over of a person.
    ///
    /// # Errors
    /// When the caller does not look after users.
    pub fn handover_of(&self, ctx: &Ctx, person: RecordId) -> Result<Option<Progress>> {
        may_set(ctx, "users")?;
        let found = self.read(ctx, |tx| Ok(handovers::latest(&mut tx.conn, person)?))?;
        found.map(progress_of).transpose()
    }

    /// Keeps a plan by which a person hands over. All that is missing in it is told at once.
    ///
    /// # Errors
    /// When the caller does not look after users, or the plan leaves something to nobody.
    pub fn plan_handover(&self, ctx: &Ctx, person: RecordId, plan: Plan) -> Result<RecordId> {
        may_set(ctx, "users")?;
        if plan.leaves && person == ctx.subject.user {
            return Err(Error::refused("gate.not_yourself"));
        }
        let posts = self.posts(ctx, person)?;
        check_plan(self, person, &plan, &posts)?;
        if plan.leaves {
            self.read(ctx, |tx| still_an_admin(tx, person))?;
        }
        self.write(ctx, move |tx| {
            let id = ids::next_id(&mut tx.conn)?;
            let by = tx.ctx.subject.user;
            let kept = Handover {
                id,
                leaver: person,
                plan: serde_json::to_value(&plan).map_err(Error::internal)?,
                moved: serde_json::json!({}),
                created_at: tx.ctx.now.as_millisecond(),
                created_by: (by.0 > 0).then_some(by),
                finished_at: None,
            };
            handovers::begin(&mut tx.conn, &kept)?;
            Ok(id)
        })
    }

    /// Carries out a plan, from where it stopped if it was begun before, and tells how far it has come.
    ///
    /// # Errors
    /// When the caller does not look after users, or a successor has left meanwhile.
    pub fn hand_over(&self, ctx: &Ctx, id: RecordId, tell: &mut dyn FnMut(i64)) -> Result<Progress> {
        may_set(ctx, "users")?;
        let kept = self.read(ctx, |tx| Ok(handovers::find(&mut tx.conn, id)?))?.ok_or(Error::NotFound)?;
        let mut progress = progress_of(kept)?;
        if progress.finished_at.is_some() {
            return Ok(progress);
        }
        check_plan(self, progress.person, &progress.plan, &self.posts(ctx, progress.person)?)?;
        // A record may begin to name the person while the others move, so it is done when a round finds nothing.
        let mut rounds = 0;
        loop {
            let posts = in_order(self.posts(ctx, progress.person)?);
            if posts.is_empty() {
                break;
            }
            rounds += 1;
            if rounds > 10 {
                return Err(Error::internal("a hand-over finds the same records again and again"));
            }
            for post in posts {
                self.give_away(ctx, &post, &mut progress, tell)?;
            }
        }
        self.finish(ctx, progress)
    }

    fn give_away(
        &self,
        ctx: &Ctx,
        post: &Post,
        progress: &mut Progress,
        tell: &mut dyn FnMut(i64),
    ) -> Result<()> {
        let mut after = RecordId(0);
        loop {
            let (person, column) = (progress.person, post.field.column.clone());
            let object = post.object.clone();
            let batch = self.read(ctx, |tx| {
                let conn = &mut tx.conn;
                Ok(handovers::named_by(conn, &object, &column, person, Life::Live, after, STEP)?)
            })?;
            let Some(last) = batch.last().copied() else { break };
            after = last;
            let mut now = self.step(ctx, post, progress.clone(), batch.clone(), Way::Ruled);
            if matches!(now, Err(Error::Invalid(_) | Error::Refused(_))) {
                // One that a rule would keep where it is must not hold up the others, nor stay with nobody.
                now = Ok(progress.clone());
                for id in batch {
                    let current = now?;
                    now = match self.step(ctx, post, current.clone(), vec![id], Way::Ruled) {
                        Err(Error::Invalid(_) | Error::Refused(_)) => {
                            self.step(ctx, post, current, vec![id], Way::Plain)
                        }
                        done => done,
                    };
                }
            }
            *progress = now?;
            tell(progress.total());
        }
        let (person, plan, object, column) =
            (progress.person, progress.plan.clone(), post.object.clone(), post.field.column.clone());
        let to = successors(&plan, post).first().copied().ok_or(Error::NotFound)?;
        self.write(ctx, move |tx| {
            handovers::give_deleted(&mut tx.conn, &object, &column, person, to)?;
            Ok(())
        })
    }

    /// Moves some records in one transaction, together with the note of how far it has come.
    fn step(
        &self,
        ctx: &Ctx,
        post: &Post,
        progress: Progress,
        ids: Vec<RecordId>,
        way: Way,
    ) -> Result<Progress> {
        let post = post.clone();
        self.write(ctx, move |tx| {
            let mut progress = progress.clone();
            let records = tx.get_many(&post.object.name, &ids)?;
            let person = progress.person;
            let still = records.into_iter().filter(|r| r.reference(&post.field.name) == Some(person));
            let mut changes: Vec<(Record, RecordId)> = Vec::new();
            for record in still {
                let to = successor(tx, &post, &mut progress, &record)?;
                changes.push((record, to));
            }
            tx.handing_over = true;
            let done = move_records(tx, &post, &progress, changes, way);
            tx.handing_over = false;
            done?;
            if let Some(id) = progress.id {
                let moved = serde_json::to_value(&progress.moved).map_err(Error::internal)?;
                handovers::advance(&mut tx.conn, id, &moved, None)?;
            }
            Ok(progress)
        })
    }

    fn finish(&self, ctx: &Ctx, mut progress: Progress) -> Result<Progress> {
        let now = self.clock().now();
        progress.finished_at = Some(now);
        let done = progress.clone();
        self.write(ctx, move |tx| {
            let person = tx.get("user", done.person)?;
            let moved = serde_json::to_value(&done.moved).map_err(Error::internal)?;
            if let Some(id) = done.id {
                handovers::advance(&mut tx.conn, id, &moved, Some(now.as_millisecond()))?;
            }
            tx.event(&person, "handed_over", serde_json::json!({ "moved": moved }))?;
            let mut received: BTreeMap<RecordId, i64> = BTreeMap::new();
            for (to, n) in done.moved.values().flatten() {
                *received.entry(*to).or_default() += n;
            }
            for (to, n) in received {
                let message =
                    Message::new("gate.handover.received").with("name", person.title()).with("n", n);
                tx.notify(to, &person, message)?;
            }
            Ok(())
        })?;
        if progress.plan.leaves {
            self.set_active(ctx, progress.person, false)?;
        }
        Ok(progress)
    }

    /// Moves records between people of a team: what the caller may transfer, by the rules that hold for any
    /// transfer. Those that stay are counted, with the reason of the first.
    ///
    /// # Errors
    /// When the person is not below the caller, or the plan leaves something to nobody.
    pub fn transfer_all(
        &self,
        ctx: &Ctx,
        person: RecordId,
        plan: Plan,
        tell: &mut dyn FnMut(i64),
    ) -> Result<Progress> {
        may_hand_over(ctx, person)?;
        let posts: Vec<Post> = self
            .posts(ctx, person)?
            .into_iter()
            .filter(|post| post.field.name == "owner" && !successors(&plan, post).is_empty())
            .collect();
        check_people(self, person, &plan)?;
        let mut progress =
            Progress { id: None, person, plan, moved: BTreeMap::new(), stayed: None, finished_at: None };
        for post in in_order(posts) {
            let mut after = RecordId(0);
            loop {
                let (object, column) = (post.object.clone(), post.field.column.clone());
                let batch = self.read(ctx, |tx| {
                    let conn = &mut tx.conn;
                    Ok(handovers::named_by(conn, &object, &column, person, Life::Live, after, STEP)?)
                })?;
                let Some(last) = batch.last().copied() else { break };
                after = last;
                let (post, current) = (post.clone(), progress.clone());
                progress = self.door(ctx, move |door| {
                    let mut progress = current.clone();
                    for id in &batch {
                        let Ok(record) = door.tx().get(&post.object.name, *id) else { continue };
                        let mut counted = progress.clone();
                        let to = successor(door.tx(), &post, &mut counted, &record)?;
                        match door.transfer(&post.object.name, *id, to) {
                            Ok(_) => progress = counted,
                            Err(Error::NotFound) => {}
                            Err(error) => {
                                let why = match error {
                                    Error::Refused(message) | Error::Forbidden(message) => message,
                                    Error::Invalid(issues) if !issues.is_empty() => issues[0].message.clone(),
                                    other => return Err(other),
                                };
                                let stayed = progress.stayed.get_or_insert((0, why));
                                stayed.0 += 1;
                            }
                        }
                    }
                    Ok(progress)
                })?;
                tell(progress.total());
            }
        }
        progress.finished_at = Some(self.clock().now());
        Ok(progress)
    }
}

/// The job: goes on with hand-overs that were interrupted.
pub(crate) fn job(gate: &Gate, ctx: &Ctx, _date: jiff::civil::Date) -> Result<crate::Counts> {
    let unfinished = gate.read(ctx, |tx| Ok(handovers::unfinished(&mut tx.conn)?))?;
    let mut moved = 0;
    for id in &unfinished {
        moved += gate.hand_over(ctx, *id, &mut |_| {})?.total();
    }
    Ok(vec![("handovers", i64::try_from(unfinished.len()).unwrap_or(i64::MAX)), ("records", moved)])
}

/// Whether the rules of the business are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Like any change, so that history and whatever follows from an owner are kept.
    Ruled,
    /// Only the field is written: a rule may not leave a record with someone who is gone.
    Plain,
}

fn may_hand_over(ctx: &Ctx, person: RecordId) -> Result<bool> {
    if ctx.rights.may_set("users") {
        return Ok(true);
    }
    let below = ctx.subject.team.contains(&person);
    if below && ctx.rights.grants.iter().any(|g| g.actions.iter().any(|a| a == action::TRANSFER || a == "*"))
    {
        return Ok(false);
    }
    Err(Error::forbidden("gate.no_action"))
}

/// Every field in which records name who answers for them.
fn duties(tx: &Tx<'_>) -> Vec<(Arc<Object>, Field)> {
    let organisation = |object: &Object| matches!(object.name.as_str(), "user" | "department");
    let mut duties = Vec::new();
    for object in tx.registry.objects() {
        for field in object.fields.iter().filter(|field| matches!(field.kind, FieldKind::User)) {
            let owner = field.system && field.name == "owner";
            let named = !field.system && !field.read_only && !field.is_computed();
            if owner || named && (organisation(object) || !field.fixed) {
                duties.push((object.clone(), field.clone()));
            }
        }
    }
    duties
}

/// Customers first: what belongs to them may follow.
fn in_order(mut posts: Vec<Post>) -> Vec<Post> {
    posts.sort_by_key(|post| via(&post.object).is_some());
    posts
}

/// The reference by which a record belongs to a customer.
fn via(object: &Object) -> Option<&Field> {
    object.active_fields().find(|field| field.name == "customer" && field.target() == Some("customer"))
}

fn successors<'p>(plan: &'p Plan, post: &Post) -> &'p [RecordId] {
    plan.posts.get(&post.name()).filter(|list| !list.is_empty()).unwrap_or(&plan.others)
}

/// Who gets a record: whoever has its customer, if it follows; else the successors in turn.
fn successor(tx: &mut Tx<'_>, post: &Post, progress: &mut Progress, record: &Record) -> Result<RecordId> {
    let mut to = None;
    if progress.plan.follow
        && post.field.name == "owner"
        && let Some(customer) = via(&post.object).and_then(|via| record.reference(&via.name))
        && let Some(owner) = tx.get_many("customer", &[customer])?.pop().and_then(|c| c.owner())
        && owner != progress.person
        && tx.gate.people().user(owner).is_some_and(|person| person.active)
    {
        to = Some(owner);
    }
    let turn = successors(&progress.plan, post).to_vec();
    let moved = progress.moved.entry(post.name()).or_default();
    let to = match to {
        Some(owner) => owner,
        None => {
            // The one with the fewest so far, so that they share evenly also after an interruption.
            let fewest = turn.iter().min_by_key(|to| moved.get(to).copied().unwrap_or(0));
            *fewest.ok_or(Error::NotFound)?
        }
    };
    *moved.entry(to).or_default() += 1;
    Ok(to)
}

fn move_records(
    tx: &mut Tx<'_>,
    post: &Post,
    progress: &Progress,
    changes: Vec<(Record, RecordId)>,
    way: Way,
) -> Result<()> {
    if way == Way::Plain {
        for (record, to) in changes {
            plainly(tx, post, &record, to)?;
        }
        return Ok(());
    }
    let above = tx.gate.people().user(progress.person).and_then(|person| person.superior);
    let drafts = changes
        .iter()
        .map(|(record, to)| {
            // Nobody is their own superior: whoever succeeds the superior answers to the one above.
            let to = if record.id == *to { Value::from(above) } else { Value::Ref(*to) };
            let mut draft = Draft::new().set(&post.field.name, to);
            // The day counts as the day of claiming, so that no clock takes it away at once.
            if post.field.name == "owner" && post.object.field("claimed_on").is_some() {
                draft = draft.set("claimed_on", tx.ctx.today);
            }
            Change { object: post.object.clone(), before: Some(record.clone()), draft, by_program: true }
        })
        .collect();
    let saved = save::all(tx, &post.object, drafts)?;
    if post.field.name == "owner" {
        for (record, (_, to)) in saved.iter().zip(&changes) {
            let data = serde_json::json!({ "from": progress.person, "to": to, "handover": progress.id });
            tx.event(record, "transferred", data)?;
        }
    }
    Ok(())
}

fn plainly(tx: &mut Tx<'_>, post: &Post, record: &Record, to: RecordId) -> Result<()> {
    let object = post.object.clone();
    let department = tx.gate.people().user(to).and_then(|person| person.department);
    let (to, department) = (Value::Ref(to), Value::from(department));
    let mut writes = vec![(object.index[&post.field.name], &to)];
    if post.field.name == "owner" {
        writes.push((object.index["department"], &department));
    }
    records::update(&mut tx.conn, &object, record.id, record.version, &writes, None)?;
    let data = serde_json::json!({ "from": record.get(&post.field.name).as_ref(), "to": to.as_ref() });
    tx.event(record, "transferred", data)
}

fn check_plan(gate: &Gate, person: RecordId, plan: &Plan, posts: &[Post]) -> Result<()> {
    let missing: Vec<Issue> = posts
        .iter()
        .filter(|post| successors(plan, post).is_empty())
        .map(|post| {
            let message = Message::new("gate.handover.nobody").with_label("object", &post.object.label);
            Issue::field(post.name(), "required", message)
        })
        .collect();
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    check_people(gate, person, plan)
}

fn check_people(gate: &Gate, person: RecordId, plan: &Plan) -> Result<()> {
    let people = gate.people();
    let fit = |to: &RecordId| *to != person && people.user(*to).is_some_and(|user| user.active);
    let lists = plan.posts.iter().map(|(name, list)| (name.as_str(), list));
    let wrong: Vec<Issue> = lists
        .chain([("others", &plan.others)])
        .filter(|(_, list)| !list.iter().all(fit))
        .map(|(name, _)| Issue::field(name, "reference", Message::new("gate.transfer_to")))
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Error::Invalid(wrong)) }
}

fn still_an_admin(tx: &mut Tx<'_>, person: RecordId) -> Result<()> {
    let admins = tx.users_with_role("admin")?;
    if admins.len() == 1 && admins[0].id == person {
        return Err(Error::refused("gate.last_admin"));
    }
    Ok(())
}

fn progress_of(kept: Handover) -> Result<Progress> {
    Ok(Progress {
        id: Some(kept.id),
        person: kept.leaver,
        plan: serde_json::from_value(kept.plan).map_err(Error::internal)?,
        moved: serde_json::from_value(kept.moved).map_err(Error::internal)?,
        stayed: None,
        finished_at: kept.finished_at.and_then(|ms| jiff::Timestamp::from_millisecond(ms).ok()),
    })
}
