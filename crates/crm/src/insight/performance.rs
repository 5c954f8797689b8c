//! How people, departments and the company stand against their targets. What they reached is counted from the
//! records of the time whenever somebody asks, so nobody types it and it agrees with the lists behind it.

use guanxi_gate::{Ctx, Error, Gate, Record, Result, Rights, Tx};
use guanxi_model::{
    Aggregate, RecordId, Scope, Value,
    access::action,
    expr::{Comparison, Expr},
    query::{DatePart, Group, Measure, MeasureFn},
};
use jiff::{ToSpan, civil::Date};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};
use std::{collections::BTreeMap, sync::Arc};

/// How long a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// A calendar year.
    Year,
    /// A quarter.
    Quarter,
    /// A month.
    Month,
}

impl Span {
    /// The one of that name.
    pub fn of(name: &str) -> Option<Span> {
        match name {
            "year" => Some(Span::Year),
            "quarter" => Some(Span::Quarter),
            "month" => Some(Span::Month),
            _ => None,
        }
    }

    fn months(self) -> i64 {
        match self {
            Span::Year => 12,
            Span::Quarter => 3,
            Span::Month => 1,
        }
    }
}

/// A time for which there may be a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Year.
    pub year: i64,
    /// How long.
    pub span: Span,
    /// Which quarter or month; 1 for a year.
    pub part: i64,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
}

impl Period {
    /// A year, or the quarter or month of that number; none when there is no such one.
    pub fn of(year: i64, span: Span, part: Option<i64>) -> Option<Period> {
        let part = if span == Span::Year { 1 } else { part? };
        if part < 1 || part * span.months() > 12 {
            return None;
        }
        let first = i8::try_from((part - 1) * span.months() + 1).ok()?;
        let from = Date::new(i16::try_from(year).ok()?, first, 1).ok()?;
        let to = from.checked_add(span.months().months()).ok()?.yesterday().ok()?;
        Some(Period { year, span, part, from, to })
    }

    /// The period around a day.
    pub fn around(span: Span, day: Date) -> Option<Period> {
        let part = (i64::from(day.month()) - 1) / span.months() + 1;
        Period::of(i64::from(day.year()), span, Some(part))
    }

    /// `2026`, `2026-Q2` or `2026-06`.
    pub fn name(&self) -> String {
        match self.span {
            Span::Year => self.year.to_string(),
            Span::Quarter => format!("{}-Q{}", self.year, self.part),
            Span::Month => format!("{}-{:02}", self.year, self.part),
        }
    }

    /// Days after today until it ends; none when it is over.
    pub fn days_left(&self, today: Date) -> Option<i64> {
        let left = today.until(self.to).map_or(0, |span| i64::from(span.get_days()));
        (left >= 0).then_some(left)
    }
}

/// What a measure counts.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// The object whose records count.
    pub object: &'static str,
    dated: &'static str,
    at_an_instant: bool,
    whose: &'static str,
    /// Whose it is when the record itself names nobody: an order of history is its customer's.
    otherwise: Option<&'static str>,
    sum: Option<&'static str>,
    only_won: bool,
}

/// The measures, in the order of the form.
pub const MEASURES: [&str; 5] =
    ["order_amount", "order_count", "new_customers", "follow_ups", "won_opportunities"];

impl Counted {
    /// What a measure counts; none when there is no such measure.
    pub fn of(measure: &str) -> Option<Counted> {
        let orders = Counted {
            object: "order",
            dated: "ordered_on",
            at_an_instant: false,
            whose: "owner",
            otherwise: Some("customer.owner"),
            sum: None,
            only_won: false,
        };
        let events = Counted { at_an_instant: true, otherwise: None, ..orders };
        match measure {
            "order_amount" => Some(Counted { sum: Some("total"), ..orders }),
            "order_count" => Some(orders),
            "new_customers" => Some(Counted { object: "customer", dated: "created_at", ..events }),
            "follow_ups" => {
                Some(Counted { object: "activity", dated: "happened_at", whose: "created_by", ..events })
            }
            "won_opportunities" => {
                Some(Counted { object: "opportunity", dated: "closed_at", only_won: true, ..events })
            }
            _ => None,
        }
    }

