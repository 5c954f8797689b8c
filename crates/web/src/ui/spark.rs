//! Sparklines.

use maud::{Markup, html};

use super::Tone;

/// A small line through the points; `label` says in words what it shows.
pub fn sparkline(points: &[f64], tone: Tone, label: &str) -> Markup {
    let low = points.iter().copied().fold(f64::INFINITY, f64::min);
    let high = points.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = if high > low { high - low } else { 1.0 };
    #[expect(clippy::cast_precision_loss, reason = "a sparkline has a few dozen points")]
    let step = 64.0 / points.len().saturating_sub(1).max(1) as f64;
    let mut x = 0.0;
    let mut line = String::new();
    for point in points {
        let y = 18.0 - (point - low) / span * 16.0;
        line.push_str(&format!("{x:.1},{y:.1} "));
        x += step;
    }
    html! {
        svg class={ "spark " (tone.text_class()) } viewBox="0 0 64 20" preserveAspectRatio="none" role="img" aria-label=(label) {
            polyline points=(line.trim_end()) vector-effect="non-scaling-stroke" {}
        }
    }
}
