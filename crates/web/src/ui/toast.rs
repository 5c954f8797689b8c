//! Toasts. The server sends one in the `X-Toast` header; `assets/src/toast.ts` shows it.

use serde::Serialize;

use super::Tone;

/// A short message after a change.
#[derive(Clone, Debug, Default)]
pub struct Toast {
    /// What happened.
    pub text: String,
    /// Whether it went well.
    pub tone: Tone,
    /// Where a POST takes it back.
    pub undo: Option<String>,
}

#[derive(Serialize)]
struct Wire<'a> {
    text: &'a str,
    tone: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<&'a str>,
}

/// The value of the `X-Toast` header: JSON, percent-encoded because headers carry ASCII only.
pub fn toast(toast: &Toast) -> String {
    let wire = Wire { text: &toast.text, tone: toast.tone.class(), undo: toast.undo.as_deref() };
    let json = serde_json::to_string(&wire).unwrap_or_default();
    json.bytes().fold(String::with_capacity(json.len() * 2), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
        out
    })
}
