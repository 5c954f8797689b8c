//! Insight: who is about to leave, and the reports.

mod churn;
mod grades;
mod reports;
mod standing;

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("insight/churn_warning.toml"))
        .verb("churn_warning", "defer", churn::defer)
        .verb("churn_warning", "confirm", churn::confirm)
        .rule("order", churn::WonBack)
        .object(include_str!("insight/churn_measure.toml"))
        .rule("churn_measure", churn::AppendOnly)
        .job(churn::WARN)
        .object(include_str!("insight/treatment.toml"))
        .rule("treatment", grades::InOrder)
        .object(include_str!("insight/grade_change.toml"))
        .object(include_str!("insight/life_change.toml"))
        .verb("customer", "fix_grade", grades::fix)
        .verb("customer", "free_grade", grades::free)
        .rule("customer", standing::Standing)
        .rule("order", standing::Ordering)
        .rule("activity", standing::Visiting)
        .job(grades::REVIEW)
        .job(standing::LIFE);
    reports::declare(domain);
}
