#![doc = include_str!("../README.md")]

/// A statement with fixed text and its parameters: `sql!("SELECT a FROM t WHERE b = $1", b)`.
macro_rules! sql {
    ($text:expr $(, $param:expr)* $(,)?) => {
        $crate::sql::Sql { text: ($text).to_owned(), params: vec![$(guanxi_model::Stored::from($param)),*] }
    };
}

pub mod conn;
pub mod dialect;
pub mod error;
pub mod files;
pub mod ids;
pub mod sql;
pub mod store;

mod columns;
mod migrate;
mod place;
mod postgres;
mod schema;
mod sqlite;

pub use conn::{Conn, Row};
pub use dialect::Dialect;
pub use error::{Error, Result};
pub use sql::Sql;
pub use store::{Config, Store};
