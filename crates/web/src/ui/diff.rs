//! Differences: two values of a field side by side, and the trail of changes.

use maud::{Markup, html};

use super::icon;

/// A field with two values.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// The field's name.
    pub field: String,
    /// Its label.
    pub label: String,
    /// The value before, or the reader's own.
    pub old: Markup,
    /// The value after, or the other's.
    pub new: Markup,
    /// Whether a conflict proposes the reader's own, because the other's would leave the field empty.
    pub mine: bool,
}

/// A table of differences under three headings.
pub fn diff(headings: [&str; 3], differences: &[Difference]) -> Markup {
    html! {
        table .diff {
            thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
            tbody {
                @for difference in differences {
                    tr {
                        th scope="row" { (difference.label) }
                        td .old { (difference.old) }
                        td .new { (difference.new) }
                    }
                }
            }
        }
    }
}

/// A conflict: for every field the reader keeps their own value or takes the other's. Posts `keep.{field}=mine|theirs`.
pub fn conflict(headings: [&str; 3], differences: &[Difference]) -> Markup {
    let side = |field: &str, value: &str, body: &Markup, chosen: bool| {
        html! { label { input type="radio" name={ "keep." (field) } value=(value) checked[chosen]; span { (body) } } }
    };
    html! {
        table .diff {
            thead { tr { @for heading in headings { th scope="col" { (heading) } } } }
            tbody {
                @for difference in differences {
                    tr {
                        th scope="row" { (difference.label) }
                        td .old { (side(&difference.field, "mine", &difference.old, difference.mine)) }
                        td .new { (side(&difference.field, "theirs", &difference.new, !difference.mine)) }
                    }
                }
            }
        }
    }
}

/// A change that someone made.
#[derive(Clone, Debug, Default)]
pub struct AuditEntry {
    /// The avatar of who did it.
    pub avatar: Markup,
    /// Who did what.
    pub head: Markup,
    /// When.
    pub time: String,
    /// The field, its value before and after, as words.
    pub changes: Vec<(String, String, String)>,
}

/// The trail of changes.
pub fn audit_trail(entries: &[AuditEntry]) -> Markup {
    html! {
        ol .audit {
            @for entry in entries {
                li {
                    (entry.avatar)
                    span { (entry.head) }
                    time { (entry.time) }
                    @for (label, old, new) in &entry.changes {
                        span .change {
                            span .muted { (label) }
                            @if !old.is_empty() { del { (old) } }
                            (icon("arrow-right"))
                            ins { (new) }
                        }
                    }
                }
            }
        }
    }
}
