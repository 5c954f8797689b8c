//! Web addresses. Only http and https: any other scheme could run script when clicked.

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let host = with_scheme
        .strip_prefix("https://")
        .or_else(|| with_scheme.strip_prefix("http://"))
        .map(|rest| rest.split(['/', '?', '#']).next().unwrap_or_default());
    match host {
        Some(host)
            if host.contains('.') && !host.contains(char::is_whitespace) && with_scheme.len() <= 2000 =>
        {
            Ok(Value::Text(with_scheme))
        }
        _ => Err(("format", Message::new("field.link"))),
    }
}
