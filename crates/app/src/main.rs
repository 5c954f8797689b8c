//! The program: one binary that serves account sets and looks after them.

mod cli;
mod commands;
mod failure;
mod help;
mod locale;
mod logs;
mod output;
mod place;
mod serve;
mod settings;
mod texts;

use failure::Failure;
use std::process::ExitCode;

/// A page is many small strings; the system allocator halves list throughput.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let locale = locale::of_environment();
    let cli = match cli::read(locale) {
        Ok(cli) => cli,
        Err(error) => return help::wrong_usage(&error, locale),
    };
    match commands::run(cli, locale) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.tell(locale);
            match failure {
                Failure::Usage(_) => ExitCode::from(2),
                _ => ExitCode::from(1),
            }
        }
    }
}
