//! Tags in groups, what some customers spend in all, and lists of those to work on.

use super::{
    days::plus,
    script::to,
    texts::TEXTS,
    world::{Pace, World, fen},
};
use guanxi_gate::Draft;
use guanxi_model::Value;
use jiff::civil::Date;

pub(super) fn aim(world: &mut World<'_>) {
    let mut dice = world.dice("targets");
    let manager = world.colleague("manager").id;
    let early = world.days.at(plus(world.days.first(), 1), 9 * 60 + 30);
    for group in &TEXTS.targets.group {
        let draft = Draft::new()
            .set("name", group.name.as_str())
            .set("tags", Value::List(group.tags.clone()))
            .set("exclusive", group.exclusive);
        world.script.create(early, manager, "tag_group", draft, Vec::new());
    }
    let year = world.days.today.year();
    let (from, until) = (Date::new(year, 1, 1).ok(), Date::new(year, 12, 31).ok());
    let asked: Vec<usize> = (0..world.customers.len())
        .filter(|n| !world.customers[*n].person && world.customers[*n].pace != Pace::Never)
        .step_by(6)
        .collect();
    for customer in asked {
        let day = world.days.ago(dice.between(3, 200));
        let day = day.max(world.days.date(world.customers[customer].joined));
        let at = world.days.moment(&mut dice, day).max(world.customers[customer].joined);
        let by = world.people[world.customers[customer].owner].id;
        let draft = Draft::new()
            .set("from", from)
            .set("to", until)
            .set("spend", fen(dice.between(20, 200) * 1_000_000))
            .set("source", *dice.pick(&["told", "told", "survey", "estimate"]))
            .set("noted_on", world.days.date(at));
        let links = vec![to("customer", world.customers[customer].key)];
        world.script.create(at, by, "wallet", draft, links);
    }
    let sales = world.colleague("sales").id;
    for (n, list) in TEXTS.targets.list.iter().enumerate() {
        let by = if n == 0 { sales } else { manager };
        let at = world.days.at(world.days.ago(1), 10 * 60);
        let draft = Draft::new()
            .set("name", list.name.as_str())
            .set("filter", list.filter.as_str())
            .set("ranked_by", list.ranked_by.as_str())
            .set("resembles", list.resembles.clone())
            .set("cut", list.cut.as_str())
            .set("cut_at", list.cut_at)
            .set("note", list.note.as_str());
        let key = world.script.create(at, by, "target_list", draft, Vec::new());
        let later = at + jiff::SignedDuration::from_mins(1);
        world.script.verb(later, by, key, "build", Draft::new());
    }
}
