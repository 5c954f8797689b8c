//! The register of sources of information, which customers carry, and the work of putting their data right.

use super::{days::plus, script::to, world::World};
use guanxi_gate::Draft;
use jiff::SignedDuration;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Texts {
    verified: Vec<String>,
    source: Vec<Source>,
}

#[derive(Deserialize)]
struct Source {
    name: String,
    origin: String,
    channel: String,
    provider: Option<String>,
    contract: Option<String>,
    basis: Option<String>,
    note: Option<String>,
    reliability: i64,
    frequency: String,
    cost: Option<i64>,
    /// Days since it was brought up to date.
    refreshed: i64,
    /// Days it may still be used.
    valid: Option<i64>,
    stopped: Option<String>,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    toml::from_str(include_str!("data/sources.toml"))
        .expect("data/sources.toml ships with the program and is valid")
});

pub(super) fn register(world: &mut World<'_>) {
    let mut dice = world.dice("sources");
    let manager = world.colleague("manager").id;
    let early = world.days.at(world.days.first(), 8 * 60);
    let now = world.days.now;
    let mut sources = Vec::new();
    for source in &TEXTS.source {
        let mut draft = Draft::new()
            .set("name", source.name.as_str())
            .set("owner", manager)
            .set("origin", source.origin.as_str())
            .set("channel", source.channel.as_str())
            .set("reliability", source.reliability)
            .set("frequency", source.frequency.as_str())
            .set("cost", source.cost)
            .set("valid_until", source.valid.map(|days| plus(world.days.today, days)));
        let texts = [
            ("provider", &source.provider),
            ("contract", &source.contract),
            ("lawful_basis", &source.basis),
            ("basis_note", &source.note),
        ];
        for (field, text) in texts {
            draft = draft.set(field, text.as_deref());
        }
        let key = world.script.create(early, manager, "information_source", draft, Vec::new());
        let day = world.days.ago(source.refreshed);
        let at = world.days.at(day, 9 * 60).min(now);
        world.script.verb(at, manager, key, "refresh", Draft::new().set("on", day));
        if let Some(reason) = &source.stopped {
            let at = world.days.at(world.days.ago(12), 15 * 60);
            world.script.verb(at, manager, key, "stop", Draft::new().set("reason", reason.as_str()));
        }
        sources.push(key);
    }
    for customer in (0..world.customers.len()).step_by(2) {
        let known = &world.customers[customer];
        let (key, by) = (known.key, world.people[known.owner].id);
        let at = (known.joined + SignedDuration::from_mins(4)).min(now);
        let source = *dice.pick(&sources);
        world.script.edit_with(at, by, key, Draft::new(), vec![to("information_source", source)]);
        if customer % 16 == 0 {
            let note = dice.pick(&TEXTS.verified).as_str();
            let at = world.days.moment(&mut dice, world.days.ago(3)).max(at);
            world.script.verb(at, by, key, "verify", Draft::new().set("note", note));
        }
    }
    // The figures of the last months, and of this one.
    for days in [90, 60, 30] {
        let at = world.days.at(world.days.ago(days), 5 * 60);
        world.script.job(at, "cleansing.review");
    }
    world.script.job(now, "cleansing.review");
}
