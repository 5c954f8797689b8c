//! Are two names the same customer?

use std::sync::LazyLock;

use crate::fold::{fold, is_han};
use crate::{pinyin, region};

/// The match key of a person's or a company's name: folded, without punctuation, spaces and the words for a kind of company.
///
/// Two names with the same key are very likely the same customer. Never empty for a name that is not empty.
pub fn key(name: &str) -> String {
    let folded = fold(name);
    let words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric() && !is_dotted(c))
        .filter(|word| !word.is_empty())
        .collect();
    let words: Vec<String> =
        words.iter().map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect()).collect();
    let kept =
        words.iter().rposition(|word| !ENDINGS.latin.contains(&word.as_str())).map_or(0, |last| last + 1);
    let stripped = without_ending(&words[..kept].concat());
    [stripped, words.concat(), folded]
        .into_iter()
        .find(|key| !key.is_empty())
        .unwrap_or_else(|| name.to_owned())
}

/// The pinyin of the key: equal for names that sound alike.
pub fn sound_key(name: &str) -> String {
    let key = key(name);
    let sound = pinyin::full(&key);
    if sound.is_empty() { key } else { sound }
}

/// What is left of a name without the places that say where it sits: `(Beijing)` anywhere, a province or city
/// at its head. For names that are only similar; places in full keys tell two companies apart.
pub fn core(name: &str) -> String {
    let key = key(&without_places(name));
    let mut rest = key.as_str();
    loop {
        let place = region::leading(rest);
        if place == 0 || rest[place..].chars().count() < 3 {
            return rest.to_owned();
        }
        rest = &rest[place..];
    }
}

/// The pinyin of the core: equal for names that sound alike wherever they sit.
pub fn near_key(name: &str) -> String {
    let core = core(name);
    let sound = pinyin::full(&core);
    if sound.is_empty() { core } else { sound }
}

/// The beginning of the near keys among which names near this one stand: the sound of its first half.
pub fn near_stem(name: &str) -> String {
    let core: Vec<char> = core(name).chars().collect();
    let half: String = core[..core.len().div_ceil(2)].iter().collect();
    let sound = pinyin::full(&half);
    if sound.is_empty() { half } else { sound }
}

/// Whether two names are near: they sound alike, or differ in one character of at least four (two of at least
/// eight) that is no digit, because branches and lots are numbered.
pub fn is_near(one: &str, other: &str) -> bool {
    let (one, other) = (core(one), core(other));
    if near_key(&one) == near_key(&other) {
        return true;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let allowed = match a.len().min(b.len()) {
        0..4 => return false,
        4..8 => 1,
        _ => 2,
    };
    digits(&one) == digits(&other) && a.len().abs_diff(b.len()) <= allowed && distance(&a, &b) <= allowed
}

/// The number of characters to change, add or remove.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// The name without brackets that hold the name of a region and nothing else.
fn without_places(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(open) = rest.find(is_opening) {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let inside = rest.chars().next().map_or(0, char::len_utf8);
        match rest.find(is_closing) {
            Some(close) if region::is_name(&rest[inside..close]) => {
                let after = rest[close..].chars().next().map_or(0, char::len_utf8);
                rest = &rest[close + after..];
            }
            _ => {
                out.push_str(&rest[..inside]);
                rest = &rest[inside..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn is_opening(c: char) -> bool {
    matches!(c, '(' | '[' | '\u{ff08}' | '\u{3010}' | '\u{3014}' | '\u{ff3b}')
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '\u{ff09}' | '\u{3011}' | '\u{3015}' | '\u{ff3d}')
}

/// A dot or an apostrophe stands inside a word: `S.A.`, `L'Oréal`.
fn is_dotted(c: char) -> bool {
    matches!(c, '.' | '\'' | '\u{2019}')
}

/// The name without Chinese endings, as long as something remains before them.
fn without_ending(name: &str) -> String {
    let mut rest = name;
    while !ENDINGS.kept.iter().any(|kept| rest.ends_with(kept)) {
        match ENDINGS.han.iter().find_map(|ending| rest.strip_suffix(ending)) {
            Some(shorter) if !shorter.is_empty() => rest = shorter,
            _ => break,
        }
    }
    rest.to_owned()
}

struct Endings {
    /// Longest first.
    han: Vec<&'static str>,
    latin: Vec<&'static str>,
    /// Endings that tell two bodies apart and therefore stay.
    kept: Vec<&'static str>,
}

static ENDINGS: LazyLock<Endings> = LazyLock::new(|| {
    let (kept, stripped): (Vec<_>, Vec<_>) =
        crate::table::lines(include_str!("../data/company_suffixes.txt"))
            .partition(|line| line.starts_with('!'));
    let (mut han, latin): (Vec<_>, Vec<_>) =
        stripped.into_iter().partition(|ending| ending.starts_with(is_han));
    han.sort_by_key(|ending| std::cmp::Reverse(ending.len()));
    Endings { han, latin, kept: kept.into_iter().map(|line| line.trim_start_matches('!')).collect() }
});
