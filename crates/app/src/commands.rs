//! The commands. Each is a file that reads its options, makes one call through the door, and says what came of it.

mod doctor;
mod export;
mod import;
mod job;
mod key;
mod openapi;
mod report;
pub mod set;
mod user;
mod version;

use crate::{
    cli::{Cli, Command},
    failure::Result,
    output::Output,
    serve,
    settings::Settings,
};
use guanxi_gate::{Ctx, Gate};
use guanxi_model::Locale;

/// Does what the command line says.
pub fn run(cli: Cli, locale: Locale) -> Result<()> {
    let output = Output { locale, format: cli.place.format };
    if let Command::Version = cli.command {
        return version::run(&output);
    }
    let settings = Settings::of(&cli.place)?;
    if let Command::Serve(options) = cli.command {
        return serve::run(&settings, options.listen, output);
    }
    crate::logs::start_quiet();
    match cli.command {
        Command::Serve(_) | Command::Version => Ok(()),
        Command::Set(command) => set::run(command, &settings, &output),
        Command::User(command) => user::run(command, &settings, &output),
        Command::Key(command) => key::run(command, &settings, &output),
        Command::Import(options) => import::run(options, &settings, &output),
        Command::Export(options) => export::run(options, &settings, &output),
        Command::Template(options) => export::template(&options, &settings, &output),
        Command::Report(options) => report::run(options, &settings, &output),
        Command::Job(command) => job::run(command, &settings, &output),
        Command::Openapi => openapi::run(&settings, &output),
        Command::Doctor => doctor::run(&settings, &output),
    }
}

/// The operator, reading the terminal's language.
fn operator(gate: &Gate, output: &Output) -> Ctx {
    gate.operator().reading(output.locale)
}
