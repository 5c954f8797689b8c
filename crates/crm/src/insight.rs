//! Insight: who is about to leave, how everybody stands against their targets, and the reports.

mod churn;
mod grades;
pub mod performance;
pub mod problems;
mod reports;
mod sales_target;
mod standing;
mod target_list;
mod wallet;

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
        .object(include_str!("insight/wallet.toml"))
        .rule("wallet", wallet::Share)
        .rule("order", wallet::Ordered)
        .rule("order_line", wallet::Ordered)
        .object(include_str!("insight/sales_target.toml"))
        .rule("sales_target", sales_target::Sound)
        .verb("sales_target", "spread", sales_target::spread)
        .object(include_str!("insight/target_list.toml"))
        .rule("target_list", target_list::Askable)
        .verb("target_list", "build", target_list::build)
        .verb("customer", "add_to_list", target_list::add)
        .object(include_str!("insight/target_member.toml"))
        .rule("target_member", target_list::Once)
        .rule("customer", standing::Standing)
        .rule("activity", standing::Visiting)
        .job(grades::REVIEW)
        .job(standing::LIFE);
    reports::declare(domain);
}
