//! Making account sets 帐套: empty, as the demonstration, or from a backup. The command line and the page of sets
//! make them here.

use crate::demo::{self, DemoOptions};
use guanxi_gate::{Clock, Config, Error, Gate, Result, sets};
use guanxi_model::Message;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The setting in which a demonstration set keeps what everyone may know of its log-ins.
const DEMO: &str = "demo.logins";

/// What a new set holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Template {
    /// Nothing; the first visitor becomes its administrator.
    Empty,
    /// The demonstration company. The same seed makes the same company.
    Demo {
        /// Chooses another company than the usual one.
        seed: Option<u64>,
    },
    /// What a backup holds.
    Backup(PathBuf),
}

/// The log-ins of a demonstration set, which are shown to everyone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Demo {
    /// One for each ready role.
    pub logins: Vec<Login>,
}

/// A log-in that is shown to everyone.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Login {
    /// API name of the role.
    pub role: String,
    /// Log-in name.
    pub login: String,
    /// Password.
    pub password: String,
}

impl Demo {
    /// The log-ins of a set, if it was made from the demonstration template.
    pub fn of(gate: &Gate) -> Result<Option<Demo>> {
        Ok(gate.setting(DEMO)?.and_then(|text| serde_json::from_str(&text).ok()))
    }
}

/// Makes a set. A set with half a template in it is of no use to anyone, so a failure leaves none.
pub fn create(config: &Config, template: &Template, clock: &Clock) -> Result<Option<Demo>> {
    if sets::list(config)?.iter().any(|set| set == &config.set) {
        return Err(Error::Refused(Message::new("gate.set_exists").with("set", &config.set)));
    }
    std::fs::create_dir_all(&config.data).map_err(Error::internal)?;
    match template {
        Template::Empty => {
            Gate::create_set(config, crate::domain(), clock.clone())?;
            Ok(None)
        }
        Template::Demo { seed } => {
            let gate = Gate::create_set(config, crate::domain(), clock.clone())?;
            match fill(&gate, *seed) {
                Ok(demo) => Ok(Some(demo)),
                Err(failure) => {
                    drop(gate);
                    sets::drop(config)?;
                    Err(failure)
                }
            }
        }
        Template::Backup(file) => {
            sets::restore(config, file, clock)?;
            Demo::of(&Gate::open(config, crate::domain(), clock.clone())?)
        }
    }
}

fn fill(gate: &Gate, seed: Option<u64>) -> Result<Demo> {
    let mut options = DemoOptions::default();
    if let Some(seed) = seed {
        options.seed = seed;
    }
    let made = demo::generate(gate, &options)?;
    let logins =
        made.into_iter().map(|made| Login { role: made.role, login: made.login, password: made.password });
    let demo = Demo { logins: logins.collect() };
    let text = serde_json::to_string(&demo).map_err(Error::internal)?;
    gate.set_setting(&gate.operator(), DEMO, &text)?;
    Ok(demo)
}
