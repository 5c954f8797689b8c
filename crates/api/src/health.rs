//! Whether the program lives, whether it can keep what it is given, and how busy it is.

use crate::{reply::Reply, serve::Api};
use guanxi_gate::{Error, Gate};
use parking_lot::Mutex;
use serde_json::json;
use std::time::{Duration, Instant};

/// A proof of health holds this long, so that probing cannot keep the writer busy.
const FRESH: Duration = Duration::from_secs(5);

/// The last proof that the account set can be written and read.
#[derive(Default)]
pub struct Health(Mutex<Option<(Instant, bool)>>);

/// The process answers.
pub fn alive(_: &Api) -> Reply {
    Reply::json(200, &json!({ "status": "alive" }))
}

/// A value was written through the door and read back.
pub fn ready(api: &Api) -> Reply {
    let mut last = api.health.0.lock();
    let ok = match *last {
        Some((at, ok)) if at.elapsed() < FRESH => ok,
        _ => {
            let ok = prove(&api.gate).unwrap_or_else(|error| {
                tracing::error!(%error, "the account set cannot be written and read back");
                false
            });
            *last = Some((Instant::now(), ok));
            ok
        }
    };
    if ok {
        Reply::json(200, &json!({ "status": "ready" }))
    } else {
        Reply::json(503, &json!({ "status": "unavailable" })).with("retry-after", "2")
    }
}

/// Writes through the door and reads back what was written. The row of an idempotency key is the one thing
/// that is written without a line in the audit and goes away by itself.
fn prove(gate: &Gate) -> Result<bool, Error> {
    let ctx = gate.scheduler();
    let stamp = format!("readyz {}", ctx.now);
    let written = stamp.clone();
    gate.idempotent(&ctx, &stamp, b"", move |_| (200, written.clone()))?;
    let (_, read) = gate.idempotent(&ctx, &stamp, b"", |_| (503, String::new()))?;
    Ok(read == stamp)
}

/// Counters for Prometheus.
pub fn metrics(api: &Api) -> Reply {
    let mut reply = Reply::text(200, api.metrics.render());
    reply.content_type = "text/plain; version=0.0.4; charset=utf-8".into();
    reply
}
