//! Heat tables: RFM and cohorts, as HTML that can be clicked, printed and read aloud.

use maud::{Markup, html};

/// A cell of a heat table.
#[derive(Clone, Debug, Default)]
pub struct HeatCell {
    /// The figure.
    pub value: String,
    /// A word under it.
    pub note: String,
    /// Its share of the largest, 0 to 10.
    pub level: u8,
    /// The records behind it.
    pub href: Option<String>,
}

/// A heat table. `class` is empty, or `green cohort` for retention. Missing cells are empty.
pub fn heat_table(
    class: &str,
    caption: &str,
    heads: &[String],
    rows: &[(String, Vec<Option<HeatCell>>)],
) -> Markup {
    html! {
        table class={ "heat " (class) } {
            caption .sr-only { (caption) }
            thead { tr { @for head in heads { th scope="col" { (head) } } } }
            tbody {
                @for (label, cells) in rows {
                    tr {
                        th scope="row" { (label) }
                        @for cell in cells {
                            @match cell {
                                Some(cell) => td class={ "v-" (cell.level.min(10)) } { (content(cell)) },
                                None => td {},
                            }
                        }
                    }
                }
            }
        }
    }
}

fn content(cell: &HeatCell) -> Markup {
    let inner = html! {
        b { (cell.value) }
        @if !cell.note.is_empty() { span .ell { (cell.note) } }
    };
    html! {
        @match &cell.href {
            Some(href) => a href=(href) { (inner) },
            None => span { (inner) },
        }
    }
}
