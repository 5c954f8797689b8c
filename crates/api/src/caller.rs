//! Who calls: an API key, or the session of a browser.

use crate::routes::Method;
use axum::http::{HeaderMap, header};
use guanxi_gate::{Channel, Ctx, Error, Gate, Result};
use guanxi_model::{Locale, Message};

/// The cookie of a browser's session.
const COOKIE: &str = "gx_session";

/// What a request brings to prove who it is.
pub enum Credentials {
    /// `Authorization: Bearer gx_…`
    Key(String),
    /// The session cookie.
    Session {
        /// Its token.
        token: String,
        /// `X-CSRF-Token`
        csrf: Option<String>,
        /// Whether `Origin`, if sent, names this host.
        same_origin: bool,
    },
}

/// Reads the credentials of a request; an `Authorization` header decides alone.
pub fn credentials(headers: &HeaderMap) -> Option<Credentials> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(authorization) = text(header::AUTHORIZATION) {
        let (scheme, key) = authorization.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| Credentials::Key(key.trim().to_owned()));
    }
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let token = cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)?
        .1;
    let csrf = headers.get("x-csrf-token").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let same_origin = text(header::ORIGIN).is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_some() && host == text(header::HOST)
    });
    Some(Credentials::Session { token: token.to_owned(), csrf, same_origin })
}

/// The language a request asks for: the first of the two languages by weight.
pub fn wanted_language(headers: &HeaderMap) -> Option<Locale> {
    let header = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(f32, Locale)> = None;
    for part in header.split(',') {
        let mut pieces = part.split(';');
        let Ok(locale) = pieces.next().unwrap_or_default().trim().parse::<Locale>() else { continue };
        let weight = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(w, _)| weight > w) {
            best = Some((weight, locale));
        }
    }
    best.map(|(_, locale)| locale)
}

/// Proves who calls. A program says with each request which language it wants, so its header wins; a browser
/// always sends one, so there the user's own choice wins.
pub fn identify(
    gate: &Gate,
    credentials: Credentials,
    method: Method,
    wanted: Option<Locale>,
    ip: Option<&str>,
) -> Result<Ctx> {
    match credentials {
        Credentials::Key(key) => {
            let ctx = gate.key_ctx(&key, ip)?;
            Ok(match wanted {
                Some(locale) => ctx.reading(locale),
                None => ctx,
            })
        }
        Credentials::Session { token, csrf, same_origin } => {
            let session = gate.session(&token, Channel::Api, ip)?;
            if session.must_change {
                return Err(Error::Forbidden(Message::new("api.must_change")));
            }
            if method != Method::Get && !(same_origin && csrf.is_some_and(|sent| same(&sent, &session.csrf)))
            {
                return Err(Error::Forbidden(Message::new("api.csrf")));
            }
            Ok(match session.locale.or(wanted) {
                Some(locale) => session.ctx.reading(locale),
                None => session.ctx,
            })
        }
    }
}

/// Compares without telling by its duration where two tokens differ.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn the_heaviest_known_language_wins() {
        let wanted = |text| wanted_language(&headers(&[("accept-language", text)]));
        assert_eq!(wanted("fr-FR, en;q=0.4, zh-CN;q=0.9"), Some(Locale::Zh));
        assert_eq!(wanted("en-GB,zh"), Some(Locale::En));
        assert_eq!(wanted("fr"), None);
    }

    #[test]
    fn another_origin_is_noticed() {
        let seen = |origin: &str| {
            let headers =
                headers(&[("cookie", "a=b; gx_session=t"), ("host", "crm.example"), ("origin", origin)]);
            match credentials(&headers) {
                Some(Credentials::Session { token, same_origin, .. }) => (token, same_origin),
                _ => (String::new(), false),
            }
        };
        assert_eq!(seen("https://crm.example"), ("t".to_owned(), true));
        assert_eq!(seen("https://crm.example.evil"), ("t".to_owned(), false));
        assert_eq!(seen("null"), ("t".to_owned(), false));
    }
}
