//! Evaluation over one record.

use super::{
    Comparison, Expr, ExprError, Fold, Function, MAX_DEPTH, Operator, Word,
    build::{millis, parse_date},
    check::parse_id,
};
use crate::{id::RecordId, issue::Message, value::Value};
use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};
use std::cmp::Ordering;

/// Most steps of one evaluation; each node costs one each time it is computed.
pub const MAX_STEPS: u32 = 10_000;

/// A record's values.
pub trait Source {
    /// The value at the end of a dotted path; null where a reference on the way is empty.
    fn get(&self, path: &[String]) -> Value;

    /// The live records that refer to this one, by the relation's full name.
    fn related(&self, relation: &str) -> Vec<Box<dyn Source + '_>>;
}

/// What the words stand for.
#[derive(Debug, Clone)]
pub struct Env {
    /// The business date.
    pub today: Date,
    /// This moment.
    pub now: Timestamp,
    /// The reader.
    pub me: RecordId,
    /// The reader and everyone below in the line of command.
    pub my_team: Vec<RecordId>,
    /// The reader's department.
    pub my_department: Option<RecordId>,
    /// The reader's department and those below it.
    pub my_departments: Vec<RecordId>,
    /// The account set's zone.
    pub zone: TimeZone,
}

/// Computes an expression, best one that [`super::check()`] returned: an unchecked one may fail on types.
///
/// # Errors
/// When types do not fit, or the evaluation takes too many steps.
pub fn evaluate(expr: &Expr, source: &dyn Source, env: &Env) -> Result<Value, ExprError> {
    Evaluation { env, steps: 0, depth: 0 }.value(expr, source)
}

/// Whether a condition holds; null counts as false.
///
/// # Errors
/// As [`evaluate`], and when the expression is no condition.
pub fn holds(expr: &Expr, source: &dyn Source, env: &Env) -> Result<bool, ExprError> {
    Evaluation { env, steps: 0, depth: 0 }.truth(expr, source)
}

struct Evaluation<'a> {
    env: &'a Env,
    steps: u32,
    depth: usize,
}

