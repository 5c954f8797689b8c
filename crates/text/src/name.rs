//! Names of persons.

use crate::fold::is_han;
use crate::mask;
use crate::pinyin::family_length;
use crate::runs::{Kind, cut};

/// The family name and a star: one for a given name of one character, two for any longer. Other scripts keep one letter.
pub fn mask(name: &str) -> String {
    let name = name.trim();
    let runs = cut(name);
    let [run] = &runs[..] else { return mask::text(name) };
    if run.kind != Kind::Han || !name.chars().all(is_han) {
        return mask::text(name);
    }
    let family = family_length(&run.letters);
    let hidden = run.letters.len().saturating_sub(family).clamp(1, 2);
    let shown: String = name.chars().take(family).collect();
    shown + &"*".repeat(hidden)
}
