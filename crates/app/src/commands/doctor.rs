//! A look at everything that keeps a set healthy, for those who look after it.

use crate::{
    failure::{Failure, Result, door},
    output::Output,
    place,
    settings::Settings,
    texts::fill,
};
use guanxi_gate::{Ctx, Gate, admin::AuditFilter};
use guanxi_model::{Locale, Message};
use serde_json::json;

/// Below this a set can soon no longer be written.
const LEAST_FREE: u64 = 1 << 30;
/// A backup older than this many days is worth a word.
const OLD_BACKUP: i64 = 7;

/// What was found.
struct Finding {
    check: &'static str,
    sound: bool,
    detail: String,
}

/// Looks, reports, and fails when something is wrong.
pub fn run(settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    let ctx = super::operator(&gate, output);
    let locale = output.locale;
    let findings = [
        engine(&gate),
        promises(&gate, locale),
        ready(&gate, locale),
        space(settings, locale),
        files(&gate, locale),
        clock(&gate, &ctx, locale)?,
        audit(&gate, &ctx, locale),
        facts(&gate, &ctx, locale),
        backup(&gate, &ctx, locale)?,
    ];
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| {
            let name = match output.is_json() {
                true => finding.check.to_owned(),
                false => fill(locale, &format!("doctor.check.{}", finding.check), &[]),
            };
            let state = match (output.is_json(), finding.sound) {
                (true, sound) => json!(sound),
                (false, true) => json!(fill(locale, "doctor.sound", &[])),
                (false, false) => json!(fill(locale, "doctor.wrong", &[])),
            };
            vec![json!(name), state, json!(finding.detail)]
        })
        .collect();
    output.table("doctor", &["name", "ok", "detail"], &rows);
    let wrong: Vec<Message> = findings
        .iter()
        .filter(|finding| !finding.sound)
        .map(|finding| {
            let name = fill(locale, &format!("doctor.check.{}", finding.check), &[]);
            Message::new("doctor.problem").with("check", name).with("detail", &finding.detail)
        })
        .collect();
    if wrong.is_empty() { Ok(()) } else { Err(Failure::Refused(wrong)) }
}

fn engine(gate: &Gate) -> Finding {
    // Versions and durability settings of the engine are asserted when a set is opened.
    let detail = format!("{} · {} · guanxi {}", gate.engine(), gate.set_name(), env!("CARGO_PKG_VERSION"));
    Finding { check: "engine", sound: true, detail }
}

/// The engine's promises, in its own words: `synchronous = 2`.
fn promises(gate: &Gate, locale: Locale) -> Finding {
    match gate.promises() {
        Ok(found) => {
            let broken = found.iter().filter(|promise| !promise.sound);
            let broken: Vec<String> = broken
                .map(|promise| {
                    let args = [
                        ("name", promise.name),
                        ("found", promise.found.as_str()),
                        ("wanted", promise.wanted),
                    ];
                    fill(locale, "doctor.broken_promise", &args)
                })
                .collect();
            let all = found.iter().map(|promise| format!("{} = {}", promise.name, promise.found));
            let detail =
                if broken.is_empty() { all.collect::<Vec<_>>().join(", ") } else { broken.join(", ") };
            Finding { check: "safety", sound: broken.is_empty(), detail }
        }
        Err(error) => Finding { check: "safety", sound: false, detail: door(&error, locale).join(" ") },
    }
}

/// Attachments and their rows.
fn files(gate: &Gate, locale: Locale) -> Finding {
    match gate.stray_files() {
        Ok(strays) if strays.is_empty() => {
            Finding { check: "files", sound: true, detail: fill(locale, "doctor.files", &[]) }
        }
        Ok(strays) => {
            let told = |key: &str, names: &[String]| {
                let few = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
                let n = names.len().to_string();
                (!names.is_empty()).then(|| fill(locale, key, &[("n", n.as_str()), ("names", few.as_str())]))
            };
            let parts = [
                told("doctor.files_unknown", &strays.unknown),
                told("doctor.files_unnamed", &strays.unnamed),
                told("doctor.files_missing", &strays.missing),
            ];
            let detail = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
            Finding { check: "files", sound: false, detail }
        }
        Err(error) => Finding { check: "files", sound: false, detail: door(&error, locale).join(" ") },
    }
}

