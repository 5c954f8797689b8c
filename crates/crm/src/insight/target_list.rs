//! Target lists: the head of a ranking of customers by any number, or by how much they resemble others, kept to be
//! worked on. Ranked are the customers whom its builder sees; a list of more than five thousand is nobody's to
//! work on and is refused.

use super::reports::likeness::{self, Wanted};
use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{
    Message, Query, RecordId, Value,
    expr::{self, Comparison, Expr},
    query::Count,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const MOST: i64 = 5000;
/// Whom a list by likeness resembles when nothing is said.
const LOYAL: &str = r#"state_class == "loyal""#;

/// A customer with the number that ranks it, and in words what that comes from where a number says too little.
type Ranked = (RecordId, Value, Option<String>);

/// Ranks and cuts anew. Members that were added by hand stay.
pub(crate) fn build(tx: &mut Tx<'_>, list: &Record, _input: &Draft) -> Result<()> {
    let field = field_of(|name| list.get(name)).to_owned();
    let ranked = if field == LIKENESS { by_likeness(tx, list)? } else { by_number(tx, list, &field)? };
    write(tx, list, &ranked)?;
    tx.update(list, Draft::new().set("built_at", tx.ctx().now))?;
    Ok(())
}

fn by_number(tx: &mut Tx<'_>, list: &Record, field: &str) -> Result<Vec<Ranked>> {
    let mut query = Query::of("customer").filter(Expr::is_empty(field).not());
    let filter = list.text("filter");
    if !filter.is_empty() {
        query = query.filter(expr::parse(filter)?);
    }
    let at = list.decimal("cut_at").unwrap_or_default();
    query = query.fields(["name", field]).sort([format!("-{field}")]);
    let wanted = match list.text("cut") {
        "above" => {
            query = query.filter(Expr::compare(field, Comparison::GreaterOrEqual, at));
            count(tx, &query)?
        }
        "top_percent" => part(count(tx, &query)?, at),
        _ => whole(at),
    };
    let wanted = workable(wanted)?;
    let mut ranked = Vec::new();
    while ranked.len() < wanted {
        query.limit = (wanted - ranked.len()).clamp(1, 1000);
        let page = tx.seen(&query)?;
        ranked.extend(page.rows.iter().map(|row| (row.id, row.get(field).clone(), None)));
        match page.next {
            Some(place) => query.after = Some(guanxi_gate::read_cursor(&place)?),
            None => break,
        }
    }
    Ok(ranked)
}

fn by_likeness(tx: &mut Tx<'_>, list: &Record) -> Result<Vec<Ranked>> {
    let condition = |field: &str, usual: &str| {
        let text = list.text(field);
        expr::parse(if text.is_empty() { usual } else { text })
    };
    let wanted = Wanted {
        loyal: condition("resembles", LOYAL)?,
        scope: Expr::Bool(true),
        among: condition("filter", "true")?,
    };
    let evidence = likeness::weigh(tx, &wanted)?;
    if evidence.sides.0 == 0 {
        return Err(Error::refused("target_list.nobody"));
    }
    let at = list.decimal("cut_at").unwrap_or_default();
    let most = match list.text("cut") {
        "above" => usize::try_from(MOST).unwrap_or(0) + 1,
        "top_percent" => {
            let all = count(tx, &Query::of("customer").filter(wanted.candidates()))?;
            workable(part(all, at))?
        }
        _ => workable(whole(at))?,
    };
    let mut alike = evidence.rank(tx, &wanted, most)?;
    if list.text("cut") == "above" {
        alike.retain(|alike| alike.times >= at);
        workable(i64::try_from(alike.len()).unwrap_or(i64::MAX))?;
    }
    alike
        .iter()
        .map(|alike| {
            let (reasons, _) = evidence.reasons(tx, alike)?;
            let reason = Some(reasons.chars().take(600).collect::<String>()).filter(|text| !text.is_empty());
            Ok((alike.id, Value::from(alike.times.round_dp(2)), reason))
        })
        .collect()
}

fn whole(number: Decimal) -> i64 {
    i64::try_from(number.ceil()).unwrap_or(i64::MAX)
}

fn part(all: i64, percent: Decimal) -> i64 {
    whole(Decimal::from(all) * percent.min(Decimal::ONE_HUNDRED) / Decimal::ONE_HUNDRED)
}

fn workable(wanted: i64) -> Result<usize> {
    if wanted > MOST {
        let refusal = Message::new("target_list.too_long").with("n", wanted).with("most", MOST);
        return Err(Error::Refused(refusal));
    }
    Ok(usize::try_from(wanted).unwrap_or(0))
}

fn count(tx: &mut Tx<'_>, query: &Query) -> Result<i64> {
    let query = Query { limit: 1, count: Count::Exact, ..query.clone() };
    Ok(tx.seen(&query)?.total.unwrap_or(0))
}

/// Those who are no longer among the first leave, the others move to their place, new ones come.
fn write(tx: &mut Tx<'_>, list: &Record, ranked: &[Ranked]) -> Result<()> {
    let mut known: BTreeMap<RecordId, Record> = tx
        .find("target_member", &Expr::eq("target_list", list.id), None)?
        .into_iter()
        .filter_map(|member| Some((member.reference("customer")?, member)))
        .collect();
    let (mut moved, mut new) = (Vec::new(), Vec::new());
    for (place, (customer, value, reason)) in ranked.iter().enumerate() {
        let draft = Draft::new()
            .set("place", i64::try_from(place + 1).unwrap_or(i64::MAX))
            .set("value", value.clone())
            .set("reason", reason.clone())
            .set("by_rank", true);
        match known.remove(customer) {
            Some(member) => moved.push((member, draft)),
            None => new.push(draft.set("target_list", list.id).set("customer", *customer)),
        }
    }
    tx.update_many(moved)?;
    tx.create_many("target_member", new)?;
    for member in known.into_values().filter(|member| member.get("by_rank").as_bool() == Some(true)) {
        tx.delete(&member)?;
    }
    Ok(())
}

/// A list asks for what there is; a customer stands on it once.
pub(crate) struct Askable;

impl Rule for Askable {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let customer = tx.object("customer")?;
        for change in changes {
            let name = field_of(|name| change.value(name)).to_owned();
            if name != LIKENESS && !customer.field(&name).is_some_and(guanxi_model::Field::is_numeric) {
                change.refuse("own_field", Message::new("target_list.field").with("name", name));
            }
            for field in ["filter", "resembles"] {
                let filter = change.value(field).as_text().unwrap_or_default().to_owned();
                let checked =
                    expr::parse(&filter).and_then(|e| expr::check(&e, &(tx.registry(), &*customer)));
                if let (false, Err(error)) = (filter.is_empty(), checked) {
                    change.refuse(field, error.message());
                }
            }
        }
        Ok(())
    }
}

