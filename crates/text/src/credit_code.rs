//! The unified social credit code of Chinese organisations (GB 32100-2015).

use thiserror::Error;

use crate::fold::width;

/// Why a text is not a credit code. The message is a phrase key; sentences belong to the rooms above.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CreditCodeError {
    /// It has not 18 characters.
    #[error("credit_code.length")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// A character that may not stand there: the alphabet has no I, O, S, V and Z, and the region is digits.
    #[error("credit_code.character")]
    Character {
        /// Which one, counted from 1.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The last character does not fit the others, so one of them is mistyped.
    #[error("credit_code.check_digit")]
    CheckDigit {
        /// What the others ask for.
        expected: char,
    },
}

const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const LENGTH: usize = 18;

/// The code in half width and upper case, without spaces, or why it is not one.
pub fn check(text: &str) -> Result<String, CreditCodeError> {
    let code: String = width(text)
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .flat_map(char::to_uppercase)
        .collect();
    let found = code.chars().count();
    if found != LENGTH {
        return Err(CreditCodeError::Length { found });
    }
    let values = values(&code)?;
    let expected = check_digit(&values[..LENGTH - 1]);
    if code.ends_with(expected) { Ok(code) } else { Err(CreditCodeError::CheckDigit { expected }) }
}

/// Seventeen characters completed to a valid code; `None` when they cannot begin one. For generators of examples.
pub fn with_check_digit(head: &str) -> Option<String> {
    let head = head.to_uppercase();
    let values = values(&head).ok().filter(|values| values.len() == LENGTH - 1)?;
    Some(format!("{head}{}", check_digit(&values)))
}

fn values(code: &str) -> Result<Vec<usize>, CreditCodeError> {
    let value = |(at, found): (usize, char)| {
        let value = ALPHABET.iter().position(|legal| char::from(*legal) == found);
        let region = (2..8).contains(&at);
        value
            .filter(|_| !region || found.is_ascii_digit())
            .ok_or(CreditCodeError::Character { position: at + 1, found })
    };
    code.chars().enumerate().map(value).collect()
}

/// Each value weighted by 3 to the power of its place, modulo 31.
fn check_digit(values: &[usize]) -> char {
    let mut weight = 1;
    let mut sum = 0;
    for value in values {
        sum = (sum + value * weight) % 31;
        weight = weight * 3 % 31;
    }
    char::from(ALPHABET[(31 - sum) % 31])
}
