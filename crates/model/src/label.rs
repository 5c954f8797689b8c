//! Labels of objects, fields, choices and verbs in both languages, and the language of a reader.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// The language a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Chinese as written on the mainland; the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Locale {
    /// Both languages, Chinese first.
    pub const ALL: [Locale; 2] = [Locale::Zh, Locale::En];

    /// The short code: `zh` or `en`.
    pub fn code(self) -> &'static str {
        match self {
            Locale::Zh => "zh",
            Locale::En => "en",
        }
    }

    /// The tag for the HTML `lang` attribute.
    pub fn tag(self) -> &'static str {
        match self {
            Locale::Zh => "zh-CN",
            Locale::En => "en",
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Locale {
    type Err = ();

    /// Accepts a language tag such as `zh-CN` or `en-GB`.
    fn from_str(tag: &str) -> Result<Self, ()> {
        match tag.get(..2).map(str::to_ascii_lowercase).as_deref() {
            Some("zh") => Ok(Locale::Zh),
            Some("en") => Ok(Locale::En),
            _ => Err(()),
        }
    }
}

/// A text in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Label {
    /// Chinese.
    #[serde(default)]
    pub zh: String,
    /// English.
    #[serde(default)]
    pub en: String,
}

impl Label {
    /// A label from its two texts.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Label { zh: zh.into(), en: en.into() }
    }

    /// The text for a reader; a site that filled in only one language still sees its own words.
    pub fn get(&self, locale: Locale) -> &str {
        let (wanted, other) = match locale {
            Locale::Zh => (&self.zh, &self.en),
            Locale::En => (&self.en, &self.zh),
        };
        if wanted.is_empty() { other } else { wanted }
    }

    /// Whether neither language has a text.
    pub fn is_empty(&self) -> bool {
        self.zh.is_empty() && self.en.is_empty()
    }
}
