//! A place in a list, as an opaque text.

use crate::{Error, Result};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guanxi_model::{Message, RecordId, Stored, query::Cursor};

/// The opaque text of a place in a list.
pub(super) fn write_cursor(value: &Stored, id: RecordId) -> String {
    let json = match value {
        Stored::Null => serde_json::json!([null, id.0]),
        Stored::Int(number) => serde_json::json!([number, id.0]),
        Stored::Text(text) => serde_json::json!([text, id.0]),
    };
    URL_SAFE_NO_PAD.encode(json.to_string())
}

/// Reads the text of a place in a list.
pub fn read_cursor(text: &str) -> Result<Cursor> {
    let malformed = || Error::Malformed(Message::new("gate.cursor"));
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| malformed())?;
    let (value, id): (serde_json::Value, i64) = serde_json::from_slice(&bytes).map_err(|_| malformed())?;
    let value = match value {
        serde_json::Value::Null => Stored::Null,
        serde_json::Value::Number(number) => Stored::Int(number.as_i64().ok_or_else(malformed)?),
        serde_json::Value::String(text) => Stored::Text(text),
        _ => return Err(malformed()),
    };
    Ok(Cursor { value, id: RecordId(id) })
}
