//! How commands answer: a table for people, JSON for machines.

use crate::{cli::Format, texts};
use comfy_table::{ContentArrangement, Table, presets};
use guanxi_model::Locale;
use serde_json::Value as Json;
use std::io::{IsTerminal, Write};

/// Where answers go, and in which form and language.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    /// The reader's language.
    pub locale: Locale,
    /// The form asked for.
    pub format: Option<Format>,
}

impl Output {
    /// Whether a machine reads the answer.
    pub fn is_json(&self) -> bool {
        self.format == Some(Format::Json)
    }

    /// A sentence, or for a machine an object.
    pub fn tell(&self, key: &str, args: &[(&str, &str)], json: Json) {
        if self.is_json() {
            print(&json.to_string());
        } else {
            print(&texts::fill(self.locale, key, args));
        }
    }

    /// A line for people only.
    pub fn note(&self, key: &str, args: &[(&str, &str)]) {
        if !self.is_json() {
            print(&texts::fill(self.locale, key, args));
        }
    }

    /// A table with headings from the phrase tables, or for a machine a list of objects with these keys.
    pub fn table(&self, prefix: &str, keys: &[&str], rows: &[Vec<Json>]) {
        if self.is_json() {
            let items: Vec<Json> = rows
                .iter()
                .map(|row| {
                    Json::Object(keys.iter().map(|key| (*key).to_owned()).zip(row.iter().cloned()).collect())
                })
                .collect();
            print(&Json::Array(items).to_string());
            return;
        }
        let headings =
            keys.iter().map(|key| texts::fill(self.locale, &format!("{prefix}.{key}"), &[])).collect();
        let rows = rows.iter().map(|row| row.iter().map(plain).collect()).collect();
        print(&plain_table(headings, rows));
    }
}

fn plain(json: &Json) -> String {
    match json {
        Json::Null => String::new(),
        Json::String(text) => text.clone(),
        Json::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// A table for a terminal.
pub fn plain_table(headings: Vec<String>, rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_BORDERS_ONLY).set_header(headings).add_rows(rows);
    if std::io::stdout().is_terminal() {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    table.to_string()
}

/// Prints a line. A reader who has gone away (`| head`) is no failure.
pub fn print(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
