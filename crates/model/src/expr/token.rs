//! Source text into tokens.

use super::ExprError;
use rust_decimal::Decimal;

/// A token and the character it starts at.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub at: usize,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Name(String),
    Decimal(Decimal),
    Text(String),
    /// An operator or bracket, as written.
    Sign(&'static str),
    End,
}

/// Two-character signs come first, so that `<=` is not read as `<` and `=`.
const SIGNS: [&str; 23] = [
    "==", "!=", "<=", ">=", "&&", "||", "<", ">", "!", "+", "-", "*", "/", "?", ":", "(", ")", "[", "]", ",",
    ".", "=", "&",
];

/// The tokens of a source, closed by [`Kind::End`].
pub(super) fn tokens(source: &str) -> Result<Vec<Token>, ExprError> {
    let chars: Vec<char> = source.chars().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&c) = chars.get(at) {
        let start = at;
        let kind = if c.is_whitespace() {
            at += 1;
            continue;
        } else if c.is_ascii_alphabetic() || c == '_' {
            at += run(&chars[at..], |c| c.is_ascii_alphanumeric() || c == '_');
            Kind::Name(chars[start..at].iter().collect())
        } else if c.is_ascii_digit() {
            at += run(&chars[at..], |c| c.is_ascii_digit());
            if chars.get(at) == Some(&'.') && chars.get(at + 1).is_some_and(char::is_ascii_digit) {
                at += 1;
                at += run(&chars[at..], |c| c.is_ascii_digit());
            }
            let digits: String = chars[start..at].iter().collect();
            // Exact, so that a literal with more digits than a decimal holds is refused and not rounded.
            let decimal = Decimal::from_str_exact(&digits)
                .map_err(|_| ExprError::syntax(start, "expr.number_too_long"))?;
            Kind::Decimal(decimal)
        } else if c == '"' || c == '\'' {
            let (text, next) = quoted(&chars, at)?;
            at = next;
            Kind::Text(text)
        } else {
            let rest = &chars[at..];
            let sign = SIGNS
                .into_iter()
                .find(|sign| sign.len() <= rest.len() && sign.chars().eq(rest[..sign.len()].iter().copied()))
                .filter(|sign| !matches!(*sign, "=" | "&"))
                .ok_or_else(|| match c {
                    '=' => ExprError::syntax(start, "expr.single_equals"),
                    _ => ExprError::Syntax {
                        at: start,
                        message: crate::issue::Message::new("expr.unexpected").with("token", c),
                    },
                })?;
            at += sign.len();
            Kind::Sign(sign)
        };
        out.push(Token { at: start, kind });
    }
    out.push(Token { at, kind: Kind::End });
    Ok(out)
}

/// The character at which the tokens of a part first stand in a source, however they are spaced and quoted.
pub(super) fn find(source: &str, part: &str) -> Option<usize> {
    let (source, mut part) = (tokens(source).ok()?, tokens(part).ok()?);
    part.pop();
    let same = |window: &[Token]| window.iter().zip(&part).all(|(a, b)| a.kind == b.kind);
    source.windows(part.len().max(1)).find(|window| same(window)).map(|window| window[0].at)
}

fn run(chars: &[char], keep: impl Fn(char) -> bool) -> usize {
    chars.iter().take_while(|c| keep(**c)).count()
}

/// The text that starts at a quote, and the character after its closing quote.
fn quoted(chars: &[char], start: usize) -> Result<(String, usize), ExprError> {
    let quote = chars[start];
    let mut text = String::new();
    let mut at = start + 1;
    loop {
        let open = || ExprError::syntax(start, "expr.open_quote");
        let c = *chars.get(at).ok_or_else(open)?;
        at += 1;
        if c == quote {
            return Ok((text, at));
        }
        if c != '\\' {
            text.push(c);
            continue;
        }
        let escape = *chars.get(at).ok_or_else(open)?;
        at += 1;
        match escape {
            'n' => text.push('\n'),
            'r' => text.push('\r'),
            't' => text.push('\t'),
            '\\' | '"' | '\'' => text.push(escape),
            'u' => {
                let code = chars.get(at..at + 4).and_then(|hex| {
                    hex.iter()
                        .try_fold(0, |code, c| Some(code * 16 + c.to_digit(16)?))
                        .and_then(char::from_u32)
                });
                text.push(code.ok_or_else(|| ExprError::syntax(at - 2, "expr.escape"))?);
                at += 4;
            }
            _ => return Err(ExprError::syntax(at - 2, "expr.escape")),
        }
    }
}
