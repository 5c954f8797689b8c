//! Sales: from the first hint of a deal to the order.

mod amounts;
pub mod lead;
mod opportunity;
mod order_line;
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
        .rule("opportunity", opportunity::LifeCycle)
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
