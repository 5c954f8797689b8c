//! SQLite's words.

pub const INTEGER: &str = "INTEGER";
pub const TEXT: &str = "TEXT";
pub const TABLE_OPTIONS: &str = " STRICT";
/// Nulls are smallest by nature.
pub const NULLS_FIRST: &str = "";

pub fn date_of_millis(column: &str, offset_ms: i64, characters: u8) -> String {
    let format = if characters == 4 { "%Y" } else { "%Y-%m" };
    format!("strftime('{format}', ({column} + {offset_ms}) / 1000, 'unixepoch')")
}
