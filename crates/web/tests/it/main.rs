//! The pages, asked without a socket: every route, every role, both languages.

mod access;
mod lists;
mod logins;
mod pages;
mod records;
mod settings;
mod world;
