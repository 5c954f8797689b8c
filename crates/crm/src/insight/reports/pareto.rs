//! The few who make most of it: customers ranked by what they ordered, or by what was earned with it, and how
//! much of the whole the first per cents of them make. Customers who ordered nothing in the time do not count, and
//! by profit only orders count whose cost is known. Customers with whom money was lost stand at the end, so the
//! share of the first may pass a hundred before it falls back to it.

use super::{
    Document,
    chosen::{Chosen, dated},
    define,
    scope::reportable,
};
use crate::insight::reports::contribution::share;
use guanxi_gate::{
    Ctx, Error, Gate, Percentile, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
    words,
};
use guanxi_model::{
    Message, Value,
    expr::{Comparison, Expr},
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("pareto.toml")));

pub(super) fn report() -> ReportDef {
    define("pareto", &DOCUMENT, run)
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let top = chosen.number("top", 1, 100)?.unwrap_or(20);
    let period = chosen.period()?;
    let owner = chosen.user(gate, ctx, "owner")?;
    let profit = chosen.text("measure") == Some("profit");
    let (sum, field, counted) = if profit {
        ("order_profit", "margin", "costed_order_count")
    } else {
        ("order_total", "total", "order_count")
    };
    // All orders stand summed up with the customer, where a million of them are ranked in one pass; orders of
    // a time of their own are summed up first.
    let all = period == (None, None);
    let mut parts = Vec::new();
    if all {
        parts.push(reportable(ctx, "customer", "")?);
        parts.push(Expr::compare(counted, Comparison::Greater, 0));
        parts.extend(owner.map(|owner| Expr::eq("owner", owner)));
    } else {
        parts.push(reportable(ctx, "order", "customer.")?);
        parts.push(dated("ordered_on", period));
        parts.extend(owner.map(|owner| Expr::eq("customer.owner", owner)));
        if profit {
            parts.push(Expr::is_empty(field).not());
        }
    }
    let filter = Expr::all(parts);
    let ranks = if all {
        gate.ranked(ctx, "customer", filter.clone(), (sum, None))
    } else {
        gate.ranked(ctx, "order", filter.clone(), (field, Some("customer")))
    };
    let ranks = ranks.map_err(|error| match error {
        // Whoever may not see what things cost is told so beside the choice.
        Error::Forbidden(_) if profit => {
            Error::invalid("measure", "rule", Message::new("report.pareto.no_profit"))
        }
        error => error,
    })?;
    let whole: Decimal = ranks.iter().map(|rank| rank.sum).sum();
    let count: i64 = ranks.iter().map(|rank| rank.count).sum();
    let mut steps: Vec<i64> = (1..=20).map(|n| n * 5).chain([1, top]).collect();
    steps.sort_unstable();
    steps.dedup();
    let rows = if ranks.is_empty() { Vec::new() } else { steps };
    let rows: Vec<ReportRow> = rows
        .into_iter()
        .map(|percent| {
            let head = head(&ranks, percent);
            // A list of a time's orders has no sum to be cut by; over all orders the head can be listed.
            let drill = all.then(|| {
                let least = Expr::compare(sum, Comparison::GreaterOrEqual, head.least);
                Drill { object: "customer".to_owned(), filter: filter.clone().and(least).to_string() }
            });
            let cells = vec![
                Value::from(percent),
                Value::from(head.count),
                Value::from(head.least),
                Value::from(head.sum),
                share(head.sum, whole),
            ];
            ReportRow { cells, drill }
        })
        .collect();
    let first = head(&ranks, top);
    let part = share(first.sum, whole).as_decimal().unwrap_or_default();
    Ok(Report {
        columns: DOCUMENT.columns(),
        rows,
        totals: vec![Value::Null, Value::from(count), Value::Null, Value::from(whole), Value::Null],
        measure: 4,
        summary: Some(
            Message::new(if profit { "report.pareto.profit" } else { "report.pareto.summary" })
                .with("top", top)
                .with("n", first.count)
                .with("share", part.normalize())
                .with("total", words::money(first.sum)),
        ),
        shape: Shape::Curve,
        ..Report::default()
    })
}

/// The first per cents together.
fn head(ranks: &[Percentile], percent: i64) -> Percentile {
    let none = Percentile { percent, count: 0, sum: Decimal::ZERO, least: Decimal::ZERO };
    ranks.iter().filter(|rank| rank.percent < percent).fold(none, |head, rank| Percentile {
        percent,
        count: head.count + rank.count,
        sum: head.sum + rank.sum,
        least: rank.least,
    })
}
