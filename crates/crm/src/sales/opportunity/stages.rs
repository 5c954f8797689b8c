//! Stages inside the development of an opportunity: which pipeline it follows, what a stage asks for, the ways
//! back, and the history of its stays.

use crate::sales::pipeline::{Courses, due};
use guanxi_gate::{Change, Channel, Draft, Error, Record, Result, Rule, Saved, Tx, date_of};
use guanxi_model::{Issue, Message, RecordId, Value};
use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::HashMap;

/// Moves opportunities through their stages.
pub(crate) struct Stages;

impl Rule for Stages {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let mut courses = Courses::default();
        for change in changes {
            conclude(tx, change);
            if change.value("status").as_text() == Some("developing") {
                proceed(tx, &mut courses, change)?;
            }
        }
        Ok(())
    }

    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        record(tx, saved)
    }
}

/// How it ended, which putting it away does not change.
fn conclude(tx: &Tx<'_>, change: &mut Change) {
    let status = change.value("status").as_text().unwrap_or_default().to_owned();
    if !change.changes("status") && change.before.is_some() {
        return;
    }
    match status.as_str() {
        "won" | "lost" | "invalid" => {
            change.set("outcome", status.as_str());
            let days = (status == "won").then(|| cycle(tx, change)).flatten();
            change.set("cycle_days", days);
        }
        "archived" => {}
        _ => {
            change.set("outcome", Value::Null);
            change.set("cycle_days", Value::Null);
        }
    }
}

/// Calendar days from the day it was noted to the day it was won.
fn cycle(tx: &Tx<'_>, change: &Change) -> Option<i64> {
    let ctx = tx.ctx();
    let noted = change.value("created_at").as_instant().unwrap_or(ctx.now);
    let won = change.value("closed_at").as_instant().unwrap_or(ctx.now);
    let days = date_of(noted, &ctx.zone).until(date_of(won, &ctx.zone)).ok()?.get_days();
    Some(i64::from(days.max(0)))
}

/// Chooses the pipeline and the first stage of one that begins, and checks a move.
fn proceed(tx: &mut Tx<'_>, courses: &mut Courses, change: &mut Change) -> Result<()> {
    let begins = change.before.is_none() || change.changes("status");
    if begins && change.value("pipeline").is_null() {
        let department = change.value("department").as_ref();
        if let Some(pipeline) = courses.choose(tx, department)? {
            change.set("pipeline", pipeline);
        }
    }
    let course = courses.of(tx, change.value("pipeline").as_ref())?;
    let Some(first) = course.stops.first().map(|stop| stop.stage.clone()) else {
        change.refuse("pipeline", Message::new("pipeline.no_stages"));
        return Ok(());
    };
    let switched = change.changes("pipeline");
    if switched && !course.enabled && !change.by_program {
        change.refuse("pipeline", Message::new("pipeline.disabled"));
    }
    let stage = change.value("stage").as_text().unwrap_or_default().to_owned();
    // Another pipeline has other stages: what it does not know begins at its beginning.
    let lost_its_place = switched && !change.changes("stage") && course.place(&stage).is_none();
    if stage.is_empty() || lost_its_place {
        change.set("stage", first.as_str());
    }
    let moved = change.changes("stage");
    if !moved && !switched {
        return Ok(());
    }
    let stage = change.value("stage").as_text().unwrap_or_default().to_owned();
    let Some(to) = course.place(&stage) else {
        if moved {
            change.refuse("stage", Message::new("opportunity.stage_of_another_pipeline"));
        }
        return Ok(());
    };
    if let Some(stop) = course.stop(&stage).filter(|_| !change.changes("probability")) {
        change.set("probability", stop.rate);
    }
    if change.by_program || tx.ctx().channel == Channel::Import {
        return Ok(());
    }
    let from = change.before.as_ref().and_then(|before| course.place(before.text("stage")));
    let from = from.filter(|_| !switched);
    if from.is_some_and(|from| to < from) && !course.back_while_open {
        change.refuse("stage", Message::new("opportunity.no_way_back"));
        return Ok(());
    }
    let missing = missing(course.gates(from, to), change);
    ask(change, missing);
    Ok(())
}

/// The fields among these that are still empty; a count of nothing is empty too.
fn missing(fields: Vec<&str>, change: &Change) -> Vec<String> {
    let empty = |field: &&str| match change.value(field) {
        Value::Null => true,
        Value::Decimal(number) => {
            let counted = change.object.field(field).is_some_and(guanxi_model::Field::is_computed);
            counted && number.is_zero()
        }
        Value::Text(text) => text.trim().is_empty(),
        Value::List(items) => items.is_empty(),
        _ => false,
    };
    fields.into_iter().filter(empty).map(str::to_owned).collect()
}

/// Asks for everything that is missing at once, each beside its field.
fn ask(change: &mut Change, missing: Vec<String>) {
    for name in missing {
        if let Some(issue) = gate_issue(&change.object, &name) {
            change.draft.issues.push(issue);
        }
    }
}

fn gate_issue(object: &guanxi_model::Object, name: &str) -> Option<Issue> {
    let field = object.field(name)?;
    let key = if field.is_computed() { "opportunity.gate_count" } else { "opportunity.gate" };
    Some(Issue::field(name, "gate", Message::new(key).with_label("label", &field.label)))
}

