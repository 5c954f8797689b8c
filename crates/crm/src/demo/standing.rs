//! Grades and stages as the nightly reviews have left them, told once a quarter and once a month, and the few
//! grades that managers set by hand.

use super::{
    days::plus,
    texts::TEXTS,
    world::{Pace, World},
};
use guanxi_gate::Draft;

/// Reviews of grades that are told; between them nothing of note is left.
const QUARTERS: i64 = 6;
/// Reviews of stages that are told.
const MONTHS: i64 = 13;

pub(super) fn review(world: &mut World<'_>) {
    for quarter in 1..=QUARTERS {
        let at = world.days.at(world.days.ago(quarter * 91), 130);
        world.script.job(at, "grade.review");
    }
    for month in 1..=MONTHS {
        let at = world.days.at(world.days.ago(month * 30), 190);
        world.script.job(at, "life.review");
    }
    fix(world);
    let now = world.days.now;
    world.script.job(now, "grade.review");
    world.script.job(now, "life.review");
}

/// Managers set grades: most still hold, one has ended.
fn fix(world: &mut World<'_>) {
    let mut dice = world.dice("standing");
    let known: Vec<usize> = (0..world.customers.len())
        .filter(|n| {
            let customer = &world.customers[*n];
            !customer.person
                && customer.pace == Pace::Steady
                && world.days.since(world.days.date(customer.joined)) > 200
        })
        .take(30)
        .collect();
    for (n, reason) in TEXTS.profile.fixed.iter().enumerate() {
        if known.is_empty() {
            return;
        }
        let customer = *dice.pick(&known);
        let ended = n == 3;
        let (from, until) = if ended { (-120, -15) } else { (-dice.between(5, 60), 90) };
        let day = plus(world.days.today, from);
        let at = world.days.moment(&mut dice, day);
        let by = world.head_of(world.customers[customer].owner).id;
        let input = Draft::new()
            .set("grade", "a")
            .set("reason", reason.as_str())
            .set("until", plus(world.days.today, until));
        world.script.verb(at, by, world.customers[customer].key, "fix_grade", input);
    }
}
