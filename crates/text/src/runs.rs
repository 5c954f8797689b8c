//! Cutting text into runs of Han characters and words: the one way of cutting that indexing, asking and highlighting share.

use crate::fold::{Letter, is_han, letters};

/// What a run is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Chinese characters, without the brackets and dots between them.
    Han,
    /// Letters and digits of other scripts.
    Word,
}

/// Characters of one kind that stand together.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub kind: Kind,
    pub letters: Vec<Letter>,
}

impl Run {
    /// The run as a token: `a-z`, `0-9` and Han as they are, any other letter as `u` and its code point.
    pub fn token(&self) -> String {
        token(&self.letters)
    }

    /// The stretches of only digits and of only letters in a word that mixes them; empty for any other run.
    pub fn parts(&self) -> Vec<&[Letter]> {
        let parts: Vec<_> = match self.kind {
            Kind::Han => Vec::new(),
            Kind::Word => {
                self.letters.chunk_by(|a, b| a.folded.is_ascii_digit() == b.folded.is_ascii_digit()).collect()
            }
        };
        if parts.len() > 1 { parts } else { Vec::new() }
    }
}

/// Letters as one token.
pub(crate) fn token(letters: &[Letter]) -> String {
    let mut out = String::with_capacity(letters.len());
    for letter in letters {
        push(letter.folded, &mut out);
    }
    out
}

fn push(c: char, out: &mut String) {
    if c.is_ascii_alphanumeric() || is_han(c) {
        out.push(c);
    } else if c.is_alphanumeric() {
        out.push_str(&format!("u{:04x}", u32::from(c)));
    }
}

/// The runs of a text, in order.
pub(crate) fn cut(text: &str) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    let mut open = None; // the kind of the run that the next letter may continue
    for letter in letters(text) {
        let kind = match letter.folded {
            c if is_han(c) => Kind::Han,
            c if c.is_alphanumeric() => Kind::Word,
            c if open == Some(Kind::Han) && is_joiner(c) => continue,
            _ => {
                open = None;
                continue;
            }
        };
        match runs.last_mut() {
            Some(run) if open == Some(kind) => run.letters.push(letter),
            _ => runs.push(Run { kind, letters: vec![letter] }),
        }
        open = Some(kind);
    }
    runs
}

/// The digits of each number in a text, taken together across the separators that people write between groups.
pub(crate) fn digits(text: &str) -> Vec<Vec<Letter>> {
    let mut numbers: Vec<Vec<Letter>> = Vec::new();
    let mut open = false;
    for letter in letters(text) {
        if !letter.folded.is_ascii_digit() {
            open &= " -()".contains(letter.folded);
            continue;
        }
        match numbers.last_mut() {
            Some(number) if open => number.push(letter),
            _ => numbers.push(vec![letter]),
        }
        open = true;
    }
    numbers
}

/// Brackets, quotes and middle dots: written or left out at will inside names.
fn is_joiner(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '"' | '\'' | '\u{b7}' | '\u{2018}'..='\u{201f}' | '\u{2022}' | '\u{2027}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301b}' | '\u{30fb}')
}
