//! Reading spreadsheets: the first sheet, cell by cell, so that a million rows need no more memory than one.

use super::source::{Raw, Row, Rows, unreadable};
use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError, open_workbook};
use guanxi_gate::{Error, Result};
use guanxi_model::Message;
use std::{
    fs::File,
    io::BufReader,
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
};

/// The first row that has anything in it.
pub fn headings(path: &Path) -> Result<Vec<String>> {
    let mut found = None;
    walk(path, &mut |row| {
        found = Some(row);
        false
    })?;
    let cells = found.map(|row| row.cells).unwrap_or_default();
    Ok(cells.iter().map(|cell| cell.to_text().trim().to_owned()).collect())
}

/// All rows after the headings.
pub fn rows(path: &Path) -> Result<Rows> {
    // The reader borrows the workbook, so both live on a thread of their own that stays a little ahead.
    let (sender, receiver) = sync_channel::<Result<Vec<Row>>>(4);
    let path = path.to_owned();
    std::thread::Builder::new()
        .name("sheet".to_owned())
        .spawn(move || send(&path, &sender))
        .map_err(unreadable)?;
    Ok(Box::new(receiver.into_iter().flat_map(|batch| match batch {
        Ok(rows) => rows.into_iter().map(Ok).collect::<Vec<_>>(),
        Err(error) => vec![Err(error)],
    })))
}

fn send(path: &Path, sender: &SyncSender<Result<Vec<Row>>>) {
    let mut batch = Vec::new();
    let mut first = true;
    let walked = walk(path, &mut |row| {
        if std::mem::take(&mut first) {
            return true;
        }
        batch.push(row);
        // A receiver that is gone wants no more.
        batch.len() < 500 || sender.send(Ok(std::mem::take(&mut batch))).is_ok()
    });
    let _ = match walked {
        Ok(()) => sender.send(Ok(batch)),
        Err(error) => sender.send(Err(error)),
    };
}

/// Hands over each row that has anything in it, until told to stop.
fn walk(path: &Path, take: &mut dyn FnMut(Row) -> bool) -> Result<()> {
    let mut workbook: Xlsx<BufReader<File>> =
        open_workbook(path).map_err(|error: XlsxError| unreadable(error))?;
    let names = workbook.sheet_names();
    let name = names.first().ok_or_else(|| Error::Malformed(Message::new("exchange.no_sheet")))?;
    let mut cells = workbook.worksheet_cells_reader(name).map_err(unreadable)?;
    let mut row: Option<Row> = None;
    while let Some(cell) = cells.next_cell().map_err(unreadable)? {
        let (line, column) = cell.get_position();
        let raw = raw(cell.get_value());
        if raw == Raw::Empty {
            continue;
        }
        let line = u64::from(line) + 1;
        if row.as_ref().is_some_and(|row| row.line != line)
            && let Some(done) = row.take()
            && !take(done)
        {
            return Ok(());
        }
        let row = row.get_or_insert_with(|| Row { line, cells: Vec::new() });
        let column = usize::try_from(column).unwrap_or(usize::MAX).min(16_383);
        if row.cells.len() <= column {
            row.cells.resize(column + 1, Raw::Empty);
        }
        row.cells[column] = raw;
    }
    if let Some(last) = row {
        take(last);
    }
    Ok(())
}

fn raw(value: &DataRef<'_>) -> Raw {
    let text = match value {
        DataRef::Empty | DataRef::Error(_) => return Raw::Empty,
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number_text(*number),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::DateTime(at) => return instant(at),
    };
    if text.trim().is_empty() { Raw::Empty } else { Raw::Text(text) }
}

/// A number as a person would have typed it: phones and ids without a point, amounts as short as they are exact.
fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e15 { format!("{number:.0}") } else { number.to_string() }
}

fn instant(at: &ExcelDateTime) -> Raw {
    let (year, month, day, hour, minute, second, _) = at.to_ymd_hms_milli();
    Raw::Text(match (hour, minute, second) {
        (0, 0, 0) => format!("{year:04}-{month:02}-{day:02}"),
        _ => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    })
}
