//! Filter chips.

use maud::{Markup, html};

use super::icon;

/// One condition of the filter, as words.
#[derive(Clone, Debug, Default)]
pub struct Chip {
    /// The field's icon.
    pub icon: Option<String>,
    /// The field's label.
    pub key: String,
    /// The operator in words.
    pub op: String,
    /// The value in words.
    pub value: String,
    /// The address without this condition; none when it cannot be removed.
    pub remove: Option<String>,
    /// The label of the button that removes it.
    pub remove_label: String,
}

/// A filter chip.
pub fn chip(chip: &Chip) -> Markup {
    html! {
        span .chip {
            span .key {
                @if let Some(name) = &chip.icon { (icon(name)) }
                (chip.key)
            }
            @if !chip.op.is_empty() { span .op { (chip.op) } }
            span .value title=(chip.value) { (chip.value) }
            @if let Some(url) = &chip.remove {
                a .remove href=(url) aria-label=(chip.remove_label) { (icon("x")) }
            }
        }
    }
}
