//! Reading JSON lines: an object a line, its keys the headings.

use super::source::{Raw, Row, Rows, unreadable};
use guanxi_gate::{Error, Result};
use guanxi_model::Message;
use serde_json::{Map, Value as Json};
use std::{
    collections::HashMap,
    fs::File,
    io::{BufRead, BufReader},
    path::Path,
};

/// Every key of every line, in the order of their first appearance.
pub fn headings(path: &Path) -> Result<Vec<String>> {
    let mut known: HashMap<String, usize> = HashMap::new();
    let mut headings = Vec::new();
    for object in objects(path)? {
        for key in object?.1.keys() {
            if !known.contains_key(key) {
                known.insert(key.clone(), headings.len());
                headings.push(key.clone());
            }
        }
    }
    Ok(headings)
}

/// All lines.
pub fn rows(path: &Path, headings: Vec<String>) -> Result<Rows> {
    let positions: HashMap<String, usize> =
        headings.into_iter().enumerate().map(|(i, key)| (key, i)).collect();
    Ok(Box::new(objects(path)?.map(move |object| {
        let (line, object) = object?;
        let mut cells = vec![Raw::Empty; positions.len()];
        for (key, value) in object {
            if let Some(position) = positions.get(&key) {
                cells[*position] = cell(value);
            }
        }
        Ok(Row { line, cells })
    })))
}

fn cell(value: Json) -> Raw {
    match value {
        Json::Null => Raw::Empty,
        Json::String(text) if text.trim().is_empty() => Raw::Empty,
        Json::String(text) => Raw::Text(text),
        other => Raw::Json(other),
    }
}

fn objects(path: &Path) -> Result<impl Iterator<Item = Result<(u64, Map<String, Json>)>> + Send + use<>> {
    let lines = BufReader::new(File::open(path).map_err(unreadable)?).lines();
    Ok((1..).zip(lines).filter_map(|(number, line)| match line {
        Err(error) => Some(Err(unreadable(error))),
        Ok(line) if line.trim().is_empty() => None,
        Ok(line) => Some(match serde_json::from_str(line.trim_start_matches('\u{feff}')) {
            Ok(Json::Object(object)) => Ok((number, object)),
            _ => Err(Error::Malformed(Message::new("exchange.not_an_object").with("line", number))),
        }),
    }))
}
