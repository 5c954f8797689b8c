//! How much a customer resembles some others, the loyal ones as a rule: naive Bayes over a few attributes.
//!
//! Each value of an attribute counts by how many times as often it is found among the loyal as among all others
//! (the likelihood ratio, whose logarithm is Good's weight of evidence, 1950); a customer's likeness is the
//! product of what its values count. Shares are smoothed by one (Laplace) and no value counts more than tenfold
//! or less than a tenth, so that three lucky customers decide nothing. What is not known counts once: it says
//! nothing. Attributes are taken as independent, which overstates those that go together; the order of a ranking
//! suffers little by that (Domingos and Pazzani, 1997). Values of the outcome itself, such as orders and grades,
//! take no part.
//!
//! Evidence comes from one grouped count for each attribute and side. A ranking then reads only customers that
//! can still reach it: a sample gives the score that the last place has at least, and every value with which
//! even the best of everything else stays below that is left out by the filter. So the answer is that of scoring
//! everybody.

use super::{ages, composition, counting};
use guanxi_gate::{Ctx, Error, Result, Tx, Visible};
use guanxi_model::{
    Aggregate, FieldKind, Message, Query, RecordId, Value,
    expr::{self, Comparison, Expr, Function},
    query::{AggregateOrder, DatePart, Group, Sort},
};
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};
use std::{cmp::Reverse, collections::BTreeMap};

/// What is compared, and of which kind of customer it is asked; none is both.
const ATTRIBUTES: [(&str, Option<&str>); 14] = [
    ("kind", None),
    ("region", None),
    ("source", None),
    ("tags", None),
    ("buying_way", None),
    ("price_sensitivity", None),
    ("products", None),
    ("industry", Some("company")),
    ("staff", Some("company")),
    ("market_position", Some("company")),
    ("age", Some("person")),
    ("gender", Some("person")),
    ("occupation", Some("person")),
    ("education", Some("person")),
];
const KINDS: [&str; 2] = ["company", "person"];

/// Least and most employees of each size: the bounds of small, middle and large industrial companies in the
/// 2011 rules on the kinds of companies.
const SIZES: [(i64, Option<i64>, &str); 4] = [
    (0, Some(19), "< 20"),
    (20, Some(299), "20\u{2013}299"),
    (300, Some(999), "300\u{2013}999"),
    (1000, None, "\u{2265} 1000"),
];

/// Nothing counts less than this or more than its inverse.
const LEAST: Decimal = Decimal::from_parts(1, 0, 0, false, 1);
/// From here on a value is told as a reason, and down from there as one against.
const FOR: Decimal = Decimal::from_parts(12, 0, 0, false, 1);
const AGAINST: Decimal = Decimal::from_parts(8, 0, 0, false, 1);
/// Reasons told of a customer, and reasons against.
const TOLD: (usize, usize) = (5, 3);
const PAGE: usize = 1000;
/// An attribute with more values than these is not narrowed by them.
const NARROWED: usize = 200;

/// Who is compared.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// The customers to resemble.
    pub loyal: Expr,
    /// The customers that are looked at.
    pub scope: Expr,
    /// Which of the others are ranked.
    pub among: Expr,
}

impl Wanted {
    fn others(&self) -> Expr {
        self.loyal.clone().not().and(self.scope.clone())
    }

    /// Those who may be ranked: no longer customers, or customers to be left alone, are nobody's target.
    pub fn candidates(&self) -> Expr {
        Expr::eq("status", "normal").and(self.others()).and(self.among.clone())
    }
}

/// What a value counts, and its shares among the loyal and the others in percent.
#[derive(Debug, Clone, PartialEq)]
struct Factor {
    times: Decimal,
    loyal: Decimal,
    others: Decimal,
}

/// An attribute with what its values count.
struct Attribute {
    name: &'static str,
    kind: Option<&'static str>,
    factors: BTreeMap<String, Factor>,
    best: Decimal,
}

/// What tells the loyal from the others.
pub(crate) struct Evidence {
    attributes: Vec<Attribute>,
    today: Date,
    /// How many loyal customers there are, and how many others.
    pub sides: (i64, i64),
}

/// A customer that resembles them.
#[derive(Debug, Clone)]
pub(crate) struct Alike {
    pub id: RecordId,
    pub name: String,
    pub owner: Value,
    /// Its likeness.
    pub times: Decimal,
    /// Attribute and value of what it is made of.
    made_of: Vec<(usize, String)>,
}

