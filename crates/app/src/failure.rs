//! Why a command did not do what it was asked: one line on standard error for each problem.

use crate::texts::{fill, say};
use guanxi_gate::Error;
use guanxi_model::{Issue, Locale, Message};

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The command line was understood by the parser, but means nothing. Exit status 2.
    Usage(Message),
    /// Refused or impossible, for these reasons. Exit status 1.
    Refused(Vec<Message>),
    /// The door refused.
    Door(Error),
    /// Something outside the program: a file, an address.
    Outside(anyhow::Error),
}

/// The results of commands.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// One reason.
    pub fn refused(message: Message) -> Self {
        Failure::Refused(vec![message])
    }

    /// Says it on standard error.
    pub fn tell(&self, locale: Locale) {
        for line in self.lines(locale) {
            eprintln!("{line}");
        }
    }

    fn lines(&self, locale: Locale) -> Vec<String> {
        match self {
            Failure::Usage(message) => vec![say(locale, message)],
            Failure::Refused(messages) => messages.iter().map(|message| say(locale, message)).collect(),
            Failure::Door(error) => door(error, locale),
            Failure::Outside(error) => vec![format!("{error:#}")],
        }
    }
}

/// The door's refusal in words.
pub fn door(error: &Error, locale: Locale) -> Vec<String> {
    let one = |key: &str| vec![fill(locale, key, &[])];
    match error {
        Error::Invalid(issues) => issues.iter().map(|issue| self::issue(issue, locale)).collect(),
        Error::Refused(message)
        | Error::Forbidden(message)
        | Error::Unauthenticated(message)
        | Error::TooMany(message)
        | Error::Malformed(message) => vec![say(locale, message)],
        Error::NotFound => one("cli.not_found"),
        Error::Stale(_) => one("cli.stale"),
        Error::Duplicate(hits) => hits
            .iter()
            .map(|hit| {
                fill(
                    locale,
                    "cli.duplicate",
                    &[("title", hit.title.as_deref().unwrap_or("?")), ("field", &hit.field)],
                )
            })
            .collect(),
        Error::Repeated => one("cli.repeated"),
        Error::Unavailable => one("cli.unavailable"),
        Error::DiskFull => one("cli.disk_full"),
        Error::Internal(inner) => {
            let mut text = inner.to_string();
            let mut source = inner.source();
            while let Some(cause) = source {
                text = format!("{text}: {cause}");
                source = cause.source();
            }
            vec![fill(locale, "cli.internal", &[("reason", &text)])]
        }
    }
}

/// One problem with the field it belongs to.
pub fn issue(issue: &Issue, locale: Locale) -> String {
    let text = say(locale, &issue.message);
    match &issue.field {
        Some(field) => format!("{field}: {text}"),
        None => text,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Failure::Door(error)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Outside(error)
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Failure::Outside(error.into())
    }
}
