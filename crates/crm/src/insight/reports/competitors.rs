//! Wins and losses against each competitor. A deal with several competitors counts for each of them, so the
//! rows overlap and no total is drawn under them.

use super::{
    Document,
    chosen::{Chosen, happened},
    contribution::share,
    define,
    scope::reportable,
};
use guanxi_gate::{
    Ctx, Gate, Result,
    report::{Drill, Params, Report, ReportDef, ReportRow, Shape},
};
use guanxi_model::{
    Aggregate, Message, Value,
    expr::Expr,
    query::{DatePart, Group, Measure, MeasureFn},
};
use rust_decimal::Decimal;
use std::sync::LazyLock;

static DOCUMENT: LazyLock<Document> = LazyLock::new(|| Document::read(include_str!("competitors.toml")));

pub(super) fn report() -> ReportDef {
    define("competitors", &DOCUMENT, run)
}

/// What is counted of a competitor.
#[derive(Default, Clone, Copy)]
struct Score {
    open: Decimal,
    high: Decimal,
    won: Decimal,
    won_amount: Decimal,
    lost_to: Decimal,
    lost_amount: Decimal,
    lost: Decimal,
}

fn run(gate: &Gate, ctx: &Ctx, params: &Params) -> Result<Report> {
    let chosen = Chosen(params);
    let period = happened("opportunity.closed_at", chosen.period()?);
    let mut parts = vec![reportable(ctx, "deal_competitor", "opportunity.")?];
    parts.extend(chosen.user(gate, ctx, "owner")?.map(|owner| Expr::eq("opportunity.owner", owner)));
    parts.push(Expr::eq("result", "open").or(period));
    let filter = Expr::all(parts);
    let group = |field: &str| Group { field: field.to_owned(), part: DatePart::Whole };
    let table = gate.aggregate(
        ctx,
        &Aggregate {
            object: "deal_competitor".to_owned(),
            group_by: ["competitor", "result", "threat"].map(group).to_vec(),
            measures: vec![
                Measure { function: MeasureFn::Count, field: None },
                Measure { function: MeasureFn::Sum, field: Some("opportunity.amount".to_owned()) },
            ],
            filter: Some(filter.clone()),
            limit: 10_000,
            ..Aggregate::default()
        },
    )?;
    let mut scores: Vec<(Value, Score)> = Vec::new();
    for row in &table.rows {
        let at = scores.iter().position(|(who, _)| *who == row.keys[0]).unwrap_or_else(|| {
            scores.push((row.keys[0].clone(), Score::default()));
            scores.len() - 1
        });
        let score = &mut scores[at].1;
        let n = row.measures[0].as_decimal().unwrap_or_default();
        let amount = row.measures[1].as_decimal().unwrap_or_default();
        match row.keys[1].as_text() {
            Some("won") => {
                score.won += n;
                score.won_amount += amount;
            }
            Some("lost_to") => {
                score.lost_to += n;
                score.lost_amount += amount;
            }
            Some("lost") => score.lost += n,
            Some("invalid") => {}
            _ => {
                score.open += n;
                if row.keys[2].as_text() == Some("high") {
                    score.high += n;
                }
            }
        }
    }
    scores.sort_by_key(|(_, score)| std::cmp::Reverse((score.won + score.lost_to, score.open)));
    let met = scores.len();
    let rows = scores
        .into_iter()
        .map(|(who, score)| {
            let which = who.as_ref().map(|id| Expr::eq("competitor", id));
            ReportRow {
                cells: vec![
                    who,
                    Value::from(score.open),
                    Value::from(score.high),
                    Value::from(score.won),
                    Value::Decimal(score.won_amount),
                    Value::from(score.lost_to),
                    Value::Decimal(score.lost_amount),
                    Value::from(score.lost),
                    share(score.won, score.won + score.lost_to),
                ],
                drill: which.map(|which| Drill {
                    object: "deal_competitor".to_owned(),
                    filter: which.and(filter.clone()).to_string(),
                }),
            }
        })
        .collect();
    Ok(Report {
        columns: DOCUMENT.columns(),
        rows,
        totals: Vec::new(),
        measure: 8,
        titles: table.titles,
        summary: Some(Message::new("report.competitors.summary").with("n", met)),
        shape: Shape::Ratios,
        ..Report::default()
    })
}
