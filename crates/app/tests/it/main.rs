//! The program from outside: the real binary on a directory of its own.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where it stopped")]

mod cdnow;
mod commands;
#[path = "../http/mod.rs"]
mod http;
mod matrix;
mod program;
mod races;
mod restore;
