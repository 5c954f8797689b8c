//! When two texts are the same text: width, case, accents, traditional characters and white space do not count.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

/// The text in half width, lower case and simplified characters, without accents, white space collapsed to one space.
///
/// Folding twice changes nothing more. It works character by character, so the result is for comparing, not for showing.
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in letters(text) {
        if letter.folded != ' ' {
            out.push(letter.folded);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The text in half width, trimmed; case and characters stay. For codes and addresses, where letters matter.
pub(crate) fn width(text: &str) -> String {
    text.nfkc().filter(|c| !is_ignored(*c)).collect::<String>().trim().to_owned()
}

/// Is it a Chinese character?
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{3400}'..='\u{4dbf}' | '\u{3007}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// One folded character and the bytes of the text it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Letter {
    /// Folded; white space of any kind is a space.
    pub folded: char,
    /// Folded but not simplified: a reading may depend on the traditional character.
    pub written: char,
    /// First byte in the text.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// The folded characters of a text with their places; white space is not collapsed.
pub(crate) fn letters(text: &str) -> Vec<Letter> {
    let mut out = Vec::with_capacity(text.len());
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        each_folded(c, &mut |written| {
            out.push(Letter { folded: simplified(written), written, start, end });
        });
    }
    out
}

fn each_folded(c: char, push: &mut impl FnMut(char)) {
    if c.is_ascii() {
        push(if c.is_ascii_whitespace() { ' ' } else { c.to_ascii_lowercase() });
        return;
    }
    // The unified ideographs are most of our text and are their own compatibility form.
    if matches!(c, '\u{4e00}'..='\u{9fff}') {
        push(c);
        return;
    }
    // Capitals first, because some become letters that have a compatibility form.
    for compatible in c.nfkc().flat_map(char::to_lowercase).nfkc() {
        if is_ignored(compatible) {
        } else if compatible.is_whitespace() {
            push(' ');
        } else if matches!(compatible, '\u{c0}'..='\u{24f}' | '\u{1e00}'..='\u{1eff}') {
            compatible.nfkd().filter(|part| !is_ignored(*part)).for_each(&mut *push);
        } else {
            push(compatible);
        }
    }
}

/// Accents standing alone and characters without width.
fn is_ignored(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

const FIRST: u32 = 0x3400;

/// The simplified form at each code point from `FIRST`: an array, because every character of every record passes here.
static SIMPLIFIED: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut table: Vec<u16> = (0x3400..=0x9fff).collect();
    for row in crate::table::rows(include_str!("../data/simplified.tsv")) {
        let [simple, variants] = row[..] else { continue };
        let Some(simple) = simple.chars().next().and_then(|c| u16::try_from(u32::from(c)).ok()) else {
            continue;
        };
        for variant in variants.chars() {
            if let Some(slot) = table.get_mut(u32::from(variant).wrapping_sub(FIRST) as usize) {
                *slot = simple;
            }
        }
    }
    table
});

fn simplified(c: char) -> char {
    match SIMPLIFIED.get(u32::from(c).wrapping_sub(FIRST) as usize) {
        Some(&simple) => char::from_u32(u32::from(simple)).unwrap_or(c),
        None => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn letters_point_into_the_text(text in "\\PC{0,40}") {
            for letter in letters(&text) {
                prop_assert!(text.get(letter.start..letter.end).is_some());
            }
        }
    }
}
