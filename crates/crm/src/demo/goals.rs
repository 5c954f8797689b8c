//! This year's targets, which most are about to reach and some are not, spread over the months; and what
//! everybody who sells is to do each month beside selling.

use super::world::World;
use crate::insight::performance::{Period, Span, Standing, Whom, standings};
use guanxi_gate::{Channel, Draft, Gate, Result, date_of};
use guanxi_model::RecordId;
use rust_decimal::{Decimal, RoundingStrategy};

/// Sets them, once last year is written down.
pub(super) fn set(world: &World<'_>) -> Result<()> {
    let gate = world.gate;
    let year = i64::from(world.days.today.year());
    // The company grows fast, so this year so far says more than last year; in its first weeks it says nothing.
    let passed = i64::from(world.days.today.day_of_year());
    let (seen, days) = if passed < 60 { (year - 1, 365) } else { (year, passed) };
    let Some(seen) = Period::of(seen, Span::Year, None) else { return Ok(()) };
    let mut ctx = gate.ctx_of(world.colleague("manager").id, Channel::Import)?;
    ctx.now = world.days.at(world.days.ago(i64::from(world.days.today.day_of_year()) - 5), 10 * 60);
    ctx.now = ctx.now.min(world.days.now);
    ctx.today = date_of(ctx.now, &ctx.zone);
    let sellers: Vec<RecordId> = world
        .places(|person| person.role == "account_manager")
        .into_iter()
        .map(|place| world.people[place].id)
        .collect();
    let reached = standings(gate, &gate.operator(), &seen, "order_amount")?;
    let yearly: Vec<Draft> = reached
        .iter()
        .filter(|s| !matches!(s.whom, Whom::Person(id) if !sellers.contains(&id)))
        .filter_map(|s| yearly(s, year, days))
        .collect();
    let month = i64::from(world.days.today.month());
    let monthly: Vec<Draft> = sellers
        .iter()
        .flat_map(|id| [("follow_ups", 40, 60), ("new_customers", 4, 8)].map(|goal| (*id, goal)))
        .map(|(id, (measure, base, stretch))| {
            whose(Whom::Person(id), year)
                .set("measure", measure)
                .set("span", "month")
                .set("part", month)
                .set("base", base)
                .set("stretch", stretch)
        })
        .collect();
    write(gate, &ctx, yearly, monthly)
}

fn write(gate: &Gate, ctx: &guanxi_gate::Ctx, yearly: Vec<Draft>, monthly: Vec<Draft>) -> Result<()> {
    gate.write(ctx, move |tx| {
        for target in tx.create_many("sales_target", yearly.clone())? {
            tx.verb(&target, "spread", Draft::new().set("by", "evenly"))?;
        }
        tx.create_many("sales_target", monthly.clone()).map(drop)
    })
}

/// Somewhat more than a year at this pace, in whole thousands.
fn yearly(standing: &Standing, year: i64, days: i64) -> Option<Draft> {
    let thousands = |amount: Decimal| {
        amount.round_dp_with_strategy(0, RoundingStrategy::AwayFromZero) * Decimal::from(1000)
    };
    let part = standing.actual * Decimal::from(365) / Decimal::from(days * 1000);
    if part < Decimal::ONE {
        return None;
    }
    let of = |percent: i64| thousands(part * Decimal::new(percent, 2));
    let draft = whose(standing.whom, year)
        .set("measure", "order_amount")
        .set("span", "year")
        .set("base", of(112))
        .set("stretch", of(128))
        .set("challenge", of(145));
    Some(draft)
}

fn whose(whom: Whom, year: i64) -> Draft {
    let draft = Draft::new().set("year", year);
    match whom {
        Whom::Company => draft.set("level", "company"),
        Whom::Department(id) => draft.set("level", "department").set("whose_department", id),
        Whom::Person(id) => draft.set("level", "person").set("person", id),
    }
}
