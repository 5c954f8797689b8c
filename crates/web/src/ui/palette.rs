//! The command palette and the help of shortcuts.

use maud::{Markup, html};

use super::{KeyHint, icon};

/// The words of the palette.
#[derive(Clone, Debug, Default)]
pub struct PaletteTexts {
    /// What it is, read aloud.
    pub label: String,
    /// What the empty input says.
    pub placeholder: String,
    /// Keys, shown along its foot.
    pub hints: Vec<KeyHint>,
    /// A remark at the end of the foot.
    pub note: String,
}

/// The palette, closed; its results come from `GET /palette?q=`.
pub fn palette(texts: &PaletteTexts) -> Markup {
    html! {
        dialog .palette id="palette" aria-label=(texts.label) {
            div .ask {
                (icon("search"))
                input type="text" id="palette-input" role="combobox" aria-expanded="true" aria-controls="palette-results"
                    aria-label=(texts.label) placeholder=(texts.placeholder) autocomplete="off" spellcheck="false";
                kbd { "Esc" }
            }
            div .results id="palette-results" role="listbox" aria-label=(texts.label) {}
            footer aria-hidden="true" {
                @for hint in &texts.hints {
                    span {
                        @for key in &hint.keys { kbd { (key) } }
                        (hint.label)
                    }
                }
                @if !texts.note.is_empty() { span { (texts.note) } }
            }
        }
    }
}

/// The shortcuts in groups, as the content of a dialog.
pub fn shortcut_help(groups: &[(String, Vec<KeyHint>)]) -> Markup {
    html! {
        div .shortcuts {
            @for (title, hints) in groups {
                h3 { (title) }
                @for hint in hints {
                    div {
                        span { (hint.label) }
                        span .keys { @for key in &hint.keys { kbd { (key) } } }
                    }
                }
            }
        }
    }
}
