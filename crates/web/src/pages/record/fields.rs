//! The groups of fields at the left of a record: each field is edited where it stands.

use crate::{
    pages::{form::input, inline},
    session::Visit,
    ui::{self, Button, InlineField},
};
use guanxi_gate::{Titles, Visible};
use maud::{Markup, html as markup};

/// The groups of the document, with what the reader may see. `toggle` is the address that shows or hides
/// what is empty, and whether it is hidden now.
pub fn draw(visit: &Visit, record: &Visible, titles: &Titles, toggle: Option<(&str, bool)>) -> Markup {
    let mut groups: Vec<(String, bool, Vec<InlineField>)> = Vec::new();
    for (title, folded, fields) in input::groups(&record.object, visit, false) {
        let fields: Vec<InlineField> = fields
            .into_iter()
            .filter(|field| !matches!(field.name.as_str(), "id" | "version" | "deleted_at"))
            .filter_map(|field| inline::field(visit, record, titles, field))
            .collect();
        if !fields.is_empty() {
            groups.push((title, folded, fields));
        }
    }
    let empty = groups.iter().flat_map(|(_, _, fields)| fields).filter(|field| field.body.is_none()).count();
    let hidden = toggle.is_some_and(|(_, hidden)| hidden);
    let content = markup! {
        @for (index, (title, folded, fields)) in groups.iter().enumerate() {
            (ui::field_group(&index.to_string(), title, "", !folded, fields))
        }
    };
    markup! {
        div .fields-pane.hide-empty[hidden] id="fields-pane" { (content) }
        @if let Some((url, hidden)) = toggle.filter(|_| empty > 0) {
            @let label = visit.fill(if hidden { "record.show_empty" } else { "record.hide_empty" }, &[("n", &empty.to_string())]);
            (Button::new(label).ghost().small().icon(if hidden { "eye" } else { "eye-off" }).go(url))
        }
    }
}
