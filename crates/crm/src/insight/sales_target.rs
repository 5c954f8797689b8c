//! Targets: whose, of what, for when; and a year's target spread over its months without losing a fen.

use super::performance::{Counted, Period, Span};
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{Grant, Message, Object, RecordId, Scope, Value, access::action, expr::Expr};
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive as _};

/// The three amounts, from the least.
const AMOUNTS: [&str; 3] = ["base", "stretch", "challenge"];

/// A target is for one time and one measure of one whom; its amounts rise; and it belongs to whom it is for, so
/// that those see it who answer for them.
pub(crate) struct Sound;

impl Rule for Sound {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            amounts(change);
            if change.before.is_none() {
                settle(tx, change)?;
            }
        }
        Ok(())
    }
}

fn amounts(change: &mut Change) {
    let given = AMOUNTS.map(|field| change.value(field).as_decimal());
    if given[0].is_some_and(|base| base <= Decimal::ZERO) && !change.by_program {
        change.refuse("base", Message::new("sales_target.positive"));
    }
    // Months of a spread keep their sums, and the last of them takes what is left over of each amount.
    if change.by_program {
        return;
    }
    let mut below = given[0];
    for (field, amount) in AMOUNTS.iter().zip(given).skip(1) {
        if let (Some(below), Some(amount)) = (below, amount)
            && amount < below
        {
            change.refuse(field, Message::new("sales_target.rising"));
        }
        below = amount.or(below);
    }
}

fn settle(tx: &mut Tx<'_>, change: &mut Change) -> Result<()> {
    let Some(period) = period(change) else {
        let missing = change.value("part").is_null() && change.value("span").as_text() != Some("year");
        if !missing && !change.value("year").is_null() {
            change.refuse("part", Message::new("sales_target.part"));
        }
        return Ok(());
    };
    if period.span == Span::Year {
        change.set("part", Value::Null);
    }
    let level = change.value("level").as_text().unwrap_or_default().to_owned();
    let (whom, owner, department) = match level.as_str() {
        "person" => {
            change.set("whose_department", Value::Null);
            let Some(person) = change.value("person").as_ref() else { return Ok(()) };
            let Some(user) = tx.get_many("user", &[person])?.pop() else { return Ok(()) };
            (user.title(), Some(person), user.reference("department"))
        }
        "department" => {
            change.set("person", Value::Null);
            let Some(id) = change.value("whose_department").as_ref() else { return Ok(()) };
            let Some(department) = tx.get_many("department", &[id])?.pop() else { return Ok(()) };
            (department.title(), None, Some(id))
        }
        _ => {
            change.set("person", Value::Null);
            change.set("whose_department", Value::Null);
            if !change.by_program && !leads_all(tx)? {
                change.refuse("level", Message::new("sales_target.company_only"));
            }
            (tx.say(&Message::new("sales_target.company")), None, None)
        }
    };
    let measure = change.value("measure").as_text().unwrap_or_default().to_owned();
    let place = owner.or(department).map_or_else(|| "all".to_owned(), |id| id.to_string());
    let key = format!("{}/{level}-{place}/{measure}", period.name());
    if tx.first("sales_target", &Expr::eq("key", key.as_str()))?.is_some() {
        change.refuse("measure", Message::new("sales_target.twice").with("name", &whom));
    }
    let label = label_of(tx, &change.object, &measure);
    change.set("name", format!("{} {whom} {label}", period.name()));
    change.set("key", key);
    change.set("owner", owner);
    change.set("department", department);
    change.set("starts_on", period.from);
    change.set("ends_on", period.to);
    Ok(())
}

fn label_of(tx: &Tx<'_>, object: &Object, measure: &str) -> String {
    let option = object.field("measure").and_then(|field| field.option(measure));
    option.map_or_else(|| measure.to_owned(), |option| option.label.get(tx.ctx().locale).to_owned())
}

fn period(change: &Change) -> Option<Period> {
    let whole = |field: &str| change.value(field).as_decimal().and_then(|n| n.to_i64());
    Period::of(whole("year")?, Span::of(change.value("span").as_text()?)?, whole("part"))
}

/// Whether the caller answers for the whole company: by a right over all records, or from its topmost
/// department.
fn leads_all(tx: &mut Tx<'_>) -> Result<bool> {
    let ctx = tx.ctx();
    let sets = |grant: &&Grant| grant.covers("sales_target", action::CREATE);
    if ctx.rights.everything || ctx.rights.grants.iter().filter(sets).any(|grant| grant.scope == Scope::All) {
        return Ok(true);
    }
    let Some(own) = ctx.subject.department else { return Ok(false) };
    Ok(tx.get("department", own)?.reference("parent").is_none())
}