impl Evaluation<'_> {
    fn value(&mut self, expr: &Expr, source: &dyn Source) -> Result<Value, ExprError> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(ExprError::TooManySteps);
        }
        // The checker may add a level to a tree that just fits.
        if self.depth > MAX_DEPTH + 4 {
            return Err(ExprError::TooDeep);
        }
        self.depth += 1;
        let value = self.node(expr, source)?;
        self.depth -= 1;
        Ok(value)
    }

    fn node(&mut self, expr: &Expr, source: &dyn Source) -> Result<Value, ExprError> {
        Ok(match expr {
            Expr::Null => Value::Null,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Decimal(decimal) => Value::Decimal(*decimal),
            Expr::Text(text) => text_or_null(text.clone()),
            Expr::Date(date) => Value::Date(*date),
            Expr::Instant(instant) => Value::Instant(*instant),
            Expr::Id(id) => Value::Ref(*id),
            Expr::Field(path) => normal(source.get(path)),
            Expr::Word(word) => self.word(*word, expr)?,
            Expr::List(_) => return Err(refuse(expr, "expr.only_after_in")),
            Expr::Not(inner) => Value::Bool(!self.truth(inner, source)?),
            Expr::Negate(inner) => self.decimal(inner, source)?.map(|decimal| -decimal).into(),
            Expr::And(members) => {
                for member in members {
                    if !self.truth(member, source)? {
                        return Ok(Value::Bool(false));
                    }
                }
                Value::Bool(true)
            }
            Expr::Or(members) => {
                for member in members {
                    if self.truth(member, source)? {
                        return Ok(Value::Bool(true));
                    }
                }
                Value::Bool(false)
            }
            Expr::Compare(comparison, left, right) => {
                let (left, right) = (self.value(left, source)?, self.value(right, source)?);
                Value::Bool(self.compare(*comparison, &left, &right, expr)?)
            }
            Expr::In(left, right) => Value::Bool(self.is_in(left, right, source)?),
            Expr::Arithmetic(operator, left, right) => {
                let (left, right) = (self.decimal(left, source)?, self.decimal(right, source)?);
                left.zip(right).and_then(|(left, right)| arithmetic(*operator, left, right)).into()
            }
            Expr::If(condition, then, otherwise) => {
                let chosen = if self.truth(condition, source)? { then } else { otherwise };
                self.value(chosen, source)?
            }
            Expr::Call(function, args) => self.call(*function, args, source, expr)?,
            Expr::Over { fold, relation, body } => self.over(*fold, relation, body.as_deref(), source)?,
        })
    }

    fn truth(&mut self, expr: &Expr, source: &dyn Source) -> Result<bool, ExprError> {
        match self.value(expr, source)? {
            Value::Bool(value) => Ok(value),
            Value::Null => Ok(false),
            _ => Err(refuse(expr, "expr.not_a_condition")),
        }
    }

    fn decimal(&mut self, expr: &Expr, source: &dyn Source) -> Result<Option<Decimal>, ExprError> {
        match self.value(expr, source)? {
            Value::Decimal(decimal) => Ok(Some(decimal)),
            Value::Null => Ok(None),
            _ => Err(refuse(expr, "expr.not_a_number")),
        }
    }

    fn word(&self, word: Word, expr: &Expr) -> Result<Value, ExprError> {
        Ok(match word {
            Word::Today => Value::Date(self.env.today),
            // Storage keeps milliseconds; a finer clock would tell records apart that the database cannot.
            Word::Now => Value::Instant(millis(self.env.now)),
            Word::StartOfMonth => Value::Date(self.env.today.first_of_month()),
            Word::Me => Value::Ref(self.env.me),
            Word::MyDepartment => self.env.my_department.into(),
            Word::MyTeam | Word::MyDepartments => return Err(refuse(expr, "expr.only_after_in")),
        })
    }

    fn is_in(&mut self, left: &Expr, right: &Expr, source: &dyn Source) -> Result<bool, ExprError> {
        let item = self.value(left, source)?;
        match right {
            Expr::List(options) => {
                for option in options {
                    let option = self.value(option, source)?;
                    if self.compare(Comparison::Equal, &item, &option, left)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Expr::Word(Word::MyTeam) => Ok(item.as_ref().is_some_and(|id| self.env.my_team.contains(&id))),
            Expr::Word(Word::MyDepartments) => {
                Ok(item.as_ref().is_some_and(|id| self.env.my_departments.contains(&id)))
            }
            _ => match self.value(right, source)? {
                Value::Null => Ok(false),
                Value::List(items) => {
                    Ok(item.as_text().is_some_and(|text| items.iter().any(|item| item == text)))
                }
                _ => Err(refuse(right, "expr.in_list")),
            },
        }
    }

    fn compare(
        &self,
        comparison: Comparison,
        left: &Value,
        right: &Value,
        whole: &Expr,
    ) -> Result<bool, ExprError> {
        if left.is_null() || right.is_null() {
            return Ok(false);
        }
        let mismatch = || refuse(whole, "expr.not_comparable");
        Ok(comparison.accepts(self.order(left, right).ok_or_else(mismatch)?))
    }

    /// The order of two values that are not null; none when they do not compare. What the checker would have
    /// coerced is coerced here too, for expressions that rules build and run without a check.
    fn order(&self, left: &Value, right: &Value) -> Option<Ordering> {
        match (left, right) {
            (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
            (Value::Decimal(a), Value::Decimal(b)) => Some(a.cmp(b)),
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
            (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
            (Value::Ref(_) | Value::AnyRef(..), Value::Ref(_) | Value::AnyRef(..)) => {
                Some(left.as_ref()?.cmp(&right.as_ref()?))
            }
            (Value::Date(a), Value::Text(b)) => Some(a.cmp(&parse_date(b).ok()?)),
            (Value::Instant(a), Value::Date(b)) => Some(a.cmp(&self.first_moment(*b)?)),
            (Value::Instant(a), Value::Text(b)) => match b.parse::<Timestamp>() {
                Ok(instant) => Some(a.cmp(&millis(instant))),
                Err(_) => Some(a.cmp(&self.first_moment(parse_date(b).ok()?)?)),
            },
            (Value::Ref(_) | Value::AnyRef(..), Value::Text(b)) => Some(left.as_ref()?.cmp(&parse_id(b)?)),
            (Value::Date(_), Value::Instant(_))
            | (Value::Text(_), Value::Date(_) | Value::Instant(_) | Value::Ref(_) | Value::AnyRef(..)) => {
                self.order(right, left).map(Ordering::reverse)
            }
            _ => None,
        }
    }

    fn call(
        &mut self,
        function: Function,
        args: &[Expr],
        source: &dyn Source,
        whole: &Expr,
    ) -> Result<Value, ExprError> {
        let mut values = Vec::with_capacity(args.len());
        for arg in args {
            let value = self.value(arg, source)?;
            if function == Function::Coalesce && !value.is_null() {
                return Ok(value);
            }
            values.push(value);
        }
        let first = values.first().cloned().unwrap_or_default();
        let second = values.get(1).cloned().unwrap_or_default();
        let wrong = || refuse(whole, "expr.wrong_arguments");
        Ok(match (function, first, second) {
            (Function::Coalesce, ..) => Value::Null,
            (Function::IsEmpty, value, _) => Value::Bool(value.is_null()),
            (Function::Concat, ..) => concat(&values).ok_or_else(wrong)?,
            (Function::Contains | Function::StartsWith, Value::Null, _) => Value::Bool(false),
            (Function::Contains | Function::StartsWith, _, Value::Null) => Value::Bool(false),
            (Function::Contains, Value::List(items), Value::Text(item)) => Value::Bool(items.contains(&item)),
            (Function::Contains, Value::Text(text), Value::Text(part)) => {
                Value::Bool(text.to_ascii_lowercase().contains(&part.to_ascii_lowercase()))
            }
            (Function::StartsWith, Value::Text(text), Value::Text(part)) => {
                Value::Bool(text.to_ascii_lowercase().starts_with(&part.to_ascii_lowercase()))
            }
            (_, Value::Null, _) => Value::Null,
            (Function::Date, Value::Instant(instant), _) => {
                Value::Date(self.env.zone.to_datetime(instant).date())
            }
            (Function::Date, Value::Date(date), _) => Value::Date(date),
            (Function::Instant, Value::Date(date), _) => self.first_moment(date).into(),
            (Function::Instant, Value::Instant(instant), _) => Value::Instant(instant),
            (Function::DaysAgo, Value::Decimal(days), _) => self.shifted(-days, days_span),
            (Function::DaysFromNow, Value::Decimal(days), _) => self.shifted(days, days_span),
            (Function::MonthsAgo, Value::Decimal(months), _) => self.shifted(-months, months_span),
            (Function::Year, value, _) => i64::from(self.date_of(&value).ok_or_else(wrong)?.year()).into(),
            (Function::Month, value, _) => i64::from(self.date_of(&value).ok_or_else(wrong)?.month()).into(),
            (Function::Round, Value::Decimal(decimal), digits) => match (digits, args.len()) {
                (_, 1) => rounded(decimal, Decimal::ZERO),
                (Value::Decimal(digits), _) => rounded(decimal, digits),
                (Value::Null, _) => Value::Null,
                _ => return Err(wrong()),
            },
            (Function::Min | Function::Max, _, Value::Null) => Value::Null,
            (Function::Min, a, b) => {
                if self.order(&a, &b).ok_or_else(wrong)?.is_le() {
                    a
                } else {
                    b
                }
            }
            (Function::Max, a, b) => {
                if self.order(&a, &b).ok_or_else(wrong)?.is_ge() {
                    a
                } else {
                    b
                }
            }
            _ => return Err(wrong()),
        })
    }

    fn over(
        &mut self,
        fold: Fold,
        relation: &str,
        body: Option<&Expr>,
        source: &dyn Source,
    ) -> Result<Value, ExprError> {
        let records = source.related(relation);
        let mut count = 0_i64;
        let mut sum = Some(Decimal::ZERO);
        for record in &records {
            let Some(body) = body else {
                count += 1;
                continue;
            };
            if fold == Fold::Sum {
                if let Some(item) = self.decimal(body, &**record)? {
                    sum = sum.and_then(|sum| sum.checked_add(item));
                }
                continue;
            }
            let holds = self.truth(body, &**record)?;
            count += i64::from(holds);
            match fold {
                Fold::Any if holds => return Ok(Value::Bool(true)),
                Fold::All if !holds => return Ok(Value::Bool(false)),
                _ => {}
            }
        }
        Ok(match fold {
            Fold::Any => Value::Bool(count > 0),
            Fold::All => Value::Bool(true),
            Fold::Count => count.into(),
            Fold::Sum => sum.into(),
        })
    }

    fn first_moment(&self, date: Date) -> Option<Timestamp> {
        date.to_zoned(self.env.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    fn date_of(&self, value: &Value) -> Option<Date> {
        match value {
            Value::Date(date) => Some(*date),
            Value::Instant(instant) => Some(self.env.zone.to_datetime(*instant).date()),
            _ => None,
        }
    }

    /// Today moved by a whole number of days or months; null beyond the calendar.
    fn shifted(&self, by: Decimal, span: fn(i64) -> Option<Span>) -> Value {
        by.trunc().to_i64().and_then(span).and_then(|span| self.env.today.checked_add(span).ok()).into()
    }
}

fn days_span(days: i64) -> Option<Span> {
    Span::new().try_days(days).ok()
}

fn months_span(months: i64) -> Option<Span> {
    Span::new().try_months(months).ok()
}

/// Null when the result is not a number that can be kept: division by zero, overflow.
fn arithmetic(operator: Operator, left: Decimal, right: Decimal) -> Option<Decimal> {
    match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        Operator::Divide => left.checked_div(right),
    }
}

fn rounded(decimal: Decimal, digits: Decimal) -> Value {
    let digits = digits.trunc().to_i64().unwrap_or(28).clamp(0, 28);
    let digits = u32::try_from(digits).unwrap_or(28);
    Value::Decimal(decimal.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero))
}

fn concat(values: &[Value]) -> Option<Value> {
    let mut text = String::new();
    for value in values {
        match value {
            Value::Null => {}
            Value::Text(part) => text.push_str(part),
            Value::Decimal(decimal) => text.push_str(&decimal.normalize().to_string()),
            Value::Date(date) => text.push_str(&date.to_string()),
            _ => return None,
        }
    }
    Some(text_or_null(text))
}

fn text_or_null(text: String) -> Value {
    if text.is_empty() { Value::Null } else { Value::Text(text) }
}

/// A value as it would come back from storage.
fn normal(value: Value) -> Value {
    match value {
        Value::Text(text) => text_or_null(text),
        Value::List(items) if items.is_empty() => Value::Null,
        Value::Instant(instant) => Value::Instant(millis(instant)),
        Value::Lookup(_) => Value::Null,
        other => other,
    }
}

fn refuse(part: &Expr, key: &'static str) -> ExprError {
    ExprError::types(part, Message::new(key))
}
