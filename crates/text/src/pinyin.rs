//! How names are read, and where they stand in a list.
//!
//! A character's usual reading comes from the `pinyin` crate; `data/readings.tsv` corrects it inside words, `data/families.tsv`
//! at the head of a personal name. The longest word at each position wins.

use std::collections::HashMap;
use std::sync::LazyLock;

use ::pinyin::ToPinyin;

use crate::fold::{Letter, letters};
use crate::runs::{Kind, Run, cut};

/// The first letter of each syllable, with Latin letters and digits as they are: the shorthand people type.
pub fn initials(text: &str) -> String {
    spell(text, |reading, out| out.extend(reading.letters().take(1)))
}

/// The text in toneless pinyin without spaces; `v` stands for ü, as on a keyboard.
pub fn full(text: &str) -> String {
    spell(text, |reading, out| out.extend(reading.letters()))
}

/// A key whose byte order sorts names by pinyin, then by the text.
///
/// Character by character, as GB/T 13418 has it: syllable, tone, then the character itself, so that each family stays together.
/// Latin letters and digits sort as themselves among the syllables; ü stands after u.
pub fn sort_key(text: &str) -> String {
    let mut key = String::with_capacity(text.len() * 3);
    let mut plain = true;
    for (letter, reading) in read(text) {
        plain &= reading.is_some() && letter.written == letter.folded;
        match reading {
            Some(reading) => {
                reading.push_sortable(&mut key);
                key.push(letter.folded);
            }
            None if letter.folded.is_alphanumeric() => key.push(letter.folded),
            None => {}
        }
    }
    if !plain {
        // What folding and skipped punctuation have made equal is told apart by the text.
        key.push(' ');
        key.push_str(text);
    }
    key
}

/// Every string of initials under which a Han run may be typed: read as a name, as words, and character by character.
pub(crate) fn initials_of_run(letters: &[Letter]) -> Vec<String> {
    let mut all = Vec::new();
    for readings in
        [read_run(letters, true), read_run(letters, false), letters.iter().map(|l| usual(*l)).collect()]
    {
        let initials: String = readings.iter().map(|reading| initial(*reading)).collect();
        if !all.contains(&initials) {
            all.push(initials);
        }
    }
    all
}

/// A character that nobody can read still takes its place, so that initials and characters stay in step.
fn initial(reading: Option<Reading>) -> char {
    reading.and_then(|reading| reading.letters().next()).unwrap_or('x')
}

fn spell(text: &str, push: impl Fn(Reading, &mut String)) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    for (letter, reading) in read(text) {
        match reading {
            Some(reading) => push(reading, &mut out),
            None if letter.folded.is_ascii_alphanumeric() => out.push(letter.folded),
            None => {}
        }
    }
    out
}

/// One syllable: its spelling (ü or v) and tone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    syllable: &'static str,
    tone: char,
}

impl Reading {
    /// From `zhong4`; a reading without a number has the neutral tone.
    fn parse(text: &'static str) -> Reading {
        let syllable = text.trim_end_matches(|c: char| c.is_ascii_digit());
        Reading { syllable, tone: text[syllable.len()..].chars().next().unwrap_or('5') }
    }

    fn letters(self) -> impl Iterator<Item = char> {
        self.syllable.chars().filter_map(|c| match c {
            '\u{fc}' => Some('v'),
            '\u{ea}' => Some('e'),
            c => c.is_ascii_lowercase().then_some(c),
        })
    }

    /// `lu4`, `lu_3` for ü, so that lu < lü < luan; a digit ends each syllable before a longer one begins.
    fn push_sortable(self, key: &mut String) {
        let mut umlaut = false;
        for c in self.letters() {
            umlaut |= c == 'v';
            key.push(if c == 'v' { 'u' } else { c });
        }
        if umlaut {
            key.push('_');
        }
        key.push(self.tone);
    }
}

/// Every character of a text with its reading, if it has one.
fn read(text: &str) -> Vec<(Letter, Option<Reading>)> {
    let mut readings = HashMap::new();
    for (place, run) in cut(text).into_iter().enumerate() {
        if run.kind == Kind::Han {
            let name = place == 0 && starts(text, &run);
            let run_readings = read_run(&run.letters, name);
            readings.extend(run.letters.iter().map(|letter| letter.start).zip(run_readings));
        }
    }
    letters(text).into_iter().map(|letter| (letter, readings.get(&letter.start).copied().flatten())).collect()
}

/// Does nothing but space stand before the run?
fn starts(text: &str, run: &Run) -> bool {
    run.letters.first().is_some_and(|letter| text[..letter.start].trim().is_empty())
}

/// The readings of a Han run; `name` when a family name may stand at its head.
fn read_run(letters: &[Letter], name: bool) -> Vec<Option<Reading>> {
    let mut out = Vec::with_capacity(letters.len());
    while out.len() < letters.len() {
        let rest = &letters[out.len()..];
        let family = if name && out.is_empty() { family(rest) } else { None };
        match family.or_else(|| longest(&WORDS, rest)) {
            Some(word) => out.extend(word.readings.iter().copied().map(Some)),
            None => out.push(usual(rest[0])),
        }
    }
    out
}

/// The family name at the head of a run that is as long as a personal name and does not begin with a known word.
fn family(run: &[Letter]) -> Option<&'static Word> {
    if !(2..=4).contains(&run.len()) {
        return None;
    }
    let word = longest(&FAMILIES, run)?;
    match word.chars.len() {
        1 if run.len() <= 3 && longest(&WORDS, run).is_none_or(|word| word.chars.len() == 1) => Some(word),
        length if length > 1 && length < run.len() => Some(word),
        _ => None,
    }
}

fn usual(letter: Letter) -> Option<Reading> {
    // The written character first: a simplified one may stand for several that are read differently.
    if letter.written == letter.folded
        && let Some(word) = longest(&WORDS, &[letter])
    {
        return word.readings.first().copied();
    }
    let read = |c: char| c.to_pinyin().map(|pinyin| Reading::parse(pinyin.with_tone_num_end()));
    read(letter.written).or_else(|| read(letter.folded))
}

/// How many leading characters of a name are its family name: two for a compound one.
pub(crate) fn family_length(run: &[Letter]) -> usize {
    longest(&FAMILIES, run).map(|word| word.chars.len()).filter(|length| *length < run.len()).unwrap_or(1)
}

struct Word {
    chars: Vec<char>,
    readings: Vec<Reading>,
}

type Words = HashMap<char, Vec<Word>>;

static WORDS: LazyLock<Words> = LazyLock::new(|| words(include_str!("../data/readings.tsv")));
static FAMILIES: LazyLock<Words> = LazyLock::new(|| words(include_str!("../data/families.tsv")));

/// Words by their first character, the longest first.
fn words(data: &'static str) -> Words {
    let mut words = Words::new();
    for row in crate::table::rows(data) {
        let [text, readings] = row[..] else { continue };
        let chars: Vec<char> = text.chars().collect();
        let readings = readings.split(' ').map(Reading::parse).collect();
        words.entry(chars[0]).or_default().push(Word { chars, readings });
    }
    words.values_mut().for_each(|list| list.sort_by_key(|word| std::cmp::Reverse(word.chars.len())));
    words
}

fn longest(words: &'static Words, run: &[Letter]) -> Option<&'static Word> {
    let fits = |word: &&Word| {
        word.chars.len() <= run.len() && word.chars.iter().zip(run).all(|(c, letter)| *c == letter.folded)
    };
    words.get(&run.first()?.folded)?.iter().find(fits)
}
