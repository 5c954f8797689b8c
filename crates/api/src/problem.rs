//! Refusals as RFC 9457 `application/problem+json`, in the caller's language.

use crate::{PHRASES, json, reply::Reply};
use guanxi_gate::{DuplicateHit, Error, Gate, Stale};
use guanxi_model::{Issue, Locale, Message, expr::ExprError};
use serde_json::{Map, Value as Json, json};
use std::borrow::Cow;

/// Why a request was not answered.
#[derive(Debug)]
pub enum Fault {
    /// The gate refused.
    Gate(Error),
    /// Parameters that cannot be understood, all of them.
    Params(Vec<Issue>),
    /// Something the protocol says by a status of its own.
    Http(u16, &'static str, Message),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Gate(error)
    }
}

impl From<ExprError> for Fault {
    fn from(error: ExprError) -> Self {
        Fault::Gate(error.into())
    }
}

impl Fault {
    /// A request that cannot be understood.
    pub fn malformed(key: &'static str) -> Self {
        Fault::Gate(Error::Malformed(Message::new(key)))
    }
}

/// Who reads the refusal.
pub struct Reader<'a> {
    /// For the phrases of the rooms below.
    pub gate: &'a Gate,
    /// The language.
    pub locale: Locale,
    /// Names the request in the log.
    pub trace: &'a str,
}

impl Reader<'_> {
    /// Says a message with the phrases of this room or those below.
    pub fn say(&self, message: &Message) -> String {
        let phrases = if PHRASES.has(self.locale, &message.key) { &PHRASES } else { self.gate.phrases() };
        phrases.say(self.locale, message)
    }

    fn issues(&self, issues: &[Issue]) -> Json {
        issues
            .iter()
            .map(|issue| json!({ "field": issue.field, "code": issue.code, "message": self.say(&issue.message) }))
            .collect()
    }

    /// The problem document of a refusal, without the HTTP around it. Batches report their rows by it.
    pub fn document(&self, fault: &Fault) -> Map<String, Json> {
        let (status, code) = status_of(fault);
        let mut problem = Map::new();
        problem.insert("type".to_owned(), json!(format!("urn:guanxi:problem:{code}")));
        problem.insert("title".to_owned(), json!(PHRASES.get(self.locale, &format!("api.title.{code}"))));
        problem.insert("status".to_owned(), json!(status));
        let detail = match fault {
            Fault::Gate(Error::Invalid(issues)) | Fault::Params(issues) => match issues.as_slice() {
                [one] => self.say(&one.message),
                many => self.say(&Message::new("api.problems").with("n", many.len())),
            },
            Fault::Gate(
                Error::Refused(message)
                | Error::Forbidden(message)
                | Error::Unauthenticated(message)
                | Error::TooMany(message)
                | Error::Malformed(message),
            )
            | Fault::Http(_, _, message) => self.say(message),
            Fault::Gate(Error::Stale(stale)) => match &stale.updated_by {
                Some(name) => self.say(&Message::new("api.stale_by").with("name", name)),
                None => self.say(&Message::new("api.detail.stale")),
            },
            Fault::Gate(_) => self.say(&Message::new(format!("api.detail.{code}"))),
        };
        problem.insert("detail".to_owned(), json!(detail));
        problem.insert("code".to_owned(), json!(code));
        problem.insert("trace_id".to_owned(), json!(self.trace));
        match fault {
            Fault::Gate(Error::Invalid(issues)) | Fault::Params(issues) => {
                problem.insert("issues".to_owned(), self.issues(issues));
            }
            Fault::Gate(Error::Refused(message)) => {
                problem.insert("rule".to_owned(), json!(message.key));
                problem.insert("issues".to_owned(), self.issues(&[Issue::record("rule", message.clone())]));
            }
            Fault::Gate(Error::Stale(stale)) => self.stale(stale, &mut problem),
            Fault::Gate(Error::Duplicate(hits)) => {
                problem.insert("duplicates".to_owned(), hits.iter().map(duplicate).collect());
            }
            _ => {}
        }
        problem
    }

    fn stale(&self, stale: &Stale, problem: &mut Map<String, Json>) {
        let registry = self.gate.registry();
        let field = |name: &str| registry.object(&stale.object).and_then(|object| object.field(name));
        let mut current = Map::new();
        current.insert("id".to_owned(), json!(stale.id));
        current.insert("version".to_owned(), json!(stale.version));
        current.insert("updated_by".to_owned(), json!(stale.updated_by));
        current.insert("updated_at".to_owned(), json!(stale.updated_at.map(|at| at.to_string())));
        let mut yours = Map::new();
        for (name, now, theirs) in &stale.fields {
            if let Some(field) = field(name) {
                current.insert(name.clone(), field.to_json(now));
                yours.insert(name.clone(), field.to_json(theirs));
            }
        }
        problem.insert("version".to_owned(), json!(stale.version));
        problem.insert("current".to_owned(), Json::Object(current));
        problem.insert("yours".to_owned(), Json::Object(yours));
    }

    /// The whole answer.
    pub fn reply(&self, fault: &Fault) -> Reply {
        let (status, _) = status_of(fault);
        if let Fault::Gate(error @ Error::Internal(_)) = fault {
            tracing::error!(%error, trace_id = self.trace, "a request failed");
        }
        let body = Json::Object(self.document(fault)).to_string().into_bytes();
        let reply = Reply {
            status,
            content_type: Cow::Borrowed("application/problem+json"),
            headers: Vec::new(),
            body,
        };
        match status {
            401 => reply.with("www-authenticate", "Bearer"),
            429 => reply.with("retry-after", "60"),
            503 => reply.with("retry-after", "1"),
            _ => reply,
        }
    }
}

/// A likely duplicate: who has it, never its private fields.
pub fn duplicate(hit: &DuplicateHit) -> Json {
    json!({
        "object": hit.object,
        "id": hit.visible.then_some(hit.id),
        "title": hit.title,
        "field": hit.field,
        "similar": hit.similar,
        "owner": hit.owner,
        "department": hit.department,
        "pool": hit.pool,
        "created_at": hit.created_at.map(json::instant),
        "visible": hit.visible,
    })
}

/// The status and the stable word of a refusal.
pub fn status_of(fault: &Fault) -> (u16, &'static str) {
    match fault {
        Fault::Params(_) => (400, "malformed"),
        Fault::Http(status, code, _) => (*status, code),
        Fault::Gate(error) => match error {
            Error::Malformed(_) => (400, "malformed"),
            Error::Unauthenticated(_) => (401, "unauthenticated"),
            Error::Forbidden(_) => (403, "forbidden"),
            Error::NotFound => (404, "not_found"),
            Error::Stale(_) => (409, "stale"),
            Error::Duplicate(_) => (409, "duplicate"),
            Error::Repeated => (409, "repeated"),
            Error::Invalid(_) => (422, "invalid"),
            Error::Refused(_) => (422, "refused"),
            Error::TooMany(_) => (429, "too_many"),
            Error::Internal(_) => (500, "internal"),
            Error::Unavailable => (503, "unavailable"),
            Error::DiskFull => (507, "disk_full"),
        },
    }
}