    /// The records of a period; of some people, or of everybody.
    pub fn filter(&self, period: &Period, people: Option<&[RecordId]>) -> Expr {
        let mut parts = vec![Expr::compare(self.dated, Comparison::GreaterOrEqual, period.from)];
        parts.push(if self.at_an_instant {
            let after = period.to.tomorrow().unwrap_or(period.to);
            Expr::compare(self.dated, Comparison::Less, after)
        } else {
            Expr::compare(self.dated, Comparison::LessOrEqual, period.to)
        });
        if self.only_won {
            // What was won may have been archived since; what was lost or was no chance at all says why.
            let silent = Expr::is_empty("lost_reason").and(Expr::is_empty("invalid_reason"));
            let put_away = Expr::eq("status", "archived").and(silent);
            parts.push(Expr::eq("status", "won").or(put_away));
        }
        if let Some(people) = people {
            let mut whose = Expr::ids(self.whose, people);
            if let Some(otherwise) = self.otherwise {
                whose = whose.or(Expr::is_empty(self.whose).and(Expr::ids(otherwise, people)));
            }
            parts.push(whose);
        }
        Expr::all(parts)
    }

    /// How much some people, or everybody, reached in a period; for code inside a transaction.
    pub(crate) fn total(
        &self,
        tx: &mut Tx<'_>,
        period: &Period,
        people: Option<&[RecordId]>,
    ) -> Result<Decimal> {
        let filter = self.filter(period, people);
        let Some(field) = self.sum else { return Ok(Decimal::from(tx.count(self.object, &filter)?)) };
        let (mut sum, mut after) = (Decimal::ZERO, RecordId(0));
        loop {
            let rows = tx.columns(self.object, &[field], &filter, after, 1000)?;
            let Some((last, _)) = rows.last() else { return Ok(sum) };
            after = *last;
            sum += rows.iter().filter_map(|(_, values)| values[0].as_decimal()).sum::<Decimal>();
        }
    }

    /// How much each person reached, and how much nobody did by name.
    fn by_person(
        &self,
        gate: &Gate,
        ctx: &Ctx,
        period: &Period,
    ) -> Result<BTreeMap<Option<RecordId>, Decimal>> {
        let mut reached: BTreeMap<Option<RecordId>, Decimal> = BTreeMap::new();
        let named = Expr::is_empty(self.whose).not();
        let mut ways = vec![(self.whose, named)];
        ways.push((self.otherwise.unwrap_or(self.whose), Expr::is_empty(self.whose)));
        for (path, which) in ways {
            let measure = match self.sum {
                Some(field) => Measure { function: MeasureFn::Sum, field: Some(field.to_owned()) },
                None => Measure { function: MeasureFn::Count, field: None },
            };
            let table = gate.aggregate(
                ctx,
                &Aggregate {
                    object: self.object.to_owned(),
                    group_by: vec![Group { field: path.to_owned(), part: DatePart::Whole }],
                    measures: vec![measure],
                    filter: Some(self.filter(period, None).and(which)),
                    limit: 10_000,
                    ..Aggregate::default()
                },
            )?;
            for row in table.rows {
                *reached.entry(row.keys[0].as_ref()).or_default() +=
                    row.measures[0].as_decimal().unwrap_or_default();
            }
        }
        Ok(reached)
    }
}

/// Whom a target is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whom {
    /// Everybody.
    Company,
    /// A department and those below it.
    Department(RecordId),
    /// One person.
    Person(RecordId),
}

/// The amounts of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amounts {
    /// What is to be reached.
    pub base: Decimal,
    /// 冲刺
    pub stretch: Option<Decimal>,
    /// 挑战
    pub challenge: Option<Decimal>,
}

/// How somebody stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// Who.
    pub whom: Whom,
    /// Their name; empty for the company.
    pub name: String,
    /// The department of a person.
    pub department: Option<RecordId>,
    /// Its name.
    pub department_name: String,
    /// What is to be reached, where that was set.
    pub target: Option<Amounts>,
    /// What was reached.
    pub actual: Decimal,
    /// The place among all of the same kind that have a target; equal ones share a place.
    pub rank: Option<usize>,
    /// Whose records count.
    pub people: Option<Vec<RecordId>>,
}

impl Standing {
    /// How much of the target was reached, in percent to one digit.
    pub fn attained(&self) -> Option<Decimal> {
        let base = self.target?.base;
        let ratio = self.actual * Decimal::ONE_HUNDRED / base;
        (base > Decimal::ZERO)
            .then(|| ratio.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
    }

    /// What is still missing.
    pub fn missing(&self) -> Option<Decimal> {
        self.target.map(|target| (target.base - self.actual).max(Decimal::ZERO))
    }

    /// The highest tier that was reached.
    pub fn tier(&self) -> Option<&'static str> {
        let target = self.target?;
        let reached = |amount: Option<Decimal>| amount.is_some_and(|amount| self.actual >= amount);
        Some(if reached(target.challenge) {
            "challenge"
        } else if reached(target.stretch) {
            "stretch"
        } else if reached(Some(target.base)) {
            "base"
        } else {
            "below"
        })
    }
}

