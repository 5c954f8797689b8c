//! How one stands this month against one's targets.

use crate::{
    session::{Visit, encode},
    show,
    ui::icon,
};
use guanxi_crm::insight::performance::{self, Standing, Whom};
use guanxi_gate::Error;
use maud::{Markup, html};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};

/// One bar for each measure one has a target of; nothing for those who have none.
///
/// # Errors
/// When the numbers cannot be read.
pub fn draw(visit: &Visit) -> Result<Markup, Error> {
    if !visit.ctx().rights.may_report("performance") {
        return Ok(html! {});
    }
    let Some((period, standings)) = performance::mine(visit.gate(), visit.ctx())? else {
        return Ok(html! {});
    };
    let days = period.days_left(visit.ctx().today).unwrap_or_default();
    Ok(html! {
        section .card.goals.wide #goals {
            header {
                h3 { (icon("target")) (visit.t("goals.title")) }
                span .muted { (visit.fill("goals.days", &[("n", &days.to_string())])) }
            }
            div .list {
                @for (measure, standing) in &standings { (one(visit, measure, standing, days)) }
            }
        }
    })
}

fn one(visit: &Visit, measure: &str, standing: &Standing, days: i64) -> Markup {
    let money = measure == "order_amount";
    let say = |amount: Decimal| {
        if money { show::compact(amount, visit.locale()) } else { amount.normalize().to_string() }
    };
    let attained = standing.attained().unwrap_or_default();
    let department = matches!(standing.whom, Whom::Department(_));
    let by = if department { "department" } else { "person" };
    let name = measure_name(visit, measure);
    let whole = attained.to_f64().unwrap_or_default().clamp(0.0, 100.0);
    let tone = if attained >= Decimal::ONE_HUNDRED {
        "ok"
    } else if days < 7 {
        "warn"
    } else {
        ""
    };
    html! {
        a .goal href={ "/report/performance?measure=" (measure) "&by=" (encode(by)) } {
            span .what {
                (name)
                @if department { span .muted { " · " (standing.name) } }
            }
            b { (attained.normalize()) "%" }
            progress class=(tone) max="100" value=(whole) aria-label=(name) {}
            span .rest.muted {
                (visit.fill("goals.of", &[
                    ("actual", &say(standing.actual)),
                    ("base", &say(standing.target.map(|target| target.base).unwrap_or_default())),
                ]))
                @match standing.missing() {
                    Some(missing) if !missing.is_zero() => { " · " (visit.fill("goals.missing", &[("n", &say(missing))])) },
                    _ => { " · " (visit.t("goals.reached")) },
                }
                @if let Some(rank) = standing.rank { " · " (visit.fill("goals.rank", &[("n", &rank.to_string())])) }
            }
        }
    }
}

fn measure_name(visit: &Visit, measure: &str) -> String {
    let option = visit.gate().object("sales_target").ok().and_then(|object| {
        let field = object.field("measure")?;
        Some(field.option(measure)?.label.get(visit.locale()).to_owned())
    });
    option.unwrap_or_default()
}
