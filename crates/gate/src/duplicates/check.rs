//! Asking before a record is made: is she a customer of ours already? By a part of the name or the whole
//! phone, over every object whose document says what makes two of its records one.
//!
//! The answer tells who has the record and since when, never its private fields; of a name that is not the
//! caller's to see it shows only what they typed. Because many questions would still draw a picture, they are
//! counted, and those that disclose something stand in the audit.

use crate::{Ctx, Draft, DuplicateHit, Error, Gate, Result, tx::Tx};
use guanxi_model::{FieldKind, Message, Object, RecordId, access::action};
use guanxi_store::{
    duplicates,
    search::{self, Words},
};
use guanxi_text::{company, fold::fold, phone};
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

/// Searches by a part of a name that a person may make in a minute.
const SEARCHES: usize = 20;
/// Checks of a draft in a minute: a form asks while it is typed.
const DRAFTS: usize = 120;
const MINUTE: i64 = 60_000;
/// Records of one object that contain the words of a name and are looked at.
const LOOKED_AT: usize = 200;

/// When each person asked within the last minute.
#[derive(Default)]
pub(crate) struct Checks(Mutex<HashMap<(RecordId, bool), VecDeque<i64>>>);

impl Checks {
    /// Counts one more question, unless there were too many in the last minute.
    fn admit(&self, who: RecordId, now: i64, search: bool) -> Result<()> {
        let most = if search { SEARCHES } else { DRAFTS };
        let mut all = self.0.lock();
        let asked = all.entry((who, search)).or_default();
        while asked.front().is_some_and(|at| *at <= now - MINUTE) {
            asked.pop_front();
        }
        if asked.len() >= most {
            return Err(Error::TooMany(Message::new("gate.too_many_checks")));
        }
        asked.push_back(now);
        Ok(())
    }
}

impl Gate {
    /// Likely duplicates of what is being typed.
    ///
    /// # Errors
    /// When the caller may not make such records, or asks too often.
    pub fn duplicates(&self, ctx: &Ctx, object: &str, draft: &Draft) -> Result<Vec<DuplicateHit>> {
        if !ctx.rights.may(object, action::CREATE) {
            return Err(Error::forbidden("gate.no_action"));
        }
        self.0.checks.admit(ctx.subject.user, ctx.now.as_millisecond(), false)?;
        let hits = self.read(ctx, |tx| tx.duplicates(object, draft))?;
        self.disclosed(ctx, object, "", &hits)?;
        Ok(hits)
    }

    /// Records of any kind that may be what the caller is about to make: whose name contains the text, or whose
    /// phone, e-mail address or credit code it is. The same ones first, then those that are only similar.
    ///
    /// # Errors
    /// When the text is too short to mean someone, or the caller asks too often.
    pub fn check(&self, ctx: &Ctx, text: &str) -> Result<Vec<DuplicateHit>> {
        let text: String = text.trim().chars().take(100).collect();
        let letters = fold(&text).chars().filter(|c| c.is_alphanumeric()).collect::<Vec<_>>();
        let short = if letters.iter().all(char::is_ascii) { 3 } else { 2 };
        if letters.len() < short {
            return Err(Error::invalid("q", "length", Message::new("gate.check_short")));
        }
        self.0.checks.admit(ctx.subject.user, ctx.now.as_millisecond(), true)?;
        let hits = self.read(ctx, |tx| everywhere(tx, &text))?;
        self.disclosed(ctx, "", &text, &hits)?;
        Ok(hits)
    }

    /// Notes in the audit that someone learned of records they may not see.
    fn disclosed(&self, ctx: &Ctx, object: &str, text: &str, hits: &[DuplicateHit]) -> Result<()> {
        let hidden: Vec<String> =
            hits.iter().filter(|hit| !hit.visible).map(|hit| hit.id.to_string()).collect();
        if hidden.is_empty() {
            return Ok(());
        }
        // Whole numbers and addresses are personal data; the audit keeps what recognises them.
        let text = match phone::normalise(text) {
            Some(_) => phone::mask(text),
            None if text.contains('@') => guanxi_text::email::mask(text),
            None => text.to_owned(),
        };
        let object = object.to_owned();
        self.write(ctx, move |tx| {
            let data = serde_json::json!({ "text": text, "records": hidden });
            tx.note(if object.is_empty() { "duplicates" } else { &object }, None, "duplicates_checked", data)
        })
    }
}

