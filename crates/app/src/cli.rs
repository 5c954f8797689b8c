//! The command line, as it is promised in the operations guide. What each word means is said by the
//! phrase tables, so that `--help` reads in the language of the terminal.

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use guanxi_model::Locale;
use jiff::civil::Date;
use std::path::PathBuf;

#[derive(Debug, Parser)]
#[command(name = "guanxi", version, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

/// Where the account sets are, which of them is meant, and who reads the answer.
#[derive(Debug, Clone, Args)]
pub struct Place {
    #[arg(long, global = true, env = "GUANXI_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    #[arg(long, global = true, env = "GUANXI_DATABASE", value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    #[arg(long, global = true, value_name = "NAME")]
    pub set: Option<String>,
    #[arg(long, global = true, value_name = "FORMAT")]
    pub format: Option<Format>,
}

/// The form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
    Png,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(Serve),
    #[command(subcommand)]
    Set(Set),
    #[command(subcommand)]
    User(User),
    #[command(subcommand)]
    Key(Key),
    Import(Import),
    Export(Export),
    Template(Template),
    Report(Report),
    #[command(subcommand)]
    Job(Job),
    Openapi,
    Doctor,
    Version,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[arg(long, env = "GUANXI_LISTEN", value_name = "ADDR")]
    pub listen: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum Set {
    Create {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "demo|empty|FILE", default_value = "empty")]
        template: String,
    },
    List,
    Backup {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(short = 'o', long = "output", value_name = "FILE")]
        output: PathBuf,
    },
    Verify {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    Restore {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    Drop {
        #[arg(value_name = "NAME")]
        name: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum User {
    Add {
        #[arg(value_name = "LOGIN")]
        login: String,
        #[arg(long, value_name = "TEXT")]
        name: String,
        #[arg(long, value_name = "ROLE", required = true)]
        role: Vec<String>,
        #[arg(long, value_name = "PATH")]
        department: Option<String>,
        #[arg(long, value_name = "LOGIN")]
        superior: Option<String>,
    },
    List,
    Disable {
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    Enable {
        #[arg(value_name = "LOGIN")]
        login: String,
    },
    Password {
        #[arg(value_name = "LOGIN")]
        login: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Key {
    Create {
        #[arg(long, value_name = "LOGIN")]
        user: String,
        #[arg(long, value_name = "TEXT")]
        name: String,
        #[arg(long, value_name = "DATE")]
        expires: Option<Date>,
    },
    List {
        #[arg(long, value_name = "LOGIN")]
        user: Option<String>,
    },
    Revoke {
        #[arg(value_name = "ID")]
        id: i64,
    },
}

#[derive(Debug, Args)]
pub struct Import {
    #[arg(value_name = "OBJECT", required_unless_present_any = ["undo", "list"])]
    pub object: Option<String>,
    #[arg(value_name = "FILE", required_unless_present_any = ["undo", "list"])]
    pub file: Option<PathBuf>,
    #[arg(long, value_name = "ID", conflicts_with_all = ["object", "file", "list"])]
    pub undo: Option<i64>,
    #[arg(long, conflicts_with = "file")]
    pub list: bool,
    #[arg(long, value_name = "MAP")]
    pub map: Option<String>,
    #[arg(long = "match", value_name = "FIELD")]
    pub by: Option<String>,
    #[arg(long, value_name = "skip|update|error")]
    pub on_duplicate: Option<OnDuplicate>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long)]
    pub keep_good: bool,
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
}

/// What becomes of a row whose record exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OnDuplicate {
    Skip,
    Update,
    Error,
}

#[derive(Debug, Args)]
pub struct Export {
    #[arg(value_name = "OBJECT")]
    pub object: String,
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    #[arg(long, value_name = "a,b", value_delimiter = ',')]
    pub fields: Vec<String>,
    #[arg(long)]
    pub keys: bool,
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Template {
    #[arg(value_name = "OBJECT")]
    pub object: String,
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: PathBuf,
}

#[derive(Debug, Args)]
pub struct Report {
    #[arg(value_name = "NAME")]
    pub name: String,
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<Date>,
    #[arg(long = "param", value_name = "k=v")]
    pub params: Vec<String>,
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub enum Job {
    List,
    Run {
        #[arg(value_name = "NAME")]
        name: String,
        #[arg(long, value_name = "DATE")]
        as_of: Option<Date>,
    },
}

/// Reads the command line, with help in a language.
pub fn read(locale: Locale) -> Result<Cli, clap::Error> {
    let matches = crate::help::localise(Cli::command(), locale).try_get_matches()?;
    Cli::from_arg_matches(&matches)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed_and_explained_in_both_languages() {
        for locale in Locale::ALL {
            let command = crate::help::localise(Cli::command(), locale);
            command.clone().debug_assert();
            assert_explained(&command);
        }
    }

    fn assert_explained(command: &clap::Command) {
        assert!(command.get_about().is_some(), "{} is not explained", command.get_name());
        for argument in command.get_arguments().filter(|a| !matches!(a.get_id().as_str(), "help" | "version"))
        {
            assert!(
                argument.get_help().is_some(),
                "{} {} is not explained",
                command.get_name(),
                argument.get_id()
            );
        }
        for inner in command.get_subcommands() {
            assert_explained(inner);
        }
    }
}
