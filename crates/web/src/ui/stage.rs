//! The path of stages; a click moves the record.

use maud::{Markup, html};

use super::icon;

/// The path of a record through the values of one field.
#[derive(Clone, Debug, Default)]
pub struct StagePath {
    /// The id of its element.
    pub id: &'static str,
    /// What the path is, read aloud.
    pub label: String,
    /// The address that a move is posted to, with `field`, `value` and `version`.
    pub action: String,
    /// The field.
    pub field: String,
    /// The record's version.
    pub version: i64,
    /// The stages in order.
    pub stages: Vec<Stage>,
}

/// A stage.
#[derive(Clone, Debug, Default)]
pub struct Stage {
    /// The value it stands for.
    pub value: String,
    /// Its label.
    pub label: String,
    /// Words after the label, such as the days spent in it.
    pub note: String,
    /// Where the record is with it.
    pub state: StageState,
    /// Whether a click may move the record here.
    pub movable: bool,
    /// The dialog of the verb that leads here, in place of a plain move.
    pub dialog: Option<String>,
}

/// Where a record is with a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StageState {
    /// Not reached.
    #[default]
    Ahead,
    /// Behind it.
    Done,
    /// Here.
    Now,
    /// It ended badly here.
    Lost,
}

impl StageState {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::Ahead => None,
            Self::Done => Some("done"),
            Self::Now => Some("now"),
            Self::Lost => Some("now lost"),
        }
    }

    fn current(self) -> Option<&'static str> {
        matches!(self, Self::Now | Self::Lost).then_some("step")
    }
}

/// The path of stages.
pub fn stage_path(path: &StagePath) -> Markup {
    html! {
        // One that cannot be moved may still be wider than a phone: it scrolls by keyboard.
        ol .path id=(path.id) tabindex=[path.stages.iter().all(|stage| !stage.movable).then_some("0")] aria-label=(path.label) data-move=(path.action) data-field=(path.field) data-version=(path.version) {
            @for stage in &path.stages {
                li class=[stage.state.class()] aria-current=[stage.state.current()] {
                    @let content = html! {
                        @match stage.state {
                            StageState::Done => (icon("check")),
                            StageState::Lost => (icon("x")),
                            _ => {},
                        }
                        span .ell { (stage.label) }
                        @if !stage.note.is_empty() { small { (stage.note) } }
                    };
                    @if stage.movable {
                        button .stage type="button" data-stage=(stage.value) data-dialog=[stage.dialog.as_deref()] { (content) }
                    } @else {
                        span .stage { (content) }
                    }
                }
            }
        }
    }
}
