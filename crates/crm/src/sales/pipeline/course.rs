//! The course of an opportunity: the stages of its pipeline in order, or the shipped ones where it has none.

use guanxi_gate::{Ctx, Record, Result, Tx, date_of};
use guanxi_model::{
    RecordId, Value,
    expr::{Comparison, Expr},
};
use jiff::{Timestamp, ToSpan};
use rust_decimal::{Decimal, prelude::ToPrimitive as _};
use std::collections::{BTreeMap, HashMap, hash_map::Entry};

/// A shipped stage: its chance to win in percent, and the days it should take at most.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    pub stage: &'a str,
    pub rate: i64,
    pub limit: Option<i64>,
}

/// The stages of whoever has set up no pipeline.
pub(crate) const SHIPPED: [Step<'static>; 5] = [
    Step { stage: "contact", rate: 10, limit: Some(14) },
    Step { stage: "need", rate: 30, limit: Some(21) },
    Step { stage: "proposal", rate: 50, limit: Some(30) },
    Step { stage: "review", rate: 70, limit: Some(30) },
    Step { stage: "negotiation", rate: 90, limit: Some(30) },
];

/// One stage as rules need it.
#[derive(Debug, Clone)]
pub(crate) struct Stop {
    pub stage: String,
    pub rate: Decimal,
    pub limit: Option<i64>,
    /// Fields of the opportunity that must be filled before this stage is entered or passed.
    pub requires: Vec<String>,
}

/// The stages in order, and the ways back.
#[derive(Debug, Clone)]
pub(crate) struct Course {
    pub stops: Vec<Stop>,
    pub back_while_open: bool,
    pub back_after_end: bool,
    pub enabled: bool,
}

impl Course {
    /// Where a stage stands, from 0.
    pub fn place(&self, stage: &str) -> Option<usize> {
        self.stops.iter().position(|stop| stop.stage == stage)
    }

    /// A stage.
    pub fn stop(&self, stage: &str) -> Option<&Stop> {
        self.stops.iter().find(|stop| stop.stage == stage)
    }

    /// What must be filled to come from one place (none before the first) to another.
    pub fn gates(&self, from: Option<usize>, to: usize) -> Vec<&str> {
        let first = from.map_or(0, |from| from + 1);
        let passed = self.stops.iter().take(to + 1).skip(first);
        let mut fields: Vec<&str> = Vec::new();
        for field in passed.flat_map(|stop| &stop.requires) {
            if !fields.contains(&field.as_str()) {
                fields.push(field);
            }
        }
        fields
    }

    fn shipped() -> Course {
        let stop = |step: &Step<'_>| Stop {
            stage: step.stage.to_owned(),
            rate: Decimal::from(step.rate),
            limit: step.limit,
            requires: Vec::new(),
        };
        Course {
            stops: SHIPPED.iter().map(stop).collect(),
            back_while_open: true,
            back_after_end: false,
            enabled: true,
        }
    }
}

/// Courses by pipeline, each read once for a batch.
#[derive(Default)]
pub(crate) struct Courses {
    read: HashMap<Option<RecordId>, Course>,
    chosen: HashMap<Option<RecordId>, Option<RecordId>>,
}

impl Courses {
    /// The course of a pipeline.
    pub fn of(&mut self, tx: &mut Tx<'_>, pipeline: Option<RecordId>) -> Result<&Course> {
        match self.read.entry(pipeline) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let course = match pipeline {
                    Some(id) => read(tx, id)?.unwrap_or_else(Course::shipped),
                    None => Course::shipped(),
                };
                Ok(place.insert(course))
            }
        }
    }

    /// The pipeline that a department's opportunities follow: an enabled one of its own with stages, or of the
    /// nearest department above, or of the whole company; none where nobody set one up.
    pub fn choose(&mut self, tx: &mut Tx<'_>, department: Option<RecordId>) -> Result<Option<RecordId>> {
        if let Some(chosen) = self.chosen.get(&department) {
            return Ok(*chosen);
        }
        let offered =
            Expr::eq("enabled", true).and(Expr::compare("stage_count", Comparison::Greater, Decimal::ZERO));
        let pipelines = tx.find("pipeline", &offered, None)?;
        let mut best: BTreeMap<Option<RecordId>, (Decimal, RecordId)> = BTreeMap::new();
        for pipeline in &pipelines {
            let rank = (pipeline.decimal("position").unwrap_or(Decimal::MAX), pipeline.id);
            let of = best.entry(pipeline.reference("for_department")).or_insert(rank);
            *of = rank.min(*of);
        }
        let line = match department {
            Some(department) => tx.departments()?.line(department),
            None => Vec::new(),
        };
        let nearest = line.into_iter().map(Some).chain([None]).find_map(|of| best.get(&of));
        let chosen = nearest.map(|(_, pipeline)| *pipeline);
        self.chosen.insert(department, chosen);
        Ok(chosen)
    }
}

fn read(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<Course>> {
    let Some(pipeline) = tx.get_many("pipeline", &[id])?.pop() else { return Ok(None) };
    let mut stages = tx.referring("pipeline_stage", "pipeline", &[id])?;
    stages.sort_by_key(|stage| stage.decimal("position"));
    let stops = stages.iter().map(|stage| Stop {
        stage: stage.text("stage").to_owned(),
        rate: stage.decimal("rate").unwrap_or_default(),
        limit: days(stage),
        requires: stage.get("requires").as_list().to_vec(),
    });
    let yes = |field: &str| pipeline.get(field).as_bool().unwrap_or(false);
    Ok(Some(Course {
        stops: stops.collect(),
        back_while_open: yes("back_while_open"),
        back_after_end: yes("back_after_end"),
        enabled: yes("enabled"),
    }))
}

/// The limit of age of a stage.
pub(super) fn days(stage: &Record) -> Option<i64> {
    stage.decimal("limit_days").and_then(|days| days.to_i64())
}

/// The last day on which an opportunity is in good time in its stage. Calendar days count, in the account set's
/// zone.
pub(crate) fn due(ctx: &Ctx, since: Option<Timestamp>, limit: Option<i64>) -> Value {
    let due =
        since.zip(limit).and_then(|(since, limit)| date_of(since, &ctx.zone).checked_add(limit.days()).ok());
    due.map_or(Value::Null, Value::Date)
}
