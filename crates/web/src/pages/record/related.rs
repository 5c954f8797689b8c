//! What belongs to a record: for each related object how many, how much, and the first few.

use crate::{
    session::{Visit, encode},
    show::{self, Showing},
    ui::{self, Act, Related, RelatedItem, Tone},
};
use guanxi_gate::{Error, Titles, Visible};
use guanxi_model::{
    Aggregate, FieldKind, Object, Query, Value,
    access::action,
    expr::Expr,
    object::RelatedDef,
    query::{Count, Measure, MeasureFn},
};
use maud::{Markup, html as markup};

/// Rows of a related list.
const SHOWN: usize = 4;

/// The related lists of the document that the reader may see.
///
/// # Errors
/// When they cannot be read.
pub fn draw(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    let mut lists = Vec::new();
    // In a pool a customer has nothing that its reader may see or add.
    let pooled = crate::pages::pool::lies_in(record).is_some();
    for related in &record.object.record.related {
        if visit.may(&related.object, action::READ)
            && let Ok(object) = visit.gate().object(&related.object)
        {
            let list = list(visit, record, related, &object, pooled)?;
            if !(pooled && list.items.is_empty()) {
                lists.push(list);
            }
        }
    }
    Ok(markup! {
        @for list in &lists { (ui::related_list(list)) }
        @if lists.is_empty() { p .none.muted { (visit.t("record.no_related")) } }
    })
}

fn list(
    visit: &Visit,
    record: &Visible,
    related: &RelatedDef,
    object: &Object,
    pooled: bool,
) -> Result<Related, Error> {
    let belongs = Expr::eq(&related.via, Expr::Id(record.id));
    let mut fields = vec![object.title.clone()];
    fields.extend(related.fields.iter().filter(|name| **name != object.title).cloned());
    let mut query = Query::of(&related.object).fields(fields).filter(belongs.clone()).limit(SHOWN);
    query.count = Count::Capped;
    if !related.sort.is_empty() {
        query = query.sort(&related.sort);
    }
    let page = visit.gate().list(visit.ctx(), &query)?;
    let total = page.total.unwrap_or_default();
    let mut count = crate::pages::list::capped(total);
    if let Some(field) = related.sum.as_deref().filter(|_| total > 0)
        && let Some(sum) = sum(visit, object, field, belongs.clone())?
    {
        count = format!("{count} · {}", show::compact(sum, visit.locale()));
    }
    let title = related
        .label
        .as_ref()
        .map_or_else(|| object.plural_label(visit.locale()), |label| label.get(visit.locale()));
    let back = format!("/{}/{}", record.object.name, record.id);
    let may_add = !pooled && !object.access.program_only && visit.may(&object.name, action::CREATE);
    let add = may_add.then(|| {
        let url = format!("/{}/new?{}={}&back={}", object.name, related.via, record.id, encode(&back));
        (Act::Dialog(url), visit.fill("form.new", &[("object", object.label.get(visit.locale()))]))
    });
    let all = (total > SHOWN as i64).then(|| {
        let url = format!("/{}?view=all&filter={}", object.name, encode(&belongs.to_string()));
        (url, visit.fill("record.all", &[("n", &crate::pages::list::capped(total))]))
    });
    Ok(Related {
        id: format!("{}-{}", object.name, related.via),
        title: title.to_owned(),
        count,
        add,
        items: page.rows.iter().map(|row| item(visit, object, related, row, &page.titles)).collect(),
        all,
        none: visit.t("record.none_yet").to_owned(),
    })
}

fn sum(
    visit: &Visit,
    object: &Object,
    field: &str,
    filter: Expr,
) -> Result<Option<rust_decimal::Decimal>, Error> {
    let wanted = Aggregate {
        object: object.name.clone(),
        measures: vec![Measure { function: MeasureFn::Sum, field: Some(field.to_owned()) }],
        filter: Some(filter),
        limit: 1,
        ..Aggregate::default()
    };
    match visit.gate().aggregate(visit.ctx(), &wanted) {
        Ok(table) => Ok(table.rows.first().and_then(|row| row.measures.first()).and_then(Value::as_decimal)),
        // Whoever sees the rows but no totals sees the count alone.
        Err(Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Amounts and dates stand at the end of a row, everything else under its name.
fn item(visit: &Visit, object: &Object, related: &RelatedDef, row: &Visible, titles: &Titles) -> RelatedItem {
    let showing = Showing { ctx: visit.ctx(), titles, object, record: Some(row) };
    let (mut end, mut end_hint, mut hints) = (String::new(), String::new(), Vec::new());
    for name in &related.fields {
        let Some(field) = object.field(name) else { continue };
        let cell = row.cell(name);
        match (field.value_kind(), row.get(name)) {
            (_, Value::Null) if !matches!(cell, Some(guanxi_gate::Cell::Masked(_))) => {}
            (FieldKind::Money { .. }, Value::Decimal(yuan)) if end.is_empty() => {
                end = show::compact(*yuan, visit.locale())
            }
            (FieldKind::Date, Value::Date(date)) if end_hint.is_empty() => {
                end_hint = show::day(visit.ctx(), *date)
            }
            // The row is one link, which no other link may stand in.
            (FieldKind::LongText | FieldKind::Reference { .. } | FieldKind::AnyReference { .. }, _) => {
                hints.push(markup! { span .ell { (show::text(showing, field, cell)) } })
            }
            _ => hints.extend(show::alone(showing, field, cell)),
        }
    }
    if end.is_empty() {
        end = std::mem::take(&mut end_hint);
    }
    let title = row.title();
    let avatar = matches!(object.name.as_str(), "contact" | "user" | "customer")
        .then(|| super::avatar(row, ui::Size::Medium));
    RelatedItem {
        href: format!("/{}/{}", object.name, row.id),
        avatar,
        title,
        hint: (!hints.is_empty()).then(|| {
            markup! {
                span .inline {
                    @for (n, hint) in hints.iter().enumerate() {
                        @if n > 0 { span aria-hidden="true" { "·" } }
                        (hint)
                    }
                }
            }
        }),
        end,
        end_hint,
        tone: Tone::Plain,
    }
}
