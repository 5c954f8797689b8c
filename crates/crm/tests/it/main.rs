//! The business, end to end below the pages: verbs, rules, jobs and reports through the door, on both engines.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where it stopped")]

mod activities;
mod alliances;
mod calendar;
mod channels;
mod churn;
mod cleansing;
mod conformance;
mod customers;
mod duplicates;
mod endings;
mod grades;
mod handovers;
mod imports;
mod knowledge;
mod leads;
mod learned;
mod likeness;
mod merging;
mod opportunities;
mod orders;
mod people;
mod performance;
mod pools;
mod profile;
mod real_orders;
mod reports;
mod roles;
mod segments;
mod service;
mod team;
mod todos;
mod world;
