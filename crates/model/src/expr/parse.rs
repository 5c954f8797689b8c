//! Tokens into a tree, by recursive descent with a bound on the recursion.

use super::{
    Comparison, Expr, ExprError, Fold, Function, MAX_DEPTH, MAX_SOURCE, Operator, Word, is_reserved,
    token::{Kind, Token, tokens},
};
use crate::issue::Message;

/// Reads an expression.
///
/// # Errors
/// With the place, when the source is not an expression or is too long or too deep.
pub fn parse(source: &str) -> Result<Expr, ExprError> {
    if source.len() > MAX_SOURCE {
        return Err(ExprError::TooLong);
    }
    let mut parser = Parser { tokens: tokens(source)?, next: 0, nesting: 0 };
    let expr = parser.expression()?;
    match parser.peek() {
        Kind::End => {}
        _ => return Err(parser.unexpected()),
    }
    if expr.depth() > MAX_DEPTH { Err(ExprError::TooDeep) } else { Ok(expr) }
}

/// A level of the tree costs at most a bracket and a step into the operand, so the canonical source of every
/// tree within the depth limit stays within this one.
const MAX_NESTING: usize = 2 * MAX_DEPTH + 2;

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    nesting: usize,
}

impl Parser {
    fn expression(&mut self) -> Result<Expr, ExprError> {
        self.enter()?;
        let condition = self.or()?;
        let expr = if self.accept("?") {
            let then = self.expression()?;
            self.expect(":")?;
            let otherwise = self.expression()?;
            Expr::If(Box::new(condition), Box::new(then), Box::new(otherwise))
        } else {
            condition
        };
        self.nesting -= 1;
        Ok(expr)
    }

    fn or(&mut self) -> Result<Expr, ExprError> {
        let first = self.and()?;
        let mut members = vec![first];
        while self.accept("||") {
            members.push(self.and()?);
        }
        Ok(one_or(members, Expr::Or))
    }

    fn and(&mut self) -> Result<Expr, ExprError> {
        let first = self.relation()?;
        let mut members = vec![first];
        while self.accept("&&") {
            members.push(self.relation()?);
        }
        Ok(one_or(members, Expr::And))
    }

    /// Comparisons do not chain: `a < b < c` never means what its writer hopes.
    fn relation(&mut self) -> Result<Expr, ExprError> {
        let left = self.sum()?;
        let expr = if self.accept_name("in") {
            Expr::In(Box::new(left), Box::new(self.sum()?))
        } else if let Some(comparison) = self.comparison() {
            Expr::Compare(comparison, Box::new(left), Box::new(self.sum()?))
        } else {
            return Ok(left);
        };
        let at = self.at();
        if self.accept_name("in") || self.comparison().is_some() {
            return Err(ExprError::syntax(at, "expr.chained"));
        }
        Ok(expr)
    }

    fn comparison(&mut self) -> Option<Comparison> {
        let Kind::Sign(sign) = self.peek() else { return None };
        let comparison = Comparison::from_symbol(sign)?;
        self.next += 1;
        Some(comparison)
    }

    fn sum(&mut self) -> Result<Expr, ExprError> {
        let mut left = self.product()?;
        while let Some(operator) = self.operator(false) {
            left = Expr::Arithmetic(operator, Box::new(left), Box::new(self.product()?));
        }
        Ok(left)
    }

    fn product(&mut self) -> Result<Expr, ExprError> {
        let mut left = self.unary()?;
        while let Some(operator) = self.operator(true) {
            left = Expr::Arithmetic(operator, Box::new(left), Box::new(self.unary()?));
        }
        Ok(left)
    }

    fn operator(&mut self, product: bool) -> Option<Operator> {
        let Kind::Sign(sign) = self.peek() else { return None };
        let operator = Operator::from_symbol(sign).filter(|operator| operator.is_product() == product)?;
        self.next += 1;
        Some(operator)
    }

    fn unary(&mut self) -> Result<Expr, ExprError> {
        let wrap = if self.accept("!") {
            Expr::Not
        } else if self.accept("-") {
            // A minus before a number belongs to the literal, so that -5 is one constant everywhere.
            if let Kind::Decimal(decimal) = self.peek() {
                let negative = Expr::Decimal(-*decimal);
                self.next += 1;
                return Ok(negative);
            }
            Expr::Negate
        } else {
            return self.primary();
        };
        self.enter()?;
        let operand = self.unary()?;
        self.nesting -= 1;
        Ok(wrap(Box::new(operand)))
    }

    fn primary(&mut self) -> Result<Expr, ExprError> {
        let Token { at, kind } = self.tokens[self.next].clone();
        match kind {
            Kind::Decimal(decimal) => {
                self.next += 1;
                Ok(Expr::Decimal(decimal))
            }
            Kind::Text(text) => {
                self.next += 1;
                Ok(Expr::Text(text))
            }
            Kind::Sign("(") => {
                self.next += 1;
                let inner = self.expression()?;
                self.expect(")")?;
                Ok(inner)
            }
            Kind::Sign("[") => {
                self.next += 1;
                self.items("]").map(Expr::List)
            }
            Kind::Name(name) => {
                self.next += 1;
                self.named(&name, at)
            }
            _ => Err(self.unexpected()),
        }
    }

