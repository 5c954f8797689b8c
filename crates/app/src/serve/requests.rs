//! A log line for every request: method, path without its query, status and time. Queries and bodies hold
//! people's data and stay out of it.

use axum::{
    Router,
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
};
use std::time::Instant;

/// The same router, logging.
pub fn logged(router: Router) -> Router {
    router.layer(from_fn(log))
}

async fn log(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let response = next.run(request).await;
    let micros = began.elapsed().as_micros();
    tracing::info!(%method, path, status = response.status().as_u16(), micros, "request");
    response
}
