//! The program from outside: the real binary on a directory of its own.

mod cdnow;
mod commands;
#[path = "../http/mod.rs"]
mod http;
mod matrix;
mod program;
mod races;
