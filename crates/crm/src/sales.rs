//! Sales: from the first hint of a deal to the order.

mod amounts;
mod competitor;
mod deal_alert;
pub mod lead;
pub mod next_step;
mod opportunity;
mod order_line;
mod pipeline;
mod plan_item;

use crate::declare::Declare;
use guanxi_gate::{
    Domain,
    merge::{MERGE, UNMERGE, merge, unmerge},
};

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("sales/lead.toml"))
        .verb("lead", "convert", lead::convert)
        .verb("lead", "assign", lead::assign)
        .verb("lead", "invalidate", lead::invalidate)
        .verb("lead", "reopen", lead::reopen)
        .verb("lead", MERGE, merge)
        .verb("lead", UNMERGE, unmerge)
        .rule("lead", lead::LifeCycle)
        .rule("lead", lead::Merging)
        .rule("activity", lead::FollowedUp)
        .job(lead::SCORE)
        .object(include_str!("sales/opportunity.toml"))
        .verb("opportunity", "assign", opportunity::assign)
        .verb("opportunity", "start", opportunity::start)
        .verb("opportunity", "win", opportunity::win)
        .verb("opportunity", "lose", opportunity::lose)
        .verb("opportunity", "invalidate", opportunity::invalidate)
        .verb("opportunity", "reopen", opportunity::reopen)
        .rule("opportunity", opportunity::LifeCycle)
        .rule("opportunity", opportunity::Stages)
        .rule("opportunity", competitor::Results)
        .object(include_str!("sales/competitor.toml"))
        .object(include_str!("sales/competitor_feature.toml"))
        .object(include_str!("sales/competitor_product.toml"))
        .object(include_str!("sales/competitor_customer.toml"))
        .object(include_str!("sales/deal_competitor.toml"))
        .rule("deal_competitor", competitor::InDeal)
        .object(include_str!("sales/deal_alert.toml"))
        .rule("opportunity", deal_alert::Large)
        .object(include_str!("sales/pipeline.toml"))
        .verb("pipeline", "copy", pipeline::copy)
        .rule("pipeline", pipeline::Pipelines)
        .object(include_str!("sales/pipeline_stage.toml"))
        .rule("pipeline_stage", pipeline::Stages)
        .object(include_str!("sales/stage_stay.toml"))
        .object(include_str!("sales/plan_item.toml"))
        .verb("plan_item", "record_result", plan_item::record_result)
        .rule("plan_item", plan_item::Assignee)
        .job(plan_item::REMIND)
        .object(include_str!("sales/product.toml"))
        .object(include_str!("sales/order.toml"))
        .rule("order", order_line::Totals)
        .object(include_str!("sales/order_line.toml"))
        .rule("order_line", order_line::Lines);
}
