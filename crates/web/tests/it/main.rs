//! The pages, asked without a socket: every route, every role, both languages.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where it stopped")]

mod access;
mod knowledge;
mod lists;
mod logins;
mod offline;
mod pages;
mod records;
mod settings;
mod world;
