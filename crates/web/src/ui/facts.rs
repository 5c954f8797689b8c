//! The strip of facts under a record's name.

use maud::{Markup, html};

/// A fact.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// What it is.
    pub label: String,
    /// What it says.
    pub body: Markup,
    /// The address of what it counts.
    pub href: Option<String>,
}

/// The strip of facts.
pub fn fact_strip(facts: &[Fact]) -> Markup {
    html! {
        dl .facts tabindex="0" {
            @for fact in facts {
                div {
                    dt { (fact.label) }
                    dd {
                        @match &fact.href {
                            Some(href) => a .inline.link href=(href) { (fact.body) },
                            None => (fact.body),
                        }
                    }
                }
            }
        }
    }
}
