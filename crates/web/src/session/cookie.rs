//! The cookie that carries a session.

use super::Asks;
use axum::http::{HeaderMap, HeaderValue, header};

/// The cookie that holds the session's token.
pub const COOKIE: &str = "gx_session";

/// The header that gives the browser its session.
pub fn set_cookie(asks: &Asks, token: &str) -> HeaderValue {
    let secure = if asks.https { "; Secure" } else { "" };
    cookie_header(&format!("{COOKIE}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=604800{secure}"))
}

/// The header that takes it away.
pub fn clear_cookie(asks: &Asks) -> HeaderValue {
    let secure = if asks.https { "; Secure" } else { "" };
    cookie_header(&format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}"))
}

fn cookie_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("gx_session=; Path=/; Max-Age=0"))
}

/// A cookie by name.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
        .filter(|value| !value.is_empty())
}
