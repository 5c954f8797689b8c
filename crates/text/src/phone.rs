//! Phone numbers as they are written in China: mobiles, landlines with area code, 400 and service numbers, and numbers abroad.

use crate::fold::width;
use crate::mask;

/// The one way a number is stored: `13800001024`, `021-12345678` (with `-801` for an extension), `4008208820`, `+442079460958`.
///
/// `None` when it is not a whole phone number; a landline without its area code is not one.
pub fn normalise(text: &str) -> Option<String> {
    let text = width(text);
    if let Some(number) = without_extension(&text) {
        return Some(number);
    }
    let (number, extension) = split_extension(&text)?;
    let number = without_extension(number).filter(|number| number.starts_with(['0', '4', '8']))?;
    Some(format!("{number}-{extension}"))
}

/// Is it a whole phone number?
pub fn is_valid(text: &str) -> bool {
    normalise(text).is_some()
}

/// The number in groups for reading: `138 0000 1024`. What is not a number is shown as it is.
pub fn display(text: &str) -> String {
    let Some(number) = normalise(text) else { return text.trim().to_owned() };
    match number.as_bytes() {
        [b'1', ..] if number.len() == 11 => format!("{} {} {}", &number[..3], &number[3..7], &number[7..]),
        [b'4' | b'8', b'0', b'0', ..] if number.len() >= 10 => {
            format!("{} {} {}", &number[..3], &number[3..6], &number[6..])
        }
        _ => number,
    }
}

/// The number with its middle hidden: `138****1024`.
pub fn mask(text: &str) -> String {
    let Some(number) = normalise(text) else { return mask::text(text) };
    let last = number.len().saturating_sub(4);
    match number.split_once('-') {
        Some((area, _)) if number.starts_with('0') => format!("{area}-****{}", &number[last..]),
        _ if number.len() >= 10 => format!("{}****{}", &number[..3], &number[last..]),
        _ => mask::text(&number),
    }
}

fn without_extension(text: &str) -> Option<String> {
    if !text.chars().all(|c| c.is_ascii_digit() || is_separator(c)) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match (text.starts_with(['+', '(']) && text.contains('+'), digits.strip_prefix("00")) {
        (true, _) => with_country(&digits),
        (false, Some(rest)) => with_country(rest),
        (false, None) => chinese(without_bare_country(&digits)),
    }
}

/// A number that carries a country: China's loses it, any other keeps it with a plus.
fn with_country(digits: &str) -> Option<String> {
    let Some(rest) = digits.strip_prefix("86") else {
        let abroad = (7..=15).contains(&digits.len()) && !digits.starts_with('0');
        return abroad.then(|| format!("+{digits}"));
    };
    // After a country the area code has lost its zero.
    chinese(rest).or_else(|| chinese(&format!("0{rest}")))
}

/// `8613800001024` is a mobile whose plus was lost, as spreadsheets lose it.
fn without_bare_country(digits: &str) -> &str {
    digits.strip_prefix("86").filter(|rest| is_mobile(rest)).unwrap_or(digits)
}

fn chinese(digits: &str) -> Option<String> {
    if is_mobile(digits) || is_toll_free(digits) || is_service(digits) {
        return Some(digits.to_owned());
    }
    // Area codes: 010 and 02x have three digits, all others four.
    let area = match digits.as_bytes() {
        [b'0', b'1', b'0', ..] | [b'0', b'2', ..] => 3,
        [b'0', b'3'..=b'9', ..] => 4,
        _ => return None,
    };
    let local = digits.get(area..)?;
    let whole = (7..=8).contains(&local.len()) && !local.starts_with('0');
    whole.then(|| format!("{}-{local}", &digits[..area]))
}

fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && matches!(digits.as_bytes(), [b'1', b'3'..=b'9', ..])
}

fn is_toll_free(digits: &str) -> bool {
    digits.len() == 10 && (digits.starts_with("400") || digits.starts_with("800"))
}

/// Banks, carriers and city lines: 95588, 9510xxxx, 96110, 10086, 12345.
fn is_service(digits: &str) -> bool {
    match digits.get(..2) {
        Some("95") => (5..=8).contains(&digits.len()),
        Some("96") => (5..=6).contains(&digits.len()),
        Some("10" | "12") => digits.len() == 5,
        _ => false,
    }
}

/// A number and its extension: after a hyphen, a `#` or one of the words for it.
fn split_extension(text: &str) -> Option<(&str, &str)> {
    let head = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let extension = &text[head.len()..];
    let number = head.trim_end_matches(|c: char| c.is_alphabetic() || " -.:#".contains(c));
    let mark = head[number.len()..].trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
    let words = || crate::table::lines(include_str!("../data/extension_words.txt"));
    let known = mark.is_empty() || words().any(|word| word == mark);
    (known && head.len() > number.len() && (1..=6).contains(&extension.len())).then_some((number, extension))
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || matches!(c, '+' | '-' | '(' | ')' | '.' | '/' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}
