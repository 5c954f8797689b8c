//! What one learns of people: how they speak, what they like, what they were promised and what held them back;
//! and what colleagues say about it to one another.

use super::{
    days::plus,
    dice::Dice,
    script::to,
    texts::{TEXTS, fill},
    world::World,
};
use guanxi_gate::Draft;
use jiff::SignedDuration;

pub(super) fn learn(world: &mut World<'_>) {
    let early = world.days.at(plus(world.days.first(), 1), 9 * 60);
    world.script.job(early, "channel.provide");
    reach(world);
    let mut dice = world.dice("learned");
    for customer in 0..world.customers.len() {
        know(world, &mut dice, customer);
        if customer % 3 == 0 {
            prefer(world, &mut dice, customer);
        }
        if customer % 4 == 1 {
            promise(world, &mut dice, customer);
        }
        if customer % 7 == 2 {
            object(world, &mut dice, customer);
        }
    }
    prepare(world, &mut dice);
    phrases(world);
    reports(world);
}

/// The two axes of each contact, and what kind of buyer the customer is.
fn know(world: &mut World<'_>, dice: &mut Dice, customer: usize) {
    let known = &world.customers[customer];
    let by = world.people[known.owner].id;
    let at = known.joined + SignedDuration::from_mins(3);
    let kinds =
        ["clear_goal", "unclear_goal", "informed", "no_intent", "needs_advice", "self_service", "undecided"];
    let mut edits = vec![(known.key, Draft::new().set("reception_type", *dice.pick(&kinds)))];
    for contact in known.contacts.iter().filter_map(|contact| contact.key) {
        let axis = |dice: &mut Dice| if dice.chance(50) { "low" } else { "high" };
        let draft = Draft::new().set("assertiveness", axis(dice)).set("responsiveness", axis(dice));
        if dice.chance(70) {
            edits.push((contact, draft));
        }
    }
    let at = at.min(world.days.now);
    for (key, draft) in edits {
        world.script.edit(at, by, key, draft);
    }
}

/// Two words on one topic now and then, of which the newer holds.
fn prefer(world: &mut World<'_>, dice: &mut Dice, customer: usize) {
    let fact = dice.pick(&TEXTS.learned.preference);
    let known = &world.customers[customer];
    let (by, key, joined) = (world.people[known.owner].id, known.key, known.joined);
    let contact = known.contacts.first().and_then(|contact| contact.key);
    for (words, ago) in [(&fact.before, 90), (&fact.now, 12)] {
        let ago = ago + dice.between(0, 9);
        let at = world.days.moment(dice, world.days.ago(ago)).max(joined);
        if words.is_empty() {
            continue;
        }
        let draft = Draft::new()
            .set("value", words.as_str())
            .set("owner", by)
            .set("topic", fact.topic.as_str())
            .set("learned_on", world.days.date(at))
            .set("confidence", *dice.pick(&["high", "high", "medium", "low"]));
        let mut links = vec![to("customer", key)];
        links.extend(contact.map(|contact| to("contact", contact)));
        world.script.create(at, by, "preference", draft, links);
    }
}

/// By which channel some like to be reached. It has dice of its own, so that the rest of what is learned does not
/// hang on it.
fn reach(world: &mut World<'_>) {
    let mut dice = world.dice("channels");
    for customer in (0..world.customers.len()).filter(|customer| customer % 3 != 2) {
        let wish = dice.pick(&TEXTS.learned.channel);
        let known = &world.customers[customer];
        let (by, key, joined) = (world.people[known.owner].id, known.key, known.joined);
        let contact = known.contacts.first().and_then(|contact| contact.key).filter(|_| dice.chance(50));
        let day = world.days.ago(20 + dice.between(0, 150));
        let at = world.days.moment(&mut dice, day).max(joined);
        let draft = Draft::new()
            .set("value", wish.words.as_str())
            .set("channel", wish.channel.as_str())
            .set("owner", by)
            .set("topic", "contact_way")
            .set("learned_on", world.days.date(at))
            .set("confidence", *dice.pick(&["high", "high", "medium"]));
        let mut links = vec![to("customer", key)];
        links.extend(contact.map(|contact| to("contact", contact)));
        world.script.create(at, by, "preference", draft, links);
    }
}

