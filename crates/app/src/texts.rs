//! The words of the command line.

use guanxi_model::{Locale, Message, phrases::Phrases};
use std::sync::LazyLock;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::model()
        .and(guanxi_gate::phrases())
        .and(guanxi_crm::domain().phrases)
        .and(Phrases::from_toml(include_str!("../phrases/zh.toml"), include_str!("../phrases/en.toml")))
});

/// The phrases of this room and of those below.
pub fn phrases() -> &'static Phrases {
    &PHRASES
}

/// A phrase without gaps.
pub fn t(locale: Locale, key: &'static str) -> &'static str {
    PHRASES.get(locale, key)
}

/// A phrase with its gaps filled.
pub fn fill(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    PHRASES.fill(locale, key, args)
}

/// A message in words.
pub fn say(locale: Locale, message: &Message) -> String {
    PHRASES.say(locale, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_said_in_both_languages() {
        assert_eq!(t(Locale::Zh, "cli.done"), "完成");
        assert_eq!(t(Locale::En, "cli.done"), "Done");
    }
}
