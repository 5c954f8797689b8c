//! The knowledge base: most of it published long ago, read and judged by many; some in review, some begun.

use super::{
    days::plus,
    script::Key,
    texts::{Article, TEXTS},
    world::World,
};
use guanxi_gate::Draft;
use guanxi_model::Value;
use jiff::{SignedDuration, Timestamp};

/// An article of the story, for those who solve requests with it.
pub(super) struct Written {
    pub key: Key,
    pub article: &'static Article,
    /// When it was published; none when it was not.
    pub published: Option<Timestamp>,
}

pub(super) fn write(world: &mut World<'_>) {
    let mut dice = world.dice("knowledge");
    let agents = world.places(|person| person.role == "service_agent");
    let manager = world.colleague("manager").id;
    for (n, article) in TEXTS.knowledge.iter().enumerate() {
        let author = world.people[agents[n % agents.len()]].id;
        let days = match article.state.as_str() {
            "review" => 2,
            "draft" => 1,
            _ => 620 - 45 * i64::try_from(n).unwrap_or(0),
        };
        let at = world.days.moment(&mut dice, world.days.ago(days));
        let mut draft = Draft::new()
            .set("title", article.title.as_str())
            .set("kind", article.kind.as_str())
            .set("category", article.category.as_str())
            .set("audience", article.audience.as_str())
            .set("keywords", Value::List(article.keywords.clone()))
            .set("body", article.body.trim())
            .set("owner", author);
        if !article.answers.is_empty() {
            draft = draft.set("answers", article.answers.as_str());
        }
        let key = world.script.create(at, author, "article", draft, Vec::new());
        let submitted = at + SignedDuration::from_mins(20);
        if article.state != "draft" {
            world.script.verb(submitted.min(world.days.now), author, key, "submit", Draft::new());
        }
        let mut published = None;
        if article.state.is_empty() {
            let at = world.days.after(&mut dice, submitted, plus(world.days.date(submitted), 1));
            let until = article.until.map(|days| plus(world.days.today, days));
            world.script.verb(at, manager, key, "publish", Draft::new().set("valid_until", until));
            published = Some(at);
            judge(world, &mut dice, key, author, at);
        }
        world.articles.push(Written { key, article, published });
    }
}

/// Colleagues who found it useful, and now and then one who did not.
fn judge(
    world: &mut World<'_>,
    dice: &mut super::dice::Dice,
    key: Key,
    author: guanxi_model::RecordId,
    published: Timestamp,
) {
    let since = world.days.since(world.days.date(published));
    for place in 0..world.people.len() {
        let person = world.people[place].id;
        let reads = matches!(world.people[place].role.as_str(), "service_agent" | "account_manager");
        if !reads || person == author || !dice.chance(40) {
            continue;
        }
        let day = world.days.ago(dice.between(0, (since - 1).max(0)));
        let at = world.days.moment(dice, day).max(published + SignedDuration::from_mins(5));
        let verb = if dice.chance(85) { "useful" } else { "useless" };
        world.script.verb(at.min(world.days.now), person, key, verb, Draft::new());
    }
}
