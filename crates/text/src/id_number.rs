//! Numbers of identity cards.

use crate::fold::width;
use crate::mask;

/// The first six characters (the place) and the last four; what lies between, the birthday among it, is hidden.
pub fn mask(number: &str) -> String {
    let number: Vec<char> = width(number).chars().filter(|c| !c.is_whitespace()).collect();
    let Some(hidden) = number.len().checked_sub(10).filter(|hidden| *hidden >= 4) else {
        return mask::text(&number.iter().collect::<String>());
    };
    let head: String = number[..6].iter().collect();
    let tail: String = number[number.len() - 4..].iter().collect();
    head + &"*".repeat(hidden) + &tail
}
