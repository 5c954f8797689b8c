//! Departments are a tree: none lies below itself, and none with people or departments below is deleted.

use super::user::is_in_circle;
use guanxi_gate::{Change, Error, Record, Result, Rule, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};
use std::collections::HashMap;

/// Keeps the tree a tree.
pub(crate) struct Tree;

impl Rule for Tree {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        if !changes.iter().any(|change| change.before.is_some() && change.changes("parent")) {
            return Ok(());
        }
        let mut parents: HashMap<RecordId, RecordId> = tx
            .find("department", &Expr::Bool(true), None)?
            .iter()
            .filter_map(|department| Some((department.id, department.reference("parent")?)))
            .collect();
        for change in changes.iter().filter(|change| change.changes("parent")) {
            let Some(before) = &change.before else { continue };
            match change.value("parent").as_ref() {
                Some(parent) => parents.insert(before.id, parent),
                None => parents.remove(&before.id),
            };
        }
        for change in changes.iter_mut().filter(|change| change.changes("parent")) {
            let Some(department) = change.before.as_ref().map(|before| before.id) else { continue };
            if is_in_circle(&parents, department) {
                change.refuse("parent", Message::new("department.circle"));
            }
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, department: &Record) -> Result<()> {
        for (object, field) in [("user", "department"), ("department", "parent")] {
            let n = tx.count(object, &Expr::eq(field, department.id))?;
            if n > 0 {
                let label = tx.object(object)?.label.clone();
                let message = Message::new("department.not_empty").with("n", n).with_label("object", &label);
                return Err(Error::Refused(message));
            }
        }
        Ok(())
    }
}
