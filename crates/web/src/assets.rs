//! The browser's files: embedded in the binary, addressed by content hash, served precompressed.
//!
//! `assets/build.mjs` writes `assets/dist` and a manifest from logical to hashed names. A hashed
//! address never changes its content, so browsers may keep it for ever.

use crate::texts;
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use axum::{
    body::Body,
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use guanxi_model::Locale;
use rust_embed::RustEmbed;
use serde::Deserialize;

#[derive(RustEmbed)]
#[folder = "../../assets/dist"]
struct Dist;

#[derive(Deserialize, Default)]
#[serde(default)]
struct Manifest {
    files: HashMap<String, String>,
    imported: Vec<String>,
    icons: HashSet<String>,
}

static MANIFEST: LazyLock<Manifest> = LazyLock::new(|| {
    Dist::get("manifest.json").and_then(|file| serde_json::from_slice(&file.data).ok()).unwrap_or_default()
});

/// The address of a file by its logical name, e.g. `url("app.js")`.
///
/// A name that was not built keeps its plain address, which answers 404 and so shows in the browser's console.
pub fn url(name: &str) -> String {
    let file = MANIFEST.files.get(name).map_or(name, String::as_str);
    format!("/assets/{file}")
}

/// The addresses of the modules that app.js imports at once; naming them in the page saves a round trip.
pub fn imported() -> impl Iterator<Item = String> {
    MANIFEST.imported.iter().map(|file| format!("/assets/{file}"))
}

/// Whether the icon sprite holds this name; administrators choose icons, so a page may ask for one that it lacks.
pub fn has_icon(name: &str) -> bool {
    MANIFEST.icons.contains(name)
}

/// Answers `GET /assets/{file}` with the best precompressed form that the browser accepts.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response {
    let Some((body, encoding)) = phrases(&file).or_else(|| find(&file, &headers)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, content_type(&file))
        .header(header::CACHE_CONTROL, "public, max-age=31536000, immutable")
        .header(header::VARY, "Accept-Encoding")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if let Some(encoding) = encoding {
        response = response.header(header::CONTENT_ENCODING, encoding);
    }
    response.body(body).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Answers `GET /sw.js`: the service worker, which must have one address above all pages, and so is asked for anew.
pub async fn worker(headers: HeaderMap) -> Response {
    let mut response = serve(Path("sw.js".to_owned()), headers).await;
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// The words of the islands, which are not built with them.
fn phrases(file: &str) -> Option<(Body, Option<&'static str>)> {
    let modules = [Locale::Zh, Locale::En].map(texts::islands_module);
    modules.into_iter().find(|(name, _)| name == file).map(|(_, text)| (Body::from(text.as_str()), None))
}

fn find(file: &str, headers: &HeaderMap) -> Option<(Body, Option<&'static str>)> {
    let accepted =
        headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    for (coding, suffix) in [("br", "br"), ("gzip", "gz")] {
        if accepts(accepted, coding)
            && let Some(body) = Dist::get(&format!("{file}.{suffix}"))
        {
            return Some((Body::from(body.data), Some(coding)));
        }
    }
    Dist::get(file).map(|body| (Body::from(body.data), None))
}

/// A coding counts as accepted when it is named and its weight is not zero.
fn accepts(header: &str, coding: &str) -> bool {
    header.split(',').any(|part| {
        let (name, weight) = part.split_once(';').unwrap_or((part, ""));
        let weight = weight.trim();
        let refused = matches!(weight, "q=0" | "q=0.0" | "q=0.00" | "q=0.000");
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or_default() {
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "json" => "application/json",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::accepts;

    #[test]
    fn a_coding_with_weight_zero_is_refused() {
        assert!(accepts("gzip, deflate, br;q=0.8", "br"));
        assert!(!accepts("gzip, br;q=0", "br"));
        assert!(!accepts("", "br"));
    }
}
