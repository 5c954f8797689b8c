//! Service: what customers ask, complain about and suggest.

mod service_request;

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("service/service_request.toml"))
        .verb("service_request", "assign", service_request::assign)
        .verb("service_request", "handle", service_request::handle)
        .verb("service_request", "feedback", service_request::feedback)
        .rule("service_request", service_request::Steps);
}
