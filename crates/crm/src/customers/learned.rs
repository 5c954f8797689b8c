//! What contacts teach: of several words on one topic of one person the newest holds, and the others stay to be
//! read. The customer carries the words that hold, so that lists can be filtered by them.

use guanxi_gate::{Draft, Record, Result, Rule, Saved, Tx};
use guanxi_model::{RecordId, Value, expr::Expr};
use std::collections::{BTreeMap, BTreeSet};

/// Decides which word holds.
pub(crate) struct Newest;

impl Rule for Newest {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        // The marks set below come back here and change nothing.
        let told = |s: &&Saved| {
            ["value", "topic", "channel", "customer", "contact", "learned_on"]
                .iter()
                .any(|field| s.changed(field))
        };
        let records = saved.iter().filter(told).flat_map(|s| std::iter::once(&s.after).chain(&s.before));
        let customers: BTreeSet<RecordId> = records.filter_map(|r| r.reference("customer")).collect();
        customers.into_iter().try_for_each(|customer| settle(tx, customer))
    }

    fn after_delete(&self, tx: &mut Tx<'_>, moved: &Saved) -> Result<()> {
        moved.after.reference("customer").map_or(Ok(()), |customer| settle(tx, customer))
    }
}

/// The topic and the person it is about.
fn key(word: &Record) -> (String, Option<RecordId>) {
    (word.text("topic").to_owned(), word.reference("contact"))
}

fn settle(tx: &mut Tx<'_>, customer: RecordId) -> Result<()> {
    let words = tx.find("preference", &Expr::eq("customer", customer), None)?;
    let mut newest: BTreeMap<(String, Option<RecordId>), &Record> = BTreeMap::new();
    for word in &words {
        let known = newest.entry(key(word)).or_insert(word);
        if (known.date("learned_on"), known.id) < (word.date("learned_on"), word.id) {
            *known = word;
        }
    }
    let wish = newest.values().filter(|word| !word.get("channel").is_null());
    let wish = wish.max_by_key(|word| (word.date("learned_on"), word.id));
    let channel = wish.map(|word| word.get("channel").clone()).unwrap_or_default();
    let holds: BTreeSet<RecordId> = newest.values().map(|word| word.id).collect();
    let mut said: Vec<String> = newest.values().map(|word| word.text("value").to_owned()).collect();
    said.sort();
    let changes = words
        .iter()
        .filter(|word| word.get("current").as_bool() != Some(holds.contains(&word.id)))
        .map(|word| (word.clone(), Draft::new().set("current", holds.contains(&word.id))))
        .collect();
    tx.update_many(changes)?;
    if let Some(record) = tx.get_many("customer", &[customer])?.pop() {
        let text: String = said.join("; ").chars().take(1000).collect();
        let text = if text.is_empty() { Value::Null } else { Value::Text(text) };
        if record.get("learned") != &text || record.get("preferred_channel") != &channel {
            tx.update(&record, Draft::new().set("learned", text).set("preferred_channel", channel))?;
        }
    }
    Ok(())
}
