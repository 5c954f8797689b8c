//! Joint plans with some of the largest customers: one that runs, one that was agreed, a draft and one that ended.

use super::{
    days::plus,
    script::{Key, to},
    world::{Pace, World},
};
use guanxi_gate::Draft;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Texts {
    plan: Vec<Plan>,
}

#[derive(Deserialize)]
struct Plan {
    name: String,
    common_goal: String,
    our_goal: String,
    their_goal: String,
    our_commitment: String,
    their_commitment: String,
    candour: String,
    state: String,
    #[serde(default)]
    conclusion: String,
    measure: Vec<Measure>,
    action: Vec<Action>,
    #[serde(default)]
    review: Vec<Review>,
}

#[derive(Deserialize)]
struct Measure {
    name: String,
    side: String,
    unit: String,
    base: Decimal,
    target: Decimal,
    actual: Option<Decimal>,
}

#[derive(Deserialize)]
struct Action {
    title: String,
    side: String,
    /// Days from today.
    due: i64,
    #[serde(default)]
    done: bool,
}

#[derive(Deserialize)]
struct Review {
    title: String,
    ago: i64,
    marks: [i64; 5],
    said: String,
    decided: String,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    toml::from_str(include_str!("data/alliances.toml"))
        .expect("data/alliances.toml ships with the program and is valid")
});

pub(super) fn ally(world: &mut World<'_>) {
    let sales = world.colleague("sales").id;
    let partners = |world: &World<'_>, whose: &dyn Fn(usize) -> bool| -> Vec<usize> {
        (0..world.customers.len())
            .filter(|n| {
                let customer = &world.customers[*n];
                matches!(customer.pace, Pace::Heavy | Pace::Steady)
                    && customer.contacts.iter().any(|contact| contact.key.is_some())
                    && whose(customer.owner)
            })
            .collect()
    };
    let own = partners(world, &|owner| world.people[owner].id == sales);
    let others = partners(world, &|owner| world.people[owner].id != sales);
    for (n, plan) in TEXTS.plan.iter().enumerate() {
        // The newcomer who looks as the account manager finds the first two of their own.
        let from = if n < 2 && own.len() > n { &own } else { &others };
        if let Some(customer) = from.get(n).copied() {
            agree(world, customer, plan);
        }
    }
}

fn agree(world: &mut World<'_>, customer: usize, plan: &Plan) {
    let mut dice = world.dice(&plan.name);
    let known = &world.customers[customer];
    let (key, joined) = (known.key, known.joined);
    let Some(contact) = known.contacts.iter().find_map(|contact| contact.key) else { return };
    let by = world.people[known.owner].id;
    let head = world.head_of(known.owner).id;
    let agent = world.colleague("service").id;
    let ago = match plan.state.as_str() {
        "running" => 130,
        "closed" => 200,
        _ => 15,
    };
    let first = world.days.moment(&mut dice, world.days.ago(ago)).max(joined);
    let day = |days: &super::days::Days, at: Timestamp| days.date(at);
    let draft = Draft::new()
        .set("name", plan.name.as_str())
        .set("owner", by)
        .set("starts_on", day(&world.days, first))
        .set("ends_on", plus(day(&world.days, first), 360))
        .set("common_goal", plan.common_goal.as_str())
        .set("our_goal", plan.our_goal.as_str())
        .set("their_goal", plan.their_goal.as_str())
        .set("our_commitment", plan.our_commitment.as_str())
        .set("their_commitment", plan.their_commitment.as_str())
        .set("candour", plan.candour.as_str())
        .set("sponsor", head);
    let links = vec![to("customer", key), to("contact", contact)];
    let key = world.script.create(first, by, "account_plan", draft, links);
    let mut at = first + SignedDuration::from_mins(5);
    let of = |key: Key| vec![to("account_plan", key)];
    for (user, role) in [(agent, "service"), (head, "sponsor")] {
        if user != by {
            let draft = Draft::new().set("user", user).set("role", role);
            world.script.create(at, by, "account_member", draft, of(key));
        }
    }
    let mut measures = Vec::new();
    for measure in &plan.measure {
        let draft = Draft::new()
            .set("name", measure.name.as_str())
            .set("side", measure.side.as_str())
            .set("unit", measure.unit.as_str())
            .set("base", measure.base)
            .set("target", measure.target);
        measures.push((world.script.create(at, by, "account_measure", draft, of(key)), measure.actual));
    }
    let mut done = Vec::new();
    for action in &plan.action {
        let due = plus(world.days.today, action.due).max(day(&world.days, at));
        let draft = Draft::new()
            .set("title", action.title.as_str())
            .set("side", action.side.as_str())
            .set("owner", by)
            .set("due_on", due);
        let mut links = of(key);
        if action.side == "theirs" {
            links.push(to("contact", contact));
        }
        let action_key = world.script.create(at, by, "account_action", draft, links);
        if action.done {
            done.push((action_key, due));
        }
    }
    if plan.state == "draft" {
        return;
    }
    at += SignedDuration::from_hours(1);
    let on = day(&world.days, at);
    let now = world.days.now;
    world.script.verb_with(
        at.min(now),
        by,
        key,
        "agree",
        Draft::new().set("on", on),
        vec![to("with", contact)],
    );
    if plan.state == "agreed" {
        return;
    }
    at += SignedDuration::from_hours(1);
    let review = plus(on, 30);
    world.script.verb(at.min(now), by, key, "start", Draft::new().set("review_on", review));
    for (action, due) in done {
        let moment = world.days.moment(&mut dice, plus(due, -1)).max(at).min(now);
        let input = Draft::new().set("on", day(&world.days, moment));
        world.script.verb(moment, by, action, "finish", input);
    }
    for review in &plan.review {
        let moment = world.days.moment(&mut dice, world.days.ago(review.ago)).max(at).min(now);
        let held = day(&world.days, moment);
        let mut draft = Draft::new()
            .set("title", review.title.as_str())
            .set("held_on", held)
            .set("said", review.said.as_str())
            .set("decided", review.decided.as_str())
            .set("next_on", plus(held, 45));
        let fields = ["trust", "candour", "common_goal", "commitment", "support"];
        for (field, mark) in fields.into_iter().zip(review.marks) {
            draft = draft.set(field, mark);
        }
        let mut links = of(key);
        links.push(to("contact", contact));
        world.script.create(moment, by, "account_review", draft, links);
        for (measure, actual) in &measures {
            let Some(actual) = actual else { continue };
            let input = Draft::new().set("actual", *actual).set("on", held);
            let later = (moment + SignedDuration::from_mins(10)).min(now);
            world.script.verb(later, by, *measure, "measure", input);
        }
    }
    if plan.state == "closed" {
        let moment = world.days.moment(&mut dice, world.days.ago(20)).max(at).min(now);
        let input = Draft::new()
            .set("result", "achieved")
            .set("conclusion", plan.conclusion.as_str())
            .set("drop_open", true);
        world.script.verb(moment, by, key, "close", input);
    }
}
