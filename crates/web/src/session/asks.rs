//! What a request says about itself: path, browser, language, and which part of a page it wants.

use super::{COOKIE, cookie::cookie};
use crate::app::App;
use axum::{
    extract::{ConnectInfo, Request},
    http::{Method, Uri},
};
use guanxi_model::Locale;
use std::net::SocketAddr;

/// What a request says about itself.
#[derive(Debug, Clone, Default)]
pub struct Asks {
    /// Made by htmx, so that only a part of the page is wanted.
    pub htmx: bool,
    /// The whole of `<main>` is wanted: a boosted link, not a fragment.
    pub main: bool,
    /// The method changes nothing.
    pub reads: bool,
    /// Path and query.
    pub uri: Uri,
    /// The peer's address.
    pub ip: Option<String>,
    /// The browser.
    pub agent: String,
    /// The site is reached over https.
    pub https: bool,
    /// The browser's language.
    pub locale: Option<Locale>,
    /// The session's token, if the browser sent one.
    pub token: Option<String>,
    /// The address that the browser shows while htmx asks.
    pub current: Option<String>,
    /// The row height that this browser is set to: `compact` or `relaxed`.
    pub density: Option<String>,
}

impl Asks {
    /// Reads the request's headers.
    pub fn of(app: &App, request: &Request) -> Self {
        let headers = request.headers();
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let forwarded = |name: &str| app.behind_proxy.then(|| text(name)).filter(|value| !value.is_empty());
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string());
        let htmx = headers.contains_key("hx-request") && !headers.contains_key("hx-history-restore-request");
        Asks {
            htmx,
            main: htmx && (text("hx-target") == "main#main" || headers.contains_key("hx-boosted")),
            reads: matches!(*request.method(), Method::GET | Method::HEAD),
            uri: request.uri().clone(),
            ip: forwarded("x-forwarded-for")
                .and_then(|list| list.rsplit(',').next())
                .map(|ip| ip.trim().to_owned())
                .or(peer),
            agent: text("user-agent").chars().take(300).collect(),
            https: app.https || forwarded("x-forwarded-proto") == Some("https"),
            locale: accepted(text("accept-language")),
            token: cookie(headers, COOKIE),
            current: headers.get("hx-current-url").and_then(|url| url.to_str().ok()).map(str::to_owned),
            density: cookie(headers, "gx_density")
                .filter(|word| matches!(word.as_str(), "compact" | "relaxed")),
        }
    }

    /// Path and query, for coming back here.
    pub fn here(&self) -> &str {
        self.uri.path_and_query().map_or("/", |path| path.as_str())
    }

    /// One parameter of the query.
    pub fn param(&self, name: &str) -> Option<String> {
        let query = self.uri.query().unwrap_or_default();
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    }
}

/// The first language of the browser's list that we speak.
fn accepted(header: &str) -> Option<Locale> {
    header.split(',').filter_map(|part| part.split(';').next()).find_map(|tag| tag.trim().parse().ok())
}
