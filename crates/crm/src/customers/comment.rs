//! A word on a follow-up: its author hears of it, and so do those who have spoken there before.

use super::mention::short;
use guanxi_gate::{Channel, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};
use std::collections::BTreeSet;

/// Tells those who take part in the talk.
pub(crate) struct Heard;

impl Rule for Heard {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        if tx.ctx().channel == Channel::Import {
            return Ok(());
        }
        let by = tx.ctx().subject.clone();
        for comment in saved.iter().filter(|comment| comment.before.is_none()) {
            let Some(id) = comment.after.reference("activity") else { continue };
            let Some(activity) = tx.get_many("activity", &[id])?.pop() else { continue };
            let said = tx.find("comment", &Expr::eq("activity", id), Some(200))?;
            let mut listeners: BTreeSet<RecordId> =
                said.iter().filter_map(|c| c.reference("created_by")).collect();
            listeners.extend(activity.reference("created_by"));
            listeners.remove(&by.user);
            for listener in listeners {
                if tx.sees(listener, &activity)? {
                    let message = Message::new("comment.notice.said")
                        .with("by", &by.name)
                        .with("text", short(comment.after.text("content")));
                    tx.notify(listener, &activity, message)?;
                }
            }
        }
        Ok(())
    }
}

/// Whoever looks after a customer hears what others write down about it.
pub(crate) struct Told;

impl Rule for Told {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        if tx.ctx().channel == Channel::Import {
            return Ok(());
        }
        let by = tx.ctx().subject.clone();
        let new: Vec<&Saved> = saved.iter().filter(|activity| activity.before.is_none()).collect();
        let ids: Vec<RecordId> = new.iter().filter_map(|a| a.after.reference("customer")).collect();
        let customers = tx.get_many("customer", &ids)?;
        for activity in new {
            let customer = customers.iter().find(|c| Some(c.id) == activity.after.reference("customer"));
            let Some((customer, owner)) = customer.and_then(|c| Some((c, c.owner()?))) else { continue };
            // Programs write on behalf of the owner.
            if owner != by.user && by.user.0 > 0 && activity.after.reference("created_by") == Some(by.user) {
                let message = Message::new("activity.notice.added")
                    .with("by", &by.name)
                    .with("customer", customer.title());
                tx.notify(owner, &activity.after, message)?;
            }
        }
        Ok(())
    }
}
