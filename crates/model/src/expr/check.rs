//! Names resolved and types given, before an expression is stored or run. What the checker accepts the
//! evaluator computes without a type error.

use super::{
    Comparison, Expr, ExprError, Fold, Function, MAX_DEPTH, Schema, Type, Word,
    build::{parse_date, parse_instant},
};
use crate::{id::RecordId, issue::Message};
use std::collections::BTreeSet;

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The type of the whole.
    pub ty: Type,
    /// Every field it reads, by dotted path and with each step on the way: `customer.grade` reads
    /// `customer` and `customer.grade`. A relation reads `order.customer`, and `order.total` inside it.
    pub reads: BTreeSet<String>,
    /// Whether the value changes with the clock.
    pub mentions_today: bool,
    /// Whether the value changes with the reader.
    pub mentions_me: bool,
    /// The tree with full relation names and with texts turned into the dates and records they stand for.
    pub expr: Expr,
}

/// Checks an expression against what is known of an object.
///
/// # Errors
/// Names the field, relation or part that does not fit.
pub fn check(expr: &Expr, schema: &dyn Schema) -> Result<Checked, ExprError> {
    if expr.depth() > MAX_DEPTH {
        return Err(ExprError::TooDeep);
    }
    let mut checker = Checker { reads: BTreeSet::new(), mentions_today: false, mentions_me: false };
    let typed = checker.value(expr, &Scope { schema, object: None })?;
    let Checker { reads, mentions_today, mentions_me } = checker;
    Ok(Checked { ty: typed.ty, reads, mentions_today, mentions_me, expr: typed.expr })
}

/// The object whose fields names mean; a child object's name inside a relation.
struct Scope<'a> {
    schema: &'a dyn Schema,
    object: Option<&'a str>,
}

struct Typed {
    expr: Expr,
    ty: Type,
}

impl Typed {
    fn new(ty: Type, expr: Expr) -> Self {
        Typed { expr, ty }
    }

    fn boxed(self) -> Box<Expr> {
        Box::new(self.expr)
    }
}

struct Checker {
    reads: BTreeSet<String>,
    mentions_today: bool,
    mentions_me: bool,
}

