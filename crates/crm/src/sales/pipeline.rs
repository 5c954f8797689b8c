//! Pipelines (商机组): which stages a kind of deal goes through. While open opportunities follow a pipeline its
//! stages stand still, because moving them would change what was promised about deals under way; whoever wants
//! others copies it, changes the copy and disables the old one.

mod course;

pub(crate) use course::{Courses, SHIPPED, Step, due};

use guanxi_gate::{Change, Channel, Draft, Error, Record, Result, Rule, Saved, Tx};
use guanxi_model::{Message, RecordId, Value, expr::Expr};
use std::collections::{BTreeMap, BTreeSet};

/// The short course of three stages, with the win rates that users of such a course know.
const SHORT: [Step<'static>; 3] = [
    Step { stage: "contact", rate: 20, limit: Some(14) },
    Step { stage: "need", rate: 30, limit: Some(21) },
    Step { stage: "proposal", rate: 80, limit: Some(30) },
];

/// A pipeline begins with the stages that were asked for, and is not deleted while anything refers to it.
pub(crate) struct Pipelines;

impl Rule for Pipelines {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        // An import brings its stages along.
        if tx.ctx().channel == Channel::Import {
            return Ok(());
        }
        let mut stages = Vec::new();
        for pipeline in saved.iter().filter(|saved| saved.before.is_none()).map(|saved| &saved.after) {
            let steps: &[Step<'static>] = match pipeline.text("start_from") {
                "standard" => &SHIPPED,
                "short" => &SHORT,
                _ => &[],
            };
            for (place, step) in steps.iter().enumerate() {
                stages.push(
                    Draft::new()
                        .set("pipeline", pipeline.id)
                        .set("stage", step.stage)
                        .set("position", i64::try_from(place + 1).unwrap_or(i64::MAX))
                        .set("rate", step.rate)
                        .set("limit_days", step.limit),
                );
            }
        }
        tx.create_many("pipeline_stage", stages).map(drop)
    }

    fn before_delete(&self, tx: &mut Tx<'_>, pipeline: &Record) -> Result<()> {
        let n = tx.count("opportunity", &Expr::eq("pipeline", pipeline.id))?;
        if n > 0 {
            return Err(Error::Refused(Message::new("pipeline.has_opportunities").with("n", n)));
        }
        Ok(())
    }
}

/// Makes the same stages again under another name.
pub(crate) fn copy(tx: &mut Tx<'_>, pipeline: &Record, input: &Draft) -> Result<()> {
    let copied = ["for_department", "back_while_open", "back_after_end", "note", "position"];
    let mut draft =
        Draft::new().set("name", input.get("name").clone()).set("enabled", false).set("start_from", "none");
    for field in copied {
        draft = draft.set(field, pipeline.get(field).clone());
    }
    let made = tx.create("pipeline", draft)?;
    let stages = tx
        .referring("pipeline_stage", "pipeline", &[pipeline.id])?
        .into_iter()
        .map(|stage| {
            ["stage", "position", "rate", "limit_days", "requires"]
                .into_iter()
                .fold(Draft::new().set("pipeline", made.id), |draft, field| {
                    draft.set(field, stage.get(field).clone())
                })
        })
        .collect();
    tx.create_many("pipeline_stage", stages).map(drop)
}

/// Stages are in one order, each once; those of a pipeline in use stand still, but for their limit of age and
/// what they ask for.
pub(crate) struct Stages;

/// What stands still while opportunities follow the pipeline.
const FROZEN: [&str; 3] = ["stage", "position", "rate"];

impl Rule for Stages {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let ids: BTreeSet<RecordId> =
            changes.iter().filter_map(|change| change.value("pipeline").as_ref()).collect();
        let used = used(tx, &ids)?;
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let mut others: BTreeMap<RecordId, Vec<Record>> = BTreeMap::new();
        for stage in tx.referring("pipeline_stage", "pipeline", &ids)? {
            if let Some(pipeline) = stage.reference("pipeline") {
                others.entry(pipeline).or_default().push(stage);
            }
        }
        let field = tx.object("pipeline_stage")?.field("stage").cloned();
        let mut new: BTreeSet<(RecordId, &'static str, String)> = BTreeSet::new();
        for change in changes {
            let Some(pipeline) = change.value("pipeline").as_ref() else { continue };
            let moves = change.before.is_none() || FROZEN.iter().any(|field| change.changes(field));
            if let Some(n) = used.get(&pipeline).filter(|_| moves) {
                change.refuse_record(Message::new("pipeline.in_use").with("n", *n));
                continue;
            }
            let own = change.before.as_ref().map(|before| before.id);
            let rest = others.get(&pipeline).map(Vec::as_slice).unwrap_or_default();
            for (field, refusal) in
                [("stage", "pipeline.stage_twice"), ("position", "pipeline.position_twice")]
            {
                let value = change.value(field).clone();
                let taken = rest.iter().any(|stage| Some(stage.id) != own && *stage.get(field) == value);
                let again = !new.insert((pipeline, field, format!("{value:?}")));
                if !value.is_null() && (taken || again) {
                    change.refuse(field, Message::new(refusal));
                }
            }
            let stage = change.value("stage").as_text().unwrap_or_default().to_owned();
            let label = field.as_ref().and_then(|field| field.option(&stage));
            let name = label.map_or(stage.clone(), |option| option.label.zh.clone());
            change.set("name", name);
        }
        Ok(())
    }

    fn before_delete(&self, tx: &mut Tx<'_>, stage: &Record) -> Result<()> {
        let pipeline = stage.reference("pipeline").into_iter().collect();
        match used(tx, &pipeline)?.into_values().next() {
            Some(n) => Err(Error::Refused(Message::new("pipeline.in_use").with("n", n))),
            None => Ok(()),
        }
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        // A new limit of age holds for the deals that stand in the stage already.
        for saved in saved.iter().filter(|saved| saved.before.is_some() && saved.changed("limit_days")) {
            let stage = &saved.after;
            let Some(pipeline) = stage.reference("pipeline") else { continue };
            let here = Expr::eq("status", "developing")
                .and(Expr::eq("pipeline", pipeline))
                .and(Expr::eq("stage", stage.text("stage")));
            let limit = course::days(stage);
            let due: Vec<(RecordId, Value)> = tx
                .find("opportunity", &here, None)?
                .iter()
                .map(|deal| (deal.id, course::due(tx.ctx(), deal.instant("stage_since"), limit)))
                .collect();
            tx.keep("opportunity", "stage_due_on", &due)?;
        }
        Ok(())
    }
}

/// The pipelines among these that open opportunities follow, with how many.
fn used(tx: &mut Tx<'_>, pipelines: &BTreeSet<RecordId>) -> Result<BTreeMap<RecordId, i64>> {
    let mut used = BTreeMap::new();
    for pipeline in pipelines {
        let n =
            tx.count("opportunity", &Expr::eq("status", "developing").and(Expr::eq("pipeline", *pipeline)))?;
        if n > 0 {
            used.insert(*pipeline, n);
        }
    }
    Ok(used)
}
