//! The store room.
pub mod sql;