/// Counts what tells the loyal from the others.
pub(crate) fn weigh(tx: &mut Tx<'_>, wanted: &Wanted) -> Result<Evidence> {
    let loyal = wanted.loyal.clone().and(wanted.scope.clone());
    let others = wanted.others();
    let today = tx.ctx().today;
    let mut attributes = Vec::new();
    for (name, kind) in ATTRIBUTES {
        let (Some(ours), Some(theirs)) = (counted(tx, &loyal, name)?, counted(tx, &others, name)?) else {
            continue;
        };
        attributes.push(attribute(name, kind, &ours, &theirs));
    }
    let sides = (total(tx, &loyal)?, total(tx, &others)?);
    Ok(Evidence { attributes, today, sides })
}

/// Customers by value, and of how many a value is known.
type Counted = (BTreeMap<String, i64>, i64);

fn attribute(
    name: &'static str,
    kind: Option<&'static str>,
    (ours, of_ours): &Counted,
    (theirs, of_theirs): &Counted,
) -> Attribute {
    let values: std::collections::BTreeSet<&String> = ours.keys().chain(theirs.keys()).collect();
    // Of a list a customer has each item or not; of the others it has one value.
    let kinds = if is_list(name) { 2 } else { i64::try_from(values.len()).unwrap_or(i64::MAX) };
    let mut factors = BTreeMap::new();
    if *of_ours > 0 && *of_theirs > 0 {
        for value in values {
            let of = |side: &BTreeMap<String, i64>| side.get(value).copied().unwrap_or(0);
            let (a, b) = (of(ours), of(theirs));
            let smooth = |n: i64, known: i64| Decimal::from(n + 1) / Decimal::from(known + kinds);
            let times = round(smooth(a, *of_ours) / smooth(b, *of_theirs), 2);
            let percent = |n: i64, known: i64| round(Decimal::from(n * 100) / Decimal::from(known), 0);
            let factor = Factor {
                times: times.clamp(LEAST, Decimal::TEN),
                loyal: percent(a, *of_ours),
                others: percent(b, *of_theirs),
            };
            factors.insert(value.clone(), factor);
        }
    }
    let best = factors.values().map(|factor| factor.times).max().unwrap_or(Decimal::ONE).max(Decimal::ONE);
    Attribute { name, kind, factors, best }
}

fn round(number: Decimal, digits: u32) -> Decimal {
    number.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero)
}

fn is_list(name: &str) -> bool {
    matches!(name, "tags" | "buying_way" | "products")
}

fn total(tx: &mut Tx<'_>, filter: &Expr) -> Result<i64> {
    let wanted = Aggregate {
        object: "customer".to_owned(),
        filter: Some(filter.clone()),
        limit: 1,
        ..Aggregate::default()
    };
    let rows = tx.tally(&wanted)?.rows;
    Ok(rows.first().map_or(0, |row| whole(&row.measures[0])))
}

fn whole(value: &Value) -> i64 {
    value.as_decimal().and_then(|n| i64::try_from(n).ok()).unwrap_or(0)
}

