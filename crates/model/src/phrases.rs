//! Phrase tables: all text that people read, one TOML file for each language and room.
//! A phrase may have gaps, `"{name} must be at most {max}"`. An English phrase may carry a plural,
//! `"{n} record||{n} records"`, chosen by the gap `n`.

use crate::{issue::Message, label::Locale};
use std::{borrow::Cow, collections::HashMap};

/// The phrases of one or several rooms in both languages.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    zh: HashMap<String, String>,
    en: HashMap<String, String>,
}

impl Phrases {
    /// Reads a room's two tables. Nested TOML tables become dotted keys.
    ///
    /// # Panics
    /// When a table is not valid TOML; the tables are part of the binary and checked by the build's tests.
    pub fn from_toml(zh: &str, en: &str) -> Self {
        Phrases { zh: flatten(zh), en: flatten(en) }
    }

    /// The phrases of the model room: problems with field values.
    pub fn model() -> Self {
        Phrases::from_toml(include_str!("../phrases/zh.toml"), include_str!("../phrases/en.toml"))
    }

    /// Adds another room's phrases.
    #[must_use]
    pub fn and(mut self, other: Phrases) -> Self {
        self.zh.extend(other.zh);
        self.en.extend(other.en);
        self
    }

    /// The phrase without filling gaps; the key itself when there is none, which the phrase check in
    /// `make check` keeps from happening.
    pub fn get<'a>(&'a self, locale: Locale, key: &'a str) -> &'a str {
        self.table(locale).get(key).map_or(key, String::as_str)
    }

    /// Whether there is such a phrase.
    pub fn has(&self, locale: Locale, key: &str) -> bool {
        self.table(locale).contains_key(key)
    }

    /// Fills the gaps of a phrase.
    pub fn fill(&self, locale: Locale, key: &str, args: &[(&str, &str)]) -> String {
        let phrase = self.get(locale, key);
        let phrase = match phrase.split_once("||") {
            Some((one, many)) => {
                let n = args.iter().find(|(name, _)| *name == "n").map_or("", |(_, value)| value);
                if n == "1" { one } else { many }
            }
            None => phrase,
        };
        let mut out = String::with_capacity(phrase.len() + 16);
        let mut rest = phrase;
        while let Some(open) = rest.find('{') {
            out.push_str(&rest[..open]);
            let Some(close) = rest[open..].find('}') else { break };
            let name = &rest[open + 1..open + close];
            match args.iter().find(|(n, _)| *n == name) {
                Some((_, value)) => out.push_str(value),
                None => out.push_str(&rest[open..=open + close]),
            }
            rest = &rest[open + close + 1..];
        }
        out.push_str(rest);
        out
    }

    /// Says a message in a language.
    pub fn say(&self, locale: Locale, message: &Message) -> String {
        let args: Vec<(&str, Cow<'_, str>)> = message
            .args
            .iter()
            .map(|(name, value)| {
                let value = match (
                    value.strip_prefix('@'),
                    value.strip_prefix('#').and_then(|v| v.split_once('|')),
                ) {
                    (Some(key), _) => Cow::Borrowed(self.get(locale, key)),
                    (_, Some((zh, en))) => Cow::Borrowed(match locale {
                        Locale::Zh => zh,
                        Locale::En => en,
                    }),
                    _ => Cow::Borrowed(value.as_str()),
                };
                (name.as_ref(), value)
            })
            .collect();
        let args: Vec<(&str, &str)> = args.iter().map(|(n, v)| (*n, v.as_ref())).collect();
        self.fill(locale, &message.key, &args)
    }

    fn table(&self, locale: Locale) -> &HashMap<String, String> {
        match locale {
            Locale::Zh => &self.zh,
            Locale::En => &self.en,
        }
    }
}

fn flatten(source: &str) -> HashMap<String, String> {
    let table: toml::Table = source.parse().expect("a phrase table is valid TOML");
    let mut out = HashMap::new();
    walk("", &toml::Value::Table(table), &mut out);
    out
}

fn walk(prefix: &str, value: &toml::Value, out: &mut HashMap<String, String>) {
    match value {
        toml::Value::Table(table) => {
            for (key, value) in table {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                walk(&path, value, out);
            }
        }
        toml::Value::String(text) => {
            out.insert(prefix.to_owned(), text.clone());
        }
        other => {
            out.insert(prefix.to_owned(), other.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_gaps_and_chooses_plurals() {
        let phrases = Phrases::from_toml("a.b = \"共 {n} 条\"", "a.b = \"{n} record||{n} records\"");
        assert_eq!(phrases.fill(Locale::Zh, "a.b", &[("n", "2")]), "共 2 条");
        assert_eq!(phrases.fill(Locale::En, "a.b", &[("n", "1")]), "1 record");
        assert_eq!(phrases.fill(Locale::En, "a.b", &[("n", "2")]), "2 records");
        assert_eq!(phrases.get(Locale::En, "missing"), "missing");
    }
}
