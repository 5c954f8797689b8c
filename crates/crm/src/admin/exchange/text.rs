//! Reading CSV.

use super::{
    decode,
    source::{Raw, Row, Rows, unreadable},
};
use guanxi_gate::Result;
use std::{io::Read, path::Path};

type Reader = csv::Reader<Box<dyn Read + Send>>;

/// The first line.
pub fn headings(path: &Path) -> Result<Vec<String>> {
    let mut reader = open(path)?;
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(unreadable)?;
    Ok(record.iter().map(|heading| heading.trim().to_owned()).collect())
}

/// All lines but the first.
pub fn rows(path: &Path) -> Result<Rows> {
    let mut reader = open(path)?;
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(unreadable)?;
    Ok(Box::new(std::iter::from_fn(move || match reader.read_record(&mut record) {
        Ok(false) => None,
        Ok(true) => {
            let line = record.position().map_or(0, csv::Position::line);
            Some(Ok(Row { line, cells: record.iter().map(cell).collect() }))
        }
        Err(error) => Some(Err(unreadable(error))),
    })))
}

fn cell(text: &str) -> Raw {
    // What our own export made safe for spreadsheets comes back as it was.
    let text = match text.strip_prefix('\'') {
        Some(rest) if rest.starts_with(super::writer::FORMULA) => rest,
        _ => text,
    };
    if text.trim().is_empty() { Raw::Empty } else { Raw::Text(text.to_owned()) }
}

fn open(path: &Path) -> Result<Reader> {
    let separator = separator(path)?;
    let file = decode::open(path).map_err(unreadable)?;
    Ok(csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(separator).from_reader(file))
}

/// The separator that the first line uses most; a comma when it has none.
fn separator(path: &Path) -> Result<u8> {
    let mut head = Vec::new();
    decode::open(path).map_err(unreadable)?.take(8192).read_to_end(&mut head).map_err(unreadable)?;
    let line = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |separator: u8| line.iter().filter(|byte| **byte == separator).count();
    let best = [b',', b'\t', b';'].into_iter().rev().max_by_key(|separator| count(*separator));
    Ok(best.unwrap_or(b','))
}
