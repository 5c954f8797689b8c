//! The pages: form in, one call through the door, HTML out.

pub mod app;
pub mod assets;
mod away;
pub mod error;
pub mod page;
pub mod pages;
pub mod routes;
pub mod session;
pub mod show;
pub mod texts;
pub mod ui;

pub use app::{App, DemoUser};
pub use away::away;

use axum::{
    Router,
    extract::Request,
    http::{HeaderValue, header},
    middleware::{Next, from_fn},
    response::Response,
};
use tower_http::{CompressionLevel, compression::CompressionLayer};

/// The headers of [`secure`] around other pages than those of an account set.
pub(crate) fn secured(router: Router) -> Router {
    router.layer(from_fn(secure))
}

/// All pages of an account set.
pub fn router(app: App) -> Router {
    routes::router(app)
        .layer(from_fn(secure))
        .layer(CompressionLayer::new().quality(CompressionLevel::Precise(5)))
}

/// Headers that every answer carries: what a page may load, and that it stays out of other sites' frames.
async fn secure(request: Request, next: Next) -> Response {
    let asset = request.uri().path().starts_with("/assets/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, page::content_security_policy());
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert(
        "permissions-policy",
        HeaderValue::from_static("camera=(), microphone=(), geolocation=(self)"),
    );
    if !asset {
        headers.append(header::VARY, HeaderValue::from_static("HX-Request, Cookie"));
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("private, no-cache"));
    }
    response
}
