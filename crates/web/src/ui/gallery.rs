//! Every component with sample data from `gallery.json`: the page behind `/dev/ui`, and what screenshots are made of.

mod boards;
mod charts;
mod forms;
mod frame;
mod lists;
mod records;
mod states;

use std::{collections::HashMap, sync::LazyLock};

use maud::{Markup, html};
use serde::Deserialize;
use serde_json::Value;

static SAMPLES: LazyLock<HashMap<String, Samples>> =
    LazyLock::new(|| serde_json::from_str(include_str!("gallery.json")).unwrap_or_default());

/// The sample data in one language.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Samples {
    lang: String,
    texts: HashMap<String, String>,
    names: Vec<String>,
    people: Vec<String>,
    cities: Vec<String>,
    phrases: Value,
}

impl Samples {
    /// A sample text; its key when it is missing.
    fn t(&self, key: &str) -> String {
        self.texts.get(key).cloned().unwrap_or_else(|| key.to_owned())
    }

    fn name(&self, index: usize) -> &str {
        pick(&self.names, index)
    }

    fn person(&self, index: usize) -> &str {
        pick(&self.people, index)
    }

    fn city(&self, index: usize) -> &str {
        pick(&self.cities, index)
    }
}

fn pick(list: &[String], index: usize) -> &str {
    list.get(index % list.len().max(1)).map_or("", String::as_str)
}

/// Runs with the samples of a language, `zh` or `en`.
fn with<T>(lang: &str, make: impl FnOnce(&Samples) -> T) -> T {
    match SAMPLES.get(lang) {
        Some(samples) => make(samples),
        None => make(&Samples::default()),
    }
}

/// The gallery's content in the language `lang` (`zh` or `en`), once in each theme.
pub fn page(lang: &str) -> Markup {
    with(lang, |samples| {
        html! {
            div .gallery-page {
                @for theme in ["light", "dark"] {
                    div .gallery data-theme=(theme) { (sections(samples)) }
                }
            }
        }
    })
}

/// A whole document in the shell: `list`, `selected`, `record`, `board`, `dashboard`, `calendar`, `form`, `settings`,
/// `empty`, `login` or `gallery`; what screenshots of the page templates are made of.
pub fn document(lang: &str, name: &str) -> Markup {
    with(lang, |samples| {
        let main = match name {
            "selected" => lists::list(samples, true),
            "record" => records::record(samples),
            "board" => boards::board_page(samples),
            "dashboard" => charts::dashboard(samples),
            "calendar" => boards::calendar_page(samples),
            "form" => forms::form(samples),
            "settings" => forms::settings(samples),
            "empty" => states::empty_page(samples),
            "login" => return frame::bare(samples, &forms::login(samples)),
            "gallery" => page(lang),
            _ => lists::list(samples, false),
        };
        frame::framed(samples, name, &main)
    })
}

fn sections(samples: &Samples) -> Markup {
    let groups = [
        ("buttons", states::buttons(samples)),
        ("tags", states::tags(samples)),
        ("notices", states::notices(samples)),
        ("menu", states::menus(samples)),
        ("dialog", states::dialogs(samples)),
        ("empty", states::empties(samples)),
        ("fields", forms::fields(samples)),
        ("conflict", states::differences(samples)),
        ("palette", states::overlays(samples)),
    ];
    html! {
        @for (name, content) in &groups {
            section {
                h2 { (name) }
                div .stage-box.padded { (content) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::document;

    const PAGES: [&str; 11] = [
        "list",
        "selected",
        "record",
        "board",
        "dashboard",
        "calendar",
        "form",
        "settings",
        "empty",
        "login",
        "gallery",
    ];

    /// With `GUANXI_GALLERY` set to a folder, the pages are also written there, to be looked at.
    #[test]
    fn every_sample_page_keeps_to_the_content_security_policy() -> std::io::Result<()> {
        for lang in ["zh", "en"] {
            for name in PAGES {
                let html = document(lang, name).into_string();
                assert!(!html.contains(" style=\""), "{name} has a style attribute");
                assert!(!html.contains(" onclick="), "{name} has an inline handler");
                assert!(html.matches("<script nonce").count() <= 1, "{name} has another inline script");
                if let Ok(folder) = std::env::var("GUANXI_GALLERY") {
                    std::fs::write(format!("{folder}/{name}-{lang}.html"), html)?;
                }
            }
        }
        Ok(())
    }
}
