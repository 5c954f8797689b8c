//! Scheduled jobs, now.

use crate::{
    cli::Job,
    failure::{Failure, Result},
    output::Output,
    place,
    settings::Settings,
    texts::fill,
};
use guanxi_gate::Schedule;
use guanxi_model::Message;
use serde_json::json;

/// Lists jobs or runs one.
pub fn run(command: Job, settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    match command {
        Job::List => {
            let rows: Vec<_> = gate
                .jobs()
                .iter()
                .map(|job| {
                    let when = match job.schedule {
                        Schedule::Nightly { hour } => {
                            fill(output.locale, "job.nightly", &[("hour", &hour.to_string())])
                        }
                        Schedule::EveryMinute => fill(output.locale, "job.every_minute", &[]),
                        Schedule::Never => fill(output.locale, "job.on_demand", &[]),
                    };
                    vec![json!(job.name), json!(when)]
                })
                .collect();
            output.table("job", &["name", "when"], &rows);
        }
        Job::Run { name, as_of } => {
            if !gate.jobs().iter().any(|job| job.name == name) {
                return Err(Failure::refused(Message::new("job.unknown").with("name", name)));
            }
            let date = as_of.unwrap_or(gate.scheduler().today);
            let counts = gate.run_job(&name, date)?;
            let json: serde_json::Map<_, _> =
                counts.iter().map(|(key, n)| ((*key).to_owned(), json!(n))).collect();
            let words: Vec<String> = counts.iter().map(|(key, n)| format!("{key} {n}")).collect();
            output.tell(
                "job.ran",
                &[("name", &name), ("date", &date.to_string()), ("counts", &words.join(", "))],
                json!({ "job": name, "as_of": date.to_string(), "counts": json }),
            );
        }
    }
    Ok(())
}
