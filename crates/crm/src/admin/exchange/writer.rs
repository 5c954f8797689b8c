//! Writing rows of texts and numbers: CSV that spreadsheets open rightly and safely, sheets, JSON lines.

use super::source::{Kind, unreadable};
use guanxi_gate::{Error, Result};
use guanxi_model::Message;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use std::{
    fs::File,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
};

/// A text that begins with one of these is run by spreadsheets as a formula, whoever wrote it.
pub const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A cell to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Out {
    /// Nothing.
    Empty,
    /// Text; never a formula.
    Text(String),
    /// A number, as exact digits.
    Number(String),
    /// A JSON value, which only JSON lines keep as it is.
    Json(serde_json::Value),
}

/// A file being written.
pub struct Writer(Form);

enum Form {
    Csv(Box<csv::Writer<BufWriter<File>>>),
    Xlsx { workbook: Box<Workbook>, path: PathBuf, row: u32, headings: bool },
    JsonLines { file: BufWriter<File>, keys: Vec<String> },
}

impl Writer {
    /// A file in the format its name promises.
    pub fn create(path: &Path) -> Result<Writer> {
        let kind = Kind::of(path).ok_or_else(|| {
            Error::Malformed(Message::new("exchange.unknown_format").with("name", path.display()))
        })?;
        Ok(Writer(match kind {
            Kind::Csv => {
                let mut file = BufWriter::with_capacity(256 * 1024, File::create(path).map_err(unwritable)?);
                // The mark makes Excel read UTF-8.
                file.write_all("\u{feff}".as_bytes()).map_err(unwritable)?;
                Form::Csv(Box::new(
                    csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file),
                ))
            }
            Kind::Xlsx => {
                let mut workbook = Box::new(Workbook::new());
                workbook.add_worksheet_with_constant_memory().map_err(unwritable)?;
                // Fails before a long export rather than after it.
                drop(File::create(path).map_err(unwritable)?);
                Form::Xlsx { workbook, path: path.to_owned(), row: 0, headings: true }
            }
            Kind::JsonLines => Form::JsonLines {
                file: BufWriter::with_capacity(256 * 1024, File::create(path).map_err(unwritable)?),
                keys: Vec::new(),
            },
        }))
    }

    /// Writes a row of texts; the first row is the headings.
    pub fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> Result<()> {
        let cells: Vec<Out> =
            cells.map(|text| if text.is_empty() { Out::Empty } else { Out::Text(text.to_owned()) }).collect();
        self.cells(&cells)
    }

    /// Writes a row; the first row is the headings.
    pub fn cells(&mut self, cells: &[Out]) -> Result<()> {
        match &mut self.0 {
            Form::Csv(writer) => {
                for cell in cells {
                    match cell {
                        Out::Empty => writer.write_field(""),
                        Out::Number(digits) => writer.write_field(digits),
                        Out::Text(text) if text.starts_with(FORMULA) => {
                            writer.write_field(format!("'{text}"))
                        }
                        Out::Text(text) => writer.write_field(text),
                        Out::Json(json) => writer.write_field(json.to_string()),
                    }
                    .map_err(unwritable)?;
                }
                writer.write_record(None::<&[u8]>).map_err(unwritable)
            }
            Form::Xlsx { workbook, row, headings, .. } => {
                let sheet = workbook.worksheet_from_index(0).map_err(unwritable)?;
                let bold = Format::new().set_bold();
                for (column, cell) in (0_u16..).zip(cells) {
                    let written: std::result::Result<_, XlsxError> = match cell {
                        Out::Empty => continue,
                        Out::Text(text) if *headings => {
                            sheet.write_string_with_format(*row, column, text, &bold)
                        }
                        Out::Text(text) => sheet.write_string(*row, column, text),
                        // Digits beyond what a sheet's numbers hold stay text.
                        Out::Number(digits) if digits.len() > 15 => sheet.write_string(*row, column, digits),
                        Out::Number(digits) => match digits.parse::<f64>() {
                            Ok(number) => sheet.write_number(*row, column, number),
                            Err(_) => sheet.write_string(*row, column, digits),
                        },
                        Out::Json(json) => sheet.write_string(*row, column, json.to_string()),
                    };
                    written.map_err(unwritable)?;
                }
                if *headings {
                    sheet.set_freeze_panes(1, 0).map_err(unwritable)?;
                    *headings = false;
                }
                *row += 1;
                Ok(())
            }
            Form::JsonLines { file, keys } => {
                if keys.is_empty() {
                    *keys = cells
                        .iter()
                        .map(|cell| match cell {
                            Out::Text(text) => text.clone(),
                            _ => String::new(),
                        })
                        .collect();
                    return Ok(());
                }
                let object: serde_json::Map<_, _> = keys
                    .iter()
                    .zip(cells)
                    .map(|(key, cell)| {
                        let json = match cell {
                            Out::Empty => serde_json::Value::Null,
                            Out::Text(text) => text.as_str().into(),
                            Out::Number(digits) => {
                                serde_json::from_str(digits).unwrap_or_else(|_| digits.as_str().into())
                            }
                            Out::Json(json) => json.clone(),
                        };
                        (key.clone(), json)
                    })
                    .collect();
                serde_json::to_writer(&mut *file, &object).map_err(unwritable)?;
                file.write_all(b"\n").map_err(unwritable)
            }
        }
    }

    /// Completes the file and makes it durable.
    pub fn finish(self) -> Result<()> {
        match self.0 {
            Form::Csv(writer) => finish_file(writer.into_inner().map_err(unwritable)?),
            Form::Xlsx { mut workbook, path, .. } => workbook.save(path).map_err(unwritable),
            Form::JsonLines { file, .. } => finish_file(file),
        }
    }
}

fn finish_file(file: BufWriter<File>) -> Result<()> {
    file.into_inner().map_err(unwritable)?.sync_all().map_err(unwritable)
}

/// A file that cannot be written.
pub fn unwritable(reason: impl ToString) -> Error {
    match unreadable(reason) {
        Error::Malformed(message) => {
            Error::Malformed(Message { key: "exchange.unwritable".into(), ..message })
        }
        other => other,
    }
}
