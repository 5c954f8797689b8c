//! A company to look at: forty colleagues, their customers and two years of business, ending now.
//!
//! Each part of the business writes down what happened, when and by whose hand; the script then plays it in
//! the order of time through the same pipeline that people's changes pass. So authors, numbers, totals,
//! timelines, warnings and messages are what two years of work would have left. The same seed and the same
//! clock tell the same story.

mod alliances;
mod bulk;
mod churn;
mod company;
mod competitors;
mod contracts;
mod customers;
mod days;
mod dice;
mod follow_ups;
mod goals;
mod knowledge;
mod leads;
mod learned;
mod office;
mod opportunities;
mod orders;
mod pipelines;
mod pools;
mod profile;
mod script;
mod services;
mod sources;
mod standing;
mod targets;
mod texts;
mod upkeep;
mod world;

#[cfg(test)]
mod tests;

pub use bulk::bulk;

use guanxi_gate::{Gate, Result};
use guanxi_model::Label;
use jiff::SignedDuration;
use world::World;

/// The password of everybody in the demonstration.
pub const PASSWORD: &str = "guanxi-demo";

/// What to make.
#[derive(Debug, Clone)]
pub struct DemoOptions {
    /// The same seed makes the same company.
    pub seed: u64,
    /// How many customers.
    pub customers: usize,
    /// About how many orders each of them placed.
    pub orders_per_customer: usize,
}

impl Default for DemoOptions {
    fn default() -> Self {
        DemoOptions { seed: 20_260_101, customers: 300, orders_per_customer: 8 }
    }
}

/// A log-in that is shown to everyone.
#[derive(Debug, Clone)]
pub struct Login {
    /// API name of the role.
    pub role: String,
    /// What people call the role.
    pub role_label: Label,
    /// Log-in name.
    pub login: String,
    /// Password.
    pub password: String,
    /// The colleague's name.
    pub name: String,
}

/// Fills an empty account set. Answers with one log-in for each ready role.
pub fn generate(gate: &Gate, options: &DemoOptions) -> Result<Vec<Login>> {
    let mut world = World::new(gate, options);
    let logins = company::found(&mut world)?;
    company::products(&mut world);
    customers::meet(&mut world);
    profile::relate(&mut world);
    orders::place(&mut world);
    contracts::sign(&mut world);
    follow_ups::keep_in_touch(&mut world);
    let pipelines = pipelines::set_up(&mut world)?;
    let competitors = competitors::watch(&mut world);
    opportunities::pursue(&mut world, pipelines, &competitors);
    knowledge::write(&mut world);
    services::serve(&mut world);
    office::arrange(&mut world);
    learned::learn(&mut world);
    leads::collect(&mut world);
    pools::open(&mut world);
    churn::warn(&mut world);
    churn::answer(&mut world);
    standing::review(&mut world);
    targets::aim(&mut world);
    alliances::ally(&mut world);
    upkeep::keep(&mut world);
    sources::register(&mut world);
    pools::recycle(&mut world);
    let people: Vec<_> = world.people.iter().map(|person| person.id).collect();
    // The last days' messages are still to be read.
    let read_until = world.days.now - SignedDuration::from_hours(7 * 24);
    let story = std::mem::take(&mut world.script);
    story.play(gate, &people, read_until)?;
    goals::set(&world)?;
    Ok(logins)
}
