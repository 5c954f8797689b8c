//! Task lists and calendars of this week.

use super::{
    days::plus,
    dice::Dice,
    script::about,
    texts::{Appointment, TEXTS, fill},
    world::World,
};
use guanxi_gate::Draft;
use guanxi_model::Value;

pub(super) fn arrange(world: &mut World<'_>) {
    let mut dice = world.dice("office");
    let staff = world.places(|person| person.role != "admin");
    for person in staff {
        let own: Vec<usize> = (0..world.customers.len())
            .filter(|n| world.customers[*n].owner == person && !world.customers[*n].person)
            .collect();
        for n in 0..dice.between(2, 4) {
            task(world, &mut dice, person, &own, n);
        }
        // Everybody has something today, so that no page about today is empty.
        let meeting = dice.pick(&TEXTS.office.inner_appointment);
        appoint(world, &mut dice, person, &[], meeting, 0);
        for _ in 0..dice.between(1, 3) {
            let list =
                if own.is_empty() { &TEXTS.office.inner_appointment } else { &TEXTS.office.appointment };
            let monday = world.days.since(world.days.monday());
            let day = monday - dice.between(0, 8).min(monday + 7);
            let appointment = dice.pick(list);
            appoint(world, &mut dice, person, &own, appointment, day);
        }
    }
}

/// A task, given by oneself or by one's superior.
fn task(world: &mut World<'_>, dice: &mut Dice, person: usize, own: &[usize], number: i64) {
    let texts = &TEXTS.office;
    let given = !own.is_empty() && dice.chance(25);
    let by = if given { world.head_of(person).id } else { world.people[person].id };
    let inner = own.is_empty() || (!given && dice.chance(25));
    let pool = if inner {
        &texts.inner
    } else if given {
        &texts.given
    } else {
        &texts.tasks
    };
    let customer = (!inner).then(|| &world.customers[*dice.pick(own)]);
    let sentence: &String = dice.pick(pool);
    let title = fill(sentence, &[("customer", customer.map_or("", |customer| customer.name.as_str()))]);
    let earliest = customer.map_or(world.days.at(world.days.ago(9), 540), |customer| customer.joined);
    let days = dice.between(1, 6);
    let at = world.days.moment(dice, world.days.ago(days)).max(earliest);
    // Today, tomorrow and later this week; some are late.
    let due = match number {
        0 => world.days.today,
        _ => plus(world.days.today, dice.between(-3, 5)),
    };
    let draft = Draft::new()
        .set("title", title)
        .set("due_on", due)
        .set("priority", *dice.pick(&["high", "normal", "normal", "low"]))
        .set("status", *dice.pick(&["todo", "todo", "doing"]))
        .set("description", Value::text(dice.pick(&texts.notes).as_str()))
        .set("owner", world.people[person].id);
    let links = customer.map(|customer| about(customer.key)).into_iter().collect();
    let key = world.script.create(at, by, "task", draft, links);
    if dice.chance(if due < world.days.today { 60 } else { 12 }) {
        let done = world.days.moment(dice, due.min(world.days.today));
        let done = done.max(at + jiff::SignedDuration::from_secs(60)).min(world.days.now);
        if done > at {
            world.script.verb(done, world.people[person].id, key, "finish", Draft::new());
        }
    }
}

/// An appointment so many days ago; negative days lie ahead.
fn appoint(world: &mut World<'_>, dice: &mut Dice, person: usize, own: &[usize], of: &Appointment, ago: i64) {
    let customer = (!own.is_empty()).then(|| &world.customers[*dice.pick(own)]);
    let starts = world.days.at(world.days.ago(ago), dice.between(18, 33) * 30);
    let made = world.days.ago(dice.between(1, 3) + ago.max(0));
    let made = world
        .days
        .moment(dice, made)
        .max(customer.map_or(world.days.at(world.days.first(), 540), |customer| customer.joined));
    let place = match customer {
        Some(customer) if of.kind == "visit" => customer.address.as_str(),
        _ => of.place.as_str(),
    };
    let by = world.people[person].id;
    let draft = Draft::new()
        .set(
            "title",
            fill(&of.title, &[("customer", customer.map_or("", |customer| customer.name.as_str()))]),
        )
        .set("type", of.kind.as_str())
        .set("starts_at", starts)
        .set("ends_at", starts + jiff::SignedDuration::from_mins(of.minutes))
        .set("place", Value::text(place))
        .set("owner", by);
    let links = customer.map(|customer| about(customer.key)).into_iter().collect();
    world.script.create(made.min(world.days.now), by, "appointment", draft, links);
}
