//! Office: tasks, appointments and what is to be done today.

mod task;
pub mod todo;

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain
        .object(include_str!("office/task.toml"))
        .rule("task", task::Done)
        .object(include_str!("office/appointment.toml"));
}
