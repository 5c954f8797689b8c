//! Rows beside a pool that name their title themselves: members and limits by grade.

use guanxi_gate::{Change, Result, Rule, Tx};
use guanxi_model::{Message, Value};

/// A member is a user, a department or a role.
pub(crate) struct Members;

impl Rule for Members {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        name_who(tx, changes)
    }
}

/// Says whom a row is for; refuses one that names nobody, or several.
pub(super) fn name_who(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    for change in changes {
        let named = ["user", "unit", "role"].into_iter().filter(|f| !change.value(f).is_null());
        if named.count() != 1 {
            change.refuse("user", Message::new("pool.one_of_three"));
            continue;
        }
        let title = |tx: &mut Tx<'_>, object: &str, value: &Value| -> Result<String> {
            let Some(id) = value.as_ref() else { return Ok(String::new()) };
            Ok(tx.get_many(object, &[id])?.pop().map(|record| record.title()).unwrap_or_default())
        };
        let who = match change.value("role").as_text() {
            Some(role) => tx.registry().role(role).map_or(role.to_owned(), |role| role.label.zh.clone()),
            None if change.value("user").is_null() => title(tx, "department", &change.value("unit").clone())?,
            None => title(tx, "user", &change.value("user").clone())?,
        };
        change.set("who", who);
    }
    Ok(())
}

/// A row of limits is called by its numbers.
pub(crate) struct Limits;

impl Rule for Limits {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let days = |field: &str| {
                change.value(field).as_decimal().map_or("\u{2013}".to_owned(), |n| n.normalize().to_string())
            };
            let title = ["follow_up_days", "opportunity_days", "deal_days"].map(days).join(" / ");
            change.set("days", title);
        }
        Ok(())
    }
}
