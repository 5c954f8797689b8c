//! The embedded engine: one writer thread with group commit, readers on snapshots, and a thread that
//! moves the log into the database beside them.

mod checkpoint;
mod connection;
mod readers;
mod statement;
mod writer;

pub use checkpoint::start as start_checkpoints;
pub use connection::{check_version, open_reader, open_writer};
pub use readers::{READER_CACHE, Readers, Snapshot};
pub use statement::{each, error, execute, execute_many, script};
pub use writer::{Turn, Writer, panicked};
