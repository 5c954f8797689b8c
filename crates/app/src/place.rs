//! Opening the account set that a command means.

use crate::{
    failure::{Failure, Result},
    settings::Settings,
};
use guanxi_gate::{Clock, Config, Gate, sets};
use guanxi_model::Message;

/// Opens an account set that exists.
pub fn open(settings: &Settings) -> Result<Gate> {
    open_named(&settings.config)
}

/// Opens an account set that exists, said in words when it does not.
pub fn open_named(config: &Config) -> Result<Gate> {
    if !exists(config)? {
        return Err(missing(&config.set));
    }
    Ok(Gate::open(config, guanxi_crm::domain(), Clock::default())?)
}

/// Makes an account set.
pub fn create(config: &Config) -> Result<Gate> {
    if exists(config)? {
        return Err(Failure::refused(Message::new("gate.set_exists").with("set", &config.set)));
    }
    std::fs::create_dir_all(&config.data)?;
    Ok(Gate::create_set(config, guanxi_crm::domain(), Clock::default())?)
}

/// Whether an account set exists.
pub fn exists(config: &Config) -> Result<bool> {
    Ok(sets::list(config)?.iter().any(|set| set == &config.set))
}

/// That there is no such account set.
pub fn missing(set: &str) -> Failure {
    Failure::refused(Message::new("cli.no_set").with("set", set))
}
