//! Customers: whom one does business with, the people there, and every dealing with them.

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("customers/customer.toml"))
        .object(include_str!("customers/contact.toml"))
        .object(include_str!("customers/activity.toml"));
}
