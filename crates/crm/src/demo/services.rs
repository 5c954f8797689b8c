//! What customers asked the service department, in each of the five steps, and how content they were.

use super::{
    days::plus,
    dice::Dice,
    script::{Key, to},
    texts::{Case, TEXTS, fill},
    world::World,
};
use guanxi_gate::Draft;
use guanxi_model::RecordId;
use jiff::{SignedDuration, Timestamp};

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Made,
    Assigned,
    Handled,
    /// Not content, and so to be handled again.
    Again,
    Archived,
    /// Not content at first, and archived in the end.
    ArchivedLate,
}

const STEPS: [Step; 20] = [
    Step::Archived,
    Step::Made,
    Step::Archived,
    Step::Assigned,
    Step::ArchivedLate,
    Step::Archived,
    Step::Handled,
    Step::Archived,
    Step::Archived,
    Step::Again,
    Step::Archived,
    Step::Archived,
    Step::Archived,
    Step::Assigned,
    Step::Archived,
    Step::ArchivedLate,
    Step::Archived,
    Step::Made,
    Step::Archived,
    Step::Handled,
];

pub(super) fn serve(world: &mut World<'_>) {
    let mut dice = world.dice("services");
    let count = (world.options.customers * 3 / 5).max(STEPS.len() / 2 + 2);
    for number in 0..count {
        request(world, &mut dice, number, STEPS[number % STEPS.len()]);
    }
}

fn request(world: &mut World<'_>, dice: &mut Dice, number: usize, step: Step) {
    let archived = matches!(step, Step::Archived | Step::ArchivedLate);
    let ago = match step {
        _ if archived && number.is_multiple_of(3) => dice.between(12, 60),
        _ if archived => dice.between(20, 640),
        Step::Made => dice.between(0, 2),
        _ => dice.between(3, 8),
    };
    let made = world.days.moment(dice, world.days.ago(ago));
    let customer = customer(world, dice, made);
    let person = world.customers[customer].person;
    let cases: Vec<&Case> = TEXTS.service.case.iter().filter(|case| !person || case.home).collect();
    let case = *dice.pick(&cases);
    let (key, product) = make(world, dice, customer, case, made);
    if step == Step::Made {
        return;
    }
    let handler = handler(world, dice, customer);
    let head = world.head_of(world.customers[customer].owner).id;
    let mut clock = next(world, dice, made, i64::from(ago > 0));
    world.script.verb(clock, head, key, "assign", Draft::new().set("to", handler));
    if step == Step::Assigned {
        return;
    }
    clock = next(world, dice, clock, 1);
    let result = fill(&case.result, &[("product", &product)]);
    let written = world.articles.iter().find(|written| written.article.cases.contains(&case.title));
    let known = written.filter(|w| w.published.is_some_and(|at| at < clock) && number % 4 != 1);
    let with = known.map(|written| to("solved_by", written.key)).into_iter().collect();
    world.script.verb_with(clock, handler, key, "handle", Draft::new().set("result", result), with);
    if step == Step::Handled {
        return;
    }
    let words = &TEXTS.service.words;
    if matches!(step, Step::Again | Step::ArchivedLate) {
        clock = next(world, dice, clock, 1);
        let stars = dice.between(1, 2);
        answer(world, dice, key, clock, stars, &words.bad);
        if step == Step::Again {
            return;
        }
        clock = next(world, dice, clock, 2);
        let result = dice.pick(&words.again).as_str();
        world.script.verb(clock, handler, key, "handle", Draft::new().set("result", result));
    }
    clock = next(world, dice, clock, 2);
    let stars = *dice.pick(&[3, 4, 4, 5, 5, 5]);
    answer(world, dice, key, clock, stars, if stars == 3 { &words.fair } else { &words.good });
}

/// Some time later, within so many days.
fn next(world: &World<'_>, dice: &mut Dice, before: Timestamp, days: i64) -> Timestamp {
    let date = plus(world.days.date(before), dice.between(0, days));
    world.days.after(dice, before + SignedDuration::from_secs(60), date)
}

/// Somebody who was a customer by then.
fn customer(world: &World<'_>, dice: &mut Dice, at: Timestamp) -> usize {
    let known: Vec<usize> = (0..world.customers.len()).filter(|n| world.customers[*n].joined < at).collect();
    if known.is_empty() { 0 } else { *dice.pick(&known) }
}

/// The customer's own salesperson for one in four, else the service department.
fn handler(world: &World<'_>, dice: &mut Dice, customer: usize) -> RecordId {
    let agents = world.places(|person| person.role == "service_agent");
    let place = if dice.chance(25) {
        world.customers[customer].owner
    } else if dice.chance(30) {
        world.colleague("service").number
    } else {
        *dice.pick(&agents)
    };
    world.people[place].id
}

fn make(
    world: &mut World<'_>,
    dice: &mut Dice,
    customer: usize,
    case: &Case,
    at: Timestamp,
) -> (Key, String) {
    let agents = world.places(|person| person.role == "service_agent");
    let customer = &world.customers[customer];
    let hardware: Vec<&str> = TEXTS
        .products
        .iter()
        .filter(|p| p.category == "hardware" && !p.retired && (!customer.person || p.home))
        .filter(|p| case.products.is_empty() || case.products.iter().any(|name| p.name.starts_with(name)))
        .map(|p| p.name.as_str())
        .collect();
    let product = (*dice.pick(&hardware)).to_owned();
    let by = if dice.chance(70) { *dice.pick(&agents) } else { customer.owner };
    let by = world.people[by].id;
    let draft = Draft::new()
        .set("title", fill(&case.title, &[("product", &product)]))
        .set("request", fill(&case.request, &[("product", &product)]))
        .set("kind", case.kind.as_str())
        .set("priority", if case.kind == "complaint" && dice.chance(40) { "urgent" } else { "normal" })
        .set("owner", by);
    let mut links = vec![to("customer", customer.key)];
    // A request that speaks of no product in its title is about none.
    let about = TEXTS.products.iter().position(|p| p.name == product);
    let about = about.filter(|_| case.title.contains("{product}"));
    links.extend(about.and_then(|n| world.products.get(n)).map(|key| to("product", *key)));
    links.extend(customer.contacts[0].key.map(|contact| to("contact", contact)));
    (world.script.create(at, by, "service_request", draft, links), product)
}

fn answer(world: &mut World<'_>, dice: &mut Dice, key: Key, at: Timestamp, stars: i64, words: &[String]) {
    let agents = world.places(|person| person.role == "service_agent");
    let by = world.people[*dice.pick(&agents)].id;
    let input = Draft::new().set("satisfaction", stars).set("feedback", dice.pick(words).as_str());
    world.script.verb(at, by, key, "feedback", input);
}
