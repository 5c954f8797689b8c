//! How people reach the program. A proxy in front names the peer, the host and the scheme in headers that anyone
//! could send; they count only when the settings say that there is one, and otherwise they are removed here, so
//! that nothing behind has to ask.

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use guanxi_api::Origin;
use std::net::{IpAddr, SocketAddr};

/// What the settings say.
#[derive(Debug, Clone, Copy)]
pub struct Reached {
    /// A proxy in front is trusted.
    pub behind_proxy: bool,
    /// The site is served over https even when the request does not say so.
    pub https: bool,
}

const FORWARDED: [&str; 4] = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded"];

/// Settles who asks, and by which address.
pub async fn settle(State(reached): State<Reached>, mut request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    if let Some(peer) = reached.apply(request.headers_mut(), peer) {
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    if let Some(origin) = reached.origin(request.headers()) {
        request.extensions_mut().insert(Origin(origin));
    }
    next.run(request).await
}

impl Reached {
    /// Puts the forwarded host and peer in their places, or removes what was sent of them.
    fn apply(self, headers: &mut HeaderMap, peer: Option<SocketAddr>) -> Option<SocketAddr> {
        if !self.behind_proxy {
            for name in FORWARDED {
                headers.remove(name);
            }
            return peer;
        }
        // The proxy appends to what the client sent, so the last one is its own word.
        let last = |name: &str| {
            let value = headers.get(name)?.to_str().ok()?.rsplit(',').next()?.trim().to_owned();
            (!value.is_empty()).then_some(value)
        };
        let (host, client) = (last("x-forwarded-host"), last("x-forwarded-for"));
        if let Some(host) = host.and_then(|host| HeaderValue::from_str(&host).ok()) {
            headers.insert(header::HOST, host);
        }
        let client = client.and_then(|client| client.parse::<IpAddr>().ok());
        client.map(|ip| SocketAddr::new(ip, peer.map_or(0, |peer| peer.port()))).or(peer)
    }

    /// `https://crm.example`, as the browser shows it.
    fn origin(self, headers: &HeaderMap) -> Option<String> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text("host").filter(|host| {
            host.bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':' | b'[' | b']' | b'_'))
        })?;
        let https = self.https || self.behind_proxy && text("x-forwarded-proto") == Some("https");
        Some(format!("{}://{host}", if https { "https" } else { "http" }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "127.0.0.1:8080"),
            ("x-forwarded-host", "crm.example"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-for", "6.6.6.6, 203.0.113.9"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_trusted_proxy_names_peer_host_and_scheme() {
        let reached = Reached { behind_proxy: true, https: false };
        let mut headers = sent();
        let peer = reached.apply(&mut headers, "127.0.0.1:5".parse().ok());
        assert_eq!(peer.map(|peer| peer.ip().to_string()).as_deref(), Some("203.0.113.9"));
        assert_eq!(reached.origin(&headers).as_deref(), Some("https://crm.example"));
    }

    #[test]
    fn without_one_nobody_can_pretend() {
        let reached = Reached { behind_proxy: false, https: false };
        let mut headers = sent();
        let peer = reached.apply(&mut headers, "127.0.0.1:5".parse().ok());
        assert_eq!(peer.map(|peer| peer.ip().to_string()).as_deref(), Some("127.0.0.1"));
        assert_eq!(reached.origin(&headers).as_deref(), Some("http://127.0.0.1:8080"));
        assert!(FORWARDED.iter().all(|name| !headers.contains_key(*name)));
    }
}
