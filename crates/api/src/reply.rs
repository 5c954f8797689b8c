//! An answer before it becomes an HTTP response, and the text in which it is kept for a repeated key.

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// HTTP status.
    pub status: u16,
    /// Type of the body.
    pub content_type: Cow<'static, str>,
    /// Further headers.
    pub headers: Vec<(Cow<'static, str>, String)>,
    /// The body.
    pub body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    content_type: Cow<'static, str>,
    headers: Vec<(Cow<'static, str>, String)>,
}

impl Reply {
    /// JSON that is written already.
    pub fn raw(status: u16, body: Vec<u8>) -> Self {
        Reply { status, content_type: Cow::Borrowed("application/json"), headers: Vec::new(), body }
    }

    /// JSON of a small answer.
    pub fn json(status: u16, value: &serde_json::Value) -> Self {
        Reply::raw(status, value.to_string().into_bytes())
    }

    /// A plain text.
    pub fn text(status: u16, text: String) -> Self {
        Reply {
            status,
            content_type: Cow::Borrowed("text/plain; charset=utf-8"),
            headers: Vec::new(),
            body: text.into_bytes(),
        }
    }

    /// Nothing to say.
    pub fn empty() -> Self {
        Reply { status: 204, content_type: Cow::Borrowed(""), headers: Vec::new(), body: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((Cow::Borrowed(name), value.into()));
        self
    }

    /// Makes the address in `Location` whole. Done last, because the answer to a repeated key may be given under
    /// another address.
    #[must_use]
    pub fn under(mut self, origin: Option<&str>) -> Self {
        let location = self.headers.iter_mut().find(|(name, _)| name == "location");
        if let (Some(origin), Some((_, location))) = (origin, location)
            && location.starts_with('/')
        {
            location.insert_str(0, origin);
        }
        self
    }

    /// The text kept for a repeated key: one line of headers, then the body.
    pub fn pack(self) -> (u16, String) {
        let head = Head { content_type: self.content_type, headers: self.headers };
        let mut text = serde_json::to_string(&head).expect("a head is strings only");
        text.push('\n');
        text.push_str(&String::from_utf8_lossy(&self.body));
        (self.status, text)
    }

    /// What was packed.
    pub fn unpack(status: u16, text: &str) -> Self {
        let (head, body) = text.split_once('\n').unwrap_or(("", text));
        let head: Head = serde_json::from_str(head)
            .unwrap_or(Head { content_type: Cow::Borrowed("application/json"), headers: Vec::new() });
        Reply {
            status,
            content_type: head.content_type,
            headers: head.headers,
            body: body.as_bytes().to_vec(),
        }
    }

    /// The HTTP response.
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        if let Ok(value) = HeaderValue::from_str(&self.content_type)
            && !self.content_type.is_empty()
        {
            headers.insert(header::CONTENT_TYPE, value);
        }
        // Answers depend on who asks; no cache may keep them.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in self.headers {
            if let (Ok(name), Ok(value)) =
                (HeaderName::try_from(name.as_ref()), HeaderValue::from_str(&value))
            {
                headers.insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_answer_comes_back_whole() {
        let reply = Reply::raw(201, br#"{"name":"two\nlines"}"#.to_vec()).with("etag", "\"1\"");
        let (status, text) = reply.clone().pack();
        assert_eq!(Reply::unpack(status, &text), reply);
    }
}
