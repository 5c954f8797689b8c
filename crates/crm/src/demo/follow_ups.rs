//! What was said and done with customers, and when to speak again: some of it overdue, some today.

use super::{
    days::plus,
    dice::Dice,
    script::{Key, Link, about, to},
    texts::{FollowUp, Product, TEXTS, fill},
    world::{Fate, Outcome, Pace, World},
};
use guanxi_gate::Draft;
use guanxi_model::Value;
use jiff::{Timestamp, ToSpan, civil::Date};

/// One entry to be written down.
pub(super) struct Entry {
    pub kind: String,
    pub content: String,
    pub happened: Timestamp,
    pub next: Option<Timestamp>,
}

/// Keeps in touch with everybody.
pub(super) fn keep_in_touch(world: &mut World<'_>) {
    let mut dice = world.dice("follow-ups");
    for customer in 0..world.customers.len() {
        let dates = dates(world, &mut dice, customer);
        for (n, date) in dates.iter().enumerate() {
            let next = dates.get(n + 1);
            let entry = entry(world, &mut dice, customer, n, *date, next.copied());
            write_about_customer(world, &mut dice, customer, entry);
        }
    }
}

fn dates(world: &World<'_>, dice: &mut Dice, customer: usize) -> Vec<Date> {
    let customer = &world.customers[customer];
    let first = world.days.date(customer.joined);
    let end = match customer.fate {
        Fate::Stays => world.days.today,
        Fate::Leaves { then: Outcome::Recovered, .. } => world.days.today,
        // Someone tried for a while after the last order; measures are another matter.
        Fate::Leaves { last, .. } => plus(last, 100),
    };
    let (least, most) = match customer.pace {
        Pace::Heavy => (16, 42),
        Pace::Steady => (28, 75),
        Pace::Light => (45, 110),
        Pace::Never => (40, 120),
    };
    // Backwards from the present, because the last one says what is to be done now.
    let mut date = if end == world.days.today && dice.chance(78) {
        world.days.ago(dice.between(0, 26))
    } else {
        plus(end, -dice.between(8, 60))
    };
    let mut dates = Vec::new();
    while date > first {
        dates.push(date);
        date = plus(date, -dice.between(least, most));
    }
    if dates.is_empty() || dice.chance(70) {
        dates.push(first);
    }
    dates.reverse();
    dates
}

fn entry(
    world: &World<'_>,
    dice: &mut Dice,
    customer: usize,
    number: usize,
    date: Date,
    next: Option<Date>,
) -> Entry {
    let customer = &world.customers[customer];
    let texts = &TEXTS.follow_ups;
    let silent =
        matches!(customer.fate, Fate::Leaves { last, then } if then != Outcome::Recovered && date > last);
    let pool = match number {
        _ if silent => &texts.quiet,
        _ if customer.person => &texts.person,
        0 => &texts.first,
        _ => &texts.routine,
    };
    let earliest = customer.joined.checked_add(20.minutes()).unwrap_or(customer.joined);
    let happened = world.days.moment(dice, date).max(earliest).min(world.days.now);
    let agreed = match next {
        // What was agreed was mostly kept.
        Some(next) => dice.chance(75).then_some(next),
        None if silent => None,
        None => agreed_lately(world, dice),
    };
    let next = agreed.map(|date| world.days.at(date, dice.between(18, 35) * 30)).filter(|at| *at > happened);
    let who = &customer.contacts[number % customer.contacts.len().max(1)].call;
    let product = product(dice, customer.person);
    let (kind, content) = tell(dice, pool, who, product);
    Entry { kind, content, happened, next }
}

/// When the next contact is due, seen from today.
fn agreed_lately(world: &World<'_>, dice: &mut Dice) -> Option<Date> {
    match dice.below(100) {
        0..9 => Some(world.days.ago(dice.between(1, 8))),
        9..20 => Some(world.days.today),
        20..68 => Some(world.days.ago(-dice.between(1, 24))),
        _ => None,
    }
}

/// Something to talk about.
fn product(dice: &mut Dice, home: bool) -> &'static str {
    let fit = |p: &&Product| p.category == "hardware" && !p.retired && (!home || p.home);
    let products: Vec<&Product> = TEXTS.products.iter().filter(fit).collect();
    dice.pick(&products).name.as_str()
}

/// A sentence about a talk.
pub(super) fn tell(dice: &mut Dice, pool: &[FollowUp], who: &str, product: &str) -> (String, String) {
    let follow_up = dice.pick(pool);
    let days = dice.between(3, 15).to_string();
    let words = [("who", who), ("product", product), ("days", days.as_str())];
    (follow_up.kind.clone(), fill(&follow_up.text, &words))
}

fn write_about_customer(world: &mut World<'_>, dice: &mut Dice, customer: usize, entry: Entry) {
    let customer = &world.customers[customer];
    let place = entry.kind == "visit" && dice.chance(60);
    let place = if place { Value::text(customer.address.as_str()) } else { Value::Null };
    let contact = customer.contacts.iter().find(|contact| entry.content.contains(&contact.call));
    let mut links = vec![to("customer", customer.key), about(customer.key)];
    links.extend(contact.and_then(|contact| contact.key).map(|contact| to("contact", contact)));
    let owner = customer.owner;
    write(world, owner, entry, place, links);
}

/// Writes an entry down, in the evening of its day.
pub(super) fn write(world: &mut World<'_>, by: usize, entry: Entry, place: Value, links: Vec<Link>) -> Key {
    let person = &world.people[by];
    let at = world.days.written(person.number, entry.happened);
    // Most talks hand over information; the rest follows the day of the month, so that no dice move.
    let communication = match world.days.date(entry.happened).day() % 10 {
        0..=3 => "information",
        4 | 5 => "opinion",
        6 | 7 => "emotion",
        8 => "idea",
        _ => "policy",
    };
    let person = &world.people[by];
    let signed_in =
        entry.kind == "visit" && !place.is_null() && world.days.date(entry.happened).day() % 3 == 0;
    let kind = if signed_in { "check_in" } else { entry.kind.as_str() };
    let draft = Draft::new()
        .set("communication", communication)
        .set("type", kind)
        .set("content", entry.content)
        .set("happened_at", entry.happened)
        .set("next_contact_at", entry.next)
        .set("place", place)
        .set("created_at", entry.happened)
        .set("owner", person.id);
    let by = person.id;
    world.script.create(at, by, "activity", draft, links)
}
