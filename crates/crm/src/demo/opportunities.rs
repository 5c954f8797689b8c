//! Chances to sell, in every status and stage: noted by marketing or a salesperson, assigned by a manager,
//! developed by plan, and won or lost.

use super::{
    competitors::Competitors,
    customers::company_name,
    days::plus,
    dice::Dice,
    follow_ups::{self, Entry, tell},
    orders::{self, Buyer, Line, Sale},
    pipelines::Pipelines,
    script::{Key, Link, about, to},
    texts::{Deal, TEXTS},
    world::{Fate, World, fen, person_name},
};
use guanxi_gate::Draft;
use guanxi_model::{RecordId, Value};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::prelude::ToPrimitive;

/// How a chance ends, or where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Unassigned,
    Assigned,
    Developing,
    Won,
    Lost,
    Invalid,
}

/// Statuses in turn, each with whether it is archived in the end.
const ENDS: [(End, bool); 20] = [
    (End::Developing, false),
    (End::Won, false),
    (End::Unassigned, false),
    (End::Developing, false),
    (End::Lost, false),
    (End::Assigned, false),
    (End::Won, true),
    (End::Developing, false),
    (End::Developing, false),
    (End::Won, false),
    (End::Invalid, false),
    (End::Developing, false),
    (End::Unassigned, false),
    (End::Won, false),
    (End::Developing, false),
    (End::Assigned, false),
    (End::Won, true),
    (End::Lost, false),
    (End::Developing, false),
    (End::Won, false),
];

const LOST_REASONS: [&str; 5] = ["price", "budget", "product", "no_contact", "need_changed"];
const INVALID_REASONS: [&str; 3] = ["no_need", "twice", "not_ours"];

/// The dates of one chance. What lies after its end is not used.
struct Course {
    noted: Timestamp,
    assigned: Timestamp,
    started: Timestamp,
    closed: Timestamp,
}

/// Whom it is about and who develops it.
struct Party {
    customer: Option<usize>,
    name: String,
    call: String,
    contact: String,
    phone: Option<String>,
    owner: usize,
}

/// One chance to sell.
struct Chance {
    key: Key,
    /// Who develops it.
    owner: RecordId,
    party: Party,
    course: Course,
    end: End,
    deal: &'static Deal,
    /// The stages it goes through.
    stages: Vec<&'static str>,
    thousands: i64,
    /// Whether a step is planned for today.
    busy_today: bool,
}

pub(super) fn pursue(world: &mut World<'_>, pipelines: Pipelines, competitors: &Competitors) {
    let mut dice = world.dice("opportunities");
    let dice = &mut dice;
    let count = (world.options.customers / 2).max(ENDS.len() / 2 + 2);
    for number in 0..count {
        let (end, archived) = ENDS[number % ENDS.len()];
        let chance = note(world, dice, end, number, pipelines);
        if end == End::Unassigned {
            continue;
        }
        assign(world, &chance);
        plan(world, dice, &chance);
        if end == End::Assigned {
            continue;
        }
        world.script.verb(chance.course.started, chance.owner, chance.key, "start", Draft::new());
        if end != End::Invalid {
            competitors.meet(world, chance.course.started, chance.owner, chance.key, number);
        }
        advance(world, dice, &chance, number);
        talk(world, dice, &chance);
        close(world, dice, &chance, competitors.of(number / 10));
        if archived {
            archive(world, dice, &chance);
        }
    }
}

fn course(world: &World<'_>, dice: &mut Dice, end: End, number: usize) -> Course {
    let days = &world.days;
    // How many days ago it was noted, how long until it was assigned, started and closed.
    let (noted, assigned, started, closed) = match end {
        End::Unassigned => (dice.between(0, 9), 0, 0, 0),
        End::Assigned => (dice.between(4, 16), 2, 0, 0),
        End::Developing => (dice.between(16, 100), dice.between(1, 3), dice.between(1, 4), 0),
        End::Won | End::Lost | End::Invalid => {
            let took = dice.between(25, 75);
            // Every third ended lately, the others over the years.
            let ago = if number.is_multiple_of(3) { dice.between(1, 28) } else { dice.between(20, 560) };
            (ago + took, dice.between(1, 3), dice.between(1, 4), took)
        }
    };
    let begin = days.ago(noted);
    let first = days.moment(dice, begin);
    let second = days.after(dice, first, plus(begin, assigned));
    let third = days.after(dice, second, plus(begin, assigned + started));
    let fourth = days.after(dice, third, plus(begin, closed));
    Course { noted: first, assigned: second, started: third, closed: fourth }
}

