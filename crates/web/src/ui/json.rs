//! Data for islands, inside the page.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

/// A JSON data block. `<` is escaped so that no value can close the element.
pub fn json_script(id: Option<&str>, value: &Value) -> Markup {
    let text = value.to_string().replace('<', "\\u003c");
    html! { script type="application/json" id=[id] { (PreEscaped(text)) } }
}

/// The words that islands use, as a data block of a page that stands alone; its keys are listed in `assets/README.md`.
pub fn phrases_script(phrases: &Value) -> Markup {
    json_script(Some("phrases"), phrases)
}
