//! The tools over a list: chips, the filter builder, the column chooser, and what changed in the view.

use maud::{Markup, html};
use serde_json::Value;

use super::{icon, json_script};

/// The tools over a list: chips and buttons at the start; at the end what the view's changes offer.
pub fn toolbar(start: &Markup, end: Option<&Markup>) -> Markup {
    html! {
        div .tools {
            (start)
            @if let Some(end) = end { div .end { (end) } }
        }
    }
}

/// The button that opens the filter builder. It asks `/{object}/fields` for the fields,
/// and `count` (as JSON `{"count":41,"text":…}`) while the filter changes, and puts it into the address.
pub fn filter_button(label: &str, object: &str, filter: &str, count: &str) -> Markup {
    html! {
        filter-button data-object=(object) data-filter=(filter) data-count=(count) { (opener("list-filter", label)) }
    }
}

/// The button that opens the column chooser. `columns` is `[{"field","label","shown","fixed"?}]`, those of the list;
/// `/{object}/fields` knows the others. The choice goes into the address as `columns=a,b,c`.
pub fn column_button(label: &str, object: &str, columns: &Value) -> Markup {
    html! {
        column-button data-object=(object) {
            (opener("columns-3", label))
            (json_script(None, columns))
        }
    }
}

/// A search box over the list, a form of its own with the given name; `hidden` keeps the rest of the view.
pub fn search_box(action: &str, name: &str, value: &str, label: &str, hidden: &[(String, String)]) -> Markup {
    html! {
        form role="search" method="get" action=(action) {
            @for (key, kept) in hidden { input type="hidden" name=(key) value=(kept); }
            label .input.affix.field-search.sz-s {
                (icon("search"))
                span .sr-only { (label) }
                input type="search" id="list-search" name=(name) value=(value) placeholder=(label) autocomplete="off";
            }
        }
    }
}

fn opener(name: &str, label: &str) -> Markup {
    html! {
        button .btn.ghost.sz-s type="button" data-open aria-haspopup="dialog" aria-expanded="false" data-tip=(label) {
            (icon(name))
            span .label { (label) }
        }
    }
}