fn party(world: &mut World<'_>, dice: &mut Dice, end: End, course: &Course) -> Party {
    let noted = course.noted;
    let known: Vec<usize> = (0..world.customers.len())
        .filter(|n| {
            let customer = &world.customers[*n];
            !customer.person && customer.fate == Fate::Stays && customer.joined < noted
        })
        .collect();
    // A customer whom a deal made long ago would have to have a history since.
    let old = end == End::Won && world.days.since(world.days.date(course.closed)) > 120;
    if !known.is_empty() && (old || dice.chance(55)) {
        let n = *dice.pick(&known);
        let customer = &world.customers[n];
        let contact = &customer.contacts[0];
        return Party {
            customer: Some(n),
            name: customer.name.clone(),
            call: contact.call.clone(),
            contact: String::new(),
            phone: None,
            owner: customer.owner,
        };
    }
    prospect(world, dice, None)
}

/// Somebody who is not a customer yet.
fn prospect(world: &mut World<'_>, dice: &mut Dice, owner: Option<usize>) -> Party {
    let cities = &TEXTS.customers.city;
    let city = match owner {
        Some(owner) => {
            cities.iter().find(|city| city.team == world.people[owner].department).unwrap_or(&cities[0])
        }
        None => dice.weigh(cities, |city| city.weight),
    };
    let industry = dice.weigh(&TEXTS.customers.industry, |industry| industry.weight);
    let name = company_name(world, dice, city, industry);
    let (family, contact, _) = person_name(dice);
    let title = dice.pick(&TEXTS.people.title);
    let owner = owner.unwrap_or_else(|| *dice.pick(&world.team(&city.team)));
    let phone = Some(world.mobile(dice));
    Party { customer: None, name, call: format!("{family}{}", title.call), contact, phone, owner }
}

/// Somebody notes the chance: marketing after a fair, or a salesperson.
fn note(world: &mut World<'_>, dice: &mut Dice, end: End, number: usize, pipelines: Pipelines) -> Chance {
    let course = course(world, dice, end, number);
    // The ready log-in of an account manager has chances in every open status.
    let party = if matches!(number, 3 | 5 | 7) {
        let place = world.colleague("sales").number;
        prospect(world, dice, Some(place))
    } else {
        party(world, dice, end, &course)
    };
    let deal = dice.pick(&TEXTS.opportunities.deal);
    let thousands = dice.between(deal.amount[0], deal.amount[1]);
    let market = world.team("market");
    let creator = if dice.chance(40) { *dice.pick(&market) } else { party.owner };
    let by = world.people[creator].id;
    let expected = match end {
        End::Won | End::Lost | End::Invalid => plus(world.days.date(course.closed), dice.between(-12, 12)),
        _ => world.days.ago(-dice.between(3, 75)),
    };
    let source = *dice.pick(&["referral", "website", "exhibition", "prospecting", "phone_in", "campaign"]);
    let draft = Draft::new()
        .set("title", deal.title.as_str())
        .set("customer_name", party.name.as_str())
        .set("contact_name", party.contact.as_str())
        .set("contact_phone", party.phone.as_deref())
        .set("amount", fen(thousands * 100_000))
        .set("expected_on", expected)
        .set("source", source)
        .set("description", dice.pick(&TEXTS.opportunities.words.describe).as_str())
        .set("owner", by);
    let way = pipelines.way(&deal.title, &world.people[party.owner].department);
    let mut links: Vec<Link> =
        party.customer.map(|n| to("customer", world.customers[n].key)).into_iter().collect();
    links.extend(way.chosen.map(|pipeline| to("pipeline", pipeline)));
    let key = world.script.create(course.noted, by, "opportunity", draft, links);
    Chance {
        key,
        owner: world.people[party.owner].id,
        party,
        course,
        end,
        deal,
        stages: way.stages,
        thousands,
        busy_today: number % 2 == 1,
    }
}

