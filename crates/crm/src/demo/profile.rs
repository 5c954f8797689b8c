//! What colleagues have found out about their customers, more of those who order much; and how customers hang
//! together: families of companies, and who brought whom.

use super::{
    dice::Dice,
    script::to,
    texts::{Profile, TEXTS},
    world::{Customer, Pace, World, person_name},
};
use guanxi_gate::Draft;
use guanxi_model::Value;

/// Adds what is known of a customer beside its name and address.
pub(super) fn know(world: &mut World<'_>, dice: &mut Dice, draft: Draft, person: bool, pace: Pace) -> Draft {
    let texts: &Profile = if person { &TEXTS.profile.person } else { &TEXTS.profile.company };
    let chance = match pace {
        Pace::Heavy => 85,
        Pace::Steady => 60,
        Pace::Light => 35,
        Pace::Never => 15,
    };
    let mut draft = draft;
    for (field, words) in texts {
        if dice.chance(chance) {
            draft = draft.set(field, dice.pick(words).as_str());
        }
    }
    if dice.chance(chance) {
        let way: &[&str] =
            if person { &["store", "online", "instalment"] } else { &["visit", "tender", "frame", "online"] };
        draft = draft.set("buying_way", Value::List(vec![(*dice.pick(way)).to_owned()]));
    }
    if dice.chance(chance) {
        draft = draft.set("price_sensitivity", *dice.pick(&["low", "medium", "medium", "high"]));
    }
    if dice.chance(chance) {
        draft = draft.set("individuality", *dice.pick(&["low", "low", "high"]));
    }
    if dice.chance(chance) {
        draft = draft.set("privacy_tolerance", *dice.pick(&["high", "medium", "medium", "medium", "low"]));
    }
    if person {
        if dice.chance(chance) {
            draft =
                draft.set("income", *dice.pick(&["under_100k", "to_300k", "to_300k", "to_1m", "over_1m"]));
            draft = draft.set("points", dice.between(0, 60) * 50);
        }
    } else if dice.chance(chance) {
        let (_, principal, _) = person_name(dice);
        draft = draft
            .set("principal", principal)
            .set("principal_phone", world.mobile(dice))
            .set("market_position", *dice.pick(&["leader", "challenger", "follower", "follower", "niche"]));
    }
    draft
}

/// Relations between the customers, entered when the later one of each pair was met.
pub(super) fn relate(world: &mut World<'_>) {
    let mut dice = world.dice("relations");
    let companies: Vec<usize> = (0..world.customers.len()).filter(|n| !world.customers[*n].person).collect();
    let heads: Vec<usize> =
        companies.iter().copied().filter(|n| world.customers[*n].pace == Pace::Heavy).take(8).collect();
    let mut placed: Vec<usize> = heads.clone();
    for head in &heads {
        for _ in 0..=dice.below(3) {
            let free =
                |n: &usize| !placed.contains(n) && later(&world.customers[*head], &world.customers[*n]);
            let free: Vec<usize> = companies.iter().copied().filter(free).collect();
            if free.is_empty() {
                break;
            }
            let branch = *dice.pick(&free);
            placed.push(branch);
            write(world, branch, "subsidiary", *head);
        }
    }
    for n in 0..world.customers.len() {
        if !dice.chance(14) {
            continue;
        }
        let known: Vec<usize> = (0..world.customers.len())
            .filter(|by| later(&world.customers[*by], &world.customers[n]))
            .filter(|by| world.customers[*by].person == world.customers[n].person)
            .take(40)
            .collect();
        if !known.is_empty() {
            let by = *dice.pick(&known);
            write(world, n, "referred", by);
        }
    }
    for pair in companies.chunks(2).skip(20).step_by(9).filter(|pair| pair.len() == 2) {
        let (first, second) = if later(&world.customers[pair[0]], &world.customers[pair[1]]) {
            (pair[1], pair[0])
        } else {
            (pair[0], pair[1])
        };
        if later(&world.customers[second], &world.customers[first]) {
            write(world, first, if dice.chance(50) { "supplier" } else { "partner" }, second);
        }
    }
}

fn later(first: &Customer, second: &Customer) -> bool {
    first.joined < second.joined
}

fn write(world: &mut World<'_>, customer: usize, role: &'static str, other: usize) {
    let (at, by) = (world.customers[customer].joined, world.people[world.customers[customer].owner].id);
    let links = vec![to("customer", world.customers[customer].key), to("other", world.customers[other].key)];
    world.script.create(at, by, "relation", Draft::new().set("role", role), links);
}
