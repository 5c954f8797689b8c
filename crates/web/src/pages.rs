//! One file for each page. A handler parses, makes one call through the door, and renders; what a page
//! shares with its fragments are functions in the same file.

pub mod entry;
pub mod link;
pub mod login;
pub mod password;
pub mod setup;
