#![doc = include_str!("../README.md")]

pub mod admin;
pub mod customers;
mod declare;
pub mod demo;
pub mod insight;
pub mod office;
pub mod sales;
pub mod service;
pub mod sets;

pub use declare::{dictionary, object, role};

use guanxi_gate::Domain;
use guanxi_model::phrases::Phrases;

/// Everything the business declares: the list of areas is the table of contents.
pub fn domain() -> Domain {
    let mut domain = Domain { phrases: phrases(), ..Domain::default() };
    customers::declare(&mut domain);
    sales::declare(&mut domain);
    service::declare(&mut domain);
    insight::declare(&mut domain);
    office::declare(&mut domain);
    admin::declare(&mut domain);
    declare::offer_choices(&mut domain);
    declare::offer_declared(&mut domain);
    domain
}

/// The sentences of rules, verbs, notices, to-dos and reports.
pub fn phrases() -> Phrases {
    Phrases::from_toml(include_str!("../phrases/zh.toml"), include_str!("../phrases/en.toml"))
}