/// Nothing where the reader may not compare by the attribute.
fn counted(tx: &mut Tx<'_>, filter: &Expr, name: &str) -> Result<Option<Counted>> {
    if name == "products" {
        return bought(tx, filter);
    }
    let (field, part) = match name {
        "age" => ("birthday", DatePart::Year),
        name => (name, DatePart::Whole),
    };
    let today = tx.ctx().today;
    let wanted = Aggregate {
        object: "customer".to_owned(),
        group_by: vec![Group { field: field.to_owned(), part }],
        filter: Some(filter.clone()),
        order: Some(AggregateOrder::Measure(0, true)),
        limit: 10_000,
        ..Aggregate::default()
    };
    let table = match tx.tally(&wanted) {
        Ok(table) => table,
        Err(Error::Forbidden(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let (mut values, mut known) = (BTreeMap::new(), 0);
    for row in table.rows {
        let n = whole(&row.measures[0]);
        let keys = keys(name, &row.keys[0], today);
        known += if keys.is_empty() { 0 } else { n };
        for key in keys {
            *values.entry(key).or_insert(0) += n;
        }
    }
    Ok(Some((values, known)))
}

/// By the categories of the products that they ordered.
fn bought(tx: &mut Tx<'_>, filter: &Expr) -> Result<Option<Counted>> {
    let categories: Vec<String> = {
        let product = tx.object("product")?;
        let field = product.field("category").ok_or(Error::NotFound)?;
        field.options.iter().map(|option| option.value.clone()).collect()
    };
    let some = r#"any(order.customer, any(order_line.order, !is_empty(product.category)))"#;
    let known = match total(tx, &expr::parse(some)?.and(filter.clone())) {
        Ok(known) => known,
        Err(Error::Forbidden(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut values = BTreeMap::new();
    if known > 0 {
        for category in categories {
            let n = total(tx, &ordered(&category)?.and(filter.clone()))?;
            if n > 0 {
                values.insert(category, n);
            }
        }
    }
    Ok(Some((values, known)))
}

fn ordered(category: &str) -> Result<Expr> {
    let category = Expr::text(category);
    Ok(expr::parse(&format!("any(order.customer, any(order_line.order, product.category == {category}))"))?)
}

/// What a value counts as: itself, its band, its province, its items.
fn keys(name: &str, value: &Value, today: Date) -> Vec<String> {
    let one = |text: Option<String>| text.into_iter().collect();
    match (name, value) {
        (_, Value::Null) => Vec::new(),
        ("age", Value::Date(born)) => one(ages::band(&born.year().to_string(), today).map(|n| n.to_string())),
        ("age", Value::Text(born)) => one(ages::band(born, today).map(|n| n.to_string())),
        ("staff", number) => {
            let n = whole(number);
            let size =
                SIZES.iter().position(|(least, most, _)| n >= *least && most.is_none_or(|most| n <= most));
            one(size.map(|n| n.to_string()))
        }
        ("region", code) => one(composition::province(code).as_text().map(str::to_owned)),
        (_, Value::List(items)) => items.clone(),
        (_, value) => one(value.as_text().filter(|text| !text.is_empty()).map(str::to_owned)),
    }
}

impl Attribute {
    fn is_asked_of(&self, kind: &str) -> bool {
        self.kind.is_none_or(|own| own == kind)
    }

    /// What counts most among some values.
    fn strongest(&self, keys: Vec<String>) -> Option<(String, Decimal)> {
        let known =
            keys.into_iter().filter_map(|key| self.factors.get(&key).map(|factor| (key, factor.times)));
        known.fold(None, |best: Option<(String, Decimal)>, (key, times)| match best {
            Some(best) if best.1 >= times => Some(best),
            _ => Some((key, times)),
        })
    }

    /// The customers that have one of some values.
    fn one_of(&self, keys: &[&String], today: Date) -> Expr {
        let each = |key: &&String| match self.name {
            "region" => Expr::Call(
                Function::StartsWith,
                vec![Expr::field("region"), Expr::text(key.get(..2).unwrap_or(key))],
            ),
            "age" => ages::of(key.parse().unwrap_or(usize::MAX), today),
            "staff" => {
                let (least, most, _) = SIZES[key.parse::<usize>().unwrap_or(0).min(SIZES.len() - 1)];
                let from = Expr::compare("staff", Comparison::GreaterOrEqual, Decimal::from(least));
                let to =
                    most.map(|most| Expr::compare("staff", Comparison::LessOrEqual, Decimal::from(most)));
                Expr::all(std::iter::once(from).chain(to).collect())
            }
            name => Expr::eq(name, key.as_str()),
        };
        Expr::any_of(keys.iter().map(each).collect())
    }
}

impl Evidence {
    /// The first of a ranking by likeness; the older record goes first where two are alike.
    pub fn rank(&self, tx: &mut Tx<'_>, wanted: &Wanted, most: usize) -> Result<Vec<Alike>> {
        let mut sample = Vec::new();
        for kind in KINDS {
            sample.extend(self.sample(tx, wanted, kind, most)?);
        }
        sample.sort_unstable_by_key(|times| Reverse(*times));
        // A thousandth of room, because products of many factors are rounded at their last digit.
        let floor = most.checked_sub(1).and_then(|last| sample.get(last)).copied().unwrap_or_default();
        let floor = floor * Decimal::new(999, 3);
        let mut best: Vec<Alike> = Vec::new();
        for kind in KINDS {
            let filter = Expr::eq("kind", kind).and(self.reaching(kind, floor)).and(wanted.candidates());
            let mut query = self.query(filter);
            loop {
                let page = tx.seen(&query)?;
                best.extend(self.scored(tx, kind, &page.rows, floor)?);
                best.sort_by_key(|alike| (Reverse(alike.times), alike.id));
                best.truncate(most);
                match page.next {
                    Some(place) => query.after = Some(guanxi_gate::read_cursor(&place)?),
                    None => break,
                }
            }
        }
        Ok(best)
    }

    fn query(&self, filter: Expr) -> Query {
        let fields = self.attributes.iter().filter_map(|attribute| match attribute.name {
            "age" => Some("birthday"),
            "products" => None,
            name => Some(name),
        });
        let mut query =
            Query::of("customer").filter(filter).fields(["name", "owner"].into_iter().chain(fields));
        query.sort = vec![Sort { field: "id".to_owned(), descending: false }];
        query.limit(PAGE)
    }

    /// The scores of some who are likely to be near the top: those with good values, asking for fewer of them
    /// until there are enough.
    fn sample(&self, tx: &mut Tx<'_>, wanted: &Wanted, kind: &str, most: usize) -> Result<Vec<Decimal>> {
        let mut asked: Vec<&Attribute> = self
            .attributes
            .iter()
            .filter(|attribute| attribute.is_asked_of(kind) && !is_list(attribute.name))
            .filter(|attribute| attribute.best > Decimal::ONE && attribute.factors.len() <= NARROWED)
            .collect();
        asked.sort_by_key(|attribute| Reverse(attribute.best));
        loop {
            let good = asked.iter().map(|attribute| {
                let good = attribute.factors.iter().filter(|(_, factor)| factor.times > Decimal::ONE);
                attribute.one_of(&good.map(|(key, _)| key).collect::<Vec<_>>(), self.today)
            });
            let filter = Expr::eq("kind", kind).and(Expr::all(good.collect())).and(wanted.candidates());
            let rows = tx.seen(&self.query(filter))?.rows;
            if rows.len() >= most.min(PAGE) || asked.pop().is_none() {
                let scored = self.scored(tx, kind, &rows, Decimal::ZERO)?;
                return Ok(scored.into_iter().map(|alike| alike.times).collect());
            }
        }
    }

    /// Those who can reach a score: with any other value even the best of everything else would not do.
    fn reaching(&self, kind: &str, floor: Decimal) -> Expr {
        let asked: Vec<&Attribute> = self.attributes.iter().filter(|a| a.is_asked_of(kind)).collect();
        let mut parts = Vec::new();
        for (n, attribute) in asked.iter().enumerate() {
            if is_list(attribute.name) || attribute.factors.len() > NARROWED {
                continue;
            }
            let rest: Decimal = asked
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != n)
                .map(|(_, other)| other.best)
                .product();
            let (good, bad): (Vec<_>, Vec<_>) =
                attribute.factors.iter().partition(|(_, factor)| rest * factor.times >= floor);
            let names =
                |some: &[(&String, &Factor)]| some.iter().map(|(key, _)| (*key).clone()).collect::<Vec<_>>();
            let (good, bad) = (names(&good), names(&bad));
            if bad.is_empty() && rest >= floor {
                continue;
            }
            parts.push(if rest >= floor {
                attribute.one_of(&bad.iter().collect::<Vec<_>>(), self.today).not()
            } else {
                attribute.one_of(&good.iter().collect::<Vec<_>>(), self.today)
            });
        }
        Expr::all(parts)
    }

    /// The scores of some customers, as far as they reach a score.
    fn scored(&self, tx: &mut Tx<'_>, kind: &str, rows: &[Visible], floor: Decimal) -> Result<Vec<Alike>> {
        let mut alike: Vec<Alike> = rows.iter().map(|row| self.score(kind, row)).collect();
        let products = self.attributes.iter().position(|a| a.name == "products" && !a.factors.is_empty());
        if let Some(at) = products {
            let attribute = &self.attributes[at];
            alike.retain(|alike| alike.times * attribute.best >= floor);
            let ids: Vec<RecordId> = alike.iter().map(|alike| alike.id).collect();
            let mut bought = baskets(tx, &ids)?;
            for alike in &mut alike {
                if let Some((key, times)) =
                    bought.remove(&alike.id).and_then(|keys| attribute.strongest(keys))
                {
                    alike.times *= times;
                    alike.made_of.push((at, key));
                }
            }
        }
        alike.retain(|alike| alike.times >= floor);
        Ok(alike)
    }

    fn score(&self, kind: &str, row: &Visible) -> Alike {
        let mut alike = Alike {
            id: row.id,
            name: row.title(),
            owner: row.get("owner").clone(),
            times: Decimal::ONE,
            made_of: Vec::new(),
        };
        for (at, attribute) in self.attributes.iter().enumerate().filter(|(_, a)| a.is_asked_of(kind)) {
            let field = if attribute.name == "age" { "birthday" } else { attribute.name };
            let keys = keys(attribute.name, row.get(field), self.today);
            if let Some((key, times)) = attribute.strongest(keys) {
                alike.times *= times;
                alike.made_of.push((at, key));
            }
        }
        alike
    }

    /// Why, in words: what it has in common with them, and what it has not.
    pub fn reasons(&self, tx: &mut Tx<'_>, alike: &Alike) -> Result<(String, String)> {
        let mut made_of: Vec<(&Factor, &Attribute, &String)> = alike
            .made_of
            .iter()
            .filter_map(|(at, key)| {
                let attribute = self.attributes.get(*at)?;
                Some((attribute.factors.get(key)?, attribute, key))
            })
            .collect();
        made_of.sort_by_key(|(factor, ..)| Reverse(factor.times));
        let mut say = |some: Vec<&(&Factor, &Attribute, &String)>| -> Result<String> {
            let mut words = Vec::new();
            for (factor, attribute, key) in some {
                let (label, value) = named(tx, attribute.name, key)?;
                words.push(
                    tx.say(
                        &Message::new("likeness.reason")
                            .with("attribute", label)
                            .with("value", value)
                            .with("loyal", factor.loyal)
                            .with("others", factor.others)
                            .with("times", factor.times.normalize()),
                    ),
                );
            }
            Ok(words.join(&tx.say(&Message::new("likeness.and"))))
        };
        let pro = say(made_of.iter().filter(|(factor, ..)| factor.times >= FOR).take(TOLD.0).collect())?;
        let con =
            say(made_of.iter().rev().filter(|(factor, ..)| factor.times <= AGAINST).take(TOLD.1).collect())?;
        Ok((pro, con))
    }
}

/// The categories that some customers ordered.
fn baskets(tx: &mut Tx<'_>, customers: &[RecordId]) -> Result<BTreeMap<RecordId, Vec<String>>> {
    let mut found: BTreeMap<RecordId, Vec<String>> = BTreeMap::new();
    if customers.is_empty() {
        return Ok(found);
    }
    let group = |field: &str| Group { field: field.to_owned(), part: DatePart::Whole };
    let wanted = Aggregate {
        object: "order_line".to_owned(),
        group_by: vec![group("order.customer"), group("product.category")],
        filter: Some(Expr::ids("order.customer", customers).and(Expr::is_empty("product.category").not())),
        limit: 10_000,
        ..Aggregate::default()
    };
    for row in tx.tally(&wanted)?.rows {
        if let (Some(customer), Some(category)) = (row.keys[0].as_ref(), row.keys[1].as_text()) {
            found.entry(customer).or_default().push(category.to_owned());
        }
    }
    Ok(found)
}

/// An attribute and its value as people read them.
fn named(tx: &mut Tx<'_>, name: &str, key: &str) -> Result<(String, String)> {
    let ctx: &Ctx = tx.ctx();
    let band = |names: &[&'static str]| {
        let at = key.parse::<usize>().ok().and_then(|n| names.get(n).copied());
        at.unwrap_or_default().to_owned()
    };
    if name == "products" {
        let product = tx.object("product")?;
        let label = tx.say(&Message::new("likeness.products"));
        let option = product.field("category").and_then(|field| field.option(key));
        return Ok((
            label,
            option.map_or_else(|| key.to_owned(), |option| option.label.get(ctx.locale).to_owned()),
        ));
    }
    if name == "age" {
        let label = composition::label("age").unwrap_or_default();
        return Ok((label.get(ctx.locale).to_owned(), band(&ages::BANDS.map(|band| band.2))));
    }
    let customer = tx.object("customer")?;
    let field = customer.field(name).ok_or(Error::NotFound)?;
    let label = field.label.get(ctx.locale).to_owned();
    let words = match (name, &field.kind) {
        ("staff", _) => band(&SIZES.map(|size| size.2)),
        (_, FieldKind::Tags) => key.to_owned(),
        _ => counting::words(ctx, field, &Value::from(key)),
    };
    Ok((label, words))
}
