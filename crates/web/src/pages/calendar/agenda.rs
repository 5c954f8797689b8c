//! What has a date on which something is to be done, read by that date.

use crate::session::Visit;
use guanxi_gate::{Ctx, Error, Visible};
use guanxi_model::{
    FieldKind, Object, Query, Value,
    access::action,
    expr::{self, Comparison, Expr, Function, Word},
};
use jiff::{Timestamp, civil::Date};
use std::sync::Arc;

/// A record that is due, and the field that says when.
pub struct Due {
    /// Its object.
    pub object: Arc<Object>,
    /// The field that holds the date.
    pub field: String,
    /// The record.
    pub row: Visible,
}

/// Which records of an object are asked for, beside their date.
#[derive(Default)]
pub struct Asked {
    /// A condition.
    pub filter: Option<Expr>,
    /// Words.
    pub q: String,
    /// How many at most.
    pub most: usize,
}

/// Everything of the reader's own between two days: at most `most` of each object, each appointment once.
///
/// # Errors
/// When the set cannot be read.
pub fn own(visit: &Visit, first: Date, last: Date, most: usize) -> Result<Vec<Due>, Error> {
    let mut found = Vec::new();
    for (object, field) in dated(visit) {
        let asked = Asked { filter: Some(mine(&object, &field)?), q: String::new(), most };
        let rows = between(visit, &object, &field, first, last, asked)?;
        found.extend(rows.into_iter().map(|row| Due { object: object.clone(), field: field.clone(), row }));
    }
    Ok(found)
}

/// What of an object stands in one's own calendar: what is one's own, what one was asked to, and of next
/// contacts each once: an opportunity's is its customer's.
///
/// # Errors
/// Never today; the conditions are part of the program.
pub fn mine(object: &Object, field: &str) -> Result<Expr, Error> {
    let own = Expr::eq("owner", Expr::Word(Word::Me));
    Ok(match (object.name.as_str(), field) {
        ("appointment", _) => expr::parse(
            r#"status != "cancelled" && (owner == me || any(participant.appointment, user == me && answer != "declined"))"#,
        )?,
        (_, field) if field.starts_with(NEXT_CONTACT) && object.field("customer").is_some() => {
            own.and(Expr::is_empty("customer"))
        }
        _ => own,
    })
}

const NEXT_CONTACT: &str = "next_contact";

/// Objects that have a date on which something is to be done, with that field.
fn dated(visit: &Visit) -> Vec<(Arc<Object>, String)> {
    let registry = visit.gate().registry();
    let mut found = Vec::new();
    for object in registry.objects().filter(|object| visit.may(&object.name, action::READ)) {
        if let Some(calendar) = &object.calendar {
            found.push((object.clone(), calendar.start.clone()));
        }
        let next = object.active_fields().find(|field| field.name.starts_with(NEXT_CONTACT));
        // What belongs to another record, as a follow-up to its customer, hands the next contact on to it.
        let Some(field) = next.filter(|_| object.access.inherit.is_none()) else { continue };
        if object.calendar.as_ref().is_none_or(|def| def.start != field.name) {
            found.push((object.clone(), field.name.clone()));
        }
    }
    found
}

/// The records of an object between two days, in order.
///
/// # Errors
/// When the set cannot be read.
pub fn between(
    visit: &Visit,
    object: &Object,
    field: &str,
    first: Date,
    last: Date,
    asked: Asked,
) -> Result<Vec<Visible>, Error> {
    let instant = object.field(field).is_some_and(|field| matches!(field.value_kind(), FieldKind::Instant));
    let bound = |date: Date| {
        let date = Expr::Date(date);
        if instant { Expr::Call(Function::Instant, vec![date]) } else { date }
    };
    let after = last.tomorrow().unwrap_or(last);
    let range = Expr::compare(field, Comparison::GreaterOrEqual, bound(first)).and(Expr::compare(
        field,
        Comparison::Less,
        bound(after),
    ));
    let mut fields = vec![object.title.clone(), field.to_owned()];
    fields.extend(object.status.iter().cloned());
    fields.extend(object.calendar.as_ref().and_then(|def| def.end.clone()));
    fields.extend(object.field("all_day").map(|field| field.name.clone()));
    let mut query = Query::of(&object.name).filter(range).fields(fields).sort([field]).limit(asked.most);
    if let Some(filter) = asked.filter {
        query = query.filter(filter);
    }
    query.search = (!asked.q.is_empty()).then_some(asked.q);
    Ok(visit.gate().list(visit.ctx(), &query)?.rows)
}

/// The day of a record, and the moment where it has one.
pub fn moment_of(ctx: &Ctx, row: &Visible, field: &str) -> Option<(Date, Option<Timestamp>)> {
    match row.get(field) {
        Value::Date(date) => Some((*date, None)),
        Value::Instant(at) => Some((at.to_zoned(ctx.zone.clone()).date(), Some(*at))),
        _ => None,
    }
}
