//! Which program this is.

use crate::{failure::Result, output::Output};

/// Prints the version.
pub fn run(output: &Output) -> Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    output.tell("cli.version", &[("version", version)], serde_json::json!({ "version": version }));
    Ok(())
}
