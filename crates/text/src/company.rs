//! Are two names the same customer?

use std::sync::LazyLock;

use crate::fold::{fold, is_han};
use crate::pinyin;

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
