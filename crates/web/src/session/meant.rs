//! Whether a change was meant: it comes from one of our own pages and carries the session's token.

use super::Visit;
use crate::error::Problem;
use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::{HeaderMap, header},
};
use guanxi_gate::Error;
use maud::Markup;

/// Largest form that is read to find its token; files come with the token in a header.
const FORM_LIMIT: usize = 2 * 1024 * 1024;

/// The hidden input by which a form proves that it is ours.
pub fn csrf(visit: &Visit) -> Markup {
    maud::html! { input type="hidden" name="csrf" value=(visit.session.csrf); }
}

/// Whether the browser says that the request comes from one of our own pages. Programs that say nothing
/// are not browsers and carry no cookie unless they mean it.
pub(super) fn same_site(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, rest)| rest == host),
        _ => true,
    }
}

/// The token that every form of ours carries. Forms are read to find it; everything else sends the header.
pub(super) async fn prove_meant(request: Request, csrf: &str) -> Result<Request, Problem> {
    let refused = || Problem::from(Error::forbidden("error.form_expired"));
    if let Some(token) = request.headers().get("x-csrf-token") {
        return if same(token.as_bytes(), csrf.as_bytes()) { Ok(request) } else { Err(refused()) };
    }
    let form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !form {
        return Err(refused());
    }
    let (parts, body) = request.into_parts();
    let bytes: Bytes = axum::body::to_bytes(body, FORM_LIMIT).await.map_err(|_| refused())?;
    let meant = form_urlencoded::parse(&bytes)
        .any(|(name, value)| name == "csrf" && same(value.as_bytes(), csrf.as_bytes()));
    if meant { Ok(Request::from_parts(parts, Body::from(bytes))) } else { Err(refused()) }
}

/// Compares without telling by its duration where the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differences, (x, y)| differences | (x ^ y)) == 0
}
