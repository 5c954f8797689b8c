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
use guanxi_gate::{Ctx, Gate, ImportLine};
use guanxi_model::{Message, RecordId};
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
    if let Some(id) = options.undo {
        return undo(&gate, &ctx, RecordId(id), output);
    }
    let object = options.object.clone().unwrap_or_default();
    if !object.is_empty() && gate.registry().object(&object).is_none() {
        return Err(unknown_object(&gate, &object));
    }
    let Some(file) = options.file.clone() else {
        return list(&gate, &ctx, options.object.as_deref(), output);
    };
    if !file.is_file() {
        return Err(Failure::refused(Message::new("import.no_file").with("file", file.display())));
    }
    gate.expect_bulk()?;
    let source = Source::open(&file)?;
    let wanted = ImportOptions {
        object,
        map: options.map.as_deref().map(read_map).transpose()?.unwrap_or_default(),
        match_by: options.by.clone(),
        on_duplicate: options.on_duplicate.map(|on| match on {
            cli::OnDuplicate::Skip => OnDuplicate::Skip,
            cli::OnDuplicate::Update => OnDuplicate::Update,
            cli::OnDuplicate::Error => OnDuplicate::Error,
        }),
        dry_run: options.dry_run,
        keep_good: options.keep_good,
        rejects: Some(options.rejects.clone().unwrap_or_else(|| rejects_beside(&file))),
        file_name: None,
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
            "import": report.import,
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
    if let Some(id) = report.import.filter(|_| report.applied && !output.is_json()) {
        output.note("import.may_undo", &[("id", &id.to_string())]);
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

/// Undoes an import and names the records that were left.
fn undo(gate: &Gate, ctx: &Ctx, id: RecordId, output: &Output) -> Result<()> {
    let bar = Bar::new(output);
    let line = gate.undo_import(ctx, id, &mut |done, total| {
        bar.show(Stage::Undoing, done, Some(total), output);
    });
    bar.clear();
    let undone = line?.undone.unwrap_or_default();
    let locale = output.locale;
    if output.is_json() {
        let records: Vec<_> = undone
            .records
            .iter()
            .map(|left| json!({ "object": left.object, "id": left.id, "title": left.title, "why": left.why }))
            .collect();
        let json = json!({
            "import": id, "erased": undone.erased, "restored": undone.restored, "left": undone.left,
            "records": records,
        });
        crate::output::print(&json.to_string());
        return Ok(());
    }
    for left in &undone.records {
        let why = fill(locale, &format!("import.left.{}", left.why), &[]);
        let title = left.title.clone().unwrap_or_default();
        let args = [
            ("object", left.object.as_str()),
            ("id", &left.id.to_string()),
            ("title", &title),
            ("why", &why),
        ];
        eprintln!("{}", fill(locale, "import.left_one", &args));
    }
    let (erased, restored, left) =
        (undone.erased.to_string(), undone.restored.to_string(), undone.left.to_string());
    output.note("import.undone", &[("erased", &erased), ("restored", &restored), ("left", &left)]);
    Ok(())
}

/// The imports so far, newest first.
fn list(gate: &Gate, ctx: &Ctx, object: Option<&str>, output: &Output) -> Result<()> {
    let lines = gate.imports(ctx, object, None, 200)?;
    let count = |line: &ImportLine, name: &str| line.report.get(name).cloned().unwrap_or_else(|| json!(0));
    let moment = |at: jiff::Timestamp| at.to_zoned(ctx.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let state = fill(output.locale, &format!("import.state.{}", line.state), &[]);
            let people = !output.is_json();
            vec![
                json!(line.id),
                json!(line.object),
                json!(line.file_name),
                json!(if people { state } else { line.state.clone() }),
                json!(if people { moment(line.created_at) } else { line.created_at.to_string() }),
                json!(line.author),
                count(line, "created"),
                count(line, "updated"),
                count(line, "rejected"),
                json!(line.undo_until.map(|at| if people { moment(at) } else { at.to_string() })),
            ]
        })
        .collect();
    let keys =
        ["id", "object", "file", "state", "created_at", "by", "created", "updated", "rejected", "undo_until"];
    output.table("import.column", &keys, &rows);
    Ok(())
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
            Stage::Summing => "import.summing",
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
