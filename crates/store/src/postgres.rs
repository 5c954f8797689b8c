//! PostgreSQL: a bounded pool of blocking connections, one schema per account set.

mod pool;
mod session;
pub mod sets;
pub mod tell;
mod value;

pub use ::postgres::Client;
pub use pool::{Pool, Snapshot};
pub use session::{Session, connect};
