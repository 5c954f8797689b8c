//! Who else sells what we sell, and in which deals we meet them.

use super::{
    script::{Key, to},
    world::World,
};
use guanxi_gate::Draft;
use guanxi_model::RecordId;
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::Deserialize;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Texts {
    competitor: Vec<Competitor>,
    words: Words,
}

#[derive(Deserialize)]
struct Words {
    notes: Vec<String>,
}

#[derive(Deserialize)]
struct Competitor {
    name: String,
    scale: String,
    price_level: String,
    website: String,
    strengths: String,
    weaknesses: String,
    answer: String,
    /// Name, standing, what they do, what we say.
    features: Vec<[String; 4]>,
    /// Name, our product, price in yuan, selling points, flaws.
    products: Vec<(String, String, i64, String, String)>,
    /// Name, what they get, days until the contract ends.
    customers: Vec<(String, String, i64)>,
}

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    toml::from_str(include_str!("data/competitors.toml"))
        .expect("data/competitors.toml ships with the program and is valid")
});

/// The competitors of the story.
#[derive(Clone)]
pub(super) struct Competitors(Vec<Key>);

/// Marketing writes them down.
pub(super) fn watch(world: &mut World<'_>) -> Competitors {
    let at = world.days.at(world.days.first(), 9 * 60);
    let by = world.colleague("manager").id;
    let mut keys = Vec::new();
    for one in &TEXTS.competitor {
        let draft = Draft::new()
            .set("name", one.name.as_str())
            .set("scale", one.scale.as_str())
            .set("price_level", one.price_level.as_str())
            .set("website", one.website.as_str())
            .set("strengths", one.strengths.as_str())
            .set("weaknesses", one.weaknesses.as_str())
            .set("answer", one.answer.as_str())
            .set("owner", by);
        let key = world.script.create(at, by, "competitor", draft, Vec::new());
        for [name, standing, theirs, ours] in &one.features {
            let draft = Draft::new()
                .set("name", name.as_str())
                .set("standing", standing.as_str())
                .set("theirs", theirs.as_str())
                .set("ours", ours.as_str())
                .set("owner", by);
            world.script.create(at, by, "competitor_feature", draft, vec![to("competitor", key)]);
        }
        for (name, against, price, points, flaws) in &one.products {
            let draft = Draft::new()
                .set("name", name.as_str())
                .set("price", Decimal::from(*price))
                .set("selling_points", points.as_str())
                .set("flaws", flaws.as_str())
                .set("owner", by);
            let ours = super::texts::TEXTS.products.iter().position(|p| p.name.starts_with(against));
            let mut links = vec![to("competitor", key)];
            links.extend(ours.map(|n| to("against", world.products[n])));
            world.script.create(at, by, "competitor_product", draft, links);
        }
        for (name, supplies, days) in &one.customers {
            let draft = Draft::new()
                .set("name", name.as_str())
                .set("supplies", supplies.as_str())
                .set("since", world.days.ago(400 - days))
                .set("until", world.days.ago(-days))
                .set("owner", by);
            world.script.create(at, by, "competitor_customer", draft, vec![to("competitor", key)]);
        }
        keys.push(key);
    }
    Competitors(keys)
}

impl Competitors {
    /// Somebody notices who else is after a deal; every third deal has two of them, and every third none.
    pub fn meet(&self, world: &mut World<'_>, at: Timestamp, by: RecordId, deal: Key, number: usize) {
        for n in 0..(number % 3) {
            let threat = ["high", "medium", "low"][(number / 3 + n) % 3];
            let note = &TEXTS.words.notes[(number + n) % TEXTS.words.notes.len()];
            let draft = Draft::new().set("threat", threat).set("note", note.as_str()).set("owner", by);
            let links = vec![to("opportunity", deal), to("competitor", self.of(number + n))];
            world.script.create(at, by, "deal_competitor", draft, links);
        }
    }

    /// One of them.
    pub fn of(&self, number: usize) -> Key {
        self.0[number % self.0.len()]
    }
}