/// Winning passes the stages that are left, so what they ask for is asked for here.
pub(super) fn pass_all(tx: &mut Tx<'_>, opportunity: &Record, given: &Draft) -> Result<()> {
    // History is written down as it was.
    if tx.ctx().channel == Channel::Import {
        return Ok(());
    }
    let mut courses = Courses::default();
    let course = courses.of(tx, opportunity.reference("pipeline"))?;
    let from = course.place(opportunity.text("stage"));
    let change = Change {
        object: opportunity.object.clone(),
        before: Some(opportunity.clone()),
        draft: given.clone(),
        by_program: false,
    };
    let missing = missing(course.gates(from, course.stops.len().saturating_sub(1)), &change);
    let issues: Vec<Issue> = missing.iter().filter_map(|name| gate_issue(&change.object, name)).collect();
    if issues.is_empty() { Ok(()) } else { Err(Error::Invalid(issues)) }
}

/// Whether the pipeline of an opportunity that has ended lets it go on.
pub(super) fn may_reopen(tx: &mut Tx<'_>, opportunity: &Record) -> Result<bool> {
    Ok(Courses::default().of(tx, opportunity.reference("pipeline"))?.back_after_end)
}

/// What the stage of an opportunity says about its chance.
pub(super) fn rate_of(tx: &mut Tx<'_>, opportunity: &Record) -> Result<Option<Decimal>> {
    let mut courses = Courses::default();
    let course = courses.of(tx, opportunity.reference("pipeline"))?;
    Ok(course.stop(opportunity.text("stage")).map(|stop| stop.rate))
}

/// Where an opportunity stands: its pipeline and stage, while it is developed.
fn place(opportunity: &Record) -> Option<(Option<RecordId>, &str)> {
    let stage = opportunity.text("stage");
    let stands = opportunity.text("status") == "developing" && !stage.is_empty();
    stands.then(|| (opportunity.reference("pipeline"), stage))
}

/// Writes the history: the stay that ends, the one that begins, and what follows for the opportunity.
fn record(tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
    let moved: Vec<&Saved> =
        saved.iter().filter(|saved| saved.before.as_ref().and_then(place) != place(&saved.after)).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let now = tx.ctx().now;
    let by = super::acting(tx.ctx());
    leave(tx, &moved, now)?;
    let mut courses = Courses::default();
    let mut stays = Vec::new();
    let (mut since, mut until, mut furthest) = (Vec::new(), Vec::new(), Vec::new());
    for saved in moved {
        let id = saved.after.id;
        let Some((pipeline, stage)) = place(&saved.after) else {
            since.push((id, Value::Null));
            until.push((id, Value::Null));
            continue;
        };
        let course = courses.of(tx, pipeline)?;
        let at = course.place(stage);
        let before = saved.before.as_ref().and_then(place);
        let back = before.is_some_and(|(was, stage)| was == pipeline && course.place(stage) > at);
        let limit = course.stop(stage).and_then(|stop| stop.limit);
        let been = saved.after.text("furthest_stage");
        if been.is_empty() || course.place(been) < at {
            furthest.push((id, Value::from(stage)));
        }
        since.push((id, Value::Instant(now)));
        until.push((id, due(tx.ctx(), Some(now), limit)));
        stays.push(
            Draft::new()
                .set("name", saved.after.title())
                .set("opportunity", id)
                .set("owner", saved.after.get("owner").clone())
                .set("department", saved.after.get("department").clone())
                .set("pipeline", pipeline)
                .set("stage", stage)
                .set("back", back)
                .set("entered_at", now)
                .set("entered_by", by.clone()),
        );
    }
    tx.create_many("stage_stay", stays)?;
    // These follow from the history that was just written, so neither version nor log tells of them again.
    tx.keep("opportunity", "stage_since", &since)?;
    tx.keep("opportunity", "stage_due_on", &until)?;
    tx.keep("opportunity", "furthest_stage", &furthest)
}

/// Ends the stays that were open.
fn leave(tx: &mut Tx<'_>, moved: &[&Saved], now: Timestamp) -> Result<()> {
    let known: Vec<RecordId> =
        moved.iter().filter(|saved| saved.before.is_some()).map(|saved| saved.after.id).collect();
    let open: HashMap<RecordId, Record> = tx
        .referring("stage_stay", "opportunity", &known)?
        .into_iter()
        .filter(|stay| stay.get("left_at").is_null())
        .map(|stay| (stay.id, stay))
        .collect();
    let ended = open
        .into_values()
        .map(|stay| {
            let days = stay.instant("entered_at").map(|entered| days_between(entered, now));
            let draft = Draft::new().set("left_at", now).set("days", days);
            (stay, draft)
        })
        .collect();
    tx.update_many(ended).map(drop)
}

/// Days between two moments, to a tenth.
fn days_between(from: Timestamp, to: Timestamp) -> Decimal {
    let seconds = (to.as_second() - from.as_second()).max(0);
    (Decimal::from(seconds) / Decimal::from(86_400))
        .round_dp_with_strategy(1, RoundingStrategy::MidpointAwayFromZero)
}
