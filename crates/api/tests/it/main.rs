//! REST from outside: requests into the router, answers out of it, on the real domain.
#![expect(clippy::unwrap_used, reason = "a story that cannot go on says where it stopped")]

mod batches;
mod customs;
mod description;
mod errors;
mod imports;
mod lists;
mod merging;
mod records;
mod repeats;
mod table;
mod world;
