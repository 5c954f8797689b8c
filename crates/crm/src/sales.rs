//! Sales: from the first hint of a deal to the order, and from the contract to the cash.

mod amounts;
mod competitor;
mod contract;
mod deal_alert;
mod invoice;
pub mod lead;
mod lines;
pub mod next_step;
mod opportunity;
mod payment;
mod payment_plan;
mod pipeline;
mod plan_item;
mod quote;
mod review;
mod sales_return;

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
        .rule("order", lines::Totals(lines::ORDER))
        .rule("order", contract::SameCustomer)
        .object(include_str!("sales/order_line.toml"))
        .rule("order_line", sales_return::Returned)
        .rule("order_line", lines::Lines(lines::ORDER))
        .object(include_str!("sales/sales_return.toml"))
        .verb("sales_return", "accept", sales_return::accept)
        .verb("sales_return", "refuse", sales_return::refuse)
        .verb("sales_return", "take_back", sales_return::take_back)
        .rule("sales_return", sales_return::Sold);
    contract_to_cash(domain);
}

fn contract_to_cash(domain: &mut Domain) {
    domain
        .object(include_str!("sales/quote.toml"))
        .verb("quote", "send", quote::send)
        .verb("quote", "sign", quote::sign)
        .verb("quote", "decline", quote::decline)
        .rule("quote", quote::Answered)
        .rule("quote", lines::Totals(lines::QUOTE))
        .object(include_str!("sales/quote_line.toml"))
        .rule("quote_line", quote::AnsweredLines)
        .rule("quote_line", lines::Lines(lines::QUOTE))
        .object(include_str!("sales/contract.toml"))
        .verb("contract", "submit", contract::submit)
        .verb("contract", "approve", contract::approve)
        .verb("contract", "reject", review::reject)
        .verb("contract", "withdraw", review::withdraw)
        .verb("contract", "change", contract::change)
        .verb("contract", "void", contract::void)
        .rule("contract", contract::LifeCycle)
        .rule("contract", lines::Totals(lines::CONTRACT))
        .rule("contract", contract::Standing)
        .rule("customer", contract::OfCustomer)
        .job(contract::REMIND)
        .object(include_str!("sales/contract_line.toml"))
        .rule("contract_line", contract::Open)
        .rule("contract_line", lines::Lines(lines::CONTRACT))
        .object(include_str!("sales/payment_plan.toml"))
        .verb("payment_plan", "void", payment_plan::void)
        .rule("payment_plan", payment_plan::Parts)
        .job(payment_plan::OVERDUE)
        .job(payment_plan::REMIND)
        .object(include_str!("sales/payment.toml"))
        .verb("payment", "submit", review::hand_in)
        .verb("payment", "approve", review::pass)
        .verb("payment", "reject", review::reject)
        .verb("payment", "withdraw", review::withdraw)
        .verb("payment", "reverse", payment::reverse)
        .rule("payment", payment::Within)
        .object(include_str!("sales/invoice_title.toml"))
        .object(include_str!("sales/invoice.toml"))
        .verb("invoice", "submit", review::hand_in)
        .verb("invoice", "approve", review::pass)
        .verb("invoice", "reject", review::reject)
        .verb("invoice", "withdraw", review::withdraw)
        .verb("invoice", "issue", invoice::issue)
        .verb("invoice", "mail", invoice::mail)
        .verb("invoice", "void", invoice::void)
        .rule("invoice", invoice::Within);
}
