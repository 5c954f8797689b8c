//! An import from its options to its report.

use super::{
    apply::{self, Applying},
    check::{self, Checked},
    columns::Columns,
    keys::{self, Existing, Seen},
    map,
    references::References,
    rejects::{self, Rejects},
    source::{Row, Source},
};
use guanxi_gate::{Channel, Ctx, Error, FactsLater, Gate, ImportBatch, Importing, NewImport, Result};
use guanxi_model::{Field, Issue, Message, Object, RecordId, Stored, Value, access::action};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{
    collections::{HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

/// Rows handled together: one transaction, one statement for each kind of look-up.
pub const BATCH: usize = 1000;

/// Problems told in the report itself; the file of rejected rows has all of them.
const TOLD: usize = 1000;

/// What becomes of a row whose record exists already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDuplicate {
    /// The row is left out.
    Skip,
    /// The record is changed.
    Update,
    /// The row is a problem.
    Error,
}

/// How to import.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// API name of the object.
    pub object: String,
    /// Headings and what they mean, where they do not say it themselves.
    pub map: Vec<(String, String)>,
    /// The field that tells which record a row is about: rows then make records or change them.
    pub match_by: Option<String>,
    /// What becomes of rows whose record exists. With a match field it is changed, without one a likely
    /// duplicate is a problem, unless this says otherwise.
    pub on_duplicate: Option<OnDuplicate>,
    /// Only look.
    pub dry_run: bool,
    /// Good rows go in even though others are rejected.
    pub keep_good: bool,
    /// Where rejected rows go; made only if there are any.
    pub rejects: Option<PathBuf>,
    /// What the file is called, when the source has another name here.
    pub file_name: Option<String>,
}

impl ImportOptions {
    /// What was chosen, as the import's row keeps it.
    fn to_json(&self) -> Json {
        let map: serde_json::Map<String, Json> =
            self.map.iter().map(|(heading, path)| (heading.clone(), json!(path))).collect();
        json!({
            "map": map,
            "match": self.match_by,
            "on_duplicate": self.on_duplicate.map(OnDuplicate::word),
            "keep_good": self.keep_good,
        })
    }
}

impl OnDuplicate {
    /// The word on the command line and in REST.
    pub fn word(self) -> &'static str {
        match self {
            OnDuplicate::Skip => "skip",
            OnDuplicate::Update => "update",
            OnDuplicate::Error => "error",
        }
    }

    /// What a word means.
    pub fn of(word: &str) -> Option<OnDuplicate> {
        [OnDuplicate::Skip, OnDuplicate::Update, OnDuplicate::Error].into_iter().find(|on| on.word() == word)
    }
}

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Judging rows.
    Checking,
    /// Changing records.
    Applying,
    /// Working out sums and dates of the records that these belong to.
    Summing,
    /// Putting back what a failed import changed.
    Undoing,
}

/// How far it has come.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// Rows done in this stage.
    pub done: u64,
    /// Rows in all, once they are counted.
    pub total: Option<u64>,
}

/// A row that was rejected, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RowProblem {
    /// Its line in the file.
    pub line: u64,
    /// What is wrong.
    pub issues: Vec<Issue>,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportReport {
    /// The import, unless it was a trial.
    #[serde(skip)]
    pub import: Option<RecordId>,
    /// Rows in the file.
    pub rows: u64,
    /// Records made.
    pub created: u64,
    /// Records changed.
    pub updated: u64,
    /// Rows that said what was known.
    pub unchanged: u64,
    /// Rows left out because their record exists.
    pub skipped: u64,
    /// Rows that were refused.
    pub rejected: u64,
    /// Why, for the first of them.
    pub problems: Vec<RowProblem>,
    /// Columns that mean nothing here.
    pub ignored: Vec<String>,
    /// The file of rejected rows.
    #[serde(skip)]
    pub rejects: Option<PathBuf>,
    /// Whether records may have changed: neither a trial nor a failure that was put back.
    pub applied: bool,
    /// Told to stop before the end.
    pub stopped: bool,
    /// What broke it off, when that was neither a row nor a person.
    pub error: Option<Message>,
}

impl ImportReport {
    /// Whether every row was understood and, unless it was a trial, went in; rejected rows are no failure
    /// when the good ones were to be kept.
    pub fn succeeded(&self, options: &ImportOptions) -> bool {
        !self.stopped && (self.rejected == 0 || options.keep_good)
    }
}

/// What stays the same throughout an import.
pub struct Import<'a> {
    pub gate: &'a Gate,
    pub ctx: Ctx,
    pub object: Arc<Object>,
    pub options: &'a ImportOptions,
    pub columns: Columns,
    pub by: Option<Field>,
    /// Facts that the rows change, worked out once when all are in.
    pub later: FactsLater,
}

