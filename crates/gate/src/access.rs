//! The policy: what a caller may do with which records and fields. Everything else in this room asks here.

use crate::{Ctx, Error, Result, Seat, visible::May};
use guanxi_model::{
    FieldLevel, Grant, Message, Object, RecordId, Registry, Scope,
    access::action,
    expr::{Comparison, Expr},
};
use guanxi_store::scope::RowScope;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Who decides about a record: owner and department of the record that decides, and that record's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deciding {
    /// Its owner.
    pub owner: Option<RecordId>,
    /// Its department.
    pub department: Option<RecordId>,
    /// The record.
    pub record: Option<RecordId>,
    /// The pool it lies in.
    pub pool: Option<RecordId>,
}

/// Records shared with the caller: id, and whether to edit.
pub type Shared = HashMap<RecordId, bool>;

/// The caller's grants that speak of an object and action.
pub fn grants<'a>(ctx: &'a Ctx, object: &'a str, action: &'a str) -> impl Iterator<Item = &'a Grant> {
    ctx.rights.grants.iter().filter(move |grant| grant.covers(object, action))
}

/// Refuses when no grant speaks of the action at all.
pub fn require(ctx: &Ctx, object: &Object, action: &str) -> Result<()> {
    if ctx.rights.may(&object.name, action) {
        return Ok(());
    }
    // Whoever may not even read an object is not told that it exists.
    if action == action::READ || !ctx.rights.may(&object.name, action::READ) {
        return Err(Error::Forbidden(Message::new("gate.no_access").with("object", &object.label.zh)));
    }
    Err(Error::Forbidden(Message::new("gate.no_action")))
}

/// Whether a scope covers a record.
pub fn covers(ctx: &Ctx, scope: &Scope, deciding: Deciding) -> bool {
    let unowned = deciding.owner.is_none() && deciding.department.is_none() && deciding.pool.is_none();
    let seat = deciding.pool.and_then(|pool| ctx.subject.seat(pool));
    match scope {
        Scope::All => true,
        Scope::Own => deciding.owner == Some(ctx.subject.user),
        Scope::Team => deciding.owner.is_some_and(|owner| ctx.subject.team.contains(&owner)),
        Scope::Department => deciding.department.is_some() && deciding.department == ctx.subject.department,
        Scope::DepartmentTree => {
            unowned || deciding.department.is_some_and(|d| ctx.subject.departments.contains(&d))
        }
        Scope::Departments(ids) => deciding.department.is_some_and(|d| ids.contains(&d.0)),
        Scope::Pool => seat.is_some(),
        Scope::PoolAdmin => seat.is_some_and(|seat| seat.admin),
    }
}

/// Whether a scope reaches records through a pool, which cuts them down to its columns.
fn is_pool(scope: &Scope) -> bool {
    matches!(scope, Scope::Pool | Scope::PoolAdmin)
}

/// What a pool shows of its records whatever its columns: what tells one from another, and what is empty.
const ALWAYS: [&str; 7] = ["id", "version", "created_at", "updated_at", "owner", "department", "deleted_at"];

/// Whether a pool shows a field of its records. Of the pools themselves every member sees everything.
fn shows(object: &Object, seat: &Seat, field: &str) -> bool {
    let Some(def) = &object.access.pool else { return true };
    def.field == "id"
        || field == object.title
        || ALWAYS.contains(&field)
        || def.field == field
        || def.shows.iter().any(|shown| shown == field)
        || seat.columns.iter().any(|column| column == field)
}

/// The caller's pools whose records may be searched by their titles alone, because their columns do not
/// cover everything that is searched.
pub fn titled_pools(ctx: &Ctx, object: &Object) -> Vec<RecordId> {
    let reads = || grants(ctx, &object.name, action::READ);
    if ctx.rights.everything || reads().any(|g| g.scope == Scope::All) || !reads().any(|g| is_pool(&g.scope))
    {
        return Vec::new();
    }
    let searched: Vec<&str> =
        object.active_fields().filter(|field| field.search).map(|field| field.name.as_str()).collect();
    let seats = ctx.subject.seats.iter();
    seats.filter(|seat| !searched.iter().all(|f| shows(object, seat, f))).map(|seat| seat.pool).collect()
}