/// Everything that a period of one measure tells, whoever asks: who asks gets [`seen`] of it.
pub fn standings(gate: &Gate, ctx: &Ctx, period: &Period, measure: &str) -> Result<Vec<Standing>> {
    let counted = Counted::of(measure).ok_or(Error::NotFound)?;
    // A rank says how somebody stands among colleagues whose records they may not see, so all are counted.
    // What leaves this area is the rank, and the numbers of those whom the reader answers for.
    let everybody = Ctx { rights: Arc::new(Rights::everything()), ..ctx.clone() };
    let reached = counted.by_person(gate, &everybody, period)?;
    let (targets, users, departments, trees) = gate.read(ctx, |tx| {
        Ok((
            targets(tx, period, measure)?,
            tx.find("user", &Expr::Bool(true), None)?,
            tx.find("department", &Expr::Bool(true), None)?,
            tx.departments()?,
        ))
    })?;
    let named = |id: Option<RecordId>| {
        departments.iter().find(|d| Some(d.id) == id).map(Record::title).unwrap_or_default()
    };
    let of = |people: &[RecordId]| -> Decimal {
        people.iter().filter_map(|person| reached.get(&Some(*person))).sum()
    };
    let mut standings = Vec::new();
    for user in &users {
        let target = targets.get(&Whom::Person(user.id)).copied();
        let actual = of(&[user.id]);
        if target.is_none() && actual.is_zero() {
            continue;
        }
        standings.push(Standing {
            whom: Whom::Person(user.id),
            name: user.title(),
            department: user.reference("department"),
            department_name: named(user.reference("department")),
            target,
            actual,
            rank: None,
            people: Some(vec![user.id]),
        });
    }
    for department in &departments {
        let tree = trees.tree(department.id);
        let people: Vec<RecordId> = users
            .iter()
            .filter(|user| user.reference("department").is_some_and(|own| tree.contains(&own)))
            .map(|user| user.id)
            .collect();
        standings.push(Standing {
            whom: Whom::Department(department.id),
            name: department.title(),
            department: Some(department.id),
            department_name: named(department.reference("parent")),
            target: targets.get(&Whom::Department(department.id)).copied(),
            actual: of(&people),
            rank: None,
            people: Some(people),
        });
    }
    standings.push(Standing {
        whom: Whom::Company,
        name: String::new(),
        department: None,
        department_name: String::new(),
        target: targets.get(&Whom::Company).copied(),
        actual: reached.values().sum(),
        rank: None,
        people: None,
    });
    rank(&mut standings);
    Ok(standings)
}

/// Places by attainment, among people and among departments; those who share one share the place.
fn rank(standings: &mut [Standing]) {
    let kind = |whom: &Whom| match whom {
        Whom::Company => 0,
        Whom::Department(_) => 1,
        Whom::Person(_) => 2,
    };
    let ratios: Vec<(i32, Option<Decimal>)> = standings
        .iter()
        .map(|s| (kind(&s.whom), s.target.filter(|t| t.base > Decimal::ZERO).map(|t| s.actual / t.base)))
        .collect();
    for (standing, (own, ratio)) in standings.iter_mut().zip(&ratios) {
        let ahead = |other: &&(i32, Option<Decimal>)| other.0 == *own && other.1 > *ratio;
        standing.rank = ratio.map(|_| ratios.iter().filter(ahead).count() + 1);
    }
}

/// Those of the standings that the caller answers for: their own, their departments', or all.
pub fn seen(ctx: &Ctx, standings: Vec<Standing>) -> Vec<Standing> {
    let reach = Reach::of(ctx);
    standings.into_iter().filter(|standing| reach.covers(ctx, standing)).collect()
}

/// How far the right to report on targets goes.
struct Reach {
    all: bool,
    departments: bool,
    own: bool,
}

impl Reach {
    fn of(ctx: &Ctx) -> Reach {
        let holds = |wanted: fn(&Scope) -> bool| {
            let mut grants = ctx.rights.grants.iter().filter(|g| g.covers("sales_target", action::REPORT));
            grants.any(|grant| wanted(&grant.scope))
        };
        Reach {
            all: ctx.rights.everything || holds(|scope| *scope == Scope::All),
            departments: holds(|scope| *scope == Scope::DepartmentTree),
            own: holds(|scope| *scope == Scope::Own),
        }
    }

    fn covers(&self, ctx: &Ctx, standing: &Standing) -> bool {
        let below = standing.department.is_some_and(|own| ctx.subject.departments.contains(&own));
        self.all || self.departments && below || self.own && standing.whom == Whom::Person(ctx.subject.user)
    }
}

