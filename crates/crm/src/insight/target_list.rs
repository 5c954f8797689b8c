//! Target lists: the head of a ranking of customers by any number, kept to be worked on. Ranked are the customers
//! whom its builder sees; a list of more than five thousand is nobody's to work on and is refused.

use guanxi_gate::{Change, Draft, Error, Record, Result, Rule, Tx};
use guanxi_model::{
    Message, Query, RecordId, Value,
    expr::{self, Comparison, Expr},
    query::Count,
};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

const MOST: i64 = 5000;

/// Ranks and cuts anew. Members that were added by hand stay.
pub(crate) fn build(tx: &mut Tx<'_>, list: &Record, _input: &Draft) -> Result<()> {
    let field = field_of(|name| list.get(name)).to_owned();
    let mut query = Query::of("customer").filter(Expr::is_empty(&field).not());
    let filter = list.text("filter");
    if !filter.is_empty() {
        query = query.filter(expr::parse(filter)?);
    }
    let at = list.decimal("cut_at").unwrap_or_default();
    let whole = |number: Decimal| i64::try_from(number.ceil()).unwrap_or(i64::MAX);
    query = query.fields(["name", &field]).sort([format!("-{field}")]);
    let wanted = match list.text("cut") {
        "above" => {
            query = query.filter(Expr::compare(&field, Comparison::GreaterOrEqual, at));
            count(tx, &query)?
        }
        "top_percent" => {
            let all = count(tx, &query)?;
            whole(Decimal::from(all) * at.min(Decimal::ONE_HUNDRED) / Decimal::ONE_HUNDRED)
        }
        _ => whole(at),
    };
    if wanted > MOST {
        return Err(Error::Refused(
            Message::new("target_list.too_long").with("n", wanted).with("most", MOST),
        ));
    }
    let mut ranked: Vec<(RecordId, Value)> = Vec::new();
    while i64::try_from(ranked.len()).unwrap_or(i64::MAX) < wanted {
        let left = usize::try_from(wanted).unwrap_or(0) - ranked.len();
        query.limit = left.clamp(1, 1000);
        let page = tx.seen(&query)?;
        ranked.extend(page.rows.iter().map(|row| (row.id, row.get(&field).clone())));
        match page.next {
            Some(place) => query.after = Some(guanxi_gate::read_cursor(&place)?),
            None => break,
        }
    }
    write(tx, list, &ranked)?;
    tx.update(list, Draft::new().set("built_at", tx.ctx().now))?;
    Ok(())
}

fn count(tx: &mut Tx<'_>, query: &Query) -> Result<i64> {
    let query = Query { limit: 1, count: Count::Exact, ..query.clone() };
    Ok(tx.seen(&query)?.total.unwrap_or(0))
}

/// Those who are no longer among the first leave, the others move to their place, new ones come.
fn write(tx: &mut Tx<'_>, list: &Record, ranked: &[(RecordId, Value)]) -> Result<()> {
    let mut known: BTreeMap<RecordId, Record> = tx
        .find("target_member", &Expr::eq("target_list", list.id), None)?
        .into_iter()
        .filter_map(|member| Some((member.reference("customer")?, member)))
        .collect();
    let (mut moved, mut new) = (Vec::new(), Vec::new());
    for (place, (customer, value)) in ranked.iter().enumerate() {
        let draft = Draft::new()
            .set("place", i64::try_from(place + 1).unwrap_or(i64::MAX))
            .set("value", value.clone())
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
            if !customer.field(&name).is_some_and(guanxi_model::Field::is_numeric) {
                change.refuse("own_field", Message::new("target_list.field").with("name", name));
            }
            let filter = change.value("filter").as_text().unwrap_or_default().to_owned();
            let wrong = |error: &guanxi_model::expr::ExprError| error.message().clone();
            let checked = expr::parse(&filter).and_then(|e| expr::check(&e, &(tx.registry(), &*customer)));
            if let (false, Err(error)) = (filter.is_empty(), checked) {
                change.refuse("filter", wrong(&error));
            }
        }
        Ok(())
    }
}

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