/// The records on which the caller may do something, as a predicate for the database. A query that sorts,
/// filters or measures by fields (`mentions`) reaches only into pools that show all of them: an order or a
/// number would give away what the columns do not show.
pub fn row_scope(ctx: &Ctx, object: &Object, action: &str, shared: &Shared, mentions: &[String]) -> RowScope {
    let mut scope = scope_of(ctx, grants(ctx, &object.name, action), shared, action);
    if let RowScope::Within { pools, .. } = &mut scope {
        pools.retain(|pool| {
            let seat = ctx.subject.seat(RecordId(*pool));
            seat.is_some_and(|seat| mentions.iter().all(|field| shows(object, seat, field)))
        });
    }
    scope
}

/// The same over chosen grants.
pub fn scope_of<'a>(
    ctx: &Ctx,
    grants: impl Iterator<Item = &'a Grant>,
    shared: &Shared,
    action: &str,
) -> RowScope {
    if ctx.rights.everything {
        return RowScope::All;
    }
    let (mut owners, mut departments, mut unowned, mut any) = (Vec::new(), Vec::new(), false, false);
    let mut pools: Vec<i64> = Vec::new();
    for grant in grants {
        any = true;
        match &grant.scope {
            Scope::All => return RowScope::All,
            Scope::Own => owners.push(ctx.subject.user.0),
            Scope::Team => owners.extend(ctx.subject.team.iter().map(|id| id.0)),
            Scope::Department => departments.extend(ctx.subject.department.map(|id| id.0)),
            Scope::DepartmentTree => {
                departments.extend(ctx.subject.departments.iter().map(|id| id.0));
                unowned = true;
            }
            Scope::Departments(ids) => departments.extend(ids),
            Scope::Pool => pools.extend(ctx.subject.seats.iter().map(|seat| seat.pool.0)),
            Scope::PoolAdmin => {
                pools.extend(ctx.subject.seats.iter().filter(|seat| seat.admin).map(|seat| seat.pool.0));
            }
        }
    }
    let mut records: Vec<i64> = Vec::new();
    // A share lifts the scope of a right the caller has, it never gives a right of its own.
    if any {
        records
            .extend(shared.iter().filter(|(_, edit)| action == action::READ || **edit).map(|(id, _)| id.0));
    }
    for list in [&mut owners, &mut departments, &mut records, &mut pools] {
        list.sort_unstable();
        list.dedup();
    }
    RowScope::Within { owners, departments, records, pools, unowned }
}

/// Whether the caller may do something to one record.
pub fn may_act(ctx: &Ctx, object: &str, action: &str, deciding: Deciding, shared: &Shared) -> bool {
    if ctx.rights.everything {
        return true;
    }
    let share = deciding.record.and_then(|record| shared.get(&record));
    grants(ctx, object, action).any(|grant| {
        covers(ctx, &grant.scope, deciding) || share.is_some_and(|edit| *edit || action == action::READ)
    })
}

/// Whether the caller's right to do this reached the record as long as it lay in a pool of theirs.
pub fn came_too_late(ctx: &Ctx, record: &crate::Record, action: &str, deciding: Deciding) -> bool {
    let left = record.object.access.pool.as_ref().and_then(|def| def.left.as_deref());
    let Some(pool) = left.and_then(|field| record.reference(field)) else { return false };
    let before = Deciding { owner: None, department: None, pool: Some(pool), ..deciding };
    deciding.pool.is_none()
        && action != action::READ
        && grants(ctx, &record.object.name, action)
            .any(|grant| is_pool(&grant.scope) && covers(ctx, &grant.scope, before))
}

