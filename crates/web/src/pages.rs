//! One file for each page. A handler parses, makes one call through the door, and renders; what a page
//! shares with its fragments are functions in the same file.

pub mod answer;
pub mod api_docs;
pub mod board;
pub mod bulk;
pub mod calendar;
pub mod compose;
pub mod count;
pub mod dev;
pub mod duplicates;
pub mod entry;
pub mod files;
pub mod form;
pub mod handover;
pub mod home;
pub mod import;
pub mod inline;
pub mod kin;
pub mod link;
pub mod list;
pub mod live;
pub mod login;
pub mod lookup;
pub mod merge;
pub mod notices;
pub mod palette;
pub mod password;
pub mod peek;
pub mod record;
pub mod report;
pub mod search;
pub mod settings;
pub mod setup;
pub mod timeline;
pub mod verb;
pub mod views;
