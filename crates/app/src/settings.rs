//! Settings: an option wins over the environment, the environment over `guanxi.toml` in the data
//! directory, and that over what is built in. `docs/guanxi.toml` shows and explains every one.

use crate::{
    cli,
    failure::{Failure, Result},
};
use guanxi_gate::{Config, auth::SessionTimes};
use guanxi_model::Message;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// What `guanxi.toml` may say.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct File {
    /// Where `serve` answers.
    pub listen: Option<String>,
    /// `postgres://…`; empty for the embedded engine.
    pub database: Option<String>,
    /// The account set that is meant when none is named.
    pub set: Option<String>,
    /// How pages are reached.
    pub web: Web,
    /// What is written to standard error.
    pub log: Log,
    /// Scheduled jobs.
    pub jobs: Jobs,
}

/// How pages are reached.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Cookies are sent over https only.
    pub secure_cookies: bool,
    /// A proxy in front names the peer's address.
    pub behind_proxy: bool,
    /// Minutes without use after which a session ends; an account set may say otherwise.
    pub session_idle_minutes: i64,
    /// Hours after which it ends in any case.
    pub session_longest_hours: i64,
    /// Seconds that requests in flight are given when the program is told to stop.
    pub stop_seconds: u64,
}

impl Web {
    /// When sessions end.
    pub fn session_times(&self) -> SessionTimes {
        SessionTimes { idle_minutes: self.session_idle_minutes, longest_hours: self.session_longest_hours }
    }
}

impl Default for Web {
    fn default() -> Self {
        let SessionTimes { idle_minutes, longest_hours } = SessionTimes::default();
        Web {
            secure_cookies: false,
            behind_proxy: false,
            session_idle_minutes: idle_minutes,
            session_longest_hours: longest_hours,
            stop_seconds: 3,
        }
    }
}

/// What is written to standard error.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug`, or directives such as `info,guanxi_store=debug`.
    pub level: String,
    /// One JSON object a line instead of text.
    pub json: bool,
    /// A line for every request.
    pub requests: bool,
}

impl Default for Log {
    fn default() -> Self {
        Log { level: "info".to_owned(), json: false, requests: false }
    }
}

/// Scheduled jobs.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// Whether this process runs them.
    pub run: bool,
    /// Seconds between two looks at the clock.
    pub every_seconds: u64,
}

impl Default for Jobs {
    fn default() -> Self {
        Jobs { run: true, every_seconds: 60 }
    }
}

/// All settings, resolved.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The account set.
    pub config: Config,
    /// What the file says.
    pub file: File,
}

impl Settings {
    /// Puts options, environment and file together.
    pub fn of(place: &cli::Place) -> Result<Settings> {
        let data = place.data.clone().unwrap_or_else(|| PathBuf::from("data"));
        let file = read(&data.join("guanxi.toml"))?;
        let database = place.database.clone().or_else(|| file.database.clone()).filter(|url| !url.is_empty());
        let set = place.set.clone().or_else(|| file.set.clone()).unwrap_or_else(|| "main".to_owned());
        Ok(Settings { config: Config { data, database, set }, file })
    }

    /// The same for another account set.
    pub fn for_set(&self, name: &str) -> Config {
        Config { set: name.to_owned(), ..self.config.clone() }
    }
}

fn read(path: &Path) -> Result<File> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|error| {
            let path = path.display().to_string();
            Failure::refused(
                Message::new("cli.bad_settings").with("path", path).with("reason", error.message()),
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(File::default()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shown_settings_are_all_there_are_and_are_those_built_in() {
        let shown = include_str!("../../../docs/guanxi.toml");
        // Every setting stands there commented out with its default; switched on, the file changes nothing.
        let switched_on: String = shown
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(setting) if setting.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')) => {
                    setting
                }
                _ => line,
            })
            .flat_map(|line| [line, "\n"])
            .collect();
        let file: File = toml::from_str(&switched_on).unwrap();
        let built_in = File {
            listen: Some("127.0.0.1:8080".to_owned()),
            database: Some(String::new()),
            set: Some("main".to_owned()),
            ..File::default()
        };
        assert_eq!(file, built_in);
    }
}
