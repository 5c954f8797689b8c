//! Records as JSON text, written straight from what the gate returns: a list of fifty rows has a thousand
//! cells, and a tree of values for each would cost more than reading them did.

use guanxi_gate::{Cell, Titles, Visible};
use guanxi_model::{Field, FieldKind, Object, RecordId, Registry, Value, registry::resolve_path};
use jiff::Timestamp;
use serde_json::json;
use std::io::Write;

/// How the records of one object are written: which cells, under which keys, which references with titles.
pub struct Shape<'r> {
    cells: Vec<CellShape<'r>>,
}

struct CellShape<'r> {
    path: &'r str,
    /// `,"name":`
    key: Vec<u8>,
    field: Option<&'r Field>,
    expand: bool,
}

impl<'r> Shape<'r> {
    /// The wanted fields, or all of them when none is named.
    pub fn new(registry: &'r Registry, object: &'r Object, fields: &'r [String], expand: &[String]) -> Self {
        let cell = |path: &'r str, field: Option<&'r Field>| CellShape {
            path,
            key: format!(",\"{path}\":").into_bytes(),
            field,
            expand: expand.iter().any(|e| e == path),
        };
        let known = |path: &str| !matches!(path, "id" | "version");
        let cells = if fields.is_empty() {
            object.active_fields().filter(|f| known(&f.name)).map(|f| cell(&f.name, Some(f))).collect()
        } else {
            let wanted = fields.iter().filter(|path| known(path));
            wanted
                .map(|path| cell(path, resolve_path(registry, object, path).map(|(_, field)| field)))
                .collect()
        };
        Shape { cells }
    }

    /// How many fields a record shows.
    pub fn width(&self) -> usize {
        self.cells.len()
    }

    /// One record.
    pub fn write(&self, out: &mut Vec<u8>, record: &Visible, titles: &Titles) {
        self.open(out, record, titles);
        out.push(b'}');
    }

    /// One record with what the caller may do to it.
    pub fn write_with_actions(&self, out: &mut Vec<u8>, record: &Visible, titles: &Titles) {
        self.open(out, record, titles);
        out.extend_from_slice(b",\"_actions\":");
        text_json(out, &*record.may.actions);
        out.extend_from_slice(b",\"_fields\":");
        text_json(out, &*record.may.fields);
        out.push(b'}');
    }

    fn open(&self, out: &mut Vec<u8>, record: &Visible, titles: &Titles) {
        print(out, format_args!("{{\"id\":\"{}\",\"version\":{}", record.id, record.version));
        let mut place = 0;
        for shape in &self.cells {
            match record.cells.next(&mut place, shape.path) {
                None => {}
                Some(Cell::Masked(text)) => {
                    out.extend_from_slice(&shape.key);
                    out.extend_from_slice(b"{\"masked\":");
                    text_json(out, text);
                    out.push(b'}');
                }
                Some(Cell::Value(value)) => {
                    out.extend_from_slice(&shape.key);
                    write_value(out, shape.field, value, shape.expand.then_some(titles));
                }
            }
        }
    }
}

/// A value in the form of its field. References carry the title when the titles are given.
pub fn write_value(out: &mut Vec<u8>, field: Option<&Field>, value: &Value, titles: Option<&Titles>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Decimal(number) => match field.map(Field::value_kind) {
            Some(FieldKind::Money { .. }) => {
                print(out, format_args!("{{\"amount\":\"{number:.2}\",\"currency\":\"CNY\"}}"));
            }
            _ => print(out, format_args!("{}", number.normalize())),
        },
        Value::Text(text) => text_json(out, text),
        Value::Date(date) => print(out, format_args!("\"{date}\"")),
        Value::Instant(at) => print(out, format_args!("\"{at}\"")),
        Value::Ref(id) => match titles.filter(|_| field.is_none_or(|f| f.kind != FieldKind::Id)) {
            None => print(out, format_args!("\"{id}\"")),
            Some(titles) => {
                print(out, format_args!("{{\"id\":\"{id}\""));
                title(out, *id, titles);
                out.push(b'}');
            }
        },
        Value::AnyRef(object, id) => {
            print(out, format_args!("{{\"object\":\"{object}\",\"id\":\"{id}\""));
            if let Some(titles) = titles {
                title(out, *id, titles);
            }
            out.push(b'}');
        }
        Value::List(items) => text_json(out, items),
        Value::Address { .. } | Value::Lookup(_) => match field {
            Some(field) => text_json(out, &field.to_json(value)),
            None => out.extend_from_slice(b"null"),
        },
    }
}

/// The same as a value, for small answers.
pub fn value(field: Option<&Field>, value: &Value, titles: Option<&Titles>) -> serde_json::Value {
    let mut out = Vec::new();
    write_value(&mut out, field, value, titles);
    serde_json::from_slice(&out).unwrap_or_default()
}

/// An instant on the wire.
pub fn instant(at: Timestamp) -> serde_json::Value {
    json!(at.to_string())
}

/// Anything serde can write.
pub fn text_json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("texts, lists and maps with text keys always serialise");
}

fn title(out: &mut Vec<u8>, id: RecordId, titles: &Titles) {
    out.extend_from_slice(b",\"title\":");
    text_json(out, &titles.get(id));
}

fn print(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("writing to memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_model::Label;
    use rust_decimal::Decimal;

    fn said(kind: FieldKind, value: Value) -> String {
        let field = Field::new("f", Label::new("f", "f"), kind);
        let mut out = Vec::new();
        write_value(&mut out, Some(&field), &value, None);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn values_take_the_form_that_is_promised() {
        let money = FieldKind::Money { negative: true };
        assert_eq!(
            said(money.clone(), Value::Decimal(Decimal::new(123_450, 2))),
            r#"{"amount":"1234.50","currency":"CNY"}"#
        );
        assert_eq!(
            said(money, Value::Decimal(Decimal::new(-5, 1))),
            r#"{"amount":"-0.50","currency":"CNY"}"#
        );
        let number = FieldKind::Number { scale: 2, min: None, max: None };
        assert_eq!(said(number.clone(), Value::Decimal(Decimal::new(1250, 2))), "12.5");
        assert_eq!(said(number, Value::Decimal(Decimal::new(1200, 2))), "12");
        assert_eq!(
            said(FieldKind::User, Value::Ref(RecordId(9_007_199_254_740_993))),
            r#""9007199254740993""#
        );
        assert_eq!(said(FieldKind::Text, Value::Text("a\"\u{1}".to_owned())), r#""a\"\u0001""#);
        let at: Timestamp = "2026-03-01T08:00:00+08:00".parse().unwrap();
        assert_eq!(said(FieldKind::Instant, Value::Instant(at)), r#""2026-03-01T00:00:00Z""#);
    }
}
