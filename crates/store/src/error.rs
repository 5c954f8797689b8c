//! What can go wrong in storage. Missing rows are `None`, not errors.

/// The result of storage functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A failure of storage, by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A value that must be unique exists already. Nothing was changed.
    #[error("{constraint} is taken")]
    Conflict {
        /// `table.column`, or several of them parted by commas, on either engine.
        constraint: String,
    },
    /// Others hold what is needed for too long; the same call may succeed later. Nothing was changed.
    #[error("the database is busy")]
    Busy,
    /// There is no room on the disk. Nothing was changed.
    #[error("the disk is full")]
    DiskFull,
    /// Stored data is not what it must be.
    #[error("the data is damaged: {0}")]
    Corrupt(String),
    /// The data was written by a newer version of the program.
    #[error("the data belongs to a newer version of the program")]
    NewerSchema,
    /// The transaction was being committed when the answer was lost: it may or may not have happened.
    #[error("it is not known whether the change was saved")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Anything else.
    #[error(transparent)]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// An error that only has words.
    pub fn other(words: impl Into<String>) -> Self {
        Error::Other(words.into().into())
    }

    /// The same error for another caller, who shared the transaction.
    pub(crate) fn again(&self) -> Self {
        match self {
            Error::Conflict { constraint } => Error::Conflict { constraint: constraint.clone() },
            Error::Busy => Error::Busy,
            Error::DiskFull => Error::DiskFull,
            Error::Corrupt(what) => Error::Corrupt(what.clone()),
            Error::NewerSchema => Error::NewerSchema,
            Error::Unknown(source) => Error::Unknown(source.to_string().into()),
            Error::Other(source) => Error::Other(source.to_string().into()),
        }
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Error::DiskFull,
            _ => Error::Other(Box::new(error)),
        }
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Corrupt(error.to_string())
    }
}
