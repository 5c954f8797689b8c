//! How a contact communicates, by two axes: how firmly they assert themselves, how openly they show feeling.

use guanxi_gate::{Change, Result, Rule, Tx};
use guanxi_model::Value;

/// Sets the style as soon as both axes are known.
pub(crate) struct Style;

impl Rule for Style {
    fn before(&self, _tx: &mut Tx<'_>, changes: &mut [Change]) -> Result<()> {
        for change in changes {
            let axis = |field: &str| change.value(field).as_text();
            let style = match (axis("assertiveness"), axis("responsiveness")) {
                (Some("low"), Some("low")) => Value::text("analytical"),
                (Some("high"), Some("low")) => Value::text("driving"),
                (Some("high"), Some("high")) => Value::text("expressive"),
                (Some("low"), Some("high")) => Value::text("amiable"),
                _ => Value::Null,
            };
            if change.value("style") != &style {
                change.set("style", style);
            }
        }
        Ok(())
    }
}
