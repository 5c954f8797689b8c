//! The business, end to end below the pages: verbs, rules, jobs and reports through the door, on both engines.

mod activities;
mod churn;
mod conformance;
mod customers;
mod opportunities;
mod orders;
mod people;
mod real_orders;
mod reports;
mod roles;
mod service;
mod todos;
mod world;
