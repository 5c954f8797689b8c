//! Insight: who is about to leave, and the reports.

mod churn;
mod reports;

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
        .job(churn::WARN);
    reports::declare(domain);
}
