//! Where a customer stands, kept up to date in the transaction of whatever moves it: its stage of the life
//! cycle, its classes, its treatment and the day of the next visit. Every move of grade and stage is written
//! down.

use super::grades;
use guanxi_gate::{
    Change, Ctx, Draft, Gate, JobDef, Record, Result, Rule, Saved, Schedule, Tx, Visible, date_of,
};
use guanxi_model::{RecordId, Value, expr::Expr};
use jiff::{Timestamp, ToSpan, civil::Date};
use std::collections::BTreeMap;

/// The job that moves customers whose stage changes by nothing but time.
pub(crate) const LIFE: JobDef =
    JobDef { name: "life.review", schedule: Schedule::Nightly { hour: 3 }, run: review_lives };

const BATCH: usize = 1000;

/// What makes a customer mature, and what makes it decline.
#[derive(Debug, Clone, Copy)]
struct Ages {
    decline_months: i32,
    mature_orders: i64,
    mature_months: i32,
}

fn ages(tx: &mut Tx<'_>) -> Result<Ages> {
    let mut number = |key: &str, usual: i32| -> Result<i32> {
        let text = tx.setting(key)?;
        Ok(text.and_then(|text| text.trim().parse().ok()).filter(|n| *n > 0).unwrap_or(usual))
    };
    Ok(Ages {
        decline_months: number("life.decline_months", 4)?,
        mature_orders: i64::from(number("life.mature_orders", 6)?),
        mature_months: number("life.mature_months", 12)?,
    })
}

/// What is known of a customer's orders.
struct Facts {
    lost: bool,
    orders: i64,
    first: Option<Date>,
    last: Option<Date>,
}

impl Facts {
    fn of<'a>(get: impl Fn(&str) -> &'a Value) -> Facts {
        Facts {
            lost: get("status").as_text() == Some("lost"),
            orders: get("order_count").as_decimal().and_then(|n| i64::try_from(n).ok()).unwrap_or(0),
            first: get("first_order_on").as_date(),
            last: get("last_order_on").as_date(),
        }
    }

    /// The stage, and why.
    fn stage(&self, ages: Ages, today: Date) -> (&'static str, &'static str) {
        let before = |date: Option<Date>, months: i32| {
            let limit = today.checked_sub(months.months()).unwrap_or(today);
            date.is_some_and(|date| date < limit)
        };
        if self.lost {
            ("lost", "confirmed")
        } else if self.orders == 0 {
            ("acquired", "no_order")
        } else if before(self.last, ages.decline_months) {
            ("declining", "silent")
        } else if self.orders >= ages.mature_orders && before(self.first, ages.mature_months) {
            ("mature", "steady")
        } else if self.orders > 1 {
            ("growing", "repeat")
        } else {
            ("acquired", "first_order")
        }
    }
}

fn state(stage: &str) -> &'static str {
    match stage {
        "growing" => "regular",
        "mature" => "loyal",
        "declining" => "fading",
        "lost" => "lost",
        _ => "new",
    }
}

/// The draft that moves a customer to its stage, when it is not there yet.
fn moved<'a>(ages: Ages, today: Date, get: impl Fn(&str) -> &'a Value) -> Option<Draft> {
    let (stage, cause) = Facts::of(&get).stage(ages, today);
    let text = |field: &str| get(field).as_text();
    if text("life_stage") == Some(stage) && text("life_cause") == Some(cause) {
        return None;
    }
    let mut draft = Draft::new().set("life_cause", cause);
    if text("life_stage") != Some(stage) {
        draft = draft.set("life_stage", stage).set("life_since", today).set("state_class", state(stage));
    }
    Some(draft)
}

/// Keeps what follows from a customer's own fields, and writes down its moves.
pub(crate) struct Standing;

impl Rule for Standing {
    fn before(&self, tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        let today = tx.ctx().today;
        let lives = changes.iter().any(|change| change.before.is_none() || change.changes("status"));
        let ages = if lives { Some(ages(tx)?) } else { None };
        for change in changes.iter_mut() {
            let new = change.before.is_none();
            if let Some(ages) = ages.filter(|_| new || change.changes("status"))
                && let Some(draft) = moved(ages, today, |field| change.value(field))
            {
                draft.values.into_iter().for_each(|(field, value)| change.set(&field, value));
            }
            if new || change.changes("value_grade") || change.changes("individuality") {
                let worthy = matches!(change.value("value_grade").as_text(), Some("a" | "b"));
                let mode = match (worthy, change.value("individuality").as_text()) {
                    (_, None) => None,
                    (true, Some("high")) => Some("custom"),
                    (true, Some(_)) => Some("frequency"),
                    (false, Some("high")) => Some("none"),
                    (false, Some(_)) => Some("mass"),
                };
                change.set("marketing_mode", mode);
            }
            if change.value("relation_class").is_null() {
                let class = match (change.value("customer_type").as_text(), change.value("kind").as_text()) {
                    (Some("distributor" | "partner"), _) => "channel",
                    (_, Some("person")) => "consumer",
                    _ => "enterprise",
                };
                change.set("relation_class", class);
            }
        }
        treat(tx, changes)
    }

