//! Colleagues named with an @ in what people write. The names are read from the text itself, so that a page,
//! the API and an import say the same, and only those are told who may see what they are named in.

use guanxi_gate::{Channel, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, expr::Expr};

/// Tells whoever is named, once, as far as they may see it; [`out_of_sight`] names the others to the author.
pub(crate) struct Mentions;

impl Rule for Mentions {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        // History that is brought in names people of long ago.
        let history = tx.ctx().channel == Channel::Import;
        let text = |record: &Record| record.text("content").to_owned();
        if history || !saved.iter().any(|s| s.changed("content") && has_mark(&text(&s.after))) {
            return Ok(());
        }
        let people = people(tx)?;
        let author = tx.ctx().subject.clone();
        for written in saved.iter().filter(|s| s.changed("content")) {
            let known = written.before.as_ref().map(|b| named(&text(b), &people)).unwrap_or_default();
            for person in named(&text(&written.after), &people) {
                if known.iter().any(|k| k.id == person.id) || person.id == author.user {
                    continue;
                }
                if tx.sees(person.id, &written.after)? {
                    let message = Message::new("mention.notice.named")
                        .with("by", &author.name)
                        .with("text", short(&text(&written.after)));
                    tx.notify(person.id, &written.after, message)?;
                }
            }
        }
        Ok(())
    }
}

/// Those named in a record who may not see it, by name: what a page says at once.
pub fn out_of_sight(
    gate: &guanxi_gate::Gate,
    ctx: &guanxi_gate::Ctx,
    object: &str,
    id: RecordId,
) -> Result<Vec<String>> {
    gate.read(ctx, |tx| {
        let record = tx.get(object, id)?;
        let text = record.text("content").to_owned();
        if !has_mark(&text) {
            return Ok(Vec::new());
        }
        let people = people(tx)?;
        let mut strangers = Vec::new();
        for person in named(&text, &people) {
            if !tx.sees(person.id, &record)? {
                strangers.push(person.name.clone());
            }
        }
        Ok(strangers)
    })
}

/// The beginning of a text, for a message.
pub(crate) fn short(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 40 { line } else { line.chars().take(39).chain(['…']).collect() }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Person {
    id: RecordId,
    name: String,
    login: String,
}

fn people(tx: &mut Tx<'_>) -> Result<Vec<Person>> {
    let active = tx.find("user", &Expr::Bool(true), None)?;
    Ok(active
        .into_iter()
        .filter(|user| user.get("active").as_bool().unwrap_or(true))
        .map(|user| Person {
            id: user.id,
            name: user.text("name").to_owned(),
            login: user.text("login").to_owned(),
        })
        .collect())
}

const MARKS: [char; 2] = ['@', '\u{ff20}'];

fn has_mark(text: &str) -> bool {
    text.contains(MARKS)
}

/// Whoever a text names. After each mark the longest name or log-in that stands there counts; a name that
/// several people share names all of them.
fn named<'p>(text: &str, people: &'p [Person]) -> Vec<&'p Person> {
    let mut found: Vec<&Person> = Vec::new();
    for (at, mark) in text.char_indices().filter(|(_, c)| MARKS.contains(c)) {
        let rest = &text[at + mark.len_utf8()..];
        let before = text[..at].chars().next_back();
        // The mark in the middle of a mail address names nobody.
        if mark == '@' && before.is_some_and(|c| c.is_ascii_alphanumeric()) {
            continue;
        }
        let length = |person: &Person| {
            let by_name = rest.starts_with(&person.name).then_some(person.name.len());
            let by_login = starts_with_word(rest, &person.login).then_some(person.login.len());
            by_name.max(by_login).unwrap_or(0)
        };
        let longest = people.iter().map(length).max().unwrap_or(0);
        for person in people.iter().filter(|person| longest > 0 && length(person) == longest) {
            if !found.iter().any(|known| known.id == person.id) {
                found.push(person);
            }
        }
    }
    found
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let Some(head) = text.get(..word.len()) else { return false };
    let next = text[word.len()..].chars().next();
    !word.is_empty()
        && head.eq_ignore_ascii_case(word)
        && !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Vec<i64> {
        let person =
            |id, name: &str, login: &str| Person { id: RecordId(id), name: name.into(), login: login.into() };
        let people = [
            person(1, "李明", "li"),
            person(2, "李明华", "liminghua"),
            person(3, "王芳", "wang"),
            person(4, "王芳", "wang2"),
        ];
        named(text, &people).into_iter().map(|p| p.id.0).collect()
    }

    #[test]
    fn the_longest_name_counts_and_log_ins_are_whole_words() {
        assert_eq!(of("请@李明华 看一下，@李明 也看"), [2, 1]);
        assert_eq!(of("@LI 请回复"), [1]);
        assert_eq!(of("@lin 不是谁"), [0_i64; 0]);
        assert_eq!(of("@王芳 有两位"), [3, 4]);
        assert_eq!(of("写到 a@li.com"), [0_i64; 0]);
        assert_eq!(of("\u{ff20}王芳"), [3, 4]);
    }
}
