//! Account sets as wholes: making, listing, backing up, restoring, removing.

use crate::{
    cli::Set,
    failure::{Failure, Result},
    output::{self, Output, plain_table},
    place,
    settings::Settings,
    texts::{fill, t},
};
use guanxi_gate::{Clock, Config, Gate, sets};
use guanxi_model::Message;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::path::Path;

/// The setting in which a demonstration set keeps what everyone may know of its log-ins.
const DEMO: &str = "demo.logins";

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

    /// Lists them for people.
    pub fn show(&self, output: &Output) {
        let role = |name: &str| fill(output.locale, &format!("role.{name}"), &[]);
        let rows =
            self.logins.iter().map(|l| vec![role(&l.role), l.login.clone(), l.password.clone()]).collect();
        output.note("serve.demo", &[]);
        let headings = ["set.role", "set.login", "set.password"].map(|key| t(output.locale, key).to_owned());
        output::print(&plain_table(headings.to_vec(), rows));
    }
}

/// Makes, lists, backs up, verifies, restores or removes.
pub fn run(command: Set, settings: &Settings, output: &Output) -> Result<()> {
    match command {
        Set::Create { name, template } => create(&settings.for_set(&name), &template, output),
        Set::List => {
            let rows: Vec<_> =
                sets::list(&settings.config)?.into_iter().map(|set| vec![json!(set)]).collect();
            output.table("set", &["name"], &rows);
            Ok(())
        }
        Set::Backup { name, output: file } => {
            let config = settings.for_set(&name);
            let manifest = place::open_named(&config)?.backup(&file)?;
            tell(output, "set.backed_up", &name, &file, &manifest);
            Ok(())
        }
        Set::Verify { file } => {
            let manifest = sets::verify(&file).map_err(|error| unsound(&file, error))?;
            note_proof(settings, &file, &manifest);
            tell(output, "set.verified", &manifest.set, &file, &manifest);
            Ok(())
        }
        Set::Restore { name, file } => {
            let manifest = sets::restore(&settings.for_set(&name), &file, &Clock::default())
                .map_err(|error| unsound(&file, error))?;
            tell(output, "set.restored", &name, &file, &manifest);
            Ok(())
        }
        Set::Drop { name } => {
            let config = settings.for_set(&name);
            if !place::exists(&config)? {
                return Err(place::missing(&name));
            }
            sets::drop(&config)?;
            output.tell("set.dropped", &[("set", &name)], json!({ "set": name, "dropped": true }));
            Ok(())
        }
    }
}

fn create(config: &Config, template: &str, output: &Output) -> Result<()> {
    let demo = match template {
        "empty" => {
            place::create(config)?;
            None
        }
        "demo" => {
            let gate = place::create(config)?;
            // A set with half a demonstration in it is of no use to anyone.
            match fill_demo(&gate) {
                Ok(demo) => Some(demo),
                Err(failure) => {
                    drop(gate);
                    sets::drop(config)?;
                    return Err(failure);
                }
            }
        }
        file => {
            if place::exists(config)? {
                return Err(Failure::refused(Message::new("cli.set_exists").with("set", &config.set)));
            }
            let file = Path::new(file);
            if !file.exists() {
                return Err(Failure::Usage(Message::new("set.no_template").with("template", file.display())));
            }
            std::fs::create_dir_all(&config.data)?;
            sets::restore(config, file, &Clock::default()).map_err(|error| unsound(file, error))?;
            Demo::of(&place::open_named(config)?)?
        }
    };
    if output.is_json() {
        let logins = demo.map(|demo| demo.logins).unwrap_or_default();
        output::print(&json!({ "set": config.set, "template": template, "logins": logins }).to_string());
        return Ok(());
    }
    output.note("set.created", &[("set", &config.set)]);
    if let Some(demo) = demo {
        demo.show(output);
    }
    Ok(())
}

/// The same seed makes the same company; `GUANXI_SEED` chooses another.
fn fill_demo(gate: &Gate) -> Result<Demo> {
    let mut options = guanxi_crm::demo::DemoOptions::default();
    if let Some(seed) = std::env::var("GUANXI_SEED").ok().and_then(|seed| seed.parse().ok()) {
        options.seed = seed;
    }
    let logins = guanxi_crm::demo::generate(gate, &options)?
        .into_iter()
        .map(|made| Login { role: made.role, login: made.login, password: made.password })
        .collect();
    let demo = Demo { logins };
    let text = serde_json::to_string(&demo).map_err(|error| {
        Failure::refused(Message::new("set.unsound").with("file", DEMO).with("reason", error))
    })?;
    gate.set_setting(&gate.operator(), DEMO, &text)?;
    Ok(demo)
}

/// Where the set of a proved archive is at hand, its audit remembers the proof.
fn note_proof(settings: &Settings, file: &Path, manifest: &sets::Manifest) {
    let config = settings.for_set(&manifest.set);
    if !place::exists(&config).unwrap_or(false) {
        return;
    }
    let noted =
        place::open_named(&config).and_then(|gate| Ok(gate.note_verified(&gate.operator(), manifest)?));
    if noted.is_err() {
        tracing::warn!(file = %file.display(), "the proof could not be noted in the set's audit");
    }
}

fn unsound(file: &Path, error: guanxi_gate::Error) -> Failure {
    match error {
        guanxi_gate::Error::Internal(reason) => {
            Failure::refused(Message::new("set.unsound").with("file", file.display()).with("reason", reason))
        }
        other => other.into(),
    }
}

fn tell(output: &Output, key: &str, set: &str, file: &Path, manifest: &sets::Manifest) {
    let file = file.display().to_string();
    let (tables, files) = (manifest.tables.len().to_string(), manifest.files.len().to_string());
    let args =
        [("set", set), ("file", file.as_str()), ("tables", tables.as_str()), ("files", files.as_str())];
    let json = json!({
        "set": set,
        "file": file,
        "engine": manifest.engine,
        "program": manifest.program,
        "schema": manifest.schema,
        "tables": manifest.tables,
        "files": manifest.files.len(),
    });
    output.tell(key, &args, json);
}