/// The name among the fields to rank by that is none.
const LIKENESS: &str = "likeness";

fn field_of<'a>(value: impl Fn(&str) -> &'a Value) -> &'a str {
    value("own_field").as_text().or(value("ranked_by").as_text()).unwrap_or("order_total")
}

/// A customer stands on a list once.
pub(crate) struct Once;

impl Rule for Once {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let lists: Vec<RecordId> = changes
            .iter()
            .filter(|c| c.before.is_none())
            .filter_map(|c| c.value("target_list").as_ref())
            .collect();
        let customers: Vec<RecordId> = changes.iter().filter_map(|c| c.value("customer").as_ref()).collect();
        let both = Expr::ids("target_list", &lists).and(Expr::ids("customer", &customers));
        let mut known: BTreeSet<(Option<RecordId>, Option<RecordId>)> = tx
            .find("target_member", &both, None)?
            .iter()
            .map(|member| (member.reference("target_list"), member.reference("customer")))
            .collect();
        for change in changes.iter_mut().filter(|change| change.before.is_none()) {
            let pair = (change.value("target_list").as_ref(), change.value("customer").as_ref());
            if !known.insert(pair) {
                change.refuse("customer", Message::new("target_list.twice"));
            }
        }
        Ok(())
    }
}

/// Puts a customer on a list; one that stands on it already stays.
pub(crate) fn add(tx: &mut Tx<'_>, customer: &Record, input: &Draft) -> Result<()> {
    let list = input.get("list").as_ref().ok_or(Error::NotFound)?;
    let there = Expr::eq("target_list", list).and(Expr::eq("customer", customer.id));
    if tx.first("target_member", &there)?.is_none() {
        let draft = Draft::new().set("target_list", list).set("customer", customer.id);
        tx.create("target_member", draft.set("owner", customer.get("owner").clone()))?;
    }
    Ok(())
}
