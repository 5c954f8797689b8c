//! Office: tasks, appointments and what is to be done today.

mod appointment;
pub mod ics;
mod participant;
mod quick_phrase;
mod task;
pub mod team;
pub mod todo;
mod work_report;

pub use appointment::{Clash, clashes};
pub use work_report::todays_report;

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
        .object(include_str!("office/work_report.toml"))
        .rule("work_report", work_report::Filled)
        .verb("work_report", "submit", work_report::submit)
        .verb("work_report", "review", work_report::review)
        .verb("work_report", "reply", work_report::reply)
        .object(include_str!("office/quick_phrase.toml"))
        .rule("quick_phrase", quick_phrase::Published);
}
