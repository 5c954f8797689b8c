//! SQLite's words.

pub const INTEGER: &str = "INTEGER";
pub const TEXT: &str = "TEXT";
pub const TABLE_OPTIONS: &str = " STRICT";
/// Nulls are smallest by nature.
pub const NULLS_FIRST: &str = "";
