//! Office: tasks, appointments and what is to be done today.

mod appointment;
pub mod ics;
mod participant;
mod quick_phrase;
mod task;
pub mod todo;

pub use appointment::{Clash, clashes};

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("office/task.toml"))
        .rule("task", task::Done)
        .object(include_str!("office/appointment.toml"))
        .rule("appointment", appointment::Times)
        .rule("appointment", appointment::Series)
        .rule("appointment", participant::Moved)
        .verb("appointment", "check_in", appointment::check_in)
        .verb("appointment", "cancel", appointment::cancel)
        .job(appointment::REMIND)
        .object(include_str!("office/participant.toml"))
        .rule("participant", participant::Invited)
        .verb("participant", "accept", participant::accept)
        .verb("participant", "decline", participant::decline)
        .object(include_str!("office/quick_phrase.toml"))
        .rule("quick_phrase", quick_phrase::Published);
}
