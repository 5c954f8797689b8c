//! `--help` and complaints about wrong usage, in the language of the terminal.

use crate::texts::{fill, phrases, t};
use clap::{
    Command,
    error::{ContextKind, ContextValue, ErrorKind},
};
use guanxi_model::Locale;
use std::process::ExitCode;

/// Gives every command and argument its sentence: `help.set.create` and `help.set.create.template`, or
/// `help.arg.data` for an argument that means the same everywhere.
pub fn localise(command: Command, locale: Locale) -> Command {
    let command = explain(command, "help", locale);
    command
        .disable_help_flag(true)
        .disable_version_flag(true)
        .arg(
            clap::Arg::new("help")
                .short('h')
                .long("help")
                .global(true)
                .action(clap::ArgAction::Help)
                .help(t(locale, "help.arg.help")),
        )
        .arg(
            clap::Arg::new("version")
                .short('V')
                .long("version")
                .action(clap::ArgAction::Version)
                .help(t(locale, "help.arg.version")),
        )
}

fn explain(mut command: Command, path: &str, locale: Locale) -> Command {
    let about = if path == "help" { "help.about".to_owned() } else { path.to_owned() + ".about" };
    if phrases().has(locale, &about) {
        command = command.about(fill(locale, &about, &[]));
    }
    let ids: Vec<String> = command.get_arguments().map(|argument| argument.get_id().to_string()).collect();
    for id in ids {
        let own = format!("{path}.{id}");
        let shared = format!("help.arg.{id}");
        let key = if phrases().has(locale, &own) { own } else { shared };
        if phrases().has(locale, &key) {
            command = command.mut_arg(id, |argument| argument.help(fill(locale, &key, &[])));
        }
    }
    let names: Vec<String> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    for name in names {
        let inner = format!("{path}.{name}");
        command = command.mut_subcommand(&name, |command| explain(command, &inner, locale));
    }
    let command = command
        .subcommand_help_heading(t(locale, "help.commands"))
        .next_help_heading(t(locale, "help.options"));
    let template = "{about}\n\n{usage-heading} {usage}\n\n{all-args}{after-help}";
    command.help_template(template.replace("{usage-heading}", t(locale, "help.usage")))
}

/// Says what is wrong with the command line. Asking for help is not wrong.
pub fn wrong_usage(error: &clap::Error, locale: Locale) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let text = |kind: ContextKind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(" "),
        _ => String::new(),
    };
    let key = match error.kind() {
        ErrorKind::UnknownArgument => "usage.unknown_argument",
        ErrorKind::MissingRequiredArgument => "usage.missing_argument",
        ErrorKind::InvalidSubcommand => "usage.unknown_command",
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "usage.missing_command"
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => "usage.bad_value",
        _ => {
            let _ = error.print();
            return ExitCode::from(2);
        }
    };
    let argument = match error.kind() {
        ErrorKind::InvalidSubcommand => text(ContextKind::InvalidSubcommand),
        _ => text(ContextKind::InvalidArg),
    };
    eprintln!(
        "{}",
        fill(locale, key, &[("argument", &argument), ("value", &text(ContextKind::InvalidValue))])
    );
    eprintln!("{}", t(locale, "usage.see_help"));
    ExitCode::from(2)
}
