//! Comparisons and membership.

use super::{
    Compiler, Scope, members,
    predicate::FALSE,
    value::{Kind, MAX_SCALE, Part},
};
use guanxi_model::{
    Field, Stored, Value,
    expr::{
        Comparison, Expr, ExprError, Function,
        units::{self, Bound, bound},
    },
};
use jiff::{Timestamp, civil::Date};

impl Compiler<'_> {
    pub fn compare(
        &mut self,
        comparison: Comparison,
        left: &Expr,
        right: &Expr,
        scope: &Scope<'_>,
    ) -> Result<String, ExprError> {
        if let Some(constant) = self.constant(right)? {
            return self.with_constant(comparison, left, constant, scope);
        }
        if let Some(constant) = self.constant(left)? {
            return self.with_constant(comparison.flipped(), right, constant, scope);
        }
        let refused = || ExprError::not_in_filters(&whole(comparison, left, right));
        let (left, right) = (self.value(left, scope)?, self.value(right, scope)?);
        let sign = sql_sign(comparison);
        match (&left.kind, &right.kind) {
            (Kind::Decimal(ls), Kind::Decimal(rs)) => {
                let scale = *ls.max(rs);
                if scale > MAX_SCALE {
                    return Err(refused());
                }
                let (left, right) =
                    (self.scaled(&left.text, *ls, scale), self.scaled(&right.text, *rs, scale));
                Ok(format!("{left} {sign} {right}"))
            }
            (Kind::AnyRef(_), Kind::Ref(Some(target))) => {
                Ok(self.any_beside_one(&left, sign, &right, target))
            }
            (Kind::Ref(Some(target)), Kind::AnyRef(_)) => {
                Ok(self.any_beside_one(&right, sign, &left, target))
            }
            (Kind::Ref(_), Kind::Ref(_)) | (Kind::AnyRef(_), Kind::AnyRef(_)) => {
                Ok(format!("{} {sign} {}", left.text, right.text))
            }
            (a, b) if a == b && *a != Kind::Json => Ok(format!("{} {sign} {}", left.text, right.text)),
            (Kind::Null, _) | (_, Kind::Null) => Ok(FALSE.to_owned()),
            _ => Err(refused()),
        }
    }

    /// A part that records change, beside a constant.
    fn with_constant(
        &mut self,
        comparison: Comparison,
        part: &Expr,
        constant: Value,
        scope: &Scope<'_>,
    ) -> Result<String, ExprError> {
        match (part, &constant) {
            (_, Value::Null) => Ok(FALSE.to_owned()),
            (Expr::Field(path), _) => self.reach(path, scope, &mut |compiler, column, field| {
                let column = Part { text: column.to_owned(), kind: Kind::of(field, "") };
                compiler.beside(comparison, &column, &constant, Some(field), part)
            }),
            (Expr::Call(Function::Date, args), Value::Date(date)) => {
                let (from, to) =
                    (self.first_moment(*date), date.tomorrow().ok().and_then(|d| self.first_moment(d)));
                let (Some(from), Some(to)) = (from, to) else { return Err(ExprError::not_in_filters(part)) };
                self.predicate(&within(comparison, &args[0], from.into(), to.into()), scope)
            }
            (Expr::Call(Function::Instant, args), Value::Instant(instant)) => {
                let condition = self.midnight(comparison, &args[0], *instant);
                self.predicate(&condition.ok_or_else(|| ExprError::not_in_filters(part))?, scope)
            }
            (Expr::Call(Function::Year, args), Value::Decimal(year)) => match units::year(*year) {
                Some((from, to)) => {
                    self.predicate(&within(comparison, &args[0], from.into(), to.into()), scope)
                }
                None => self.computed(comparison, part, &constant, scope),
            },
            _ => self.computed(comparison, part, &constant, scope),
        }
    }

    fn computed(
        &mut self,
        comparison: Comparison,
        part: &Expr,
        constant: &Value,
        scope: &Scope<'_>,
    ) -> Result<String, ExprError> {
        let value = self.value(part, scope)?;
        self.beside(comparison, &value, constant, None, part)
    }

    /// A fragment beside a constant that is not null. Beside a column the parameter stands bare, so that the
    /// comparison is one that an index answers.
    fn beside(
        &mut self,
        comparison: Comparison,
        left: &Part,
        constant: &Value,
        field: Option<&Field>,
        part: &Expr,
    ) -> Result<String, ExprError> {
        let stored = match (&left.kind, constant) {
            (Kind::Decimal(scale), Value::Decimal(decimal)) => match bound(comparison, *decimal, *scale) {
                Bound::Never => return Ok(FALSE.to_owned()),
                Bound::Always => return Ok(format!("{} IS NOT NULL", left.text)),
                Bound::At(comparison, units) => {
                    return Ok(self.sides(comparison, left, units.into(), field.is_some()));
                }
            },
            (Kind::AnyRef(targets), Value::Ref(id)) => {
                let sign = if comparison == Comparison::Equal { "IN" } else { "NOT IN" };
                let options: Vec<String> = targets.iter().map(|to| self.text(format!("{to}:{id}"))).collect();
                return Ok(format!("{} {sign} ({})", left.text, options.join(", ")));
            }
            (Kind::Null, _) => return Ok(FALSE.to_owned()),
            (kind, constant) => stored(kind, constant).ok_or_else(|| ExprError::not_in_filters(part))?,
        };
        Ok(self.sides(comparison, left, stored, field.is_some()))
    }

    /// A reference to one of several objects is kept with the object's name, the other without.
    fn any_beside_one(&mut self, any: &Part, sign: &str, one: &Part, target: &str) -> String {
        let prefix = self.text(format!("{target}:"));
        format!("{} {sign} {prefix} || CAST({} AS TEXT)", any.text, one.text)
    }

    fn sides(&mut self, comparison: Comparison, left: &Part, right: Stored, bare: bool) -> String {
        let right = match right {
            right if bare => self.bind(right),
            Stored::Text(text) => self.text(text),
            right => self.integer(right.int().unwrap_or_default()),
        };
        format!("{} {} {right}", left.text, sql_sign(comparison))
    }

    pub fn membership(&mut self, left: &Expr, right: &Expr, scope: &Scope<'_>) -> Result<String, ExprError> {
        let options = match right {
            Expr::List(options) => options.clone(),
            list => match members(self.env, list) {
                Some(ids) => ids.into_iter().map(Expr::Id).collect(),
                None => return Err(ExprError::not_in_filters(right)),
            },
        };
        let constants =
            options.iter().map(|option| self.constant(option)).collect::<Result<Option<Vec<_>>, _>>()?;
        match (left, constants) {
            (Expr::Field(path), Some(constants)) => {
                self.reach(path, scope, &mut |compiler, column, field| {
                    compiler
                        .one_of(column, &Kind::of(field, ""), &constants)
                        .ok_or_else(|| ExprError::not_in_filters(left))
                })
            }
            _ => {
                let mut parts = Vec::with_capacity(options.len());
                for option in &options {
                    parts.push(self.predicate(
                        &Expr::Compare(Comparison::Equal, Box::new(left.clone()), Box::new(option.clone())),
                        scope,
                    )?);
                }
                Ok(if parts.is_empty() { FALSE.to_owned() } else { format!("({})", parts.join(" OR ")) })
            }
        }
    }

    /// A column among constants; those it can never equal are left out.
    fn one_of(&mut self, column: &str, kind: &Kind, constants: &[Value]) -> Option<String> {
        let mut bound_to = Vec::with_capacity(constants.len());
        for constant in constants.iter().filter(|constant| !constant.is_null()) {
            match (kind, constant) {
                (Kind::Decimal(scale), Value::Decimal(decimal)) => {
                    if let Bound::At(_, units) = bound(Comparison::Equal, *decimal, *scale) {
                        bound_to.push(self.bind(units));
                    }
                }
                (Kind::AnyRef(targets), Value::Ref(id)) => {
                    bound_to.extend(targets.iter().map(|to| self.bind(format!("{to}:{id}"))));
                }
                _ => bound_to.push(self.bind(stored(kind, constant)?)),
            }
        }
        Some(match bound_to.as_slice() {
            [] => FALSE.to_owned(),
            [only] => format!("{column} = {only}"),
            several => format!("{column} IN ({})", several.join(", ")),
        })
    }

    fn first_moment(&self, date: Date) -> Option<Timestamp> {
        date.to_zoned(self.env.zone.clone()).ok().map(|zoned| zoned.timestamp())
    }

    /// The first moment of a date field beside an instant, as a comparison of dates.
    fn midnight(&self, comparison: Comparison, date: &Expr, instant: Timestamp) -> Option<Expr> {
        let day = self.env.zone.to_datetime(instant).date();
        let exact = self.first_moment(day)? == instant;
        let beside =
            |comparison| Expr::Compare(comparison, Box::new(date.clone()), Box::new(Expr::Date(day)));
        Some(match comparison {
            _ if exact => beside(comparison),
            Comparison::Equal => Expr::Bool(false),
            Comparison::NotEqual => Expr::Call(Function::IsEmpty, vec![date.clone()]).not(),
            Comparison::Less | Comparison::LessOrEqual => beside(Comparison::LessOrEqual),
            Comparison::Greater | Comparison::GreaterOrEqual => beside(Comparison::Greater),
        })
    }
}

