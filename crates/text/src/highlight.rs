//! Which part of a text a query matched.

use crate::fold::Letter;
use crate::runs::{Kind, Run, cut, token};
use crate::tokens::{self, Term};
use crate::{pinyin, runs};

/// The byte ranges of the text that the query matched, sorted, disjoint and on character boundaries.
///
/// Han text by characters, words by their beginnings, numbers across the separators between their groups, and Han characters by
/// their pinyin initials.
pub fn ranges(text: &str, query: &str) -> Vec<(usize, usize)> {
    let runs = cut(text);
    let number = runs::digits(text);
    let mut found = Vec::new();
    for asked in asked(query) {
        match asked {
            Asked::Han(asked) => han(&runs, &asked, &mut found),
            Asked::Word(asked) => {
                words(&runs, &asked, &mut found);
                initials(&runs, &asked, &mut found);
                digits(&number, &asked, &mut found);
            }
        }
    }
    merged(found)
}

enum Asked {
    Han(Vec<char>),
    Word(String),
}

/// Han runs stay whole, so that neighbours are marked together; words come from the query terms, which know about phones.
fn asked(query: &str) -> Vec<Asked> {
    let han = cut(query)
        .into_iter()
        .filter(|run| run.kind == Kind::Han)
        .map(|run| Asked::Han(run.letters.iter().map(|letter| letter.folded).collect()));
    let words = tokens::query(query).into_iter().filter_map(|term| match term {
        Term::Prefix(word) if !word.starts_with(crate::fold::is_han) => Some(Asked::Word(word)),
        _ => None,
    });
    han.chain(words).collect()
}

/// The whole run if it stands there; else each of its pairs, which is what the index compared.
fn han(runs: &[Run], asked: &[char], found: &mut Vec<(usize, usize)>) {
    let before = found.len();
    for run in runs.iter().filter(|run| run.kind == Kind::Han) {
        windows(&run.letters, asked, found);
    }
    if found.len() == before && asked.len() > 2 {
        asked.windows(2).for_each(|pair| han(runs, pair, found));
    }
}

fn windows(letters: &[Letter], asked: &[char], found: &mut Vec<(usize, usize)>) {
    for window in letters.windows(asked.len()) {
        if window.iter().map(|letter| letter.folded).eq(asked.iter().copied()) {
            found.extend(span(window));
        }
    }
}

fn words(runs: &[Run], asked: &str, found: &mut Vec<(usize, usize)>) {
    for run in runs.iter().filter(|run| run.kind == Kind::Word) {
        for part in std::iter::once(&run.letters[..]).chain(run.parts()) {
            if token(part).starts_with(asked) {
                // The shortest beginning whose token covers what was asked.
                let length = (1..=part.len()).find(|length| token(&part[..*length]).len() >= asked.len());
                found.extend(span(&part[..length.unwrap_or(part.len())]));
            }
        }
    }
}

fn initials(runs: &[Run], asked: &str, found: &mut Vec<(usize, usize)>) {
    for run in runs.iter().filter(|run| run.kind == Kind::Han) {
        for initials in pinyin::initials_of_run(&run.letters) {
            // As in the index, the last character alone is no match by its initial.
            for from in
                (0..initials.len().saturating_sub(1)).filter(|from| initials[*from..].starts_with(asked))
            {
                found.extend(span(&run.letters[from..from + asked.len()]));
            }
        }
    }
}

/// Parts of a number, which the index finds from four digits on wherever they stand.
fn digits(numbers: &[Vec<Letter>], asked: &str, found: &mut Vec<(usize, usize)>) {
    if asked.len() < 4 || !asked.bytes().all(|b| b.is_ascii_digit()) {
        return;
    }
    let asked: Vec<char> = asked.chars().collect();
    numbers.iter().for_each(|number| windows(number, &asked, found));
}

fn span(letters: &[Letter]) -> Option<(usize, usize)> {
    Some((letters.first()?.start, letters.last()?.end))
}

fn merged(mut found: Vec<(usize, usize)>) -> Vec<(usize, usize)> {
    found.sort_unstable();
    let mut out: Vec<(usize, usize)> = Vec::with_capacity(found.len());
    for (start, end) in found {
        match out.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => out.push((start, end)),
        }
    }
    out
}