impl Checker {
    /// A part that stands for one value.
    fn value(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed, ExprError> {
        let typed = self.visit(expr, scope)?;
        if typed.ty == Type::Refs { Err(refuse(expr, "expr.only_after_in")) } else { Ok(typed) }
    }

    fn visit(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Typed, ExprError> {
        Ok(match expr {
            Expr::Null => Typed::new(Type::Null, Expr::Null),
            Expr::Bool(_) => Typed::new(Type::Bool, expr.clone()),
            Expr::Decimal(_) => Typed::new(Type::Decimal, expr.clone()),
            Expr::Text(_) => Typed::new(Type::Text, expr.clone()),
            Expr::Date(_) => Typed::new(Type::Date, expr.clone()),
            Expr::Instant(_) => Typed::new(Type::Instant, expr.clone()),
            Expr::Id(_) => Typed::new(Type::Ref, expr.clone()),
            Expr::Field(path) => self.field(expr, path, scope)?,
            Expr::Word(word) => self.word(*word),
            Expr::List(_) => return Err(refuse(expr, "expr.only_after_in")),
            Expr::Not(inner) => Typed::new(Type::Bool, Expr::Not(self.condition(inner, scope)?)),
            Expr::Negate(inner) => Typed::new(Type::Decimal, Expr::Negate(self.decimal(inner, scope)?)),
            Expr::And(members) => Typed::new(Type::Bool, Expr::And(self.conditions(members, scope)?)),
            Expr::Or(members) => Typed::new(Type::Bool, Expr::Or(self.conditions(members, scope)?)),
            Expr::Compare(comparison, left, right) => {
                let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
                let (left, right) = comparable(expr, *comparison, left, right)?;
                Typed::new(Type::Bool, Expr::Compare(*comparison, Box::new(left), Box::new(right)))
            }
            Expr::In(left, right) => self.membership(expr, left, right, scope)?,
            Expr::Arithmetic(operator, left, right) => Typed::new(
                Type::Decimal,
                Expr::Arithmetic(*operator, self.decimal(left, scope)?, self.decimal(right, scope)?),
            ),
            Expr::If(condition, then, otherwise) => {
                let condition = self.condition(condition, scope)?;
                let (then, otherwise) = (self.value(then, scope)?, self.value(otherwise, scope)?);
                let (then, otherwise, ty) = unify(expr, then, otherwise)?;
                Typed::new(ty, Expr::If(condition, then.boxed(), otherwise.boxed()))
            }
            Expr::Call(function, args) => self.call(expr, *function, args, scope)?,
            Expr::Over { fold, relation, body } => self.over(*fold, relation, body.as_deref(), scope)?,
        })
    }

    fn field(&mut self, expr: &Expr, path: &[String], scope: &Scope<'_>) -> Result<Typed, ExprError> {
        let found =
            scope.schema.field(path).ok_or_else(|| ExprError::UnknownField { name: path.join(".") })?;
        for steps in 1..=path.len() {
            let read = path[..steps].join(".");
            self.reads.insert(match scope.object {
                Some(object) => format!("{object}.{read}"),
                None => read,
            });
        }
        Ok(Typed::new(found.ty, expr.clone()))
    }

    fn word(&mut self, word: Word) -> Typed {
        if word.is_clock() {
            self.mentions_today = true;
        } else {
            self.mentions_me = true;
        }
        let ty = match word {
            Word::Today | Word::StartOfMonth => Type::Date,
            Word::Now => Type::Instant,
            Word::Me | Word::MyDepartment => Type::Ref,
            Word::MyTeam | Word::MyDepartments => Type::Refs,
        };
        Typed::new(ty, Expr::Word(word))
    }

    fn condition(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Box<Expr>, ExprError> {
        self.typed(expr, Type::Bool, scope)
    }

    fn decimal(&mut self, expr: &Expr, scope: &Scope<'_>) -> Result<Box<Expr>, ExprError> {
        self.typed(expr, Type::Decimal, scope)
    }

    fn typed(&mut self, expr: &Expr, ty: Type, scope: &Scope<'_>) -> Result<Box<Expr>, ExprError> {
        let typed = self.value(expr, scope)?;
        if typed.ty == ty || typed.ty == Type::Null {
            Ok(typed.boxed())
        } else {
            Err(mismatch(expr, ty, typed.ty))
        }
    }

    fn conditions(&mut self, members: &[Expr], scope: &Scope<'_>) -> Result<Vec<Expr>, ExprError> {
        members.iter().map(|member| self.condition(member, scope).map(|member| *member)).collect()
    }

    fn membership(
        &mut self,
        expr: &Expr,
        left: &Expr,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<Typed, ExprError> {
        let item = self.value(left, scope)?;
        let Expr::List(options) = right else {
            let many = self.visit(right, scope)?;
            let whole = match many.ty {
                Type::Refs if item.ty.is_reference() => Expr::In(item.boxed(), many.boxed()),
                Type::List if item.ty.is_textual() => {
                    Expr::Call(Function::Contains, vec![many.expr, item.expr])
                }
                Type::Refs => return Err(mismatch(left, Type::Ref, item.ty)),
                Type::List => return Err(mismatch(left, Type::Text, item.ty)),
                _ => return Err(refuse(right, "expr.in_list")),
            };
            return Ok(Typed::new(Type::Bool, whole));
        };
        let mut kept = Vec::with_capacity(options.len());
        for option in options {
            let option = self.value(option, scope)?;
            let item = Typed::new(item.ty, item.expr.clone());
            let (unchanged, option) = comparable(expr, Comparison::Equal, item, option)?;
            // A date among instants would change the left side for one option and not for the next.
            if matches!(unchanged, Expr::Call(Function::Instant, _))
                && !matches!(left, Expr::Call(Function::Instant, _))
            {
                return Err(mismatch(&option, Type::Date, Type::Instant));
            }
            kept.push(option);
        }
        Ok(Typed::new(Type::Bool, Expr::In(item.boxed(), Box::new(Expr::List(kept)))))
    }

    fn call(
        &mut self,
        expr: &Expr,
        function: Function,
        args: &[Expr],
        scope: &Scope<'_>,
    ) -> Result<Typed, ExprError> {
        let (least, most) = function.arity();
        if args.len() < least || args.len() > most {
            return Err(refuse(expr, "expr.argument_count"));
        }
        if function.is_clock() {
            self.mentions_today = true;
        }
        let mut typed = Vec::with_capacity(args.len());
        for arg in args {
            typed.push(self.value(arg, scope)?);
        }
        call(expr, function, args, typed)
    }

    fn over(
        &mut self,
        fold: Fold,
        relation: &str,
        body: Option<&Expr>,
        scope: &Scope<'_>,
    ) -> Result<Typed, ExprError> {
        let (relation, child) = scope
            .schema
            .relation(relation)
            .ok_or_else(|| ExprError::UnknownRelation { name: relation.to_owned() })?;
        self.reads.insert(relation.clone());
        let object = relation.split('.').next();
        let inner = Scope { schema: &*child, object };
        let (ty, body) = match (fold, body) {
            (Fold::Count, None) => (Type::Decimal, None),
            (_, None) => return Err(ExprError::UnknownRelation { name: relation }),
            (Fold::Any | Fold::All, Some(body)) => (Type::Bool, Some(self.condition(body, &inner)?)),
            (Fold::Count, Some(body)) => (Type::Decimal, Some(self.condition(body, &inner)?)),
            (Fold::Sum, Some(body)) => (Type::Decimal, Some(self.decimal(body, &inner)?)),
        };
        Ok(Typed::new(ty, Expr::Over { fold, relation, body }))
    }
}

/// The type of a call whose arguments are already typed.
fn call(expr: &Expr, function: Function, args: &[Expr], typed: Vec<Typed>) -> Result<Typed, ExprError> {
    let types: Vec<Type> = typed.iter().map(|arg| arg.ty).collect();
    let expect = |index: usize, fits: &dyn Fn(Type) -> bool, wanted: Type| match types[index] {
        Type::Null => Ok(()),
        ty if fits(ty) => Ok(()),
        ty => Err(mismatch(&args[index], wanted, ty)),
    };
    let is = |wanted: Type| move |ty: Type| ty == wanted;
    let mut exprs: Vec<Expr> = typed.into_iter().map(|arg| arg.expr).collect();
    let ty = match function {
        Function::Contains => {
            expect(0, &|ty| ty.is_textual() || ty == Type::List, Type::Text)?;
            expect(1, &Type::is_textual, Type::Text)?;
            Type::Bool
        }
        Function::StartsWith => {
            expect(0, &Type::is_textual, Type::Text)?;
            expect(1, &Type::is_textual, Type::Text)?;
            Type::Bool
        }
        Function::IsEmpty => Type::Bool,
        Function::Date => {
            expect(0, &|ty| matches!(ty, Type::Date | Type::Instant), Type::Instant)?;
            if types[0] == Type::Date {
                return Ok(Typed::new(Type::Date, exprs.remove(0)));
            }
            Type::Date
        }
        Function::Instant => {
            expect(0, &|ty| matches!(ty, Type::Date | Type::Instant), Type::Date)?;
            if types[0] == Type::Instant {
                return Ok(Typed::new(Type::Instant, exprs.remove(0)));
            }
            Type::Instant
        }
        Function::DaysAgo | Function::DaysFromNow | Function::MonthsAgo => {
            expect(0, &is(Type::Decimal), Type::Decimal)?;
            Type::Date
        }
        Function::Year | Function::Month => {
            expect(0, &|ty| matches!(ty, Type::Date | Type::Instant), Type::Date)?;
            if types[0] == Type::Instant {
                exprs = vec![Expr::Call(Function::Date, exprs)];
            }
            Type::Decimal
        }
        Function::Round => {
            for index in 0..types.len() {
                expect(index, &is(Type::Decimal), Type::Decimal)?;
            }
            Type::Decimal
        }
        Function::Min | Function::Max => {
            let (unified, ty) = unify_all(expr, types.iter().copied().zip(exprs))?;
            exprs = unified;
            if !matches!(ty, Type::Decimal | Type::Date | Type::Instant | Type::Null) {
                return Err(mismatch(expr, Type::Decimal, ty));
            }
            ty
        }
        Function::Coalesce => {
            let (unified, ty) = unify_all(expr, types.iter().copied().zip(exprs))?;
            exprs = unified;
            ty
        }
        Function::Concat => {
            for index in 0..types.len() {
                expect(
                    index,
                    &|ty| matches!(ty, Type::Text | Type::Choice | Type::Decimal | Type::Date),
                    Type::Text,
                )?;
            }
            Type::Text
        }
    };
    Ok(Typed::new(ty, Expr::Call(function, exprs)))
}

/// Several values of which one is the result.
fn unify_all(
    whole: &Expr,
    parts: impl Iterator<Item = (Type, Expr)>,
) -> Result<(Vec<Expr>, Type), ExprError> {
    let mut parts: Vec<Typed> = parts.map(|(ty, expr)| Typed::new(ty, expr)).collect();
    let mut whole_type = Type::Null;
    // Twice, because a later part may turn the earlier ones from dates into instants.
    for _ in 0..2 {
        let mut known = Typed::new(whole_type, Expr::Null);
        let mut unified = Vec::with_capacity(parts.len());
        for part in parts {
            let (before, part, ty) = unify(whole, known, part)?;
            let latest = if before.ty == ty { before } else { Typed::new(part.ty, part.expr.clone()) };
            known = Typed::new(ty, latest.expr);
            unified.push(part);
        }
        whole_type = known.ty;
        parts = unified;
    }
    Ok((parts.into_iter().map(|part| part.expr).collect(), whole_type))
}

/// Two values of which one is the result, and the type of that.
fn unify(whole: &Expr, left: Typed, right: Typed) -> Result<(Typed, Typed, Type), ExprError> {
    if left.ty == Type::Null || right.ty == Type::Null {
        let ty = if left.ty == Type::Null { right.ty } else { left.ty };
        return Ok((left, right, ty));
    }
    let types = (left.ty, right.ty);
    let (left, right) = coerce(left, right)?;
    let ty = match (left.ty, right.ty) {
        (a, b) if a == b => a,
        (a, b) if a.is_textual() && b.is_textual() => Type::Text,
        _ => return Err(two_types(whole, types.0, types.1)),
    };
    Ok((left, right, ty))
}

/// The two sides of a comparison.
fn comparable(
    whole: &Expr,
    comparison: Comparison,
    left: Typed,
    right: Typed,
) -> Result<(Expr, Expr), ExprError> {
    for side in [&left, &right] {
        // Never true, and its writer always means `is_empty`.
        if side.ty == Type::Null || side.expr == Expr::Text(String::new()) {
            return Err(refuse(whole, "expr.compared_with_null"));
        }
    }
    let (lt, rt) = (left.ty, right.ty);
    let (left, right) = coerce(left, right)?;
    let fits = match (left.ty, right.ty) {
        (Type::Decimal, Type::Decimal) | (Type::Date, Type::Date) | (Type::Instant, Type::Instant) => true,
        (Type::Text, Type::Text) => true,
        (Type::Bool, Type::Bool) => !comparison.is_ordered(),
        (a, b) if a.is_textual() && b.is_textual() => !comparison.is_ordered(),
        (a, b) if a.is_reference() && b.is_reference() => !comparison.is_ordered(),
        _ => false,
    };
    if fits { Ok((left.expr, right.expr)) } else { Err(two_types(whole, lt, rt)) }
}

/// Turns a literal into what it stands for beside the other side, and a date beside an instant into the
/// date's first moment.
fn coerce(left: Typed, right: Typed) -> Result<(Typed, Typed), ExprError> {
    Ok(match (left.ty, right.ty) {
        (Type::Date, Type::Instant) => (first_moment(left), right),
        (Type::Instant, Type::Date) => (left, first_moment(right)),
        (ty, _) if matches!(right.expr, Expr::Text(_) | Expr::Decimal(_)) => (left, literal(ty, right)?),
        (_, ty) if matches!(left.expr, Expr::Text(_) | Expr::Decimal(_)) => (literal(ty, left)?, right),
        _ => (left, right),
    })
}

fn first_moment(date: Typed) -> Typed {
    Typed::new(Type::Instant, Expr::Call(Function::Instant, vec![date.expr]))
}

fn literal(wanted: Type, literal: Typed) -> Result<Typed, ExprError> {
    let wrong = |message| ExprError::types(&literal.expr, message);
    match (wanted, &literal.expr) {
        (Type::Date, Expr::Text(text)) => {
            Ok(Typed::new(Type::Date, Expr::Date(parse_date(text).map_err(wrong)?)))
        }
        (Type::Instant, Expr::Text(text)) => {
            Ok(Typed::new(Type::Instant, parse_instant(text).map_err(wrong)?))
        }
        (Type::Ref | Type::AnyRef, Expr::Text(text)) => match parse_id(text) {
            Some(id) => Ok(Typed::new(Type::Ref, Expr::Id(id))),
            None => Err(wrong(Message::new("expr.id").with("value", text))),
        },
        (Type::Ref | Type::AnyRef, Expr::Decimal(number)) => {
            match parse_id(&number.normalize().to_string()) {
                Some(id) => Ok(Typed::new(Type::Ref, Expr::Id(id))),
                None => Err(wrong(Message::new("expr.id").with("value", number))),
            }
        }
        _ => Ok(literal),
    }
}

/// `42`, or `customer:42` as references to several objects are written; ids are unique across objects.
pub(super) fn parse_id(text: &str) -> Option<RecordId> {
    text.rsplit_once(':').map_or(text, |(_, id)| id).parse().ok()
}

fn refuse(part: &Expr, key: &'static str) -> ExprError {
    ExprError::types(part, Message::new(key))
}

fn mismatch(part: &Expr, wanted: Type, found: Type) -> ExprError {
    let message =
        Message::new("expr.wrong_type").with("wanted", wanted.phrase()).with("found", found.phrase());
    ExprError::types(part, message)
}

fn two_types(part: &Expr, left: Type, right: Type) -> ExprError {
    let message = Message::new("expr.two_types").with("left", left.phrase()).with("right", right.phrase());
    ExprError::types(part, message)
}
