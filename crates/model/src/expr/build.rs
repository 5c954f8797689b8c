//! Making expressions in Rust, and measuring them.

use super::{Comparison, Expr, Function, Word};
use crate::{id::RecordId, issue::Message};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

impl Expr {
    /// A field, by its dotted path.
    pub fn field(path: &str) -> Expr {
        Expr::Field(path.split('.').map(str::to_owned).collect())
    }

    /// A text.
    pub fn text(text: impl Into<String>) -> Expr {
        Expr::Text(text.into())
    }

    /// A decimal.
    pub fn decimal(decimal: impl Into<Decimal>) -> Expr {
        Expr::Decimal(decimal.into())
    }

    /// A date.
    pub fn date(date: Date) -> Expr {
        Expr::Date(date)
    }

    /// A moment, cut to the millisecond as storage does.
    pub fn instant(instant: Timestamp) -> Expr {
        Expr::Instant(millis(instant))
    }

    /// `field == value`
    pub fn eq(path: &str, value: impl Into<Expr>) -> Expr {
        Expr::compare(path, Comparison::Equal, value)
    }

    /// `field < value` and the other comparisons.
    pub fn compare(path: &str, comparison: Comparison, value: impl Into<Expr>) -> Expr {
        Expr::Compare(comparison, Box::new(Expr::field(path)), Box::new(value.into()))
    }

    /// `field in [ids]`; matches nothing when there are none.
    pub fn ids(path: &str, ids: &[RecordId]) -> Expr {
        Expr::one_of(path, ids.iter().copied())
    }

    /// `field in [values]`; matches nothing when there are none.
    pub fn one_of(path: &str, values: impl IntoIterator<Item = impl Into<Expr>>) -> Expr {
        let items = values.into_iter().map(Into::into).collect();
        Expr::In(Box::new(Expr::field(path)), Box::new(Expr::List(items)))
    }

    /// `is_empty(field)`
    pub fn is_empty(path: &str) -> Expr {
        Expr::Call(Function::IsEmpty, vec![Expr::field(path)])
    }

    /// `!self`
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "it stands beside `and` and `or`, which have no trait")]
    pub fn not(self) -> Expr {
        Expr::Not(Box::new(self))
    }

    /// `self && other`; joins chains, and `true` adds nothing.
    #[must_use]
    pub fn and(self, other: Expr) -> Expr {
        Expr::all(vec![self, other])
    }

    /// `self || other`; joins chains, and `false` adds nothing.
    #[must_use]
    pub fn or(self, other: Expr) -> Expr {
        Expr::any_of(vec![self, other])
    }

    /// Holds when all do; `true` when there are none.
    pub fn all(members: Vec<Expr>) -> Expr {
        let flat = members.into_iter().flat_map(|member| match member {
            Expr::And(inner) => inner,
            Expr::Bool(true) => Vec::new(),
            other => vec![other],
        });
        chain(flat.collect(), true, Expr::And)
    }

    /// Holds when one does; `false` when there are none.
    pub fn any_of(members: Vec<Expr>) -> Expr {
        let flat = members.into_iter().flat_map(|member| match member {
            Expr::Or(inner) => inner,
            Expr::Bool(false) => Vec::new(),
            other => vec![other],
        });
        chain(flat.collect(), false, Expr::Or)
    }

    /// A call as the parser makes it: `date("2026-01-31")` and `instant("…")` become literals, so that a
    /// misspelt date is found where it is written.
    pub(super) fn call(function: Function, args: Vec<Expr>) -> Result<Expr, Message> {
        match (function, args.as_slice()) {
            (Function::Date, [Expr::Text(text)]) => parse_date(text).map(Expr::Date),
            (Function::Instant, [Expr::Text(text)]) => parse_instant(text),
            _ => Ok(Expr::Call(function, args)),
        }
    }

    /// The parts of this node.
    pub fn children(&self) -> Vec<&Expr> {
        match self {
            Expr::Null
            | Expr::Bool(_)
            | Expr::Decimal(_)
            | Expr::Text(_)
            | Expr::Date(_)
            | Expr::Instant(_)
            | Expr::Id(_)
            | Expr::Field(_)
            | Expr::Word(_) => Vec::new(),
            Expr::List(items) | Expr::And(items) | Expr::Or(items) | Expr::Call(_, items) => {
                items.iter().collect()
            }
            Expr::Not(a) | Expr::Negate(a) => vec![a],
            Expr::Compare(_, a, b) | Expr::In(a, b) | Expr::Arithmetic(_, a, b) => vec![a, b],
            Expr::If(a, b, c) => vec![a, b, c],
            Expr::Over { body, .. } => body.iter().map(AsRef::as_ref).collect(),
        }
    }

    /// Levels of the tree. Walks with a list of its own, because it guards the walks that recurse.
    pub fn depth(&self) -> usize {
        let mut deepest = 0;
        let mut open = vec![(self, 1)];
        while let Some((expr, depth)) = open.pop() {
            deepest = deepest.max(depth);
            open.extend(expr.children().into_iter().map(|child| (child, depth + 1)));
        }
        deepest
    }
}

pub(super) fn parse_date(text: &str) -> Result<Date, Message> {
    text.parse().map_err(|_| Message::new("expr.date").with("value", text))
}

/// A date in an instant's place is its first moment, which only the reader's zone can tell.
pub(super) fn parse_instant(text: &str) -> Result<Expr, Message> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(Expr::Instant(millis(instant)));
    }
    match parse_date(text) {
        Ok(date) => Ok(Expr::Call(Function::Instant, vec![Expr::Date(date)])),
        Err(_) => Err(Message::new("expr.instant").with("value", text)),
    }
}

pub(super) fn millis(instant: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(instant.as_millisecond()).unwrap_or(instant)
}

fn chain(mut members: Vec<Expr>, empty: bool, wrap: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    match members.len() {
        0 => Expr::Bool(empty),
        1 => members.remove(0),
        _ => wrap(members),
    }
}

impl From<&str> for Expr {
    fn from(text: &str) -> Self {
        Expr::Text(text.to_owned())
    }
}

impl From<String> for Expr {
    fn from(text: String) -> Self {
        Expr::Text(text)
    }
}

impl From<bool> for Expr {
    fn from(value: bool) -> Self {
        Expr::Bool(value)
    }
}

impl From<i64> for Expr {
    fn from(number: i64) -> Self {
        Expr::Decimal(number.into())
    }
}

impl From<Decimal> for Expr {
    fn from(decimal: Decimal) -> Self {
        Expr::Decimal(decimal)
    }
}

impl From<Date> for Expr {
    fn from(date: Date) -> Self {
        Expr::Date(date)
    }
}

impl From<Timestamp> for Expr {
    fn from(instant: Timestamp) -> Self {
        Expr::instant(instant)
    }
}

impl From<RecordId> for Expr {
    fn from(id: RecordId) -> Self {
        Expr::Id(id)
    }
}

impl From<Word> for Expr {
    fn from(word: Word) -> Self {
        Expr::Word(word)
    }
}
