//! Our pipelines: one for everybody, one for the projects of the south with what they ask for, one for renewals.

use super::{
    script::{Key, to},
    texts::TEXTS,
    world::World,
};
use guanxi_gate::{Draft, Result};
use guanxi_model::{RecordId, Value, expr::Expr};
use rust_decimal::Decimal;

/// A stage: its name, win rate, limit of age, and what must be known before it.
type Stage = (&'static str, i64, i64, &'static [&'static str]);

const STANDARD: [Stage; 5] = [
    ("contact", 10, 14, &[]),
    ("need", 30, 21, &[]),
    ("proposal", 50, 30, &[]),
    ("review", 70, 30, &[]),
    ("negotiation", 90, 30, &[]),
];
const PROJECT: [Stage; 4] = [
    ("need", 20, 30, &[]),
    ("proposal", 40, 45, &["amount", "contact_name"]),
    ("review", 65, 45, &["expected_on", "description"]),
    ("negotiation", 85, 30, &["plan_count"]),
];
const RENEWAL: [Stage; 2] = [("need", 40, 30, &[]), ("negotiation", 80, 21, &["expected_on"])];

/// The department whose deals are projects.
const PROJECTS: &str = "south";

/// The pipelines of the story.
#[derive(Clone, Copy)]
pub(super) struct Pipelines {
    renewal: Key,
}

/// What a chance follows: the pipeline when it is chosen by hand, and the stages it will go through.
pub(super) struct Way {
    pub chosen: Option<Key>,
    pub stages: Vec<&'static str>,
}

impl Pipelines {
    /// The way of a deal by its title and the department of whoever develops it.
    pub fn way(&self, title: &str, department: &str) -> Way {
        let names = |stages: &[Stage]| stages.iter().map(|stage| stage.0).collect();
        if title.contains(&TEXTS.opportunities.words.renewal) {
            Way { chosen: Some(self.renewal), stages: names(&RENEWAL) }
        } else if department == PROJECTS {
            Way { chosen: None, stages: names(&PROJECT) }
        } else {
            Way { chosen: None, stages: names(&STANDARD) }
        }
    }
}

/// Sets them up on the first day.
pub(super) fn set_up(world: &mut World<'_>) -> Result<Pipelines> {
    let department = TEXTS.company.department.iter().find(|department| department.key == PROJECTS);
    let name = department.map(|department| department.name.as_str()).unwrap_or_default();
    let projects =
        world.gate.read(&world.gate.operator(), |tx| tx.first("department", &Expr::eq("name", name)))?;
    let words = &TEXTS.opportunities.words;
    let names = &words.pipelines;
    pipeline(world, &names[0], None, 10, &STANDARD);
    pipeline(world, &names[1], projects.map(|department| department.id), 10, &PROJECT);
    let at = world.days.at(world.days.first(), 8 * 60 + 30);
    let by = world.colleague("manager").id;
    for (name, yuan, tell) in [(&words.alerts[0], 300_000, "superior"), (&words.alerts[1], 500_000, "role")] {
        let draft = Draft::new()
            .set("name", name.as_str())
            .set("threshold", Decimal::from(yuan))
            .set("tell", tell)
            .set("role", (tell == "role").then_some("executive"));
        world.script.create(at, by, "deal_alert", draft, Vec::new());
    }
    let renewal = pipeline(world, &names[2], None, 20, &RENEWAL);
    Ok(Pipelines { renewal })
}

fn pipeline(
    world: &mut World<'_>,
    name: &str,
    department: Option<RecordId>,
    position: i64,
    stages: &[Stage],
) -> Key {
    let at = world.days.at(world.days.first(), 8 * 60 + 20);
    let by = world.colleague("manager").id;
    let draft = Draft::new()
        .set("name", name)
        .set("for_department", department)
        .set("position", position)
        .set("start_from", "none")
        .set("back_after_end", department.is_some());
    let key = world.script.create(at, by, "pipeline", draft, Vec::new());
    for (place, (stage, rate, limit, requires)) in stages.iter().enumerate() {
        let requires: Vec<String> = requires.iter().map(|field| (*field).to_owned()).collect();
        let draft = Draft::new()
            .set("stage", *stage)
            .set("position", i64::try_from(place + 1).unwrap_or(1))
            .set("rate", *rate)
            .set("limit_days", *limit)
            .set("requires", Value::List(requires));
        world.script.create(at, by, "pipeline_stage", draft, vec![to("pipeline", key)]);
    }
    key
}
