//! The policy: what a caller may do with which records and fields. Everything else in this room asks here.

use crate::{Ctx, Error, Result, visible::May};
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
    let unowned = deciding.owner.is_none() && deciding.department.is_none();
    match scope {
        Scope::All => true,
        Scope::Own => deciding.owner == Some(ctx.subject.user),
        Scope::Team => deciding.owner.is_some_and(|owner| ctx.subject.team.contains(&owner)),
        Scope::Department => deciding.department.is_some() && deciding.department == ctx.subject.department,
        Scope::DepartmentTree => {
            unowned || deciding.department.is_some_and(|d| ctx.subject.departments.contains(&d))
        }
        Scope::Departments(ids) => deciding.department.is_some_and(|d| ids.contains(&d.0)),
    }
}

/// The records on which the caller may do something, as a predicate for the database.
pub fn row_scope(ctx: &Ctx, object: &str, action: &str, shared: &Shared) -> RowScope {
    scope_of(ctx, grants(ctx, object, action), shared, action)
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
        }
    }
    let mut records: Vec<i64> = Vec::new();
    // A share lifts the scope of a right the caller has, it never gives a right of its own.
    if any {
        records
            .extend(shared.iter().filter(|(_, edit)| action == action::READ || **edit).map(|(id, _)| id.0));
    }
    for list in [&mut owners, &mut departments, &mut records] {
        list.sort_unstable();
        list.dedup();
    }
    RowScope::Within { owners, departments, records, unowned }
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

/// What a caller may do with records of one object. Records covered by the same grants share the answer,
/// so a page of fifty rows computes it once or twice.
pub struct Policy<'a> {
    ctx: &'a Ctx,
    object: &'a Object,
    grants: Vec<&'a Grant>,
    shared: &'a Shared,
    known: HashMap<(u64, String), May>,
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
        if let Some(may) = self.known.get(&(key, status.to_owned())) {
            return Some(may.clone());
        }
        let may = self.compute(mask, share, status)?;
        self.known.insert((key, status.to_owned()), may.clone());
        Some(may)
    }

    fn compute(&self, mask: u64, share: Option<bool>, status: &str) -> Option<May> {
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