fn assign(world: &mut World<'_>, chance: &Chance) {
    let head = world.head_of(chance.party.owner).id;
    world.script.verb(
        chance.course.assigned,
        head,
        chance.key,
        "assign",
        Draft::new().set("to", chance.owner),
    );
}

/// The steps towards the deal. Those that are past mostly have a result; a few are late.
fn plan(world: &mut World<'_>, dice: &mut Dice, chance: &Chance) {
    let words = &TEXTS.opportunities.words;
    let begin = world.days.date(chance.course.started);
    let (until, made) = match chance.end {
        End::Won | End::Lost | End::Invalid => (world.days.date(chance.course.closed), chance.course.started),
        End::Developing => (world.days.ago(-20), chance.course.started),
        _ => (world.days.ago(-14), chance.course.assigned),
    };
    if chance.end == End::Developing && chance.busy_today {
        let draft = Draft::new()
            .set("due_on", world.days.today)
            .set("todo", dice.pick(&words.plan).as_str())
            .set("owner", chance.owner);
        world.script.create(made, chance.owner, "plan_item", draft, vec![to("opportunity", chance.key)]);
    }
    let mut date = plus(begin, dice.between(2, 6));
    let mut step = dice.below(2);
    while date < until && step < words.plan.len() {
        let draft = Draft::new()
            .set("due_on", date)
            .set("todo", words.plan[step].as_str())
            .set("owner", chance.owner);
        let item =
            world.script.create(made, chance.owner, "plan_item", draft, vec![to("opportunity", chance.key)]);
        let closed = matches!(chance.end, End::Won | End::Lost | End::Invalid);
        let recent = world.days.since(date) < 12;
        let done = if closed {
            92
        } else if recent {
            70
        } else {
            97
        };
        if date < world.days.today && chance.end != End::Assigned && dice.chance(done) {
            let at = world.days.after(dice, made, date);
            let limit = if closed { chance.course.closed } else { world.days.now };
            if at < limit {
                let input = Draft::new().set("result", dice.pick(&words.result).as_str());
                world.script.verb(at, chance.owner, item, "record_result", input);
            }
        }
        date = plus(date, dice.between(4, 11));
        step += 1;
    }
}

/// Moves it through the stages, evenly over its time.
fn advance(world: &mut World<'_>, dice: &mut Dice, chance: &Chance, number: usize) {
    let stages = &chance.stages;
    let (reached, end) = match chance.end {
        End::Developing => (number / 2 % stages.len(), world.days.now),
        End::Won => (stages.len() - 1, chance.course.closed),
        End::Invalid => (0, chance.course.closed),
        _ => (1 + dice.below(stages.len() - 1), chance.course.closed),
    };
    let began = chance.course.started;
    let seconds = end.as_second() - began.as_second();
    let mut before = began;
    for (n, stage) in stages.iter().enumerate().take(reached + 1).skip(1) {
        let part = i64::try_from(n).unwrap_or(0) * seconds / (i64::try_from(reached).unwrap_or(0) + 1);
        let date = world.days.date(began + SignedDuration::from_secs(part));
        let at = world.days.after(dice, before, date);
        if at < end {
            world.script.edit(at, chance.owner, chance.key, Draft::new().set("stage", *stage));
            before = at;
        }
    }
}