    fn after(&self, tx: &mut Tx<'_>, customers: &[Saved]) -> Result<()> {
        let today = tx.ctx().today;
        let by_hand = |customer: &Saved| {
            let fixed = |record: &Record| !record.get("grade_fixed").is_null();
            match (customer.before.as_ref().is_some_and(fixed), fixed(&customer.after)) {
                (_, true) => "hand",
                (true, false) => "ended",
                (false, false) => "rule",
            }
        };
        let log = |customer: &Saved, field: &str| {
            let before = customer.before.as_ref().map(|before| before.get(field).clone());
            Draft::new()
                .set("customer", customer.after.id)
                .set("changed_on", today)
                .set("before", before.unwrap_or_default())
                .set("after", customer.after.get(field).clone())
                .set("owner", customer.after.get("owner").clone())
        };
        let known: Vec<&Saved> = customers.iter().filter(|customer| customer.before.is_some()).collect();
        let grades = known.iter().filter(|customer| customer.changed("value_grade")).map(|customer| {
            log(customer, "value_grade")
                .set("cause", by_hand(customer))
                .set("basis", customer.after.get("grade_basis").clone())
                .set("reason", customer.after.get("grade_reason").clone())
        });
        tx.create_many("grade_change", grades.collect())?;
        let lives = known.iter().filter(|customer| customer.changed("life_stage")).map(|customer| {
            log(customer, "life_stage").set("cause", customer.after.get("life_cause").clone())
        });
        tx.create_many("life_change", lives.collect())?;
        Ok(())
    }

    /// An order may move its customer on.
    fn facts(&self, tx: &mut Tx<'_>, because_of: &str, customers: &[RecordId]) -> Result<()> {
        if because_of == "order" { place(tx, customers) } else { Ok(()) }
    }
}

/// The treatment follows the grade, and the day of the next visit follows both.
fn treat(tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
    if !changes.iter().any(|change| change.changes("value_grade")) {
        return Ok(());
    }
    let treatments: BTreeMap<String, Record> = tx
        .find("treatment", &Expr::Bool(true), None)?
        .into_iter()
        .map(|treatment| (treatment.text("grade").to_owned(), treatment))
        .collect();
    let zone = tx.ctx().zone.clone();
    let now = tx.ctx().now;
    for change in changes.iter_mut().filter(|change| change.changes("value_grade")) {
        let treatment = change.value("value_grade").as_text().and_then(|grade| treatments.get(grade));
        let contact = [change.value("last_contact_at"), change.value("created_at")]
            .into_iter()
            .find_map(Value::as_instant);
        let due = treatment.and_then(|t| visit(t, contact.unwrap_or(now), &zone));
        let id = treatment.map(|treatment| treatment.id);
        change.set("treatment", id);
        change.set("visit_due_on", due);
    }
    Ok(())
}

fn visit(treatment: &Record, contact: Timestamp, zone: &jiff::tz::TimeZone) -> Option<Date> {
    let days = treatment.decimal("visit_days").and_then(|n| i64::try_from(n).ok())?;
    date_of(contact, zone).checked_add(days.days()).ok()
}

fn place(tx: &mut Tx<'_>, customers: &[RecordId]) -> Result<()> {
    let (ages, today) = (ages(tx)?, tx.ctx().today);
    let changes: Vec<(Record, Draft)> = tx
        .get_many("customer", customers)?
        .into_iter()
        .filter_map(|customer| {
            let draft = moved(ages, today, |field| customer.get(field))?;
            Some((customer, draft))
        })
        .collect();
    tx.update_many(changes).map(drop)
}

/// A contact puts off the next visit.
pub(crate) struct Visiting;

impl Rule for Visiting {
    fn after(&self, tx: &mut Tx<'_>, activities: &[Saved]) -> Result<()> {
        let mut ids: Vec<RecordId> =
            activities.iter().filter_map(|activity| activity.after.reference("customer")).collect();
        ids.sort_unstable();
        ids.dedup();
        let customers = tx.get_many("customer", &ids)?;
        let mut wanted: Vec<RecordId> = customers.iter().filter_map(|c| c.reference("treatment")).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let treatments: BTreeMap<RecordId, Record> =
            tx.get_many("treatment", &wanted)?.into_iter().map(|t| (t.id, t)).collect();
        let zone = tx.ctx().zone.clone();
        let changes: Vec<(Record, Draft)> = customers
            .into_iter()
            .filter_map(|customer| {
                let treatment = treatments.get(&customer.reference("treatment")?)?;
                let due = visit(treatment, customer.instant("last_contact_at")?, &zone);
                (due != customer.date("visit_due_on"))
                    .then(|| (customer, Draft::new().set("visit_due_on", due)))
            })
            .collect();
        tx.update_many(changes).map(drop)
    }
}

/// Time alone makes customers mature and decline.
fn review_lives(gate: &Gate, ctx: &Ctx, as_of: Date) -> Result<Vec<(&'static str, i64)>> {
    let ages = gate.read(ctx, ages)?;
    let fields = ["status", "order_count", "first_order_on", "last_order_on", "life_stage", "life_cause"];
    let mut due: Vec<RecordId> = Vec::new();
    grades::walk(gate, ctx, &fields, |rows| {
        let late = |row: &&Visible| moved(ages, as_of, |field| row.get(field)).is_some();
        due.extend(rows.iter().filter(late).map(|row| row.id));
        Ok(())
    })?;
    for batch in due.chunks(BATCH) {
        let batch = batch.to_vec();
        gate.write(ctx, move |tx| place(tx, &batch))?;
    }
    Ok(vec![("moved", i64::try_from(due.len()).unwrap_or(i64::MAX))])
}