/// What a caller may do with records of one object. Records covered by the same grants share the answer,
/// so a page of fifty rows computes it once or twice.
pub struct Policy<'a> {
    ctx: &'a Ctx,
    object: &'a Object,
    grants: Vec<&'a Grant>,
    shared: &'a Shared,
    known: HashMap<(u64, Option<RecordId>, String), May>,
}

impl<'a> Policy<'a> {
    /// The policy for an object.
    pub fn new(ctx: &'a Ctx, object: &'a Object, shared: &'a Shared) -> Self {
        let grants = ctx
            .rights
            .grants
            .iter()
            .filter(|grant| grant.objects.iter().any(|o| *o == object.name || o == "*"))
            .take(60)
            .collect();
        Policy { ctx, object, grants, shared, known: HashMap::new() }
    }

    /// What the caller may do with a record; none when it is not for their eyes.
    pub fn may(&mut self, deciding: Deciding, status: &str) -> Option<May> {
        let share = deciding.record.and_then(|record| self.shared.get(&record)).copied();
        let mut mask = 0_u64;
        for (i, grant) in self.grants.iter().enumerate() {
            if covers(self.ctx, &grant.scope, deciding) {
                mask |= 1 << i;
            }
        }
        let mut key = mask;
        if let Some(edit) = share {
            key |= if edit { 3 << 62 } else { 1 << 62 };
        }
        let status = if self.object.status.is_some() { status } else { "" };
        let key = (key, deciding.pool, status.to_owned());
        if let Some(may) = self.known.get(&key) {
            return Some(may.clone());
        }
        let may = self.compute(mask, share, deciding.pool, status)?;
        self.known.insert(key, may.clone());
        Some(may)
    }

    fn compute(&self, mask: u64, share: Option<bool>, pool: Option<RecordId>, status: &str) -> Option<May> {
        let seat = pool.and_then(|pool| self.ctx.subject.seat(pool));
        let everything = self.ctx.rights.everything;
        let matching: Vec<&Grant> = self
            .grants
            .iter()
            .enumerate()
            .filter(|(i, grant)| {
                mask & (1 << i) != 0
                    || share.is_some_and(|edit| edit || grant.covers(&self.object.name, action::READ))
            })
            .map(|(_, grant)| *grant)
            .collect();
        let acts = |action: &str| {
            let by_grant = matching.iter().any(|grant| grant.covers(&self.object.name, action));
            let share_allows = mask != 0 || action == action::READ || share == Some(true);
            everything || (by_grant && share_allows)
        };
        if !acts(action::READ) {
            return None;
        }
        let mut actions: Vec<String> =
            action::ALL.iter().filter(|a| acts(a)).map(|a| (*a).to_owned()).collect();
        for verb in &self.object.verbs {
            let status_fits = verb.from.is_empty() || verb.from.iter().any(|from| from == status);
            if status_fits && acts(&verb.name) {
                actions.push(verb.name.clone());
            }
        }
        let mut fields = BTreeMap::new();
        for field in self.object.active_fields() {
            let level = if everything {
                FieldLevel::Edit
            } else {
                matching
                    .iter()
                    .filter(|grant| {
                        !is_pool(&grant.scope) || seat.is_some_and(|s| shows(self.object, s, &field.name))
                    })
                    .map(|grant| level_in(grant, &self.object.name, &field.name))
                    .max()
                    .unwrap_or(FieldLevel::Hidden)
            };
            let fixed = field.read_only || field.fixed || field.is_computed();
            let level = if fixed { level.min(FieldLevel::Read) } else { level };
            if level > FieldLevel::Hidden {
                fields.insert(field.name.clone(), level);
            }
        }
        Some(May { actions: Arc::new(actions), fields: Arc::new(fields) })
    }
}

/// A grant's level of a field, when it lets read or edit at all.
fn level_in(grant: &Grant, object: &str, field: &str) -> FieldLevel {
    let level = grant.level(field);
    if grant.covers(object, action::EDIT) {
        level
    } else if grant.covers(object, action::READ) {
        level.min(FieldLevel::Read)
    } else {
        FieldLevel::Hidden
    }
}

