//! The words of the pages. Labels of objects, fields and choices come with the objects' documents;
//! everything else that people read stands in `phrases/zh.toml` and `phrases/en.toml`.

use guanxi_model::{Locale, phrases::Phrases};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::model()
        .and(Phrases::from_toml(include_str!("../phrases/zh.toml"), include_str!("../phrases/en.toml")))
});

/// The phrases of the pages, and those of the model room about single fields.
pub fn phrases() -> &'static Phrases {
    &PHRASES
}

/// The words of the islands, which travel inside the page as JSON: the table `[island]`.
pub fn islands(locale: Locale) -> &'static serde_json::Value {
    static ZH: LazyLock<serde_json::Value> =
        LazyLock::new(|| island_table(include_str!("../phrases/zh.toml")));
    static EN: LazyLock<serde_json::Value> =
        LazyLock::new(|| island_table(include_str!("../phrases/en.toml")));
    match locale {
        Locale::Zh => &ZH,
        Locale::En => &EN,
    }
}

/// The same as a module that hands them to the islands: its name, which changes with its content, and its text.
/// Browsers keep it, as they keep the other files of the interface.
pub fn islands_module(locale: Locale) -> &'static (String, String) {
    static ZH: LazyLock<(String, String)> = LazyLock::new(|| module(Locale::Zh));
    static EN: LazyLock<(String, String)> = LazyLock::new(|| module(Locale::En));
    match locale {
        Locale::Zh => &ZH,
        Locale::En => &EN,
    }
}

fn module(locale: Locale) -> (String, String) {
    let text = format!("globalThis.guanxiPhrases={}", islands(locale));
    let digest = Sha256::digest(text.as_bytes());
    let hash: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    (format!("phrases-{}-{hash}.js", locale.tag()), text)
}

fn island_table(source: &str) -> serde_json::Value {
    let table: toml::Table = source.parse().expect("the phrase tables are valid TOML");
    table.get("island").and_then(|table| serde_json::to_value(table).ok()).unwrap_or_default()
}

/// A phrase without gaps.
pub fn t(locale: Locale, key: &'static str) -> &'static str {
    PHRASES.get(locale, key)
}

/// A phrase with its gaps filled: `fill(locale, "list.count", &[("n", "12")])`.
pub fn fill(locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
    PHRASES.fill(locale, key, args)
}

/// A phrase about a number, which also chooses the English plural.
pub fn count(locale: Locale, key: &str, n: i64) -> String {
    PHRASES.fill(locale, key, &[("n", &n.to_string())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_is_said_in_both_languages() {
        assert_eq!(t(Locale::Zh, "nav.home"), "工作台");
        assert_eq!(t(Locale::En, "nav.home"), "Home");
    }
}
