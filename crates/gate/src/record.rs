//! Records inside the door, in clear: what rules, verbs and jobs work with. They never leave it; what
//! leaves is [`crate::Visible`].

use guanxi_model::{Issue, Message, Object, RecordId, Value};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use std::{collections::BTreeMap, sync::Arc};

static NULL: Value = Value::Null;

/// A stored record with all its fields.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its object.
    pub object: Arc<Object>,
    /// Its id.
    pub id: RecordId,
    /// Its version, which every change raises.
    pub version: i64,
    /// Values in the order of the object's fields.
    pub values: Vec<Value>,
}

impl Record {
    /// The value of a field; null for a field the object does not have.
    pub fn get(&self, field: &str) -> &Value {
        self.object.index.get(field).and_then(|i| self.values.get(*i)).unwrap_or(&NULL)
    }

    /// A text or choice value; empty when there is none.
    pub fn text(&self, field: &str) -> &str {
        self.get(field).as_text().unwrap_or_default()
    }

    /// A number, percent or amount in yuan.
    pub fn decimal(&self, field: &str) -> Option<Decimal> {
        self.get(field).as_decimal()
    }

    /// A date.
    pub fn date(&self, field: &str) -> Option<Date> {
        self.get(field).as_date()
    }

    /// An instant.
    pub fn instant(&self, field: &str) -> Option<Timestamp> {
        self.get(field).as_instant()
    }

    /// A reference.
    pub fn reference(&self, field: &str) -> Option<RecordId> {
        self.get(field).as_ref()
    }

    /// The owner.
    pub fn owner(&self) -> Option<RecordId> {
        self.reference("owner")
    }

    /// What names it.
    pub fn title(&self) -> String {
        match self.get(&self.object.title) {
            Value::Text(text) => text.clone(),
            Value::Null => self.id.to_string(),
            other => self.object.title_field().to_json(other).to_string(),
        }
    }
}

/// New values for a record, with the problems found while reading them.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Field names and values; null empties a field.
    pub values: BTreeMap<String, Value>,
    /// Problems so far; the door refuses with all of them at once.
    pub issues: Vec<Issue>,
}

impl Draft {
    /// Nothing yet.
    pub fn new() -> Self {
        Draft::default()
    }

    /// Sets a value.
    #[must_use]
    pub fn set(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.values.insert(field.to_owned(), value.into());
        self
    }

    /// The value of a field, null when it is not in the draft.
    pub fn get(&self, field: &str) -> &Value {
        self.values.get(field).unwrap_or(&NULL)
    }

    /// Reads a JSON object by the fields of an object. `id` and `version` are left to the caller;
    /// unknown names become issues.
    pub fn from_json(object: &Object, json: &serde_json::Map<String, serde_json::Value>) -> Self {
        let mut draft = Draft::new();
        for (name, value) in json {
            if matches!(name.as_str(), "id" | "version") {
                continue;
            }
            draft.read(object, name, |field| field.parse_json(value));
        }
        draft
    }

    /// Reads form fields. Several values of one name (checkboxes, tags) are joined by commas.
    pub fn from_form<'a>(object: &Object, form: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut texts: Vec<(&str, String)> = Vec::new();
        for (name, value) in form {
            match texts.iter_mut().find(|(n, _)| *n == name) {
                Some((_, text)) if !value.is_empty() => {
                    if !text.is_empty() {
                        text.push(',');
                    }
                    text.push_str(value);
                }
                Some(_) => {}
                None => texts.push((name, value.to_owned())),
            }
        }
        let mut draft = Draft::new();
        for (name, text) in texts {
            if object.field(name).is_some() {
                draft.read(object, name, |field| field.parse_text(&text));
            }
        }
        draft
    }

    /// Reads a verb's form from JSON.
    pub fn from_fields(
        fields: &[guanxi_model::Field],
        json: &serde_json::Map<String, serde_json::Value>,
    ) -> Self {
        let mut draft = Draft::new();
        for field in fields {
            if let Some(value) = json.get(&field.name) {
                // A long text may be given as the object it holds: the choices of a merge.
                let text = matches!(field.kind, guanxi_model::FieldKind::LongText)
                    .then(|| value.as_object().map(|_| serde_json::Value::String(value.to_string())))
                    .flatten();
                match field.parse_json(text.as_ref().unwrap_or(value)) {
                    Ok(value) => drop(draft.values.insert(field.name.clone(), value)),
                    Err((code, message)) => draft.issues.push(Issue::field(&field.name, code, message)),
                }
            }
        }
        draft
    }

    fn read(
        &mut self,
        object: &Object,
        name: &str,
        parse: impl FnOnce(&guanxi_model::Field) -> Result<Value, guanxi_model::field::Problem>,
    ) {
        match object.field(name) {
            None => self.issues.push(Issue::field(
                name,
                "unknown",
                Message::new("field.unknown").with("name", name),
            )),
            Some(field) => match parse(field) {
                Ok(value) => drop(self.values.insert(name.to_owned(), value)),
                Err((code, message)) => self.issues.push(Issue::field(name, code, message)),
            },
        }
    }
}
