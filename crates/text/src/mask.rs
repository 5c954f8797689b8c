//! Hiding all but the head of a value.

/// The first character and `***`, whatever the length, so that the length is hidden too. An empty text stays empty.
pub fn text(text: &str) -> String {
    text.trim().chars().next().map(|first| format!("{first}***")).unwrap_or_default()
}
