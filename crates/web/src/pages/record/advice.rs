//! Beside a record: advice for the people and the moment, and what went wrong before.

use crate::{
    session::{Visit, encode},
    show,
    ui::{self, Act, Related, RelatedItem, Tone},
};
use guanxi_crm::{
    customers::advice::{self, Advice},
    insight::problems,
};
use guanxi_gate::{Error, Visible};
use guanxi_model::{Query, access::action, expr::Expr};
use maud::{Markup, html as markup};

/// Problems shown beside a customer; the lists have the rest.
const SHOWN: usize = 5;

/// The cards that help with a record.
///
/// # Errors
/// When the main contact cannot be read.
pub fn draw(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    let mut cards: Vec<(&Advice, String)> = Vec::new();
    let named = |row: &Visible, field: &str, kind: &str| {
        row.get(field).as_text().and_then(|value| advice::find(&format!("{kind}.{value}")))
    };
    match record.object.name.as_str() {
        "contact" => {
            cards.extend(named(record, "style", "style").map(|card| (card, String::new())));
            cards.extend(named(record, "reception_type", "buyer").map(|card| (card, String::new())));
        }
        "customer" => {
            cards.extend(named(record, "reception_type", "buyer").map(|card| (card, String::new())));
            for contact in main_contacts(visit, record)? {
                cards.extend(named(&contact, "style", "style").map(|card| (card, contact.title())));
            }
        }
        "opportunity" if record.get("status").as_text() == Some("developing") => {
            let found = ["objection", "closing"].into_iter().filter_map(advice::find);
            cards.extend(found.map(|card| (card, String::new())));
        }
        "objection" => cards.extend(advice::find("objection").map(|card| (card, String::new()))),
        "closing" => cards.extend(advice::find("closing").map(|card| (card, String::new()))),
        "promise" => cards.extend(advice::find("promise").map(|card| (card, String::new()))),
        "call_preparation" => cards.extend(advice::find("call").map(|card| (card, String::new()))),
        _ => {}
    }
    let open = cards.len() == 1;
    Ok(markup! { @for (card, whom) in cards { (one(visit, card, &whom, open)) } })
}

/// The style of whoever one speaks to first.
fn main_contacts(visit: &Visit, customer: &Visible) -> Result<Vec<Visible>, Error> {
    if !visit.may("contact", action::READ) {
        return Ok(Vec::new());
    }
    let query = Query::of("contact")
        .fields(["name", "style"])
        .filter(Expr::eq("customer", Expr::Id(customer.id)).and(Expr::eq("is_main", true)))
        .limit(2);
    Ok(visit.gate().list(visit.ctx(), &query)?.rows)
}

fn one(visit: &Visit, card: &Advice, whom: &str, open: bool) -> Markup {
    let locale = visit.locale();
    markup! {
        details .card.advice id={ "advice-" (card.name.replace('.', "-")) } open[open] {
            summary {
                (ui::icon("sparkles"))
                h3 { (card.title.get(locale)) @if !whom.is_empty() { span .muted { " · " (whom) } } }
                p { (card.lead.get(locale)) }
            }
            ul { @for point in &card.points { li { (point.get(locale)) } } }
            p .source { (card.source.get(locale)) }
        }
    }
}

/// The preparation of a call, for the composer.
pub fn call(visit: &Visit) -> Markup {
    markup! { @if let Some(card) = advice::find("call") { (one(visit, card, "", false)) } }
}

/// What went wrong with a customer, and how promises were kept.
///
/// # Errors
/// When it cannot be read.
pub fn history(visit: &Visit, record: &Visible) -> Result<Markup, Error> {
    if record.object.name != "customer" {
        return Ok(markup! {});
    }
    let problems = problems::of(visit.gate(), visit.ctx(), record.id)?;
    let number = |field: &str| record.get(field).as_decimal().unwrap_or_default();
    let (kept, ended) = (
        number("promise_kept_count"),
        number("promise_kept_count") + number("promise_late_count") + number("promise_broken_count"),
    );
    let items = problems.iter().take(SHOWN).map(|problem| RelatedItem {
        href: format!("/{}/{}", problem.object, problem.id),
        title: problem.title.clone(),
        hint: Some(markup! { (visit.t(kind_key(problem.kind))) }),
        end: visit.t(if problem.settled { "problems.settled" } else { "problems.unsettled" }).to_owned(),
        end_hint: problem.at.map(|at| show::ago(visit.ctx(), at)).unwrap_or_default(),
        tone: if problem.settled { Tone::Plain } else { Tone::Bad },
        ..RelatedItem::default()
    });
    let complaints = format!(r#"customer == "{}""#, record.id);
    let list = Related {
        id: "problems".to_owned(),
        title: visit.t("problems.title").to_owned(),
        count: problems.len().to_string(),
        items: items.collect(),
        all: (problems.len() > SHOWN && visit.may("service_request", action::READ)).then(|| {
            (
                format!("/service_request?view=all&filter={}", encode(&complaints)),
                visit.t("problems.all").to_owned(),
            )
        }),
        none: visit.t("problems.none").to_owned(),
        add: visit.may("promise", action::CREATE).then(|| {
            let back = encode(&format!("/customer/{}", record.id));
            (
                Act::Dialog(format!("/promise/new?customer={}&back={back}", record.id)),
                visit.t("problems.promise").to_owned(),
            )
        }),
    };
    let ratio =
        (!ended.is_zero()).then(|| (kept * rust_decimal::Decimal::from(100) / ended).round_dp(0).normalize());
    Ok(markup! {
        (ui::related_list(&list))
        @if let Some(ratio) = ratio {
            p .muted.kept-ratio {
                (visit.fill("problems.ratio", &[("ratio", &ratio.to_string()), ("kept", &kept.normalize().to_string()), ("n", &ended.normalize().to_string())]))
            }
        }
    })
}

fn kind_key(kind: &str) -> &'static str {
    match kind {
        "complaint" => "problems.complaint",
        "dissatisfied" => "problems.dissatisfied",
        "broken_promise" => "problems.broken_promise",
        "return" => "problems.return",
        _ => "problems.late_promise",
    }
}
