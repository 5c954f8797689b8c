//! Under which tokens a text is found, and which tokens a query asks for.
//!
//! A Han run is stored as its pairs of neighbours and its last character, so every position starts a token: a query of two or
//! more characters asks for its own pairs exactly, a query of one character asks for a prefix. No dictionary takes part, so any
//! substring is found. Tokens hold only `a-z`, `0-9` and Han characters and never a space.

use std::collections::HashSet;

use crate::fold::fold;
use crate::runs::{Kind, Run, cut, token};
use crate::{phone, pinyin};

/// What a query asks of the index; a text must answer every term.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Term {
    /// A token equal to this one.
    Exact(String),
    /// A token that starts with this.
    Prefix(String),
}

/// A longer run is somebody's prose; its initials are worth no more space.
const INITIALS_OF: usize = 24;
/// The longest code whose every part is found.
const CODE_LENGTH: usize = 32;
/// The shortest part of a number that is found wherever it stands.
const PART: usize = 4;

/// The tokens under which a text is found, each once: Han pairs, words and pinyin initials.
pub fn index(text: &str) -> Vec<String> {
    let mut tokens = Tokens::default();
    for run in cut(text) {
        match run.kind {
            Kind::Han => {
                run.letters.windows(2).for_each(|pair| tokens.add(token(pair)));
                tokens.add(token(&run.letters[run.letters.len() - 1..]));
                let named = &run.letters[..run.letters.len().min(INITIALS_OF)];
                for initials in pinyin::initials_of_run(named) {
                    // Each initial is one byte, so every index is a boundary.
                    (0..initials.len().saturating_sub(1))
                        .for_each(|from| tokens.add(initials[from..].to_owned()));
                }
            }
            Kind::Word => {
                tokens.add(run.token());
                run.parts().into_iter().for_each(|part| tokens.add(token(part)));
            }
        }
    }
    tokens.list
}

/// The tokens under which a phone number or a code is found by any part of four or more characters.
pub fn digits(text: &str) -> Vec<String> {
    let normal = phone::normalise(text).unwrap_or_else(|| fold(text));
    let whole: String = cut(&normal).iter().map(Run::token).collect();
    let digits: String = normal.chars().filter(char::is_ascii_digit).collect();
    let mut tokens = Tokens::default();
    for code in [&digits, &whole] {
        let code: Vec<char> = code.chars().take(CODE_LENGTH).collect();
        (0..(code.len() + 1).saturating_sub(PART)).for_each(|from| tokens.add(code[from..].iter().collect()));
    }
    tokens.add(whole);
    tokens.list
}

/// What a query asks for; empty when it holds neither letter nor digit.
pub fn query(text: &str) -> Vec<Term> {
    if is_digit_query(text)
        && let Some(number) = phone::normalise(text)
    {
        return vec![Term::Prefix(number.chars().filter(char::is_ascii_digit).collect())];
    }
    let text = fold(text);
    let mut terms = Vec::new();
    for run in cut(without_country(&text)) {
        match (run.kind, &run.letters[..]) {
            (Kind::Han, [_, _, ..]) => {
                terms.extend(run.letters.windows(2).map(|pair| Term::Exact(token(pair))))
            }
            (_, letters) => terms.push(Term::Prefix(token(letters))),
        }
    }
    let mut seen = HashSet::new();
    terms.retain(|term| seen.insert(term.clone()));
    terms
}

/// Does the query consist of digits and the marks that people write between them?
pub fn is_digit_query(text: &str) -> bool {
    let text = fold(text);
    text.contains(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c))
}

/// A number begun with China's prefix, which the index does not keep.
///
/// `0086` may also stand in the middle of a number, so it is cut only when the rest is long enough to be found alone.
fn without_country(text: &str) -> &str {
    let digits = |rest: &str| rest.bytes().filter(u8::is_ascii_digit).count();
    text.strip_prefix("+86")
        .filter(|rest| digits(rest) > 0)
        .or_else(|| text.strip_prefix("0086").filter(|rest| digits(rest) >= PART))
        .unwrap_or(text)
}

/// Tokens in order of appearance, each once.
#[derive(Default)]
struct Tokens {
    list: Vec<String>,
    seen: HashSet<String>,
}

impl Tokens {
    fn add(&mut self, token: String) {
        if !token.is_empty() && self.seen.insert(token.clone()) {
            self.list.push(token);
        }
    }
}

/// Does the text answer the query? What the index does, without an index: for lists that are already in memory.
pub fn matches(tokens: &[String], terms: &[Term]) -> bool {
    terms.iter().all(|term| match term {
        Term::Exact(exact) => tokens.contains(exact),
        Term::Prefix(prefix) => tokens.iter().any(|token| token.starts_with(prefix.as_str())),
    })
}
