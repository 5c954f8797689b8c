//! Reading the columns of a row in order.

use crate::error::{Error, Result};
use guanxi_model::Stored;

/// The columns of a row that are still to be read.
pub struct Columns(std::vec::IntoIter<Stored>);

impl Columns {
    pub fn new(row: Vec<Stored>) -> Self {
        Columns(row.into_iter())
    }

    pub fn int(&mut self) -> Result<i64> {
        self.maybe_int()?.ok_or_else(unexpected)
    }

    pub fn text(&mut self) -> Result<String> {
        self.maybe_text()?.ok_or_else(unexpected)
    }

    pub fn bool(&mut self) -> Result<bool> {
        Ok(self.int()? != 0)
    }

    pub fn json(&mut self) -> Result<serde_json::Value> {
        Ok(serde_json::from_str(&self.text()?)?)
    }

    pub fn maybe_int(&mut self) -> Result<Option<i64>> {
        match self.0.next() {
            Some(Stored::Int(number)) => Ok(Some(number)),
            Some(Stored::Null) => Ok(None),
            _ => Err(unexpected()),
        }
    }

    pub fn maybe_text(&mut self) -> Result<Option<String>> {
        match self.0.next() {
            Some(Stored::Text(text)) => Ok(Some(text)),
            Some(Stored::Null) => Ok(None),
            _ => Err(unexpected()),
        }
    }
}

fn unexpected() -> Error {
    Error::Corrupt("a system table holds a value of another type".to_owned())
}
