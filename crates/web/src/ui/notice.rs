//! Tones, notices, progress, skeletons and the stepper.

use maud::{Markup, html};

use super::icon;

/// The meaning a colour carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// No meaning.
    #[default]
    Plain,
    /// Of less importance.
    Muted,
    /// Good.
    Ok,
    /// Needs attention.
    Warn,
    /// Bad.
    Bad,
}

impl Tone {
    /// The class for text of this tone.
    pub fn text_class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Muted => "tone-muted",
            Self::Ok => "tone-ok",
            Self::Warn => "tone-warn",
            Self::Bad => "tone-bad",
        }
    }

    pub(super) fn class(self) -> &'static str {
        match self {
            Self::Plain | Self::Muted => "",
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
        }
    }

    fn icon(self) -> &'static str {
        match self {
            Self::Plain | Self::Muted => "info",
            Self::Ok => "circle-check",
            Self::Warn => "triangle-alert",
            Self::Bad => "circle-alert",
        }
    }
}

/// A line across the sheet, with an action if there is one.
pub fn notice(tone: Tone, text: &Markup, action: Option<&Markup>) -> Markup {
    html! {
        div class={ "notice " (tone.class()) } role="status" {
            (icon(tone.icon()))
            div .text { (text) }
            @if let Some(action) = action { (action) }
        }
    }
}

/// A bar of progress with its number in words.
pub fn progress(value: u32, max: u32, tone: Tone, label: &str, text: &str) -> Markup {
    html! {
        div .meter {
            progress class=(tone.class()) value=(value) max=(max) aria-label=(label) {}
            span { (text) }
        }
    }
}

/// Grey lines in the shape of what is coming; only for the first paint of slow widgets.
pub fn skeleton(lines: usize) -> Markup {
    html! {
        div .stack aria-hidden="true" {
            @for _ in 0..lines { span .skeleton {} }
        }
    }
}

/// The steps of a wizard; `now` counts from zero.
pub fn stepper(steps: &[String], now: usize) -> Markup {
    html! {
        ol .stepper {
            @for (index, step) in steps.iter().enumerate() {
                li class=[(index < now).then_some("done")] aria-current=[(index == now).then_some("step")] { (step) }
            }
        }
    }
}
