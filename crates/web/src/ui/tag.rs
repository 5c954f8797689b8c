//! Tags, toned text and rating stars.

use maud::{Markup, html};

use super::{Tone, icon};

/// A tag in one of the twelve hues (15 30 60 75 100 158 200 230 256 285 300 345).
pub fn tag(text: &str, hue: u16) -> Markup {
    html! { span class={ "tag h-" (hue) } title=(text) { span .ell { (text) } } }
}

/// A tag with a dot, for states and segments.
pub fn tag_dot(text: &str, hue: u16) -> Markup {
    html! { span class={ "tag dot h-" (hue) } title=(text) { span .ell { (text) } } }
}

/// A grey tag.
pub fn plain_tag(text: &str) -> Markup {
    html! { span .tag.plain { (text) } }
}

/// A tag with a border only.
pub fn outline_tag(text: &str) -> Markup {
    html! { span .tag.outline { (text) } }
}

/// Text with a tone and an icon, because colour is never the only signal.
pub fn toned(icon_name: &str, text: &str, tone: Tone) -> Markup {
    html! {
        span class={ "inline " (tone.text_class()) } {
            @if !icon_name.is_empty() { (icon(icon_name)) }
            span { (text) }
        }
    }
}

/// A rating shown as stars; `label` says it in words.
pub fn stars(value: u8, max: u8, label: &str) -> Markup {
    html! {
        span .stars role="img" aria-label=(label) title=(label) {
            @for step in 1..=max {
                @if step <= value { span .on { (icon("star")) } } @else { (icon("star")) }
            }
        }
    }
}
