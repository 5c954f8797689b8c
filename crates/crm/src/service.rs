//! Service: what customers ask, complain about and suggest, and the knowledge base that answers them.

pub mod article;
mod fitting;
mod service_request;

pub use fitting::{Fitting, fitting};

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("service/service_request.toml"))
        .verb("service_request", "assign", service_request::assign)
        .verb("service_request", "handle", service_request::handle)
        .verb("service_request", "feedback", service_request::feedback)
        .verb("service_request", "cite", service_request::cite)
        .rule("service_request", service_request::Steps)
        .object(include_str!("service/article.toml"))
        .verb("article", "submit", article::submit)
        .verb("article", "publish", article::publish)
        .verb("article", "send_back", article::send_back)
        .verb("article", "revise", article::revise)
        .verb("article", "retire", article::retire)
        .verb("article", "useful", article::useful)
        .verb("article", "useless", article::useless)
        .rule("article", article::Reviewed)
        .object(include_str!("service/article_reader.toml"))
        .object(include_str!("service/article_edition.toml"))
        .job(article::REMIND);
}
