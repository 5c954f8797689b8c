//! What keeps a customer base true: a few customers that two colleagues entered, found by a search for
//! duplicates, and relationships that are being ended or were.

use super::{
    days::plus,
    world::{Pace, World},
};
use guanxi_gate::Draft;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Texts {
    ending: Vec<Ending>,
}

#[derive(Deserialize)]
struct Ending {
    reason: String,
    plan: String,
    blacklist: bool,
    decided: String,
    #[serde(default)]
    recover: String,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    toml::from_str(include_str!("data/upkeep.toml"))
        .expect("data/upkeep.toml ships with the program and is valid")
});

/// One customer in so many was entered twice.
const TWIN_OF: usize = 60;

pub(super) fn keep(world: &mut World<'_>) {
    let mut dice = world.dice("upkeep");
    let today = world.days.today;
    let companies: Vec<usize> = (0..world.customers.len())
        .filter(|n| !world.customers[*n].person && world.customers[*n].pace != Pace::Never)
        .collect();
    for n in 0..world.customers.len() / TWIN_OF {
        let original = companies[(n * 7 + 3) % companies.len()];
        let customer = &world.customers[original];
        let others: Vec<usize> = world.places(|person| {
            person.id != world.people[customer.owner].id && person.role == "account_manager"
        });
        if others.is_empty() {
            break;
        }
        let by = world.people[*dice.pick(&others)].id;
        // The short name, as one writes it down in a hurry.
        let name = guanxi_text::company::key(&customer.name);
        let draft =
            Draft::new().set("name", name).set("kind", "company").set("region", customer.region.as_str());
        let day = plus(today, -dice.between(3, 40));
        let at = world.days.moment(&mut dice, day);
        world.script.create(at, by, "customer", draft, Vec::new());
    }
    let light: Vec<usize> =
        companies.iter().copied().filter(|n| world.customers[*n].pace == Pace::Light).collect();
    if light.len() >= TEXTS.ending.len() * 2 {
        for (n, ending) in TEXTS.ending.iter().enumerate() {
            end(world, light[n * 2], ending, &mut dice);
        }
    }
    let now = world.days.now;
    world.script.job(now, "duplicates.find");
}

fn end(world: &mut World<'_>, customer: usize, ending: &Ending, dice: &mut super::dice::Dice) {
    let (owner, key) = (world.customers[customer].owner, world.customers[customer].key);
    let (by, head) = (world.people[owner].id, world.head_of(owner).id);
    if by == head {
        return;
    }
    let today = world.days.today;
    let waiting = ending.decided == "waiting";
    let first = plus(today, if waiting { -dice.between(1, 4) } else { -dice.between(30, 60) });
    let at = world.days.moment(dice, first);
    let input = Draft::new()
        .set("reason", ending.reason.as_str())
        .set("plan", ending.plan.as_str())
        .set("on", plus(first, 45))
        .set("blacklist", ending.blacklist);
    world.script.verb(at, by, key, "propose_end", input);
    if waiting {
        return;
    }
    let at = world.days.moment(dice, plus(first, 2));
    world.script.verb(at, head, key, "confirm_end", Draft::new());
    if ending.decided == "recovered" {
        let at = world.days.moment(dice, plus(first, 20));
        world.script.verb(at, head, key, "recover", Draft::new().set("reason", ending.recover.as_str()));
    }
}