fn ready(gate: &Gate, locale: Locale) -> Finding {
    match gate.is_ready() {
        Ok(()) => Finding { check: "ready", sound: true, detail: fill(locale, "doctor.written", &[]) },
        Err(error) => Finding { check: "ready", sound: false, detail: door(&error, locale).join(" ") },
    }
}

fn space(settings: &Settings, locale: Locale) -> Finding {
    match rustix::fs::statvfs(&settings.config.data) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let gib = format!("{:.1}", free as f64 / f64::from(1 << 30));
            Finding {
                check: "space",
                sound: free >= LEAST_FREE,
                detail: fill(locale, "doctor.free", &[("gib", &gib)]),
            }
        }
        Err(error) => Finding { check: "space", sound: false, detail: error.to_string() },
    }
}

/// A clock that runs behind what was already written would put new events before old ones.
fn clock(gate: &Gate, ctx: &Ctx, locale: Locale) -> Result<Finding> {
    let last = gate.audit(ctx, &AuditFilter { limit: 1, ..AuditFilter::default() })?.pop();
    let sound = last.is_none_or(|line| line.at.as_second() <= ctx.now.as_second() + 60);
    let key = if sound { "doctor.clock" } else { "doctor.clock_behind" };
    Ok(Finding { check: "clock", sound, detail: fill(locale, key, &[("now", &ctx.now.to_string())]) })
}

fn audit(gate: &Gate, ctx: &Ctx, locale: Locale) -> Finding {
    match gate.verify_audit(ctx) {
        Ok(None) => Finding { check: "audit", sound: true, detail: fill(locale, "doctor.chain_whole", &[]) },
        Ok(Some(id)) => {
            let detail = fill(locale, "doctor.chain_broken", &[("id", &id.to_string())]);
            Finding { check: "audit", sound: false, detail }
        }
        Err(error) => Finding { check: "audit", sound: false, detail: door(&error, locale).join(" ") },
    }
}

fn facts(gate: &Gate, ctx: &Ctx, locale: Locale) -> Finding {
    match gate.run_job("facts.prove", ctx.today) {
        Ok(counts) => {
            let count = |key: &str| counts.iter().find(|(name, _)| *name == key).map_or(0, |(_, n)| *n);
            let (checked, differing) = (count("facts"), count("differing"));
            let args = [("n", checked.to_string()), ("differing", differing.to_string())];
            let args: Vec<(&str, &str)> = args.iter().map(|(key, value)| (*key, value.as_str())).collect();
            Finding { check: "facts", sound: differing == 0, detail: fill(locale, "doctor.facts", &args) }
        }
        Err(error) => Finding { check: "facts", sound: false, detail: door(&error, locale).join(" ") },
    }
}

/// A set without a recent backup works, so it is told and not counted as a fault.
fn backup(gate: &Gate, ctx: &Ctx, locale: Locale) -> Result<Finding> {
    let last = |name: &str| {
        let filter = AuditFilter { name: Some(name.to_owned()), limit: 1, ..AuditFilter::default() };
        Ok::<_, guanxi_gate::Error>(gate.audit(ctx, &filter)?.pop())
    };
    let proved = match last("backup_verified")? {
        None => fill(locale, "doctor.not_proved", &[]),
        Some(line) => fill(locale, "doctor.proved", &[("at", &line.at.to_string())]),
    };
    let detail = match last("backed_up")? {
        None => fill(locale, "doctor.no_backup", &[]),
        Some(line) => {
            let days = (ctx.now.as_second() - line.at.as_second()) / 86_400;
            let key = if days > OLD_BACKUP { "doctor.old_backup" } else { "doctor.backup" };
            fill(locale, key, &[("at", &line.at.to_string()), ("n", &days.to_string())])
        }
    };
    Ok(Finding { check: "backup", sound: true, detail: format!("{detail} {proved}") })
}
