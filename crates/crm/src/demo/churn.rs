//! Those who fell silent: the weekly warnings of the past year, the measures against them, and what came of
//! it. Recovery is not told here; the order that brings it is.

use super::{
    days::plus,
    texts::TEXTS,
    world::{Fate, Outcome, World},
};
use guanxi_gate::Draft;
use jiff::{ToSpan, civil::Date};

/// So many weeks the nightly warning is played for. It runs every night; of the quiet nights nothing is left.
const WEEKS: i64 = 54;

pub(super) fn warn(world: &mut World<'_>) {
    for week in 0..WEEKS {
        let at = world.days.at(plus(world.days.monday(), -7 * week), 120);
        if at < world.days.now {
            world.script.job(at, "churn.warn");
        }
    }
    let now = world.days.now;
    world.script.job(now, "churn.warn");
}

pub(super) fn answer(world: &mut World<'_>) {
    let mut dice = world.dice("churn");
    for n in 0..world.customers.len() {
        let Fate::Leaves { last, then } = world.customers[n].fate else { continue };
        let (key, by) = (world.customers[n].key, world.people[world.customers[n].owner].id);
        let warned = warned_on(world, last);
        let measures = match then {
            Outcome::Open => 0,
            Outcome::Deferred => dice.between(1, 2),
            Outcome::Lost => dice.between(1, 3),
            Outcome::Recovered => 1,
        };
        let mut date = plus(warned, dice.between(1, 4));
        for _ in 0..measures {
            let at = world.days.moment(&mut dice, date).max(world.days.at(warned, 9 * 60));
            if at < world.days.now && date < world.days.today {
                let input = Draft::new().set("measure", dice.pick(&TEXTS.churn.measures).as_str());
                world.script.on_warning(at, by, key, "defer", input);
                date = plus(date, dice.between(5, 12));
            }
        }
        if then == Outcome::Lost {
            let loss = dice.pick(&TEXTS.churn.loss);
            let input = Draft::new().set("reason", loss.reason.as_str()).set("note", loss.note.as_str());
            let at = world.days.moment(&mut dice, plus(date, 3).min(world.days.today));
            world.script.on_warning(at, by, key, "confirm", input);
        }
    }
}

/// The Monday on which a silence since then was noticed.
fn warned_on(world: &World<'_>, last: Date) -> Date {
    let mut monday = plus(world.days.monday(), -7 * (WEEKS - 1));
    while monday < world.days.today {
        if monday.checked_sub(6.months()).is_ok_and(|cutoff| last < cutoff) {
            break;
        }
        monday = plus(monday, 7);
    }
    monday
}
