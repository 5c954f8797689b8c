//! Tags in groups: a tag belongs to one group, and of an exclusive group a customer carries one tag at most.

use guanxi_gate::{Change, Result, Rule, Tx};
use guanxi_model::{Message, expr::Expr};

/// A tag belongs to one group.
pub(crate) struct OneGroup;

impl Rule for OneGroup {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let groups = tx.find("tag_group", &Expr::Bool(true), None)?;
        for change in changes.iter_mut().filter(|change| change.changes("tags")) {
            let own = change.before.as_ref().map(|group| group.id);
            let tags = change.value("tags").as_list().to_vec();
            let taken = groups.iter().filter(|group| Some(group.id) != own).find_map(|group| {
                let both = group.get("tags").as_list().iter().find(|tag| tags.contains(tag))?;
                Some((both.clone(), group.title()))
            });
            if let Some((tag, group)) = taken {
                change.refuse("tags", Message::new("tag_group.taken").with("tag", tag).with("group", group));
            }
        }
        Ok(())
    }
}

/// Of an exclusive group a customer carries one tag at most.
pub(crate) struct Exclusive;

impl Rule for Exclusive {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        if !changes.iter().any(|change| change.changes("tags")) {
            return Ok(());
        }
        let groups = tx.find("tag_group", &Expr::eq("exclusive", true), None)?;
        for change in changes.iter_mut().filter(|change| change.changes("tags")) {
            for group in &groups {
                let known = group.get("tags").as_list();
                let own: Vec<&str> = change
                    .value("tags")
                    .as_list()
                    .iter()
                    .filter(|tag| known.contains(tag))
                    .map(String::as_str)
                    .collect();
                if own.len() > 1 {
                    let message = Message::new("tag_group.exclusive")
                        .with("group", group.title())
                        .with("tags", own.join(" / "));
                    change.refuse("tags", message);
                }
            }
        }
        Ok(())
    }
}