/// Brings the rows of a file in. `watch` hears how far it has come and stops it by answering false.
pub fn import(
    gate: &Gate,
    ctx: &Ctx,
    source: &Source,
    options: &ImportOptions,
    watch: &mut dyn FnMut(Progress) -> bool,
) -> Result<ImportReport> {
    let import = Import::new(gate, ctx, source, options)?;
    if options.dry_run {
        let mut rejects = import.rejects(source);
        let mut report = ImportReport { ignored: import.columns.ignored(), ..ImportReport::default() };
        let bad = import.judge(source, &mut rejects, &mut report, watch)?;
        // A trial goes on to the rules even when cells were wrong: people mend their file once.
        let (rejects_ref, report_ref) = (&mut rejects, &mut report);
        let mut applying = Applying {
            import: &import,
            rejects: rejects_ref,
            report: report_ref,
            bad: &bad,
            importing: None,
        };
        apply::run(&mut applying, source, watch)?;
        report.rejected = rejects.count;
        report.rejects = rejects.finish()?;
        return Ok(report);
    }
    let importing = import.begin(source)?;
    import.run(importing, source, watch)
}

impl<'a> Import<'a> {
    /// An import of a file that can be read with a map that makes sense, by someone who may.
    pub fn new(gate: &'a Gate, ctx: &Ctx, source: &Source, options: &'a ImportOptions) -> Result<Self> {
        let object = gate.object(&options.object)?;
        if !gate.may(ctx, &object.name, action::IMPORT) {
            return Err(Error::forbidden("exchange.no_import"));
        }
        let map = map::known(gate, &object, source, &options.map)?;
        let columns = Columns::of(gate, &object, source.headings(), &map)?;
        let by = match_field(&object, options, &columns)?;
        let ctx = ctx.clone().via(Channel::Import);
        Ok(Import { gate, ctx, object, options, columns, by, later: FactsLater::default() })
    }

    fn rejects<'s>(&'s self, source: &'s Source) -> Rejects<'s> {
        let path = self.options.rejects.as_deref();
        Rejects::new(path, source.headings(), self.gate.phrases(), self.ctx.locale)
    }

    /// Makes the import's row; from here on it is seen.
    pub fn begin(&self, source: &Source) -> Result<Importing> {
        let file_name = self.options.file_name.clone().unwrap_or_else(|| source.name().to_owned());
        let new = NewImport { object: self.object.name.clone(), file_name, options: self.options.to_json() };
        self.gate.begin_import(&self.ctx, new)
    }

