//! Account sets as wholes: making, listing, backing up, restoring, removing.

use crate::{
    cli::Set,
    failure::{Failure, Result},
    output::{self, Output, plain_table},
    place,
    settings::Settings,
    texts::{fill, t},
};
use guanxi_crm::sets::{Demo, Template};
use guanxi_gate::{Clock, Config, sets};
use guanxi_model::Message;
use serde_json::json;
use std::path::Path;

/// Lists the log-ins of a demonstration set for people.
pub fn show_demo(demo: &Demo, output: &Output) {
    let role = |name: &str| fill(output.locale, &format!("role.{name}"), &[]);
    let rows = demo.logins.iter().map(|l| vec![role(&l.role), l.login.clone(), l.password.clone()]).collect();
    output.note("serve.demo", &[]);
    let headings = ["set.role", "set.login", "set.password"].map(|key| t(output.locale, key).to_owned());
    output::print(&plain_table(headings.to_vec(), rows));
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
    let template = match template {
        "empty" => Template::Empty,
        "demo" => {
            Template::Demo { seed: std::env::var("GUANXI_SEED").ok().and_then(|seed| seed.parse().ok()) }
        }
        file if !Path::new(file).exists() => {
            return Err(Failure::Usage(Message::new("set.no_template").with("template", file)));
        }
        file => Template::Backup(file.into()),
    };
    let demo = match guanxi_crm::sets::create(config, &template, &Clock::default()) {
        Err(failure) if matches!(template, Template::Backup(_)) => {
            let Template::Backup(file) = &template else { return Err(failure.into()) };
            return Err(unsound(file, failure));
        }
        made => made?,
    };
    if output.is_json() {
        let word = match &template {
            Template::Empty => "empty".to_owned(),
            Template::Demo { .. } => "demo".to_owned(),
            Template::Backup(file) => file.display().to_string(),
        };
        let logins = demo.map(|demo| demo.logins).unwrap_or_default();
        output::print(&json!({ "set": config.set, "template": word, "logins": logins }).to_string());
        return Ok(());
    }
    output.note("set.created", &[("set", &config.set)]);
    if let Some(demo) = demo {
        show_demo(&demo, output);
    }
    Ok(())
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
