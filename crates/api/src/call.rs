//! A request as the operations see it: who asks, the gaps of the path, the parameters, the body.

use crate::{imports::Part, problem::Fault};
use axum::body::Bytes;
use guanxi_gate::{Ctx, Draft, Error, Gate, Result};
use guanxi_model::{
    Issue, Message, Object, RecordId, Registry,
    expr::{self, Expr},
};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// JSON nested deeper than this is refused; no operation needs more than eight levels.
const MAX_DEPTH: usize = 32;

/// One request.
pub struct Call {
    /// The door.
    pub gate: Gate,
    /// Who asks.
    pub ctx: Ctx,
    /// The metadata as it was when the request came.
    pub registry: Arc<Registry>,
    /// Values of the gaps in the path.
    pub path: Vec<(String, String)>,
    /// Query parameters.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// The fields of a multipart form.
    pub form: Vec<Part>,
    /// The version in `If-Match`.
    pub if_match: Option<String>,
    /// The address by which the caller reaches the program, when it is known.
    pub origin: Option<String>,
    /// Names the request in the log.
    pub trace: String,
}

impl Call {
    /// A gap of the path.
    pub fn arg(&self, name: &str) -> &str {
        self.path.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value)
    }

    /// The object of the path, if the caller may know of it.
    pub fn object(&self) -> Result<&Arc<Object>> {
        self.object_named(self.arg("object"))
    }

    /// An object, if the caller may know of it.
    pub fn object_named(&self, name: &str) -> Result<&Arc<Object>> {
        self.registry.object(name).filter(|object| knows(&self.ctx, &object.name)).ok_or(Error::NotFound)
    }

    /// The record of the path. What is no id names no record.
    pub fn id(&self) -> Result<RecordId> {
        self.arg("id").parse().map_err(|_| Error::NotFound)
    }

    /// The body as a JSON object; no body is an empty one.
    pub fn json(&self) -> std::result::Result<Map<String, Json>, Fault> {
        if self.body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Map::new());
        }
        match self.any_json()? {
            Json::Object(map) => Ok(map),
            _ => Err(Fault::malformed("api.json_object")),
        }
    }

    /// The body as any JSON.
    pub fn any_json(&self) -> std::result::Result<Json, Fault> {
        let json: Json = serde_json::from_slice(&self.body).map_err(|error| {
            let message = Message::new("api.json").with("line", error.line()).with("column", error.column());
            Fault::Gate(Error::Malformed(message))
        })?;
        if depth_exceeds(&json, MAX_DEPTH) {
            return Err(Fault::Gate(Error::Malformed(Message::new("api.json_depth").with("max", MAX_DEPTH))));
        }
        Ok(json)
    }

    /// The query parameters, read with all their problems collected.
    pub fn params(&self) -> Params<'_> {
        Params { call: self, issues: Vec::new() }
    }

    /// A record's new values, and the version they are meant for, from a body and `If-Match`.
    pub fn draft(&self, object: &Object, mut json: Map<String, Json>) -> (Draft, Option<i64>) {
        let version = json.remove("version");
        json.remove("id");
        for value in json.values_mut() {
            forget_title(value);
        }
        let mut draft = Draft::from_json(object, &json);
        let version = self.version(version.as_ref()).unwrap_or_else(|issue| {
            draft.issues.push(issue);
            None
        });
        (draft, version)
    }

    /// The version a change is meant for: in the body, or in `If-Match`; the two may not disagree.
    pub fn version(&self, body: Option<&Json>) -> std::result::Result<Option<i64>, Issue> {
        let wrong = || Issue::field("version", "format", Message::new("api.version_format"));
        let in_body = match body {
            None | Some(Json::Null) => None,
            Some(Json::Number(number)) => Some(number.as_i64().ok_or_else(wrong)?),
            Some(Json::String(text)) => Some(text.parse().map_err(|_| wrong())?),
            Some(_) => return Err(wrong()),
        };
        let in_header = match self.if_match.as_deref().map(str::trim) {
            None => None,
            Some(tag) => {
                let tag = tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"');
                Some(tag.parse().map_err(|_| wrong())?)
            }
        };
        match (in_body, in_header) {
            (Some(body), Some(header)) if body != header => Err(wrong()),
            (body, header) => Ok(body.or(header)),
        }
    }

    /// The same, required.
    pub fn needed_version(&self, body: Option<&Json>) -> std::result::Result<i64, Issue> {
        self.version(body)?
            .ok_or_else(|| Issue::field("version", "required", Message::new("api.version_required")))
    }
}

/// Whether any of the caller's rights speaks of an object, so that they may know that it exists.
pub fn knows(ctx: &Ctx, object: &str) -> bool {
    ctx.rights.everything
        || ctx.rights.grants.iter().any(|grant| grant.objects.iter().any(|o| o == object || o == "*"))
}

fn depth_exceeds(json: &Json, left: usize) -> bool {
    match json {
        Json::Array(items) => left == 0 || items.iter().any(|item| depth_exceeds(item, left - 1)),
        Json::Object(map) => left == 0 || map.values().any(|item| depth_exceeds(item, left - 1)),
        _ => false,
    }
}

/// What was read with `expand` may be sent back as it came: the id counts, the title is only shown.
fn forget_title(value: &mut Json) {
    if let Json::Object(map) = value
        && map.contains_key("id")
        && map.get("title").is_some_and(|title| title.is_string() || title.is_null())
    {
        map.remove("title");
    }
}

/// Query parameters.
pub struct Params<'c> {
    call: &'c Call,
    issues: Vec<Issue>,
}

impl<'c> Params<'c> {
    /// A parameter as it is; blank is none.
    pub fn text(&self, name: &str) -> Option<&'c str> {
        let found = self.call.query.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A list separated by commas.
    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.text(name).unwrap_or_default().split(',').map(str::trim);
        items.filter(|item| !item.is_empty()).map(str::to_owned).collect()
    }

    /// A whole number within limits.
    pub fn number(&mut self, name: &str, default: usize, max: usize) -> usize {
        match self.text(name).map(str::parse::<usize>) {
            None => default,
            Some(Ok(number)) if (1..=max).contains(&number) => number,
            Some(_) => {
                self.wrong(name, "range", Message::new("api.limit").with("max", max));
                default
            }
        }
    }

    /// `true` or `false`.
    pub fn flag(&mut self, name: &str) -> bool {
        match self.text(name) {
            None | Some("false" | "0") => false,
            Some("true" | "1") => true,
            Some(_) => {
                self.wrong(name, "format", Message::new("api.flag"));
                false
            }
        }
    }

    /// An expression.
    pub fn expr(&mut self, name: &str) -> Option<Expr> {
        match expr::parse(self.text(name)?) {
            Ok(expr) => Some(expr),
            Err(error) => {
                self.wrong(name, "expression", error.message());
                None
            }
        }
    }

    /// Notes a problem with a parameter.
    pub fn wrong(&mut self, name: &str, code: &'static str, message: Message) {
        self.issues.push(Issue::field(name, code, message));
    }

    /// Refuses when there were problems.
    pub fn done(self) -> std::result::Result<(), Fault> {
        if self.issues.is_empty() { Ok(()) } else { Err(Fault::Params(self.issues)) }
    }
}