fn everywhere(tx: &mut Tx<'_>, text: &str) -> Result<Vec<DuplicateHit>> {
    let objects: Vec<Arc<Object>> = tx
        .registry
        .objects()
        .filter(|object| !object.duplicates.is_empty())
        .filter(|o| [action::CREATE, action::READ].iter().any(|a| tx.ctx.rights.may(&o.name, a)))
        .cloned()
        .collect();
    let mut hits = Vec::new();
    for object in objects {
        let found = in_object(tx, &object, text)?;
        hits.extend(super::describe(tx, &object, found, Some(text))?);
    }
    hits.sort_by_key(|hit| (hit.similar, !hit.visible));
    Ok(hits)
}

/// Records of one object, each with the field that agrees and whether it is only similar.
fn in_object(
    tx: &mut Tx<'_>,
    object: &Arc<Object>,
    text: &str,
) -> Result<BTreeMap<RecordId, (String, bool)>> {
    let mut found = BTreeMap::new();
    let mut by_name = false;
    for key in &object.duplicates {
        let Some(field) = object.field(&key.field) else { continue };
        by_name |= matches!(field.kind, FieldKind::Text);
        let value = match field.value_kind() {
            FieldKind::Phone | FieldKind::Email | FieldKind::CreditCode => field.parse_text(text).ok(),
            _ => Some(guanxi_model::Value::text(text)),
        };
        let Some(normal) = value.and_then(|value| super::normal_form(field, &value, key.similar)) else {
            continue;
        };
        let exact = !matches!(field.kind, FieldKind::Text) || !key.similar;
        let name = super::key_name(&key.field, key.similar);
        for (_, record) in duplicates::find(&mut tx.conn, &object.name, &name, &[&normal])? {
            let entry = found.entry(record).or_insert((key.field.clone(), !exact));
            entry.1 &= !exact;
        }
    }
    // A number is no part of a name, and a key beside the title says that the title names a customer.
    if phone::normalise(text).is_some() || !by_name && !object.title_field().search {
        return Ok(found);
    }
    let words = Words { terms: guanxi_text::tokens::query(text), guarded: false };
    if !words.terms.is_empty() {
        let ids = search::matching(&mut tx.conn, Some(&object.name), &words, LOOKED_AT)?;
        let wanted = fold(text);
        let titles = duplicates::texts(&mut tx.conn, object, object.title_field(), &ids)?;
        for (id, title) in titles.into_iter().filter(|(_, title)| fold(title).contains(&wanted)) {
            let same = company::key(&title) == company::key(text);
            found.entry(id).or_insert((object.title.clone(), !same));
        }
    }
    for (field, id) in super::near(tx, object, &|_| guanxi_model::Value::text(text))? {
        found.entry(id).or_insert((field, true));
    }
    Ok(found)
}

/// A name of which only what was typed is shown: `**明德**`. Nothing of it when it is not in the name.
pub(crate) fn only_typed(name: &str, typed: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let folded: Vec<String> = letters.iter().map(|c| fold(&c.to_string())).collect();
    let typed: Vec<String> =
        typed.chars().map(|c| fold(&c.to_string())).filter(|text| !text.is_empty()).collect();
    let mut shown = vec![false; letters.len()];
    if !typed.is_empty() && typed.len() <= letters.len() {
        for at in 0..=letters.len() - typed.len() {
            if folded[at..at + typed.len()] == typed[..] {
                shown[at..at + typed.len()].fill(true);
            }
        }
    }
    letters.iter().zip(shown).map(|(c, shown)| if shown { *c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hidden_name_only_what_was_typed_is_shown() {
        for (name, typed, shown) in [
            ("上海明德科技", "明德", "**明德**"),
            ("明德明德", "明德", "明德明德"),
            ("Yunfan Tech", "YUNFAN", "Yunfan*****"),
            ("張三", "李四", "**"),
            ("張三丰", "张三", "張三*"),
            ("短", "很长的名称", "*"),
        ] {
            assert_eq!(only_typed(name, typed), shown, "{name}");
        }
    }

    #[test]
    fn questions_are_counted_by_the_minute() {
        let checks = Checks::default();
        let one = RecordId(1);
        for n in 0..SEARCHES {
            assert!(checks.admit(one, i64::try_from(n).unwrap(), true).is_ok());
        }
        assert!(matches!(checks.admit(one, 1000, true), Err(Error::TooMany(_))));
        assert!(checks.admit(RecordId(2), 1000, true).is_ok(), "each person for themselves");
        assert!(checks.admit(one, 1000, false).is_ok(), "a form may still ask");
        assert!(checks.admit(one, MINUTE, true).is_ok(), "the first question is a minute ago");
    }
}
