//! The bar that floats over a list while rows are selected.

use maud::{Markup, Render, html};

use super::{Button, icon};

/// What can be done to the selected rows.
#[derive(Clone, Debug, Default)]
pub struct BulkBar {
    /// Words with `{n}` for the number of selected rows.
    pub selected: String,
    /// Words for choosing everything that the view holds, over all pages; empty when it has one page.
    pub select_all: String,
    /// Actions. A dialog's or post's address gets `ids=1,2,3` or, when everything is chosen, `all=1` and the view's filter.
    pub actions: Vec<Button>,
    /// The label of the button that drops the selection.
    pub clear: String,
}

/// The bulk bar; the grid shows it while rows are selected.
pub fn bulk_bar(bar: &BulkBar) -> Markup {
    html! {
        div .bulk-bar role="toolbar" data-bulk data-selected=(bar.selected) hidden {
            span .selected aria-live="polite" {}
            @if !bar.select_all.is_empty() {
                button .all type="button" data-select-all { (bar.select_all) }
            }
            hr;
            @for action in &bar.actions { (action.clone().ghost().small().render()) }
            hr;
            button .btn.ghost.square.sz-s type="button" data-clear-selection aria-label=(bar.clear) data-tip=(bar.clear) {
                (icon("x"))
            }
        }
    }
}
