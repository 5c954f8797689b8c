//! Sales: from the first hint of a deal to the order.

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("sales/opportunity.toml"))
        .object(include_str!("sales/plan_item.toml"))
        .object(include_str!("sales/product.toml"))
        .object(include_str!("sales/order.toml"))
        .object(include_str!("sales/order_line.toml"));
}
