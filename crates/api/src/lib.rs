#![doc = include_str!("../README.md")]

mod aggregate;
mod batch;
mod call;
mod caller;
mod find;
mod health;
mod imports;
mod json;
mod list;
mod metadata;
mod metrics;
mod openapi;
mod pools;
mod problem;
mod records;
mod reply;
mod reports;
mod routes;
mod schema;
mod serve;
mod verbs;

pub use metrics::{Metrics, track};
pub use openapi::describe;
pub use routes::{Access, Body, Method, ROUTES, Route};

/// The address by which the caller reaches the program, `https://crm.example`, as far as whoever wired it knows: an
/// extension of the request. Links in answers are then whole.
#[derive(Debug, Clone)]
pub struct Origin(pub String);

use axum::Router;
use guanxi_gate::Gate;
use guanxi_model::phrases::Phrases;
use std::sync::{Arc, LazyLock};

/// The phrases of this room: titles of problems, what is wrong with a request, and the description.
pub(crate) static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::from_toml(include_str!("../phrases/zh.toml"), include_str!("../phrases/en.toml"))
});

/// Everything REST, with counters of its own.
pub fn router(gate: Gate) -> Router {
    router_with(gate, Metrics::default())
}

/// Everything REST, with counters that the caller also feeds from elsewhere.
pub fn router_with(gate: Gate, metrics: Metrics) -> Router {
    serve::router(Arc::new(serve::Api { gate, metrics, health: health::Health::default() }))
}
