//! The score of a lead: four factors with one to five stars, each worth its weight.

use guanxi_gate::{Change, Ctx, Draft, Gate, JobDef, Result, Schedule, Tx};
use guanxi_model::{RecordId, Value, expr::Expr};
use jiff::civil::Date;
use rust_decimal::{Decimal, RoundingStrategy};

/// Each factor with the field of its points, the setting of its weight, and the weight while none is set.
pub const WEIGHTS: [(&str, &str, &str, i64); 4] = [
    ("match", "match_points", "lead.weight.match", 40),
    ("potential", "potential_points", "lead.weight.potential", 30),
    ("standing", "standing_points", "lead.weight.standing", 20),
    ("service_cost", "cost_points", "lead.weight.service_cost", 10),
];

/// Scores open leads again every night, because weights may have changed.
pub(crate) const SCORE: JobDef =
    JobDef { name: "lead.score", schedule: Schedule::Nightly { hour: 2 }, run: rescore };

/// The weights as they are set, in the order of the factors.
pub(super) fn weights(tx: &mut Tx<'_>) -> Result<[Decimal; 4]> {
    let mut weights = [Decimal::ZERO; 4];
    for (weight, (_, _, setting, usual)) in weights.iter_mut().zip(WEIGHTS) {
        let set = tx.setting(setting)?.and_then(|text| text.trim().parse::<u32>().ok());
        *weight = set.map_or(Decimal::from(usual), Decimal::from);
    }
    Ok(weights)
}

/// Points, score and grade from the factors. A factor that nobody judged gives no points; a lead of which
/// nothing was judged has no score.
pub(super) fn apply(weights: &[Decimal; 4], change: &mut Change) {
    let total: Decimal = weights.iter().sum();
    let mut score = None;
    for (weight, (factor, points, ..)) in weights.iter().zip(WEIGHTS) {
        let stars = change.value(factor).as_decimal();
        let worth = match stars {
            Some(stars) if !total.is_zero() => {
                let worth = stars / Decimal::from(5) * weight * Decimal::from(100) / total;
                Some(worth.round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero))
            }
            _ => None,
        };
        if let Some(worth) = worth {
            score = Some(score.unwrap_or(Decimal::ZERO) + worth);
        }
        change.set(points, worth.map_or(Value::Null, Value::Decimal));
    }
    change.set("score", score.map_or(Value::Null, Value::Decimal));
    change.set("grade", score.map_or(Value::Null, |score| Value::Text(grade(score).to_owned())));
}

fn grade(score: Decimal) -> &'static str {
    if score >= Decimal::from(80) {
        "A"
    } else if score >= Decimal::from(60) {
        "B"
    } else if score >= Decimal::from(40) {
        "C"
    } else {
        "D"
    }
}

fn rescore(gate: &Gate, ctx: &Ctx, _date: Date) -> Result<Vec<(&'static str, i64)>> {
    let open = Expr::one_of("status", super::OPEN);
    let (mut after, mut changed) = (RecordId(0), 0);
    loop {
        let open = open.clone();
        let (last, n) = gate.write(ctx, move |tx| {
            let leads = tx.find_after("lead", &open, after, 500)?;
            let last = leads.last().map(|lead| lead.id);
            let before: i64 = leads.iter().map(|lead| lead.version).sum();
            // The rule computes the score; a lead whose score stays keeps its version.
            let changes = leads.into_iter().map(|lead| (lead, Draft::new())).collect();
            let after: i64 = tx.update_many(changes)?.iter().map(|lead| lead.version).sum();
            Ok((last, after - before))
        })?;
        changed += n;
        match last {
            Some(last) => after = last,
            None => return Ok(vec![("rescored", changed)]),
        }
    }
}
