//! Many new rows at once. SQLite runs one prepared statement for each; PostgreSQL is sent many rows in a statement,
//! because there every statement is a journey to the server and back.

use crate::{conn::Conn, dialect::Dialect, error::Result, sql::Sql};
use guanxi_model::Stored;
use std::fmt::Write;

/// Rows of one statement on PostgreSQL. More gain little and make parsing slow.
const TOGETHER: usize = 128;
/// PostgreSQL counts the parameters of a statement in sixteen bits.
const PARAMETERS: usize = 32_000;

/// How a row is written: the text between its parameters, with one text more than there are parameters.
/// Fixed text and generated names only.
pub(crate) struct Insert {
    head: String,
    row: Vec<String>,
}

impl Insert {
    /// Rows whose columns are exactly what is bound.
    pub fn plain<'c>(table: &str, columns: impl IntoIterator<Item = &'c str>) -> Self {
        let mut head = Sql::new("INSERT INTO ");
        head.name(table).push(" (");
        let mut row = Vec::new();
        for (i, column) in columns.into_iter().enumerate() {
            head.push(if i > 0 { ", " } else { "" }).name(column);
            row.push(if i > 0 { ", " } else { "(" }.to_owned());
        }
        head.push(") VALUES ");
        row.push(")".to_owned());
        Insert { head: head.text, row }
    }

    /// Rows with expressions around what is bound.
    pub fn written(head: &str, row: &[&str]) -> Self {
        Insert { head: head.to_owned(), row: row.iter().map(|part| (*part).to_owned()).collect() }
    }

    /// Inserts rows in their order, each with the values of its parameters.
    pub fn rows(&self, conn: &mut Conn<'_>, rows: Vec<Vec<Stored>>) -> Result<()> {
        let width = self.row.len() - 1;
        let most = match conn.dialect() {
            Dialect::Sqlite => return conn.execute_many(&self.text(1), rows),
            Dialect::Postgres => TOGETHER.min(PARAMETERS / width.max(1)).max(1),
        };
        let mut left = rows.len();
        let mut rows = rows.into_iter();
        while left > 0 {
            // Powers of two keep the number of different statements small.
            let together = 1 << left.min(most).ilog2();
            let params = rows.by_ref().take(together).flatten().collect();
            conn.execute(&Sql { text: self.text(together), params })?;
            left -= together;
        }
        Ok(())
    }

    fn text(&self, rows: usize) -> String {
        let mut text = self.head.clone();
        let mut number = 0;
        for row in 0..rows {
            text.push_str(if row > 0 { ", " } else { "" });
            for (i, part) in self.row.iter().enumerate() {
                if i > 0 {
                    number += 1;
                    write!(text, "${number}").expect("writing to a String cannot fail");
                }
                text.push_str(part);
            }
        }
        text
    }
}
