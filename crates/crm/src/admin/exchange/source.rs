//! A file of rows, whatever its format. It can be read several times.

use super::{json_lines, sheet, text};
use guanxi_gate::{Error, Result};
use guanxi_model::Message;
use std::path::{Path, PathBuf};

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text with separators, in UTF-8 or GB18030.
    Csv,
    /// A spreadsheet.
    Xlsx,
    /// One JSON object a line.
    JsonLines,
}

impl Kind {
    /// The format that a file's name promises.
    pub fn of(path: &Path) -> Option<Kind> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "csv" | "tsv" | "txt" => Some(Kind::Csv),
            "xlsx" | "xlsm" => Some(Kind::Xlsx),
            "jsonl" | "ndjson" => Some(Kind::JsonLines),
            _ => None,
        }
    }
}

/// What a cell says.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Nothing; an empty cell changes nothing.
    Empty,
    /// Text, as typed.
    Text(String),
    /// A JSON value.
    Json(serde_json::Value),
}

impl Raw {
    /// The cell as text, for the file of rejected rows.
    pub fn to_text(&self) -> String {
        match self {
            Raw::Empty => String::new(),
            Raw::Text(text) => text.clone(),
            Raw::Json(serde_json::Value::String(text)) => text.clone(),
            Raw::Json(json) => json.to_string(),
        }
    }
}

/// A row, with the line of the file on which it begins (for a sheet, its row number).
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Line, counted from one.
    pub line: u64,
    /// Cells in the order of the headings; there may be fewer.
    pub cells: Vec<Raw>,
}

/// Rows one after another.
pub type Rows = Box<dyn Iterator<Item = Result<Row>> + Send>;

/// A file to import.
#[derive(Debug, Clone)]
pub struct Source {
    path: PathBuf,
    kind: Kind,
    name: String,
    headings: Vec<String>,
}

impl Source {
    /// Looks into a file: its format, encoding and headings.
    pub fn open(path: &Path) -> Result<Source> {
        let kind = Kind::of(path).ok_or_else(|| {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Error::Malformed(Message::new("exchange.unknown_format").with("name", name))
        })?;
        Source::open_as(path, kind)
    }

    /// The same for a file whose format is known from elsewhere.
    pub fn open_as(path: &Path, kind: Kind) -> Result<Source> {
        let headings = match kind {
            Kind::Csv => text::headings(path)?,
            Kind::Xlsx => sheet::headings(path)?,
            Kind::JsonLines => json_lines::headings(path)?,
        };
        if headings.iter().all(|heading| heading.trim().is_empty()) {
            return Err(Error::Malformed(Message::new("exchange.no_headings")));
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Source { path: path.to_owned(), kind, name, headings })
    }

    /// The headings of its columns.
    pub fn headings(&self) -> &[String] {
        &self.headings
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its format.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Its rows below the headings; empty ones are left out.
    pub fn rows(&self) -> Result<Rows> {
        let rows = match self.kind {
            Kind::Csv => text::rows(&self.path)?,
            Kind::Xlsx => sheet::rows(&self.path)?,
            Kind::JsonLines => json_lines::rows(&self.path, self.headings.clone())?,
        };
        let full = |row: &Row| row.cells.iter().any(|cell| *cell != Raw::Empty);
        Ok(Box::new(rows.filter(move |row| row.as_ref().map_or(true, full))))
    }
}

/// A file that cannot be read as what it claims to be.
pub fn unreadable(reason: impl ToString) -> Error {
    Error::Malformed(Message::new("exchange.unreadable").with("reason", reason))
}
