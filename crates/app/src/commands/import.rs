//! Bringing records in from a file.

use crate::{
    cli::{self, Import},
    failure::{self, Failure, Result},
    output::Output,
    place,
    settings::Settings,
    texts::{fill, phrases},
};
use guanxi_crm::admin::exchange::{self, ImportOptions, ImportReport, OnDuplicate, Source, Stage};
use guanxi_gate::Gate;
use guanxi_model::Message;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::{
    io::IsTerminal,
    path::{Path, PathBuf},
};

/// Imports a file.
pub fn run(options: Import, settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    let ctx = super::operator(&gate, output);
    if gate.registry().object(&options.object).is_none() {
        return Err(unknown_object(&gate, &options.object));
    }
    if !options.file.is_file() {
        return Err(Failure::refused(Message::new("import.no_file").with("file", options.file.display())));
    }
    let source = Source::open(&options.file)?;
    let wanted = ImportOptions {
        object: options.object.clone(),
        map: options.map.as_deref().map(read_map).transpose()?.unwrap_or_default(),
        match_by: options.by.clone(),
        on_duplicate: options.on_duplicate.map(|on| match on {
            cli::OnDuplicate::Skip => OnDuplicate::Skip,
            cli::OnDuplicate::Update => OnDuplicate::Update,
            cli::OnDuplicate::Error => OnDuplicate::Error,
        }),
        dry_run: options.dry_run,
        keep_good: options.keep_good,
        rejects: Some(options.rejects.clone().unwrap_or_else(|| rejects_beside(&options.file))),
    };
    let bar = Bar::new(output);
    let report = exchange::import(&gate, &ctx, &source, &wanted, &mut |progress| {
        bar.show(progress.stage, progress.done, progress.total, output);
        true
    });
    bar.clear();
    tell(&report?, &wanted, &gate, output)
}

fn tell(report: &ImportReport, wanted: &ImportOptions, gate: &Gate, output: &Output) -> Result<()> {
    let locale = output.locale;
    let n = |n: u64| n.to_string();
    for problem in &report.problems {
        for issue in &problem.issues {
            let text = failure::issue(issue, locale);
            eprintln!(
                "{}",
                fill(locale, "import.problem", &[("line", &n(problem.line)), ("problem", &text)])
            );
        }
    }
    if report.rejected > report.problems.len() as u64 {
        let more = report.rejected - report.problems.len() as u64;
        eprintln!("{}", fill(locale, "import.more_problems", &[("n", &n(more))]));
    }
    if output.is_json() {
        let problems: Vec<_> = report
            .problems
            .iter()
            .flat_map(|problem| problem.issues.iter().map(move |issue| (problem.line, issue)))
            .map(|(line, issue)| {
                let message = phrases().say(locale, &issue.message);
                json!({ "line": line, "field": issue.field, "code": issue.code, "message": message })
            })
            .collect();
        let json = json!({
            "object": wanted.object,
            "rows": report.rows,
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "skipped": report.skipped,
            "rejected": report.rejected,
            "ignored_columns": report.ignored,
            "rejects_file": report.rejects,
            "applied": report.applied,
            "problems": problems,
        });
        crate::output::print(&json.to_string());
    } else {
        if !report.ignored.is_empty() {
            output.note("import.ignored", &[("columns", &report.ignored.join(", "))]);
        }
        let label = gate.object(&wanted.object)?.label.get(locale).to_owned();
        let args = [
            ("object", label),
            ("rows", n(report.rows)),
            ("created", n(report.created)),
            ("updated", n(report.updated)),
            ("unchanged", n(report.unchanged)),
            ("skipped", n(report.skipped)),
            ("rejected", n(report.rejected)),
        ];
        let args: Vec<(&str, &str)> = args.iter().map(|(key, value)| (*key, value.as_str())).collect();
        output.note(if wanted.dry_run { "import.would" } else { "import.did" }, &args);
    }
    if let Some(file) = &report.rejects {
        eprintln!("{}", fill(locale, "import.rejects", &[("file", &file.display().to_string())]));
    }
    if report.succeeded(wanted) {
        return Ok(());
    }
    let key = if wanted.dry_run { "import.would_fail" } else { "import.nothing_changed" };
    Err(Failure::refused(Message::new(key)))
}

/// `a=name,b=phone`, or a file with a pair a line.
fn read_map(map: &str) -> Result<Vec<(String, String)>> {
    let text = match Path::new(map).is_file() {
        true => std::fs::read_to_string(map)?,
        false => map.to_owned(),
    };
    let pair = |part: &str| {
        let (from, to) = part
            .split_once('=')
            .ok_or_else(|| Failure::Usage(Message::new("import.bad_map").with("part", part)))?;
        let bare = |text: &str| text.trim().trim_matches('"').to_owned();
        Ok((bare(from), bare(to)))
    };
    text.split([',', '\n'])
        .map(str::trim)
        .filter(|part| !part.is_empty() && !part.starts_with('#'))
        .map(pair)
        .collect()
}

/// `customers.csv` → `customers.rejected.csv`, in the same folder if it can be written, else here.
fn rejects_beside(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}.rejected.csv");
    let folder = file.parent().unwrap_or(Path::new("."));
    let probe = folder.join(format!(".{name}.probe"));
    let writable = std::fs::File::create(&probe).is_ok();
    let _ = std::fs::remove_file(&probe);
    if writable { folder.join(name) } else { PathBuf::from(name) }
}

/// That there is no such object, and which there are.
pub fn unknown_object(gate: &Gate, name: &str) -> Failure {
    let known: Vec<String> = gate.registry().objects().map(|object| object.name.clone()).collect();
    Failure::refused(Message::new("cli.no_object").with("object", name).with("known", known.join(", ")))
}

/// Progress, when a terminal is watched.
pub struct Bar(Option<ProgressBar>);

impl Bar {
    /// A bar, if anyone looks.
    pub fn new(output: &Output) -> Self {
        if output.is_json() || !std::io::stderr().is_terminal() {
            return Bar(None);
        }
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {per_sec}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        Bar(Some(ProgressBar::new(0).with_style(style)))
    }

    /// Shows how far it has come.
    pub fn show(&self, stage: Stage, done: u64, total: Option<u64>, output: &Output) {
        let Some(bar) = &self.0 else { return };
        let key = match stage {
            Stage::Checking => "import.checking",
            Stage::Applying => "import.applying",
            Stage::Undoing => "import.undoing",
        };
        bar.set_message(fill(output.locale, key, &[]));
        bar.set_length(total.unwrap_or(done));
        bar.set_position(done);
    }

    /// Takes the bar away.
    pub fn clear(&self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_map_is_read_from_the_command_line() {
        let map = read_map("客户=name, 手机 = phone").unwrap();
        assert_eq!(map, [("客户".to_owned(), "name".to_owned()), ("手机".to_owned(), "phone".to_owned())]);
        assert!(read_map("no pair").is_err());
    }
}