/// Kept, kept late, broken, open and overdue, in turn.
fn promise(world: &mut World<'_>, dice: &mut Dice, customer: usize) {
    let words = dice.pick(&TEXTS.learned.promises).as_str();
    let known = &world.customers[customer];
    let (by, key, joined) = (world.people[known.owner].id, known.key, known.joined);
    let (made_ago, due_in) = match customer % 5 {
        0 => (30, 10),
        1 => (25, 6),
        2 => (40, 12),
        3 => (3, 5),
        _ => (9, 7),
    };
    let made = world.days.moment(dice, world.days.ago(made_ago)).max(joined);
    let due = plus(world.days.date(made), due_in);
    let draft = Draft::new().set("content", words).set("due_on", due).set("owner", by);
    let promise = world.script.create(made, by, "promise", draft, vec![to("customer", key)]);
    let ends = match customer % 5 {
        0 => Some(("keep", plus(due, -1))),
        1 => Some(("keep", plus(due, 3))),
        2 => Some(("break_off", plus(due, 4))),
        _ => None,
    };
    let Some((verb, day)) = ends else { return };
    let at = world.days.moment(dice, day).max(made + SignedDuration::from_mins(5)).min(world.days.now);
    let input = if verb == "keep" {
        Draft::new().set("on", world.days.date(at))
    } else {
        Draft::new().set("reason", TEXTS.learned.broken.as_str())
    };
    world.script.verb(at, by, promise, verb, input);
}

fn object(world: &mut World<'_>, dice: &mut Dice, customer: usize) {
    let case = dice.pick(&TEXTS.learned.objection);
    let known = &world.customers[customer];
    let (by, key, joined) = (world.people[known.owner].id, known.key, known.joined);
    let ago = dice.between(2, 40);
    let at = world.days.moment(dice, world.days.ago(ago)).max(joined);
    let steps = ["listened", "understood", "asked", "demonstrated", "price_talk"];
    let done = if dice.chance(50) { 5 } else { 2 };
    let mut draft =
        Draft::new().set("objection", case.words.as_str()).set("about", case.about.as_str()).set("owner", by);
    for (step, words) in steps.iter().zip(&case.steps).take(done) {
        draft = draft.set(step, words.as_str());
    }
    let objection = world.script.create(at, by, "objection", draft, vec![to("customer", key)]);
    if done == 5 {
        let at = (at + SignedDuration::from_hours(2)).min(world.days.now);
        let input = Draft::new().set("outcome", TEXTS.learned.resolved.as_str());
        world.script.verb(at, by, objection, "resolve", input);
    }
}

/// Everybody who sells has a call before them.
fn prepare(world: &mut World<'_>, dice: &mut Dice) {
    let sellers = world.places(|person| person.role == "account_manager");
    for place in sellers {
        let own: Vec<usize> =
            (0..world.customers.len()).filter(|n| world.customers[*n].owner == place).collect();
        if own.is_empty() {
            continue;
        }
        let customer = &world.customers[*dice.pick(&own)];
        let words = &TEXTS.learned.call;
        let who = customer.contacts.first().map_or(customer.name.as_str(), |contact| contact.call.as_str());
        let draft = Draft::new()
            .set("owner", world.people[place].id)
            .set("purpose", fill(&words.purpose, &[("who", who)]))
            .set("goal", words.goal.as_str())
            .set("questions", words.questions.as_str())
            .set("materials", words.materials.as_str())
            .set("topic", words.topic.as_str())
            .set("attitude", true);
        let at = (world.days.now - SignedDuration::from_mins(40)).max(customer.joined);
        let key = customer.key;
        world.script.create(at, world.people[place].id, "call_preparation", draft, vec![to("customer", key)]);
    }
}

/// The company's phrases.
fn phrases(world: &mut World<'_>) {
    let by = world.colleague("manager").id;
    let at = world.days.at(world.days.first(), 600);
    for phrase in &TEXTS.learned.phrase {
        let draft = Draft::new()
            .set("title", phrase.title.as_str())
            .set("content", phrase.content.as_str())
            .set("owner", by);
        let key = world.script.create(at, by, "quick_phrase", draft, Vec::new());
        world.script.verb(at + SignedDuration::from_mins(1), by, key, "publish", Draft::new());
    }
}

/// Yesterday's reports of those who sell; some have not handed one in.
fn reports(world: &mut World<'_>) {
    let yesterday = world.days.on_workday(world.days.ago(1));
    let sellers = world.places(|person| person.role == "account_manager");
    for (n, place) in sellers.into_iter().enumerate() {
        if n % 4 == 3 {
            continue;
        }
        let by = world.people[place].id;
        let at = world.days.at(yesterday, 18 * 60 + 58).min(world.days.now);
        let draft = Draft::new().set("kind", "day").set("on", yesterday).set("owner", by);
        let key = world.script.create(at, by, "work_report", draft, Vec::new());
        world.script.verb(
            (at + SignedDuration::from_mins(1)).min(world.days.now),
            by,
            key,
            "submit",
            Draft::new(),
        );
        if n % 4 == 0 {
            let head = world.head_of(place).id;
            let input = Draft::new().set("review", TEXTS.learned.review.as_str());
            world.script.verb(
                (at + SignedDuration::from_mins(30)).min(world.days.now),
                head,
                key,
                "review",
                input,
            );
        }
    }
}
