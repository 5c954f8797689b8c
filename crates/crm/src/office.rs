//! Office: tasks, appointments and what is to be done today.

use crate::declare::Declare;
use guanxi_gate::Domain;

pub(crate) fn declare(domain: &mut Domain) {
    domain.object(include_str!("office/task.toml")).object(include_str!("office/appointment.toml"));
}