/// A value that grows in steps beside one of them, as a range of what lies beneath: `date(f) == d` is
/// `f >= start && f < end`.
fn within(comparison: Comparison, part: &Expr, from: Expr, to: Expr) -> Expr {
    let beside =
        |comparison, bound: &Expr| Expr::Compare(comparison, Box::new(part.clone()), Box::new(bound.clone()));
    match comparison {
        Comparison::Equal => beside(Comparison::GreaterOrEqual, &from).and(beside(Comparison::Less, &to)),
        Comparison::NotEqual => beside(Comparison::Less, &from).or(beside(Comparison::GreaterOrEqual, &to)),
        Comparison::Less => beside(Comparison::Less, &from),
        Comparison::LessOrEqual => beside(Comparison::Less, &to),
        Comparison::Greater => beside(Comparison::GreaterOrEqual, &to),
        Comparison::GreaterOrEqual => beside(Comparison::GreaterOrEqual, &from),
    }
}

/// The form in which a constant is kept beside values of a kind.
fn stored(kind: &Kind, constant: &Value) -> Option<Stored> {
    match (kind, constant) {
        (Kind::Bool, Value::Bool(value)) => Some(Stored::from(*value)),
        (Kind::Text, Value::Text(text)) => Some(Stored::Text(text.clone())),
        (Kind::Text, Value::Date(date)) => Some(Stored::Text(date.to_string())),
        (Kind::Instant, Value::Instant(instant)) => Some(Stored::Int(instant.as_millisecond())),
        (Kind::Ref(_), Value::Ref(id)) => Some(Stored::Int(id.0)),
        _ => None,
    }
}

fn sql_sign(comparison: Comparison) -> &'static str {
    match comparison {
        Comparison::Equal => "=",
        Comparison::NotEqual => "<>",
        other => other.symbol(),
    }
}

fn whole(comparison: Comparison, left: &Expr, right: &Expr) -> Expr {
    Expr::Compare(comparison, Box::new(left.clone()), Box::new(right.clone()))
}
