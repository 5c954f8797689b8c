//! What a row says, as values of fields, and everything that is wrong with it.

use super::{
    columns::{Columns, Means},
    references::References,
    source::{Raw, Row},
};
use guanxi_gate::{Draft, Result};
use guanxi_model::{Field, Issue, Value};

/// A row as a change that may be made.
#[derive(Debug)]
pub struct Checked {
    /// The row.
    pub row: Row,
    /// What it says. Empty cells are not in it; problems are.
    pub draft: Draft,
    /// The id it names itself by.
    pub id: Option<Value>,
}

/// Reads rows by the columns' meanings. References are looked up together.
pub fn read(columns: &Columns, references: &mut References<'_>, rows: Vec<Row>) -> Result<Vec<Checked>> {
    for (position, column) in columns.0.iter().enumerate() {
        if !matches!(column.means, Means::Key { .. }) {
            continue;
        }
        let texts: Vec<String> =
            rows.iter().filter_map(|row| key_text(row.cells.get(position)?, &column.means)).collect();
        references.learn(&column.means, texts.iter().map(String::as_str))?;
    }
    Ok(rows.into_iter().map(|row| read_one(columns, references, row)).collect())
}

fn read_one(columns: &Columns, references: &References<'_>, row: Row) -> Checked {
    let mut draft = Draft::new();
    let mut id = None;
    for (column, cell) in columns.0.iter().zip(&row.cells) {
        if *cell == Raw::Empty {
            continue;
        }
        let (name, value) = match &column.means {
            Means::Ignored => continue,
            Means::Id => {
                id = cell.to_text().trim().parse().ok().map(Value::Ref);
                if id.is_none() {
                    let message = guanxi_model::Message::new("field.reference").with("value", cell.to_text());
                    draft.issues.push(Issue::field("id", "reference", message));
                }
                continue;
            }
            Means::Key { field, .. } => (&field.name, reference(references, &column.means, cell)),
            Means::Field(field) => (&field.name, value(field, cell)),
        };
        match value {
            Ok(Value::Null) => {}
            Ok(value) => drop(draft.values.insert(name.clone(), value)),
            Err((code, message)) => draft.issues.push(Issue::field(name, code, message)),
        }
    }
    Checked { row, draft, id }
}

fn value(field: &Field, cell: &Raw) -> std::result::Result<Value, guanxi_model::field::Problem> {
    match cell {
        Raw::Empty => Ok(Value::Null),
        Raw::Text(text) => field.parse_text(text),
        Raw::Json(json) => field.parse_json(json),
    }
}

fn reference(
    references: &References<'_>,
    means: &Means,
    cell: &Raw,
) -> std::result::Result<Value, guanxi_model::field::Problem> {
    match key_text(cell, means) {
        Some(text) => references.get(means, &text),
        None => match means.field() {
            Some(field) => value(field, cell),
            None => Ok(Value::Null),
        },
    }
}

/// The key a cell names a record by. `{"external_id": "1"}` in a column without key is left to the field.
fn key_text(cell: &Raw, means: &Means) -> Option<String> {
    match (cell, means) {
        (Raw::Text(text), _) => Some(text.trim().to_owned()),
        (Raw::Json(serde_json::Value::Number(number)), _) => Some(number.to_string()),
        _ => None,
    }
}
