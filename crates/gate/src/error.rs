//! The ways the door can refuse.

use guanxi_model::{Issue, Message, RecordId, Value};

/// Why nothing was read or written. Nothing is ever half done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input has problems; all of them are listed. HTTP 422.
    #[error("the input has {} problems", .0.len())]
    Invalid(Vec<Issue>),
    /// A rule of the business refuses, and says why and what to do. HTTP 422.
    #[error("refused: {}", .0.key)]
    Refused(Message),
    /// Not there, or not for the caller's eyes. HTTP 404.
    #[error("not found")]
    NotFound,
    /// Visible, but not allowed. HTTP 403.
    #[error("forbidden: {}", .0.key)]
    Forbidden(Message),
    /// Someone else changed the record in between. HTTP 409.
    #[error("the record was changed in between")]
    Stale(Box<Stale>),
    /// Records that are probably the same one exist. HTTP 409.
    #[error("{} likely duplicates", .0.len())]
    Duplicate(Vec<DuplicateHit>),
    /// Log-in is needed, or failed. HTTP 401.
    #[error("not logged in: {}", .0.key)]
    Unauthenticated(Message),
    /// Too many attempts. HTTP 429.
    #[error("too many attempts: {}", .0.key)]
    TooMany(Message),
    /// The request cannot be understood. HTTP 400.
    #[error("malformed: {}", .0.key)]
    Malformed(Message),
    /// The same request was carried out before, under the same key. HTTP 200: there is nothing left to do.
    #[error("carried out before")]
    Repeated,
    /// The outcome is unknown; repeat with the same key. HTTP 503.
    #[error("unavailable")]
    Unavailable,
    /// The disk is full; nothing was written. HTTP 507.
    #[error("disk full")]
    DiskFull,
    /// A fault of ours. HTTP 500.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The door's results.
pub type Result<T> = std::result::Result<T, Error>;

/// A record as it stands now, beside what the caller wanted.
#[derive(Debug, Clone)]
pub struct Stale {
    /// API name of the object.
    pub object: String,
    /// The record.
    pub id: RecordId,
    /// Its version now.
    pub version: i64,
    /// Who changed it last.
    pub updated_by: Option<String>,
    /// When.
    pub updated_at: Option<jiff::Timestamp>,
    /// For each field the caller wanted to change: its value now and theirs.
    pub fields: Vec<(String, Value, Value)>,
    /// What others changed since the version that the caller had seen, as far as the caller may read it.
    /// None when that cannot be told any more.
    pub meanwhile: Option<Vec<Meanwhile>>,
}

/// A field that someone else changed since the caller looked.
#[derive(Debug, Clone, PartialEq)]
pub struct Meanwhile {
    /// API name of the field.
    pub field: String,
    /// What the caller had seen.
    pub before: Value,
    /// What it is now.
    pub now: Value,
}

impl Stale {
    /// The fields that both changed, to different values: now, and as the caller wants it. Where it cannot be
    /// told what the others changed, every difference counts.
    pub fn contested(&self) -> impl Iterator<Item = &(String, Value, Value)> {
        self.fields.iter().filter(|(name, ..)| {
            self.meanwhile.as_ref().is_none_or(|changes| changes.iter().any(|change| change.field == *name))
        })
    }

    /// What only others changed.
    pub fn by_others(&self) -> impl Iterator<Item = &Meanwhile> {
        let changes = self.meanwhile.iter().flatten();
        changes.filter(|change| !self.fields.iter().any(|(name, ..)| *name == change.field))
    }
}

/// A record that may be the same one. Shows who has it, never its private fields.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateHit {
    /// API name of the object.
    pub object: String,
    /// The record.
    pub id: RecordId,
    /// Its title, when the caller may see the record; its match key is what they typed anyway. A search by a
    /// part of the name shows that part and a star for every other character.
    pub title: Option<String>,
    /// The field that agrees.
    pub field: String,
    /// Only similar, not equal.
    pub similar: bool,
    /// Owner's name.
    pub owner: Option<String>,
    /// Department's name.
    pub department: Option<String>,
    /// The pool it lies in, when nobody owns it.
    pub pool: Option<String>,
    /// When it was made.
    pub created_at: Option<jiff::Timestamp>,
    /// Whether the caller may open it.
    pub visible: bool,
}

impl Error {
    /// A refusal by a rule, with a phrase key.
    pub fn refused(key: &'static str) -> Self {
        Error::Refused(Message::new(key))
    }

    /// A right that is missing.
    pub fn forbidden(key: &'static str) -> Self {
        Error::Forbidden(Message::new(key))
    }

    /// One problem with one field.
    pub fn invalid(field: &str, code: &'static str, message: Message) -> Self {
        Error::Invalid(vec![Issue::field(field, code, message)])
    }

    /// A fault of ours.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Error::Internal(error.into())
    }
}

impl From<guanxi_store::Error> for Error {
    fn from(error: guanxi_store::Error) -> Self {
        use guanxi_store::Error as Store;
        match error {
            Store::Busy | Store::Unknown(_) => Error::Unavailable,
            Store::DiskFull => Error::DiskFull,
            other => Error::internal(other),
        }
    }
}

impl From<guanxi_model::expr::ExprError> for Error {
    fn from(error: guanxi_model::expr::ExprError) -> Self {
        Error::Malformed(error.message())
    }
}
