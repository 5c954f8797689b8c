//! Two pools with their members and rules, what was released into them lately, and what was claimed again.

use super::{
    script::to,
    texts::TEXTS,
    world::{Pace, World},
};
use guanxi_gate::Draft;
use guanxi_model::Value;

/// How many days ago the pools were opened.
const OPENED: i64 = 40;
const REASONS: [&str; 5] = ["no_need", "unreachable", "no_budget", "out_of_area", "too_many"];

pub(super) fn open(world: &mut World<'_>) {
    let mut dice = world.dice("pools");
    let at = world.days.at(super::days::on_weekday(world.days.ago(OPENED)), 9 * 60);
    let admin = world.colleague("admin").id;
    let columns = |names: &[&str]| Value::List(names.iter().map(|name| (*name).to_owned()).collect());
    let key_industries = Draft::new()
        .set("name", TEXTS.pools.key.name.as_str())
        .set("note", TEXTS.pools.key.note.as_str())
        .set("columns", columns(&["customer_type", "grade", "industry", "region"]))
        .set("recycles", false)
        .set("daily_limit", 3)
        .set("new_data_days", 1);
    let key_pool = world.script.create(at, admin, "pool", key_industries, Vec::new());
    let open = Draft::new()
        .set("name", TEXTS.pools.open.name.as_str())
        .set("note", TEXTS.pools.open.note.as_str())
        .set("columns", columns(&["customer_type", "grade", "industry", "region", "source", "pool_reason"]))
        .set("recycles", true)
        .set("follow_up_days", 60)
        .set("deal_days", 180)
        .set("warn_days", 7)
        .set("daily_limit", 10)
        .set("former_owner_days", 7);
    let pool = world.script.create(at, admin, "pool", open, Vec::new());
    let role = Draft::new().set("role", "account_manager");
    world.script.create(at, admin, "pool_member", role, vec![to("pool", pool)]);
    for head in ["manager", "head_east1", "head_east2", "head_south", "head_north"] {
        let head = Draft::new().set("user", world.colleague(head).id).set("admin", true);
        world.script.create(at, admin, "pool_member", head.clone(), vec![to("pool", pool)]);
        world.script.create(at, admin, "pool_member", head, vec![to("pool", key_pool)]);
    }
    let sales = Draft::new().set("user", world.colleague("sales").id);
    world.script.create(at, admin, "pool_member", sales, vec![to("pool", key_pool)]);
    let major = Draft::new().set("grade", "major").set("follow_up_days", 90).set("deal_days", 365);
    world.script.create(at, admin, "pool_limit", major, vec![to("pool", pool)]);
    let quota = Draft::new()
        .set("role", "account_manager")
        .set("capacity", 200)
        .set("spare_dealt", false)
        .set("lock_limit", 20);
    world.script.create(at, admin, "customer_quota", quota, Vec::new());

    // Those who never ordered are given up first.
    let quiet: Vec<usize> = (0..world.customers.len())
        .filter(|n| {
            let customer = &world.customers[*n];
            customer.pace == Pace::Never && world.days.since(world.days.date(customer.joined)) > OPENED
        })
        .collect();
    let wanted = (world.options.customers / 15).max(3);
    for (number, customer) in quiet.into_iter().take(wanted).enumerate() {
        let customer = &world.customers[customer];
        let (key, owner) = (customer.key, world.people[customer.owner].id);
        let days = dice.between(2, OPENED - 5);
        let at = world.days.moment(&mut dice, world.days.ago(days)).max(at);
        let input = Draft::new().set("reason", REASONS[number % REASONS.len()]);
        let into = if number % 4 == 3 { key_pool } else { pool };
        world.script.verb_with(at, owner, key, "release", input, vec![to("pool", into)]);
        if number % 5 == 0 && days > 4 {
            let sellers = world.places(|person| person.role == "account_manager");
            let next = world.people[sellers[number % sellers.len()]].id;
            let later = world.days.after(&mut dice, at, world.days.ago(days - 3));
            if next != owner && into == pool {
                world.script.verb(later, next, key, "claim", Draft::new());
            }
        }
    }
}

/// The night's job, as it has run before one looks.
pub(super) fn recycle(world: &mut World<'_>) {
    let now = world.days.now;
    world.script.job(now, "pool.recycle");
}