    /// Judges and applies. Whatever goes wrong, what was changed is put back and the import's row says why.
    pub fn run(
        &self,
        importing: Importing,
        source: &Source,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<ImportReport> {
        let mut rejects = self.rejects(source);
        let mut report = ImportReport {
            import: Some(importing.id),
            ignored: self.columns.ignored(),
            ..ImportReport::default()
        };
        let done = self.work(&importing, source, &mut rejects, &mut report, watch);
        report.rejected = rejects.count;
        match rejects.finish() {
            Ok(path) => report.rejects = path,
            Err(error) => tracing::warn!(%error, "the file of rejected rows could not be finished"),
        }
        if let Some(path) = &report.rejects
            && let Err(error) = self.keep_rejects(&importing, path)
        {
            tracing::warn!(%error, "the file of rejected rows could not be kept beside the import");
        }
        report.error = done.as_ref().err().map(reason);
        report.applied = done.is_ok() && report.succeeded(self.options);
        let json = serde_json::to_value(&report).map_err(Error::internal)?;
        if report.applied {
            self.gate.finish_import(&self.ctx, importing, json)?;
            map::remember(self.gate, &self.ctx, &self.object, &self.options.map)?;
        } else {
            self.gate.fail_import(&self.ctx, importing, json, &mut |done, total| {
                // An import that failed is put back to the end, whoever would rather stop.
                let _ = watch(Progress { stage: Stage::Undoing, done, total: Some(total) });
            })?;
        }
        done?;
        Ok(report)
    }

    fn work(
        &self,
        importing: &Importing,
        source: &Source,
        rejects: &mut Rejects<'_>,
        report: &mut ImportReport,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<()> {
        let mut told = None;
        let mut watch = |progress: Progress| {
            // Judging has no transactions of its own, so its progress is written down once a second.
            let now = self.gate.clock().now();
            let due =
                told.is_none_or(|at: jiff::Timestamp| now.as_millisecond() - at.as_millisecond() >= 1000);
            if progress.stage == Stage::Checking && due {
                told = Some(now);
                if let Err(error) =
                    self.gate.import_judged(&self.ctx, importing, progress.done, progress.total)
                {
                    tracing::warn!(%error, "the progress of an import could not be noted");
                }
            }
            watch(progress) && self.gate.import_goes_on(importing).unwrap_or(true)
        };
        let bad = self.judge(source, rejects, report, &mut watch)?;
        if report.stopped || (report.rejected > 0 && !self.options.keep_good) {
            return Ok(());
        }
        self.gate.import_applies(&self.ctx, importing)?;
        let mut applying = Applying { import: self, rejects, report, bad: &bad, importing: Some(importing) };
        apply::run(&mut applying, source, &mut watch)?;
        if report.stopped { Ok(()) } else { self.catch_up(importing, report.rows, &mut watch) }
    }

    /// Works out the facts of other records that the rows have changed.
    fn catch_up(
        &self,
        importing: &Importing,
        rows: u64,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<()> {
        let batch = ImportBatch { import: importing.id, done: rows, total: rows };
        let total = Some(self.later.len() as u64);
        self.gate.catch_up(&self.ctx, &self.later, Some(&batch), &mut |done| {
            // The rows are in; who would stop now would only leave their sums wrong.
            let _ = watch(Progress { stage: Stage::Summing, done: done as u64, total });
        })
    }

    fn keep_rejects(&self, importing: &Importing, path: &std::path::Path) -> Result<()> {
        let bytes = std::fs::read(path).map_err(Error::internal)?;
        let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or("csv");
        let name = format!("{}-{}.rejected.{ending}", self.object.name, importing.id);
        self.gate.keep_rejects(&self.ctx, importing, &name, &bytes).map(drop)
    }
}

/// What to tell of an error that broke an import off. What went wrong inside the program stands in its log.
fn reason(error: &Error) -> Message {
    match error {
        Error::Malformed(message) | Error::Refused(message) | Error::Forbidden(message) => message.clone(),
        Error::DiskFull => Message::new("exchange.disk_full"),
        _ => Message::new("exchange.broken"),
    }
}

fn match_field(object: &Object, options: &ImportOptions, columns: &Columns) -> Result<Option<Field>> {
    let Some(name) = &options.match_by else { return Ok(None) };
    let field = object
        .active_fields()
        .find(|field| field.name == *name || field.label.zh == *name || field.label.en == *name)
        .ok_or_else(|| Error::Malformed(Message::new("exchange.match_unknown").with("field", name)))?;
    if columns.position(&field.name).is_none() {
        return Err(Error::Malformed(
            Message::new("exchange.match_absent").with_label("label", &field.label),
        ));
    }
    Ok(Some(field.clone()))
}

impl Import<'_> {
    /// The first reading: judges every row by itself, and by the other rows of the file. Answers with the lines
    /// of the rejected ones.
    fn judge(
        &self,
        source: &Source,
        rejects: &mut Rejects<'_>,
        report: &mut ImportReport,
        watch: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<HashSet<u64>> {
        let mut bad = HashSet::new();
        let mut references = References::new(self.gate, &self.ctx);
        let mut seen = Seen::new();
        let uniques: Vec<&Field> = self.unique_fields();
        let mut seen_unique: Vec<Seen> = uniques.iter().map(|_| Seen::new()).collect();
        for batch in batches(source)? {
            for row in self.read(batch?, &mut references)? {
                report.rows += 1;
                let line = row.checked.row.line;
                let mut issues = row.checked.draft.issues.clone();
                issues.extend(self.missing(&row));
                if let (Some(by), Some(key)) = (&self.by, &row.key)
                    && let Some(first) = seen.before(key, line)
                {
                    issues.push(twice(&by.name, first));
                }
                for (field, seen) in uniques.iter().zip(&mut seen_unique) {
                    if let Some(value) = row.checked.draft.values.get(&field.name)
                        && let Some(first) = seen.before(&field.store(value), line)
                    {
                        issues.push(twice(&field.name, first));
                    }
                }
                if row.existing.len() > 1
                    && let Some(by) = &self.by
                {
                    let message = Message::new("exchange.match_several").with("n", row.existing.len());
                    issues.push(Issue::field(&by.name, "duplicate", message));
                }
                if row.existing.len() == 1
                    && self.options.on_duplicate == Some(OnDuplicate::Error)
                    && let Some(by) = &self.by
                {
                    issues.push(Issue::field(&by.name, "duplicate", Message::new("exchange.exists")));
                }
                if !issues.is_empty() {
                    bad.insert(line);
                    self.reject(&row.checked.row, issues, rejects, report)?;
                }
            }
            if !watch(Progress { stage: Stage::Checking, done: report.rows, total: None }) {
                report.stopped = true;
                break;
            }
        }
        Ok(bad)
    }

    /// Fields besides the match key that no two records share.
    fn unique_fields(&self) -> Vec<&Field> {
        let by = self.by.as_ref().map(|field| field.name.as_str());
        self.columns
            .0
            .iter()
            .filter_map(|column| column.means.field())
            .filter(|field| (field.unique || field.name == "external_id") && Some(field.name.as_str()) != by)
            .collect()
    }

    /// Required fields that a new record would lack.
    fn missing(&self, row: &Prepared) -> Vec<Issue> {
        if !row.existing.is_empty() {
            return Vec::new();
        }
        let draft = &row.checked.draft;
        self.object
            .active_fields()
            .filter(|field| field.required && field.default.is_none() && field.show_when.is_none())
            .filter(|field| {
                !field.is_computed() && !matches!(field.kind, guanxi_model::FieldKind::AutoNumber { .. })
            })
            .filter(|field| draft.get(&field.name).is_null())
            .filter(|field| !draft.issues.iter().any(|issue| issue.field.as_deref() == Some(&field.name)))
            .map(|field| {
                let message = Message::new("field.required").with_label("label", &field.label);
                Issue::field(&field.name, "required", message)
            })
            .collect()
    }

    /// Adds a row to the rejected ones.
    pub fn reject(
        &self,
        row: &Row,
        issues: Vec<Issue>,
        rejects: &mut Rejects<'_>,
        report: &mut ImportReport,
    ) -> Result<()> {
        let reason = rejects::sentence(self.gate.phrases(), self.ctx.locale, &self.object, &issues);
        let cells: Vec<String> = row.cells.iter().map(super::source::Raw::to_text).collect();
        rejects.add(&cells, &reason)?;
        report.rejected = rejects.count;
        if report.problems.len() < TOLD {
            report.problems.push(RowProblem { line: row.line, issues });
        }
        Ok(())
    }

    /// Reads rows and finds the records they are about.
    pub fn read(&self, rows: Vec<Row>, references: &mut References<'_>) -> Result<Vec<Prepared>> {
        let checked = check::read(&self.columns, references, rows)?;
        let Some(by) = &self.by else {
            return Ok(checked
                .into_iter()
                .map(|checked| Prepared { checked, key: None, existing: Vec::new() })
                .collect());
        };
        let key_of = |row: &Checked| match (&row.id, by.name.as_str()) {
            (Some(id), "id") => Some(id.clone()),
            _ => row.draft.values.get(&by.name).cloned(),
        };
        let values: Vec<Value> = checked.iter().filter_map(key_of).collect();
        let found: HashMap<Stored, Vec<Existing>> =
            keys::find(self.gate, &self.ctx, &self.object, by, &values)?;
        Ok(checked
            .into_iter()
            .map(|mut checked| {
                let key = key_of(&checked).map(|value| match value {
                    Value::Ref(id) => Stored::from(id),
                    value => by.store(&value),
                });
                let existing = key.as_ref().and_then(|key| found.get(key)).cloned().unwrap_or_default();
                let lost = checked.draft.issues.iter().any(|issue| issue.field.as_deref() == Some(&by.name));
                if key.is_none() && !lost {
                    let message = Message::new("exchange.match_empty").with_label("label", &by.label);
                    checked.draft.issues.push(Issue::field(&by.name, "required", message));
                }
                if by.name == "id" && key.is_some() && existing.is_empty() {
                    checked.draft.issues.push(Issue::field(
                        "id",
                        "reference",
                        Message::new("exchange.id_unknown"),
                    ));
                }
                Prepared { checked, key, existing }
            })
            .collect())
    }

    /// Whether the likely duplicates of new records are looked for: always, except when the match key alone
    /// decides which record is which.
    pub fn looks_for_duplicates(&self) -> bool {
        self.by.is_none() || matches!(self.options.on_duplicate, Some(OnDuplicate::Skip | OnDuplicate::Error))
    }
}

/// A row with the record it is about.
pub struct Prepared {
    pub checked: Checked,
    pub key: Option<Stored>,
    pub existing: Vec<Existing>,
}

fn twice(field: &str, line: u64) -> Issue {
    Issue::field(field, "duplicate", Message::new("exchange.twice").with("line", line))
}

/// The rows of a file, a thousand at a time.
pub fn batches(source: &Source) -> Result<impl Iterator<Item = Result<Vec<Row>>> + Send + use<>> {
    let mut rows = source.rows()?;
    Ok(std::iter::from_fn(move || {
        let mut batch = Vec::with_capacity(BATCH);
        for row in rows.by_ref().take(BATCH) {
            match row {
                Ok(row) => batch.push(row),
                Err(error) => return Some(Err(error)),
            }
        }
        (!batch.is_empty()).then_some(Ok(batch))
    }))
}
