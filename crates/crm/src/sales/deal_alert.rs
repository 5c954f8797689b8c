//! Large deals: when the amount of an open opportunity passes a threshold from below, somebody above is told.
//! Passing is what counts, so a change that stays above tells nobody a second time.

use super::opportunity::OPEN;
use guanxi_gate::{Channel, Departments, Record, Result, Rule, Saved, Tx, words::money};
use guanxi_model::{Message, RecordId, Value, expr::Expr};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Tells of large deals.
pub(crate) struct Large;

impl Rule for Large {
    fn after(&self, tx: &mut Tx<'_>, saved: &[Saved]) -> Result<()> {
        // History that is imported is no news.
        if tx.ctx().channel == Channel::Import {
            return Ok(());
        }
        let grown: Vec<(&Record, Decimal, Decimal)> = saved
            .iter()
            .filter(|saved| OPEN.contains(&saved.after.text("status")))
            .filter_map(|saved| {
                let amount = |record: &Record| record.decimal("amount").unwrap_or_default();
                let before = saved.before.as_ref().map(amount).unwrap_or_default();
                let now = amount(&saved.after);
                (now > before).then_some((&saved.after, before, now))
            })
            .collect();
        if grown.is_empty() {
            return Ok(());
        }
        let alerts = tx.find("deal_alert", &Expr::eq("enabled", true), None)?;
        if alerts.is_empty() {
            return Ok(());
        }
        let departments = tx.departments()?;
        for (deal, before, now) in grown {
            // Who would hear of several thresholds at once hears of the largest.
            let mut told: BTreeMap<RecordId, Decimal> = BTreeMap::new();
            for alert in &alerts {
                let threshold = alert.decimal("threshold").unwrap_or(Decimal::MAX);
                let passes = before < threshold && threshold <= now;
                if passes && covers(&departments, alert, deal) {
                    for user in listeners(tx, alert, deal)? {
                        let largest = told.entry(user).or_insert(threshold);
                        *largest = threshold.max(*largest);
                    }
                }
            }
            for (user, threshold) in told {
                let message = Message::new("opportunity.notice.large")
                    .with("title", deal.title())
                    .with("amount", money(now))
                    .with("threshold", money(threshold));
                tx.notify(user, deal, message)?;
            }
        }
        Ok(())
    }
}

/// Whether an alert speaks of the department of a deal, or of one above it.
fn covers(departments: &Departments, alert: &Record, deal: &Record) -> bool {
    let Some(wanted) = alert.reference("for_department") else { return true };
    deal.reference("department").is_some_and(|department| departments.line(department).contains(&wanted))
}

/// The active users an alert tells.
fn listeners(tx: &mut Tx<'_>, alert: &Record, deal: &Record) -> Result<Vec<RecordId>> {
    let one =
        |tx: &mut Tx<'_>, object: &str, id: Option<RecordId>, field: &str| -> Result<Option<RecordId>> {
            let Some(id) = id else { return Ok(None) };
            Ok(tx.get_many(object, &[id])?.first().and_then(|record| record.reference(field)))
        };
    let named = match alert.text("tell") {
        "superior" => one(tx, "user", deal.owner(), "superior")?,
        "manager" => one(tx, "department", deal.reference("department"), "manager")?,
        _ => {
            let role = alert.text("role").to_owned();
            return Ok(tx.users_with_role(&role)?.iter().map(|user| user.id).collect());
        }
    };
    let Some(named) = named else { return Ok(Vec::new()) };
    let active = |user: &Record| user.get("active") != &Value::Bool(false);
    Ok(tx.get_many("user", &[named])?.iter().filter(|user| active(user)).map(|user| user.id).collect())
}
