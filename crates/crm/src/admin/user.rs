//! Users keep the organisation sound: known roles, no circle of superiors, always an administrator, and
//! whoever owns records is deactivated rather than deleted.

use guanxi_gate::{Change, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId, Value, expr::Expr};
use std::collections::HashMap;

const ADMIN: &str = "admin";

/// What holds for every user.
pub(crate) struct Account;

impl Rule for Account {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes.iter_mut() {
            check_roles(tx, change);
        }
        if changes.iter().any(|change| change.changes("superior")) {
            check_superiors(tx, changes)?;
        }
        keep_an_admin(tx, changes)
    }

    fn before_delete(&self, tx: &mut Tx<'_>, user: &Record) -> Result<()> {
        if is_admin(user) && other_admins(tx, &[user.id])? == 0 {
            return Err(Error::refused("colleague.last_admin"));
        }
        let owned = owned_by(tx, user.id)?;
        if owned > 0 {
            let message = Message::new("colleague.has_records").with("name", user.title()).with("n", owned);
            return Err(Error::Refused(message));
        }
        Ok(())
    }
}

fn check_roles(tx: &Tx<'_>, change: &mut Change) {
    let unknown: Vec<String> = change
        .value("roles")
        .as_list()
        .iter()
        .filter(|role| tx.registry().role(role).is_none())
        .cloned()
        .collect();
    if change.changes("roles")
        && let Some(role) = unknown.first()
    {
        change.refuse("roles", Message::new("colleague.unknown_role").with("role", role));
    }
}

/// Follows the line of command upwards from every changed user, with the changes already made.
fn check_superiors(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    let mut superiors: HashMap<RecordId, RecordId> = tx
        .find("user", &Expr::Bool(true), None)?
        .iter()
        .filter_map(|user| Some((user.id, user.reference("superior")?)))
        .collect();
    for change in changes.iter().filter(|change| change.changes("superior")) {
        let Some(before) = &change.before else { continue };
        match change.value("superior").as_ref() {
            Some(superior) => superiors.insert(before.id, superior),
            None => superiors.remove(&before.id),
        };
    }
    for change in changes.iter_mut().filter(|change| change.changes("superior")) {
        let Some(user) = change.before.as_ref().map(|before| before.id) else { continue };
        if is_in_circle(&superiors, user) {
            change.refuse("superior", Message::new("colleague.circle"));
        }
    }
    Ok(())
}

/// Whether following the map from a place leads back to it.
pub(super) fn is_in_circle(above: &HashMap<RecordId, RecordId>, from: RecordId) -> bool {
    let mut here = from;
    for _ in 0..=above.len() {
        match above.get(&here) {
            Some(next) if *next == from => return true,
            Some(next) => here = *next,
            None => return false,
        }
    }
    // It runs into a circle further up, which is as bad.
    true
}

/// The last active administrator keeps the role and stays active.
fn keep_an_admin(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    let leaving: Vec<RecordId> = changes
        .iter()
        .filter(|change| change.before.as_ref().is_some_and(is_admin) && !stays_admin(change))
        .filter_map(|change| change.before.as_ref().map(|before| before.id))
        .collect();
    if leaving.is_empty() || other_admins(tx, &leaving)? > 0 {
        return Ok(());
    }
    for change in changes.iter_mut() {
        if change.before.as_ref().is_some_and(|before| leaving.contains(&before.id)) {
            let field = if change.changes("roles") { "roles" } else { "active" };
            change.refuse(field, Message::new("colleague.last_admin"));
        }
    }
    Ok(())
}

fn is_admin(user: &Record) -> bool {
    user.get("active").as_bool() != Some(false)
        && user.get("roles").as_list().iter().any(|role| role == ADMIN)
}

fn stays_admin(change: &Change) -> bool {
    *change.value("active") != Value::Bool(false)
        && change.value("roles").as_list().iter().any(|role| role == ADMIN)
}

fn other_admins(tx: &mut Tx<'_>, but: &[RecordId]) -> Result<usize> {
    Ok(tx.users_with_role(ADMIN)?.iter().filter(|user| !but.contains(&user.id)).count())
}

/// How many records a user owns.
fn owned_by(tx: &mut Tx<'_>, user: RecordId) -> Result<i64> {
    let objects: Vec<String> = tx
        .registry()
        .objects()
        .filter(|object| !object.access.ownerless)
        .map(|object| object.name.clone())
        .collect();
    let mut owned = 0;
    for object in objects {
        owned += tx.count(&object, &Expr::eq("owner", user))?;
    }
    Ok(owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn circles_are_found_wherever_they_close() {
        let id = RecordId;
        let above = HashMap::from([(id(1), id(2)), (id(2), id(3)), (id(3), id(2)), (id(4), id(5))]);
        assert!(is_in_circle(&above, id(2)));
        assert!(is_in_circle(&above, id(1)), "it runs into a circle");
        assert!(!is_in_circle(&above, id(4)));
        assert!(is_in_circle(&HashMap::from([(id(1), id(1))]), id(1)));
    }
}