/// What was said on the way.
fn talk(world: &mut World<'_>, dice: &mut Dice, chance: &Chance) {
    let open = chance.end == End::Developing;
    let end = if open { world.days.today } else { world.days.date(chance.course.closed) };
    let mut date = plus(world.days.date(chance.course.started), dice.between(1, 5));
    let course = &TEXTS.follow_ups.deal;
    let mut said = 0;
    // The sentences stand in the order in which a deal goes; when all is said, nothing is said again.
    while date < end && said < course.len() {
        let following = plus(date, dice.between(7, 22));
        let (kind, content) = tell(dice, &course[said..=said], &chance.party.call, &chance.deal.product);
        said += 1 + usize::from(dice.chance(35));
        let happened = world.days.after(dice, chance.course.started, date);
        let next = (following < end || open).then(|| world.days.at(following, dice.between(18, 35) * 30));
        let entry = Entry { kind, content, happened, next: next.filter(|at| *at > happened) };
        // The verb that ends it comes after everything said before, so evenings of that day are left out.
        let written = world.days.written(chance.party.owner, happened);
        if open || written < chance.course.closed {
            let mut links: Vec<Link> = vec![about(chance.key)];
            links.extend(chance.party.customer.map(|n| to("customer", world.customers[n].key)));
            follow_ups::write(world, chance.party.owner, entry, Value::Null, links);
        }
        date = following;
    }
}

fn close(world: &mut World<'_>, dice: &mut Dice, chance: &Chance, rival: Key) {
    let words = &TEXTS.opportunities.words;
    match chance.end {
        End::Won => {
            let agreed = fen(chance.thousands * dice.between(88, 100) * 1000);
            let input = Draft::new().set("amount", agreed);
            let links = chance.party.customer.map(|n| to("customer", world.customers[n].key));
            let links = links.into_iter().collect();
            let customer = world.script.win(chance.course.closed, chance.owner, chance.key, input, links);
            order(world, dice, chance, customer, agreed.to_i64().unwrap_or(0));
        }
        End::Lost => {
            let n = dice.below(LOST_REASONS.len());
            let input = Draft::new().set("reason", LOST_REASONS[n]).set("note", words.lost[n].as_str());
            // A price is lost against somebody.
            let links = (LOST_REASONS[n] == "price").then(|| to("lost_to", rival));
            let links: Vec<Link> = links.into_iter().collect();
            let (at, by) = (chance.course.closed, chance.owner);
            world.script.verb_with(at, by, chance.key, "lose", input, links);
        }
        End::Invalid => {
            let n = dice.below(INVALID_REASONS.len());
            let input = Draft::new().set("reason", INVALID_REASONS[n]).set("note", words.invalid[n].as_str());
            world.script.verb(chance.course.closed, chance.owner, chance.key, "invalidate", input);
        }
        _ => {}
    }
}

/// The order that follows a deal: about what was agreed, most of it the product it was about.
fn order(world: &mut World<'_>, dice: &mut Dice, chance: &Chance, customer: Key, yuan: i64) {
    let date = plus(world.days.date(chance.course.closed), dice.between(4, 9));
    if date >= world.days.today {
        return;
    }
    let named = |product: &str| TEXTS.products.iter().position(|p| p.name.starts_with(product) && !p.retired);
    let main = named(&chance.deal.product).unwrap_or(0);
    let price = TEXTS.products[main].price;
    let quantity = (yuan / price.to_i64().unwrap_or(1).max(1)).max(1);
    let mut lines = vec![Line { product: main, quantity, price }];
    let work = TEXTS.products.iter().position(|p| p.category == "service" && p.home);
    if let Some(work) = work.filter(|work| *work != main) {
        let price = TEXTS.products[work].price;
        lines.push(Line { product: work, quantity: dice.between(1, 6), price });
    }
    let mut buyer = chance
        .party
        .customer
        .map_or(Buyer { key: customer, owner: chance.party.owner, contact: None, address: None }, |n| {
            orders::customer_of(world, n)
        });
    buyer.key = customer;
    let links = vec![to("opportunity", chance.key)];
    orders::write(world, dice, Sale { buyer, date, lines, links, status: None });
}

fn archive(world: &mut World<'_>, dice: &mut Dice, chance: &Chance) {
    let date = plus(world.days.date(chance.course.closed), dice.between(3, 12));
    let at = world.days.after(dice, chance.course.closed + SignedDuration::from_mins(5), date);
    world.script.verb(at, chance.owner, chance.key, "archive", Draft::new());
}