    fn named(&mut self, name: &str, at: usize) -> Result<Expr, ExprError> {
        match name {
            "null" => return Ok(Expr::Null),
            "true" => return Ok(Expr::Bool(true)),
            "false" => return Ok(Expr::Bool(false)),
            _ => {}
        }
        if let Some(word) = Word::from_name(name) {
            if self.accept("(") {
                self.expect(")")?;
            }
            return Ok(Expr::Word(word));
        }
        if is_reserved(name) {
            self.next -= 1;
            return Err(self.unexpected());
        }
        if self.accept("(") { self.call(name, at) } else { self.path(name).map(Expr::Field) }
    }

    fn path(&mut self, first: &str) -> Result<Vec<String>, ExprError> {
        let mut path = vec![first.to_owned()];
        while self.accept(".") {
            let Kind::Name(name) = self.peek() else { return Err(self.unexpected()) };
            path.push(name.clone());
            self.next += 1;
        }
        Ok(path)
    }

    fn call(&mut self, name: &str, at: usize) -> Result<Expr, ExprError> {
        if let Some(fold) = Fold::from_name(name) {
            return self.fold(fold);
        }
        let args = self.items(")")?;
        let given = args.len();
        let arity = |least: usize, most: usize| {
            let expected = if least == most { least.to_string() } else { format!("{least}\u{2013}{most}") };
            let message =
                Message::new("expr.arity").with("name", name).with("expected", expected).with("given", given);
            ExprError::Syntax { at, message }
        };
        match name {
            "if" => match <[Expr; 3]>::try_from(args) {
                Ok([a, b, c]) => Ok(Expr::If(Box::new(a), Box::new(b), Box::new(c))),
                Err(_) => Err(arity(3, 3)),
            },
            "id" => match args.as_slice() {
                [Expr::Text(text)] => text.parse().map(Expr::Id).map_err(|_| ExprError::Syntax {
                    at,
                    message: Message::new("expr.id").with("value", text),
                }),
                [_] => Err(ExprError::syntax(at, "expr.id_literal")),
                _ => Err(arity(1, 1)),
            },
            _ => {
                let function = Function::from_name(name).ok_or_else(|| ExprError::Syntax {
                    at,
                    message: Message::new("expr.unknown_function").with("name", name),
                })?;
                let (least, most) = function.arity();
                if given < least || given > most {
                    return Err(arity(least, most));
                }
                Expr::call(function, args).map_err(|message| ExprError::Syntax { at, message })
            }
        }
    }

    /// The relation comes first and is a name, not a value: `any(order.customer, total > 100)`.
    fn fold(&mut self, fold: Fold) -> Result<Expr, ExprError> {
        let Kind::Name(name) = self.peek().clone() else { return Err(self.unexpected()) };
        if is_reserved(&name) {
            return Err(self.unexpected());
        }
        self.next += 1;
        let relation = self.path(&name)?.join(".");
        let body = if self.accept(",") {
            Some(Box::new(self.expression()?))
        } else if fold == Fold::Count {
            None
        } else {
            return Err(self.unexpected());
        };
        self.expect(")")?;
        Ok(Expr::Over { fold, relation, body })
    }

    fn items(&mut self, close: &'static str) -> Result<Vec<Expr>, ExprError> {
        let mut items = Vec::new();
        if self.accept(close) {
            return Ok(items);
        }
        loop {
            items.push(self.expression()?);
            if !self.accept(",") {
                self.expect(close)?;
                return Ok(items);
            }
        }
    }

    fn enter(&mut self) -> Result<(), ExprError> {
        self.nesting += 1;
        if self.nesting > MAX_NESTING { Err(ExprError::TooDeep) } else { Ok(()) }
    }

    fn peek(&self) -> &Kind {
        &self.tokens[self.next].kind
    }

    fn at(&self) -> usize {
        self.tokens[self.next].at
    }

    fn accept(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Kind::Sign(s) if *s == sign);
        self.next += usize::from(found);
        found
    }

    fn accept_name(&mut self, name: &str) -> bool {
        let found = matches!(self.peek(), Kind::Name(n) if n == name);
        self.next += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &'static str) -> Result<(), ExprError> {
        if self.accept(sign) {
            return Ok(());
        }
        let message = Message::new("expr.expected").with("token", sign);
        Err(ExprError::Syntax { at: self.at(), message })
    }

    fn unexpected(&self) -> ExprError {
        let token = match self.peek() {
            Kind::Name(name) => name.clone(),
            Kind::Decimal(decimal) => decimal.to_string(),
            Kind::Text(text) => text.clone(),
            Kind::Sign(sign) => (*sign).to_owned(),
            Kind::End => return ExprError::syntax(self.at(), "expr.unfinished"),
        };
        ExprError::Syntax { at: self.at(), message: Message::new("expr.unexpected").with("token", token) }
    }
}

fn one_or(mut members: Vec<Expr>, wrap: impl Fn(Vec<Expr>) -> Expr) -> Expr {
    match members.len() {
        1 => members.remove(0),
        _ => wrap(members),
    }
}
