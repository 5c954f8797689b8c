#![doc = include_str!("../README.md")]

/// A statement with fixed text and its parameters: `sql!("SELECT a FROM t WHERE b = $1", b)`.
macro_rules! sql {
    ($text:expr $(, $param:expr)* $(,)?) => {
        $crate::sql::Sql { text: ($text).to_owned(), params: vec![$(guanxi_model::Stored::from($param)),*] }
    };
}

pub mod aggregate;
pub mod auth;
pub mod conn;
pub mod dialect;
pub mod duplicates;
pub mod error;
pub mod events;
pub mod files;
pub mod filter;
pub mod handovers;
pub mod health;
pub mod hold;
pub mod idempotency;
pub mod ids;
pub mod imports;
mod insert;
pub mod jobs;
pub mod list;
pub mod merges;
pub mod meta;
pub mod notices;
pub mod records;
pub mod roll_up;
pub mod scope;
pub mod search;
pub mod sets;
pub mod settings;
pub mod shares;
pub mod sql;
pub mod store;
pub mod views;

mod columns;
mod migrate;
mod place;
mod postgres;
pub use postgres::tell;
mod schema;
mod snapshot;
mod sqlite;

pub use conn::{Conn, Row};
pub use dialect::Dialect;
pub use error::{Error, Result};
pub use sql::Sql;
pub use store::{Config, Store};
