//! 统一社会信用代码 (GB 32100-2015): eighteen characters, the last a check digit.

use super::Problem;
use crate::{issue::Message, value::Value};

pub(in crate::field) fn parse(text: &str) -> Result<Value, Problem> {
    guanxi_text::credit_code::check(text)
        .map(Value::Text)
        .map_err(|_| ("format", Message::new("field.credit_code")))
}
