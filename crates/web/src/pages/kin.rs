//! A customer among its own: the family of companies it belongs to, and whom it brought, generation by
//! generation with what they ordered.

use crate::{
    page::Page,
    pages::{answer::record_id, record},
    session::{Answer, Visit, encode},
    show,
    ui::{self, Button, Fact, Size},
};
use axum::{extract::Path, response::Response};
use guanxi_crm::customers::kin::{self, Line, Tree};
use guanxi_gate::{Error, Visible};
use guanxi_model::{RecordId, Value, access::action, expr::Expr};
use maud::{Markup, html as markup};

/// `GET /customer/{id}/kin`
///
/// # Errors
/// When there is no such customer, or the reader may not see it.
pub async fn show(visit: Visit, Path(id): Path<String>) -> Answer {
    visit
        .answer(move |visit| -> Result<Response, Error> {
            let customer = visit.gate().get(visit.ctx(), "customer", record_id(&id)?)?;
            page(visit, &customer)?.answer(visit)
        })
        .await
}

fn page(visit: &Visit, customer: &Visible) -> Result<Page, Error> {
    let (gate, ctx) = (visit.gate(), visit.ctx());
    let top = kin::head(gate, ctx, Line::Parent, customer.id)?;
    let head = if top == customer.id { customer.clone() } else { gate.get(ctx, "customer", top)? };
    let family = kin::below(gate, ctx, Line::Parent, top)?;
    let brought = kin::below(gate, ctx, Line::Referral, customer.id)?;
    let first = kin::head(gate, ctx, Line::Referral, customer.id)?;
    let title = visit.t("kin.title").to_owned();
    let trail = [
        (customer.object.plural_label(visit.locale()).to_owned(), Some("/customer".to_owned())),
        (customer.title(), Some(format!("/customer/{}", customer.id))),
        (title.clone(), None),
    ];
    let back = format!("/customer/{}/kin", customer.id);
    let add = visit.may("relation", action::CREATE).then(|| {
        let url = format!("/relation/new?customer={}&back={}", customer.id, encode(&back));
        markup! { (Button::new(visit.t("kin.add")).primary().icon("plus").dialog(url)) }
    });
    let main = markup! {
        (ui::bar(&ui::Bar { start: Some(ui::crumbs(visit.t("common.back"), &trail)), actions: add, ..ui::Bar::default() }))
        div .report.scroll-end.kin {
            h1 { (customer.title()) }
            (section(visit, "kin.family", "kin.family_none", &head, &family, Line::Parent, customer.id))
            @if first != customer.id {
                @let by = gate.get(ctx, "customer", first)?;
                p .muted { (visit.t("kin.first")) " " a .link href={ "/customer/" (first) "/kin" } { (by.title()) } }
            }
            (section(visit, "kin.brought", "kin.brought_none", customer, &brought, Line::Referral, customer.id))
        }
    };
    Ok(Page {
        title: format!("{title} · {}", customer.title()),
        menu: "customer".to_owned(),
        main,
        ..Page::default()
    })
}

fn section(
    visit: &Visit,
    title: &'static str,
    none: &'static str,
    top: &Visible,
    tree: &Tree,
    line: Line,
    here: RecordId,
) -> Markup {
    let generations = tree.generations.iter().enumerate();
    let own = top.get("order_total").as_decimal().unwrap_or_default();
    let mut facts: Vec<Fact> = generations
        .map(|(n, generation)| Fact {
            label: visit.fill("kin.generation", &[("n", &(n + 1).to_string())]),
            body: markup! {
                (crate::texts::count(visit.locale(), "kin.customers", generation.count))
                small .muted { (show::compact(generation.total, visit.locale())) }
            },
            href: (n == 0).then(|| {
                let filter = Expr::eq(line.field(), top.id).to_string();
                format!("/customer?view=all&filter={}", encode(&filter))
            }),
        })
        .collect();
    let whole = if line == Line::Parent { tree.total() + own } else { tree.total() };
    facts.push(Fact {
        label: visit
            .t(if line == Line::Parent { "kin.family_total" } else { "kin.brought_total" })
            .to_owned(),
        body: markup! { (show::exact(whole)) },
        href: None,
    });
    markup! {
        section .card.panel.wide {
            header .row { h3 { (visit.t(title)) } }
            @if tree.generations.is_empty() {
                p .none.muted { (visit.t(none)) }
            } @else {
                (ui::fact_strip(&facts))
                ul .tree { (branch(top, tree, 0, line, here)) }
            }
        }
    }
}

/// A customer with those below it.
fn branch(customer: &Visible, tree: &Tree, depth: usize, line: Line, here: RecordId) -> Markup {
    let below: Vec<&Visible> = tree
        .generations
        .get(depth)
        .map(|generation| {
            let mine = |row: &&Visible| row.get(line.field()).as_ref() == Some(customer.id);
            generation.members.iter().filter(mine).collect()
        })
        .unwrap_or_default();
    let total = match customer.get("order_total") {
        Value::Decimal(total) => show::exact(*total),
        _ => String::new(),
    };
    let owner = customer.get("owner").as_ref().and_then(|id| tree.titles.get(id));
    markup! {
        li {
            a .node href={ "/customer/" (customer.id) } aria-current=[(customer.id == here).then_some("true")] {
                (record::avatar(customer, Size::Medium))
                span .text { b .ell { (customer.title()) } @if let Some(owner) = owner { small .muted { (owner) } } }
                span .num { (total) }
            }
            @if !below.is_empty() {
                ul { @for row in below { (branch(row, tree, depth + 1, line, here)) } }
            }
        }
    }
}