/// How someone stands, by measure.
pub type Standings = Vec<(&'static str, Standing)>;

/// How the caller stands this month, for each measure they have a target of: themselves, and the department
/// for those who answer for it.
pub fn mine(gate: &Gate, ctx: &Ctx) -> Result<Option<(Period, Standings)>> {
    let reach = Reach::of(ctx);
    let Some(period) = Period::around(Span::Month, ctx.today) else { return Ok(None) };
    if !(reach.own || reach.departments) || ctx.subject.user.0 <= 0 {
        return Ok(None);
    }
    let mut places = vec![Whom::Person(ctx.subject.user)];
    places.extend(ctx.subject.department.filter(|_| reach.departments).map(Whom::Department));
    let aimed = gate.read(ctx, |tx| {
        let mut aimed = Vec::new();
        for measure in MEASURES {
            let targets = targets(tx, &period, measure)?;
            if places.iter().any(|whom| targets.contains_key(whom)) {
                aimed.push(measure);
            }
        }
        Ok(aimed)
    })?;
    let mut found = Vec::new();
    for measure in aimed {
        let all = standings(gate, ctx, &period, measure)?;
        let own = all.into_iter().filter(|s| places.contains(&s.whom) && s.target.is_some());
        found.extend(own.map(|standing| (measure, standing)));
    }
    Ok((!found.is_empty()).then_some((period, found)))
}

/// The targets of a period: those set for it and, where none was set for a quarter or a year, the sum of its
/// months when all of them were.
fn targets(tx: &mut Tx<'_>, period: &Period, measure: &str) -> Result<BTreeMap<Whom, Amounts>> {
    let within = Expr::eq("measure", measure)
        .and(Expr::compare("starts_on", Comparison::GreaterOrEqual, period.from))
        .and(Expr::compare("ends_on", Comparison::LessOrEqual, period.to));
    let (mut set, mut months): (BTreeMap<Whom, Amounts>, BTreeMap<Whom, Vec<Amounts>>) = Default::default();
    for target in tx.find("sales_target", &within, None)? {
        let whom = match target.text("level") {
            "person" => target.reference("person").map(Whom::Person),
            "department" => target.reference("whose_department").map(Whom::Department),
            _ => Some(Whom::Company),
        };
        let (Some(whom), Some(span)) = (whom, Span::of(target.text("span"))) else { continue };
        let amounts = Amounts {
            base: target.decimal("base").unwrap_or_default(),
            stretch: target.decimal("stretch"),
            challenge: target.decimal("challenge"),
        };
        if span == period.span {
            set.insert(whom, amounts);
        } else if span == Span::Month {
            months.entry(whom).or_default().push(amounts);
        }
    }
    for (whom, parts) in months {
        if parts.len().to_i64() == Some(period.span.months()) {
            let sum = |of: fn(&Amounts) -> Option<Decimal>| -> Option<Decimal> { parts.iter().map(of).sum() };
            set.entry(whom).or_insert(Amounts {
                base: parts.iter().map(|part| part.base).sum(),
                stretch: sum(|part| part.stretch),
                challenge: sum(|part| part.challenge),
            });
        }
    }
    Ok(set)
}

/// The people of a department and of those below it.
pub(crate) fn members(tx: &mut Tx<'_>, top: RecordId) -> Result<Vec<RecordId>> {
    let tree = tx.departments()?.tree(top);
    Ok(tx.find("user", &Expr::ids("department", &tree), None)?.iter().map(|user| user.id).collect())
}

/// An amount as a value, for columns.
pub(crate) fn value(amount: Option<Decimal>) -> Value {
    Value::from(amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn periods_begin_and_end_with_the_calendar() {
        let leap = Period::of(2028, Span::Month, Some(2)).unwrap();
        assert_eq!((leap.from, leap.to), (day("2028-02-01"), day("2028-02-29")));
        let last = Period::of(2026, Span::Quarter, Some(4)).unwrap();
        assert_eq!((last.from, last.to), (day("2026-10-01"), day("2026-12-31")));
        assert_eq!(Period::of(2026, Span::Quarter, Some(5)), None);
        assert_eq!(Period::of(2026, Span::Month, Some(13)), None);
        assert_eq!(Period::of(2026, Span::Month, None), None);
        let june = Period::around(Span::Month, day("2026-06-15")).unwrap();
        assert_eq!((june.name().as_str(), june.days_left(day("2026-06-18"))), ("2026-06", Some(12)));
        assert_eq!(june.days_left(day("2026-07-01")), None);
    }
}
