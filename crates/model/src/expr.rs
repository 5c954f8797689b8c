//! The expression language of formulas, validation, conditions, segments, access rules and filters.
//! Grammar, null table and JSON form are published in `docs/expressions.md`.
//!
//! Source text or JSON becomes an [`Expr`]; [`check()`] resolves names against a [`Schema`] and gives it a
//! type; [`evaluate()`] computes it over a [`Source`], and the store compiles the same tree to SQL. The notation
//! is CEL's, the tree is ours: money stays exact, every walk is bounded, and null has one meaning on
//! every engine.

mod build;
mod check;
mod error;
mod evaluate;
mod json;
mod op;
mod parse;
mod print;
mod schema;
mod token;
mod types;
pub mod units;
mod word;

pub use check::{Checked, check};
pub use error::ExprError;
pub use evaluate::{Env, MAX_STEPS, Source, evaluate, holds};
pub use op::{Comparison, Operator};
pub use parse::parse;
pub use types::{FieldType, Schema, Type};
pub use word::{Fold, Function, RESERVED, Word, is_reserved};

use crate::id::RecordId;
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;

/// Longest source, in bytes.
pub const MAX_SOURCE: usize = 2048;
/// Deepest tree. Chains of `&&` and `||` are one level, however long.
pub const MAX_DEPTH: usize = 32;
/// Most nodes of a tree that arrives as JSON, where there is no source whose length could be limited.
pub const MAX_NODES: usize = 2000;

/// An expression.
///
/// Trees that the parser made print as source that parses back to the same tree. So do trees made in Rust
/// if `And` and `Or` have at least two members, which [`Expr::all`] and [`Expr::and`] see to, and if paths
/// are made of API names.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `12.5`; money is in yuan.
    Decimal(Decimal),
    /// `"text"`
    Text(String),
    /// `date("2026-01-31")`
    Date(Date),
    /// `instant("2026-01-31T01:30:00Z")`, kept to the millisecond as storage does.
    Instant(Timestamp),
    /// `id("42")`: a record, whatever its object, because ids are unique in an account set.
    Id(RecordId),
    /// `customer.grade`
    Field(Vec<String>),
    /// `today`, `me` and the other words that stand for something about the reader or the clock.
    Word(Word),
    /// `[a, b]`, only after `in`.
    List(Vec<Expr>),
    /// `!a`
    Not(Box<Expr>),
    /// `-a`
    Negate(Box<Expr>),
    /// `a && b && c`
    And(Vec<Expr>),
    /// `a || b || c`
    Or(Vec<Expr>),
    /// `a < b`
    Compare(Comparison, Box<Expr>, Box<Expr>),
    /// `a in [b, c]`
    In(Box<Expr>, Box<Expr>),
    /// `a + b`
    Arithmetic(Operator, Box<Expr>, Box<Expr>),
    /// `a ? b : c`
    If(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `contains(name, "x")`
    Call(Function, Vec<Expr>),
    /// `any(order.customer, total > 100)`: one pass over the records that refer to this one.
    Over {
        /// What is made of the records.
        fold: Fold,
        /// `child_object.reference_field`, or the child object alone until the checker resolves it.
        relation: String,
        /// Evaluated on each of them; only `count` may go without.
        body: Option<Box<Expr>>,
    },
}

#[cfg(test)]
mod tests;