/// Makes, or makes anew, the twelve months of a year's target.
pub(crate) fn spread(tx: &mut Tx<'_>, target: &Record, input: &Draft) -> Result<()> {
    let year = target.decimal("year").and_then(|n| n.to_i64()).unwrap_or_default();
    let measure = target.text("measure").to_owned();
    let weights = if input.get("by").as_text() == Some("last_year") {
        last_year(tx, target, year - 1, &measure)?
    } else {
        [Decimal::ONE; 12]
    };
    let unit = if measure == "order_amount" { 2 } else { 0 };
    let shares = AMOUNTS.map(|field| target.decimal(field).map(|amount| divide(amount, &weights, unit)));
    let months = tx.referring("sales_target", "year_target", &[target.id])?;
    let (mut anew, mut changed) = (Vec::new(), Vec::new());
    for month in 1..=12_usize {
        let amount = |at: usize| shares[at].as_ref().map(|shares: &[Decimal; 12]| shares[month - 1]);
        let draft = AMOUNTS.iter().enumerate().fold(Draft::new(), |draft, (n, f)| draft.set(f, amount(n)));
        let number = Decimal::from(month);
        match months.iter().find(|known| known.decimal("part") == Some(number)) {
            Some(known) => changed.push((known.clone(), draft)),
            None => anew.push(
                ["level", "person", "whose_department", "measure", "year"]
                    .into_iter()
                    .fold(draft, |draft, field| draft.set(field, target.get(field).clone()))
                    .set("span", "month")
                    .set("part", number)
                    .set("year_target", target.id),
            ),
        }
    }
    tx.update_many(changed)?;
    tx.create_many("sales_target", anew)?;
    Ok(())
}

/// Parts of an amount by weight, cut down to whole units; the last takes the rest, so that they add up.
fn divide(amount: Decimal, weights: &[Decimal; 12], unit: u32) -> [Decimal; 12] {
    let whole: Decimal = weights.iter().sum();
    let mut parts = weights
        .map(|weight| (amount * weight / whole).round_dp_with_strategy(unit, RoundingStrategy::ToZero));
    let before: Decimal = parts[..11].iter().sum();
    parts[11] = amount - before;
    parts
}

/// What whom the target is for reached in each month of a year.
fn last_year(tx: &mut Tx<'_>, target: &Record, year: i64, measure: &str) -> Result<[Decimal; 12]> {
    let counted = Counted::of(measure).ok_or(Error::NotFound)?;
    let people: Option<Vec<RecordId>> = match target.text("level") {
        "person" => Some(target.reference("person").into_iter().collect()),
        "department" => {
            let top = target.reference("whose_department").ok_or(Error::NotFound)?;
            Some(super::performance::members(tx, top)?)
        }
        _ => None,
    };
    let mut months = [Decimal::ZERO; 12];
    for (place, sum) in months.iter_mut().enumerate() {
        let number = i64::try_from(place + 1).unwrap_or(12);
        let Some(month) = Period::of(year, Span::Month, Some(number)) else { continue };
        *sum = counted.total(tx, &month, people.as_deref())?;
    }
    if months.iter().sum::<Decimal>() <= Decimal::ZERO || months.iter().any(|sum| *sum < Decimal::ZERO) {
        return Err(Error::invalid(
            "by",
            "rule",
            Message::new("sales_target.no_last_year").with("year", year),
        ));
    }
    Ok(months)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_add_up_to_the_fen_whatever_the_weights() {
        let year: Decimal = "1000000.01".parse().unwrap();
        let even = divide(year, &[Decimal::ONE; 12], 2);
        assert_eq!(even[0], "83333.33".parse().unwrap());
        assert_eq!(even[11], "83333.38".parse().unwrap());
        assert_eq!(even.iter().sum::<Decimal>(), year);
        let weights: [Decimal; 12] = std::array::from_fn(|n| Decimal::from(n * n + 1));
        assert_eq!(divide(year, &weights, 2).iter().sum::<Decimal>(), year);
        let counts = divide(Decimal::from(100), &[Decimal::ONE; 12], 0);
        assert_eq!((counts[0], counts[11]), (Decimal::from(8), Decimal::from(12)));
    }
}
