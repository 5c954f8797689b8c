//! Rejected rows, as they came, with the reason in the last column, so that they can be mended and imported again.

use super::writer::Writer;
use guanxi_gate::Result;
use guanxi_model::{Issue, Locale, Object, phrases::Phrases};
use std::path::{Path, PathBuf};

/// The file of rejected rows; made with the first of them.
pub struct Rejects<'a> {
    path: Option<PathBuf>,
    writer: Option<Writer>,
    headings: &'a [String],
    heading: String,
    /// How many there are.
    pub count: u64,
}

impl<'a> Rejects<'a> {
    /// None yet. Without a path they are only counted.
    pub fn new(path: Option<&Path>, headings: &'a [String], phrases: &Phrases, locale: Locale) -> Self {
        let heading = phrases.get(locale, "exchange.reason").to_owned();
        Rejects { path: path.map(Path::to_owned), writer: None, headings, heading, count: 0 }
    }

    /// Adds a row.
    pub fn add(&mut self, cells: &[String], reason: &str) -> Result<()> {
        self.count += 1;
        let Some(path) = &self.path else { return Ok(()) };
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => {
                let mut writer = Writer::create(path)?;
                writer.row(self.headings.iter().map(String::as_str).chain([self.heading.as_str()]))?;
                none.insert(writer)
            }
        };
        let gaps = self.headings.len().saturating_sub(cells.len());
        let cells = cells.iter().map(String::as_str).take(self.headings.len());
        writer.row(cells.chain(std::iter::repeat_n("", gaps)).chain([reason]))
    }

    /// Finishes the file; its path if there is one.
    pub fn finish(self) -> Result<Option<PathBuf>> {
        match self.writer {
            Some(writer) => {
                writer.finish()?;
                Ok(self.path)
            }
            None => Ok(None),
        }
    }
}

/// What is wrong with a row, in one line.
pub fn sentence(phrases: &Phrases, locale: Locale, object: &Object, issues: &[Issue]) -> String {
    let one = |issue: &Issue| {
        let text = phrases.say(locale, &issue.message);
        match issue.field.as_deref().and_then(|name| object.field(name)) {
            Some(field) => format!("{}: {text}", field.label.get(locale)),
            None => text,
        }
    };
    issues.iter().map(one).collect::<Vec<_>>().join("; ")
}
