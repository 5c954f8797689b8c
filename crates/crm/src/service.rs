//! Service: what customers ask, complain about and suggest.

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain.object(include_str!("service/service_request.toml"));
}