/// The levels of an object's fields for new records.
pub fn create_levels(ctx: &Ctx, object: &Object) -> BTreeMap<String, FieldLevel> {
    let mut levels = BTreeMap::new();
    for field in object.active_fields().filter(|field| !field.read_only && !field.is_computed()) {
        let level = if ctx.rights.everything {
            FieldLevel::Edit
        } else {
            grants(ctx, &object.name, action::CREATE)
                .map(|g| g.level(&field.name))
                .max()
                .unwrap_or(FieldLevel::Hidden)
        };
        if level == FieldLevel::Edit {
            levels.insert(field.name.clone(), level);
        }
    }
    levels
}

/// The least a caller sees of a field over all records they may read. Sorting, grouping and filtering use
/// it, because a field that is masked on some rows would tell its order through the others.
pub fn least_level(ctx: &Ctx, object: &Object, field: &str) -> FieldLevel {
    if ctx.rights.everything {
        return FieldLevel::Edit;
    }
    // What a pool hides is kept from queries by leaving its records out of their scope.
    grants(ctx, &object.name, action::READ)
        .map(|grant| grant.level(field))
        .min()
        .unwrap_or(FieldLevel::Hidden)
}

/// Checks every field that an expression mentions: hidden ones may not be named at all, masked ones only be
/// compared for equality with something known.
pub fn check_mentions(
    ctx: &Ctx,
    registry: &Registry,
    object: &Object,
    expr: &Expr,
    reads: &[String],
) -> Result<()> {
    if ctx.rights.everything {
        return Ok(());
    }
    let mut exact = Vec::new();
    collect_exact(expr, &mut exact);
    let mut mentioned = Vec::new();
    collect_fields(expr, &mut mentioned);
    for path in reads {
        let count = |list: &[String]| list.iter().filter(|p| *p == path).count();
        let level = path_level(ctx, registry, object, path);
        if level == FieldLevel::Hidden {
            return Err(Error::Forbidden(Message::new("gate.hidden_field").with("field", path)));
        }
        if level == FieldLevel::Masked && count(&mentioned) > count(&exact) {
            return Err(Error::Forbidden(Message::new("gate.masked_field").with("field", path)));
        }
    }
    Ok(())
}

/// The least level along a dotted path; paths inside relations begin with the child object's name.
pub fn path_level(ctx: &Ctx, registry: &Registry, object: &Object, path: &str) -> FieldLevel {
    let mut here = object;
    let mut parts = path.split('.').peekable();
    if let Some(first) = parts.peek()
        && here.field(first).is_none()
    {
        match registry.object(first) {
            Some(child) => {
                here = child;
                parts.next();
            }
            None => return FieldLevel::Hidden,
        }
    }
    let mut level = FieldLevel::Edit;
    while let Some(part) = parts.next() {
        level = level.min(least_level(ctx, here, part));
        let Some(field) = here.field(part) else { return FieldLevel::Hidden };
        if parts.peek().is_some() {
            let Some(next) = field.target().and_then(|target| registry.object(target)) else {
                return FieldLevel::Hidden;
            };
            here = next;
            // Names of colleagues and departments are no secret.
            if matches!(here.name.as_str(), "user" | "department") {
                return level.min(FieldLevel::Read);
            }
        }
    }
    level
}

fn collect_fields(expr: &Expr, out: &mut Vec<String>) {
    if let Expr::Field(path) = expr {
        out.push(path.join("."));
    }
    for child in expr.children() {
        collect_fields(child, out);
    }
}

fn collect_exact(expr: &Expr, out: &mut Vec<String>) {
    match expr {
        Expr::Compare(Comparison::Equal, left, right) => {
            for side in [left, right] {
                if let Expr::Field(path) = &**side {
                    out.push(path.join("."));
                }
            }
        }
        Expr::In(left, _) => {
            if let Expr::Field(path) = &**left {
                out.push(path.join("."));
            }
        }
        _ => {}
    }
    for child in expr.children() {
        collect_exact(child, out);
    }
}
