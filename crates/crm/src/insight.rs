//! Insight: who is about to leave, and the reports.

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("insight/churn_warning.toml"))
        .object(include_str!("insight/churn_measure.toml"));
}
