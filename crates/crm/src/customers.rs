//! Customers: whom one does business with, the people there, and every dealing with them.

mod activity;
mod customer;
pub mod kin;
mod relation;

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
        .verb("customer", MERGE, merge)
        .verb("customer", UNMERGE, unmerge)
        .rule("customer", customer::Kept)
        .rule("customer", relation::Kin)
        .rule("order", customer::Buying)
        .object(include_str!("customers/relation.toml"))
        .rule("relation", relation::Directed)
        .object(include_str!("customers/contact.toml"))
        .verb("contact", MERGE, merge)
        .verb("contact", UNMERGE, unmerge)
        .object(include_str!("customers/activity.toml"))
        .rule("activity", activity::About)
        .rule("activity", activity::NextContact);
}
