//! Admin: colleagues, their departments and roles, and the dictionaries.

mod department;
pub mod exchange;
mod user;

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain.phrases = std::mem::take(&mut domain.phrases).and(exchange::phrases());
    domain
        .object(include_str!("admin/user.toml"))
        .rule("user", user::Account)
        .object(include_str!("admin/department.toml"))
        .rule("department", department::Tree)
        .role(include_str!("admin/roles/account_manager.toml"))
        .role(include_str!("admin/roles/sales_manager.toml"))
        .role(include_str!("admin/roles/service_agent.toml"))
        .role(include_str!("admin/roles/executive.toml"))
        .role(include_str!("admin/roles/admin.toml"))
        .dictionary(include_str!("admin/dictionaries/activity_type.toml"))
        .dictionary(include_str!("admin/dictionaries/article_category.toml"))
        .dictionary(include_str!("admin/dictionaries/churn_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/communication_kind.toml"))
        .dictionary(include_str!("admin/dictionaries/channel.toml"))
        .dictionary(include_str!("admin/dictionaries/customer_type.toml"))
        .dictionary(include_str!("admin/dictionaries/education.toml"))
        .dictionary(include_str!("admin/dictionaries/follow_up_status.toml"))
        .dictionary(include_str!("admin/dictionaries/gender.toml"))
        .dictionary(include_str!("admin/dictionaries/payment_method.toml"))
        .dictionary(include_str!("admin/dictionaries/return_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/ending_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/grade.toml"))
        .dictionary(include_str!("admin/dictionaries/income.toml"))
        .dictionary(include_str!("admin/dictionaries/industry.toml"))
        .dictionary(include_str!("admin/dictionaries/life_cause.toml"))
        .dictionary(include_str!("admin/dictionaries/life_stage.toml"))
        .dictionary(include_str!("admin/dictionaries/lead_invalid_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/opportunity_loss_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/opportunity_invalid_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/opportunity_stage.toml"))
        .dictionary(include_str!("admin/dictionaries/order_status.toml"))
        .dictionary(include_str!("admin/dictionaries/preference_topic.toml"))
        .dictionary(include_str!("admin/dictionaries/product_category.toml"))
        .dictionary(include_str!("admin/dictionaries/reception_type.toml"))
        .dictionary(include_str!("admin/dictionaries/relation_role.toml"))
        .dictionary(include_str!("admin/dictionaries/release_reason.toml"))
        .dictionary(include_str!("admin/dictionaries/source.toml"))
        .dictionary(include_str!("admin/dictionaries/unit.toml"))
        .dictionary(include_str!("admin/dictionaries/value_grade.toml"));
}
