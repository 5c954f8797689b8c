//! Figures on a dashboard.

use maud::{Markup, html};

use super::{Tone, icon};

/// A figure.
#[derive(Clone, Debug, Default)]
pub struct Kpi {
    /// What it is.
    pub title: String,
    /// The figure.
    pub value: String,
    /// Its unit.
    pub unit: String,
    /// The change in words, e.g. against last month.
    pub delta: String,
    /// Whether that is good or bad.
    pub tone: Tone,
    /// `Some(true)` when it rose, `Some(false)` when it fell.
    pub rose: Option<bool>,
    /// A sparkline.
    pub spark: Option<Markup>,
    /// The records behind it.
    pub href: Option<String>,
}

/// A figure as a card.
pub fn kpi(kpi: &Kpi) -> Markup {
    let content = html! {
        h3 { (kpi.title) }
        div .figure {
            (kpi.value)
            @if !kpi.unit.is_empty() { small { (kpi.unit) } }
        }
        div .base {
            @if !kpi.delta.is_empty() {
                span class={ "delta " (kpi.tone.text_class()) } {
                    @match kpi.rose {
                        Some(true) => (icon("trending-up")),
                        Some(false) => (icon("trending-down")),
                        None => {},
                    }
                    (kpi.delta)
                }
            }
            @if let Some(spark) = &kpi.spark { (spark) }
        }
    };
    html! {
        @match &kpi.href {
            Some(href) => a .card.kpi href=(href) { (content) },
            None => div .card.kpi { (content) },
        }
    }
}
