//! What is answered while an account set is being restored: a page that asks for patience and looks again by itself,
//! and to programs that they may try again.

use crate::{
    assets, page,
    session::html,
    texts,
    ui::{self, Empty, EmptyKind, Toast, Tone},
};
use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use guanxi_model::Locale;
use maud::html as markup;

/// Answers everything with a request to wait, except the browser's files.
pub fn away() -> Router {
    let router = Router::new()
        .route("/assets/{file}", get(assets::serve))
        // The program lives; only the set is away.
        .route("/healthz", get(|| async { "ok" }))
        .fallback(wait);
    crate::secured(router)
}

async fn wait(request: Request) -> Response {
    let headers = request.headers();
    let locale = language(headers);
    let mut response = if request.uri().path().starts_with("/api") || request.uri().path() == "/readyz" {
        let problem = serde_json::json!({
            "type": "about:blank", "title": texts::t(locale, "away.title"), "status": 503,
            "detail": texts::t(locale, "away.text"), "code": "restoring",
        });
        ([(header::CONTENT_TYPE, "application/problem+json")], problem.to_string()).into_response()
    } else if headers.contains_key("hx-request") {
        let text = texts::t(locale, "away.text").to_owned();
        let toast = ui::toast(&Toast { tone: Tone::Warn, text, ..Toast::default() });
        let mut response = ().into_response();
        response.headers_mut().insert("hx-reswap", HeaderValue::from_static("none"));
        if let Ok(toast) = HeaderValue::from_str(&toast) {
            response.headers_mut().insert("x-toast", toast);
        }
        response
    } else {
        let empty = ui::empty_state(&Empty {
            kind: EmptyKind::Failed,
            icon: "database".to_owned(),
            title: texts::t(locale, "away.title").to_owned(),
            text: texts::t(locale, "away.text").to_owned(),
            ..Empty::default()
        });
        let main = markup! { main #main { (empty) } };
        let mut response = html(page::bare(locale, texts::t(locale, "away.title"), &main).into_string());
        // Everyone logs in anew afterwards, so wherever one was, the way leads through the log-in page.
        response.headers_mut().insert("refresh", HeaderValue::from_static("2; url=/login?restored=1"));
        response
    };
    *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn language(headers: &HeaderMap) -> Locale {
    let accepted =
        headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = accepted.split(',').filter_map(|part| part.split(';').next());
    tags.filter_map(|tag| tag.trim().parse().ok()).next().unwrap_or_default()
}
