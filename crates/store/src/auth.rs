//! How people and programs prove who they are. Secrets never come here, only their digests.

pub mod credentials;
pub mod keys;
pub mod links;
pub mod sessions;
