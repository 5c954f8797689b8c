//! Customers: whom one does business with, the people there, and every dealing with them.

mod account_plan;
pub mod activity;
pub mod advice;
pub mod channel;
mod cleansing;
mod comment;
mod customer;
mod ending;
mod information_source;
pub mod kin;
mod learned;
pub mod mention;
pub mod pool;
mod promise;
mod relation;
mod remind;
mod steps;
mod style;
mod tag_group;

use crate::declare::Declare;
use guanxi_gate::{
    Domain,
    merge::{MERGE, UNMERGE, merge, unmerge},
};

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("customers/customer.toml"))
        .verb("customer", "lock", customer::lock)
        .verb("customer", "unlock", customer::unlock)
        .verb("customer", "propose_end", ending::propose)
        .verb("customer", "confirm_end", ending::confirm)
        .verb("customer", "reject_end", ending::reject)
        .verb("customer", "recover", ending::recover)
        .rule("customer", ending::Standing)
        .rule("order", ending::Watched)
        .rule("opportunity", ending::Watched)
        .verb("customer", MERGE, merge)
        .verb("customer", UNMERGE, unmerge)
        .verb("customer", "contacted", customer::contacted)
        .verb("customer", "claim", pool::claim)
        .verb("customer", "assign", pool::assign)
        .verb("customer", "release", pool::release)
        .rule("customer", customer::Kept)
        .rule("customer", relation::Kin)
        .object(include_str!("customers/tag_group.toml"))
        .rule("tag_group", tag_group::OneGroup)
        .rule("customer", tag_group::Exclusive)
        .rule("customer", customer::Buying)
        .object(include_str!("customers/relation.toml"))
        .rule("relation", relation::Directed)
        .rule("customer", pool::Ownership)
        .rule("order", pool::Dealings)
        .rule("opportunity", pool::Dealings)
        .object(include_str!("customers/information_source.toml"))
        .rule("information_source", information_source::Rhythm)
        .verb("information_source", "refresh", information_source::refresh)
        .verb("information_source", "stop", information_source::stop)
        .rule("customer", information_source::Usable)
        .job(information_source::REMIND)
        .rule("customer", cleansing::Flaws)
        .verb("customer", "verify", cleansing::verify)
        .verb("customer", "accept_flaw", cleansing::accept)
        .object(include_str!("customers/cleansing.toml"))
        .object(include_str!("customers/quality_month.toml"))
        .job(cleansing::REVIEW)
        .object(include_str!("customers/account_plan.toml"))
        .rule("account_plan", account_plan::Agreed)
        .verb("account_plan", "agree", account_plan::agree)
        .verb("account_plan", "revise", account_plan::revise)
        .verb("account_plan", "start", account_plan::start)
        .verb("account_plan", "close", account_plan::close)
        .object(include_str!("customers/account_action.toml"))
        .rule("account_action", account_plan::FREE)
        .rule("account_action", account_plan::InTeam)
        .verb("account_action", "finish", account_plan::finish)
        .verb("account_action", "drop", account_plan::drop_action)
        .object(include_str!("customers/account_measure.toml"))
        .rule("account_measure", account_plan::MEASURE)
        .rule("account_measure", account_plan::Attained)
        .verb("account_measure", "measure", account_plan::measure)
        .object(include_str!("customers/account_review.toml"))
        .rule("account_review", account_plan::FREE)
        .rule("account_review", account_plan::Reviewed)
        .object(include_str!("customers/account_member.toml"))
        .rule("account_member", account_plan::FREE)
        .rule("account_member", account_plan::Team)
        .job(account_plan::REMIND)
        .object(include_str!("customers/pool.toml"))
        .verb("pool", "claim", pool::claim_from)
        .verb("pool", "assign", pool::assign_from)
        .rule("pool", pool::Kept)
        .rule("pool", pool::Restated)
        .object(include_str!("customers/pool_member.toml"))
        .rule("pool_member", pool::Members)
        .rule("pool_member", pool::Restated)
        .object(include_str!("customers/pool_limit.toml"))
        .rule("pool_limit", pool::Limits)
        .rule("pool_limit", pool::Restated)
        .object(include_str!("customers/customer_quota.toml"))
        .rule("customer_quota", pool::Quotas)
        .object(include_str!("customers/owner_change.toml"))
        .rule("user", pool::Staff)
        .job(pool::RECYCLE)
        .job(pool::RESTATE)
        .object(include_str!("customers/contact.toml"))
        .verb("contact", MERGE, merge)
        .verb("contact", UNMERGE, unmerge)
        .rule("contact", pool::Contacts)
        .object(include_str!("customers/activity.toml"))
        .rule("activity", activity::About)
        .rule("activity", activity::Words("activity"))
        .rule("activity", activity::Traces)
        .rule("activity", comment::Told)
        .rule("activity", mention::Mentions)
        .object(include_str!("customers/comment.toml"))
        .rule("comment", activity::Words("comment"))
        .rule("comment", comment::Heard)
        .rule("comment", mention::Mentions)
        .rule("activity", pool::Dealings)
        .rule("activity", steps::Called)
        .rule("contact", style::Style)
        .object(include_str!("customers/call_preparation.toml"))
        .rule("call_preparation", steps::CALL)
        .object(include_str!("customers/objection.toml"))
        .rule("objection", steps::OBJECTION)
        .verb("objection", "resolve", steps::resolve)
        .verb("objection", "give_up", steps::give_up)
        .object(include_str!("customers/closing.toml"))
        .rule("closing", steps::CLOSING)
        .object(include_str!("customers/channel.toml"))
        .job(channel::PROVIDE)
        .object(include_str!("customers/preference.toml"))
        .rule("preference", learned::Newest)
        .object(include_str!("customers/promise.toml"))
        .rule("promise", promise::Ahead)
        .verb("promise", "keep", promise::keep)
        .verb("promise", "break_off", promise::break_off)
        .job(promise::REMIND);
}
