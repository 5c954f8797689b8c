//! What is wrong with an expression.

use crate::issue::Message;

/// Why an expression was refused or could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExprError {
    /// The source cannot be read.
    #[error("syntax error at character {at}: {}", message.key)]
    Syntax {
        /// Where, in characters from the start, counted from zero.
        at: usize,
        /// What was wrong there.
        message: Message,
    },
    /// More than [`super::MAX_SOURCE`] bytes of source or [`super::MAX_NODES`] nodes.
    #[error("the expression is too long")]
    TooLong,
    /// Deeper than [`super::MAX_DEPTH`].
    #[error("the expression is too deep")]
    TooDeep,
    /// The JSON form is malformed.
    #[error("not the JSON form of an expression: {}", message.key)]
    Json {
        /// What was wrong with it.
        message: Message,
    },
    /// A field that the object does not have.
    #[error("unknown field {name}")]
    UnknownField {
        /// The path as written.
        name: String,
    },
    /// A relation that the object does not have, or that its child object has more than once.
    #[error("unknown relation {name}")]
    UnknownRelation {
        /// The relation as written.
        name: String,
    },
    /// A part whose type does not fit where it stands.
    #[error("type error in {part}: {}", message.key)]
    Type {
        /// The part, as source.
        part: String,
        /// What was wrong with it.
        message: Message,
    },
    /// The evaluation took more than [`super::MAX_STEPS`] steps.
    #[error("the evaluation took too many steps")]
    TooManySteps,
    /// Right as an expression, but the database could not give exactly the evaluator's answer.
    #[error("not possible in filters: {part}")]
    NotInFilters {
        /// The part, as source.
        part: String,
    },
}

impl ExprError {
    pub(super) fn syntax(at: usize, key: &'static str) -> Self {
        ExprError::Syntax { at, message: Message::new(key) }
    }

    pub(super) fn json(key: &'static str) -> Self {
        ExprError::Json { message: Message::new(key) }
    }

    pub(super) fn types(part: &super::Expr, message: Message) -> Self {
        ExprError::Type { part: part.to_string(), message }
    }

    /// An expression that cannot be compiled.
    pub fn not_in_filters(part: &super::Expr) -> Self {
        ExprError::NotInFilters { part: part.to_string() }
    }

    /// What to tell the person who wrote the expression. The phrases name the place.
    pub fn message(&self) -> Message {
        match self {
            ExprError::Syntax { at, message } => message.clone().with("at", at + 1),
            ExprError::TooLong => Message::new("expr.too_long").with("max", super::MAX_SOURCE),
            ExprError::TooDeep => Message::new("expr.too_deep").with("max", super::MAX_DEPTH),
            ExprError::Json { message } => message.clone(),
            ExprError::UnknownField { name } => Message::new("expr.unknown_field").with("name", name),
            ExprError::UnknownRelation { name } => Message::new("expr.unknown_relation").with("name", name),
            ExprError::Type { part, message } => message.clone().with("part", part),
            ExprError::TooManySteps => Message::new("expr.too_many_steps").with("max", super::MAX_STEPS),
            ExprError::NotInFilters { part } => Message::new("expr.not_in_filters").with("part", part),
        }
    }

    /// Where in the source the problem is, in characters from the start. Trees carry no positions, so the
    /// place of a name or part is where its words first stand in the source.
    pub fn position(&self, source: &str) -> Option<usize> {
        let part = match self {
            ExprError::Syntax { at, .. } => return Some(*at),
            ExprError::UnknownField { name } | ExprError::UnknownRelation { name } => name,
            ExprError::Type { part, .. } | ExprError::NotInFilters { part } => part,
            _ => return None,
        };
        super::token::find(source, part)
    }
}
