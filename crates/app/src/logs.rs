//! Log lines on standard error. They carry names of things and numbers, never bodies, queries or values.

use crate::settings::Log;
use tracing_subscriber::{EnvFilter, fmt, prelude::*};

/// Starts the log of a server.
pub fn start(log: &Log) {
    let filter = EnvFilter::try_new(&log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    // A second start, in tests, keeps the first one's log.
    let _ = if log.json {
        registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()
    } else {
        registry.with(fmt::layer().with_target(false).with_writer(std::io::stderr)).try_init()
    };
}

/// Starts the log of a command, which speaks only of what went wrong.
pub fn start_quiet() {
    let log =
        Log { level: std::env::var("GUANXI_LOG").unwrap_or_else(|_| "error".to_owned()), ..Log::default() };
    start(&log);
}
