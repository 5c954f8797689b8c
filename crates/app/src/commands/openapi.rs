//! The description of the REST interface, as the account set's objects make it.

use crate::{
    failure::Result,
    output::{self, Output},
    place,
    settings::Settings,
};

/// Prints it.
pub fn run(settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    output::print(&guanxi_api::describe(&gate, &super::operator(&gate, output)).to_string());
    Ok(())
}
