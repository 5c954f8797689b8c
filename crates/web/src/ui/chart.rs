//! Charts, drawn by `assets/src/chart.ts` from JSON in the page.

use maud::{Markup, html};
use serde_json::Value;

use super::{icon, json_script};

/// A chart with its heading and its sentence.
#[derive(Clone, Debug, Default)]
pub struct ChartCard {
    /// A stable id.
    pub id: String,
    /// What it shows.
    pub title: String,
    /// Unit and period.
    pub unit: String,
    /// One sentence that says what the chart shows.
    pub summary: String,
    /// Its width in twelfths: 4, 5, 6, 7, 8 or 12.
    pub span: u8,
    /// Whether it is tall.
    pub tall: bool,
    /// The data; `assets/README.md` describes it.
    pub data: Value,
    /// The label of its menu (table, PNG, CSV).
    pub menu: String,
}

/// A chart.
pub fn chart_card(chart: &ChartCard) -> Markup {
    html! {
        chart-card id={ "chart-" (chart.id) } class={ "card chart-card span-" (chart.span) @if chart.tall { " tall" } } {
            header {
                h3 { (chart.title) }
                span .unit { (chart.unit) }
                button .btn.ghost.square.sz-s.menu-button type="button" aria-haspopup="true" aria-expanded="false"
                    aria-label=(chart.menu) { (icon("ellipsis")) }
            }
            (json_script(None, &chart.data))
            div .plot role="img" aria-label=(chart.summary) { span .skeleton.tall {} }
            @if !chart.summary.is_empty() { p .summary { (chart.summary) } }
        }
    }
}
