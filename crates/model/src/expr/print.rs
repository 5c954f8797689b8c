//! The canonical source of a tree: the fewest brackets with which it parses back to itself.

use super::{Expr, Function};
use std::fmt::{self, Display, Formatter, Write};

/// How tightly a node binds; an operand that binds less tightly than its place asks for is bracketed.
const TERNARY: u8 = 0;
const OR: u8 = 1;
const AND: u8 = 2;
const RELATION: u8 = 3;
const SUM: u8 = 4;
const PRODUCT: u8 = 5;
const UNARY: u8 = 6;
const PRIMARY: u8 = 7;

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        print(f, self, TERNARY)
    }
}

fn binding(expr: &Expr) -> u8 {
    match expr {
        Expr::If(..) => TERNARY,
        Expr::Or(members) if members.len() > 1 => OR,
        Expr::And(members) if members.len() > 1 => AND,
        Expr::Compare(..) | Expr::In(..) => RELATION,
        Expr::Arithmetic(operator, ..) if operator.is_product() => PRODUCT,
        Expr::Arithmetic(..) => SUM,
        Expr::Not(_) | Expr::Negate(_) => UNARY,
        _ => PRIMARY,
    }
}

fn print(f: &mut Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    let bracketed = binding(expr) < least;
    if bracketed {
        f.write_char('(')?;
    }
    node(f, expr, least)?;
    if bracketed {
        f.write_char(')')?;
    }
    Ok(())
}

fn node(f: &mut Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    match expr {
        Expr::Null => f.write_str("null"),
        Expr::Bool(value) => write!(f, "{value}"),
        Expr::Decimal(decimal) => write!(f, "{}", decimal.normalize()),
        Expr::Text(text) => quoted(f, text),
        Expr::Date(date) => write!(f, "date(\"{date}\")"),
        Expr::Instant(instant) => write!(f, "instant(\"{instant}\")"),
        Expr::Id(id) => write!(f, "id(\"{id}\")"),
        Expr::Field(path) => f.write_str(&path.join(".")),
        Expr::Word(word) => f.write_str(word.name()),
        Expr::List(items) => {
            f.write_char('[')?;
            separated(f, items, ", ", TERNARY)?;
            f.write_char(']')
        }
        Expr::Not(inner) => {
            f.write_char('!')?;
            print(f, inner, UNARY)
        }
        Expr::Negate(inner) => {
            f.write_char('-')?;
            // Without brackets the minus would become part of the literal.
            if matches!(**inner, Expr::Decimal(_)) { write!(f, "({inner})") } else { print(f, inner, UNARY) }
        }
        // Chains that the constructors never make: without members, or with one.
        Expr::And(members) if members.len() < 2 => short_chain(f, members, true, least),
        Expr::Or(members) if members.len() < 2 => short_chain(f, members, false, least),
        Expr::And(members) => separated(f, members, " && ", RELATION),
        Expr::Or(members) => separated(f, members, " || ", AND),
        Expr::Compare(comparison, left, right) => {
            print(f, left, SUM)?;
            write!(f, " {} ", comparison.symbol())?;
            print(f, right, SUM)
        }
        Expr::In(left, right) => {
            print(f, left, SUM)?;
            f.write_str(" in ")?;
            print(f, right, SUM)
        }
        Expr::Arithmetic(operator, left, right) => {
            let own = if operator.is_product() { PRODUCT } else { SUM };
            print(f, left, own)?;
            write!(f, " {} ", operator.symbol())?;
            print(f, right, own + 1)
        }
        Expr::If(condition, then, otherwise) => {
            print(f, condition, OR)?;
            f.write_str(" ? ")?;
            print(f, then, OR)?;
            f.write_str(" : ")?;
            print(f, otherwise, TERNARY)
        }
        Expr::Call(function, args) => call(f, *function, args),
        Expr::Over { fold, relation, body } => {
            write!(f, "{}({relation}", fold.name())?;
            if let Some(body) = body {
                write!(f, ", {body}")?;
            }
            f.write_char(')')
        }
    }
}

fn call(f: &mut Formatter<'_>, function: Function, args: &[Expr]) -> fmt::Result {
    write!(f, "{}(", function.name())?;
    separated(f, args, ", ", TERNARY)?;
    f.write_char(')')
}

fn short_chain(f: &mut Formatter<'_>, members: &[Expr], empty: bool, least: u8) -> fmt::Result {
    match members.first() {
        Some(member) => print(f, member, least),
        None => write!(f, "{empty}"),
    }
}

fn separated(f: &mut Formatter<'_>, items: &[Expr], by: &str, least: u8) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(by)?;
        }
        print(f, item, least)?;
    }
    Ok(())
}

fn quoted(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
